"""What the thief reads from the stolen table alone, without asking anyone to open anything.

The thief knows the method, the names of the rows and some members' values, and lacks the keys.
Here the judge, who knows every value, checks which of them such a thief would come to know.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from simlab.exercise.worlds._thief_table import World

_BLOCK = 16
_SHORTEST = 6  # bytes that must agree before agreement is no accident
_COMPARED = 64  # bytes of two values compared when looking for a shared keystream
_OFFSETS = 128  # how far into the sealed bytes the value may begin
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")

Codec = tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]


def _upper_hex(data: bytes) -> bytes:
    return data.hex().upper().encode()


# Text forms, each as (to bytes, to text). Hexadecimal first: it reads as base64 too.
_CODECS: tuple[Codec, ...] = (
    (binascii.unhexlify, binascii.hexlify),
    (binascii.unhexlify, _upper_hex),
    (base64.b64decode, base64.b64encode),
    (base64.urlsafe_b64decode, base64.urlsafe_b64encode),
    (lambda s: base64.urlsafe_b64decode(s + b"=" * (-len(s) % 4)), lambda b: base64.urlsafe_b64encode(b).rstrip(b"=")),
    (base64.b32decode, base64.b32encode),
    (base64.b85decode, base64.b85encode),
)


@dataclass(frozen=True)
class Form:
    """How the learner writes sealed bytes: as they are, or as text (base64, hex) around them."""

    layers: tuple[Codec, ...]
    is_text: bool  # printable, in a form of the learner's own such as JSON

    def inner(self, sealed: bytes) -> bytes:
        """The sealed bytes without their text form."""
        for decode, _ in self.layers:
            sealed = decode(sealed)
        return sealed

    def outer(self, inner: bytes) -> bytes:
        """The same, written as the learner writes it."""
        for _, encode in reversed(self.layers):
            inner = encode(inner)
        return inner


def form_of(sealed: list[bytes]) -> Form:
    """The text form that all of the sealed values share, if they share one."""
    layers: list[Codec] = []
    while len(layers) < 3:
        found = next((c for c in _CODECS if all(_survives(c, s) for s in sealed)), None)
        if found is None:
            break
        layers.append(found)
        sealed = [found[0](s) for s in sealed]
    return Form(tuple(layers), all(s.isascii() and s.decode("ascii").isprintable() for s in sealed))


def _survives(codec: Codec, sealed: bytes) -> bool:
    try:
        return codec[1](codec[0](sealed)) == sealed
    except ValueError:
        return False


def read(world: World, sealed: Mapping[int, bytes], form: Form) -> dict[int, str]:
    """Which victims' values the thief reads, by row position, and how.

    The ways: key, plain, hash, keystream, equal, pattern (see `thief.WAYS`).
    """
    views = {i: _view(form, s) for i, s in sealed.items()}
    read: dict[int, str] = {}
    if any(_has_key(view, world.rows[i].key) for i, view in views.items()):
        return dict.fromkeys(world.victims, "key")
    for i in world.victims:
        if i in views and (way := _alone(views[i], world.rows[i].value)):
            read[i] = way
    for a, b in _pairs(world, views):
        for i in (a, b):
            if world.rows[i].role == "victim":
                read.setdefault(i, "keystream")
    for i, way in _equals(world, views):
        read.setdefault(i, way)
    return read


def _view(form: Form, sealed: bytes) -> bytes:
    """The bytes that an analyst looks at: base64 inside JSON and the like is decoded."""
    inner = form.inner(sealed)
    runs = [_decoded(run) for run in _RUN.findall(inner)] if form.is_text else []
    return b"".join(runs) + inner if runs else inner


def _decoded(run: bytes) -> bytes:
    for decode, encode in _CODECS[:5]:
        if _survives((decode, encode), run):
            return decode(run)
    return run


def _spellings(data: bytes) -> Iterator[bytes]:
    yield from (data, data[::-1], data.hex().encode(), _upper_hex(data))
    yield from (base64.b64encode(data).rstrip(b"="), base64.urlsafe_b64encode(data).rstrip(b"="))


def _has_key(view: bytes, key: bytes) -> bool:
    half = len(key) // 2
    return any(s in view for part in (key, key[:half], key[half:]) for s in _spellings(part))


def _alone(view: bytes, value: bytes) -> str:
    """How one sealed value gives itself away, "" when it does not."""
    if any(s in view for s in _spellings(value)):
        return "plain"
    digests = (hashlib.new(name, value, usedforsecurity=False).digest() for name in ("sha256", "sha1", "md5"))
    if len(value) <= 40 and any(s in view for d in digests for s in _spellings(d)):
        return "hash"
    windows = Counter(view[i : i + _BLOCK] for i in range(len(view) - _BLOCK + 1))
    # A filler of one byte outside the value repeats as well, and tells nothing.
    is_patterned = any(count >= 4 and len(set(window)) > 1 for window, count in windows.items())
    return "pattern" if is_patterned else ""


def _equals(world: World, views: Mapping[int, bytes]) -> Iterator[tuple[int, str]]:
    """Victims whose sealed value equals that of a known member: a code book."""
    known = {views[i] for i in world.having("known") if i in views}
    yield from ((i, "equal") for i in world.victims if views.get(i) in known)


def _pairs(world: World, views: Mapping[int, bytes]) -> Iterator[tuple[int, int]]:
    """Pairs of rows under one key whose sealed bytes differ exactly as their values do.

    That is what a keystream used twice looks like: one value known gives the other.
    """
    rows = [i for i in world.having("known", "victim") if i in views]
    for a, b in combinations(rows, 2):
        x, y = world.rows[a].value, world.rows[b].value
        size = min(len(x), len(y), _COMPARED)
        differ = _number(x[:size]) ^ _number(y[:size])
        # Places where the values agree prove nothing: a fixed heading agrees there too.
        if sum(map(bool, differ.to_bytes(size, "big"))) < _SHORTEST:
            continue
        pattern = differ.to_bytes(size, "big")
        if pattern in _xor(views[a], views[b], size + _OFFSETS) or pattern in _xor_ends(views[a], views[b], x, y, size):
            yield a, b


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _xor(s: bytes, t: bytes, most: int) -> bytes:
    """The first bytes of both XORed, at most so many."""
    size = min(len(s), len(t), most)
    return (_number(s[:size]) ^ _number(t[:size])).to_bytes(size, "big")


def _xor_ends(s: bytes, t: bytes, x: bytes, y: bytes, size: int) -> bytes:
    """The same, where something of varying length may stand before the value: counted from its end."""
    over_s, over_t = len(s) - len(x), len(t) - len(y)
    if over_s == over_t or min(over_s, over_t) < 0:
        return b""
    last = min(over_s, over_t, _OFFSETS) + size
    return _xor(s[: over_s + size][-last:], t[: over_t + size][-last:], last)
