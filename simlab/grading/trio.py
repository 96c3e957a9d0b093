"""An exercise's own tests: the untouched release, the solution, and the misconceptions beside it.

A misconception is a plausible wrong submission, a person's reasoning written down, in
`solutions/<exercise>/misconceptions/<name>.yml`. It says only what differs from the solution, and
the points that it must get; every check that it does not name keeps full points.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from simlab.content import Model, load_file
from simlab.errors import ContentError, UnknownName
from simlab.exercise.protocol import CheckSpec, Lit
from simlab.grading import notebooks, spec
from simlab.grading.course import Course


class Misconception(Model):
    """`answers` by question, `cells` (source by grade_id) and `points` (by grade_id) that differ."""

    reasoning: str = Field(min_length=20)
    answers: dict[str, str | list[str]] = {}
    cells: dict[str, str] = {}
    points: dict[str, float] = Field(min_length=1)


@dataclass(frozen=True)
class Specimen:
    """A submission made from the course itself: notebook, answers, and the points that it must get."""

    assignment: str
    notebook: notebooks.Notebook
    answers: dict[str, Any]
    points: dict[str, float]

    def write(self, folder: Path) -> Path:
        """Lay the submission into `folder`, as a learner's exercise folder is. Returns the notebook's path."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = {q: {"value": v, "at": "2026-03-02T09:00:00Z"} for q, v in self.answers.items()}
        text = json.dumps({"version": 1, "answers": kept, "history": []}, indent=1)
        folder.joinpath("answers.json").write_text(text, encoding="utf-8")
        path = folder / f"{self.assignment}.ipynb"
        path.write_text(notebooks.dumps(self.notebook), encoding="utf-8", newline="\n")
        return path


def names(course: Course, assignment: str) -> list[str]:
    """The misconceptions beside a solution, sorted."""
    return sorted(p.stem for p in _beside(course, assignment).glob("*.yml"))


def untouched(course: Course, assignment: str) -> Specimen:
    """The exercise as it was handed out: it must get no points."""
    checks = _checks(course, assignment)
    return Specimen(assignment, _released(course, assignment), {}, dict.fromkeys(checks, 0.0))


def worked(course: Course, assignment: str) -> Specimen:
    """The solution handed in: it must get full points. Choices are those that the checks expect."""
    checks = _checks(course, assignment)
    solved = {notebooks.grade_id(c): c["source"] for c in _solution(course, assignment)["cells"]}
    nb = _released(course, assignment)
    for cell in nb["cells"]:
        if notebooks.graded_meta(cell).get("solution"):
            cell["source"] = solved[notebooks.grade_id(cell)]
    right = {
        c.args[0].value: c.expect.args[0]
        for c in checks.values()
        if c.kind == "choice" and isinstance(c.args[0], Lit) and c.expect and c.expect.args
    }
    return Specimen(assignment, nb, right, {name: c.points for name, c in checks.items()})


def mistaken(course: Course, assignment: str, name: str) -> Specimen:
    """A misconception handed in. Raises UnknownName, and ContentError where it names what is not there."""
    if name not in names(course, assignment):
        raise UnknownName("misconception", name, names(course, assignment))
    path = _beside(course, assignment) / f"{name}.yml"
    wrong, base = load_file(path, Misconception), worked(course, assignment)
    cells = {notebooks.grade_id(c): c for c in base.notebook["cells"] if notebooks.graded_meta(c).get("solution")}
    _known(path, "answers", wrong.answers, base.answers)
    _known(path, "cells", wrong.cells, cells)
    _known(path, "points", wrong.points, base.points)
    for ident, source in wrong.cells.items():
        cells[ident]["source"] = source
    return Specimen(assignment, base.notebook, base.answers | wrong.answers, base.points | wrong.points)


def _known(path: Path, key: str, given: dict[str, Any], known: dict[str, Any]) -> None:
    for name in given:
        if name not in known:
            raise ContentError(path.name, str(UnknownName("part of the exercise", name, known)), key=key)


def _beside(course: Course, assignment: str) -> Path:
    return course.solutions / course.require(assignment) / "misconceptions"


def _solution(course: Course, assignment: str) -> notebooks.Notebook:
    return notebooks.read(course.solutions / course.require(assignment) / f"{assignment}.ipynb")


def _released(course: Course, assignment: str) -> notebooks.Notebook:
    return notebooks.read(course.exercises / course.require(assignment) / f"{assignment}.ipynb")


def _checks(course: Course, assignment: str) -> dict[str, CheckSpec]:
    return spec.read(course.solutions / course.require(assignment) / f"{assignment}.ipynb")
