"""All results of a course as rows, and as a CSV that spreadsheets and learning systems read.

A submission that could not be graded has no points in it, never a 0; a mark that a person gave in
formgrader stands in place of the automatic one.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from simlab.errors import GradingError
from simlab.exercise.wire import tame
from simlab.grading import course, manual, outcome, state, versions
from simlab.grading.course import Course
from simlab.grading.feedback import number
from simlab.grading.manual import Marks
from simlab.grading.outcome import BY_PERSON, CheckResult, Outcome

COLUMNS = (
    "learner", "assignment", "outcome", "points", "maximum", "needs_person", "isolated", "judged_outside", "graded_at",
    "repairs", "reason",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Row:
    """One submission: `points` None where it could not be graded; `at` ISO 8601 UTC, '' when unknown."""

    outcome: Outcome
    points: float | None
    needs_person: tuple[str, ...]
    at: str


def rows(where: Course | Path | str) -> list[Row]:
    """Every result that the course keeps, by assignment and learner. Raises GradingError."""
    home = where if isinstance(where, Course) else course.open_course(where)
    people = manual.read(home)
    now = {name: versions.of(home, name) for name in home.assignments()}
    return [_row(home, o, people.get((o.learner, o.assignment)), now.get(o.assignment, "")) for o in _outcomes(home)]


def _outcomes(home: Course) -> Iterator[Outcome]:
    for path in sorted(home.results.rglob("*.json")):
        try:
            yield outcome.read(path)
        except GradingError:
            continue  # half a file of somebody else's; grading writes whole ones


def marked(home: Course, found: Outcome, people: Mapping[tuple[str, str], Marks] | None = None) -> Outcome:
    """The outcome with what people have marked and written since: in `people`, else as the gradebook has it.

    Raises GradingError.
    """
    known = manual.read(home, found.learner, found.assignment) if people is None else people
    person = known.get((found.learner, found.assignment))
    return _with_marks(found, person) if found.is_graded and person else found


def _row(home: Course, found: Outcome, person: Marks | None, version: str) -> Row:
    last = state.recall(home, found.learner, found.assignment)
    at, found = last.get("at", ""), found.with_(needs_regrade=versions.behind(last, version) if version else "")
    if not found.is_graded or person is None:
        return Row(found, found.points, found.needs_person, at)
    return Row(_with_marks(found, person), person.points, person.waiting, at)


def _with_marks(found: Outcome, person: Marks) -> Outcome:
    """The outcome with a person's marks in the place of the automatic ones."""
    left = [replace(c, points=person.given[c.name][0]) if c.name in person.given else c for c in found.checks]
    known = {c.name for c in left}
    more = [CheckResult(n, BY_PERSON, *marks, "") for n, marks in person.given.items() if n not in known]
    return found.with_(
        checks=(*left, *more),
        points=person.points,
        needs_person=person.waiting,
        comments=tuple(person.comments.items()),
    )


def as_csv(found: list[Row]) -> str:
    """Rows as CSV text, every cell quoted, none of them a live formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found:
        writer.writerow([safe(cell) for cell in _cells(row)])
    return out.getvalue()


def _cells(row: Row) -> tuple[str, ...]:
    o = row.outcome
    yes = {True: "yes", False: "no"}
    return (
        o.learner, o.assignment, o.outcome, number(row.points), number(o.maximum), "; ".join(row.needs_person),
        yes[o.isolated], yes[o.judged], row.at, "; ".join(o.repairs), o.reason,
    )  # fmt: skip


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers of ours never start with a sign."""
    text = tame(cell)
    # Wide forms of the signs count too: some spreadsheets take them for the plain ones.
    return f"'{text}" if unicodedata.normalize("NFKC", text).lstrip().startswith(_FORMULA) else text


def write(where: Course | Path | str, target: Path) -> int:
    """Write the CSV (UTF-8 with a mark, so that spreadsheets read names right); how many rows."""
    found = rows(where)
    try:
        target.write_text(as_csv(found), encoding="utf-8-sig", newline="")
    except OSError as e:
        raise GradingError(f"{target}: cannot be written: {e.strerror or e}") from e
    return len(found)
