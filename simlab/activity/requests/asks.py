"""What work asks the gate for, and what misuse does: content models of `asks/` and `misuse/`, read once."""

from __future__ import annotations

import functools
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from simlab.activity.work import PerMillion, work
from simlab.content import Model, load, names
from simlab.controls.access.request import FIELDS, NUMBERS, SWITCHES, WORDS
from simlab.errors import UnknownName

Value = bool | int | str
Facts = dict[str, Value]
Range = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(le=1_000_000)]]
Who = Literal["at work", "on leave", "moved", "left"]
Whom = Literal["case", "anyone", "well known", "self", "family", "neighbor", "co-worker"]


# What stands in no list, and what a vendor reads after its contract.
ACROSS, AFTER = "across-the-desk", "vendor-after-contract"


def _known(facts: dict[str, Value | tuple[Value, ...]]) -> None:
    for name, given in facts.items():
        if name not in FIELDS[2:]:
            raise ValueError(str(UnknownName("fact of a request", name, FIELDS[2:])))
        for one in given if isinstance(given, tuple) else (given,):
            fits = one in WORDS[name] if name in WORDS else type(one) is (bool if name in SWITCHES else int)
            if not fits:
                raise ValueError(f"{name} is {one!r}: it must be {_wanted(name)}")


def _wanted(name: str) -> str:
    if name in WORDS:
        return "one of " + ", ".join(WORDS[name])
    return "yes or no" if name in SWITCHES else f"a whole number from {NUMBERS[name][0]} to {NUMBERS[name][1]:,}"


class Ask(Model):
    """One thing asked of the gate, in `per_thousand` of a role's cases. `why`: what it is, in a word or two.

    `only_on_site`: it is left for a day on which they are there.
    """

    why: str = ""
    per_thousand: Annotated[int, Field(ge=1, le=1000)] = 1000
    records: Range = (1, 1)
    only_on_site: bool = False
    facts: Facts

    @field_validator("facts")
    @classmethod
    def _facts(cls, value: Facts) -> Facts:
        _known(dict(value))
        if missing := {"action", "data"} - set(value):
            raise ValueError(f"{', '.join(sorted(missing))} must be said")
        return value


class Asks(Model):
    """What a role asks for in its cases; `facts` hold for all of them."""

    facts: Facts
    asks: Annotated[tuple[Ask, ...], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def _words(self) -> Asks:
        _known(dict(self.facts))
        return self


class Misuse(Model):
    """A way of misusing access: so many `per_million` chances.

    A chance is a case of one of `roles` (none: of any role) where `who` is at work, and a day of a
    person else. Of a fact with several values one is drawn for each. `says`: what makes it misuse,
    whatever a policy says of it.
    """

    id: str
    says: str
    who: Who = "at work"
    roles: tuple[str, ...] = ()
    whom: Whom = "anyone"
    per_million: PerMillion
    records: Range = (1, 1)
    facts: dict[str, Value | tuple[Value, ...]]

    @field_validator("facts")
    @classmethod
    def _facts(cls, value: dict[str, Value | tuple[Value, ...]]) -> dict[str, Value | tuple[Value, ...]]:
        _known(value)
        return value

    @field_validator("roles")
    @classmethod
    def _roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for role in value:
            work(role)
        return value


@functools.cache
def asks(role: str) -> Asks:
    """What a role asks for. Raises UnknownName, ContentError."""
    return load("asks", role, Asks)


@functools.cache
def misuses() -> tuple[Misuse, ...]:
    """Every way of misuse. Raises ContentError."""
    return tuple(load("misuse", name, Misuse) for name in names("misuse"))


@functools.cache
def whys() -> tuple[str, ...]:
    """Every short id that says what a request is, in order."""
    said = {ask.why for role in names("asks") for ask in asks(role).asks if ask.why}
    lists = {f"{whose}-{relation}" for whose in ("given", "covered") for relation in WORDS["relation"]}
    return tuple(sorted({*said, *lists, ACROSS, AFTER, *names("misuse")}))
