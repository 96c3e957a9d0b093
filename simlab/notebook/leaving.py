"""The last day of Brightwater's contract: two choices, and what a month later stands open, is missed, or still lies there."""

from __future__ import annotations

import dataclasses

from simlab.exercise.tasks._last_day import LastDay, Thing, Vendor, build, play
from simlab.notebook.lists import Follows, Lists

SEED = 46  # whose list has one shared log-in, and a firm that takes over
BRIGHTWATER = Vendor(
    name="Brightwater Mailing",
    prefix="brightwater",
    person="Petra Lindqvist",
    twin="Brightwater Claims Exchange",
    helper="Pellworth Data Entry",
)
NOTHING, PEOPLE, THEIRS, ALL = (
    "nothing: the contract has ended",
    "the log-in that people use",
    "what is Brightwater's",
    "everything on the list",
)
WORD, PAPER, BOUND = (
    "their letter says they are deleted",
    "destroyed, with certificates",
    "the same, and what cannot go stays bound",
)


def lastday() -> Lists:
    """Two lists to choose from, and below them what a month brings, on both sides."""
    lists = [
        ("access", "Close:", [NOTHING, PEOPLE, THEIRS, ALL]),
        ("data", "The data:", [WORD, PAPER, BOUND]),
    ]
    return Lists(lists, _follow, ("A month later", "What came of it", "Number"))


def _day() -> LastDay:
    day = build(SEED, BRIGHTWATER)
    return dataclasses.replace(day, things=tuple(dataclasses.replace(t, id=t.kind) for t in day.things))


def _follow(chosen: dict[str, str]) -> Follows:
    day = _day()
    month = play(day, {t.id: _choice(t, chosen) for t in day.things}, SEED)
    doors, stays, data = (len(day.of(sort)) for sort in ("door", "stay", "data"))
    rows = (
        ("members' records that could be read", month.reads),
        ("members who waited", month.waits),
        ("ways in that opened", month.open_doors),
        ("services cut that members need", month.cut),
        ("sets of data that nobody can account for", month.unproven),
    )
    verdict = f"{month.open_doors} of {doors} ways in opened, {month.cut} of {stays} services cut, {month.unproven} of {data} sets of data unaccounted for."
    return Follows(verdict, _said(day, chosen), tuple(sorted(rows, key=lambda r: -r[1])))


def _choice(thing: Thing, chosen: dict[str, str]) -> str:
    if thing.sort == "data":
        return {WORD: "phone", PAPER: "proof"}.get(chosen["data"], thing.right)
    shut = {NOTHING: False, PEOPLE: thing.slot == "login", THEIRS: thing.sort == "door", ALL: True}[chosen["access"]]
    return "now" if shut else "leave"


def _said(day: LastDay, chosen: dict[str, str]) -> str:
    """The side that hurts most, by name."""
    for thing in (*day.of("stay"), *day.of("door"), *day.of("data")):
        choice = _choice(thing, chosen)
        if choice != thing.right:
            return f"{thing.title}: {thing.follows[choice]}"
    return "Nothing opened, nobody waited, and each copy is accounted for."
