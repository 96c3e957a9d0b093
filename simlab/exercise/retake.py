"""Trying again: the answers of an exercise are put aside, and the next try meets other questions.

What was answered stays in the history of `answers.json`, and what was handed in stays where it lies.
Pools, the order of options and the material of tasks are drawn from (learner, try): see `variant`.
"""

from __future__ import annotations

from pathlib import Path

from simlab.errors import InputError
from simlab.exercise.answers import Answers
from simlab.exercise.variant import ATTEMPT, MOST, attempt_of


def again(folder: Path | str, *, at: str | None = None) -> int:
    """Open a new try in an exercise's folder, and give its number; `at` is a UTC time as text (None: now).

    Raises InputError where there is nothing to put aside, after the last try, and where the folder
    cannot be written.
    """
    answers = Answers(folder)
    given = answers.values()
    number = attempt_of(given) + 1
    if not set(given) - {ATTEMPT}:
        raise InputError("nothing is answered yet: the questions that are open are new already")
    if number > MOST:
        raise InputError(f"this was try {MOST}, and the last: ask your trainer")
    answers.put_aside({ATTEMPT: number}, at=at)
    return number
