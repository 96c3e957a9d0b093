"""A small course in which a person marks two written answers, and its submissions."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from simlab.grading import notebooks, release
from simlab.grading.course import Course
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
