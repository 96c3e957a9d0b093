from __future__ import annotations

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simlab import draw

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def by_hand(seed: int, label: str, ident: int) -> int:
    """The same draw in Python's own whole numbers."""
    mask = 2**64 - 1

    def mix(x: int) -> int:
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & mask
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB & mask
        return x ^ (x >> 31)

    stream = int.from_bytes(hashlib.blake2b(f"{seed}\x1f{label}".encode(), digest_size=8).digest(), "little")
    step = 0x9E3779B97F4A7C15
    return mix(mix(ident * step + stream & mask) + step & mask)


@given(SEEDS, st.integers(min_value=-(2**62), max_value=2**62))
def test_the_bits_are_those_worked_by_hand(seed: int, ident: int) -> None:
    assert int(draw.bits(seed, "pinned", [ident])[0]) == by_hand(seed, "pinned", ident)


def test_the_bits_are_pinned() -> None:
    assert hex(draw.bits(7, "pinned", [0])[0]) == "0x4bfa38d34ec306c9"


@given(SEEDS, st.integers(min_value=1, max_value=2**31))
def test_below_stays_below(seed: int, n: int) -> None:
    got = draw.below(seed, "x", np.arange(200), n)
    assert got.min() >= 0 and got.max() < n


@given(SEEDS)
def test_a_draw_does_not_depend_on_its_neighbours(seed: int) -> None:
    whole = draw.bits(seed, "x", np.arange(50))
    assert (draw.bits(seed, "x", np.arange(50)[::-1]) == whole[::-1]).all()
    assert (draw.bits(seed, "x", [7]) == whole[7]).all()


def test_labels_and_seeds_separate_streams() -> None:
    a, b, c = (draw.bits(s, label, np.arange(1000)) for s, label in ((1, "a"), (1, "b"), (2, "a")))
    assert not (a == b).any() and not (a == c).any()


def test_weights_are_kept() -> None:
    got = np.bincount(draw.weighted(3, "w", np.arange(100_000), [1, 0, 3]), minlength=3)
    assert got[1] == 0 and abs(got[0] - 25_000) < 1_000


def test_chance_is_in_a_million() -> None:
    assert abs(int(draw.chance(3, "c", np.arange(100_000), 20_000).sum()) - 2_000) < 300


def test_one_takes_names() -> None:
    drawn = {draw.one(1, "who", name, 1_000_000) for name in ("ana", "bo", "cy")}
    assert len(drawn) == 3
