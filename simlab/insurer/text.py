"""Columns of text, made without a loop over rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Objects = npt.NDArray[np.object_]


def stamp(pattern: str, numbers: npt.ArrayLike) -> Objects:
    """Strings of `pattern`, its `#` filled with the digits of each number, right-aligned.

    `stamp("M#######", [12])` gives `M0000012`. Digits beyond the pattern are cut, so the caller
    keeps numbers within it.
    """
    rest = np.asarray(numbers, dtype=np.int64)
    grid = np.empty((len(rest), len(pattern) + 1), dtype=np.uint8)
    grid[:] = np.frombuffer(f"{pattern}\n".encode("ascii"), dtype=np.uint8)
    for at in range(len(pattern) - 1, -1, -1):
        if pattern[at] == "#":
            rest, digit = np.divmod(rest, 10)
            grid[:, at] = digit + 48
    return objects(grid.tobytes().decode("ascii").split("\n")[:-1])


def objects(values: Sequence[str]) -> Objects:
    """Strings as an object array, which concatenates with `+` element by element."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def category(codes: npt.ArrayLike, names: Sequence[str] | Objects) -> pd.Categorical:
    """A categorical column: `codes` into `names`. The categories do not depend on the rows."""
    return pd.Categorical.from_codes(np.asarray(codes), pd.Index(names, dtype="str"))  # type: ignore[arg-type]


def column(values: Objects) -> Any:
    """A text column of pandas from an object array of strings."""
    return pd.array(values, dtype="str")


def blank_where(mask: npt.NDArray[np.bool_], values: Objects) -> Objects:
    """`values`, "" where `mask` holds."""
    out = values.copy()
    out[mask] = ""
    return out
