"""The twin of Cedar for many: the same policies over a table of requests, a column at a time.

The formulas of a policy set become one straight program without repeated steps. It runs over pieces of
the table that fit a processor's cache, words as one-byte codes. `tests/controls/access` holds it equal to
Cedar, reasons included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab.controls.access.formula import FALSE, Formula, either
from simlab.controls.access.policies import Policies, shipped
from simlab.controls.access.request import FACTS, NUMBERS, SWITCHES, WORDS
from simlab.errors import InputError

Codes = dict[str, npt.NDArray[Any]]
Mask = npt.NDArray[np.bool_]
PIECE = 1 << 15
NOBODY_KNOWS = 255  # the code of a word that is in no list
NO_POLICY, UNKNOWN = "no-policy", "unknown"
CODE = {name: {word: i for i, word in enumerate(words)} for name, words in WORDS.items()}


class Program:
    """Formulas as steps: each step is done once, whatever number of policies need it."""

    def __init__(self, formulas: Iterable[Formula]) -> None:
        self._steps: list[tuple[Any, ...]] = []
        self._place: dict[Formula, int] = {}
        self._out = [self._step(f) for f in formulas]

    def _step(self, f: Formula) -> int:
        if f not in self._place:
            step = (f[0], *map(self._step, f[1:])) if f[0] in ("and", "or", "not") else _leaf(f)
            self._place[f] = len(self._steps)
            self._steps.append(step)
        return self._place[f]

    def run(self, codes: Codes, rows: int) -> list[Mask]:
        """For each formula, where it holds."""
        done: list[Mask] = []
        for step in self._steps:
            done.append(_do(step, codes, done, rows))
        return [done[i] for i in self._out]


def _leaf(f: Formula) -> tuple[Any, ...]:
    return ("is", f[1], CODE[f[1]][f[2]]) if f[0] == "is" else f


def _do(step: tuple[Any, ...], codes: Codes, done: list[Mask], rows: int) -> Mask:
    op = step[0]
    if op == "is":
        return codes[step[1]] == step[2]
    if op == "and":
        return done[step[1]] & done[step[2]]
    if op == "or":
        return done[step[1]] | done[step[2]]
    if op == "not":
        return ~done[step[1]]
    if op == "on":
        return codes[step[1]]
    if op == "less":
        return codes[step[1]] < step[2]
    if op == "upto":
        return codes[step[1]] <= step[2]
    return np.ones(rows, dtype=bool)


def encode(requests: pd.DataFrame) -> Codes:
    """The facts of a table of requests as codes; a word that nobody knows is 255.

    Raises InputError for a column that is missing or of the wrong kind.
    """
    lacking = [name for name in FACTS if name not in requests]
    if lacking:
        raise InputError(f"the table of requests lacks {', '.join(lacking)}")
    return {name: _column(name, requests[name]) for name in FACTS}


def _column(name: str, values: pd.Series) -> npt.NDArray[Any]:
    if name in WORDS:
        return _words(values, CODE[name])
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else ""
    if name in SWITCHES and kind != "b":
        raise InputError(f"column {name} of the requests is {values.dtype}: it must be yes or no (bool)")
    if (name in NUMBERS and kind not in "iu") or not kind:
        raise InputError(f"column {name} of the requests is {values.dtype}: it must be whole numbers")
    return values.to_numpy()


def _words(values: pd.Series, code: dict[str, int]) -> npt.NDArray[np.uint8]:
    if not isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype("category")
    # The last entry serves missing values, whose code is -1.
    table = np.array([*(code.get(c, NOBODY_KNOWS) for c in values.cat.categories), NOBODY_KNOWS], dtype=np.uint8)
    codes = values.cat.codes.to_numpy()
    if codes.dtype == np.int8 and (table[:-1] == np.arange(len(table) - 1)).all():
        return codes.view(np.uint8)  # the lists are the same: nothing to look up, and -1 is 255 already
    return table[codes]


def pieces(codes: Codes, rows: int) -> Iterator[tuple[slice, Codes]]:
    """The table in pieces that stay near the processor."""
    for start in range(0, rows, PIECE):
        part = slice(start, min(start + PIECE, rows))
        yield part, {name: column[part] for name, column in codes.items()}


def known(codes: Codes) -> Mask:
    """Where every word is one of its list and every number in its range."""
    fine = np.ones(len(codes["role"]), dtype=bool)
    for name in WORDS:
        fine &= codes[name] != NOBODY_KNOWS
    for name, (low, high) in NUMBERS.items():
        fine &= (codes[name] >= low) & (codes[name] <= high)
    return fine


def allowed(requests: pd.DataFrame, policies: Policies | None = None) -> Mask:
    """Which requests of a table (its columns those of `Request`) are allowed. Raises InputError."""
    policies = shipped() if policies is None else policies
    out = np.zeros(len(requests), dtype=bool)
    program = verdict(policies)
    codes = encode(requests)
    for part, piece in pieces(codes, len(requests)):
        permits, forbids = program.run(piece, part.stop - part.start)
        out[part] = permits & ~forbids & known(piece)
    return out


def decide(requests: pd.DataFrame, policies: Policies | None = None) -> pd.DataFrame:
    """`is_allowed` and the deciding `policy` of each request of a table; of several, the first in the text.

    A refusal that no policy spoke for is `no-policy`; one for a word or number that nobody knows, `unknown`.
    Raises InputError.
    """
    policies = shipped() if policies is None else policies
    names = [*(p.id for p in policies), NO_POLICY, UNKNOWN]
    is_allowed = np.zeros(len(requests), dtype=bool)
    which = np.empty(len(requests), dtype=np.int16)
    for part, fine, masks in satisfied(requests, policies):
        permits, forbids = sides(policies, masks, part.stop - part.start)
        is_allowed[part] = permits & ~forbids & fine
        which[part] = _first(policies, masks, fine)
    decided = pd.Categorical.from_codes(which, pd.Index(names, dtype="str"))
    return pd.DataFrame({"is_allowed": is_allowed, "policy": decided}, index=requests.index)


def satisfied(requests: pd.DataFrame, policies: Policies) -> Iterator[tuple[slice, Mask, list[Mask]]]:
    """Piece by piece: which rows, which of them are known, and for each policy where it applies."""
    program, codes = Program(p.applies for p in policies), encode(requests)
    for part, piece in pieces(codes, len(requests)):
        yield part, known(piece), program.run(piece, part.stop - part.start)


def sides(policies: Policies, masks: list[Mask], rows: int) -> tuple[Mask, Mask]:
    """Where some permit applies, and where some forbid does."""
    found = {True: np.zeros(rows, dtype=bool), False: np.zeros(rows, dtype=bool)}
    for policy, mask in zip(policies, masks, strict=True):
        found[policy.is_permit] |= mask
    return found[True], found[False]


def _first(policies: Policies, masks: list[Mask], fine: Mask) -> npt.NDArray[np.int16]:
    which = np.full(len(fine), len(masks), dtype=np.int16)
    # From the last to the first, so that the first has the last word; any forbid outweighs every permit.
    order = [i for i, p in enumerate(policies) if not p.is_permit] + [i for i, p in enumerate(policies) if p.is_permit]
    for i in reversed(order):
        np.copyto(which, np.int16(i), where=masks[i])
    np.copyto(which, np.int16(len(masks) + 1), where=~fine)
    return which


def verdict(policies: Policies) -> Program:
    """Whether some permit applies, and whether some forbid does."""
    return Program(any_of(p.applies for p in policies if p.is_permit is side) for side in (True, False))


def code(name: str, value: str | int) -> int:
    """How a value of a fact stands in its column."""
    return CODE[name][str(value)] if name in CODE else value if isinstance(value, int) else NOBODY_KNOWS


def any_of(formulas: Iterable[Formula]) -> Formula:
    """True where one of the formulas is."""
    return reduce(either, formulas, FALSE)
