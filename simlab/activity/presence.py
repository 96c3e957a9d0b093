"""Who is here on a day, by the company's own books: already hired, and not on leave."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab.draw import I64
from simlab.insurer import Insurer

_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, eq=False)
class Presence:
    """Days as `date.toordinal` gives them: when each of the staff was hired; absences, one entry each."""

    hired: I64
    who: I64
    first: I64
    last: I64

    def employed(self, day: dt.date) -> npt.NDArray[np.bool_]:
        """Of each of the staff, whether they were hired by a day."""
        return self.hired <= day.toordinal()

    def here(self, day: dt.date) -> npt.NDArray[np.bool_]:
        """Of each of the staff, whether the books let them be at work."""
        out = self.employed(day)
        out[self.who[(self.first <= day.toordinal()) & (day.toordinal() <= self.last)]] = False
        return out


def presence(insurer: Insurer) -> Presence:
    """What the staff's table and the table of leave say."""
    staff, leave = insurer.staff, insurer.table("leave")
    who = pd.Index(staff["staff_id"].astype(str)).get_indexer(pd.Index(leave["staff_id"].astype(str)))
    return Presence(_days(staff["hired"]), who.astype(np.int64), _days(leave["first"]), _days(leave["last"]))


def _days(column: pd.Series) -> I64:
    return column.to_numpy().astype("datetime64[D]").astype(np.int64) + _EPOCH
