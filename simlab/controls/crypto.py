"""Sealing one value so that only the key opens it, and only where it was put.

AES-256-GCM with a random 96-bit nonce and a 128-bit tag (NIST SP 800-38D, Nov 2007). A sealed
value is

    version (1 byte) | nonce (12) | ciphertext (as long as the value) | tag (16)

The associated data is the version and the value's place: table, column and row, each with its
length in front, so that ("a", "bc") and ("ab", "c") never read alike. A sealed value that is moved
to another row therefore opens no more than one that was changed.

What sealing does not hide: how long a value is, that it exists, and anything from someone who is
handed it open, such as a thief inside a signed-in session.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simlab.errors import InputError, TamperedError

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
VERSION = b"\x01"
OVERHEAD = len(VERSION) + NONCE_BYTES + TAG_BYTES

# One text for every cause: an opener that says which check failed helps whoever is probing it.
REFUSED = "the sealed value does not open: it was changed, moved from its place, or met with the wrong key"

_BODY = len(VERSION) + NONCE_BYTES
_DOMAIN = b"simlab sealed value"


def new_key() -> bytes:
    """A fresh random 32-byte key."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def check_key(key: bytes) -> bytes:
    """The key itself. Raises InputError unless it is exactly 32 bytes."""
    if not isinstance(key, bytes | bytearray):
        raise InputError(f"a key is {KEY_BYTES} bytes, not a {type(key).__name__}: make one with new_key()")
    if len(key) != KEY_BYTES:
        raise InputError(f"a key is exactly {KEY_BYTES} bytes (AES-256), not {len(key)}: make one with new_key()")
    return bytes(key)


def _part(name: str, text: str) -> bytes:
    if not isinstance(text, str):
        raise InputError(f"{name} is a text, not a {type(text).__name__}: for example 'members', 'ssn', 'M0000001'")
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError as e:
        raise InputError(f"{name} {text!r} cannot be written as UTF-8") from e
    return len(raw).to_bytes(4, "big") + raw


def _column_place(table: str, column: str) -> bytes:
    return _DOMAIN + VERSION + _part("table", table) + _part("column", column)


def place(table: str, column: str, row: str) -> bytes:
    """The bytes that bind a sealed value to its place; no two places share them."""
    return _column_place(table, column) + _part("row", row)


def seal(key: bytes, value: bytes, *, table: str, column: str, row: str) -> bytes:
    """`value` sealed for its place: 29 bytes longer, and different every time.

    Raises InputError for a key that is not 32 bytes or a value that is not bytes.
    """
    return seal_many(key, [value], table=table, column=column, rows=[row])[0]


def open_sealed(key: bytes, sealed: bytes, *, table: str, column: str, row: str) -> bytes:
    """The value that was sealed under this key for this place.

    Raises TamperedError, always in the same words, when the sealed bytes were changed or cut,
    come from another place, or were sealed under another key.
    """
    return open_many(key, [sealed], table=table, column=column, rows=[row])[0]


def seal_many(key: bytes, values: Sequence[bytes], *, table: str, column: str, rows: Iterable[str]) -> list[bytes]:
    """One column's values sealed, each for its own row: the fast form of `seal`.

    Raises InputError, also when there are not as many rows as values.
    """
    encrypt, start = AESGCM(check_key(key)).encrypt, _column_place(table, column)
    places = [start + _part("row", row) for row in rows]
    _same_length(places, values)
    # One request for all nonces: asking the system for each costs as much as sealing does.
    pool, cuts = os.urandom(NONCE_BYTES * len(values)), range(0, NONCE_BYTES * len(values), NONCE_BYTES)
    try:
        nonces = [pool[cut : cut + NONCE_BYTES] for cut in cuts]
        return [VERSION + n + encrypt(n, v, p) for n, v, p in zip(nonces, values, places, strict=True)]
    except TypeError as e:
        raise InputError(f"only bytes can be sealed ({e}): encode text first, value.encode('utf-8')") from e


def open_many(key: bytes, sealed: Sequence[bytes], *, table: str, column: str, rows: Iterable[str]) -> list[bytes]:
    """One column's values opened, each for its own row: the fast form of `open_sealed`.

    Raises TamperedError at the first value that does not open.
    """
    gcm, start = AESGCM(check_key(key)), _column_place(table, column)
    names = list(rows)
    _same_length(names, sealed)
    return [_open(gcm, one, start + _part("row", name)) for one, name in zip(sealed, names, strict=True)]


def _open(gcm: AESGCM, sealed: bytes, where: bytes) -> bytes:
    if not isinstance(sealed, bytes | bytearray | memoryview):
        raise InputError(f"a sealed value is bytes, not a {type(sealed).__name__}")
    whole = bytes(sealed)
    if len(whole) < OVERHEAD or not whole.startswith(VERSION):
        raise TamperedError(REFUSED)
    try:
        return gcm.decrypt(whole[len(VERSION) : _BODY], whole[_BODY:], where)
    except InvalidTag:
        raise TamperedError(REFUSED) from None


def _same_length(rows: Sequence[object], values: Sequence[object]) -> None:
    if len(rows) != len(values):
        raise InputError(f"{len(rows)} rows for {len(values)} values: give each value its own row")
