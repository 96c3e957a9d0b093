"""Facts that cannot all be true: each check raises InputError naming the key and what it clashes with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from simlab.clock import zone
from simlab.errors import InputError, UnknownName
from simlab.response.terms import CONDITIONS, STATES

if TYPE_CHECKING:
    from simlab.response.facts import Facts

Moment = dt.date | dt.datetime
# What other bodies of law count from: a date, or an instant with its zone.
MOMENTS = ("determined", "aware", "paid", "individuals_notified", "hhs_notified")

YEARS = (1996, 2199)


def require_consistent(facts: Facts) -> None:
    """Raises InputError, UnknownName for the first contradiction."""
    for check in (_dates, _moments, _people, _places, _recounts, _exception, _assessment, _holds):
        check(facts)


def _day(value: Moment) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _dates(facts: Facts) -> None:
    zone(facts.zone)  # an unknown one is refused even where no instant needs it yet
    for key in ("occurred", "discovered", "should_have_known", "ba_discovered", "ba_notified", *MOMENTS):
        when = getattr(facts, key)
        if when and not YEARS[0] <= when.year <= YEARS[1]:
            raise InputError(f"{key}: {when} is not between {YEARS[0]} and {YEARS[1]}: look at the year")
    for key in ("discovered", "should_have_known", "ba_discovered", "ba_notified"):
        when = getattr(facts, key)
        if when and facts.occurred and when < facts.occurred:
            raise InputError(f"{key}: {when} is before occurred, {facts.occurred}: nobody can know of it earlier")
    if facts.ba_notified and facts.ba_discovered and facts.ba_notified < facts.ba_discovered:
        raise InputError(
            f"ba_notified: {facts.ba_notified} is before ba_discovered, {facts.ba_discovered}: "
            "a business associate cannot tell what it does not know yet"
        )


def _moments(facts: Facts) -> None:
    known = [d for d in (facts.discovered, facts.ba_discovered, facts.ba_notified) if d]
    for key in MOMENTS:
        when = getattr(facts, key)
        # A day of grace, since the instant is in UTC and `occurred` in the plan's own calendar.
        grace = dt.timedelta(days=1)
        if when and facts.occurred and _day(when) < facts.occurred - grace:
            raise InputError(f"{key}: {when} is before occurred, {facts.occurred}")
        if key.endswith("_notified") and when and known and _day(when) < min(known) - grace:
            raise InputError(f"{key}: {when} is before anybody had discovered it, {min(known)}")


def _people(facts: Facts) -> None:
    _counted("counts", facts.counts if not facts.counted else None)
    for key in ("deceased", "minors", "bad_addresses"):
        count = getattr(facts, key)
        if count is not None and count < 0:
            raise InputError(f"{key}: {count} people: a count is 0 or more")
        if count is not None and facts.total is not None and count > facts.total:
            raise InputError(f"{key}: {count} people, but counts adds up to {facts.total} affected")
    if facts.members is not None and facts.total is not None and facts.total > facts.members:
        raise InputError(
            f"counts: {facts.total:,} people are affected, but there are {facts.members:,} members: count individuals, "
            "former members among them, and put `members` right if it leaves those out"
        )


def _counted(key: str, counts: dict[str, int] | None) -> None:
    for state, count in (counts or {}).items():
        if state not in STATES:
            raise UnknownName(f"State code ({key})", state, STATES)
        if count < 0:
            raise InputError(f"{key}.{state}: {count} people: a count is 0 or more")


def _places(facts: Facts) -> None:
    for key, states in (("domicile", (facts.domicile,)), ("licensed", facts.licensed or ())):
        for state in states:
            if state is not None and state not in STATES:
                raise UnknownName(f"State code ({key})", state, STATES)
    if facts.domicile and facts.licensed is not None and facts.domicile not in facts.licensed:
        raise InputError(f"licensed: {', '.join(facts.licensed) or 'nowhere'}, but domicile is {facts.domicile}")


def _recounts(facts: Facts) -> None:
    days = [one.on for one in facts.counted]
    if days != sorted(set(days)):
        raise InputError("counted: give each count its own day, the earliest first")
    for i, one in enumerate(facts.counted):
        _counted(f"counted[{i}].counts", one.counts)
    if facts.counted and facts.counts != facts.counted[-1].counts:
        raise InputError(
            f"counts: {facts.counts} is not the last count, {facts.counted[-1].counts} of {days[-1]}: leave counts out"
        )


def _exception(facts: Facts) -> None:
    if facts.exception is None and facts.conditions:
        raise InputError(f"conditions: stand without an exception: name one of {', '.join(CONDITIONS)}")
    if facts.exception is not None:
        for key in facts.conditions:
            if key not in CONDITIONS[facts.exception]:
                raise UnknownName(f"condition of {facts.exception!r} (conditions)", key, CONDITIONS[facts.exception])
    if facts.snooping and facts.permitted_use:
        raise InputError("permitted_use: looking up records for one's own reasons (snooping) is never permitted")


def _assessment(facts: Facts) -> None:
    if facts.low_probability and facts.assessment_done is False:
        raise InputError("low_probability: is said, but assessment_done is false: it takes a documented assessment")
    if facts.low_probability and all(factor.points_to == "not low" for _, factor in facts.factors.items()):
        raise InputError("low_probability: is said, but all four factors point to 'not low'")


def _holds(facts: Facts) -> None:
    for i, hold in enumerate(facts.law_enforcement):
        if hold.until and hold.until < hold.statement:
            raise InputError(f"law_enforcement[{i}].until: {hold.until} is before the statement, {hold.statement}")
