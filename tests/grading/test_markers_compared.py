"""Two markers compared, with figures that were worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.errors import GradingError
from simlab.grading import markers_compared, marking
from simlab.grading.course import Course
from simlab.grading.markers_compared import compare, sign_test, weighted_kappa
from tests.grading import written
from tests.grading.written import LETTER, NAME

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own models
FIRST, SECOND = [0, 0, 1, 1, 2, 2, 2, 1, 0, 2], [0, 1, 1, 1, 2, 2, 1, 1, 0, 2]
LEVELS = ("none", "part", "full")


def test_weighted_kappa_of_a_worked_example() -> None:
    """Of ten answers eight are equal and two a level apart: observed (1 + 1) / 2 / 10 = 0.1.

    The first gave 3, 3, 4 of the levels, the second 2, 5, 3. By chance they are one level apart in
    .3 * .5 + .3 * .2 + .3 * .3 + .4 * .5 = .50 and two in .3 * .3 + .4 * .2 = .17 of the answers: .50 / 2 + .17 = .42.
    """
    assert weighted_kappa(FIRST, SECOND, 3) == pytest.approx(1 - 0.1 / 0.42)
    assert weighted_kappa(FIRST, FIRST, 3) == 1
    assert weighted_kappa([0, 1], [1, 0], 2) == pytest.approx(-1)
    assert weighted_kappa([1, 1], [1, 1], 3) is None and weighted_kappa([], [], 3) is None


def test_the_sign_test_is_exact() -> None:
    assert sign_test(0, 6) == pytest.approx(2 / 64) and sign_test(3, 3) == 1 and sign_test(0, 0) == 1
    assert sign_test(1, 7) == pytest.approx(2 * 9 / 256)


@pytest.fixture
def home(tmp_path: Path) -> Course:
    home = written.waiting(tmp_path / "course", *(f"l{n}" for n in range(10)))
    written.with_rubric(home)
    for answer in (a for a in marking.answers(home, NAME) if a.cell == LETTER):
        n = int(answer.learner[1:])
        for marker, levels in (("omar", FIRST), ("rosa", SECOND)):
            lost = marking.mark_of(answer, marker, "what-was-lost", LEVELS[levels[n]])
            marking.add(home, [lost, marking.mark_of(answer, marker, "what-to-do", "full")])
    return home


def test_two_markers_of_the_same_answers(home: Course) -> None:
    (found,) = compare(home, NAME)
    assert (found.first, found.second, found.answers) == ("omar", "rosa", 10)
    lost, do = found.criteria
    assert (lost.criterion, lost.count, lost.equal, lost.difference) == ("what-was-lost", 10, 0.8, 0)
    assert lost.kappa == pytest.approx(0.7619, abs=1e-4) and (do.equal, do.kappa) == (1, None)
    assert found.apart == () and (found.first_stricter, found.second_stricter, found.stricter) == (1, 1, "")


def test_who_is_stricter_and_who_is_far_apart(home: Course) -> None:
    answers = {a.learner: a for a in marking.answers(home, NAME) if a.cell == LETTER}
    for learner, answer in answers.items():
        low = "none" if learner != "l0" else "full"
        marking.add(home, [marking.mark_of(answer, "omar", "what-was-lost", low)])
        marking.add(home, [marking.mark_of(answer, "omar", "what-to-do", "none")])
    (found,) = compare(home, NAME)
    assert found.stricter == "omar" and found.difference < -1 and found.chance < 0.05
    assert [a.learner for a in found.apart if a.criterion == "what-was-lost"] == ["l0", "l4", "l5", "l9"]
    assert {(a.first, a.second) for a in found.apart if a.learner == "l4"} == {("none", "full")}


def test_marks_that_settle_are_nobodys_own_opinion(home: Course) -> None:
    before = compare(home, NAME)
    answer = next(a for a in marking.answers(home, NAME) if a.cell == LETTER)
    for criterion in ("what-was-lost", "what-to-do"):
        marking.add(home, [marking.mark_of(answer, "rosa", criterion, "none", settles=True)])
    assert compare(home, NAME) == before


def test_one_marker_alone_is_not_compared(tmp_path: Path) -> None:
    home = written.waiting(tmp_path / "course", "ann")
    written.with_rubric(home)
    with pytest.raises(GradingError, match="nobody has marked"):
        compare(home, NAME)
    answer = marking.answers(home, NAME)[0]
    marking.add(home, [marking.mark_of(answer, "rosa", c.id, "full") for c in answer.criteria])
    with pytest.raises(GradingError, match="only rosa has marked"):
        compare(home, NAME)
    assert markers_compared.FEW == 10
