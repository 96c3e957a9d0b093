"""The accounting of disclosures that a member asks for: 45 CFR 164.528. Six years back, exclusions applied."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from simlab.clock import local_date
from simlab.controls.consent.records import HOME
from simlab.controls.sharing.request import Disclosed

YEARS, FREE_MONTHS = 6, 12
RULE = "45 CFR 164.528(a)(1)"


@dataclasses.dataclass(frozen=True)
class Suspension:
    """An oversight agency or an official asks that disclosures to them stay out for a time: 164.528(a)(2)."""

    to: str
    until: dt.date


@dataclasses.dataclass(frozen=True)
class Line:
    """One disclosure as the accounting treats it: shown or not, and the source."""

    of: Disclosed
    is_shown: bool
    cite: str


@dataclasses.dataclass(frozen=True)
class Accounting:
    """What the member gets. `is_free`: the first in any twelve months is (45 CFR 164.528(c)(2))."""

    member: str
    asked: dt.date
    lines: tuple[Line, ...]
    is_free: bool

    @property
    def shown(self) -> tuple[Disclosed, ...]:
        return tuple(line.of for line in self.lines if line.is_shown)


def accounting(
    disclosed: Iterable[Disclosed],
    member: str,
    asked: dt.date,
    *,
    earlier: Iterable[dt.date] = (),
    suspended: Iterable[Suspension] = (),
    zone: str = HOME,
) -> Accounting:
    """The accounting for a member who asks on a day; `earlier`: days on which they asked before."""
    held = tuple(suspended)
    lines = tuple(_line(d, asked, held, zone) for d in disclosed if d.member == member)
    year_ago = years_before(asked, FREE_MONTHS // 12)
    return Accounting(member, asked, lines, not any(year_ago < day <= asked for day in earlier))


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day some years before; 28 February for a 29th that is not there."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _line(one: Disclosed, asked: dt.date, suspended: tuple[Suspension, ...], zone: str) -> Line:
    day = local_date(one.at, zone)
    if not one.is_counted:
        return Line(one, False, one.cite)
    if not years_before(asked, YEARS) <= day <= asked:
        return Line(one, False, RULE)
    if any(s.to == one.to and asked < s.until for s in suspended):
        return Line(one, False, "45 CFR 164.528(a)(2)")
    return Line(one, True, RULE)
