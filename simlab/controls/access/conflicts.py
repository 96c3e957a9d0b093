"""Policies that contradict one another, proved by trying every case that they can tell apart.

That a forbid takes something from a permit is how Cedar policies are written. A contradiction is a permit
that forbids leave nothing of, a policy that can never apply, or two that say the same. A formula can only tell
apart the words and limits that it names, so a few values of each fact are all there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from simlab.controls.access.formula import Formula, facts, limits, words
from simlab.controls.access.policies import Policies, Policy
from simlab.controls.access.request import NUMBERS, WORDS
from simlab.controls.access.twin import CODE, Codes, Mask, Program, any_of

MOST = 2_000_000  # cases that one comparison may need


@dataclass(frozen=True)
class Conflict:
    """One contradiction: its kind, the policies with their lines, and what it means."""

    kind: Literal["never applies", "never permits", "said twice", "not examined"]
    policies: tuple[str, ...]
    lines: tuple[int, ...]
    says: str

    def __str__(self) -> str:
        where = ", ".join(f"{p} (line {n})" for p, n in zip(self.policies, self.lines, strict=True))
        return f"{self.kind}: {where}: {self.says}"


def conflicts(policies: Policies) -> list[Conflict]:
    """Every contradiction of a policy set, in the order of its text.

    A permit is compared with all forbids that look at no more facts than it does, taken together, and with
    each other forbid alone.
    """
    live, found = [], []
    for policy in policies:
        holds = _holds([policy.applies])
        if holds is None:
            found.append(_conflict("not examined", [policy], "it tells apart more cases than can be tried: split it"))
        elif not holds[0].any():
            found.append(_conflict("never applies", [policy], "no request can meet all that it asks for"))
        else:
            live.append(policy)
    return sorted([*found, *_twice(live), *_empty(live)], key=lambda c: c.lines)


def _empty(live: list[Policy]) -> Iterator[Conflict]:
    """Permits that the forbids leave nothing of."""
    forbids = [p for p in live if not p.is_permit]
    for permit in (p for p in live if p.is_permit):
        mine = facts(permit.applies)
        narrow = [f for f in forbids if facts(f.applies) <= mine]
        # One forbid that does it alone is named alone.
        for taken in [*([f] for f in forbids), narrow]:
            if taken and _covers(any_of(f.applies for f in taken), permit.applies):
                says = "whatever it would permit is forbidden, and a forbid outweighs every permit"
                yield _conflict("never permits", [permit, *_needed(permit, taken)], says)
                break


def _needed(permit: Policy, taken: list[Policy]) -> list[Policy]:
    """Those of some forbids without which something would be left."""
    kept = list(taken)
    for one in taken:
        rest = [f for f in kept if f is not one]
        if rest and _covers(any_of(f.applies for f in rest), permit.applies):
            kept = rest
    return kept


def _twice(live: list[Policy]) -> Iterator[Conflict]:
    for i, first in enumerate(live):
        for second in live[i + 1 :]:
            alike = first.is_permit == second.is_permit and facts(first.applies) == facts(second.applies)
            if alike and _same(first.applies, second.applies):
                yield _conflict(
                    "said twice", [first, second], "both say the same: change one and the other still holds"
                )


def _conflict(
    kind: Literal["never applies", "never permits", "said twice", "not examined"], of: list[Policy], says: str
) -> Conflict:
    return Conflict(kind, tuple(p.id for p in of), tuple(p.line for p in of), says)


def _covers(outer: Formula, inner: Formula) -> bool:
    holds = _holds([outer, inner])
    return holds is not None and not (holds[1] & ~holds[0]).any()


def _same(a: Formula, b: Formula) -> bool:
    holds = _holds([a, b])
    return holds is not None and bool((holds[0] == holds[1]).all())


def _holds(formulas: list[Formula]) -> list[Mask] | None:
    """Each formula over every case that they can tell apart; None where there are too many."""
    named = sorted(frozenset().union(*map(facts, formulas)))
    values = [_values(name, formulas) for name in named]
    rows = math.prod(map(len, values))
    if rows > MOST:
        return None
    grid = np.meshgrid(*values, indexing="ij") if values else []
    codes: Codes = {name: column.ravel() for name, column in zip(named, grid, strict=True)}
    return Program(formulas).run(codes, rows)


def _values(name: str, formulas: Iterable[Formula]) -> np.ndarray:
    """The values of a fact that the formulas can tell apart: those named, and one of all the others."""
    if name in WORDS:
        named = set().union(*(words(f, name) for f in formulas))
        others = [w for w in WORDS[name] if w not in named][:1]
        return np.array([CODE[name][w] for w in [*sorted(named), *others]], dtype=np.uint8)
    if name in NUMBERS:
        low, high = NUMBERS[name]
        near = {n + d for f in formulas for n in limits(f, name) for d in (-1, 0, 1)}
        return np.array(sorted(n for n in near | {low, high} if low <= n <= high), dtype=np.int64)
    return np.array([False, True])
