"""A rubric is data beside the solution: what does not fit is refused with its line, and learners never get it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.errors import ContentError, GradingError
from simlab.grading import release, rubric
from simlab.grading.course import Course
from tests.grading import making, written
from tests.grading.written import LETTER, NAME, RUBRIC, TASK


@pytest.fixture
def home(tmp_path: Path) -> Course:
    return making.make_course(tmp_path, written.solution(), NAME)


def test_a_rubric_is_read_and_fits_its_cell(home: Course) -> None:
    assert rubric.read(home, NAME) is None
    written.with_rubric(home)
    found = rubric.read(home, NAME)
    assert found and found.markers == 1 and [a.id for a in found.answers] == [LETTER]
    answer = found.answer(LETTER)
    assert answer and answer.maximum == 4 and answer.criteria[0].levels[1].id == "part"
    assert rubric.manual_cells(home, NAME) == {LETTER: 4.0, TASK: 3.0}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: letter", "id: leter", r"rubric.yml:3: answers\[0\].id: leter is no cell of the solution that a person marks \(there are: letter, log-entry\)"),
        ("points: 2, says: She", "points: 3, says: She", "the highest levels give 5 points, the cell 4"),
        ("points: 1, says", "points: 2, says", "must go upward in points"),
        ("id: what-to-do", "id: what-was-lost", "what-was-lost' stands at line 6 already"),
        ("asks: What she can do", "ask: What she can do", "unknown key: did you mean 'asks'"),
        ("markers: 1", "markers: 3", "less than or equal to 2"),
        ("points: 0, says: Noth", "points: -1, says: Noth", "greater than or equal to 0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_line_and_not_released(home: Course, old: str, new: str, said: str) -> None:
    written.with_rubric(home, RUBRIC.replace(old, new))
    with pytest.raises(ContentError, match=said):
        rubric.read(home, NAME)
    with pytest.raises(GradingError, match=r"rubric\.yml"):
        release.release(home, NAME, strict=False)
    assert not home.exercises.exists()


def test_a_rubric_is_never_released_nor_are_its_words(home: Course) -> None:
    written.with_rubric(home)
    release.release(home, NAME, strict=False)
    assert [p.name for p in (home.exercises / NAME).iterdir()] == [f"{NAME}.ipynb"]
    told = written.solution()
    told["cells"].insert(0, making.cell("markdown", "hint", "Hint.\n\nShe reads what to do and whom to call."))
    making.write(home.solutions / NAME / f"{NAME}.ipynb", told)
    with pytest.raises(GradingError, match="publishes a line of a hidden block: She reads what to do"):
        release.release(home, NAME, strict=True)
