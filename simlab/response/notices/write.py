"""A notice written from what is known: letter, substitute notice, media notice, form, regulator's first notice."""

from __future__ import annotations

import datetime as dt
import html
import unicodedata
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from simlab.content import Model
from simlab.errors import InputError, UnknownName
from simlab.pages import template
from simlab.response.clocks import day_of
from simlab.response.facts import Facts
from simlab.response.notices.dates import in_words
from simlab.response.terms import STATE_NAMES

_TEMPLATES = Path(__file__).parent.parent / "templates"
PROSE = ("individual", "substitute", "media", "regulator")
CARE_OF = {
    "self": "",
    "parent or personal representative": "To the parent or personal representative of",
    "next of kin or personal representative": "To the next of kin or personal representative of",
}


class Contact(Model):
    """How people ask: a toll-free number, and what else there is."""

    toll_free: str = Field(pattern=r"^1-8\d\d-\d{3}-\d{4}$")
    email: str = ""
    website: str = ""
    address: str = ""


class Story(Model):
    """What a notice tells, in plain sentences; the dates and counts come from the facts.

    `happened`: one sentence without a date; `types`: kinds of information; `steps`: what people can do;
    `doing`: what the plan does; `safeguards`, `kind`, `location`: what the form of HHS asks beside it.
    """

    happened: str
    types: tuple[str, ...] = Field(min_length=1)
    steps: tuple[str, ...] = Field(min_length=1)
    doing: tuple[str, ...] = Field(min_length=1)
    contact: Contact
    signer: str = "The privacy officer"
    safeguards: str = ""
    kind: str = ""
    location: str = ""


class Addressee(Model):
    """Who a letter goes to; `about` is the member, another person where somebody reads it for them."""

    member_id: str
    name: str
    about: str
    notice_to: str = "self"
    address: str = ""


def write(
    name: str, story: Story, facts: Facts, *, to: Addressee | None = None, form: Literal["text", "html"] = "text",
    state: str = "",
) -> str:  # fmt: skip
    """A notice of a kind as text or as a page, in which everything that is filled in is escaped.

    `state`: the State of a media or regulator's notice. Raises InputError, UnknownName.
    """
    if name not in PROSE:
        raise UnknownName("kind of notice in prose", name, PROSE)
    if name == "individual" and to is None:
        raise InputError("individual: a letter goes to somebody: give to=Addressee(...)")
    if name in ("media", "regulator") and state not in STATE_NAMES:
        raise UnknownName("State (the notice is one State's)", state, STATE_NAMES)
    values = _values(story, facts, state)
    values["to"] = _shown(to) if to else {"name": "", "about": "", "notice_to": "self", "address": "", "care_of": ""}
    values["kind"] = name
    text = str(template(_TEMPLATES, f"{name}.txt.j2" if form == "text" else "notice.html.j2").render(
        **values, body=_paragraphs(name, values) if form == "html" else ()
    ))  # fmt: skip
    # The text form is escaped like every template, and then read back: it is no HTML.
    return html.unescape(text).rstrip("\n") + "\n" if form == "text" else text


def fields(story: Story, facts: Facts, *, by: str = "", notified: dt.date | None = None) -> dict[str, str]:
    """What the form of HHS asks, filled in from the facts. `by`: the business associate where it happened;
    `notified`: when individuals were told, that of the facts where it is left out.
    """
    contact = story.contact
    at_associate = facts.ba_discovered is not None or facts.discovered_by == "business associate contractor"
    notified = notified or (day_of(facts.individuals_notified) if facts.individuals_notified else None)
    told = f"individuals on {in_words(notified)}" if notified else ""
    return {
        "covered_entity": facts.covered_entity,
        "contact": f"{story.signer}, {contact.email or contact.toll_free}",
        "business_associate": by or ("" if at_associate else "no"),
        "individuals": "" if facts.total is None else str(facts.total),
        "date_of_breach": in_words(facts.occurred) if facts.occurred else "",
        "date_of_discovery": in_words(facts.discovered) if facts.discovered else "",
        "type_of_breach": story.kind,
        "location": story.location,
        "types": ", ".join(story.types),
        "description": story.happened,
        "safeguards": story.safeguards,
        "actions": " ".join(story.doing),
        "notices": told,
    }


def _values(story: Story, facts: Facts, state: str) -> dict[str, Any]:
    determined = in_words(day_of(facts.determined)) if facts.determined else ""
    return {
        "story": story,
        "entity": _tame(facts.covered_entity or "Larkspur Health Plan"),
        "occurred": in_words(facts.occurred) if facts.occurred else "",
        "discovered": in_words(facts.discovered) if facts.discovered else "",
        "determined": determined,
        "state": STATE_NAMES.get(state, ""),
        "count": f"{found:,}" if (found := (facts.counts or {}).get(state)) else "",
        "types": _listed(story.types),
    }


def _listed(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _shown(to: Addressee) -> dict[str, str]:
    return {
        "name": _tame(to.name),
        "about": _tame(to.about),
        "notice_to": to.notice_to,
        "address": _tame(to.address),
        "care_of": CARE_OF.get(to.notice_to, ""),
    }


def _tame(text: str) -> str:
    """One line without what turns a line round or begins another: a name may hold anything."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")).split())


def _paragraphs(name: str, values: dict[str, Any]) -> tuple[str, ...]:
    """The text of the notice as paragraphs, to be escaped once more by the page."""
    text = html.unescape(str(template(_TEMPLATES, f"{name}.txt.j2").render(**values, body=())))
    return tuple(p.strip() for p in text.split("\n\n") if p.strip())
