"""What a notice must hold: one file a kind in content/notices, each element with its citation and its signs."""

from __future__ import annotations

import functools
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from simlab.content import Model, load, names
from simlab.response.facts import Facts
from simlab.response.law import Cite


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as e:
        raise ValueError(f"{text!r} is no regular expression: {e}") from None
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class Element(Model):
    """One thing that a notice says.

    `signs`: lists of patterns; a sentence in which all of one list are found, and none of `not`, says it.
    `needs_date`: the sentence carries a date, that of the fact where it is known; `excuse` stands for one.
    """

    id: str
    asks: str
    cite: Cite
    say: str
    signs: tuple[tuple[Pattern, ...], ...] = ()
    unless: tuple[Pattern, ...] = Field(default=(), alias="not")
    needs_date: bool = False
    is_number: bool = False
    fact: str = ""
    excuse: Pattern = ""

    @model_validator(mode="after")
    def _known(self) -> Element:
        if self.fact and self.fact not in (*Facts.model_fields, "total"):
            raise ValueError(f"fact: no fact is named {self.fact!r}")
        return self


class Kind(Model):
    """A kind of notice. `same_as`: it says all that another kind does, and its own elements; `basis` practice:
    the elements are what is usual, and no law's list; `grade`: how hard it may be to read, a measure of this course.
    """

    id: str
    title: str
    cite: Cite
    form: Literal["prose", "fields"] = "prose"
    basis: Literal["law", "practice"] = "law"
    grade: float | None = None
    same_as: str = ""
    confirm: str = ""
    elements: tuple[Element, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _signed(self) -> Kind:
        for element in self.elements:
            if bool(element.signs) is (self.form == "fields"):
                raise ValueError(f"elements: {element.id}: prose is known by signs, a field by its name")
        return self


def kinds() -> list[str]:
    """The ids of every kind of notice."""
    return names("notices")


@functools.cache
def kind(name: str) -> Kind:
    """A kind with everything that it must say. Raises UnknownName, ContentError."""
    own = load("notices", name, Kind)
    if not own.same_as:
        return own
    return own.model_copy(update={"elements": (*kind(own.same_as).elements, *own.elements)})
