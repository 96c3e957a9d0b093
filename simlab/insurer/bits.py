"""Several small draws from one hash, for tables of many rows: a hash has 64 bits, a choice needs few."""

from __future__ import annotations

import numpy as np

from simlab.draw import I64, U64


def field(h: U64, at: int, width: int) -> I64:
    """Whole numbers in [0, 2**width): `width` bits of each hash from bit `at`."""
    high = h >> np.uint64(at)
    return (high if at + width == 64 else high & np.uint64((1 << width) - 1)).view(np.int64)


def pick(h: U64, at: int, width: int, n: I64) -> I64:
    """Whole numbers in [0, n) from `width` bits of each hash; n is well below 2**width."""
    return (field(h, at, width) * n) >> width
