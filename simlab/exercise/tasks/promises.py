"""A page for members is to be mended: which sentence is law, which our own promise, which not true.

Three of the eight sentences are law, two promises, three not true. Each of the three kinds counts the same,
and what one kind chosen for all would get counts for nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from simlab import draw
from simlab.content import Model, load_file, resource
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict, lead
from simlab.exercise.tasks import _parts as parts

LEGEND = "What is each sentence?"
BUTTON = "Check the page"
CITE = "45 CFR 164.506(b); 45 CFR 164.520"
KINDS = (
    ("law", "law"),
    ("promise", "our own promise: the law does not ask for it"),
    ("wrong", "not true: take it out"),
)
MANY = {"law": 3, "promise": 2, "wrong": 3}
SAID = {"law": "is law", "promise": "is our own promise", "wrong": "is not true"}


class Sentence(Model):
    """One sentence of the page, what it is, and why."""

    id: str
    is_: Literal["law", "promise", "wrong"] = Field(alias="is")
    text: str
    why: str
    cite: str


class Sentences(Model):
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Page:
    """The sentences of a page, in the order shown."""

    sentences: tuple[Sentence, ...]


@functools.lru_cache(maxsize=1)
def sentences() -> tuple[Sentence, ...]:
    """Every sentence there is. Raises ContentError."""
    return load_file(resource("tasks", "promises.yml"), Sentences).sentences


def make(seed: int) -> Page:
    """A page for a seed: three of law, two promises and three that are not true, mixed."""
    found = [s for kind, many in MANY.items() for s in _drawn([s for s in sentences() if s.is_ == kind], seed)[:many]]
    return Page(tuple(sorted(found, key=lambda s: int(draw.bits(seed, f"promises/at/{s.id}", 0)))))


def _drawn(found: list[Sentence], seed: int) -> list[Sentence]:
    return sorted(found, key=lambda s: int(draw.bits(seed, f"promises/{s.id}", 0)))


def view(material: Page) -> list[parts.Part]:
    return [
        parts.text(
            "Leilani Brandt wants to print it next week. Mark what is law, what Larkspur only promises, and what has to go. "
            "The three kinds weigh the same. One answer for all of them comes to nothing.",
            "A draft of the page on which members read how their data are shared.",
        ),
        *(
            parts.sort(s.id, f"Sentence {n}", [s.text], KINDS, f"Sentence {n} is")
            for n, s in enumerate(material.sentences, 1)
        ),
    ]


def judge(material: Page, answer: Any) -> Verdict:
    """The mean of the three kinds' shares, less what one answer for all would get."""
    given = parts.once(answer)
    if not set(given) & {s.id for s in material.sentences}:
        return Verdict(0.0, UNANSWERED)
    hits = {kind: [given.get(s.id) == kind for s in material.sentences if s.is_ == kind] for kind in MANY}
    mean = sum(sum(h) / len(h) for h in hits.values()) / len(hits)
    share = round(max(0.0, (mean - 1 / 3) * 1.5), 4)
    words = f"Law: {sum(hits['law'])} of {MANY['law']}. Promises: {sum(hits['promise'])} of {MANY['promise']}. Not true: {sum(hits['wrong'])} of {MANY['wrong']}."
    slips = tuple(
        Detail(f"“{s.text}” {SAID[s.is_]}: {s.why} ({s.cite})", False)
        for s in material.sentences
        if given.get(s.id) != s.is_
    )
    return Verdict(share, f"{lead(share)} {words}", slips, CITE)


def text(material: Page, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Page) -> list[str]:
    return [f"{s.id}:{s.is_}" for s in material.sentences]


def _as(**other: str) -> Callable[[Page], list[str]]:
    """Somebody who takes one kind for another."""
    return lambda m: [f"{s.id}:{other.get(s.is_, s.is_)}" for s in m.sentences]


MISTAKES: dict[str, Callable[[Page], Any]] = {
    "all-is-law": _as(promise="law", wrong="law"),
    "a-promise-is-law": _as(promise="law"),
    "only-law-binds": _as(promise="wrong"),
    "it-sounds-kind": _as(wrong="promise"),
}
