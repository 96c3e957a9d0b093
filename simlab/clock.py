"""Simulated time: instants in whole microseconds UTC, calendar days, and durations in words.

Nothing here reads the machine's clock. Time zones come from the locked `tzdata` package and never
from the machine, so that a date is the same on every computer.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib.resources
import re
import zoneinfo

from simlab.errors import InputError

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND

# The simulated year that every lesson tells of.
YEAR = 2026
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"^(-?)((?:\d+[dhms])(?: ?\d+[dhms])*)$")


def micros(when: dt.datetime) -> int:
    """Microseconds since 1970-01-01 UTC. Raises InputError for a time without a zone."""
    if when.tzinfo is None:
        raise InputError(f"{when.isoformat()} has no time zone: write it as {when.isoformat()}Z")
    return (when - EPOCH) // dt.timedelta(microseconds=1)


def instant(us: int) -> dt.datetime:
    """The UTC datetime of a count of microseconds."""
    return EPOCH + dt.timedelta(microseconds=us)


def seconds(text: str) -> int:
    """Seconds in a duration such as `90s`, `26h`, `2d 4h` or `-61d`. Raises InputError."""
    found = _DURATION.match(text.strip())
    if not found:
        raise InputError(f"{text!r} is not a duration: write for example 90s, 45m, 26h, 2d 4h, -61d")
    total = sum(int(n) * _UNIT[u] for n, u in re.findall(r"(\d+)([dhms])", found[2]))
    return -total if found[1] else total


def duration(total: int) -> str:
    """Seconds in words that `seconds` reads back: 97200 gives `1d 3h`."""
    rest, parts = abs(total), []
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, _UNIT[unit])
        if count:
            parts.append(f"{count}{unit}")
    return ("-" if total < 0 else "") + (" ".join(parts) or "0s")


def after_days(day: dt.date, count: int) -> dt.date:
    """The date `count` calendar days after `day`; day 0 is `day` itself."""
    return day + dt.timedelta(days=count)


@functools.cache
def zone(name: str) -> zoneinfo.ZoneInfo:
    """A time zone from the locked tzdata package. Raises InputError for an unknown name."""
    try:
        parts = name.split("/")
        where = importlib.resources.files("tzdata.zoneinfo").joinpath(*parts)
        with where.open("rb") as f:
            return zoneinfo.ZoneInfo.from_file(f, key=name)
    except (OSError, ValueError) as e:
        raise InputError(f"no time zone named {name!r}: write for example America/Chicago") from e


def local_date(when: dt.datetime, zone_name: str) -> dt.date:
    """The calendar date of an instant at a place. Raises InputError for a time without a zone."""
    return instant(micros(when)).astimezone(zone(zone_name)).date()
