"""Who works when and where: one entry for each person and day of work, and for each vendor's log-in.

All numbers of a day come from (seed, day, person): a day is the same whether it is made alone or as
one of a year, and a new member of staff changes nobody else's day.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simlab import clock, draw
from simlab.activity.presence import Flags
from simlab.activity.work import work
from simlab.activity.workers import DESK, HOME, JOURNEY, KIOSK, Names, Workers
from simlab.activity.workers import ZONE as ZONE
from simlab.draw import I64

MILLI = 1000
ILL = 45_000  # in a million: away on a working day
LATE = 15_000  # in a million: works on in the evening
TRAVELS, NO_LAPTOP = 30_000, 6_000  # in a million: a nurse reviewer's week, a shift at a site


@dataclass(frozen=True, eq=False)
class Shifts:
    """Shifts worked: `who` (index into Workers), a `key` for draws, begin and length in microseconds.

    `covers` is whose list they help with: somebody of the same role who is away, -1 for nobody.
    """

    workers: Workers
    who: I64
    key: I64
    begin: I64
    length: I64
    session: Names
    covers: I64

    def only(self, keep: Flags) -> Shifts:
        """The shifts for which `keep` holds."""
        cut = (self.who[keep], self.key[keep], self.begin[keep], self.length[keep], self.session[keep])
        return Shifts(self.workers, *cut, self.covers[keep])


def shifts(workers: Workers, day: dt.date, seed: int) -> Shifts:
    """The shifts that begin on a day."""
    many = workers.many
    key = day_key(day) + workers.number[:many]
    often = np.full(many, 1_000_000 - ILL)
    if day.weekday() >= 5:
        often = np.array([work(role).weekend for role in workers.roles])[workers.role_code[:many]]
    here = workers.expected(day) & draw.chance(seed, "at work", key, often)
    who = np.flatnonzero(here)
    offset = {name: midnight(day, name) for name in set(workers.zone)}
    begin = np.array([offset[name] for name in workers.zone[who]], dtype=np.int64)
    begin += workers.start_hour[who] * clock.HOUR
    begin += draw.between(seed, "arrives", key[who], -8 * 60 * MILLI, 14 * 60 * MILLI) * MILLI
    begin += draw.below(seed, "arrives fine", key[who], MILLI)
    length = workers.hours[who] * clock.HOUR + draw.below(seed, "stays", key[who], 25 * 60 * MILLI) * MILLI
    covers = _covers(workers, workers.employed(day) & ~here, here, key, seed)
    at = places(workers, day, seed)[who] * many + who
    return Shifts(workers, at, key[who], begin, length, sessions(seed, key[who]), covers)


def places(workers: Workers, day: dt.date, seed: int) -> I64:
    """Where each of the `many` works on a day, as one of PLACES."""
    many = workers.many
    number = workers.number[:many]
    comes = workers.is_on_site[:many] & workers.on_site[:, day.weekday()]
    # On the other days they work from home, as those do always who have no site.
    at = np.where(workers.is_on_site[:many] & ~comes, HOME, DESK).astype(np.int64)
    at[comes & draw.chance(seed, "no laptop", day_key(day) + number, NO_LAPTOP)] = KIOSK
    # Nurse reviewers visit hospitals, a working week at a time.
    monday = day_key(day - dt.timedelta(days=day.weekday()))
    travels = (workers.role[:many] == "nurse_reviewer") & draw.chance(seed, "travels", monday + number, TRAVELS)
    at[travels & (day.weekday() < 5)] = JOURNEY
    return at


def _covers(workers: Workers, off: Flags, here: Flags, key: I64, seed: int) -> I64:
    """Of each who is here, somebody of their role who is not; on a weekend most are not, and nobody covers."""
    out = np.full(len(here), -1, dtype=np.int64)
    role = workers.role_code[: workers.many]
    for code, name in enumerate(workers.roles):
        away, there = np.flatnonzero((role == code) & off), np.flatnonzero((role == code) & here)
        if name != "vendor" and 0 < len(away) <= len(there):
            out[there] = away[draw.below(seed, "covers whom", key[there], len(away))]
    return out[here]


def late(day: Shifts, seed: int) -> Shifts:
    """Those of a day's staff who work on from home in the evening, in a session of its own."""
    some = day.only(draw.chance(seed, "works late", day.key, LATE) & (day.workers.role[day.who] != "vendor"))
    pause = draw.between(seed, "pause", some.key, 90, 200) * clock.MINUTE
    length = draw.between(seed, "late minutes", some.key, 30, 80) * clock.MINUTE
    key = -some.key  # the same person and day, and yet other draws
    # Who is on a journey works on there.
    many = day.workers.many
    at = np.where(some.who // many == JOURNEY, some.who, HOME * many + some.who % many)
    return Shifts(day.workers, at, key, some.begin + some.length + pause, length, sessions(seed, key), some.covers)


def joined(parts: list[Shifts]) -> Shifts:
    """The shifts of several days as one."""
    columns = [[p.who, p.key, p.begin, p.length, p.session, p.covers] for p in parts]
    return Shifts(parts[0].workers, *(np.concatenate(c) for c in zip(*columns, strict=True)))


def sessions(seed: int, key: npt.ArrayLike) -> Names:
    """Session ids: they say nothing about whose they are."""
    return np.array([f"{bits:016x}"[:12] for bits in draw.bits(seed, "session", key).tolist()], dtype=object)


def day_key(day: dt.date) -> int:
    """Where the draws of a day begin: a million keys for each."""
    return day.toordinal() * 1_000_000


@functools.lru_cache(maxsize=4096)
def midnight(day: dt.date, zone: str) -> int:
    """A local day's beginning in microseconds UTC, by the offset that holds there at noon."""
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=clock.zone(zone))
    return clock.micros(noon) - 12 * clock.HOUR
