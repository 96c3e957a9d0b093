"""A vendor's last day, and what follows a month later: ways in that are tried, data that are looked for, services that are missed.

What it holds lies in content/tasks/offboarding.yml. Who it is, what it holds and the numbers follow from the seed:
a way in that was left open reads members of the simulated company, one after the other.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import Field

from simlab import draw
from simlab.content import Model, load_file, resource
from simlab.dialogue.facts import company

T = TypeVar("T")


class Vendor(Model):
    name: str
    prefix: str
    person: str
    twin: str
    helper: str


class Door(Model):
    id: str
    slot: Literal["login", "service", "key", "rule"]
    title: str
    lines: tuple[str, ...]


class Stay(Model):
    id: str
    slot: Literal["twin", "other"]
    title: str
    lines: tuple[str, ...]
    cut: str


class Data(Model):
    id: str
    slot: Literal["own", "helper", "stuck"]
    title: str
    lines: tuple[str, ...]
    right: Literal["proof", "protect"]


Right = Literal["now", "leave", "proof", "protect"]


class Texts(Model):
    """What a last day is made of; `follows` is what came of each choice, by what is right."""

    follows: dict[Right, dict[str, str]] = Field(min_length=4)
    vendors: tuple[Vendor, ...] = Field(min_length=2)
    doors: tuple[Door, ...]
    stays: tuple[Stay, ...]
    data: tuple[Data, ...]


@dataclass(frozen=True)
class Thing:
    """One thing on the list: `sort` is door, stay or data; `follows` is said for each choice.

    `reads` are members' records that a door lets somebody read in a month, `waits` members who wait if it is cut.
    """

    id: str
    kind: str
    sort: str
    slot: str
    title: str
    lines: tuple[str, ...]
    right: str
    follows: dict[str, str]
    reads: int = 0
    waits: int = 0


@dataclass(frozen=True)
class LastDay:
    """What stands on the list of one vendor."""

    vendor: str
    things: tuple[Thing, ...]

    def of(self, sort: str) -> list[Thing]:
        return [t for t in self.things if t.sort == sort]


P = TypeVar("P", Door, Stay, Data)
# What each choice is worth.
DOOR = {"now": 1.0, "later": 0.25, "leave": 0.0}
STAY = {"now": 0.0, "later": 0.0, "leave": 1.0}
DATA = {
    "proof": {"proof": 1.0, "phone": 0.25, "protect": 0.0},
    "protect": {"proof": 0.25, "phone": 0.0, "protect": 1.0},
}


@dataclass(frozen=True)
class Month:
    """What a month brought: both sides, and their numbers."""

    shut: float
    kept: float
    open_doors: int
    reads: int
    states: int
    children: int
    cut: int
    waits: int
    unproven: int


@functools.lru_cache(maxsize=1)
def texts() -> Texts:
    """What a last day is made of. Raises ContentError."""
    return load_file(resource("tasks", "offboarding.yml"), Texts)


def build(seed: int, vendor: Vendor | None = None) -> LastDay:
    """The list of a seed: four ways in, two that members need, three kinds of data; as many for everybody."""
    vendor = vendor or _ranked(seed, "vendor", [(v.name, v) for v in texts().vendors])[0]
    words = {"name": vendor.name, "prefix": vendor.prefix, "person": vendor.person, "first": vendor.person.split()[0].lower(),
             "twin": vendor.twin, "helper": vendor.helper}  # fmt: skip
    things = [_door(seed, d, words) for d in _one_each(seed, texts().doors, ("login", "service", "key", "rule"))]
    things += [_stay(seed, s, words) for s in _one_each(seed, texts().stays, ("twin", "other"))]
    things += [_data(d, words) for d in _one_each(seed, texts().data, ("own", "helper", "stuck"))]
    ranked = _ranked(seed, "order", [(t.kind, t) for t in things])
    return LastDay(vendor.name, tuple(sorted(ranked, key=lambda t: t.sort == "data")))


def worth(thing: Thing, choice: str) -> float:
    """What a choice for a thing is worth, from 0 to 1."""
    table = {"door": DOOR, "stay": STAY, "data": DATA.get(thing.right, {})}[thing.sort]
    return table.get(choice, 0.0)


def play(material: LastDay, given: Mapping[str, str], seed: int = 0) -> Month:
    """The month after: every old way in is tried, every service is asked for, every copy is looked for."""
    doors, stays, data = (material.of(sort) for sort in ("door", "stay", "data"))
    shut = [worth(t, given.get(t.id, "")) for t in (*doors, *data)]
    kept = [worth(t, given.get(t.id, "")) for t in stays]
    open_ = [t for t in doors if given.get(t.id) != "now"]
    reached = _among(seed, max((t.reads for t in open_), default=0))
    cut = [t for t in stays if given.get(t.id) in ("now", "later")]
    unproven = [t for t in data if worth(t, given.get(t.id, "")) < 1]
    return Month(
        sum(shut) / len(shut), sum(kept) / len(kept), len(open_), len(reached), len({s for s, _ in reached}),
        sum(minor for _, minor in reached), len(cut), sum(t.waits for t in cut), len(unproven),
    )  # fmt: skip


def _door(seed: int, door: Door, words: dict[str, str]) -> Thing:
    tries, reads = 3 + _pick(seed, f"tries/{door.slot}", 9), 150 + _pick(seed, f"reads/{door.slot}", 500)
    return _thing(door, "door", "now", {**words, "tries": str(tries), "reads": f"{reads:,}"}, reads=reads)


def _stay(seed: int, stay: Stay, words: dict[str, str]) -> Thing:
    waits, claims = 200 + _pick(seed, f"waits/{stay.slot}", 500), 900 + _pick(seed, "claims", 900)
    filled = {**words, "waits": f"{waits:,}", "claims": f"{claims:,}"}
    return _thing(stay, "stay", "leave", {**filled, "cut": stay.cut.format(**filled)}, waits=waits)


def _data(data: Data, words: dict[str, str]) -> Thing:
    return _thing(data, "data", data.right, words)


def _thing(
    one: Door | Stay | Data, sort: str, right: Right, words: dict[str, str], *, reads: int = 0, waits: int = 0
) -> Thing:
    """A thing with its words filled in."""
    follows = {choice: said.format(**words) for choice, said in texts().follows[right].items()}
    lines = tuple(line.format(**words) for line in one.lines)
    return Thing("", one.id, sort, one.slot, one.title.format(**words), lines, right, follows, reads, waits)


def _one_each(seed: int, pool: tuple[P, ...], slots: tuple[str, ...]) -> list[P]:
    return [_ranked(seed, f"of/{slot}", [(t.id, t) for t in pool if t.slot == slot])[0] for slot in slots]


def _ranked(seed: int, label: str, named: list[tuple[str, T]]) -> list[T]:
    return [x for _, x in sorted(named, key=lambda p: (int(draw.bits(seed, f"offboarding/{label}/{p[0]}", 0)), p[0]))]


def _pick(seed: int, label: str, below: int) -> int:
    return draw.one(seed, f"offboarding/{label}", 0, below)


def _among(seed: int, many: int) -> list[tuple[str, bool]]:
    """(State, is a minor) of the members whom a reader reaches first."""
    members = company().members
    rank = draw.bits(seed, "offboarding/reached", range(len(members)))
    found = members.iloc[rank.argsort(kind="stable")[:many]]
    return list(zip(found["state"].astype(str), found["is_minor"].astype(bool), strict=True))
