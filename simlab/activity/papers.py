"""The company's papers about its members: which of them a piece of work is about, by member and day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from simlab import clock
from simlab.draw import I64
from simlab.insurer import Insurer

# For each kind of work where its paper lies, the likeliest first.
_ORDER = {
    "claim": ("claims",),
    "call": ("call_notes", "claims", "authorizations"),
    "case": ("appeals", "authorizations", "call_notes", "claims"),
}
_ID = {"call_notes": "NOTE_ID", "appeals": "APPEAL_ID", "authorizations": "AUTH_ID", "claims": "CLM_ID"}
_ON_FILE = {"claims": "CLM_THRU_DT"}  # of the others: `opened`
_DAYS = 1 << 20  # more than there are days in a member's time


class _Pile(NamedTuple):
    """The papers of a table: `place` is member and day in one number, in order."""

    place: I64
    ids: I64


class Papers:
    """An insurer's call notes, appeals, authorizations and claims; each table is read when it is first asked for."""

    def __init__(self, insurer: Insurer, members: pd.Index) -> None:
        self._insurer, self._members = insurer, members
        self._piles: dict[str, _Pile] = {}

    def latest(self, kind: str, member: I64, time: I64) -> I64:
        """For each piece of work of a kind the id of the member's last paper by the end of that day (UTC), 0 for none."""
        out, day = np.zeros(len(member), dtype=np.int64), time // clock.DAY
        for table in _ORDER[kind]:
            rest = np.flatnonzero(out == 0)
            out[rest] = self._last(table, member[rest], day[rest])
        return out

    def _last(self, table: str, member: I64, day: I64) -> I64:
        pile = self._pile(table)
        at = np.searchsorted(pile.place, member * _DAYS + day, side="right") - 1
        if not len(pile.ids):
            return np.zeros(len(member), dtype=np.int64)
        return np.where((at >= 0) & (pile.place[at] // _DAYS == member), pile.ids[at], 0)

    def _pile(self, table: str) -> _Pile:
        if table not in self._piles:
            self._piles[table] = self._made(table)
        return self._piles[table]

    def _made(self, table: str) -> _Pile:
        rows = self._insurer.table(table)
        whose = rows["member_id"].cat
        member = self._members.get_indexer(whose.categories)[whose.codes.to_numpy()].astype(np.int64)
        day = rows[_ON_FILE.get(table, "opened")].to_numpy().astype("datetime64[D]").astype(np.int64)
        ids, place = rows[_ID[table]].to_numpy(), member * _DAYS + day
        order = np.lexsort((ids, place))
        return _Pile(place[order], ids[order])
