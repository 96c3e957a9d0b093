"""The work that staff were given: the company's own record, from which their reads follow.

One row for each claim, call or case: `time` (microseconds UTC) at which `staff_id` got it, the member
whom it is about, and `ref`, the id of the paper that it is about: the claim itself, or else the
member's last call note, appeal, authorization or claim by that day, "" where the company has none.
The list of somebody who is away is worked on by colleagues of the same role: their reads then stand
in no list of their own. And now and then something is asked across the desk, and in no list at all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simlab import clock, draw
from simlab.activity import tasks
from simlab.activity.papers import Papers
from simlab.activity.roster import MILLI, Shifts
from simlab.activity.workers import Workers
from simlab.draw import I64

COLUMNS = ("time", "staff_id", "member_id", "kind", "ref")
KINDS = ("claim", "call", "case")
ACROSS_THE_DESK = 5_000  # in a million: cases that stand in no list
COVERED = 120_000  # in a million: cases of the list of somebody who is away, where there is one
_NONE = -1  # where the work itself names no claim


def given(shifts: Shifts, done: list[tasks.Case], seed: int) -> pd.DataFrame:
    """The work of some shifts as whole numbers, in order of time; vendors' people keep their own lists."""
    parts = [_listed(shifts, case, seed) for case in done if case.work.queue]
    columns = [np.concatenate(c) for c in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return pd.DataFrame({name: column[order] for name, column in zip(COLUMNS, columns, strict=True)})


def named(rows: pd.DataFrame, workers: Workers, people: tasks.People, papers: Papers) -> pd.DataFrame:
    """The queue with ids in place of numbers; columns: COLUMNS."""
    kind, who = rows["kind"].to_numpy(), rows["staff_id"].to_numpy()
    texts = ["" if ident == 0 else str(ident) for ident in _refs(rows, people, papers).tolist()]
    (_, (staff, ids)), *_ = workers.coded(["actor"])
    return pd.DataFrame(
        {
            "time": rows["time"].to_numpy(),
            "staff_id": pd.Categorical.from_codes(staff[who], ids),
            "member_id": people.column(rows["member_id"].to_numpy()),
            "kind": pd.Categorical.from_codes(kind.astype(np.int8), pd.Index(KINDS, dtype="str")),
            "ref": pd.Series(texts, dtype="str"),
        }
    )


def _refs(rows: pd.DataFrame, people: tasks.People, papers: Papers) -> I64:
    """The id of what each piece of work is about, 0 for none."""
    kind, claim = rows["kind"].to_numpy(), rows["ref"].to_numpy()
    out = np.where(claim == _NONE, 0, people.claim_ids[claim])
    for code, name in enumerate(KINDS):
        some = np.flatnonzero((kind == code) & (claim == _NONE))
        out[some] = papers.latest(name, *(rows[n].to_numpy()[some] for n in ("member_id", "time")))
    return out


def _listed(shifts: Shifts, case: tasks.Case, seed: int) -> tuple[np.ndarray, ...]:
    keep = np.flatnonzero(~draw.chance(seed, "across the desk", case.key, ACROSS_THE_DESK))
    shift, key, kind = case.shift[keep], case.key[keep], case.work.queue or "case"
    if kind == "call":  # it rings, and is taken
        time = case.time[keep] - draw.between(seed, "rings", key, 3_000, 40_000) * MILLI
    else:  # the day's list
        time = shifts.begin[shift] - 20 * clock.MINUTE + draw.below(seed, "list", key, 600_000) * MILLI
    ref = case.about[keep] if case.work.about == "claims" else np.full(len(key), _NONE, dtype=np.int64)
    codes = np.full(len(key), KINDS.index(kind), dtype=np.int8)
    return time, _whose(shifts, seed, shift, key), case.member[keep], codes, ref


def _whose(shifts: Shifts, seed: int, shift: I64, key: I64) -> I64:
    """In whose list each case stands (index into workers)."""
    mine, other = shifts.who[shift], shifts.covers[shift]
    return np.where((other >= 0) & draw.chance(seed, "covers", key, COVERED), other, mine)
