"""How long each of the staff has worked here, as what, where they sit, whom they report to, when they are away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.company import FIRST, Crew, site
from simlab.insurer.members import days
from simlab.insurer.people import NEVER, NEW_YEAR, YEAR_END, People
from simlab.insurer.text import Objects, blank_where, category, column, objects

CHANGES = ("hired", "transferred", "left")
LEAVE = ("vacation", "sick", "training", "parental")
# Years before 2026 in which somebody was hired, 0 for this year: 7 in 100 of a grown company are new.
_YEARS = (7, 16, 14, 12, 11, 9, 8, 7, 6, 5, 3, 2)
_PATTERNS = (
    "Mon|Tue|Wed|Thu|Fri", "Tue|Wed|Thu", "Mon|Tue|Thu", "Mon|Wed|Fri", "Tue|Thu", "Mon|Wed", "Wed|Thu",
)  # fmt: skip
_PATTERN_WEIGHTS = (34, 20, 10, 6, 16, 7, 7)
# Eight parts of the year, of 45 days each: what keeps somebody away in one, and for how many days.
_PARTS, _DAYS = 8, 45
_AWAY = (38, 42, 16, 4)  # nothing, vacation, sick, training
_LENGTHS = np.array([[2, 3, 5, 5, 7, 10, 12, 14], [1, 1, 1, 2, 2, 3, 4, 8], [1, 1, 1, 2, 2, 2, 3, 5]])


@dataclass(frozen=True, eq=False)
class Careers:
    """Days since 1970, one entry a person; `left` and `moved` are NEVER for those who have not."""

    hired: I64
    onboarded: I64
    left: I64
    moved: I64
    role_before: I64


def build(people: People, crew: Crew) -> Careers:
    """Every career. The first forty were all here before the year began, in the role that they have."""
    seed, number = people.seed, np.arange(len(crew.role), dtype=np.int64)
    early, gone = number < FIRST, ~crew.active
    years = draw.weighted(seed, "hired years ago", number, _YEARS)
    years = np.maximum(years, np.where(gone, 2, np.where(early, 1, 0)))
    hired = _monday(NEW_YEAR + 5 - years * 365 + draw.below(seed, "hired on", number, 270))
    late = draw.chance(seed, "trained late", number, 30_000)
    waits = np.where(late, draw.between(seed, "late by", number, 30, 60), draw.between(seed, "trained", number, 1, 9))
    left = _monday(NEW_YEAR - 170 + draw.below(seed, "left on", number, 460)) + 4
    left = np.where(gone, left, NEVER)
    moved, before = _transfers(people, crew, years, left)
    return Careers(hired, hired + waits, left, moved, before)


def _monday(day: I64) -> I64:
    """That day's Monday: 1 January 1970 was a Thursday."""
    return day - (day + 3) % 7


def _transfers(people: People, crew: Crew, years: I64, left: I64) -> tuple[I64, I64]:
    """When some changed their role, and from which; nobody of the first forty in the year itself."""
    seed, number, roles = people.seed, np.arange(len(crew.role), dtype=np.int64), pools.roles()
    before = draw.weighted(seed, "role before", number, [r.weight for r in roles])
    early = number < FIRST
    spread = np.where(early, 300, 600)
    moved = _monday(NEW_YEAR - 330 + draw.below(seed, "moved on", number, spread))
    moves = draw.chance(seed, "transferred", number, 80_000) & (years >= 3) & (before != crew.role)
    moves &= moved < np.minimum(left - 30, np.where(early, NEW_YEAR, NEVER))
    return np.where(moves, moved, NEVER), np.where(moves, before, -1)


