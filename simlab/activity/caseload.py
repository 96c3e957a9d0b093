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
from simlab.activity.work import work
from simlab.draw import I64

COLUMNS = ("time", "staff_id", "member_id", "kind", "ref")
KINDS = ("claim", "call", "case")
ACROSS_THE_DESK = 5_000  # in a million: cases that stand in no list
COVERED = 120_000  # in a million: cases of the list of somebody who is away, where there is one
_PREFIX = {"call": "L", "case": "K"}


def given(shifts: list[Shifts], people: tasks.People, seed: int) -> pd.DataFrame:
    """The work of some shifts, in order of time; vendors' people keep their own lists."""
    parts = [_of_role(part, people, seed, role) for part in shifts for role in sorted(set(part.workers.role))]
    columns = zip(*(p for p in parts if p is not None), strict=True)
    time, who, member, kind, ref = (np.concatenate(c) for c in columns)
    order = np.argsort(time, kind="stable")
    staff = shifts[0].workers.actor
    return pd.DataFrame(
        {
            "time": time[order],
            "staff_id": tasks.by(who[order], staff),
            "member_id": pd.Categorical.from_codes(member[order], people.names[1:]),
            "kind": tasks.by(kind[order], KINDS),
            "ref": pd.Series(ref[order], dtype="str"),
        }
    )


def _of_role(shifts: Shifts, people: tasks.People, seed: int, role: str) -> tuple[np.ndarray, ...] | None:
    mine = work(role)
    if mine.queue is None:
        return None
    found = tasks.assigned(shifts, people, seed, role, mine)
    keep = ~draw.chance(seed, "across the desk", found.key, ACROSS_THE_DESK)
    shift, key, about = found.shift[keep], found.key[keep], found.about[keep]
    if mine.queue == "call":  # it rings, and is taken
        time = found.time[keep] - draw.between(seed, "rings", key, 3_000, 40_000) * MILLI
    else:  # the day's list
        time = shifts.begin[shift] - 20 * clock.MINUTE + draw.below(seed, "list", key, 600_000) * MILLI
    who = _whose(shifts, seed, shift, key)
    member = people.of_claim[about] if mine.about == "claims" else about
    kind = np.full(len(key), KINDS.index(mine.queue), dtype=np.int64)
    return time, who, member, kind, _refs(people, mine.queue, key, about)


def _whose(shifts: Shifts, seed: int, shift: I64, key: I64) -> I64:
    """In whose list each case stands (index into workers)."""
    mine, other = shifts.who[shift], shifts.covers[shift]
    return np.where((other >= 0) & draw.chance(seed, "covers", key, COVERED), other, mine)


def _refs(people: tasks.People, kind: str, key: I64, about: I64) -> np.ndarray:
    if kind == "claim":
        return np.array([str(n) for n in people.claim_ids[about].tolist()], dtype=object)
    return np.array([f"{_PREFIX[kind]}{n:012x}" for n in np.abs(key).tolist()], dtype=object)
