"""To whom each letter goes: one row per affected individual, from the company's own records.

Every affected individual is owed notice, so nobody is folded into somebody else's letter. An address that
a member asked for instead of the policy's (45 CFR 164.522(b)) is honoured first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from simlab.errors import InputError
from simlab.response.law import Regime
from simlab.response.law import regime as read_regime

COLUMNS = (
    "member_id", "notice_to", "addressed_to", "address_kind", "address", "method", "state", "covered_entity",
    "confirm", "why", "cite",
)  # fmt: skip

SELF, PARENT, KIN = "self", "parent or personal representative", "next of kin or personal representative"
CONFIDENTIAL, POLICY, NO_ADDRESS = "confidential address", "policy address", "no address held"
MAIL, SUBSTITUTE, NONE_OWED = "first-class mail", "substitute notice", "none owed"


class Company(Protocol):
    """The tables of an insurer that notices need."""

    @property
    def members(self) -> pd.DataFrame: ...
    @property
    def households(self) -> pd.DataFrame: ...
    @property
    def policies(self) -> pd.DataFrame: ...
    @property
    def plans(self) -> pd.DataFrame: ...
    @property
    def claims(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Substitute:
    """Substitute notice for people who cannot be reached by mail: how many, by what means, for how long."""

    people: int
    means: str
    days: int
    cite: str


def recipients(insurer: Company, member_ids: Iterable[str]) -> pd.DataFrame:
    """One row (COLUMNS) per affected individual, in order of member id; each id counts once.

    `addressed_to`: the member whose name is on the letter, "" when the records show none.
    `method`: first-class mail, substitute notice (mail came back), or none owed (deceased, no address).
    `confirm`: a person must look before it goes out. Raises InputError for ids that are no members.
    Source: 45 CFR 164.404(d), 164.502(g), 164.522(b).
    """
    rows = _affected(insurer, member_ids)
    rows["notice_to"] = np.select([rows["is_deceased"], rows["is_minor"]], [KIN, PARENT], SELF)
    # A minor with an own address asked for it, so the letter does not go to the parent unseen.
    own_minor = (rows["notice_to"] == PARENT) & (rows["confidential_address"] != "")
    rows.loc[own_minor, "notice_to"] = SELF
    rows = _addressee(insurer, rows)
    rows = _address(insurer, rows)
    rows["confirm"] = _look_first(insurer, rows)
    rows["why"], rows["cite"] = _reasons(rows)
    return rows[list(COLUMNS)]


def counts(insurer: Company, member_ids: Iterable[str]) -> dict[str, int]:
    """Affected individuals by State of residence, each once: what `Facts.counts` takes. Raises InputError."""
    found = _affected(insurer, member_ids)["state"].value_counts()
    return {str(state): int(found[state]) for state in sorted(found.index)}


def counts_by_entity(insurer: Company, member_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """`counts` for each covered entity: a self-funded plan is one of its own, with its own thresholds.

    Raises InputError.
    """
    return counted(_entity(insurer, _affected(insurer, member_ids)))


def counted(people: pd.DataFrame) -> dict[str, dict[str, int]]:
    """`counts_by_entity` of the rows that `recipients` gives, each of whom is one individual."""
    out: dict[str, dict[str, int]] = {}
    for row in people.groupby(["covered_entity", "state"], sort=True).size().reset_index(name="n").to_dict("records"):
        out.setdefault(str(row["covered_entity"]), {})[str(row["state"])] = int(row["n"])
    return out


def substitute_notice(people: int, regime: str | Regime = "hipaa") -> Substitute | None:
    """What is owed to people whose address is missing or out of date; None when there are none.

    `people` counts those with a bad address, not everybody affected, and not the deceased.
    Raises InputError. Source: 45 CFR 164.404(d)(2).
    """
    law = regime if isinstance(regime, Regime) else read_regime(regime)
    if people < 0:
        raise InputError(f"people: {people}: a count is 0 or more")
    rule = law.substitute
    if rule is None or people == 0:
        return None
    if people < rule.many:
        return Substitute(people, rule.few_means, 0, rule.few_cite)
    return Substitute(people, rule.many_means, rule.days, rule.many_cite)


def _affected(insurer: Company, member_ids: Iterable[str]) -> pd.DataFrame:
    given = member_ids if isinstance(member_ids, pd.Series) else pd.Series(list(member_ids), dtype="str")
    wanted = pd.Index(pd.unique(given.astype("str")))
    members = insurer.members
    unknown = sorted(wanted[~wanted.isin(members["member_id"])])
    if unknown:
        shown = ", ".join(unknown[:3]) + (" ..." if len(unknown) > 3 else "")
        raise InputError(f"member_ids: {len(unknown)} not among the members: {shown}: ids look like M0000001")
    keep = members[members["member_id"].isin(wanted)].sort_values("member_id").reset_index(drop=True)
    for name in ("is_deceased", "is_minor", "mail_returned"):
        keep[name] = keep[name].astype(bool)
    for name in ("member_id", "household_id", "subscriber_id", "policy_id", "state", "confidential_address"):
        keep[name] = keep[name].astype("str")
    return keep


def _adults(insurer: Company, households: pd.Series) -> pd.DataFrame:
    """A living adult of each of the households that has one, by household: the subscriber, or the first by id."""
    members = insurer.members
    is_adult = ~members["is_deceased"].astype(bool) & ~members["is_minor"].astype(bool)
    adults = members[is_adult & members["household_id"].isin(households.unique())]
    adults = adults.assign(_order=(adults["member_id"] != adults["subscriber_id"]).astype(np.int8))
    adults = adults.sort_values(["_order", "member_id"], kind="stable").drop_duplicates("household_id")
    return adults.set_index("household_id")


def _addressee(insurer: Company, rows: pd.DataFrame) -> pd.DataFrame:
    """Adds `addressed_to`, and that person's confidential address and returned mail."""
    to_other = rows["notice_to"] != SELF
    home = rows["household_id"].where(to_other, "")
    adults = _adults(insurer, home[to_other])
    rows["addressed_to"] = _text(home.map(adults["member_id"])).where(to_other, rows["member_id"])
    rows["_other_address"] = _text(home.map(adults["confidential_address"]))
    rows["_other_returned"] = home.map(adults["mail_returned"]).eq(True)
    return rows