def columns(people: People, crew: Crew, careers: Careers) -> dict[str, Any]:
    """What the staff's table says of careers: `left` is NaT for those who stay."""
    seed, number, roles = people.seed, np.arange(len(crew.role), dtype=np.int64), pools.roles()
    homes = np.array([s.kind == "remote" for s in pools.company().sites])[site(people, crew)]
    patterns = objects(list(_PATTERNS))[draw.weighted(seed, "on-site days", number, _PATTERN_WEIGHTS)]
    low, high = (np.array([r.caseload[i] for r in roles])[crew.role] for i in (0, 1))
    return {
        "manager_id": column(_managers(people, crew)),
        "on_site_days": column(blank_where(homes, patterns)),
        "caseload": low + draw.below(seed, "caseload", number, high - low + 1),
        "hired": days(careers.hired),
        "onboarded": days(careers.onboarded),
        "left": np.where(careers.left < NEVER, days(careers.left), np.datetime64("NaT", "s")),
    }


def _managers(people: People, crew: Crew) -> Objects:
    """Whom each reports to: one of the last three managers hired before; the first one reports to nobody."""
    manager = [r.id for r in pools.roles()].index("manager")
    chiefs = np.flatnonzero((crew.role == manager) & crew.active)
    number = np.arange(len(crew.role))
    known = np.searchsorted(chiefs, np.maximum(number, FIRST))
    mine = chiefs[known - 1 - draw.below(people.seed, "manager", number, np.minimum(known, 3))]
    out = crew.staff_id[np.where(crew.role == manager, chiefs[0], mine)]
    return blank_where(number == chiefs[0], out)


def changes_table(crew: Crew, careers: Careers) -> pd.DataFrame:
    """One row a change: hired, transferred, left; `from_role` or `to_role` is "" at either end."""
    number, roles = np.arange(len(crew.role)), [*(r.id for r in pools.roles()), ""]
    moved, gone = np.flatnonzero(careers.moved < NEVER), np.flatnonzero(careers.left < NEVER)
    started = np.where(careers.moved < NEVER, careers.role_before, crew.role)
    who = np.concatenate([number, moved, gone])
    day = np.concatenate([careers.hired, careers.moved[moved], careers.left[gone]])
    kind = np.repeat(np.arange(3), [len(number), len(moved), len(gone)])
    before = np.concatenate([np.full(len(number), -1), careers.role_before[moved], crew.role[gone]])
    after = np.concatenate([started, crew.role[moved], np.full(len(gone), -1)])
    order = np.lexsort((kind, who))
    return pd.DataFrame(
        {
            "staff_id": column(crew.staff_id[who[order]]),
            "date": days(day[order]),
            "kind": category(kind[order], CHANGES),
            "from_role": category(before[order] % len(roles), roles),
            "to_role": category(after[order] % len(roles), roles),
        }
    )


def leave_table(people: People, crew: Crew, careers: Careers) -> pd.DataFrame:
    """One row an absence in the year, `first` to `last` day; absences of a person never overlap."""
    seed, many = people.seed, len(crew.role)
    key = np.arange(many * _PARTS, dtype=np.int64)
    who, part = np.divmod(key, _PARTS)
    kind = draw.weighted(seed, "away", key, _AWAY) - 1
    length = _LENGTHS[np.maximum(kind, 0), draw.below(seed, "away for", key, 8)]
    first = NEW_YEAR + part * _DAYS + draw.below(seed, "away from", key, _DAYS - length)
    # A new child: two parts of the year and nothing else in them.
    begins = draw.below(seed, "parental part", np.arange(many), _PARTS - 1)
    parent = draw.chance(seed, "parental", np.arange(many), 20_000)
    at = parent[who] & (part == begins[who])
    within = at | (parent[who] & (part == begins[who] + 1))
    kind = np.where(at, LEAVE.index("parental"), np.where(within, -1, kind))
    first = np.where(at, NEW_YEAR + part * _DAYS, first)
    last = np.where(at, first + 2 * _DAYS - 1, first + length - 1)
    here = (first >= careers.onboarded[who]) & (last <= np.minimum(careers.left[who], YEAR_END))
    rows = np.flatnonzero((kind >= 0) & here)
    return pd.DataFrame(
        {
            "staff_id": column(crew.staff_id[who[rows]]),
            "first": days(first[rows]),
            "last": days(last[rows]),
            "kind": category(kind[rows], LEAVE),
        }
    )
