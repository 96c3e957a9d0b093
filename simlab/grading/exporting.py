"""nbgrader's export (`nbgrader export`) for a course of ours: work without a mark has none, and is not 0.

nbgrader's own plugin writes 0.0 for everybody who has no submission in the gradebook, whose work could
not be graded included, and quotes nothing. The columns are the same.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from simlab.grading.results import safe

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip


class Export(ExportPlugin):
    """Marks as CSV, to `--to FILE` (grades.csv); `--student` and `--assignment` choose as in nbgrader's own."""

    def export(self, gradebook: Gradebook) -> None:
        path = Path(self.to or "grades.csv")
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
            writer.writerow(COLUMNS)
            for row in self._rows(gradebook):
                writer.writerow([_cell(row[name]) for name in COLUMNS])
        self.log.info("Marks exported to %s", path)

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, Any]]:
        for assignment in gradebook.assignments:
            if self.assignment and assignment.name not in map(str, self.assignment):
                continue
            for student in gradebook.students:
                if not self.student or student.id in map(str, self.student):
                    yield _row(gradebook, assignment, student)


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
    who = {"student_id": student.id, **{n: getattr(student, n) for n in ("last_name", "first_name", "email")}}
    what = {"assignment": assignment.name, "duedate": assignment.duedate, "max_score": assignment.max_score}
    marks: dict[str, Any] = dict.fromkeys(("timestamp", "raw_score", "late_submission_penalty", "score"))
    try:
        found = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return who | what | marks
    penalty = found.late_submission_penalty
    marks = {"timestamp": found.timestamp, "raw_score": found.score, "late_submission_penalty": penalty}
    return who | what | marks | {"score": max(0.0, found.score - (penalty or 0.0))}


def _cell(value: Any) -> str:
    """A number as it is, a text that no spreadsheet takes for a formula, nothing for nothing."""
    return "" if value is None else str(value) if isinstance(value, int | float) else safe(str(value))
