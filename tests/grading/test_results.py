"""The table of results: no learner's name is a formula, and what could not be graded is no 0."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from simlab.errors import GradingError
from simlab.exercise.wire import tame
from simlab.grading import results, state
from simlab.grading.course import Course, programs_on_path
from simlab.grading.outcome import Outcome
from simlab.grading.results import Row
from tests.grading.making import NAME, make_course

DONE = Outcome("ann", NAME, "graded", 3.0, 5.0)


def table(*rows: Row) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(results.as_csv(list(rows)))))


def keep(home: Course, outcome: Outcome) -> None:
    outcome.write(home.results / outcome.assignment / f"{outcome.learner}.json")
    state.mark(home, outcome.learner, outcome.assignment, state.DONE, state.Basis())


def test_columns_and_values() -> None:
    row = Row(DONE.with_(repairs=("a, b", 'say "c"'), isolated=False), 2.5, ("essay",), "2026-03-01T10:00:00Z")
    assert table(row) == [
        {
            "learner": "ann", "assignment": NAME, "outcome": "graded", "points": "2.5", "maximum": "5",
            "needs_person": "essay", "isolated": "no", "judged_outside": "yes", "graded_at": "2026-03-01T10:00:00Z",
            "repairs": 'a, b; say "c"', "reason": "",
        }
    ]  # fmt: skip


def test_what_could_not_be_graded_has_no_points() -> None:
    (row,) = table(Row(DONE.with_(outcome="unreadable", points=None, reason="is empty"), None, (), ""))
    assert row["points"] == "" and row["outcome"] == "unreadable" and row["reason"] == "is empty"


@settings(max_examples=200, deadline=None)
@given(
    name=st.text(max_size=20)
    | st.sampled_from(
        ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\uff1d1", "\xa0=1", "Doe, Jane", 'a"b', "a\nb"]
    )
)
def test_any_name_stays_one_cell_and_no_formula(name: str) -> None:
    text = results.as_csv([Row(Outcome(name, NAME, "graded", 1.0, 1.0), 1.0, (), "")])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 2 and len(rows[1]) == len(results.COLUMNS)
    assert rows[1][0].removeprefix("'") == tame(name).removeprefix("'")
    assert not re.match(r"[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]", rows[1][0])


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own models
def test_rows_hold_a_persons_marks_and_utc_stamps(tmp_path: Path) -> None:
    home = make_course(tmp_path)
    keep(home, DONE.with_(needs_person=("essay",)))
    keep(home, DONE.with_(learner="bob", outcome="unreadable", points=None))
    with programs_on_path(), Gradebook(home.db_url) as gb:
        gb.add_assignment(NAME)
        gb.add_notebook(NAME, NAME)
        gb.add_grade_cell("essay", NAME, NAME, max_score=5, cell_type="markdown")
        gb.add_student("ann")
        gb.add_submission(NAME, "ann")
        grade = gb.find_grade("essay", NAME, NAME, "ann")
        grade.manual_score, grade.needs_manual_grade = 4.5, False
        gb.db.commit()
    ann, bob = results.rows(home)
    assert (ann.points, ann.needs_person) == (4.5, ()) and bob.points is None
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", r.at) for r in (ann, bob))
    target = tmp_path / "out.csv"
    assert results.write(home, target) == 2
    assert target.read_bytes().startswith(b"\xef\xbb\xbf") and target.read_bytes().count(b"\r\n") == 3
    with pytest.raises(GradingError, match="cannot be written"):
        results.write(home, tmp_path / "no" / "out.csv")


def test_a_course_without_results_has_no_rows(tmp_path: Path) -> None:
    assert results.rows(make_course(tmp_path)) == []
    assert not (tmp_path / "gradebook.db").exists()
