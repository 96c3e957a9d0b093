"""When a clock starts, and how it counts.

Calendar days are counted with the trigger as day 0 and never rolled off a weekend or a holiday: 45 CFR
164 Subpart D knows no such rule. Business days skip weekends and the holidays that the regime lists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from simlab.clock import after_days, local_date
from simlab.clock import zone as place
from simlab.errors import InputError
from simlab.response.facts import Facts
from simlab.response.law import Regime, Rule, Trigger, Unit

Moment = dt.date | dt.datetime


@dataclass(frozen=True)
class Start:
    """What started a clock. `has_happened` None: not known; `missing`: facts that could move or decide it."""

    when: Moment | None
    why: str
    has_happened: bool | None = True
    missing: tuple[str, ...] = ()
    confirm: str = ""


def is_weekend(day: dt.date) -> bool:
    """Saturdays and Sundays."""
    return day.weekday() >= 5


def add(
    when: Moment, count: int, unit: Unit, *, is_off: Callable[[dt.date], bool] = is_weekend, zone: str = "UTC"
) -> Moment:
    """The moment `count` units after `when`, which is day 0: an instant for hours, else a date.

    Hours after a plain date count from its first moment at `zone`, the earliest that can be meant;
    business days leave out those that `is_off`.
    """
    if unit == "hours":
        return _instant(when, zone) + dt.timedelta(hours=count)
    day = local_date(when, zone) if isinstance(when, dt.datetime) else when
    if unit == "calendar days":
        return after_days(day, count)
    left = count
    while left:
        day = after_days(day, 1)
        left -= not is_off(day)
    return day


def _instant(when: Moment, zone: str) -> dt.datetime:
    if isinstance(when, dt.datetime):
        return when.astimezone(dt.UTC)
    return dt.datetime.combine(when, dt.time(), place(zone)).astimezone(dt.UTC)


def day_of(when: Moment) -> dt.date:
    """The calendar date of a date or an instant."""
    return when.date() if isinstance(when, dt.datetime) else when


def moment(when: Moment) -> str:
    """A date, or an instant to the minute in UTC, so that hours can be counted between two."""
    return f"{when.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if isinstance(when, dt.datetime) else when.isoformat()


def discovery(facts: Facts) -> Start:
    """The day on which the plan discovered the breach: 45 CFR 164.404(a)(2).

    The plan's own people, an agent's knowledge, or word from a contractor, whichever is first.
    """
    known = {
        facts.discovered: "the plan's own people knew of it",
        facts.should_have_known: "reasonable diligence would have shown it",
        facts.ba_notified: "the business associate told the plan",
    }
    if facts.discovered_by == "agent":
        known[facts.ba_discovered] = "the business associate, the plan's agent, knew of it: its knowledge is the plan's"
    elif facts.discovered_by is None:
        known[facts.ba_discovered] = "the business associate knew of it; this counts if it is the plan's agent"
    known.pop(None, None)
    missing = _undiscovered(facts)
    if not known:
        return Start(None, "the day of discovery is not known", True, missing or ("discovered",))
    first = min(day for day in known if day is not None)
    return Start(first, known[first], True, missing, _discovery_counsel(facts, first))


def _undiscovered(facts: Facts) -> tuple[str, ...]:
    if facts.discovered_by is None and facts.ba_discovered:
        return ("discovered_by",)
    if facts.discovered_by == "agent" and facts.ba_discovered is None:
        return ("ba_discovered",)
    if facts.discovered_by == "business associate contractor" and not (facts.ba_notified or facts.discovered):
        return ("ba_notified",)
    return ()


def _discovery_counsel(facts: Facts, first: dt.date) -> str:
    if facts.ba_discovered and facts.discovered_by != "workforce":
        return "whether a business associate is an agent turns on the plan's right to control how it works"
    if facts.should_have_known and first == facts.should_have_known != facts.discovered:
        return "what reasonable diligence would have shown, and when, is a judgement"
    return ""


def ba_discovery(facts: Facts) -> Start:
    """The day on which the business associate discovered it: 45 CFR 164.410(a)(2)."""
    if facts.ba_discovered:
        return Start(facts.ba_discovered, "the business associate knew of it")
    if facts.discovered_by in ("agent", "business associate contractor") or facts.ba_notified:
        return Start(None, "the day on which the business associate knew is not known", True, ("ba_discovered",))
    return Start(None, "no business associate is known to have discovered it", False)


def _given(key: str, words: str) -> Callable[[Facts], Start]:
    def start(facts: Facts) -> Start:
        when = getattr(facts, key)
        if when is None:
            return Start(None, f"whether and when {words} is not known", None, (key,))
        return Start(when, words)

    return start


TRIGGERS: dict[Trigger, Callable[[Facts], Start]] = {
    "discovery": discovery,
    "business associate discovery": ba_discovery,
    "determination": _given("determined", "it was determined that the event had occurred"),
    "awareness": _given("aware", "the organization became aware of it"),
    "payment": _given("paid", "an extortion payment was made"),
    "notice to HHS": _given("hhs_notified", "HHS was notified"),
    "notice to individuals": _given("individuals_notified", "the individuals were notified"),
}


def due(rule: Rule, law: Regime, start: Moment) -> Moment:
    """The last moment for a duty whose clock started at `start`, before any hold."""
    timed = law.timed(rule)
    if timed.unit is None or timed.count is None:
        raise InputError(f"law {law.id}: duty {rule.id} has neither unit and count nor a duty it goes together with")
    if timed.counted_from == "end of the year":
        start = dt.date(day_of(start).year, 12, 31)
    return add(start, timed.count, timed.unit, is_off=law.is_off, zone=law.zone)
