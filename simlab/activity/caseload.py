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
from simlab.draw import I64

COLUMNS = ("time", "staff_id", "member_id", "kind", "ref")
KINDS = ("claim", "call", "case")
ACROSS_THE_DESK = 5_000  # in a million: cases that stand in no list
COVERED = 120_000  # in a million: cases of the list of somebody who is away, where there is one
_PREFIX = {"call": "L", "case": "K"}


def given(shifts: Shifts, people: tasks.People, done: list[tasks.Case], seed: int) -> pd.DataFrame:
    """The work of some shifts, in order of time; vendors' people keep their own lists."""
    parts = [_listed(shifts, people, case, seed) for case in done if case.work.queue]
    time, who, member, kind, ref = (np.concatenate(c) for c in zip(*parts, strict=True))
    order = np.argsort(time, kind="stable")
    return pd.DataFrame(
        {
            "time": time[order],
            "staff_id": tasks.by(who[order], shifts.workers.actor),
            "member_id": pd.Categorical.from_codes(member[order], people.names[1:]),
            "kind": tasks.by(kind[order], KINDS),
            "ref": pd.Series(ref[order], dtype="str"),
        }
    )


def _listed(shifts: Shifts, people: tasks.People, case: tasks.Case, seed: int) -> tuple[np.ndarray, ...]:
    keep = np.flatnonzero(~draw.chance(seed, "across the desk", case.key, ACROSS_THE_DESK))
    shift, key = case.shift[keep], case.key[keep]
    kind = case.work.queue or "case"
    if kind == "call":  # it rings, and is taken
        time = case.time[keep] - draw.between(seed, "rings", key, 3_000, 40_000) * MILLI
    else:  # the day's list
        time = shifts.begin[shift] - 20 * clock.MINUTE + draw.below(seed, "list", key, 600_000) * MILLI
    codes = np.full(len(key), KINDS.index(kind), dtype=np.int64)
    return time, _whose(shifts, seed, shift, key), case.member[keep], codes, _refs(people, kind, key, case.about[keep])


def _whose(shifts: Shifts, seed: int, shift: I64, key: I64) -> I64:
    """In whose list each case stands (index into workers)."""
    mine, other = shifts.who[shift], shifts.covers[shift]
    return np.where((other >= 0) & draw.chance(seed, "covers", key, COVERED), other, mine)


def _refs(people: tasks.People, kind: str, key: I64, about: I64) -> np.ndarray:
    if kind == "claim":
        return np.array([str(n) for n in people.claim_ids[about].tolist()], dtype=object)
    return np.array([f"{_PREFIX[kind]}{n:012x}" for n in np.abs(key).tolist()], dtype=object)
