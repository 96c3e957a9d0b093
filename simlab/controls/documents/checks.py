"""How a form's words are recognised, as data: `content/checks/`, one kind of form a file."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from simlab.content import Model, load, resource
from simlab.content.loader import fault
from simlab.controls.consent.validity import form as required


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as e:
        raise ValueError(f"is no regular expression: {e}") from None
    if re.search(r"[*+]\)?[*+]", value):
        raise ValueError("repeats a repetition, which a hostile text makes slow: bound it, such as .{0,60}")
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]


class Piece(Model):
    """A part of what is required: the patterns that show it, and those that take a match back."""

    id: str
    asks: str
    any: tuple[Pattern, ...] = Field(min_length=1)
    but: tuple[Pattern, ...] = ()
    in_headings: bool = False


class Against(Model):
    """Words that say the opposite (`is_wrong`), or too little."""

    any: tuple[Pattern, ...] = Field(min_length=1)
    unless: tuple[Pattern, ...] = ()
    says: str
    cite: str = ""
    is_wrong: bool = True


class Requirement(Model):
    """Something that a form says; `asks` and `cite` are those of `content/forms/` where not given here.

    Its pieces stand within `reach` sentences from the `anchor` (a piece; without one: from any), and `back` before it.
    """

    id: str
    asks: str = ""
    cite: str = ""
    why: str
    next: str
    reach: int = Field(1, ge=1, le=5)
    back: int = Field(0, ge=0, le=2)
    anchor: str = ""
    pieces: tuple[Piece, ...] = Field(min_length=1)
    against: tuple[Against, ...] = ()


class Like(Model):
    """One form that a trap takes: what it is called, and its pattern."""

    what: str
    like: Pattern


class Trap(Model):
    """Something that a form must not say. `beside`: only where this stands in it as well; `answered`: only
    where this does not; `excused`: words with which it may be allowed, as `excuse` says."""

    id: str
    cite: str
    says: str
    why: str
    next: str
    any: tuple[Like, ...] = Field(min_length=1)
    unless: tuple[Pattern, ...] = ()
    beside: Pattern = ""
    answered: Pattern = ""
    excused: Pattern = ""
    excuse: str = ""
    is_wrong: bool = True


class Checks(Model):
    """What is looked for in one kind of form."""

    id: str
    plain_cite: str  # who asks for plain language
    known_by: tuple[Pattern, ...] = ()
    requirements: tuple[Requirement, ...] = Field(min_length=1)
    duties: tuple[Requirement, ...] = ()
    traps: tuple[Trap, ...] = ()


@functools.cache
def checks(name: str) -> Checks:
    """The checks of one kind of form, each with what it asks and its source. Raises UnknownName, ContentError."""
    found = load("checks", name, Checks)
    known = {p.id: p for p in (*required().elements, *required().statements, *required().duties)}

    def sourced(key: str, given: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
        out = []
        for i, one in enumerate(given):
            part = known.get(one.id) if name == "authorization" else None
            if part is None and not (one.asks and one.cite):
                where = resource("checks", f"{name}.yml")
                raise fault(where, [key, i], f"{one.id!r} is no part of the form: say what it asks, and its source")
            out.append(one.model_copy(update={"asks": part.asks, "cite": part.cite}) if part else one)
        return tuple(out)

    changed = {k: sourced(k, getattr(found, k)) for k in ("requirements", "duties")}
    return found.model_copy(update=changed)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(text: str, patterns: Iterable[str], but: Iterable[str] = ()) -> bool:
    """Whether a text shows one of the patterns, and none that takes it back."""
    return any(_compiled(p).search(text) for p in patterns) and not any(_compiled(p).search(text) for p in but)
