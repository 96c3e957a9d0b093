"""Each exercise's own tests: untouched 0, solution full, every misconception what it states.

All of an exercise's specimens are handed in as a class would and graded by `simlab grade`'s own
batch, in the sandbox, so what is tested is what a trainer gets.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simlab.errors import ContentError
from simlab.grading import batch, trio
from simlab.grading.course import Course, open_course
from simlab.grading.outcome import Outcome

ROOT = Path(__file__).parents[2]
NAMES = open_course(ROOT).assignments()
CASES = [
    (name, kind)
    for name in NAMES
    for kind in ("untouched", "worked", *(f"mistaken-{m}" for m in trio.names(open_course(ROOT), name)))
]


def specimen(course: Course, name: str, kind: str) -> trio.Specimen:
    if kind.startswith("mistaken-"):
        return trio.mistaken(course, name, kind.removeprefix("mistaken-"))
    return {"untouched": trio.untouched, "worked": trio.worked}[kind](course, name)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("course")
    for part in ("solutions", "exercises"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy2(ROOT / "nbgrader_config.py", folder)
    return open_course(folder)


@pytest.fixture(scope="module")
def graded(course: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Outcome]:
    inbox = tmp_path_factory.mktemp("inbox")
    for name, kind in CASES:
        specimen(course, name, kind).write(inbox / kind / name)
    done = batch.grade(inbox, course.root, workers=2)
    return {(o.assignment, o.learner): o for o in done}


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_it_gets_exactly_its_points(
    name: str, kind: str, course: Course, graded: dict[tuple[str, str], Outcome]
) -> None:
    outcome = graded[name, kind]
    assert outcome.outcome == "graded" and outcome.isolated and outcome.judged, outcome.reason
    got = {check.name: check.points for check in outcome.checks}
    assert got == pytest.approx(specimen(course, name, kind).points, abs=0.01)
    assert outcome.points == pytest.approx(sum(got.values()), abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_the_trio_spans_nothing_to_full(name: str, course: Course, graded: dict[tuple[str, str], Outcome]) -> None:
    assert graded[name, "untouched"].points == 0
    assert graded[name, "worked"].points == graded[name, "worked"].maximum > 0
    wrong = [o for (n, kind), o in graded.items() if n == name and kind.startswith("mistaken-")]
    assert len(wrong) >= 2 and all(o.points < o.maximum for o in wrong if o.points is not None)


@pytest.mark.parametrize("name", NAMES)
def test_what_learners_receive_is_one_notebook(name: str) -> None:
    assert [p.name for p in (ROOT / "exercises" / name).iterdir()] == [f"{name}.ipynb"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reasoning: a slogan that is long enough\npoints: {theif: 0}\n", "did you mean 'thief'?"),
        ("reasoning: a slogan that is long enough\npoints: {thief: 0}\ncells: {seal: x}\n", "no part of the exercise"),
        ("reasoning: short\npoints: {thief: 0}\n", "reasoning"),
        ("reasoning: a slogan that is long enough\n", "points: is missing"),
    ],
)
def test_a_misconception_that_names_nothing_is_refused(text: str, said: str, course: Course) -> None:
    beside = course.solutions / "02-encryption" / "misconceptions"
    path = beside / "draft.yml"
    path.write_text(text, encoding="utf-8")
    try:
        with pytest.raises(ContentError, match=said.replace("?", r"\?")):
            trio.mistaken(course, "02-encryption", "draft")
    finally:
        path.unlink()
