"""The few things that grading asks of nbgrader's gradebook beside what nbgrader does itself."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import nbgrader.api
from alembic.script import ScriptDirectory
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.exc import IntegrityError, OperationalError

from simlab.errors import GradingError

T = TypeVar("T")
_TRIES = 6

# nbgrader opens its gradebook ten times for one submission, and each time SQLAlchemy would compile the
# same statements anew. They are compiled once, in the process that others are forked from.
_COMPILED: dict[Any, Any] = {}
_SQLITE = create_engine("sqlite://").dialect


def _engine(db_url: str, **options: Any) -> Engine:
    """SQLAlchemy's engine, with the statements that every gradebook of this process shares."""
    engine = create_engine(db_url, execution_options={"compiled_cache": _COMPILED}, **options)
    if engine.dialect.name == _SQLITE.name:
        engine.dialect = _SQLITE  # what is compiled belongs to its dialect
    return engine


def _create_all(bind: Engine, **options: Any) -> None:
    """nbgrader's tables, where any of them is missing: one question in place of one a table."""
    if not set(_TABLES.tables) <= set(inspect(bind).get_table_names()):
        _made(bind=bind, **options)


@functools.cache
def _head() -> str:
    """The version that a new gradebook is born with; nbgrader starts a program (seconds) to be told it."""
    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())


_TABLES = nbgrader.api.Base.metadata
_made = _TABLES.create_all
_TABLES.create_all = _create_all
nbgrader.api.create_engine = _engine
nbgrader.api.get_alembic_version = _head


def url(path: Path) -> str:
    """The gradebook's URL; a writer waits for another one instead of giving up after five seconds."""
    return f"sqlite:///{path}?timeout=60"


def is_busy(error: BaseException | None) -> bool:
    """Whether another process was writing, so that the same thing may work in a moment."""
    text = str(error).lower()
    if isinstance(error, InvalidEntry):  # in which nbgrader wraps what the database said
        return "unique constraint" in text or "is locked" in text
    return isinstance(error, IntegrityError) or (isinstance(error, OperationalError) and "locked" in text)


def retried(work: Callable[[], T]) -> T:
    """The result of `work`, tried again while the gradebook is busy."""
    for turn in range(_TRIES):
        try:
            return work()
        except (OperationalError, IntegrityError, InvalidEntry) as e:
            if not is_busy(e) or turn == _TRIES - 1:
                said = getattr(e, "orig", None) or e
                raise GradingError(f"gradebook.db: {said}: close what else uses it and grade again") from e
            time.sleep(0.2 * 2**turn)
    raise AssertionError("unreachable")


def graded_cells(db_url: str, assignment: str) -> dict[str, tuple[str, float]]:
    """grade_id -> (notebook, points) of every graded cell. Raises GradingError for an unknown assignment."""

    def work() -> dict[str, tuple[str, float]]:
        with Gradebook(db_url) as gb:
            try:
                found = gb.find_assignment(assignment)
            except MissingEntry:
                raise GradingError(
                    f"{assignment}: not in the gradebook: run `simlab release {assignment}` first"
                ) from None
            return {
                c.name: (n.name, float(c.max_score)) for n in found.notebooks for c in (*n.grade_cells, *n.task_cells)
            }

    return retried(work)


def flag(db_url: str, assignment: str, learner: str, cells: Iterable[tuple[str, str]]) -> None:
    """Mark cells (grade_id, notebook) as waiting for a person."""
    wanted = list(cells)
    if not wanted:
        return

    def work() -> None:
        with Gradebook(db_url) as gb:
            for grade_id, notebook in wanted:
                try:
                    gb.find_grade(grade_id, notebook, assignment, learner).needs_manual_grade = True
                except MissingEntry:
                    continue
            gb.db.commit()

    retried(work)


@dataclass(frozen=True)
class Manual:
    """A person's mark of one cell, and what was said with it."""

    learner: str
    cell: str
    notebook: str
    points: float
    comment: str


def give(db_url: str, assignment: str, marks: Iterable[Manual]) -> None:
    """Enter people's marks as formgrader does: manual score, comment, and no longer waiting."""
    marks = list(marks)

    def work() -> None:
        with Gradebook(db_url) as gb:
            for m in marks:
                try:
                    grade = gb.find_grade(m.cell, m.notebook, assignment, m.learner)
                except MissingEntry:
                    continue  # withdrawn meanwhile
                grade.manual_score, grade.needs_manual_grade = m.points, False
                with contextlib.suppress(MissingEntry):  # a check has no place for a comment
                    gb.find_comment(m.cell, m.notebook, assignment, m.learner).manual_comment = m.comment
            gb.db.commit()

    if marks:
        retried(work)


def take_back(db_url: str, assignment: str, marks: Iterable[Manual]) -> None:
    """Let cells wait for a person again; exactly these marks and comments go, what formgrader was told since stays."""
    marks = list(marks)

    def work() -> None:
        with Gradebook(db_url) as gb:
            for m in marks:
                try:
                    grade = gb.find_grade(m.cell, m.notebook, assignment, m.learner)
                    comment = gb.find_comment(m.cell, m.notebook, assignment, m.learner)
                except MissingEntry:
                    continue
                grade.needs_manual_grade = True
                if grade.manual_score == m.points and (comment.manual_comment or "") == m.comment:
                    grade.manual_score = comment.manual_comment = None
            gb.db.commit()

    if marks:
        retried(work)


def withdraw(db_url: str, assignment: str, learner: str) -> None:
    """Take back the marks of a submission that could not be graded: none is not 0.

    The row goes, unless a person has marked or commented in it: then automatic marks go and the
    rest waits for that person.
    """

    def work() -> None:
        with Gradebook(db_url) as gb:
            try:
                submission = gb.find_submission(assignment, learner)
            except MissingEntry:
                return
            grades = [g for n in submission.notebooks for g in n.grades]
            comments = [c for n in submission.notebooks for c in n.comments]
            if not any(g.manual_score is not None for g in grades) and not any(c.manual_comment for c in comments):
                gb.remove_submission(assignment, learner)
                return
            for grade in grades:
                grade.auto_score, grade.needs_manual_grade = None, True
            gb.db.commit()

    retried(work)
