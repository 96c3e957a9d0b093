"""The work that staff were given: the company's own record, from which their reads follow.

One row for each claim, call or case: `time` (microseconds UTC) at which `staff_id` got it, the member
whom it is about, and `ref`, the claim's id or the number of the call or case. The list of somebody
who is away is worked on by colleagues of the same role: their reads then stand in no list of their
own. And now and then something is asked across the desk, and in no list at all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simlab import clock, draw
from simlab.activity import tasks
from simlab.activity.roster import MILLI, Shifts
from simlab.activity.workers import Workers
from simlab.draw import I64

COLUMNS = ("time", "staff_id", "member_id", "kind", "ref")
KINDS = ("claim", "call", "case")
ACROSS_THE_DESK = 5_000  # in a million: cases that stand in no list
COVERED = 120_000  # in a million: cases of the list of somebody who is away, where there is one
_CLAIM, _PREFIX = 0, ("", "L", "K")


def given(shifts: Shifts, done: list[tasks.Case], seed: int) -> pd.DataFrame:
    """The work of some shifts as whole numbers, in order of time; vendors' people keep their own lists."""
    parts = [_listed(shifts, case, seed) for case in done if case.work.queue]
    columns = [np.concatenate(c) for c in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return pd.DataFrame({name: column[order] for name, column in zip(COLUMNS, columns, strict=True)})


def named(rows: pd.DataFrame, workers: Workers, people: tasks.People) -> pd.DataFrame:
    """The queue with ids in place of numbers; columns: COLUMNS."""
    kind, ref = rows["kind"].to_numpy(), rows["ref"].to_numpy()
    number = np.where(kind == _CLAIM, people.claim_ids[np.where(kind == _CLAIM, ref, 0)], ref)
    texts = [_PREFIX[k] + str(n) for k, n in zip(kind.tolist(), number.tolist(), strict=True)]
    who = rows["staff_id"].to_numpy()
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


def _listed(shifts: Shifts, case: tasks.Case, seed: int) -> tuple[np.ndarray, ...]:
    keep = np.flatnonzero(~draw.chance(seed, "across the desk", case.key, ACROSS_THE_DESK))
    shift, key, kind = case.shift[keep], case.key[keep], case.work.queue or "case"
    if kind == "call":  # it rings, and is taken
        time = case.time[keep] - draw.between(seed, "rings", key, 3_000, 40_000) * MILLI
    else:  # the day's list
        time = shifts.begin[shift] - 20 * clock.MINUTE + draw.below(seed, "list", key, 600_000) * MILLI
    ref = case.about[keep] if kind == "claim" else np.abs(key)
    codes = np.full(len(key), KINDS.index(kind), dtype=np.int8)
    return time, _whose(shifts, seed, shift, key), case.member[keep], codes, ref


def _whose(shifts: Shifts, seed: int, shift: I64, key: I64) -> I64:
    """In whose list each case stands (index into workers)."""
    mine, other = shifts.who[shift], shifts.covers[shift]
    return np.where((other >= 0) & draw.chance(seed, "covers", key, COVERED), other, mine)
