"""Chance that never reshuffles: each draw is a hash of (seed, label, id).

A draw depends on nothing but its own key, so adding one member, step or decision leaves every
other draw as it was, and the same seed gives the same bytes on every platform. All is integer
arithmetic on uint64 (splitmix64); shapes come from integer weight tables, never from a
distribution function, whose last bits differ between library versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _mix(x: U64) -> U64:
    x = (x ^ (x >> np.uint64(30))) * _MIX1
    x = (x ^ (x >> np.uint64(27))) * _MIX2
    return x ^ (x >> np.uint64(31))


def _stream(seed: int, label: str) -> np.uint64:
    key = hashlib.blake2b(f"{seed}\x1f{label}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(key, "little"))


def bits(seed: int, label: str, ids: npt.ArrayLike) -> U64:
    """Uniform uint64, one for each id (any integer array; the shape is kept)."""
    at = np.asarray(ids).astype(np.int64).view(np.uint64)
    with np.errstate(over="ignore"):
        return _mix(_mix(at * _STEP + _stream(seed, label)) + _STEP)


def below(seed: int, label: str, ids: npt.ArrayLike, n: int | npt.ArrayLike) -> I64:
    """Uniform integers in [0, n), one for each id; n (under 2**32) may be an array."""
    high = bits(seed, label, ids) >> np.uint64(32)
    return ((high * np.asarray(n).astype(np.uint64)) >> np.uint64(32)).astype(np.int64)


def between(seed: int, label: str, ids: npt.ArrayLike, low: int, high: int) -> I64:
    """Uniform integers from low to high, both included."""
    return low + below(seed, label, ids, high - low + 1)


def weighted(seed: int, label: str, ids: npt.ArrayLike, weights: Sequence[int]) -> I64:
    """Indices into `weights` (integers, their sum under 2**32), drawn in that proportion."""
    ends = np.cumsum(np.asarray(weights, dtype=np.int64))
    return np.searchsorted(ends, below(seed, label, ids, int(ends[-1])), side="right")


def chance(seed: int, label: str, ids: npt.ArrayLike, per_million: int | npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """True with the given chance in a million, for each id."""
    return below(seed, label, ids, 1_000_000) < np.asarray(per_million)


def one(seed: int, label: str, ident: int | str, n: int) -> int:
    """One integer in [0, n); an id that is a string is hashed."""
    if isinstance(ident, str):
        label, ident = f"{label}\x1f{ident}", 0
    return int(below(seed, label, np.array([ident]), n)[0])
