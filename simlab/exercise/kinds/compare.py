"""Equality of plain data that no object of a learner's can bend: exact types, NaN equal to nothing.

Both sides come from the wire or from literals, so no method of a learner's class can run here.
"""

from __future__ import annotations

import math
from typing import Any

from simlab.exercise.wire import Frame, Other


def same(found: Any, wanted: Any) -> bool:
    """Same type and same value, all the way down; an `Other` is the same as nothing."""
    return _alike(found, wanted, None)


ROUNDING = 1e-9  # relative: what floats may differ by when nothing is said


def near(found: Any, wanted: Any, rel: float = ROUNDING, abs_: float = 0.0) -> bool:
    """As `same`, but numbers may be of either type and within a tolerance; whole ones are not rounded."""
    return _alike(found, wanted, (rel, abs_))


def _number(value: Any) -> bool:
    return type(value) in (int, float)


def _alike(a: Any, b: Any, tolerance: tuple[float, float] | None) -> bool:
    if tolerance is not None and _number(a) and _number(b):
        return _within(a, b, *tolerance)
    if type(a) is not type(b) or isinstance(a, Other):
        return False
    if isinstance(a, Frame):
        return _alike((a.names, a.columns), (b.names, b.columns), tolerance)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(_alike(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return _alike_dicts(a, b, tolerance)
    if isinstance(a, set | frozenset):
        return {(type(x), x) for x in a} == {(type(x), x) for x in b}
    return bool(a == b)


def _within(a: float, b: float, rel: float, abs_: float) -> bool:
    if type(a) is type(b) is int and rel <= ROUNDING and not abs_:
        return a == b
    try:
        return math.isclose(a, b, rel_tol=rel, abs_tol=abs_)
    except OverflowError:  # an integer too large for a float is near only to itself
        return a == b


def _alike_dicts(a: dict[Any, Any], b: dict[Any, Any], tolerance: tuple[float, float] | None) -> bool:
    # 1, 1.0 and True are one key to a dict; here the key's type counts as well.
    left, right = ({(type(k), k): v for k, v in d.items()} for d in (a, b))
    return left.keys() == right.keys() and all(_alike(v, right[k], tolerance) for k, v in left.items())
