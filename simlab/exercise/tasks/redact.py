"""A paper is about to leave: mark what must not go to this recipient, for this purpose.

Marking too little tells what is nobody's to know; marking too much takes away what the recipient
needs. Letters lie in content/tasks/redact.yml.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from simlab import draw
from simlab.content import Model, load_file, resource
from simlab.dialogue.facts import fill, scene_texts
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict
from simlab.exercise.tasks import _parts as parts

LEGEND = "Mark what must not leave. Leave what the recipient needs."
BUTTON = "Check the paper"


class Phrase(Model):
    """A phrase that can be marked. `stays` says whether it must not leave, `why` what speaks for it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    text: str
    stays: bool
    why: str


class Letter(Model):
    """A paper: who gets it and what for, and its paragraphs of words and phrases."""

    id: str
    to: str
    purpose: str
    cite: str
    paragraphs: tuple[tuple[str | Phrase, ...], ...]

    def phrases(self) -> list[Phrase]:
        """All that can be marked, in the order of the paper."""
        return [p for paragraph in self.paragraphs for p in paragraph if isinstance(p, Phrase)]


class Letters(Model):
    letters: tuple[Letter, ...] = Field(min_length=2)


@dataclass(frozen=True)
class Paper:
    """A letter filled in for a seed."""

    letter: Letter
    texts: dict[str, str]

    def fill(self, words: str) -> str:
        """The words with their placeholders filled in."""
        return fill(words, self.texts)


@functools.lru_cache(maxsize=1)
def letters() -> tuple[Letter, ...]:
    """Every letter there is. Raises ContentError."""
    return load_file(resource("tasks", "redact.yml"), Letters).letters


def make(seed: int, *, letter: str = "") -> Paper:
    """A letter for a seed; `letter` names one, in place of the drawn one."""
    found = [x for x in letters() if x.id == letter] or list(letters())
    return Paper(found[draw.one(seed, "redact/letter", 0, len(found))], scene_texts(seed, "redact"))


def view(material: Paper) -> list[parts.Part]:
    """To whom and what for, then the paper with its phrases."""
    paragraphs = [
        [(p.id, material.fill(p.text)) if isinstance(p, Phrase) else ("", material.fill(p)) for p in paragraph]
        for paragraph in material.letter.paragraphs
    ]
    return [
        parts.text(material.fill(material.letter.to), "To:"),
        parts.text(material.fill(material.letter.purpose), "For:"),
        parts.marks(paragraphs),
    ]


def judge(material: Paper, answer: Any) -> Verdict:
    """What was held back of what must stay, less what was held back of what is needed."""
    phrases = material.letter.phrases()
    marked = set(parts.given(answer)) & {p.id for p in phrases}
    if not marked:
        return Verdict(0.0, UNANSWERED)
    must = [p for p in phrases if p.stays]
    needed = [p for p in phrases if not p.stays]
    out = [p for p in must if p.id not in marked]
    over = [p for p in needed if p.id in marked]
    share = max(0.0, 1 - len(out) / len(must) - len(over) / max(1, len(needed)))
    details = tuple(
        [Detail(f"“{material.fill(p.text)}” would leave: {p.why}", False) for p in out]
        + [Detail(f"“{material.fill(p.text)}” is needed: {p.why}", False) for p in over]
    )
    return Verdict(share, _message(len(out), len(over)), details, material.letter.cite)


def _message(out: int, over: int) -> str:
    if not out and not over:
        return "Right. What they need goes, and nothing else does."
    left = f"{out} thing{'s' if out != 1 else ''} would leave that must not" if out else ""
    held = f"{over} thing{'s' if over != 1 else ''} that they need would be missing" if over else ""
    return f"Not yet. {' and '.join(filter(None, [left, held]))}."


def text(material: Paper, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Paper) -> list[str]:
    return [p.id for p in material.letter.phrases() if p.stays]


MISTAKES: dict[str, Callable[[Paper], Any]] = {
    "everything": lambda m: [p.id for p in m.letter.phrases()],
    "names-only": lambda m: [p.id for p in m.letter.phrases() if p.id.startswith("name")] or ["none"],
    "the-other-way-round": lambda m: [p.id for p in m.letter.phrases() if not p.stays],
}
