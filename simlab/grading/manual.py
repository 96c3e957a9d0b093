"""What people have marked: manual marks, extra credit and comments, as the gradebook has them now.

Read with one question to the database: nbgrader's own classes take seconds to import, and ask once a cell.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from simlab.errors import GradingError
from simlab.grading.course import Course

# Joined by the keys that nbgrader's tables have, so that one submission of a thousand costs as one of ten.
_FROM = """
FROM assignment a JOIN submitted_assignment s ON s.assignment_id = a.id JOIN notebook o ON o.assignment_id = a.id
JOIN submitted_notebook n ON n.notebook_id = o.id AND n.assignment_id = s.id JOIN base_cell c ON c.notebook_id = o.id
"""
_GRADES = f"""
SELECT s.student_id, a.name, c.name, coalesce(g.max_score, t.max_score, 0), m.auto_score, m.manual_score,
       m.extra_credit, m.needs_manual_grade
{_FROM} JOIN grade m ON m.cell_id = c.id AND m.notebook_id = n.id
LEFT JOIN grade_cells g ON g.id = c.id LEFT JOIN task_cells t ON t.id = c.id
"""
_COMMENTS = f"""
SELECT s.student_id, a.name, c.name, m.manual_comment
{_FROM} JOIN comment m ON m.cell_id = c.id AND m.notebook_id = n.id
"""


@dataclass
class Marks:
    """Of one submission: its points, the cells that wait for a person, (points, maximum) of those that one has marked.

    `comments` are what people wrote, by cell.
    """

    points: float = 0.0
    waiting: tuple[str, ...] = ()
    given: dict[str, tuple[float, float]] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


def read(home: Course, learner: str | None = None, assignment: str | None = None) -> dict[tuple[str, str], Marks]:
    """(learner, assignment) -> marks, of all submissions or those named. Raises GradingError."""
    found: dict[tuple[str, str], Marks] = {}
    if not home.gradebook.exists():
        return found
    of = {k: v for k, v in (("s.student_id", learner), ("a.name", assignment)) if v is not None}
    which = f"WHERE {' AND '.join(f'{k} = ?' for k in of) or 'true'} ORDER BY c.rowid"
    try:
        with _opened(home.gradebook) as db:
            grades, comments = (
                db.execute(kind + which, tuple(of.values())).fetchall() for kind in (_GRADES, _COMMENTS)
            )
    except sqlite3.Error as e:
        raise GradingError(f"gradebook.db: cannot be read: {e}: put back a copy from .simlab/backups") from e
    for who, what, cell, maximum, auto, manual, extra, waits in grades:
        marks = found.setdefault((who, what), Marks())
        points = float((auto if manual is None else manual) or 0.0) + float(extra or 0.0)
        marks.points += points
        marks.waiting += (cell,) if waits else ()
        if manual is not None or extra:
            marks.given[cell] = (points, float(maximum))
    for who, what, cell, comment in comments:
        if comment and comment.strip():
            found.setdefault((who, what), Marks()).comments[cell] = comment
    return found


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, for reading only; a writer is waited for."""
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=60)) as db:
        yield db
