"""How good an assessment is, whoever wrote it: what it found, what it invented, and whether the worst stands first."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simlab.content import names
from simlab.controls.assessment.planting import Planting
from simlab.errors import InputError, UnknownName

MOST = 1_000  # findings in a list that somebody hands in
Pair = tuple[str, str]


@dataclass(frozen=True)
class Score:
    """Pairs of (kind, where). What was wrong with the company before counts neither way (`before`).

    `in_order` of `ordered` pairs of planted weaknesses, one worse than the other, stand in the right order;
    what is missing from a list stands at its end.
    """

    found: tuple[Pair, ...]
    missed: tuple[Pair, ...]
    wrong: tuple[Pair, ...]
    before: tuple[Pair, ...]
    in_order: int
    ordered: int

    @property
    def precision(self) -> float:
        """Of what the list says was planted, the share that was; 1 for an empty list, which claims nothing."""
        said = len(self.found) + len(self.wrong)
        return len(self.found) / said if said else 1.0

    @property
    def recall(self) -> float:
        """The share of the planted that the list has."""
        planted = len(self.found) + len(self.missed)
        return len(self.found) / planted if planted else 1.0

    @property
    def order(self) -> float:
        """How well the list is ranked: the share of pairs in the right order; 1 where there is none to compare."""
        return self.in_order / self.ordered if self.ordered else 1.0


def scored(assessment: pd.DataFrame | Iterable[Any], planting: Planting) -> Score:
    """An assessment against what was planted: a table of `assess`, or a list of (kind, where), the worst first.

    A pair said twice counts once, where it stands first. Raises InputError for a list that is none,
    UnknownName for a kind that is not there.
    """
    said = _pairs(assessment)
    truth = {
        (str(kind), str(where)): int(score)
        for kind, where, score in planting.planted[["kind", "where", "score"]].itertuples(index=False)
    }
    place = {pair: n for n, pair in enumerate(said)}
    found = tuple(pair for pair in said if pair in truth)
    rest = [pair for pair in said if pair not in truth]
    right, pairs = _ordered(truth, place)
    return Score(
        found,
        tuple(sorted(set(truth) - set(found))),
        tuple(pair for pair in rest if pair not in planting.before),
        tuple(pair for pair in rest if pair in planting.before),
        right,
        pairs,
    )


def _ordered(truth: dict[Pair, int], place: dict[Pair, int]) -> tuple[int, int]:
    """Of the pairs of which one is worse, how many the list has in the right order, and how many there are."""
    unequal = [(a, b) for a, b in itertools.permutations(sorted(truth), 2) if truth[a] > truth[b]]
    end = len(place)
    return sum(place.get(a, end) < place.get(b, end) for a, b in unequal), len(unequal)


def _pairs(assessment: pd.DataFrame | Iterable[Any]) -> list[Pair]:
    if isinstance(assessment, pd.DataFrame):
        missing = [name for name in ("kind", "where") if name not in assessment.columns]
        if missing:
            raise InputError(f"the assessment lacks {' and '.join(missing)}: a finding is a kind and where it is")
        assessment = assessment[["kind", "where"]].itertuples(index=False, name=None)
    elif isinstance(assessment, str | bytes) or not isinstance(assessment, Iterable):
        raise InputError("an assessment is a list of (kind, where), the worst first")
    known, out = set(names("weaknesses")), dict[Pair, None]()
    for n, row in enumerate(itertools.islice(assessment, MOST + 1), start=1):
        if n > MOST:
            raise InputError(f"an assessment has at most {MOST:,} findings: name the things that are weak, not all")
        out[_pair(row, n, known)] = None
    return list(out)


def _pair(row: Any, n: int, known: set[str]) -> Pair:
    if isinstance(row, dict):
        row = (row.get("kind"), row.get("where"))
    if not isinstance(row, tuple | list) or len(row) != 2 or not all(isinstance(part, str) for part in row):
        raise InputError(f"finding {n} is no (kind, where): write two texts, as ('open-cabinet', 'A00112')")
    if row[0] not in known:
        raise UnknownName(f"weakness (finding {n})", row[0], known)
    return row[0], row[1]
