"""Who of the staff does a piece of work, and when: somebody active, of the right role, within their shift.

Times are the clock on the wall where they work. A member's work goes to staff who were there when the
member came, so that a larger insurer gives nobody's work to somebody else.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer.text import category

HOUR, MONDAY = 3600, 3  # 1 January 1970 was a Thursday
FIRST, PER = 40, 100  # staff there are at least, and members for each one
SPAN = 1_000_000  # more than any day's number
_COLLEAGUES = 12  # how many are asked when somebody is away


@dataclass(frozen=True, eq=False)
class Desk:
    """The staff as arrays, one entry a person; `role` names each one's, "" for those who get no work.

    `since` is the day from which each works in that role. `away` holds all leave as `staff * SPAN + first
    day`, in order, and `back` the last day of each.
    """

    seed: int
    role: np.ndarray
    start: I64
    hours: I64
    since: I64
    away: I64
    back: I64
    staff_id: pd.Index

    @functools.lru_cache(maxsize=32)  # noqa: B019 - a desk lives as long as its insurer
    def _pool(self, roles: tuple[str, ...]) -> I64:
        return np.flatnonzero(np.isin(self.role, roles))

    def assign(self, label: str, key: I64, member: I64, days: tuple[I64, I64], *roles: str) -> I64:
        """Somebody (number) with one of the roles for each piece of work, who is there on its first and last day."""
        pool = self._pool(roles)
        low, many = _reach(pool, member)
        return self._there(pool, low, many, draw.below(self.seed, label, key, many), days)

    def another(self, label: str, key: I64, member: I64, days: tuple[I64, I64], than: I64, *roles: str) -> I64:
        """As `assign`, but never `than`."""
        pool = self._pool(roles)
        low, many = _reach(pool, member)
        return self._there(pool, low, many, draw.below(self.seed, label, key, many), days, than)

    def _there(self, pool: I64, low: I64, many: I64, at: I64, days: tuple[I64, I64], than: I64 | None = None) -> I64:
        """Who was meant, or else the next colleague who is there; who was meant, where nobody is."""
        meant = pool[low + at]
        staff = meant if than is None else np.where(meant == than, pool[low + (at + 1) % many], meant)
        for step in range(1, _COLLEAGUES):
            busy = np.flatnonzero(~self._fits(staff, days, than))
            if not len(busy):
                break
            staff[busy] = pool[low[busy] + (at[busy] + step) % many[busy]]
        unfit = ~self._fits(staff, days, than)
        return np.where(unfit & (meant != (-1 if than is None else than)), meant, staff)

    def _fits(self, staff: I64, days: tuple[I64, I64], than: I64 | None) -> np.ndarray:
        here = self._is_there(staff, days[0]) & self._is_there(staff, days[1])
        return here if than is None else here & (staff != than)

    def _is_there(self, staff: I64, day: I64) -> np.ndarray:
        last = np.searchsorted(self.away, staff * SPAN + day, side="right") - 1
        same = (last >= 0) & (self.away[last] // SPAN == staff) if len(self.away) else np.zeros(len(staff), bool)
        on_leave = same & (self.back[last] >= day) if len(self.away) else same
        return ~on_leave & (self.since[staff] <= day)

    def moment(self, label: str, key: I64, staff: I64, day: I64) -> I64:
        """Seconds since 1970 of some moment in the shift that begins on that day."""
        within = draw.below(self.seed, label, key, self.hours[staff] * HOUR - HOUR // 2)
        return day * 24 * HOUR + self.start[staff] * HOUR + within

    def column(self, staff: I64) -> pd.Categorical:
        """A `staff_id` column, "" for -1: where nobody of the staff was needed."""
        return category((staff + 1).astype(np.int32), self.staff_id)


def desk(seed: int, staff: pd.DataFrame, changes: pd.DataFrame, leave: pd.DataFrame) -> Desk:
    """The desk of an insurer's staff. Who has left gets no work here, nor a newcomer before they are trained."""
    start = staff["shift_start_hour"].to_numpy()
    role = np.where(staff["is_active"], staff["role"].astype("str").to_numpy(dtype=object), "")
    ids = pd.Index(staff["staff_id"])
    moves = changes[changes["kind"] == "transferred"]
    since = _days(staff["onboarded"])
    at = ids.get_indexer(moves["staff_id"])
    since[at] = np.maximum(since[at], _days(moves["date"]))
    away = ids.get_indexer(leave["staff_id"]) * SPAN + _days(leave["first"])
    order = np.argsort(away, kind="stable")
    return Desk(
        seed, role.astype(str), start, (staff["shift_end_hour"].to_numpy() - start) % 24, since,
        away[order], _days(leave["last"])[order], pd.Index(["", *ids], dtype="str"),
    )  # fmt: skip


def _days(times: pd.Series) -> I64:
    return times.to_numpy().astype("datetime64[D]").astype(np.int64)


def weekday(day: I64) -> I64:
    """0 for Monday to 6 for Sunday."""
    return (day + MONDAY) % 7


def workday(day: I64) -> I64:
    """The day itself, or the Monday after a weekend."""
    return day + np.maximum(7 - weekday(day), 0) * (weekday(day) > 4)


def _reach(pool: I64, member: I64) -> tuple[I64, I64]:
    """Where in the pool a member's staff begin, and how many they are.

    The first forty serve all; beyond, a member's staff are the later half of those there were when
    the insurer was just large enough for the member.
    """
    there = np.maximum(member // PER, FIRST)
    high = np.searchsorted(pool, there)
    low = np.where(there >= 2 * FIRST, np.searchsorted(pool, there // 2), 0)
    low = np.minimum(low, np.maximum(high - 2, 0))
    return low, high - low
