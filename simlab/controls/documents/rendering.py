"""Every kind of document by its name, as a page or as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from simlab import organization as organizations
from simlab.controls.documents import form, policy, questions
from simlab.controls.documents.paper import Paper, page, text
from simlab.controls.documents.words import known_language
from simlab.errors import UnknownName
from simlab.organization import Organization

KINDS: dict[str, Callable[[Organization], Paper]] = {
    "sharing": policy.sharing,
    "notice": policy.notice,
    "form": form.authorization,
    "opt-out": form.opt_out,
    "answers": questions.sheet,
}


def paper(kind: str, organization: Organization | None = None, *, language: str = "en") -> Paper:
    """A document of a kind, for an organization (Larkspur, where none is given). Raises UnknownName, ContentError."""
    known_language(language)
    if kind not in KINDS:
        raise UnknownName("document", kind, KINDS)
    return KINDS[kind](organization or organizations.load(organizations.sample()))


def render(
    kind: str,
    language: str = "en",
    form: Literal["html", "text"] = "html",
    *,
    organization: Organization | None = None,
) -> str:
    """A document as an HTML page or as plain text. Raises UnknownName, ContentError."""
    if form not in ("html", "text"):
        raise UnknownName("form of a document", form, ("html", "text"))
    made = paper(kind, organization, language=language)
    return page(made) if form == "html" else text(made)
