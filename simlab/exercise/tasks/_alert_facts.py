"""What the alerts are made of: the company's staff and members, and how much each account reads on a usual day."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from simlab import clock, draw
from simlab.activity import ordinary, steps
from simlab.activity.incident import Fact
from simlab.activity.roster import ZONE, midnight
from simlab.dialogue.facts import company
from simlab.insurer import Insurer

WEEK, SEED = dt.date(clock.YEAR, 6, 8), 6
ROLES = {
    "claims_examiner": "claims examiner", "member_services": "member services", "nurse_reviewer": "nurse reviewer",
    "analyst": "data analyst",
}  # fmt: skip
# Ways to look where no work leads, and how the staff and member tables show it.
SNOOPS = {
    "snooping-vip": ("well known", "is in the news this week"),
    "snooping-relative": ("in the same household", "lives in the same household"),
    "snooping-coworker": ("works here too", "works here too"),
    "snooping-neighbor": ("lives in the same ZIP area", "lives in the same ZIP area"),
}


@dataclass(frozen=True)
class Snoop:
    """Who looked, at whom, and what joins the two."""

    actor: str
    member: str
    tie: str


@dataclass(frozen=True)
class Cast:
    """Staff ids by role, in drawn order, without those who are in another alert already."""

    by_role: dict[str, tuple[str, ...]]
    snoop: Snoop


class Office:
    """The company as the alerts see it."""

    def __init__(self, insurer: Insurer) -> None:
        self.insurer = insurer
        self.staff = insurer.staff.set_index("staff_id", drop=False)
        self.members = insurer.members.set_index("member_id", drop=False)
        self.usual = _usual(insurer)

    def name(self, staff: str) -> str:
        row = self.staff.loc[staff]
        return f"{row['name_given']} {row['name_family']}"

    def site(self, staff: str) -> str:
        site = self.staff.loc[staff, "site_id"]
        return str(self.insurer.sites.set_index("site_id").loc[str(site), "name"])

    def member(self, member: str) -> str:
        row = self.members.loc[member]
        return f"{row['name_given']} {row['name_family']}"

    def household(self, member: str) -> int:
        """How many others live with a member."""
        return int((self.members["household_id"] == self.members.loc[member, "household_id"]).sum()) - 1

    def day(self, account: str) -> int:
        """How many members' files an account reads on a usual day."""
        return self.usual.get(account, 0)

    def among(self, seed: int, first: int, many: int) -> pd.DataFrame:
        """Members in the order in which a reader who takes one after the other reaches them."""
        rank = draw.bits(seed, "alerts/reached", range(len(self.members)))
        return self.members.iloc[rank.argsort(kind="stable")[first : first + many]]

    def cast(self, seed: int) -> Cast:
        """Who is in the alerts of a seed."""
        snoop = _snoop(self.insurer, seed)
        role = self.staff["role"].astype(str)
        fit = self.staff["is_active"] & (self.staff["staff_id"] != snoop.actor)
        ids = {name: self.staff.index[fit & (role == name)] for name in ROLES}
        return Cast({name: _ranked(found, seed) for name, found in ids.items()}, snoop)


@functools.lru_cache(maxsize=1)
def office() -> Office:
    """The office, made once."""
    return Office(company())


def pick(seed: int, label: str, low: int, high: int) -> int:
    """A whole number from low to high, drawn under a label."""
    return low + draw.one(seed, f"alerts/{label}", 0, high - low + 1)


def _ranked(ids: Iterable[str], seed: int) -> tuple[str, ...]:
    return tuple(sorted(map(str, ids), key=lambda s: (draw.one(seed, "alerts/who", s, 2**31), s)))


def _usual(insurer: Insurer) -> dict[str, int]:
    """The middle of five working days: different members read, by account."""
    log = ordinary(insurer, start=WEEK, days=5, seed=SEED)
    reads = log[(log["activity_name"] == "Read") & (log["member"] != "")]
    days = (reads["time"] - midnight(WEEK, ZONE)) // clock.DAY
    found = reads.groupby([reads["actor"].astype(str), days])["member"].nunique()
    return {str(k): int(v) for k, v in found.groupby(level=0).median().items()}


def _snoop(insurer: Insurer, seed: int) -> Snoop:
    """One of the four kinds of looking, as the incident step of that name draws it; a kind that finds nobody is passed over."""
    at = midnight(WEEK, ZONE) + 11 * clock.HOUR
    for way in sorted(SNOOPS, key=lambda name: draw.one(seed, "alerts/way", name, 2**31)):
        fact = steps.get(way)(insurer, at=at, seed=seed, incident="alerts").fact or Fact("")
        says, tie = SNOOPS[way]
        if fact.says == says:
            return Snoop(fact.actors[0], fact.members[0], tie)
    raise AssertionError("the company has somebody well known")
