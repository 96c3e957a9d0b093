"""The words of each document, from `content/documents/`, with the organization's own names filled in."""

from __future__ import annotations

import functools
from typing import Annotated, Literal

from pydantic import Field

from simlab.content import Model, load, names, resource
from simlab.content.loader import fault
from simlab.controls.documents.paper import Blank, Said
from simlab.controls.sharing.rules import Cite
from simlab.errors import UnknownName
from simlab.organization import Organization

LANGUAGES = ("en",)


class Words(Model):
    """One statement as it is written down: a bare text, or a text with what backs it."""

    says: str = Field(min_length=1)
    cites: tuple[Cite, ...] = ()
    rules: tuple[str, ...] = ()
    promise: bool = False


class Line(Model):
    """A blank to fill in."""

    label: str
    kind: Literal["line", "box", "lines"] = "line"


# A bare text stands for a statement that nothing needs to back.
Statement = Words | Annotated[str, Field(min_length=1)]


def whole(given: Statement) -> Words:
    """A statement with all its parts."""
    return Words(says=given) if isinstance(given, str) else given


class Part(Model):
    """A section. `covers`: what is required that it answers; `draws`: what is put in from data."""

    id: str
    title: str
    covers: tuple[str, ...] = ()
    draws: str = ""
    says: tuple[Statement, ...] = ()
    points: tuple[Statement, ...] = ()
    blanks: tuple[Line, ...] = ()


class Written(Model):
    """A document's words."""

    id: str
    title: str
    banner: str = ""
    lead: str = ""
    sections: tuple[Part, ...] = Field(min_length=1)
    foot: tuple[str, ...] = ()


@functools.cache
def written(name: str) -> Written:
    """The words of a document. Raises UnknownName, ContentError."""
    if name not in names("documents"):
        raise UnknownName("document", name, names("documents"))
    found = load("documents", name, Written)
    for i, part in enumerate(found.sections):
        for text in (part.title, *(whole(s).says for s in (*part.says, *part.points))):
            try:
                text.format_map(dict.fromkeys(FILLED, ""))
            except (KeyError, ValueError, IndexError) as e:
                said = f"holds {e}: a word in braces is one of {', '.join(FILLED)}"
                raise fault(resource("documents", f"{name}.yml"), ["sections", i], said) from None
    return found


# What may stand in braces; what is not an organization's own is filled in by who makes the document.
FILLED = (
    "organization", "officer", "phone", "email", "address", "hotline", "hotline_phone", "payer", "effective",
    "access_days", "access_more", "amendment_days", "amendment_more", "breach_days", "member", "day", "received",
    "asked", "until", "reason", "right", "accounting_days", "restriction_days",
)  # fmt: skip


class Filler:
    """Fills an organization's names and numbers, and `more`, into texts."""

    def __init__(self, of: Organization, **more: str) -> None:
        officer = of.privacy_officer
        self._with = {
            "organization": of.name,
            "officer": f"the privacy office ({officer.name})",
            "phone": officer.phone,
            "email": officer.email,
            "address": ", ".join(filter(None, (officer.address, officer.email))),
            "hotline": of.hotline.name,
            "hotline_phone": of.hotline.phone,
        } | more

    def __call__(self, text: str) -> str:
        return text.format_map(self._with)

    def said(self, given: tuple[Statement, ...]) -> tuple[Said, ...]:
        return tuple(Said(self(w.says), w.rules, w.cites, w.promise) for w in map(whole, given))

    def blanks(self, lines: tuple[Line, ...]) -> tuple[Blank, ...]:
        return tuple(Blank(self(line.label), line.kind) for line in lines)


def known_language(language: str) -> str:
    """The language, if documents are there in it. Raises UnknownName."""
    if language not in LANGUAGES:
        raise UnknownName("language of documents", language, LANGUAGES)
    return language