def _text(values: pd.Series) -> pd.Series:
    """As text, empty where nothing is known."""
    return values.astype("str").fillna("")


def _look_first(insurer: Company, rows: pd.DataFrame) -> pd.Series:
    """Letters that a person must look at first: the records cannot tell who may read them.

    Care of a sensitive kind is what a minor may have consented to alone (45 CFR 164.502(g)(3)); to look
    at those letters is the company's policy, not a rule.
    """
    claims = insurer.claims
    sensitive = claims.loc[claims["sensitive"] != "none", "member_id"]
    minor = rows["is_minor"] & ~rows["is_deceased"]
    unsure = (rows["confidential_address"] != "") | (rows["addressed_to"] == "") | rows["member_id"].isin(sensitive)
    return (minor & unsure) | (rows["is_deceased"] & (rows["confidential_address"] != ""))


def _entity(insurer: Company, rows: pd.DataFrame) -> pd.DataFrame:
    """Adds `covered_entity`: the employer's plan where it is self-funded."""
    plan = insurer.policies.set_index("policy_id")["plan_id"].astype("str")
    entity = plan.map(insurer.plans.set_index("plan_id")["covered_entity"])
    rows["covered_entity"] = _text(rows["policy_id"].map(entity))
    return rows


def _address(insurer: Company, rows: pd.DataFrame) -> pd.DataFrame:
    """Adds `address_kind`, `address`, `method` and `covered_entity`."""
    homes = _lines(insurer.households.set_index("household_id"))
    rows["_home"] = rows["household_id"].map(homes)
    rows = _entity(insurer, rows)
    asked = rows["confidential_address"].where(rows["confidential_address"] != "", rows["_other_address"])
    nobody = (rows["notice_to"] == KIN) & (rows["addressed_to"] == "")
    rows["address_kind"] = np.select([nobody, asked != ""], [NO_ADDRESS, CONFIDENTIAL], POLICY)
    rows["address"] = np.select([nobody, asked != ""], ["", asked], rows["_home"])
    returned = (rows["mail_returned"] | rows["_other_returned"]) & (rows["address_kind"] == POLICY)
    dead = rows["notice_to"] == KIN
    rows["method"] = np.select([nobody | (returned & dead), returned], [NONE_OWED, SUBSTITUTE], MAIL)
    return rows


def _lines(homes: pd.DataFrame) -> pd.Series:
    street, city, state = (homes[name].astype("str") for name in ("street_line", "city", "state"))
    return street + ", " + city + ", " + state


def _reasons(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    dead, minor = rows["notice_to"] == KIN, rows["is_minor"]
    own, asked = rows["notice_to"] == SELF, rows["address_kind"] == CONFIDENTIAL
    cases = [
        (dead & (rows["address_kind"] == NO_ADDRESS),
         "known to have died, and no address of next of kin or personal representative is held",
         "45 CFR 164.404(d)(1)(ii)"),
        (dead & (rows["method"] == NONE_OWED),
         "known to have died, and the address of the next of kin is out of date: no substitute notice is owed",
         "45 CFR 164.404(d)(2)"),
        (dead & rows["confirm"],
         "known to have died, and had asked for another address: the privacy officer looks before anything is mailed",
         "45 CFR 164.404(d)(1)(ii) and 164.522(b)"),
        (dead, "known to have died: next of kin or personal representative", "45 CFR 164.404(d)(1)(ii)"),
        (minor & own,
         "a minor with an address asked for: it may be care that the minor may keep from a parent, so look first",
         "45 CFR 164.522(b) and 164.502(g)(3)"),
        (minor & rows["confirm"],
         "a minor with care that the minor may have consented to alone, or without an adult on record: look first",
         "45 CFR 164.502(g)(3) and (5)"),
        (minor,
         "a minor: a parent as personal representative, unless the minor may act alone or could be endangered",
         "45 CFR 164.502(g)(3) and (5)"),
        (rows["method"] == SUBSTITUTE, "mail came back: the address is out of date", "45 CFR 164.404(d)(2)"),
        (asked, "asked for another address, which comes before the policy's", "45 CFR 164.522(b)"),
    ]  # fmt: skip
    when = [case[0] for case in cases]
    why = np.select(when, [case[1] for case in cases], "last known address")
    return why, np.select(when, [case[2] for case in cases], "45 CFR 164.404(d)(1)(i)")
