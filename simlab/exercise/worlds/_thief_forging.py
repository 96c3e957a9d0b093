"""What the thief hands to `open_`: true rows among forged ones, in an order that tells nothing.

Honest and forged tries go out mixed, so that no opener does better by noticing that the attack has
begun.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from simlab import draw
from simlab.exercise.worlds._thief_reading import Form
from simlab.exercise.worlds._thief_table import Row, World, random_bytes, shuffled

# own key: a true row under a key that the thief made up. near key: the true key with one bit
# changed, which an opener that leaves out part of the key does not notice.
Kind = Literal["honest", "own key", "changed", "moved", "wrong key", "near key"]
FORGED: tuple[Kind, ...] = ("own key", "changed", "moved", "wrong key", "near key")
# How many of each to try where nothing is remembered; the kinds that are made of few rows come first.
_ONCE: dict[Kind, int] = {"changed": 6, "moved": 6, "wrong key": 1, "near key": 1, "own key": 3, "honest": 20}
_HEAD = 12  # bytes of a nonce, the usual start of a sealed value


@dataclass(frozen=True)
class Try:
    """One call of `open_`: what it is, the row it is about, and what is handed over."""

    kind: Kind
    row: int
    what: str
    key: bytes
    sealed: bytes
    place: str


def tries(world: World, sealed: Mapping[int, bytes], form: Form) -> list[Try]:
    """Every honest and every forged call, in an order drawn from the seed."""
    honest = [Try("honest", i, "", world.rows[i].key, s, world.rows[i].place) for i, s in sealed.items()]
    at = {(t.key, t.place, t.sealed) for t in honest}
    victims = [i for i in world.victims if i in sealed]
    picked = [victims[i] for i in shuffled(world.seed, "forged", len(victims))]
    forged = [*_keys(world, sealed, victims), *_changed(world, sealed, form, picked), *_moved(world, sealed, picked)]
    # What is equal to a true row is no forgery: two rows may be sealed alike, a cut may cut nothing.
    both = honest + [t for t in forged if (t.key, t.place, t.sealed) not in at]
    return [both[i] for i in shuffled(world.seed, "tries", len(both))]


def each_row_once(world: World, todo: list[Try]) -> list[Try]:
    """Some of the tries, forged and honest, no victim's row twice: beside its forgeries a true row gives itself away."""
    chosen: dict[int, Try] = {}
    for kind, most in _ONCE.items():
        fit = (t for t in todo if t.kind == kind and world.rows[t.row].role == "victim" and t.row not in chosen)
        for t in list({t.row: t for t in fit}.values())[:most]:
            chosen[t.row] = t
    return [t for t in todo if chosen.get(t.row) is t]


def _keys(world: World, sealed: Mapping[int, bytes], victims: list[int]) -> Iterator[Try]:
    for i in victims:
        yield Try("own key", i, "a key made up by the thief", world.thief, sealed[i], world.rows[i].place)
    for i in [*victims[:2], *(i for i in world.having("other key") if i in sealed)]:
        row = world.rows[i]
        key = world.key if row.key == world.other else world.other
        yield Try("wrong key", i, "another table's key", key, sealed[i], row.place)
    for i in victims[:2]:
        for byte in (0, 15, 16, 31):
            key = bytes(k ^ (n == byte) for n, k in enumerate(world.key))
            yield Try("near key", i, f"a key that differs in byte {byte}", key, sealed[i], world.rows[i].place)


def _changed(world: World, sealed: Mapping[int, bytes], form: Form, picked: list[int]) -> Iterator[Try]:
    for i in picked[:8]:
        inner = form.inner(sealed[i])
        for what, bytes_ in (*_flips(world, i, inner), *_cuts(world, i, inner)):
            yield Try("changed", i, what, world.rows[i].key, form.outer(bytes_), world.rows[i].place)
        yield Try("changed", i, "nothing at all", world.rows[i].key, b"", world.rows[i].place)
    for a, b in pairwise(picked[:7]):
        one, two = form.inner(sealed[a]), form.inner(sealed[b])
        spliced = form.outer(one[:_HEAD] + two[_HEAD:])
        yield Try("changed", b, "the start of another row's", world.rows[b].key, spliced, world.rows[b].place)


def _flips(world: World, i: int, inner: bytes) -> Iterator[tuple[str, bytes]]:
    """One bit changed in each region: start, nonce, body, tag, end."""
    size = len(inner)
    for at in sorted({a for a in (0, 1, _HEAD // 2, _HEAD + 1, size // 2, size - 12, size - 1) if 0 <= a < size}):
        bit = 1 << draw.one(world.seed, f"thief bit {at}", i, 8)
        yield f"a bit flipped in byte {at} of {size}", inner[:at] + bytes([inner[at] ^ bit]) + inner[at + 1 :]


def _cuts(world: World, i: int, inner: bytes) -> Iterator[tuple[str, bytes]]:
    yield "the last byte cut off", inner[:-1]
    yield "the first byte cut off", inner[1:]
    yield "the second half cut off", inner[: len(inner) // 2]
    yield "a byte added", inner + b"\0"
    yield "random bytes", random_bytes(world.seed, f"forged {i}", len(inner))


def _moved(world: World, sealed: Mapping[int, bytes], picked: list[int]) -> Iterator[Try]:
    for a in picked[:12]:
        for what, place in _elsewhere(world, world.rows[a], a):
            yield Try("moved", a, what, world.rows[a].key, sealed[a], place)


def _elsewhere(world: World, row: Row, a: int) -> Iterator[tuple[str, str]]:
    """Other places for a row's sealed value: another row, another column, a name that looks alike."""
    table, column, member = row.place.split("/")
    places = {r.place for r in world.rows if r.role in ("known", "victim")} - {row.place}
    rows = sorted(p for p in places if p.startswith(f"{table}/{column}/"))
    columns = sorted(p for p in places if p.endswith(f"/{member}"))
    for what, found in (("another member's row", rows), ("another column", columns)):
        yield what, found[draw.one(world.seed, f"thief {what}", a, len(found))]
    yield "a place whose border was moved", f"{table}/{column[:-1]}/{column[-1]}{member}"
