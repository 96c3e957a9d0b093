"""Who of the staff does a piece of work, and when: somebody active, of the right role, within their shift.

Times are the clock on the wall where they work. A member's work goes to staff who were there when the
member came, so that a larger insurer gives nobody's work to somebody else.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer.text import category

HOUR, MONDAY = 3600, 3  # 1 January 1970 was a Thursday
FIRST, PER = 40, 100  # staff there are at least, and members for each one


@dataclass(frozen=True, eq=False)
class Desk:
    """The staff as arrays, one entry a person; `role` names each one's, "" for those who get no work."""

    seed: int
    role: np.ndarray
    start: I64
    hours: I64
    staff_id: pd.Index

    @functools.lru_cache(maxsize=32)  # noqa: B019 - a desk lives as long as its insurer
    def _pool(self, roles: tuple[str, ...]) -> I64:
        return np.flatnonzero(np.isin(self.role, roles))

    def assign(self, label: str, key: I64, member: I64, *roles: str) -> I64:
        """A member of staff (number) with one of the roles for each piece of work on a member's behalf."""
        pool = self._pool(roles)
        low, many = _reach(pool, member)
        return pool[low + draw.below(self.seed, label, key, many)]

    def another(self, label: str, key: I64, member: I64, than: I64, *roles: str) -> I64:
        """As `assign`, but somebody else than `than`; the same person only where there is nobody else."""
        pool = self._pool(roles)
        low, many = _reach(pool, member)
        at = np.searchsorted(pool, than) - low
        step = 1 + draw.below(self.seed, label, key, np.maximum(many - 1, 1))
        inside = (at >= 0) & (at < many)
        return pool[low + np.where(inside, (at + step) % many, step % many)]

    def moment(self, label: str, key: I64, staff: I64, day: I64) -> I64:
        """Seconds since 1970 of some moment in the shift that begins on that day."""
        within = draw.below(self.seed, label, key, self.hours[staff] * HOUR - HOUR // 2)
        return day * 24 * HOUR + self.start[staff] * HOUR + within

    def column(self, staff: I64, nobody: np.ndarray | None = None) -> pd.Categorical:
        """A `staff_id` column, "" where nobody of the staff was needed."""
        codes = staff + 1 if nobody is None else np.where(nobody, 0, staff + 1)
        return category(codes.astype(np.int32), self.staff_id)


def desk(seed: int, staff: pd.DataFrame, changed: Sequence[str] = ()) -> Desk:
    """The desk of an insurer's staff; who is not active, or came, left or moved in the year, gets no work here."""
    start = staff["shift_start_hour"].to_numpy()
    away = ~staff["is_active"].to_numpy() | staff["staff_id"].isin(changed).to_numpy()
    role = np.where(away, "", staff["role"].astype("str").to_numpy(dtype=object))
    words = pd.Index(["", *staff["staff_id"]], dtype="str")
    return Desk(seed, role.astype(str), start, (staff["shift_end_hour"].to_numpy() - start) % 24, words)


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
