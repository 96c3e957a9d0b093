"""The rules of sharing as data: one file a recipient and purpose, and the safeguards that hold for all.

`simlab/content/sharing/` says who may be told what, why and how; `safeguards/` what is asked before, or
what no rule may let through; `data_classes/` which fields a class of data holds. Engine code names none of them.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from simlab.content import Model, load, names, resource
from simlab.content.loader import fault
from simlab.errors import UnknownName
from simlab.events import DATA_CLASSES, PURPOSES

# Title, part and section, then the paragraphs: 45 CFR 164.512(e)(1)(i), 42 CFR 2.31.
Cite = Annotated[str, Field(pattern=r"^\d+ CFR \d+\.\d+(\([A-Za-z0-9]+\))*$")]
Fact = bool | int | str
OnFile = Literal["", "authorization", "revoked authorization", "consent", "part 2 consent", "representative"]

# Data about nobody in particular: never meant by `any`.
GROUPED = ("summary_health", "limited_data_set", "deidentified")


class DataClass(Model):
    """A class of data: its fields (`table.column`) and its place in the event table."""

    id: str
    name: str
    event: str
    fields: tuple[str, ...] = Field(min_length=1)

    @field_validator("event")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in DATA_CLASSES:
            raise ValueError(str(UnknownName("data class of events", value, DATA_CLASSES)))
        return value


class Need(Model):
    """One thing that must hold: a fact of the request, or something on file. Not known is not held.

    `lacking`: what is said when it does not hold (under `unless`: when it does).
    """

    fact: str = ""
    equals: Fact | tuple[Fact, ...] = True
    above: int | None = None
    on_file: OnFile = ""
    states: str = ""
    lacking: str
    cite: Cite

    @model_validator(mode="after")
    def _one(self) -> Need:
        if bool(self.fact) == bool(self.on_file):
            raise ValueError("give either fact or on_file")
        return self


class Minimum(Model):
    """Whether only the minimum that is necessary goes out, and the source."""

    applies: bool
    cite: Cite


class Accounting(Model):
    """Whether the disclosure is shown in an accounting, and the source."""

    is_counted: bool
    cite: Cite


class Ground(Model):
    """One lawful way: for these data, when all needs hold and nothing under `unless` does."""

    id: str
    data: tuple[str, ...] = Field(min_length=1)
    needs: tuple[Need, ...] = ()
    unless: tuple[Need, ...] = ()
    because: str
    cite: Cite
    minimum: Minimum | None = None
    accounting: Accounting | None = None


class Refusal(Model):
    """What is said of data that no path is for."""

    says: str
    cite: Cite


class Rule(Model):
    """What one kind of recipient may be told for one purpose.

    `about`: a member, a group, or anyone; `is_compelled`: the law demands it, so no promise stops it;
    `restrictable`: an agreed restriction stops it (45 CFR 164.522(a)(1)(i)); `fields`: what the purpose
    takes, by data class, where the minimum applies.
    """

    id: str
    recipient: str
    purpose: str
    says: str
    about: Literal["member", "group", "anyone"] = "member"
    verify: tuple[Literal["identity", "authority"], ...] = ()
    is_compelled: bool = False
    restrictable: bool = False
    is_to_member: bool = False
    blocked_by_confidential: Cite | None = None
    minimum: Minimum
    accounting: Accounting
    channel: str
    event_purpose: str
    fields: dict[str, tuple[str, ...]] = {}
    otherwise: Refusal | None = None
    paths: tuple[Ground, ...]

    @field_validator("event_purpose")
    @classmethod
    def _purpose(cls, value: str) -> str:
        if value not in PURPOSES:
            raise ValueError(str(UnknownName("purpose of events", value, PURPOSES)))
        return value

    @model_validator(mode="after")
    def _minimum_is_said(self) -> Rule:
        for path in self.paths:
            limit = path.minimum or self.minimum
            bare = [d for d in path.data if d not in self.fields] if limit.applies else []
            if bare:
                raise ValueError(f"path {path.id}: say under fields what the purpose takes of {', '.join(bare)}")
        return self


class Safeguard(Model):
    """Something that is asked before any rule (`always`), or where a rule says so (the other stages).

    It speaks for its data and purposes (empty: all), when all of `when` hold, and refuses unless one of
    the lists under `unless` holds in full.
    """

    id: str
    stage: Literal["always", "identity", "authority", "minimum"] = "always"
    says: str
    cite: Cite
    data: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    except_purposes: tuple[str, ...] = ()
    when: tuple[Need, ...] = ()
    unless: tuple[tuple[Need, ...], ...] = ()

    def speaks_for(self, data: str, purpose: str) -> bool:
        return (
            (not self.data or data in self.data)
            and (not self.purposes or purpose in self.purposes)
            and purpose not in self.except_purposes
        )


@functools.cache
def data_classes() -> dict[str, DataClass]:
    """Every class of data, by id. Raises ContentError."""
    return {name: load("data_classes", name, DataClass) for name in names("data_classes")}


@functools.cache
def rules() -> tuple[Rule, ...]:
    """Every rule of sharing. Raises ContentError, for the first file that is wrong."""
    return tuple(rule(name) for name in names("sharing"))


@functools.cache
def safeguards() -> tuple[Safeguard, ...]:
    """Every safeguard. Raises ContentError."""
    return tuple(safeguard(name) for name in names("safeguards"))


@functools.cache
def rules_for(recipient: str, purpose: str) -> tuple[Rule, ...]:
    """The rules for a kind of recipient and a purpose; none where nothing lets the plan tell them."""
    return tuple(r for r in rules() if (r.recipient, r.purpose) == (recipient, purpose))


@functools.cache
def recipients() -> frozenset[str]:
    """Every kind of recipient that a rule is for."""
    return frozenset(r.recipient for r in rules())


@functools.cache
def purposes() -> frozenset[str]:
    """Every purpose that a rule is for."""
    return frozenset(r.purpose for r in rules())


@functools.cache
def rules_by_id() -> dict[str, Rule]:
    """Every rule of sharing, by id."""
    return {r.id: r for r in rules()}


def rule(name: str) -> Rule:
    """A rule by its id. Raises UnknownName, ContentError."""
    found, where = load("sharing", name, Rule), resource("sharing", f"{name}.yml")
    _named(found.id, where)
    for i, path in enumerate(found.paths):
        _classes(path.data, where, ["paths", i, "data"], ("any",))
    for data, fields in found.fields.items():
        _classes((data,), where, ["fields", data])
        for one in fields:
            if one not in data_classes()[data].fields:
                known = UnknownName("field", one, data_classes()[data].fields)
                raise fault(where, ["fields", data], str(known))
    return found


def safeguard(name: str) -> Safeguard:
    """A safeguard by its id. Raises UnknownName, ContentError."""
    found, where = load("safeguards", name, Safeguard), resource("safeguards", f"{name}.yml")
    _named(found.id, where)
    _classes(found.data, where, ["data"])
    return found


@functools.cache
def facts() -> frozenset[str]:
    """Every fact that a rule or a safeguard asks for."""
    asked = [n for r in rules() for p in r.paths for n in (*p.needs, *p.unless)]
    asked += [n for s in safeguards() for n in (*s.when, *(n for way in s.unless for n in way))]
    return frozenset(n.fact for n in asked if n.fact) | {"emergency", "needed_for_emergency"}


def _named(found: str, where: Path) -> None:
    if found != where.stem:
        raise fault(where, ["id"], f"is {found!r}, and the file's name says {where.stem!r}: the name is the id")


def _classes(given: tuple[str, ...], where: Path, at: list[str | int], more: tuple[str, ...] = ()) -> None:
    for one in given:
        if one not in data_classes() and one not in more:
            raise fault(where, at, str(UnknownName("data class", one, [*data_classes(), *more])))
