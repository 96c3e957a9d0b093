"""Two people who marked the same answers, each alone: how far they agree, where they differ, who is stricter.

Cohen's weighted kappa: J. Cohen, "Weighted kappa: nominal scale agreement with provision for scaled disagreement or
partial credit", Psychological Bulletin 70 (1968) 213-220; here with linear weights, so that two levels apart counts
twice as much as one. 1 is full agreement, 0 what chance would give; None where both gave one level throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from simlab.errors import GradingError
from simlab.grading import marking, settling
from simlab.grading.course import Course
from simlab.grading.marking import Answer, Mark

CHANCE = 0.05  # a difference that pure chance would show more seldom than this is called systematic
FEW = 10  # answers; below, agreement is hardly more than an anecdote


@dataclass(frozen=True)
class Agreement:
    """Of one criterion: how many answers, the share on the same level, the mean of first minus second in points, kappa."""

    cell: str
    criterion: str
    count: int
    equal: float
    difference: float
    kappa: float | None


@dataclass(frozen=True)
class Apart:
    """A criterion of an answer on which two people are more than a level apart."""

    learner: str
    cell: str
    criterion: str
    first: str
    second: str


@dataclass(frozen=True)
class Comparison:
    """Two markers: criteria, what they are far apart on, and on how many answers the one, or the other, gave less."""

    first: str
    second: str
    criteria: tuple[Agreement, ...]
    apart: tuple[Apart, ...]
    answers: int
    difference: float
    first_stricter: int
    second_stricter: int

    @property
    def chance(self) -> float:
        """How often chance alone would lean to one side as much as this: a two-sided sign test, exact."""
        return sign_test(self.first_stricter, self.second_stricter)

    @property
    def stricter(self) -> str:
        """Who is systematically stricter; '' where it may be chance."""
        if self.chance >= CHANCE:
            return ""
        return self.first if self.first_stricter > self.second_stricter else self.second


def weighted_kappa(first: Sequence[int], second: Sequence[int], levels: int) -> float | None:
    """Kappa with linear weights of two lists of levels (0 is the lowest)."""
    if not first or levels < 2:
        return None
    seen = np.zeros((levels, levels))
    np.add.at(seen, (np.asarray(first), np.asarray(second)), 1 / len(first))
    chance = np.outer(seen.sum(axis=1), seen.sum(axis=0))
    weight = np.abs(np.subtract.outer(np.arange(levels), np.arange(levels))) / (levels - 1)
    by_chance = float((weight * chance).sum())
    return None if by_chance == 0 else 1 - float((weight * seen).sum()) / by_chance


def sign_test(less: int, more: int) -> float:
    """The chance of a split as uneven as this, or more so, where both sides are as likely."""
    n, k = less + more, min(less, more)
    return min(1.0, 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n) if n else 1.0


def compare(home: Course, assignment: str) -> list[Comparison]:
    """Each pair of people who have both marked answers of an exercise. Raises GradingError where there is none."""
    answers = marking.answers(home, assignment)
    said = marking.read(home, assignment)
    whole = {a.key: settling.whole(a, [m for m in said if m.key == a.key]) for a in answers}
    names = sorted({who for marks in whole.values() for who in marks})
    found = []
    for first, second in combinations(names, 2):
        both = [(a, whole[a.key][first], whole[a.key][second]) for a in answers if {first, second} <= set(whole[a.key])]
        if both:
            found.append(_pair(first, second, both))
    if not found:
        who = f"only {', '.join(names)} has marked" if names else "nobody has marked"
        raise GradingError(f"{assignment}: {who} answers as they are now: two people must have marked the same ones")
    return found


Both = list[tuple[Answer, dict[str, Mark], dict[str, Mark]]]


def _pair(first: str, second: str, both: Both) -> Comparison:
    sums = [(_sum(a, one), _sum(a, two)) for a, one, two in both]
    criteria, apart = [], list[Apart]()
    for cell, criterion in dict.fromkeys((a.cell, c.id) for a, _, _ in both for c in a.criteria):
        of = [(a, one[criterion], two[criterion]) for a, one, two in both if a.cell == cell]
        criteria.append(_agreement(cell, criterion, of))
        apart += _apart(of)
    return Comparison(
        first,
        second,
        tuple(criteria),
        tuple(apart),
        answers=len(both),
        difference=float(np.mean([x - y for x, y in sums])),
        first_stricter=sum(x < y for x, y in sums),
        second_stricter=sum(y < x for x, y in sums),
    )


def _sum(answer: Answer, marks: dict[str, Mark]) -> float:
    return sum(settling.points(answer, m) or 0.0 for m in marks.values())


Said = list[tuple[Answer, Mark, Mark]]


def _agreement(cell: str, criterion: str, of: Said) -> Agreement:
    points = [[settling.points(a, m) or 0.0 for m in pair] for a, *pair in of]
    scale = _scale(of)
    ranks = [[scale.index(p) for p in pair] for pair in points]
    kappa = weighted_kappa([a for a, _ in ranks], [b for _, b in ranks], len(scale))
    equal = float(np.mean([a == b for a, b in points]))
    return Agreement(cell, criterion, len(of), equal, float(np.mean([a - b for a, b in points])), kappa)


def _scale(of: Said) -> list[float]:
    """The points of a criterion's levels, upward; without levels those that were given."""
    levels = next(c for c in of[0][0].criteria if c.id == of[0][1].criterion).levels
    given = {settling.points(a, m) or 0.0 for a, *pair in of for m in pair}
    return [level.points for level in levels] or sorted(given)


def _apart(of: Said) -> list[Apart]:
    """Where two people are more than a level apart; in plain points, more than a quarter of them."""
    scale, found = _scale(of), []
    for a, one, two in of:
        x, y = (settling.points(a, m) or 0.0 for m in (one, two))
        plain = not a.criteria[0].levels
        far = abs(x - y) > a.maximum / 4 if plain else abs(scale.index(x) - scale.index(y)) > 1
        if far:
            found.append(Apart(a.learner, a.cell, one.criterion, one.level, two.level))
    return found
