"""What every contract is held to, as data: terms, purposes, questions, oversight, and the steps at the end."""

from __future__ import annotations

import functools
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simlab.content import Model, load

Cite = Annotated[str, Field(pattern=r"^\d+ CFR \d+\.\d+(\([A-Za-z0-9]+\))*$")]
Basis = Literal["law", "practice"]


class Term(Model):
    """Something that a contract must say, what is said where it does not, and what would be right."""

    id: str
    name: str
    lacking: str
    right: str
    cite: Cite
    when: Literal["", "is_electronic", "carries_duties"] = ""


class Purpose(Model):
    id: str
    is_allowed: bool
    because: str = ""
    cite: Cite | None = None

    @model_validator(mode="after")
    def _said(self) -> Purpose:
        if not self.is_allowed and not (self.because and self.cite):
            raise ValueError("say why it is not allowed, and cite it")
        return self


class Question(Model):
    id: str
    asks: str
    weight: Annotated[int, Field(ge=1)]
    gap: str
    cite: Cite


class Task(Model):
    id: str
    text: str
    months: Annotated[int, Field(ge=1)]
    cite: Cite


class Oversight(Model):
    tasks: tuple[Task, ...]
    decide_before: Annotated[int, Field(ge=1)]


class StepKind(Model):
    """A kind of step at the end; `days` are counted from the last day of the contract."""

    kind: Literal["service", "flow", "account", "key", "rule", "badge", "data", "proof", "log"]
    text: str
    days: int
    basis: Basis
    cite: Cite


class _Terms(Model):
    terms: tuple[Term, ...]


class _Purposes(Model):
    purposes: tuple[Purpose, ...]


class _Questions(Model):
    questions: tuple[Question, ...]


class _Steps(Model):
    steps: tuple[StepKind, ...]


@functools.cache
def terms() -> dict[str, Term]:
    """The terms of a contract, by id, in the order of the rule. Raises ContentError."""
    return {t.id: t for t in load("third_parties", "terms", _Terms).terms}


@functools.cache
def purposes() -> dict[str, Purpose]:
    """What vendors do with data, by name. Raises ContentError."""
    return {p.id: p for p in load("third_parties", "purposes", _Purposes).purposes}


@functools.cache
def questions() -> dict[str, Question]:
    """The security questions, by id. Raises ContentError."""
    return {q.id: q for q in load("third_parties", "questionnaire", _Questions).questions}


@functools.cache
def oversight() -> Oversight:
    """What is looked at while a contract runs. Raises ContentError."""
    return load("third_parties", "oversight", Oversight)


@functools.cache
def step_kinds() -> tuple[StepKind, ...]:
    """The kinds of steps at the end, in order. Raises ContentError."""
    return load("third_parties", "offboarding", _Steps).steps
