"""Answers that a person marks, and what people have marked: each marker's own file, to which lines are only added.

    results/marks/<assignment>/<marker>.jsonl

A line is one criterion of one answer. What a marker says last counts, and only for the answer as it was then.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from simlab.errors import GradingError, InputError
from simlab.exercise.wire import tame
from simlab.grading import manual, notebooks, results, rubric, state
from simlab.grading.course import Course, is_learner
from simlab.grading.rubric import Criterion

MAX_ANSWER = 6000  # characters of an answer that are shown
MAX_COMMENT = 1000
Key = tuple[str, str, str]  # learner, assignment, cell


@dataclass(frozen=True)
class Answer:
    """One answer of one learner: what was written (as it is), what is looked for, whether it waits for a person.

    `version` tells this text from another of the same learner.
    """

    learner: str
    assignment: str
    cell: str
    title: str
    text: str
    criteria: tuple[Criterion, ...]
    maximum: float
    waits: bool
    markers: int = 1

    @property
    def key(self) -> Key:
        return self.learner, self.assignment, self.cell

    @property
    def version(self) -> str:
        return "v" + hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()[:12]

    def criterion(self, name: str) -> Criterion | None:
        """The criterion of that id."""
        return next((c for c in self.criteria if c.id == name), None)


@dataclass(frozen=True)
class Mark:
    """What one marker said of one criterion; `level` is a level's id, or points as text. `settles`: it is final."""

    at: str
    marker: str
    learner: str
    assignment: str
    cell: str
    criterion: str
    level: str
    comment: str = ""
    version: str = ""
    settles: bool = False

    @property
    def key(self) -> Key:
        return self.learner, self.assignment, self.cell


def answers(home: Course, assignment: str | None = None) -> list[Answer]:
    """Every answer of the graded submissions that a person marks, by exercise and learner. Raises GradingError, ContentError."""
    if assignment is not None:
        home.require(assignment)
    people = manual.read(home, assignment=assignment)
    asked = {name: _asked(home, name) for name in ([assignment] if assignment else home.assignments())}
    found: list[Answer] = []
    for row in results.rows(home):
        o = row.outcome
        if o.is_graded and o.assignment in asked:
            waits = people.get((o.learner, o.assignment), manual.Marks()).waiting
            found += _of_submission(home, o.learner, o.assignment, waits, asked[o.assignment])
    return found


@dataclass(frozen=True)
class _Asked:
    """Of an exercise: its rubric, the points of the cells that people mark, and of every graded cell."""

    rubric: rubric.Rubric | None
    manual: dict[str, float]
    graded: dict[str, float]


def _asked(home: Course, assignment: str) -> _Asked:
    graded = {}
    for path in sorted((home.solutions / assignment).glob("*.ipynb")):
        for cell in notebooks.read(path)["cells"]:
            graded[notebooks.grade_id(cell)] = float(notebooks.graded_meta(cell).get("points", 0))
    return _Asked(rubric.read(home, assignment), rubric.manual_cells(home, assignment), graded)


def _of_submission(
    home: Course, learner: str, assignment: str, waits: tuple[str, ...], asked: _Asked
) -> Iterator[Answer]:
    texts = _texts(home, learner, assignment)
    # A check that could not be carried out waits for a person too.
    others = {c: asked.graded[c] for c in waits if c not in asked.manual and c in asked.graded}
    for cell, maximum in (asked.manual | others).items():
        of = asked.rubric.answer(cell) if asked.rubric else None
        yield Answer(
            learner,
            assignment,
            cell,
            title=of.title if of else cell,
            text=texts.get(cell, ""),
            criteria=of.criteria if of else (rubric.in_points(maximum),),
            maximum=maximum,
            waits=cell in waits,
            markers=asked.rubric.markers if asked.rubric and of else 1,
        )


def _texts(home: Course, learner: str, assignment: str) -> dict[str, str]:
    """What the learner wrote in each cell with a grade_id; below a task, all that follows of the learner's own."""
    found: dict[str, str] = {}
    for path in sorted((home.submitted / learner / assignment).glob("*.ipynb")):
        released = home.exercises / assignment / path.name
        given = {c["source"] for c in notebooks.read(released)["cells"]} if released.is_file() else set()
        task = ""
        for cell in notebooks.read(path)["cells"]:
            name, meta = notebooks.grade_id(cell), notebooks.graded_meta(cell)
            if name:
                task = name if meta.get("task") else ""
                found[name] = "" if task else cell["source"]
            elif task and cell["source"] not in given:
                found[task] = f"{found[task]}\n\n{cell['source']}".strip()
    return found


def shown(answer: Answer) -> str:
    """The answer's text for a terminal or a sheet: tamed, and cut where it is very long."""
    text = tame(answer.text)
    return text if len(text) <= MAX_ANSWER else text[:MAX_ANSWER] + f" ... ({len(text) - MAX_ANSWER} more characters)"


# What markers said


def require_marker(name: str) -> str:
    """The marker's name. Raises InputError where it cannot be a file's."""
    if not is_learner(name):
        raise InputError(f"{name!r}: not a marker's name: letters and digits, at most 64, as in --marker rosa.diaz")
    return name


def folder(home: Course, assignment: str) -> Path:
    """Where the marks of an exercise lie, a file for each marker."""
    return home.results / "marks" / assignment


def add(home: Course, marks: Iterable[Mark]) -> None:
    """Add lines to the markers' files. Raises GradingError."""
    lines: dict[Path, bytes] = {}
    for mark in marks:
        path = folder(home, mark.assignment) / f"{require_marker(mark.marker)}.jsonl"
        line = json.dumps(asdict(mark), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        lines[path] = lines.get(path, b"") + line
    for path, more in lines.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab+") as f:
                f.write(more if _ends_well(f) else b"\n" + more)
        except OSError as e:
            raise GradingError(f"{path.name}: cannot be written: {e.strerror or e}") from e


def _ends_well(f: IO[bytes]) -> bool:
    """Whether the last line is whole: a machine that went off may have left a half."""
    if f.seek(0, 2) == 0:
        return True
    f.seek(-1, 2)
    return f.read() == b"\n"


def read(home: Course, assignment: str) -> list[Mark]:
    """What each marker said last of each criterion, in order of markers; lines that cannot be read are left."""
    found: dict[tuple[Any, ...], Mark] = {}
    for path in sorted(folder(home, assignment).glob("*.jsonl")):
        for text in path.read_bytes().splitlines():
            try:
                mark = Mark(**json.loads(text))
            except (ValueError, TypeError):
                continue
            found[mark.marker, mark.key, mark.criterion, mark.settles] = mark
    return list(found.values())


def points(criterion: Criterion, level: str, maximum: float) -> float | None:
    """What a level is worth; None for one that does not exist."""
    if criterion.levels:
        known = criterion.level(level)
        return known.points if known else None
    try:
        value = float(level.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= maximum else None


def mark_of(answer: Answer, marker: str, criterion: str, level: str, comment: str = "", settles: bool = False) -> Mark:
    """A mark that is given now."""
    comment = tame(comment.strip())[:MAX_COMMENT]
    return Mark(state.now(), marker, *answer.key, criterion, level, comment, answer.version, settles)
