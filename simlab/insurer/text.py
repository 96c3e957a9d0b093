"""Columns of text, made without a loop over rows."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Objects = npt.NDArray[np.object_]


def stamp(pattern: str, numbers: npt.ArrayLike) -> Objects:
    """`stamps` as an object array."""
    return objects(stamps(pattern, numbers))


def stamps(pattern: str, numbers: npt.ArrayLike) -> list[str]:
    """Strings of `pattern`, its `#` filled with the digits of each number, right-aligned.

    `stamps("M#######", [12])` gives `M0000012`. Digits beyond the pattern are cut, so the caller
    keeps numbers within it.
    """
    rest, text = np.asarray(numbers, dtype=np.int64), f"{pattern}\n"
    grid, at = np.empty((len(rest), len(text)), dtype=np.uint8), len(text)
    while at > 0:
        wide = next((w for w in (4, 2, 1) if text[max(at - w, 0) : at] == "#" * w), 0)
        at -= wide or 1
        if wide:
            # Up to four digits at a time, as one machine word of text: one division, one look-up.
            digits, high = _digits(wide), rest // 10**wide
            where: Any = np.ndarray((len(rest),), digits.dtype, grid, at, (len(text),))
            where[:] = digits[rest - high * 10**wide]
            rest = high
        else:
            grid[:, at] = ord(text[at])
    # Cut at line ends by one call, which is the quickest way to many short strings.
    strings = grid.tobytes().decode("ascii").split("\n")
    strings.pop()
    return strings


@functools.cache
def _digits(wide: int) -> npt.NDArray[Any]:
    """The text of every number of so many digits (1, 2 or 4), each in one machine word."""
    text = "".join(f"{n:0{wide}d}" for n in range(10**wide))
    return np.frombuffer(text.encode("ascii"), dtype=f"u{wide}")


def objects(values: Sequence[str]) -> Objects:
    """Strings as an object array, which concatenates with `+` element by element."""
    return np.fromiter(values, dtype=object, count=len(values))


def category(codes: npt.ArrayLike, names: Sequence[str] | Objects | pd.Index) -> pd.Categorical:
    """A categorical column: `codes` (each within `names`: not checked, for speed) into `names`."""
    index = names if isinstance(names, pd.Index) else pd.Index(np.asarray(names, dtype=object), dtype="str")
    return pd.Categorical.from_codes(np.asarray(codes), index, validate=False)


def column(values: Objects) -> Any:
    """A text column of pandas from an object array of strings."""
    return pd.array(values, dtype="str")


def blank_where(mask: npt.NDArray[np.bool_], values: Objects) -> Objects:
    """`values`, "" where `mask` holds."""
    out = values.copy()
    out[mask] = ""
    return out
