"""Before a batch: releases that are up to date, and a gradebook that knows exercises and learners.

It runs in a process of its own, so that the one that keeps the batch together never holds nbgrader.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from simlab.errors import GradingError
from simlab.grading import gradebook
from simlab.grading.config import effective
from simlab.grading.course import Course, programs_on_path
from simlab.grading.release import OUT_OF_DATE, UNCHANGED, digest, generate, release


def prepare(home: Course, assignments: Iterable[str], learners: Iterable[str]) -> None:
    """All that must hold before the first learner's code runs. Raises GradingError."""
    wanted = sorted(assignments)
    for name in wanted:
        current(home, name)
    for name in wanted:
        enter(home, name)
    add_course(home)
    add_learners(home, sorted(learners))


def current(home: Course, assignment: str) -> None:
    """Raises GradingError unless the exercise is what its solution gives now."""
    (found,) = release(home, assignment, check=True)
    if found.state != UNCHANGED:
        word = "is out of date with its solution" if found.state == OUT_OF_DATE else "is missing"
        raise GradingError(f"exercises/{assignment} {word}: run `simlab release {assignment}` first")


def enter(home: Course, assignment: str) -> None:
    """The assignment and its cells in the gradebook, again when the solution changed. Raises GradingError."""
    path = home.state / "entered.json"
    try:
        entered = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        entered = {}
    now = digest(home.solutions / assignment)
    if entered.get(assignment) == now and home.gradebook.exists():
        return
    with tempfile.TemporaryDirectory(dir=home.state, prefix="release-") as scratch:
        try:
            generate(home, assignment, Path(scratch), gradebook.url(home.gradebook))
        except GradingError as e:
            if "Cannot add or remove cells" not in str(e):
                raise
            raise GradingError(
                f"solutions/{assignment}: graded cells were added, removed or renamed after work was graded: "
                "give the changed exercise a new name, or move gradebook.db away and grade everything again with --regrade"
            ) from e
    path.write_text(json.dumps(entered | {assignment: now}, indent=1) + "\n", encoding="utf-8")


def add_course(home: Course) -> None:
    """The course's own row, by the id that its settings give: each step of nbgrader makes it where it lacks."""
    url = gradebook.url(home.gradebook)
    course_id = CourseDirectory(config=effective(home, url)).course_id

    def work() -> None:
        with Gradebook(url, course_id):
            pass

    with programs_on_path():
        gradebook.retried(work)


def add_learners(home: Course, names: list[str]) -> None:
    """Every learner in the gradebook, before two processes could both try to add one."""

    def work() -> None:
        with Gradebook(gradebook.url(home.gradebook)) as gb:
            known = {s.id for s in gb.students}
            for name in names:
                if name not in known:
                    gb.add_student(name)

    with programs_on_path():
        gradebook.retried(work)
