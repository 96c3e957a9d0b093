"""Days that do not count as business days: the federal holidays of a year, with the day each is observed."""

from __future__ import annotations

import datetime as dt
import functools

MON, THU = 0, 3
# (month, weekday, which of the month; -1 the last), 5 USC 6103(a).
_MOVING = ((1, MON, 3), (2, MON, 3), (5, MON, -1), (9, MON, 1), (10, MON, 2), (11, THU, 4))
_FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))


@functools.lru_cache(maxsize=64)
def federal_holidays(year: int) -> frozenset[dt.date]:
    """The legal public holidays of 5 USC 6103(a) and the weekdays on which they are observed."""
    moving = {_nth(year, *rule) for rule in _MOVING}
    fixed = {dt.date(year, *day) for day in _FIXED}
    # New Year's Day of the next year, where that is a Saturday, is observed on 31 December.
    next_year = {dt.date(year + 1, 1, 1)} if year < dt.MAXYEAR else set()
    return frozenset(moving | {_observed(day) for day in fixed | next_year if _observed(day).year == year} | fixed)


def _nth(year: int, month: int, weekday: int, which: int) -> dt.date:
    if which < 0:
        last = (dt.date(year, month + 1, 1) if month < 12 else dt.date(year + 1, 1, 1)) - dt.timedelta(days=1)
        return last - dt.timedelta(days=(last.weekday() - weekday) % 7)
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))


def _observed(day: dt.date) -> dt.date:
    """The Friday before a Saturday, the Monday after a Sunday."""
    return day + dt.timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def same_day_next_year(day: dt.date) -> dt.date:
    """The same date a year on; 28 February after a 29th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)
