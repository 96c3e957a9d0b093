"""What the company's books say for many requests at once: who knows whom, who is gone, what a contract allows."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab import clock, draw
from simlab.activity.requests.asks import Whom
from simlab.activity.workers import Workers
from simlab.controls.access import Known
from simlab.draw import I64
from simlab.insurer import Insurer

NEVER = 10**6  # a day that does not come
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Books:
    """An insurer's tables as arrays, made once."""

    insurer: Insurer
    workers: Workers

    @functools.cached_property
    def members(self) -> pd.Index:
        """Members' ids in order, and "" at the end."""
        return pd.Index([*self.insurer.members["member_id"].astype("str"), ""], dtype="str")

    @functools.cached_property
    def many(self) -> int:
        """How many members there are."""
        return len(self.members) - 1

    def staff(self, actor: I64) -> I64:
        """Rows of the staff's table, -1 for a vendor."""
        return self.workers.staff[actor % self.workers.many]

    @functools.cached_property
    def _known(self) -> Known:
        return Known.of(self.insurer)

    def kin(self, actor: I64, member: I64) -> np.ndarray:
        """What each member is to the actor, as a code of the request's `kin`."""
        return self._known.kin_codes(self.staff(actor), member)

    def years_dead(self, member: I64, time: I64) -> npt.NDArray[np.int32]:
        """Whole years since death, -1 for the living: all deaths here lie within the year."""
        return np.where(self._died[member] * clock.DAY <= time, 0, -1).astype(np.int32)

    @functools.cached_property
    def _died(self) -> I64:
        died = self.insurer.members["death_date"]
        return np.append(np.where(died.isna(), NEVER, days(died)), NEVER)

    def is_elsewhere(self, member: I64, time: I64) -> Flags:
        """Whose request to be reached elsewhere had been granted by then."""
        return self._elsewhere[member] * clock.DAY <= time

    @functools.cached_property
    def _elsewhere(self) -> I64:
        table = self.insurer.table("confidential_requests").query("is_granted")
        return self._earliest(table["member_id"], table["answered"])

    def has_minor_care(self, member: I64, time: I64) -> Flags:
        """Minors who had by then consented alone to some care."""
        return self._own_care[member] * clock.DAY <= time

    @functools.cached_property
    def _own_care(self) -> I64:
        table = self.insurer.table("own_care")
        return self._earliest(table["member_id"], table["from"])

    @functools.cached_property
    def is_minor(self) -> Flags:
        return np.append(self.insurer.members["is_minor"].to_numpy(bool), False)

    def represented(self, member: I64, time: I64) -> Flags:
        """Whom somebody represented by then who is treated as the member."""
        return self._represented[member] * clock.DAY <= time

    @functools.cached_property
    def _represented(self) -> I64:
        table = self.insurer.table("representatives").query("is_honored")
        return self._earliest(table["member_id"], table["from"])

    def _earliest(self, member: pd.Series, day: pd.Series) -> I64:
        """Of each member, the first of the days that a table gives."""
        out = np.full(self.many + 1, NEVER)
        np.minimum.at(out, places(self.members, member), days(day))
        return out

    def is_vendor(self, actor: I64) -> Flags:
        """Of each actor, whether it is a vendor's account."""
        return self.staff(actor) < 0

    def served(self, actor: I64, time: I64) -> Flags:
        """Of each actor, whether a contract with the vendor is in force then; True for staff."""
        number = self.workers.number[actor] - 900_000
        from_, to = self._contracts
        vendor = self.is_vendor(actor)
        at = np.where(vendor, number, 0)
        return ~vendor | ((from_[at] * clock.DAY <= time) & (time < (to[at] + 1) * clock.DAY))

    @functools.cached_property
    def _contracts(self) -> tuple[I64, I64]:
        table = self.insurer.contracts
        served = table[table["to"].astype("str").str.match(r"V\d+$")]
        number = served["to"].astype("str").str[1:].astype("int64").to_numpy()
        begin, end = np.full(1000, NEVER), np.full(1000, -1)
        np.minimum.at(begin, number, days(served["start"]))
        np.maximum.at(end, number, days(served["end"]))
        return begin, end

    def whom(self, seed: int, label: str, how: Whom, actor: I64, key: I64, case: I64) -> I64:
        """The member (number) whom each looks at; -1 where there is none for this actor."""
        if how == "case":
            return case
        if how == "anyone":
            return draw.below(seed, f"{label} whom", key, self.many)
        start, size, members = self._circle(how)
        mine = np.zeros(len(actor), np.int64) if how == "well known" else self.staff(actor)
        many = np.where(mine >= 0, size[mine], 0)
        at = start[mine] + draw.below(seed, f"{label} whom", key, np.maximum(many, 1))
        return np.where(many > 0, members[np.minimum(at, len(members) - 1)] if len(members) else -1, -1)

    def _circle(self, how: str) -> tuple[I64, I64, I64]:
        """Of each of the staff, where the members begin in a list whom they know so, and how many."""
        if how not in self._circles:
            self._circles[how] = self._circled(how)
        return self._circles[how]

    @functools.cached_property
    def _circles(self) -> dict[str, tuple[I64, I64, I64]]:
        return {}

    def _circled(self, how: str) -> tuple[I64, I64, I64]:
        if how == "well known":
            known = np.flatnonzero(self.insurer.members["is_vip"].to_numpy(bool))
            return np.zeros(1, np.int64), np.array([len(known)]), known
        staff = self.insurer.staff
        if how == "co-worker":
            # Each looks at the insured ones among the twelve hired next to them.
            own = places(self.members, staff["member_id"])
            near = [np.flatnonzero((own >= 0) & (own < self.many))]
            return self._neighbors(near[0], own, len(staff))
        table = self.insurer.table("relations")
        kinds = {"self": ("self",), "family": ("household", "relative"), "neighbor": ("neighbor",)}[how]
        some = table[table["relation"].astype("str").isin(kinds)]
        who = places(pd.Index(staff["staff_id"].astype("str")), some["staff_id"])
        order = np.argsort(who, kind="stable")
        size = np.bincount(who, minlength=len(staff))
        members = places(self.members, some["member_id"])[order]
        return np.cumsum(size) - size, size, members

    def _neighbors(self, insured: I64, own: I64, many: int) -> tuple[I64, I64, I64]:
        first = np.maximum(np.searchsorted(insured, np.arange(many)) - 6, 0)
        end = np.searchsorted(insured, np.arange(many))
        return first, end - first, own[insured]


def places(index: pd.Index, values: pd.Series) -> I64:
    """Where each value stands in an index, -1 where it does not; each distinct value is looked up once."""
    values = values.astype("category")
    found = index.get_indexer(pd.Index(values.cat.categories.astype("str")))
    return np.append(found, -1)[values.cat.codes.to_numpy()].astype(np.int64)


def days(column: pd.Series) -> I64:
    """Days since 1970."""
    return column.to_numpy().astype("datetime64[D]").astype(np.int64)
