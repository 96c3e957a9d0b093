"""What law enforcement's word does to a date: the notice that it holds, and the day to which it moves.

Each law takes the same statement in its own way, as its file says (`hold` in content/law): an oral one for some days,
a written one for its time, only in writing, the later of two dates or days that run anew, or not at all.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from simlab.clock import after_days
from simlab.response.clocks import Moment, day_of
from simlab.response.facts import Hold
from simlab.response.law import HoldRule


@dataclass(frozen=True)
class Held:
    """A due date after the law-enforcement statements; `earliest`: the day on which the hold ends."""

    due: Moment
    earliest: dt.date | None = None
    why: str = ""
    missing: tuple[str, ...] = ()


def hold(due_: Moment, holds: tuple[Hold, ...], rule: HoldRule | None, *, at_once: bool = True) -> Held:
    """The due date under law enforcement's statements, as the law of `rule` takes them.

    `at_once`: the notice is owed without unreasonable delay, and so as soon as the hold ends.

    A statement that comes after the due date holds back what has not gone out, and moves no date.
    Source for HIPAA: 45 CFR 164.412; how it meets day 60 is not spelt out, so every hold asks for counsel.
    """
    if rule is None or not holds:
        return Held(due_)
    taken = sorted((h for h in holds if h.kind in rule.takes), key=lambda h: h.statement)
    until, is_open, moved = None, False, due_
    for one in taken:
        end, in_time = _hold_end(one, taken, rule), one.statement <= day_of(moved)
        is_open |= end is None and in_time
        if end is not None:
            until = max(until or end, end)
            moved = _later(moved, after_days(end, rule.days_after)) if in_time else moved
    missing = ("law_enforcement.until",) if is_open else ()
    return Held(moved, until, f"{_held_words(rule, taken, due_, until, at_once)} ({rule.cite})", missing)


def _later(due_: Moment, day: dt.date) -> Moment:
    return day if day > day_of(due_) else due_


def _held_words(rule: HoldRule, taken: list[Hold], due_: Moment, until: dt.date | None, at_once: bool) -> str:
    if not rule.takes:
        return "no delay for law enforcement is known here"
    if not taken:
        return f"only a {rule.takes[0]} request holds this notice"
    if taken[0].statement > day_of(due_):
        held = f"; what has not gone out is held to {until}" if until else ""
        return f"law enforcement asked for delay only after that day, which it cannot move{held}"
    if until is None:
        return "law enforcement asks for delay, and no day is known on which it ends: counted without it"
    then = f"the {rule.days_after} days run anew from then" if rule.days_after else "send it at once then"
    return f"{rule.who} holds the notice to {until}" + (f": {then}" if at_once or rule.days_after else "")


def _hold_end(one: Hold, holds: list[Hold], rule: HoldRule) -> dt.date | None:
    """The last day of a hold; None where nobody has said it."""
    if one.kind == "written" or rule.oral_days is None:
        return one.until
    first = min(h.statement for h in holds if h.kind == "oral")
    limit = after_days(first, rule.oral_days)  # saying it again does not start 30 new days
    later = [h for h in holds if h.kind == "written" and h.until and first <= h.statement <= limit]
    if later:  # a written statement within those days takes the oral one's place
        return max(h.until for h in later if h.until)
    return min(limit, one.until) if one.until and one.until >= first else limit
