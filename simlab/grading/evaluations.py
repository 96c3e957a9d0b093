"""What learners thought of the lessons, without their names: five numbers a lesson, from 1 to 5.

The forms lie in learners' own workspaces (`lessons/answers.json`, `evaluation.<lesson>`), and their numbers
come with what is handed in (`<learner>/evaluations/<lesson>.json`). They
go into `records/evaluations.jsonl`, in sorted order and with the team alone; the register keeps only that
somebody has filled in the form. Notes are not taken: they are free text of a named person.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.curriculum.evaluation import STATEMENTS
from simlab.errors import InputError
from simlab.exercise.answers import read_untrusted
from simlab.exercise.files import write_whole
from simlab.exercise.workspace import find
from simlab.records.team import Evaluation

NAME = "evaluations.jsonl"
PREFIX = "evaluation."
CAP, MOST = 10_000, 100_000  # bytes of a form that was handed in, and how many of them


@dataclass(frozen=True)
class Form:
    """One form: who filled it in (kept apart from the marks), about which lesson, and the marks."""

    person: str
    lesson: str
    marks: tuple[int, ...]

    @property
    def evidence(self) -> str:
        """One form a person and lesson; the marks are not in it, or they could be guessed from it."""
        return hashlib.sha256(f"evaluation|{self.person}|{self.lesson}".encode("utf-8", "surrogatepass")).hexdigest()


def read(place: Path) -> list[Form]:
    """The forms of one workspace, or of a folder that was handed in. Raises InputError where it is neither."""
    handed_in = sorted(place.glob("*/evaluations/*.json"))
    return [f for path in handed_in[:MOST] for f in _handed_in(path)] if handed_in else _own(place)


def _handed_in(path: Path) -> list[Form]:
    """The form of one file that somebody else wrote; none where it is not of the known shape."""
    try:
        fine = path.is_file() and not path.is_symlink() and path.stat().st_size < CAP
        found = json.loads(path.read_text(encoding="utf-8")) if fine else {}
    except (OSError, ValueError, RecursionError):
        return []
    # Whose it is follows from the folder, as with all that is handed in.
    marks = _marks(found.get("marks")) if isinstance(found, dict) else ()
    return [Form(path.parent.parent.name, path.stem, marks)] if marks else []


def _own(workspace: Path) -> list[Form]:
    """The forms of one workspace. Raises InputError where it is none, or its answers cannot be read."""
    person = find(workspace).learner
    given = read_untrusted(workspace / "lessons" / "answers.json")
    return [
        Form(person, name.removeprefix(PREFIX), marks)
        for name, value in given.items()
        if name.startswith(PREFIX) and (marks := _marks(value))
    ]


def _marks(value: Any) -> tuple[int, ...]:
    """The five marks of a form, () for anything else."""
    marks = value[: len(STATEMENTS)] if isinstance(value, list) else []
    fine = len(marks) == len(STATEMENTS) and all(type(m) is int and 1 <= m <= 5 for m in marks)
    return tuple(marks) if fine else ()


def keep(folder: Path, forms: Iterable[tuple[Form, str]]) -> None:
    """Add forms, each with its team, to those kept; in sorted order, so that no place tells whose is whose."""
    lines = [json.dumps({"lesson": f.lesson, "team": t, "marks": f.marks}, ensure_ascii=False) for f, t in forms]
    path = folder / NAME
    before = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    try:
        write_whole(path, ("\n".join(sorted([*before, *lines])) + "\n").encode("utf-8"))
    except OSError as e:
        raise InputError(f"{path} cannot be written: {e.strerror or e}") from None


def means(folder: Path, team: str | None = None) -> list[Evaluation]:
    """The mean of each statement by lesson; `team` keeps to one. Lines that are not ours are left out."""
    found: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    path = folder / NAME
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            row = json.loads(line)
            marks, lesson, of = _marks(row["marks"]), str(row["lesson"]), row["team"]
        except (ValueError, KeyError, TypeError):
            continue
        if marks and team in (None, of):
            found[lesson].append(marks)
    return [
        Evaluation(lesson, len(all_), tuple(sum(m[i] for m in all_) / len(all_) for i in range(len(STATEMENTS))))
        for lesson, all_ in sorted(found.items())
    ]
