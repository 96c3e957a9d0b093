"""Sealing one value: it opens with its key at its place, and in no other way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.controls import crypto, new_key, open_sealed, seal
from simlab.errors import InputError, TamperedError

KEY = bytes(range(32))
AT = {"table": "members", "column": "ssn", "row": "M0000001"}

places = st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))


def at(parts: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("table", "column", "row"), parts, strict=True))


@given(key=st.binary(min_size=32, max_size=32), value=st.binary(max_size=300), where=places)
def test_what_is_sealed_opens_again(key: bytes, value: bytes, where: tuple[str, str, str]) -> None:
    sealed = seal(key, value, **at(where))
    assert len(sealed) == len(value) + crypto.OVERHEAD
    assert open_sealed(key, sealed, **at(where)) == value


@given(value=st.binary(max_size=20))
@settings(max_examples=10)
def test_every_single_flipped_bit_is_noticed(value: bytes) -> None:
    sealed = seal(KEY, value, **AT)
    for bit in range(8 * len(sealed)):
        bad = bytearray(sealed)
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TamperedError, match="does not open"):
            open_sealed(KEY, bytes(bad), **AT)


@given(here=places, there=places)
def test_a_sealed_value_opens_only_at_its_place(here: tuple[str, str, str], there: tuple[str, str, str]) -> None:
    sealed = seal(KEY, b"900-55-0101", **at(here))
    if here == there:
        assert open_sealed(KEY, sealed, **at(there)) == b"900-55-0101"
    else:
        with pytest.raises(TamperedError):
            open_sealed(KEY, sealed, **at(there))


@given(a=places, b=places)
def test_no_two_places_read_alike(a: tuple[str, str, str], b: tuple[str, str, str]) -> None:
    assert (crypto.place(*a) == crypto.place(*b)) == (a == b)


def test_a_border_moved_between_names_is_another_place() -> None:
    sealed = seal(KEY, b"x", table="a", column="bc", row="d")
    for other in (("ab", "c", "d"), ("a", "b", "cd"), ("", "abc", "d")):
        with pytest.raises(TamperedError):
            open_sealed(KEY, sealed, **at(other))


@given(wrong=st.binary(min_size=32, max_size=32).filter(lambda k: k != KEY))
@settings(max_examples=25)
def test_a_wrong_key_does_not_open(wrong: bytes) -> None:
    with pytest.raises(TamperedError):
        open_sealed(wrong, seal(KEY, b"value", **AT), **AT)


def test_every_cause_is_told_in_the_same_words() -> None:
    sealed = seal(KEY, b"value", **AT)
    tries = [
        (KEY, b"", AT),
        (KEY, sealed[:-1], AT),
        (KEY, sealed[:20], AT),
        (KEY, sealed + b"\0", AT),
        (KEY, b"\x02" + sealed[1:], AT),
        (new_key(), sealed, AT),
        (KEY, sealed, AT | {"row": "M0000002"}),
        (KEY, sealed, AT | {"column": "bank_account"}),
        (KEY, sealed, AT | {"table": "staff"}),
    ]
    said = set()
    for key, what, where in tries:
        with pytest.raises(TamperedError) as e:
            open_sealed(key, what, **where)
        said.add(str(e.value))
        assert (e.value.__cause__ is None and e.value.__suppress_context__) or not e.value.__context__
    assert said == {crypto.REFUSED}


def test_equal_values_look_different_when_sealed() -> None:
    sealed = crypto.seal_many(KEY, [b"same"] * 500, table="t", column="c", rows=["r"] * 500)
    assert len({s[1:13] for s in sealed}) == 500  # nonces
    assert len({s[13:17] for s in sealed}) == 500  # and bodies


@pytest.mark.parametrize("size", [0, 16, 24, 31, 33, 64])
def test_a_key_of_another_length_is_refused_with_the_right_one(size: int) -> None:
    for act in (lambda: seal(bytes(size), b"v", **AT), lambda: open_sealed(bytes(size), bytes(40), **AT)):
        with pytest.raises(InputError, match=f"exactly 32 bytes.*not {size}"):
            act()


def test_what_cannot_be_sealed_is_said() -> None:
    with pytest.raises(InputError, match="encode text first"):
        seal(KEY, "text", **AT)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a key is 32 bytes, not a str"):
        seal("k" * 32, b"v", **AT)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="row is a text, not a int"):
        seal(KEY, b"v", table="t", column="c", row=7)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot be written as UTF-8"):
        seal(KEY, b"v", table="t", column="c", row="\ud800")
    with pytest.raises(InputError, match="a sealed value is bytes, not a str"):
        open_sealed(KEY, "text", **AT)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="2 rows for 1 values"):
        crypto.seal_many(KEY, [b"v"], table="t", column="c", rows=["a", "b"])


def test_it_is_plain_aes_gcm_that_another_program_can_open() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = seal(KEY, b"value", **AT)
    where = b"simlab sealed value\x01" + b"".join(
        len(p).to_bytes(4, "big") + p for p in (b"members", b"ssn", b"M0000001")
    )
    assert AESGCM(KEY).decrypt(sealed[1:13], sealed[13:], where) == b"value"
