"""Facts that cannot all be true: each check raises InputError naming the key and what it clashes with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from simlab.clock import local_date, zone
from simlab.errors import InputError, UnknownName
from simlab.response.terms import CONDITIONS, STATE_NAMES, STATES

if TYPE_CHECKING:
    from simlab.response.facts import Facts

Moment = dt.date | dt.datetime
# Days in the plan's calendar, and what other bodies of law count from: a date, or an instant with its zone.
DAYS = ("discovered", "should_have_known", "ba_discovered", "ba_notified")
MOMENTS = ("determined", "aware", "paid", "individuals_notified", "hhs_notified")

YEARS = (1996, 2199)
# More people than any count here can mean.
MOST = 1_000_000_000


def require_consistent(facts: Facts) -> None:
    """Raises InputError, UnknownName for the first contradiction."""
    for check in (_dates, _moments, _people, _places, _recounts, _exception, _assessment, _holds):
        check(facts)


def require_state(key: str, code: object) -> None:
    """Raises InputError for what is no State's code, with the code where its name was written."""
    if code in STATES:
        return
    said = str(code).strip()
    names = {name.removeprefix("the ").lower(): state for state, name in STATE_NAMES.items()}
    meant = names.get(said.lower().removeprefix("the "), said.upper() if said.upper() in STATES else "")
    raise InputError(f"{key}: {said!r} is no State code: write {meant or 'two capital letters, as in OH'}")


def _dates(facts: Facts) -> None:
    try:
        zone(facts.zone)  # an unknown one is refused even where no instant needs it yet
    except InputError as e:
        raise InputError(f"zone: {e}") from None
    said = {key: getattr(facts, key) for key in ("occurred", *DAYS, *MOMENTS)}
    for i, hold in enumerate(facts.law_enforcement):
        said |= {f"law_enforcement[{i}].statement": hold.statement, f"law_enforcement[{i}].until": hold.until}
    said |= {f"counted[{i}].on": one.on for i, one in enumerate(facts.counted)}
    for key, when in said.items():
        if when and not YEARS[0] <= when.year <= YEARS[1]:
            raise InputError(f"{key}: {when} is not between {YEARS[0]} and {YEARS[1]}: look at the year")
        if when and facts.occurred and _day(when, facts) < facts.occurred:
            raise InputError(f"{key}: {when} is before occurred, {facts.occurred}: nothing of it can be earlier")
    if facts.ba_notified and facts.ba_discovered and facts.ba_notified < facts.ba_discovered:
        raise InputError(
            f"ba_notified: {facts.ba_notified} is before ba_discovered, {facts.ba_discovered}: "
            "a business associate cannot tell what it does not know yet"
        )


def _day(when: Moment, facts: Facts) -> dt.date:
    """The day of an instant in the plan's own calendar."""
    return local_date(when, facts.zone) if isinstance(when, dt.datetime) else when


def _moments(facts: Facts) -> None:
    known = [d for d in (facts.discovered, facts.ba_discovered, facts.ba_notified) if d]
    for key in ("individuals_notified", "hhs_notified"):
        when = getattr(facts, key)
        if when and known and _day(when, facts) < min(known):
            raise InputError(f"{key}: {when} is before anybody had discovered it, {min(known)}")


def _people(facts: Facts) -> None:
    require_counts("counts", facts.counts if not facts.counted else None)
    for key in ("deceased", "minors", "bad_addresses", "members"):
        count = getattr(facts, key)
        if count is not None:
            _require_count(key, count)
        if key != "members" and count is not None and facts.total is not None and count > facts.total:
            raise InputError(f"{key}: {count} people, but counts adds up to {facts.total} affected")
    if facts.members is not None and facts.total is not None and facts.total > facts.members:
        raise InputError(
            f"counts: {facts.total:,} people are affected, but there are {facts.members:,} members: count individuals, "
            "former members among them, and put `members` right if it leaves those out"
        )


def require_counts(key: str, counts: dict[str, int] | None) -> None:
    """Raises InputError for what is no count of people by State."""
    for state, count in (counts or {}).items():
        require_state(key, state)
        _require_count(f"{key}.{state}", count)


def _require_count(key: str, count: int) -> None:
    if count < 0:
        raise InputError(f"{key}: {count} people: a count is 0 or more")
    if count > MOST:
        raise InputError(f"{key}: {count:,} people are more than there are: look at the number")


def _places(facts: Facts) -> None:
    if facts.domicile is not None:
        require_state("domicile", facts.domicile)
    for i, state in enumerate(facts.licensed or ()):
        require_state(f"licensed[{i}]", state)
    if facts.domicile and facts.licensed is not None and facts.domicile not in facts.licensed:
        raise InputError(f"licensed: {', '.join(facts.licensed) or 'nowhere'}, but domicile is {facts.domicile}")


def _recounts(facts: Facts) -> None:
    days = [one.on for one in facts.counted]
    if days != sorted(set(days)):
        raise InputError("counted: give each count its own day, the earliest first")
    for i, one in enumerate(facts.counted):
        require_counts(f"counted[{i}].counts", one.counts)
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
