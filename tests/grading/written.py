"""A small course in which a person marks two written answers, and its submissions."""

from __future__ import annotations

import copy
import tempfile
import warnings
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from simlab.grading import gradebook, notebooks, release, state
from simlab.grading.course import Course, programs_on_path
from simlab.grading.outcome import CheckResult, Outcome
from simlab.grading.state import Basis
from tests.grading import making

NAME = "12-letters"
LETTER, TASK, CHECK = "letter", "log-entry", "days-ok"
POINTS = {LETTER: 4.0, TASK: 3.0, CHECK: 3.0}
ASKED = "Write to Dolores what has happened to her data.\n"


def solution() -> dict[str, Any]:
    """A letter to write (marked by a person), a task (the same), and a number that the judge checks."""
    task = "Add an entry to the log below.\n### BEGIN MARK SCHEME\nThe entry names a day.\n### END MARK SCHEME"
    days = "### BEGIN SOLUTION\ndays = 60\n### END SOLUTION"
    return making.notebook(
        making.cell("markdown", "title", "# Letters"),
        making.cell("code", "setup", "from simlab.exercise import check", making.marks("setup", solution=False, locked=True)),
        making.cell("markdown", "ask", ASKED),
        making.cell("markdown", LETTER, "Your letter.", making.marks(LETTER, grade=True, points=POINTS[LETTER])),
        making.cell("markdown", TASK, task, making.marks(TASK, solution=False, task=True, locked=True, points=POINTS[TASK])),
        making.cell("code", "days", days, making.marks("days")),
        making.cell(
            "code", CHECK, making.hidden('check.value("days", days)', "check.expect(60)"), making.graded(CHECK, POINTS[CHECK])
        ),
    )  # fmt: skip


def course(root: Path) -> Course:
    """The course, its exercise released."""
    home = making.make_course(root, solution(), NAME)
    release.release(home, NAME, strict=False)
    return home


def answered(home: Course, letter: str, days: str = "days = 60", entry: str = "") -> dict[str, Any]:
    """The release with a letter and a number in it; `entry` is Markdown below the task, where nbgrader looks for it."""
    nb = copy.deepcopy(making.released(home, NAME))
    for cell in nb["cells"]:
        if notebooks.grade_id(cell) == LETTER:
            cell["source"] = letter
        if notebooks.grade_id(cell) == "days":
            cell["source"] = days
    if entry:
        after = [notebooks.grade_id(c) for c in nb["cells"]].index(TASK) + 1
        nb["cells"].insert(after, making.cell("markdown", "entry", entry))
    return nb


def hand_in(home: Course, learner: str, letter: str, entry: str = "", days: str = "days = 60") -> None:
    """A submission as `simlab grade` leaves it, without running anything: two cells wait for a person."""
    nb = answered(home, letter, days, entry)
    for place in (home.submitted, home.autograded):
        making.write(place / learner / NAME / f"{NAME}.ipynb", nb)
    earned = POINTS[CHECK] if days == "days = 60" else 0.0
    with programs_on_path(), warnings.catch_warnings(), Gradebook(gradebook.url(home.gradebook)) as gb:
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own models
        gb.update_or_create_student(learner)
        gb.update_or_create_submission(NAME, learner)
        for grade in gb.find_submission_notebook(NAME, NAME, learner).grades:
            grade.auto_score = earned if grade.name == CHECK else None
            grade.needs_manual_grade = grade.name != CHECK
        gb.db.commit()
    check = CheckResult(CHECK, "value", earned, POINTS[CHECK], "Right." if earned else "Not yet.")
    done = Outcome(learner, NAME, "graded", earned, sum(POINTS.values()), (check,), needs_person=(LETTER, TASK))
    done.write(home.results / NAME / f"{learner}.json")
    state.mark(home, learner, NAME, state.DONE, Basis())


def waiting(root: Path, *learners: str) -> Course:
    """The course in the gradebook, with a submission of each learner."""
    home = course(root)
    with tempfile.TemporaryDirectory() as scratch:
        release.generate(home, NAME, Path(scratch), gradebook.url(home.gradebook))
    for learner in learners:
        hand_in(home, learner, f"Dear Dolores, a laptop is lost. {learner}", f"2 March, {learner}")
    return home


RUBRIC = """\
markers: 1
answers:
  - id: letter
    title: The letter to Dolores
    criteria:
      - id: what-was-lost
        asks: What was lost
        cite: 45 CFR 164.404(c)(1)(B)
        levels:
          - {id: none, points: 0, says: The letter does not say which of her data were lost.}
          - {id: part, points: 1, says: It names some of her data and leaves the rest open.}
          - {id: full, points: 2, says: It says which of her data were lost.}
      - id: what-to-do
        asks: What she can do
        levels:
          - {id: none, points: 0, says: Nothing tells her what to do next.}
          - {id: full, points: 2, says: She reads what to do and whom to call.}
"""


def with_rubric(home: Course, text: str = RUBRIC) -> Path:
    """Put a rubric beside the solution; its path."""
    path = home.solutions / NAME / "rubric.yml"
    path.write_text(text, encoding="utf-8")
    return path
