"""Who is here on a day, and as what, by the company's own books: hired, not yet gone, and not on leave."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab.draw import I64
from simlab.insurer import Insurer

FOREVER = dt.date.max.toordinal()
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EPOCH = dt.date(1970, 1, 1).toordinal()

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Terms:
    """Who worked as what, and when: first each of the staff as what they are now, then each role before that.

    `staff` is the row of the staff's table; `since` and `until` are the first and the last day on which
    a shift begins, as `date.toordinal` gives them.
    """

    staff: I64
    role: npt.NDArray[np.object_]
    since: I64
    until: I64


@dataclass(frozen=True, eq=False)
class Absences:
    """One entry an absence: the row of the staff's table, and the `first` and `last` day."""

    many: int
    who: I64
    first: I64
    last: I64

    def away(self, day: dt.date) -> Flags:
        """Of each of the staff, whether they are on leave on a day; the last entry is for who is none of them."""
        out = np.zeros(self.many + 1, bool)
        out[self.who[(self.first <= day.toordinal()) & (day.toordinal() <= self.last)]] = True
        return out


def terms(insurer: Insurer) -> Terms:
    """What the staff's table and the table of changes say."""
    staff, changes = insurer.staff, insurer.table("staff_changes")
    moved = changes[changes["kind"] == "transferred"]
    who, day = _rows(insurer, moved["staff_id"]), _days(moved["date"])
    hired = _days(staff["hired"])
    left = np.where(staff["left"].isna(), FOREVER, _days(staff["left"]))
    # No shift goes on after somebody's last day.
    left = left - (staff["shift_end_hour"] < staff["shift_start_hour"]).to_numpy()
    since = hired.copy()
    since[who] = day
    return Terms(
        staff=np.concatenate([np.arange(len(staff)), who]),
        role=np.concatenate([staff["role"].astype(object), moved["from_role"].astype(object)]),
        since=np.concatenate([since, hired[who]]),
        until=np.concatenate([left, day - 1]),
    )


def absences(insurer: Insurer) -> Absences:
    """What the table of leave says."""
    leave = insurer.table("leave")
    return Absences(len(insurer.staff), _rows(insurer, leave["staff_id"]), _days(leave["first"]), _days(leave["last"]))


def on_site(staff: pd.DataFrame) -> Flags:
    """Of each of the staff, on which days of the week they come to their site: one row each, Monday first."""
    days = staff["on_site_days"].astype(str).to_numpy()
    return np.array([[day in said.split("|") for day in WEEKDAYS] for said in days], bool).reshape(-1, len(WEEKDAYS))


def _rows(insurer: Insurer, ids: pd.Series) -> I64:
    return pd.Index(insurer.staff["staff_id"].astype(str)).get_indexer(pd.Index(ids.astype(str))).astype(np.int64)


def _days(column: pd.Series) -> I64:
    return column.to_numpy().astype("datetime64[D]").astype(np.int64) + _EPOCH
