"""Makers of fresh inputs: each gives argument tuples from a seed, so that answers do not travel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from simlab import draw as chance
from simlab.errors import UnknownName

Inputs = list[tuple[Any, ...]]


def whole_numbers(seed: int, count: int) -> Inputs:
    """One integer from 0 to 999 each."""
    return [(int(n),) for n in chance.between(seed, "whole numbers", np.arange(count), 0, 999)]


def byte_strings(seed: int, count: int) -> Inputs:
    """One byte string each, of 0 to 31 bytes."""
    words = chance.bits(seed, "byte strings", np.arange(count * 4)).reshape(count, 4)
    sizes = chance.between(seed, "byte sizes", np.arange(count), 0, 31)
    return [(words[i].tobytes()[: int(sizes[i])],) for i in range(count)]


def member_ids(seed: int, count: int) -> Inputs:
    """One member id each, such as M0004711."""
    return [(f"M{int(n):07d}",) for n in chance.between(seed, "member ids", np.arange(count), 1, 10_000)]


def small_tables(seed: int, count: int) -> Inputs:
    """A table of invented people without names, and columns of it: eight rows and one of four sets of columns each.

    In each of them somebody is alone, whatever the columns: "nobody is" is right for no table by chance.
    """
    choices = (["zip3"], ["sex", "year"], ["zip3", "sex"], ["zip3", "sex", "year"])
    at = np.arange(count * 8)
    zips, years = chance.between(seed, "table zip", at, 670, 676), chance.between(seed, "table year", at, 1950, 1953)
    sexes, picked = chance.bits(seed, "table sex", at), chance.between(seed, "table columns", np.arange(count), 0, 3)
    rows = [
        {"zip3": str(int(z)), "sex": "MF"[int(s) & 1], "year": int(y)}
        for z, s, y in zip(zips, sexes, years, strict=True)
    ]
    for i, place in enumerate(chance.between(seed, "table alone", np.arange(count), 0, 7)):
        rows[i * 8 + int(place)] |= {"zip3": "677", "year": 1954}
    return [(rows[i * 8 : i * 8 + 8], choices[int(picked[i])]) for i in range(count)]


DRAWERS: dict[str, Callable[[int, int], Inputs]] = {
    f.__name__: f for f in (whole_numbers, byte_strings, member_ids, small_tables)
}  # fmt: skip


def draw(name: str, seed: int, count: int) -> Inputs:
    """`count` inputs of one maker. Raises UnknownName."""
    if name not in DRAWERS:
        raise UnknownName("input maker", name, DRAWERS)
    return DRAWERS[name](seed, count)
