"""Worked cases: a story, the facts in it, and the answer with its basis. One file each in content/cases."""

from __future__ import annotations

from simlab.content import Model, load, names
from simlab.response.facts import Facts


class Answer(Model):
    """The answer: breach or not, the number of the test that decides, and the duties that follow."""

    is_breach: bool | None
    decided_by: int | None = None
    notices: tuple[str, ...] = ()


class Case(Model):
    """A worked case; `basis` is the rule or guidance that the answer rests on."""

    id: str
    story: str
    basis: str
    facts: Facts
    expect: Answer


def cases() -> list[str]:
    """The ids of every worked case."""
    return names("cases")


def case(name: str) -> Case:
    """A worked case by its id. Raises UnknownName, ContentError, InputError."""
    return load("cases", name, Case)
