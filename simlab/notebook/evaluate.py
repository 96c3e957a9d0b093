"""A short form at the end of a lesson: what it was worth. Nothing here is a mark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simlab.curriculum.evaluation import STATEMENTS
from simlab.exercise.answers import Answers
from simlab.notebook.drafts import Drafts
from simlab.notebook.form import in_words
from simlab.notebook.sheet import Field, Sheet, Values

SCALE = (("1", "1 not at all"), ("2", "2"), ("3", "3 partly"), ("4", "4"), ("5", "5 fully"))
NOTE = "note"
THANKS = (
    "Thank you. The five numbers go along when you hand in the exercise, and are counted without your name. "
    "The note stays in your own folder. You can change both at any time."
)
INTRO = [("What was this lesson worth?", "Five lines and a note, if you like. It does not count for or against you.")]


def evaluate(lesson: str) -> Sheet | None:
    """The evaluation form of a lesson, kept under `evaluation.<lesson>`: five numbers from 1 to 5, then the note."""
    return in_words(lambda: _form(lesson))


def _form(lesson: str) -> Sheet:
    answers, drafts, name = Answers(Path.cwd()), Drafts(Path.cwd()), f"evaluation.{lesson}"
    fields = [Field(ident, text, options=SCALE, in_a_row=True) for ident, text in STATEMENTS.items()]
    label, request = "What should be different? (if you like)", "Please name no member and no colleague."
    fields.append(Field(NOTE, label, request, rows=3, needed=False))

    def press(button: str, values: Values) -> tuple[str, str]:
        answers.give(name, [*(int(values[ident]) for ident in STATEMENTS), values.get(NOTE, "")])
        return "Kept.", "\n".join([THANKS, *answers.notes])

    given = _values(answers.get(name))
    sheet = Sheet(fields, [("keep", "Keep my evaluation", True)], press, intro=INTRO, values=given)
    if given:
        sheet.tell(lambda: ("Kept.", THANKS))
    drafts.follow_sheet(sheet, name)
    return sheet


def _values(kept: Any) -> Values:
    """An evaluation that was kept, by field; {} for anything else."""
    if not isinstance(kept, list) or len(kept) != len(STATEMENTS) + 1:
        return {}
    marks = {ident: str(mark) for ident, mark in zip(STATEMENTS, kept, strict=False)}
    return marks | {NOTE: str(kept[-1])}
