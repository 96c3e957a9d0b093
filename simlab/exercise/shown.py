"""What a notebook's page shows of a check: its result, a question, a task, each with where its answer is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simlab.errors import InputError, UnknownName
from simlab.exercise import items, tasks
from simlab.exercise.answers import Answers
from simlab.exercise.items import Item, Option
from simlab.exercise.kinds.common import LATER
from simlab.exercise.protocol import Verdict

SHOWN = 5


class Result:
    """What a check says: `message` is the whole text, `share` from 0 to 1, `verdict` the parts."""

    def __init__(self, verdict: Verdict, notes: Iterable[str] = ()) -> None:
        self.verdict, self.share = verdict, verdict.share
        self.message = "\n".join([_text(verdict), *notes])

    def __repr__(self) -> str:
        return self.message

    def _ipython_display_(self) -> None:
        """Nothing: the text was printed already."""


def _text(verdict: Verdict) -> str:
    slips = [d.text for d in verdict.details if not d.ok]
    # One slip alone is told in the message already.
    lines = [f"- {text}" for text in slips[:SHOWN]] if len(slips) > 1 else []
    if len(slips) > SHOWN:
        lines.append(f"- and {len(slips) - SHOWN} more")
    source = [f"Source: {verdict.cite}"] if verdict.cite else []
    return "\n".join([verdict.message, *lines, *source])


@dataclass(frozen=True)
class Question:
    """One question as it is shown to this learner: what a renderer draws, and where it answers."""

    item: Item
    options: tuple[Option, ...]
    answers: Answers

    @property
    def given(self) -> Any:
        """The answer so far, or None."""
        return self.answers.get(self.item.id)

    def answer(self, value: Any) -> Result:
        """Keep an answer (an option's id, a list of ids, or text) and say what is known of it.

        Raises UnknownName for an option that is not there, InputError for a value of another shape.
        """
        self._check(value)
        self.answers.give(self.item.id, value)
        return Result(self.feedback(), self.answers.notes)

    def feedback(self) -> Verdict:
        """What is known of the answer given; in practice, this choice's own feedback."""
        if self.item.practice:
            return items.judge(self.item, self.given)
        if self.given is None:
            return Verdict(0.0, "Not answered yet.")
        return Verdict(0.0, LATER)

    def _check(self, value: Any) -> None:
        many = self.item.kind in ("several", "order", "match")
        if many != isinstance(value, list):
            raise InputError(f"{self.item.id}: give {'a list of options' if many else 'one answer'}")
        if many and len(set(value)) != len(value):
            raise InputError(f"{self.item.id}: each option once")
        for ident in () if self.item.kind == "short" else value if many else [value]:
            option, _, partner = ident.partition(":") if self.item.kind == "match" else (ident, "", "")
            self.item.option(option)
            if self.item.kind == "match" and partner not in (known := [p.id for p in self.item.partners]):
                raise UnknownName("partner", partner, known)

    def text(self) -> str:
        """The question in plain text, its options numbered."""
        lines = [self.item.stem]
        for number, option in enumerate(self.options, 1):
            chosen = self.given == option.id or (isinstance(self.given, list) and option.id in self.given)
            lines.append(f"  {number}. {option.text}{' (your answer)' if chosen else ''}")
        lines.append(f"Answer with {self._how()}")
        if self.item.kind == "short" and self.given:
            lines.append(f"Your answer: {self.given}")
        return "\n".join([*lines, *([f"Hint: {self.item.hint}"] if self.item.hint else [])])

    def _how(self) -> str:
        name = f"check.answer({self.item.id!r}, "
        return (
            name
            + {
                "one": "2)",
                "several": "1, 3)",
                "order": "2, 1, 3)",
                "match": "'option:partner', ...)",
                "short": "'your words')",
            }[self.item.kind]
        )


@dataclass(frozen=True)
class Work:
    """One task as it is shown to this learner: its material, and where the answer is kept.

    `practice` says at once what an answer is worth; otherwise it is kept and marked later.
    """

    task: str
    name: str
    material: Any
    answers: Answers
    practice: bool = False

    @property
    def given(self) -> Any:
        """The answer so far, or None."""
        return self.answers.get(self.name)

    def answer(self, value: Any) -> Result:
        """Keep an answer (text, a number, or a list of them) and say what is known of it."""
        self.answers.give(self.name, value)
        return Result(self.feedback(), self.answers.notes)

    def feedback(self) -> Verdict:
        """The verdict in practice; for marked work, that it is kept."""
        if self.given is None:
            return Verdict(0.0, "Not answered yet.")
        return tasks.get(self.task).judge(self.material, self.given) if self.practice else Verdict(0.0, LATER)

    def text(self) -> str:
        """The task in plain text, and how to answer it."""
        how = f"Answer with check.give({self.name!r}, ...)"
        return f"{tasks.get(self.task).text(self.material, self.given)}\n{how}"
