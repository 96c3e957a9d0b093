"""Each weak sealing works on honest values, and breaks under the attack its docstring names."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable

import pytest

from simlab.controls import broken, open_sealed, seal
from simlab.errors import TamperedError

KEY = bytes(range(32))
HERE = {"table": "members", "column": "bank_account", "row": "M0000001"}
THERE = HERE | {"row": "M0000002"}
PAIRS = [
    (broken.seal_with_fixed_nonce, broken.open_with_fixed_nonce),
    (broken.seal_without_tag, broken.open_without_tag),
    (broken.seal_without_place, broken.open_without_place),
    (broken.seal_beside_key, broken.open_beside_key),
    (broken.seal_with_ecb, broken.open_with_ecb),
]


def xor(*parts: bytes) -> bytes:
    return bytes(functools.reduce(operator.xor, column) for column in zip(*parts, strict=False))


@pytest.mark.parametrize(("close", "open_"), PAIRS, ids=lambda f: f.__name__)
def test_honest_values_open(close: Callable[..., bytes], open_: Callable[..., bytes]) -> None:
    for value in (b"", b"900-55-0101", bytes(1000)):
        assert open_(KEY, close(KEY, value, **HERE), **HERE) == value


def test_a_fixed_nonce_gives_away_the_others() -> None:
    known = broken.seal_with_fixed_nonce(KEY, b"900-55-0101", **HERE)
    other = broken.seal_with_fixed_nonce(KEY, b"900-55-7777", **THERE)
    assert xor(known[12:23], other[12:23], b"900-55-0101") == b"900-55-7777"


def test_without_a_tag_an_amount_is_rewritten() -> None:
    sealed = broken.seal_without_tag(KEY, b"pay 0000100", **HERE)
    forged = sealed[:16] + xor(sealed[16:], b"pay 0000100", b"pay 9999900")
    assert broken.open_without_tag(KEY, forged, **HERE) == b"pay 9999900"


def test_without_a_place_a_value_moves() -> None:
    sealed = broken.seal_without_place(KEY, b"000123", **HERE)
    assert broken.open_without_place(KEY, sealed, **THERE) == b"000123"


def test_beside_the_key_the_record_opens_itself() -> None:
    sealed = broken.seal_beside_key(KEY, b"000123", **HERE)
    assert broken.open_beside_key(sealed[:32], sealed, **HERE) == b"000123"


def test_ecb_shows_who_has_the_same() -> None:
    same = [broken.seal_with_ecb(KEY, b"diagnosis: F32.9", **at) for at in (HERE, THERE)]
    assert same[0] == same[1]


def test_the_sound_one_withstands_them_all() -> None:
    sealed = seal(KEY, b"pay 0000100", **HERE)
    assert KEY not in sealed and seal(KEY, b"pay 0000100", **HERE)[13:] != sealed[13:]
    forged = sealed[:13] + xor(sealed[13:24], b"pay 0000100", b"pay 9999900") + sealed[24:]
    for what, where in ((forged, HERE), (sealed, THERE)):
        with pytest.raises(TamperedError):
            open_sealed(KEY, what, **where)
