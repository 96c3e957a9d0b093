"""The score of a quarter under a policy set, and the words for it: what was stopped, and who was served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab.controls import access
from simlab.controls.access import Policies
from simlab.exercise.protocol import Detail, Verdict, lead
from simlab.exercise.worlds._access_quarter import KINDS, Kind, Side

CITE = "45 CFR 164.514(d)(2); 45 CFR 164.312(a)(2)(ii)"
REFUSED, DELAYED = 0.05, 0.25  # of a kind of work: more than that is not delivered
_NONE = "no-policy"


@dataclass(frozen=True)
class Count:
    """What became of one kind: how many, how many went wrong or had to wait, and by which policy most."""

    kind: Kind
    many: int
    wrong: int  # let through, or refused
    waited: int
    policy: str

    @property
    def is_right(self) -> bool:
        """Whether the kind is stopped, or delivered."""
        if self.kind.side == "abuse":
            return self.wrong == 0
        if self.kind.at_once:
            return self.wrong + self.waited == 0
        return self.wrong <= REFUSED * self.many and self.waited <= DELAYED * self.many


class Played:
    """A quarter played against a policy set."""

    def __init__(self, policies: Policies, quarter: pd.DataFrame) -> None:
        self.policies = policies
        decided = access.decide_many(quarter, policies)
        allowed = decided["is_allowed"].to_numpy()
        # Whoever is honest can use the second factor again, mend the laptop, or hand the work to a colleague.
        waits = ~allowed & access.allowed(_mended(quarter), policies)
        named = decided["policy"].astype("str").to_numpy()
        self.counts = tuple(_count(kind, quarter, allowed, waits, named) for kind in KINDS)

    def side(self, side: Side) -> tuple[int, int]:
        """How many kinds of a side are right, of how many."""
        mine = [c for c in self.counts if c.kind.side == side]
        return sum(c.is_right for c in mine), len(mine)

    def total(self, side: Side, *, at_once: bool = False) -> int:
        """How many requests of a side went wrong; with `at_once`, those that may not wait alone, waiting included."""
        mine = [c for c in self.counts if c.kind.side == side and c.kind.at_once == at_once]
        return sum(c.wrong + (c.waited if at_once else 0) for c in mine)

    @property
    def waited(self) -> int:
        """Pieces of ordinary work that waited a little."""
        return sum(c.waited for c in self.counts if c.kind.side == "work" and not c.kind.at_once)

    def verdict(self, need: dict[Side, float]) -> Verdict:
        """Each side counts from half of its kinds on, and the two are multiplied. `need` is what is full, by side."""
        (stopped, abuse), (done, work) = self.side("abuse"), self.side("work")
        share = round(_worth(stopped, need["abuse"]) * _worth(done, need["work"]), 4)
        numbers = f"Misuse stopped: {stopped} of {abuse} kinds. Work delivered: {done} of {work} kinds."
        details = tuple(Detail(self._said(c), c.is_right) for c in self.counts)
        return Verdict(share, f"{lead(share)} {numbers} {_next(stopped == abuse, done == work)}", details, CITE)

    def _said(self, count: Count) -> str:
        kind, says, many = count.kind, count.kind.says, f"{count.many:,}"
        if count.is_right:
            held = "stopped" if kind.side == "abuse" else "delivered"
            waited = f"; {count.waited:,} waited a little" if count.waited else ""
            return f"{held}: {says} ({many}{waited})"
        if kind.side == "abuse":
            return f"let through: {count.wrong:,} of {many} {says}. {self._by(count.policy, 'Permitted')}"
        if kind.at_once or not count.wrong:
            late = count.wrong + count.waited
            return f"held up: {late:,} of {many} {says}. {self._by(count.policy, 'Refused at first')}"
        return f"refused: {count.wrong:,} of {many} {says}. {self._by(count.policy, 'Refused')}"

    def _by(self, name: str, what: str) -> str:
        """Which policy did it, with its line."""
        found = next((p for p in self.policies if p.id == name), None)
        return f"{what} by {name}, line {found.line}" if found else "No policy permits it"


def _worth(right: int, need: float) -> float:
    """0 up to half of what is needed, 1 where all of it is right."""
    return max(0.0, min(1.0, 2 * right / need - 1))


def _mended(quarter: pd.DataFrame) -> pd.DataFrame:
    """The same requests after everything that somebody honest can do about a refusal."""
    place = quarter["place"].astype("str").replace("unknown", "remote")
    return quarter.assign(mfa_minutes=0, kin="none", device="managed", place=place, is_justified=True)


def _count(kind: Kind, quarter: pd.DataFrame, allowed: np.ndarray, waits: np.ndarray, named: np.ndarray) -> Count:
    mine = (quarter["kind"] == kind.id).to_numpy()
    wrong = mine & (allowed if kind.side == "abuse" else ~allowed & ~waits)
    waited = mine & waits & (kind.side == "work")
    told = pd.Series(named[wrong if wrong.any() else waited]).value_counts()
    policy = str(told.index[0]) if len(told) else _NONE
    return Count(kind, int(mine.sum()), int(wrong.sum()), int(waited.sum()), policy)


def _next(is_guarded: bool, is_served: bool) -> str:
    """The side to mend first."""
    if is_guarded and is_served:
        return "Nobody without a need gets in, and nobody waits for care."
    if is_guarded:
        return "The curious are out, and so is somebody's work. Which policy refuses it, and what does it not ask?"
    if is_served:
        return "All work goes on, and so does misuse. What is true of the work that is not true of the misuse?"
    return "Begin with the work that is refused: a forbid outweighs every permit. Then ask of each permit what work stands behind it."
