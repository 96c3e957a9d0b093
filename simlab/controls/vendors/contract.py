"""A contract with a vendor as data: what it says clause by clause, and what the vendor holds of ours.

One file a contract (`simlab/content/vendors/<id>.yml`); what is wrong with one is said with its file and
key, and never stops the others.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from simlab.content import Model, load, load_named, resource
from simlab.content.loader import fault
from simlab.controls.consent.people import looks_like, plain, trick
from simlab.controls.vendors import words
from simlab.errors import ContentError, InputError, UnknownName
from simlab.insurer.pools import DataClass

Kind = Literal["business associate contract", "services agreement", "nondisclosure agreement"]
Ident = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
LONGEST = 2_000
# Digits that stand in for letters, beside the letters of other alphabets that `looks_like` knows.
_DIGITS = str.maketrans("0135", "oles")


class Clause(Model):
    """One clause: the term that it stands for, in the contract's own words."""

    id: int
    term: str
    says: Annotated[str, Field(min_length=1, max_length=LONGEST)]

    @field_validator("term")
    @classmethod
    def _known(cls, value: str) -> str:
        return _among("term", value, words.terms())


class Subcontractor(Model):
    """Somebody whom the vendor pays to help with the data: 45 CFR 160.103, business associate (3)(iii)."""

    name: str
    does: str
    has_contract: bool


class Service(Model):
    """What the vendor does for members, and who does it when it has gone ("" while nobody is found)."""

    does: str
    members_need_it: bool
    successor: str = ""


class Account(Model):
    """A log-in. `shared`: several people use it; `service`: it runs by itself; `named`: one person's."""

    id: Ident
    kind: Literal["named", "shared", "service"]
    system: str
    person: str = ""
    opened: dt.date


class Key(Model):
    """What opens something without a log-in: a token, the key of a transfer, the key of sealed files."""

    id: Ident
    what: str
    opens: str


class Held(Model):
    """Data of ours that lie with the vendor, or with somebody who helps it.

    `infeasible`: why they can be neither given back nor destroyed, "" where they can.
    """

    id: Ident
    what: str
    where: str
    classes: tuple[DataClass, ...] = Field(min_length=1)
    infeasible: str = ""


class Badge(Model):
    id: Ident
    person: str
    site: str


class Contract(Model):
    """What is agreed with one vendor, and what it holds.

    `called` is what the contract calls the vendor, `plan_directs` whether the plan may direct how the work
    is done (None: nobody has looked). `tells_within` is days until a breach must be told. `terminated` is
    the last day where it ends before `end`.
    """

    id: Ident
    vendor: Ident
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Kind
    signed: dt.date | None = None
    start: dt.date
    end: dt.date
    terminated: dt.date | None = None
    purposes: tuple[str, ...] = Field(min_length=1)
    allows: tuple[DataClass, ...]
    is_electronic: bool = True
    carries_duties: bool = False
    tells_within: Annotated[int, Field(ge=1)]
    called: Literal["agent", "contractor"]
    plan_directs: bool | None = None
    knows_violation: bool = False
    attestation: Literal["SOC 2 Type 2", "ISO 27001", "HITRUST", "none"] = "none"
    attested: dt.date | None = None
    clauses: tuple[Clause, ...] = ()
    subcontractors: tuple[Subcontractor, ...] = ()
    answers: dict[str, Literal["yes", "partly", "no"]] = {}
    reviews: dict[str, dt.date] = {}
    service: Service
    accounts: tuple[Account, ...] = ()
    keys: tuple[Key, ...] = ()
    flows: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    data: tuple[Held, ...] = ()
    badges: tuple[Badge, ...] = ()

    @field_validator("name")
    @classmethod
    def _honest(cls, value: str) -> str:
        if said := trick(value):
            raise ValueError(f"{said}: write it as the firm does")
        return value

    @field_validator("end", "terminated")
    @classmethod
    def _after(cls, value: dt.date | None, info: ValidationInfo) -> dt.date | None:
        start = info.data.get("start")
        if value and start and value < start:
            raise ValueError(f"lies before the start, {start}: the last day comes after the first")
        return value

    @field_validator("purposes")
    @classmethod
    def _purposes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_among("purpose", one, words.purposes()) for one in value)

    @field_validator("answers")
    @classmethod
    def _answers(cls, value: dict[str, str]) -> dict[str, str]:
        return {_among("question", one, words.questions()): said for one, said in value.items()}

    @field_validator("reviews")
    @classmethod
    def _reviews(cls, value: dict[str, dt.date]) -> dict[str, dt.date]:
        return {_among("review", one, (t.id for t in words.oversight().tasks)): day for one, day in value.items()}

    @property
    def last_day(self) -> dt.date:
        """The last day on which it holds."""
        return min(self.end, self.terminated or self.end)

    def in_force(self, at: dt.date) -> bool:
        """Whether it holds on a day; its first and its last day count in full."""
        return self.signed is not None and max(self.signed, self.start) <= at <= self.last_day

    def terms(self) -> frozenset[str]:
        """The terms that a clause stands for."""
        return frozenset(c.term for c in self.clauses)


@dataclasses.dataclass(frozen=True)
class Read:
    """What a folder of contracts gave: those that can be read, and what is wrong with the others."""

    contracts: tuple[Contract, ...]
    faults: tuple[ContentError, ...]

    def of(self, vendor: str) -> tuple[Contract, ...]:
        """The contracts with a vendor, by its id or its name."""
        return tuple(c for c in self.contracts if vendor in (c.vendor, c.name))


def contract(name: str) -> Contract:
    """A contract of the company by its id. Raises UnknownName, ContentError."""
    return _checked(load("vendors", name, Contract), resource("vendors", f"{name}.yml"))


@functools.cache
def contracts() -> Read:
    """Every contract of the company. A file that is wrong is among the faults."""
    return read_folder(resource("vendors"))


def read_folder(folder: Path) -> Read:
    """Every contract in a folder, one file each, by name. Raises InputError where there is no folder."""
    if not folder.is_dir():
        raise InputError(f"{folder.name}: is no folder: give the one in which the contracts lie, one .yml file each")
    found: list[Contract] = []
    faults: list[ContentError] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            one = _checked(load_named(path, Contract), path)
            _told_apart(one, found, path)
            found.append(one)
        except ContentError as e:
            faults.append(e)
    return Read(tuple(found), tuple(faults))


def _checked(one: Contract, path: Path) -> Contract:
    terms = [c.term for c in one.clauses]
    for i, term in enumerate(terms):
        if term in terms[:i]:
            raise fault(path, ["clauses", i, "term"], f"{term!r} stands in an earlier clause: each term once")
    return one


def _told_apart(one: Contract, others: Iterable[Contract], path: Path) -> None:
    """Two vendors whose names look alike are one forged letter away from each other."""
    for other in others:
        if other.vendor == one.vendor:
            if plain(other.name) != plain(one.name):
                raise fault(path, ["name"], f"{one.vendor} is {other.name!r} in {other.id}: one name for one vendor")
        elif _alike(one.name, other.name):
            said = f"{one.name!r} looks like {other.name!r} ({other.id}): is it the same firm, or somebody who poses as it?"
            raise fault(path, ["name"], said)


def _alike(one: str, other: str) -> bool:
    a, b = (plain(n).translate(_DIGITS).replace("rn", "m") for n in (one, other))
    return a == b or looks_like(a, b)


def _among(kind: str, value: str, known: Iterable[str]) -> str:
    names = list(known)
    if value not in names:
        raise ValueError(str(UnknownName(kind, value, names)))
    return value
