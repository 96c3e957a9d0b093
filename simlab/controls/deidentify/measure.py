"""How alike the people of a release are: k-anonymity and l-diversity, measured.

HIPAA names neither; an expert under 45 CFR 164.514(b)(1) may use them. k: the smallest group of rows that
agree in what others may know (the quasi-identifiers). l: the fewest different secrets in such a group.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab.errors import InputError, UnknownName

I64 = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Alike:
    """k of a table, its rows and groups, and how many rows stand alone; `sizes[i]` is the group size of row i."""

    k: int
    rows: int
    groups: int
    alone: int
    sizes: I64

    def below(self, k: int) -> npt.NDArray[np.bool_]:
        """Which rows stand in a group smaller than `k`: what to suppress or make coarser."""
        return self.sizes < k


def k_anonymity(table: pd.DataFrame, quasi: Sequence[str]) -> Alike:
    """How many rows agree in the quasi-identifiers, at least. A missing value is a value of its own."""
    group, count = _groups(table, quasi)
    sizes = np.bincount(group, minlength=count)
    mine = sizes[group]
    return Alike(int(sizes.min()), len(table), count, int((sizes == 1).sum()), mine.astype(np.int64))


def l_diversity(table: pd.DataFrame, quasi: Sequence[str], secret: str) -> int:
    """The fewest different values of `secret` among rows that agree in the quasi-identifiers."""
    group, count = _groups(table, quasi)
    values, kinds = _codes(table, secret)
    pairs = np.unique(group * kinds + values)
    return int(np.bincount(pairs // kinds, minlength=count).min())


def _groups(table: pd.DataFrame, quasi: Sequence[str]) -> tuple[I64, int]:
    """Each row's group as a number from 0, and how many groups there are."""
    if not quasi or not len(table):
        raise InputError("name at least one quasi-identifier, and a table with rows")
    key, size = np.zeros(len(table), dtype=np.int64), 1
    for name in quasi:
        codes, kinds = _codes(table, name)
        if size * kinds >= 2**62:  # close the gaps before the product no longer fits
            key, size = _dense(key)
        key, size = key * kinds + codes, size * kinds
    return _dense(key)


def _dense(key: I64) -> tuple[I64, int]:
    codes, found = pd.factorize(key)
    return codes.astype(np.int64), len(found)


def _codes(table: pd.DataFrame, name: str) -> tuple[I64, int]:
    if name not in table:
        raise UnknownName("column", name, table.columns)
    values = table[name]
    if isinstance(values.dtype, pd.CategoricalDtype):
        shifted: I64 = np.add(values.cat.codes.to_numpy(np.int64), 1, dtype=np.int64)
        return shifted, len(values.cat.categories) + 1
    codes, found = pd.factorize(values, use_na_sentinel=False)
    return codes.astype(np.int64), max(len(found), 1)
