"""Worked cases: a story, the facts in it, and the answer with its basis. One file each in content/cases."""

from __future__ import annotations

import datetime as dt

from simlab.content import Model, load, names
from simlab.response.incident import Incident


class Signed(Model):
    """What the printed answer must say before a privacy officer signs it, and what it must not.

    `due`: duties by id with their last day; `says`: sentences of reasons and citations.
    """

    due: dict[str, dt.date | dt.datetime] = {}
    says: tuple[str, ...] = ()
    not_says: tuple[str, ...] = ()


class Answer(Model):
    """The answer: breach or not, the number of the test that decides, and the HIPAA duties that follow."""

    is_breach: bool | None
    decided_by: int | None = None
    notices: tuple[str, ...] = ()


class Case(Model):
    """A worked case; `basis` is the rule or guidance that the answer rests on, `confirm` what is open about it."""

    id: str
    story: str
    basis: str
    confirm: str = ""
    facts: Incident
    expect: Answer
    signed: Signed


def cases() -> list[str]:
    """The ids of every worked case."""
    return names("cases")


def case(name: str) -> Case:
    """A worked case by its id. Raises UnknownName, ContentError, InputError."""
    return load("cases", name, Case)
