"""The rubric of an exercise: for each answer that a person marks, its criteria, their levels, and what is said for each.

It lies beside the solution, `solutions/<name>/rubric.yml`, and is never released. A cell without one is marked in
points alone.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from simlab.content import Model, load_file
from simlab.content.loader import fault
from simlab.grading import notebooks
from simlab.grading.course import Course

NAME = "rubric.yml"
POINTS = "points"  # the one criterion of a cell without a rubric
Text = Annotated[str, Field(min_length=1, max_length=500)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class Level(Model):
    """How well a criterion is met: its points, and the words that the learner reads."""

    id: Id
    points: Annotated[float, Field(ge=0, le=1000)]
    says: Text


class Criterion(Model):
    """What is looked for in an answer. `levels` go upward in points; without any, points are given as a number."""

    id: Id
    asks: Text
    levels: tuple[Level, ...] = Field(min_length=2, max_length=9)
    cite: str = ""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        points = [level.points for level in self.levels]
        if any(b <= a for a, b in pairwise(points)):
            raise ValueError(f"levels of {self.id} must go upward in points, the lowest first")
        return self

    def level(self, name: str) -> Level | None:
        """The level of that id."""
        return next((level for level in self.levels if level.id == name), None)


class Answer(Model):
    """One cell that a person marks; `id` is its grade_id."""

    id: Annotated[str, Field(min_length=1, max_length=128)]
    title: Text
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=20)

    @property
    def maximum(self) -> float:
        return sum(c.levels[-1].points for c in self.criteria)


class Rubric(Model):
    """`markers`: how many people must mark an answer, each alone, and agree, before its mark counts."""

    markers: Annotated[int, Field(ge=1, le=2)] = 1
    answers: tuple[Answer, ...] = Field(min_length=1)

    def answer(self, cell: str) -> Answer | None:
        """What is asked of a cell."""
        return next((a for a in self.answers if a.id == cell), None)


def read(home: Course, assignment: str) -> Rubric | None:
    """The rubric of an exercise, None without one. Raises ContentError, also where it does not fit the solution."""
    path = home.solutions / assignment / NAME
    if not path.is_file():
        return None
    found = load_file(path, Rubric)
    cells = manual_cells(home, assignment)
    for i, answer in enumerate(found.answers):
        if answer.id not in cells:
            known = ", ".join(sorted(cells)) or "none"
            said = f"{answer.id} is no cell of the solution that a person marks (there are: {known})"
            raise fault(path, ["answers", i, "id"], said)
        if abs(answer.maximum - cells[answer.id]) > 1e-9:
            said = (
                f"the highest levels give {answer.maximum:g} points, the cell {cells[answer.id]:g}: make them the same"
            )
            raise fault(path, ["answers", i, "criteria"], said)
    return found


def manual_cells(home: Course, assignment: str) -> dict[str, float]:
    """The points of each cell of the solution that a person marks: graded answers and tasks, in order."""
    found: dict[str, float] = {}
    for path in sorted((home.solutions / assignment).glob("*.ipynb")):
        for cell in notebooks.read(path)["cells"]:
            meta = notebooks.graded_meta(cell)
            if meta.get("task") or (meta.get("grade") and meta.get("solution")):
                found[notebooks.grade_id(cell)] = float(meta.get("points", 0))
    return found


def in_points(maximum: float) -> Criterion:
    """The criterion of a cell without a rubric."""
    return Criterion.model_construct(id=POINTS, asks=f"Points from 0 to {maximum:g}", levels=(), cite="")


def words(solution: Path) -> set[str]:
    """What the levels of a solution's rubric say: nothing that learners may find in the exercise. Raises ContentError."""
    path = solution / NAME
    found = load_file(path, Rubric).answers if path.is_file() else ()
    return {level.says.strip() for a in found for c in a.criteria for level in c.levels}
