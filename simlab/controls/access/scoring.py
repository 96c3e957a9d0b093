"""What a policy set costs and what it stops: work refused and delayed beside abuse let through.

A set that refuses everything lets no abuse through and no care either, so each is counted by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from simlab.controls.access import twin
from simlab.controls.access.policies import Policies, shipped
from simlab.controls.access.twin import NO_POLICY, UNKNOWN, Codes, Mask, Program
from simlab.errors import InputError

LABELS = ("legitimate", "abuse")
REFUSED = -1


@dataclass(frozen=True)
class Score:
    """Counts over labelled requests; `minutes` is what the delayed ones waited in all.

    `by_policy` says of each policy how much legitimate work it refused or delayed and how much abuse it
    refused; a request that several policies refuse counts at each.
    """

    legitimate: int
    refused: int
    delayed: int
    minutes: int
    care: int
    care_refused: int
    care_delayed: int
    abuse: int
    let_through: int
    by_policy: pd.DataFrame

    @property
    def work_done(self) -> float:
        """Share of legitimate work that went through at once."""
        return 1 - (self.refused + self.delayed) / self.legitimate if self.legitimate else 1.0

    @property
    def abuse_stopped(self) -> float:
        """Share of abuse that was refused."""
        return 1 - self.let_through / self.abuse if self.abuse else 1.0

    @property
    def is_care_safe(self) -> bool:
        """Whether no care was refused; some may have waited."""
        return self.care_refused == 0

    def __add__(self, other: Score) -> Score:
        """The score of both parts together: a year may be played month by month."""
        counts = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "by_policy"}
        both = self.by_policy.add(other.by_policy, fill_value=0).astype("int64")
        order = [*self.by_policy.index, *(n for n in other.by_policy.index if n not in self.by_policy.index)]
        return Score(**counts, by_policy=both.reindex(order))

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{self.legitimate:,} legitimate: {self.refused:,} refused, {self.delayed:,} delayed by {self.minutes:,} minutes in all",
                f"{self.care:,} of them care: {self.care_refused:,} refused, {self.care_delayed:,} delayed",
                f"{self.abuse:,} abusive: {self.let_through:,} let through",
            ]
        )


def score(policies: Policies | None, requests: pd.DataFrame) -> Score:
    """Play requests against a policy set (None: the shipped one).

    `requests` has the columns of `Request` and `label` (legitimate, abuse); `is_care` where it says which are
    care, else treatment is. A legitimate request that is refused is delayed when it is allowed once everything
    is done that the notes of the refusing policies name, and waits for the longest of it. Raises InputError.
    """
    policies = shipped() if policies is None else policies
    legit, care = _labels(requests)
    codes, end = twin.encode(requests), twin.verdict(policies)
    tally = np.zeros((len(policies) + 2, 3), dtype=np.int64)
    wait = np.empty(len(requests), dtype=np.int32)
    for part, fine, masks in twin.satisfied(requests, policies):
        blocks = _blocks(policies, fine, masks)
        piece = {name: column[part] for name, column in codes.items()}
        wait[part] = _waits(policies, blocks, piece, end)
        tally += _tally(blocks, wait[part], legit[part])
    ids = pd.Index([*(p.id for p in policies), NO_POLICY, UNKNOWN], name="policy")
    return _score(wait, legit, care, pd.DataFrame(tally, columns=_COLUMNS, index=ids))


_COLUMNS = ["work_refused", "work_delayed", "abuse_refused"]


def _labels(requests: pd.DataFrame) -> tuple[Mask, Mask]:
    if "label" not in requests:
        raise InputError("the table of requests lacks label: legitimate or abuse")
    strange = sorted(set(requests["label"].unique()) - set(LABELS), key=str)
    if strange:
        raise InputError(f"label {strange[0]!r} of the requests: it must be legitimate or abuse")
    legit = (requests["label"] == "legitimate").to_numpy()
    care = requests["is_care"] if "is_care" in requests else requests["purpose"] == "treatment"
    return legit, legit & care.to_numpy(dtype=bool)


def _blocks(policies: Policies, fine: Mask, masks: list[Mask]) -> list[Mask]:
    """What refuses each request: each forbid (no permit ever does), then no policy, then the unknown."""
    permits, forbids = twin.sides(policies, masks, len(fine))
    taken = [mask & fine & (not p.is_permit) for p, mask in zip(policies, masks, strict=True)]
    return [*taken, ~permits & ~forbids & fine, ~fine]


def _waits(policies: Policies, blocks: list[Mask], piece: Codes, end: Program) -> np.ndarray:
    """Minutes that each request waits: 0 when it is allowed at once, -1 when it is refused for good."""
    wait, cured, touched = np.zeros(len(blocks[0]), dtype=np.int32), dict(piece), blocks[-1] | blocks[-2]
    final = touched.copy()
    for policy, mask in zip(policies, blocks, strict=False):
        touched |= mask
        if policy.note.wait is None:
            final |= mask
        elif mask.any():
            np.maximum(wait, policy.note.wait, out=wait, where=mask)
            for name, value in policy.note.cure.items():
                cured[name] = np.where(mask, twin.code(name, value), cured[name])
    permits, forbids = end.run(cured, len(wait))
    final |= ~permits | forbids
    return np.where(touched & final, REFUSED, np.where(touched, wait, 0)).astype(np.int32)


def _tally(blocks: list[Mask], wait: np.ndarray, legit: Mask) -> np.ndarray:
    refused, delayed, abuse = legit & (wait == REFUSED), legit & (wait > 0), ~legit
    return np.array([[np.count_nonzero(b & of) for of in (refused, delayed, abuse)] for b in blocks])


def _score(wait: np.ndarray, legit: Mask, care: Mask, by_policy: pd.DataFrame) -> Score:
    refused, delayed = wait == REFUSED, wait > 0

    def count(mask: Mask) -> int:
        return int(np.count_nonzero(mask))

    return Score(
        legitimate=count(legit),
        refused=count(refused & legit),
        delayed=count(delayed & legit),
        minutes=int(wait[delayed & legit].sum(dtype=np.int64)),
        care=count(care),
        care_refused=count(refused & care),
        care_delayed=count(delayed & care),
        abuse=count(~legit),
        let_through=count((wait == 0) & ~legit),
        by_policy=by_policy[by_policy.any(axis=1)],
    )
