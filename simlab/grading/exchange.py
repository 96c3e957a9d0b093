"""nbgrader's exchange: `inbound/<student>+<assignment>+<timestamp>[+<random>]`, of which the latest counts.

A time whose zone is not known is never guessed: two of them are only ordered where that cannot matter.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cmp_to_key

from simlab.grading.intake import STAMP
from simlab.grading.members import Member, Tree, Work
from simlab.grading.untrusted import RefusedError, shown

INBOUND, COURSE = "inbound", frozenset({"inbound", "outbound", "feedback"})
_ENTRY = re.compile(
    r"^(?P<student>[^+]+)\+(?P<assignment>[^+]+)\+"
    r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?P<zone> ?[+-]\d\d:?\d\d|Z| ?[^+]{0,40}?)"
    r"(?:\+(?P<random>[A-Za-z0-9_=-]*))?$"
)
_OFFSET = re.compile(r"^([+-])(\d\d):?(\d\d)$")
_FAR = dt.timedelta(hours=27)  # no two zones are further apart
_CHANGE = dt.timedelta(hours=2)  # what a clock that is put back can hide


@dataclass(frozen=True)
class Entry:
    """One name in `inbound`; `utc` is None where the zone is not known."""

    top: str
    student: str
    assignment: str
    local: dt.datetime
    zone: str
    utc: dt.datetime | None

    def __str__(self) -> str:
        return shown(f"{self.local} {self.zone}".strip())


def entry(top: str) -> Entry | None:
    """What a name says, None where it is no name of the exchange's."""
    found = _ENTRY.match(top)
    if not found:
        return None
    zone = found["zone"].strip()
    offset = _offset(zone)
    try:
        local = dt.datetime.fromisoformat(found["time"])
        utc = None if offset is None else local - offset
    except (ValueError, OverflowError):  # no day of any year
        return None
    return Entry(top, found["student"], found["assignment"], local, zone, utc)


def _offset(zone: str) -> dt.timedelta | None:
    if zone in ("UTC", "GMT", "Z"):
        return dt.timedelta(0)
    if not (found := _OFFSET.match(zone)):
        return None
    size = dt.timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -size if found[1] == "-" else size


def works(tree: Tree, tops: list[str], assignment: str | None) -> Iterator[Work]:
    """One submission for each student and assignment: the latest, with what it leaves behind named."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for top in tops:
        found = entry(top)
        if found and (assignment is None or assignment.casefold() == found.assignment.casefold()):
            groups.setdefault((found.student, found.assignment), []).append(found)
    for (student, name), entries in groups.items():
        work = Work(student, name, entries[0].top)
        try:
            last = _latest(entries)
            work.members = _members(tree, last)
            work.notes += _others(last, entries)
        except RefusedError as e:
            work.refused = e
        yield work


def _latest(entries: list[Entry]) -> Entry:
    """The one that was handed in last. Raises RefusedError where the stamps do not say which."""
    last = max(entries, key=cmp_to_key(_order))
    for other in entries:
        if other is not last and _order(last, other) <= 0:
            raise RefusedError(
                f"was handed in more than once, and the stamps do not say which is the last ({last}, {other})"
            )
    return last


def _order(one: Entry, other: Entry) -> int:
    """1 where `one` is surely the later, -1 where it is surely not, 0 where nobody can say."""
    if one.utc and other.utc:
        return (one.utc > other.utc) - (one.utc < other.utc)
    apart = one.local - other.local
    unsure = _CHANGE if one.zone == other.zone == "" else dt.timedelta(0) if one.zone == other.zone else _FAR
    return 0 if abs(apart) < unsure else (apart > dt.timedelta(0)) - (apart < dt.timedelta(0))


def _others(last: Entry, entries: list[Entry]) -> list[str]:
    earlier = sorted(str(e) for e in entries if e is not last)
    said = ", ".join(earlier[:5]) + (f" and {len(earlier) - 5} more" if len(earlier) > 5 else "")
    return [f"was handed in {len(entries)} times: {last} counts, not {said}"] if earlier else []


def _members(tree: Tree, last: Entry) -> list[Member]:
    found = tree.below(last.top)
    if last.utc is None:
        return found
    said = last.utc.strftime("%Y-%m-%d %H:%M:%S UTC\n").encode()
    return [m for m in found if m.parts != (STAMP,)] + [Member((STAMP,), lambda cap: said)]
