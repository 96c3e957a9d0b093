"""Weaknesses planted in a company, so that an assessment can itself be scored. For graders and tests alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from simlab import draw
from simlab.controls.assessment.company import Company
from simlab.controls.assessment.finding import assess
from simlab.controls.assessment.weakness import weakness, weaknesses
from simlab.errors import InputError

# What was planted: the kind, the thing, its severity, and its points.
PLANTED = ("kind", "where", "severity", "score")


class Planting(NamedTuple):
    """A company with weaknesses planted in it, which those are, and what was wrong with it before."""

    company: Company
    planted: pd.DataFrame
    before: frozenset[tuple[str, str]]


def plant(company: Company, kinds: Iterable[str] | Mapping[str, int] | None = None, *, seed: int = 0) -> Planting:
    """The company with one weakness of each kind (or so many, or one of every kind there is) planted.

    Where is drawn by (seed, kind, thing): a thing more or a kind less moves none of the others, unless two
    would fall on one thing. Raises UnknownName; InputError where nothing is left to plant a kind in.
    """
    found = assess(company)
    before = frozenset(zip(found["kind"], found["where"], strict=True))
    wanted = dict(kinds) if isinstance(kinds, Mapping) else dict.fromkeys(weaknesses() if kinds is None else kinds, 1)
    taken: set[tuple[str, str]] = set()
    rows: list[tuple[str, str, str, int]] = []
    for kind, many in sorted(wanted.items()):
        for _ in range(many):
            company, row = _one(company, kind, seed, taken)
            rows.append(row)
    return Planting(company, pd.DataFrame(rows, columns=list(PLANTED)), before)


def _one(
    company: Company, kind: str, seed: int, taken: set[tuple[str, str]]
) -> tuple[Company, tuple[str, str, str, int]]:
    of = weakness(kind)
    table = company.table(of.table)
    free = [str(i) for i in of.could_be(table)["id"] if (of.table, str(i)) not in taken]
    if not free:
        raise InputError(f"{kind}: nothing in {of.table} is left to plant it in: plant fewer")
    where = min(free, key=lambda ident: (draw.one(seed, f"weakness {kind}", ident, 2**31), ident))
    taken.add((of.table, where))
    planted = company.with_(of.table, where, **of.plant)
    after = planted.table(of.table).set_index("id", drop=False).loc[where]
    return planted, (kind, where, of.severity, of.score({str(k): v for k, v in after.items()}))
