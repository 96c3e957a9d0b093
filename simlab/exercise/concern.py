"""Practice in reporting a concern: is this first report one that somebody can act on?

A good first report holds facts and times, says what was seen and not what is guessed, and holds no
member's data that its reader does not need yet. That is good practice. HIPAA asks for a way to complain
(45 CFR 164.530(d)) and forbids retaliation (45 CFR 164.530(g)); it names no form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from simlab import personal
from simlab.content import Model, load

Words = Annotated[str, Field(min_length=1, max_length=1500)]
# What a report says of another's mind, or does not know; each is a word that a careful reader stops at.
GUESSES = re.compile(
    r"\b(probably|maybe|perhaps|apparently|obviously|surely|certainly|presumably|i think|i guess|i believe"
    r"|i suspect|i bet|must have|might have|may have|could have|on purpose|deliberately|careless\w*|lazy"
    r"|as usual|typical\w*|always does|stole|snoop\w*)\b",
    re.IGNORECASE,
)
TIMES = re.compile(
    r"\b(\d{1,2}[:.]\d{2}|\d{1,2} ?(am|pm|a\.m\.|p\.m\.|o'?clock)|noon|midday|lunch|midnight|\d{4}-\d{2}-\d{2})\b",
    re.IGNORECASE,
)
DAYS = re.compile(
    r"\b((mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday|this (morning|afternoon|evening)|\d{1,2}/\d{1,2}"
    r"|\d{4}-\d{2}-\d{2}|(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* \d{1,2})\b",
    re.IGNORECASE,
)
MANAGER = "manager"


class Fact(Model):
    """What a report should hold, known by one of its words; `text` says what it is."""

    id: Annotated[str, Field(pattern=r"^[a-z-]+$")]
    words: tuple[str, ...] = Field(min_length=1)
    text: Words


class Needless(Model):
    """What a first report should leave out."""

    words: tuple[str, ...] = Field(min_length=1)
    text: Words


class Concern(Model):
    """One case to report."""

    title: Words
    moment: Words
    facts: tuple[Fact, ...] = Field(min_length=1)
    needless: tuple[Needless, ...] = ()


@dataclass(frozen=True)
class Line:
    """One thing that a good first report needs: whether it is so, and what to say of it."""

    ok: bool
    text: str


def concern(name: str) -> Concern:
    """The case of that id. Raises UnknownName, ContentError."""
    return load("concerns", name, Concern)


def judge(case: Concern, report: Mapping[str, str]) -> list[Line]:
    """What is right and what is missing in a report of `what`, `when`, `seen`, `told` and `route`."""
    story = " ".join(report.get(k, "") for k in ("what", "seen"))
    return [
        *_facts(case, story),
        _time(report.get("when", "")),
        *_guesses(story),
        *_needless(case, " ".join(report.get(k, "") for k in ("what", "when", "seen", "told"))),
        _route(report.get("route", "")),
    ]


def _facts(case: Concern, story: str) -> Iterator[Line]:
    missing = [fact.text for fact in case.facts if not _holds(story, fact.words)]
    if missing:
        yield Line(False, f"Facts: say also {', and '.join(missing)}.")
    else:
        yield Line(True, "Facts: what, how much, where, and what you did with it.")


def _time(when: str) -> Line:
    if TIMES.search(when) and DAYS.search(when):
        return Line(True, "Time: a day and a time of day. The days to act are counted from them.")
    return Line(False, "Time: give the day and the time of day, as well as you know them.")


def _guesses(story: str) -> Iterator[Line]:
    found = list(dict.fromkeys(m[0].lower() for m in GUESSES.finditer(story)))
    if found:
        shown = ", ".join(f"“{each}”" for each in found[:3])
        yield Line(
            False, f"Guesses: {shown}. Write what you saw and heard. To find out why is the privacy office's work."
        )
    else:
        yield Line(True, "Guesses: none found. You tell what you saw, and leave the reasons open.")


def _needless(case: Concern, text: str) -> Iterator[Line]:
    found = [each.text for each in case.needless if _holds(text, each.words)]
    found += ["what looks like a real person's data"] if _real(text) else []
    if found:
        said = "The kind and the number of pages are enough at first. The privacy office asks for more on a safe way."
        yield Line(False, f"Members' data: you give {' and '.join(found)}. {said}")
    else:
        yield Line(True, "Members' data: no more than the reader needs.")


def _route(route: str) -> Line:
    if route == MANAGER:
        return Line(
            False, "Way: a report that only your manager has may stop there. Use one of the other ways as well."
        )
    return Line(True, "Way: it reaches people whose work it is to look into it.")


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in words)


def _real(text: str) -> bool:
    # What was written may have been masked before it came here.
    return bool(personal.find(text)) or "[removed: looked like" in text
