"""Questions in a notebook: drawn as one native form, answered at once in practice, kept when marked."""

from __future__ import annotations

from typing import Any

from simlab.exercise.live import Check, Question
from simlab.notebook.choice import Choice


def draw(question: Question) -> Any:
    """The question as a form, with the answer given before; as text where no form fits its kind."""
    item = question.item
    if item.kind != "one":
        return question.text()
    widget = Choice(
        item.stem,
        [(o.id, o.text) for o in question.options],
        lambda picked, note: _press(question, picked),
        button="Check my answer" if item.practice else "Keep this answer",
    )
    if isinstance(question.given, str) and question.given in [o.id for o in question.options]:
        widget.answer(question.given, lambda: _say(question))
    return widget


def _press(question: Question, picked: str) -> tuple[str, str]:
    question.answer(picked)
    return _say(question)


def _say(question: Question) -> tuple[str, str]:
    """(one word that a screen reader reads first, the rest) for the answer that is kept."""
    if not question.item.practice:
        text = next(o.text for o in question.options if o.id == question.given)
        return "Kept.", f"Your answer: {text}\nIt is marked when you hand in. You can change it until then."
    verdict = question.feedback()
    lead, _, rest = verdict.message.partition(". ")
    source = f"\nSource: {verdict.cite}" if verdict.cite else ""
    return f"{lead}.", f"{rest}{source}"


check = Check(renderer=draw)


def quiz(name: str) -> Any:
    """One practice question of a lesson, by its id; what is wrong with the id is said in words."""
    return check.choice(name)
