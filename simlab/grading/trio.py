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
from simlab.exercise import tasks
from simlab.exercise.kinds import task as kind_task
from simlab.exercise.protocol import CheckSpec, Context, Lit
from simlab.grading import notebooks, spec
from simlab.grading.course import Course


class Way(Model):
    """A way to go wrong in a task, one of its MISTAKES: a task is drawn anew for each learner."""

    way: str


class Misconception(Model):
    """`answers` by question, `cells` (source by grade_id) and `points` (by grade_id) that differ."""

    reasoning: str = Field(min_length=20)
    answers: dict[str, str | list[str] | Way] = {}
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


def worked(course: Course, assignment: str, learner: str = "worked") -> Specimen:
    """The solution handed in: it must get full points. Choices are those that the checks expect.

    `learner` is who hands it in: tasks are drawn for them.
    """
    checks = _checks(course, assignment)
    solved = {notebooks.grade_id(c): c["source"] for c in _solution(course, assignment)["cells"]}
    nb = _released(course, assignment)
    for cell in nb["cells"]:
        if notebooks.graded_meta(cell).get("solution"):
            cell["source"] = solved[notebooks.grade_id(cell)]
    right: dict[str, Any] = {}
    for check in checks.values():
        right |= _right(check, learner)
    return Specimen(assignment, nb, right, {name: c.points for name, c in checks.items()})


def _right(check: CheckSpec, learner: str) -> dict[str, Any]:
    """The answers that earn everything, by question; of a pool, to each of its items."""
    named = isinstance(check.args[0], Lit) if check.args else False
    if check.kind == "choice" and named and check.expect and check.expect.args:
        key = check.expect.args[0]
        return key if isinstance(key, dict) else {check.args[0].value: key}  # type: ignore[union-attr]
    if check.kind == "task" and named:
        return {kind_task.kept_as(check): tasks.get(_task(check)).full(_material(check, learner))}
    return {}


def _task(check: CheckSpec) -> str:
    return str(check.args[0].value) if isinstance(check.args[0], Lit) else ""


def _material(check: CheckSpec, learner: str) -> Any:
    return kind_task.material(check, Context(0, learner=learner))


def mistaken(course: Course, assignment: str, name: str, learner: str = "") -> Specimen:
    """A misconception handed in. Raises UnknownName, and ContentError where it names what is not there."""
    if name not in names(course, assignment):
        raise UnknownName("misconception", name, names(course, assignment))
    path = _beside(course, assignment) / f"{name}.yml"
    learner = learner or f"mistaken-{name}"
    wrong, base = load_file(path, Misconception), worked(course, assignment, learner)
    cells = {notebooks.grade_id(c): c for c in base.notebook["cells"] if notebooks.graded_meta(c).get("solution")}
    _known(path, "answers", wrong.answers, base.answers)
    _known(path, "cells", wrong.cells, cells)
    _known(path, "points", wrong.points, base.points)
    for ident, source in wrong.cells.items():
        cells[ident]["source"] = source
    checks = {kind_task.kept_as(c): c for c in _checks(course, assignment).values() if c.kind == "task"}
    answers = {q: _answered(path, q, a, checks, learner) for q, a in wrong.answers.items()}
    return Specimen(assignment, base.notebook, base.answers | answers, base.points | wrong.points)


def _answered(path: Path, question: str, answer: Any, checks: dict[str, CheckSpec], learner: str) -> Any:
    if not isinstance(answer, Way):
        return answer
    if question not in checks:
        raise ContentError(path.name, "only a task has a `way`: write the option chosen", key=f"answers.{question}")
    check = checks[question]
    return tasks.mistaken(_task(check), _material(check, learner), answer.way)


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
