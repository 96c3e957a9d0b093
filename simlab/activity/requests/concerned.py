"""Whom a request at the gateway can be about, and who asks: as the company's tables have it on a day."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab.activity.requests.company import NEVER, days, places
from simlab.activity.requests.counter import Counter, looks_like
from simlab.draw import I64
from simlab.insurer import Insurer

Names = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Pool:
    """Pairs of a member (number, -1: nobody) and who asks, from a day since 1970 on; `many` members in all."""

    member: I64
    who: Names
    since: I64
    many: int

    def only(self, keep: npt.NDArray[np.bool_]) -> Pool:
        return Pool(self.member[keep], self.who[keep], self.since[keep], self.many)


class Concerned:
    """The insurer's tables as pools of members and askers, each made once."""

    def __init__(self, insurer: Insurer) -> None:
        self._insurer, self._members = insurer, insurer.members
        self.ids = pd.Index(self._members["member_id"].astype("str"))
        full = self._members["name_given"].astype("str") + " " + self._members["name_family"].astype("str")
        self.names: Names = full.to_numpy(dtype=object)
        elsewhere = insurer.table("confidential_requests")["member_id"]
        self._plain = ~(self._members["is_minor"] | self._members["is_deceased"]).to_numpy(bool)
        self._plain[places(self.ids, elsewhere)] = False

    def pool(self, counter: Counter) -> Pool:
        """The pool of a way of asking."""
        pool: Pool = getattr(self, f"_{counter.whom.replace(' ', '_')}")
        if counter.who == "their provider":
            return self._their_provider.only(np.isin(self._their_provider.member, pool.member))
        who = {
            "look-alike": lambda: np.array([looks_like(str(one)) for one in pool.who], dtype=object),
            "another provider": lambda: self._strangers(pool.member),
            "member": lambda: self.names[pool.member],
            "subscriber": lambda: self.names[self._subscriber[pool.member]],
        }.get(counter.who, lambda: pool.who)()
        return Pool(pool.member, who, pool.since, pool.many)

    @functools.cached_property
    def _subscriber(self) -> I64:
        return places(self.ids, self._members["subscriber_id"])

    def _of(self, member: I64, who: Names | None = None, since: I64 | None = None) -> Pool:
        nobody = np.full(len(member), "", dtype=object)
        begins = np.full(len(member), -NEVER) if since is None else since
        return Pool(member, nobody if who is None else who, begins, len(np.unique(member)))

    @functools.cached_property
    def _adult(self) -> Pool:
        return self._of(np.flatnonzero(self._plain))

    @functools.cached_property
    def _couple(self) -> Pool:
        """Each spouse, and the subscriber as who asks; both living."""
        second = np.flatnonzero((self._members["relationship"] == "spouse").to_numpy())
        second = second[self._plain[second] & self._plain[self._subscriber[second]]]
        return self._of(second, self.names[self._subscriber[second]])

    @functools.cached_property
    def _dead(self) -> Pool:
        who = np.flatnonzero(self._members["is_deceased"].to_numpy(bool))
        return self._of(who, since=days(self._members["death_date"].iloc[who]) + 1)

    @functools.cached_property
    def _reached_elsewhere(self) -> Pool:
        asked = self._insurer.table("confidential_requests").query("is_granted")["member_id"]
        who = places(self.ids, asked)
        living = ~self._members["is_deceased"].to_numpy(bool)
        return self._of(who[(self._subscriber[who] != who) & living[who]])

    @functools.cached_property
    def _unknown(self) -> Pool:
        return self._nobody

    @functools.cached_property
    def _nobody(self) -> Pool:
        return Pool(np.array([-1]), np.array([""], dtype=object), np.array([-NEVER]), len(self.ids))

    @functools.cached_property
    def _represented(self) -> tuple[pd.DataFrame, I64]:
        table = self._insurer.table("representatives")
        return table, places(self.ids, table["member_id"])

    def _by(self, kinds: tuple[str, ...], *, honored: bool) -> tuple[pd.DataFrame, I64]:
        """Rows of representatives of some kinds, and the member of each."""
        table, member = self._represented
        keep = table["kind"].astype("str").isin(kinds).to_numpy() & (table["is_honored"].to_numpy(bool) == honored)
        return table[keep], member[keep]

    def _stood_for(self, kinds: tuple[str, ...], *, honored: bool = True, own_care: bool | None = None) -> Pool:
        table, member = self._by(kinds, honored=honored)
        pool = self._of(member, table["name"].astype("str").to_numpy(dtype=object), days(table["from"]) + 1)
        return pool if own_care is None else pool.only(self._has_own_care[member] == own_care)

    @functools.cached_property
    def _has_own_care(self) -> npt.NDArray[np.bool_]:
        out = np.zeros(len(self.ids), bool)
        out[places(self.ids, self._insurer.table("own_care")["member_id"])] = True
        return out

    @functools.cached_property
    def _minor(self) -> Pool:
        return self._stood_for(("parent", "guardian"), own_care=False)

    @functools.cached_property
    def _minor_with_own_care(self) -> Pool:
        pool = self._stood_for(("parent", "guardian"), own_care=True)
        table = self._insurer.table("own_care")
        since = np.full(len(self.ids), NEVER)
        np.minimum.at(since, places(self.ids, table["member_id"]), days(table["from"]) + 1)
        return Pool(pool.member, pool.who, np.maximum(pool.since, since[pool.member]), pool.many)

    @functools.cached_property
    def _attorney(self) -> Pool:
        pool = self._stood_for(("power of attorney",))
        return pool.only(~self._members["is_deceased"].to_numpy(bool)[pool.member])

    @functools.cached_property
    def _executor(self) -> Pool:
        return self._stood_for(("executor",))

    @functools.cached_property
    def _not_honored(self) -> Pool:
        """Whom the plan does not treat as representative; nobody else acts for the member."""
        pool = self._stood_for(("parent", "guardian", "power of attorney"), honored=False)
        return pool.only(~self._members["is_deceased"].to_numpy(bool)[pool.member])

    @functools.cached_property
    def _grouped(self) -> tuple[Pool, npt.NDArray[np.bool_]]:
        """Adults in an employer's group with the sponsor as who asks, and whether it has certified."""
        groups, policies = self._insurer.table("employer_groups"), self._insurer.policies
        group = places(pd.Index(groups["group_id"].astype("str")), policies["group_id"])
        mine = group[places(pd.Index(policies["policy_id"].astype("str")), self._members["policy_id"])]
        member = np.flatnonzero(self._plain & (mine >= 0))
        sponsor = groups["plan_sponsor"].astype("str").to_numpy(dtype=object)
        return self._of(member, sponsor[mine[member]]), groups["is_certified"].to_numpy(bool)[mine[member]]

    @functools.cached_property
    def _in_a_group(self) -> Pool:
        return self._grouped[0]

    @functools.cached_property
    def _in_a_certified_group(self) -> Pool:
        pool, certified = self._grouped
        return pool.only(certified)

    @functools.cached_property
    def _in_a_group_that_did_not_certify(self) -> Pool:
        pool, certified = self._grouped
        return pool.only(~certified)

    @functools.cached_property
    def _a_group(self) -> Pool:
        sponsors = self._insurer.table("employer_groups")["plan_sponsor"].astype("str").to_numpy(dtype=object)
        none = np.full(len(sponsors), -1)
        return Pool(none, sponsors, np.full(len(sponsors), -NEVER), len(self.ids))

    @functools.cached_property
    def _their_provider(self) -> Pool:
        claims = self._insurer.claims
        return self._of(places(self.ids, claims["member_id"]), self._provider_names(claims["provider_id"]))

    def _strangers(self, member: I64) -> Names:
        """Of each member, a provider who has never billed for them."""
        providers, claims = self._insurer.table("providers"), self._insurer.claims
        many = len(providers)
        theirs = places(self.ids, claims["member_id"]) * many + places(
            pd.Index(providers["provider_id"].astype("str")), claims["provider_id"]
        )
        at = member * 7919 % many
        while (seen := np.isin(member * many + at, theirs)).any():
            at = np.where(seen, (at + 1) % many, at)
        return providers["name"].astype("str").to_numpy(dtype=object)[at]

    def _provider_names(self, ids: pd.Series) -> Names:
        providers = self._insurer.table("providers")
        at = places(pd.Index(providers["provider_id"].astype("str")), ids)
        return providers["name"].astype("str").to_numpy(dtype=object)[at]
