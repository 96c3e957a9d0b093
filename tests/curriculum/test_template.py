"""A lesson made from the template passes at once all that a lesson must pass, in a copy of the course."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simlab.content.loader import CONTENT
from simlab.curriculum import new
from simlab.errors import InputError
from simlab.grading import batch, trio
from simlab.grading.course import open_course

ROOT = Path(__file__).parents[2]
NAME = "71-visitors"
SKIP = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "artefacts")


def run(course: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in the copy, with the copy's own simlab."""
    env = os.environ | {"PYTHONPATH": str(course), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=course, env=env, capture_output=True, text=True, encoding="utf-8"
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "course"
    for part in ("simlab", "lessons", "exercises"):
        shutil.copytree(ROOT / part, folder / part, ignore=SKIP)
    for file in ("pyproject.toml", "nbgrader_config.py"):
        shutil.copy2(ROOT / file, folder)
    (folder / "solutions").mkdir()  # the other solutions have their own tests
    made = run(folder, "-m", "simlab", "lesson", "new", NAME, "--title", "Visitors: a badge & a smile")
    assert made.returncode == 0, made.stderr
    assert f"exercises/{NAME}/{NAME}.ipynb" in made.stdout and str(folder) not in made.stdout
    return folder


def test_it_is_in_the_courses_shape(course: Path) -> None:
    done = run(course, "-m", "simlab", "lesson", "check", NAME)
    assert done.returncode == 0 and "no findings" in done.stdout, done.stdout + done.stderr


def test_the_exercise_is_the_one_that_the_solution_gives(course: Path) -> None:
    done = run(course, "-m", "simlab", "release", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_of_objectives_takes_it_in(course: Path) -> None:
    assert run(course, "-m", "simlab", "lesson", "table", "--check").returncode == 1
    assert run(course, "-m", "simlab", "lesson", "table").returncode == 0
    assert f"| {NAME} | **spot-the-risk**" in (course / "lessons" / "OBJECTIVES.md").read_text(encoding="utf-8")
    assert run(course, "-m", "simlab", "lesson", "table", "--check").returncode == 0


def test_its_trio_gets_exactly_its_points(course: Path, tmp_path: Path) -> None:
    home = open_course(course)
    made = {"untouched": trio.untouched(home, NAME), "worked": trio.worked(home, NAME)}
    made |= {name: trio.mistaken(home, NAME, name) for name in trio.names(home, NAME)}
    for learner, specimen in made.items():
        specimen.write(tmp_path / learner / NAME)
    graded = {o.learner: o for o in batch.grade(tmp_path, home.root, workers=2)}
    assert len(made) == 4
    for learner, specimen in made.items():
        outcome = graded[learner]
        assert outcome.outcome == "graded" and outcome.isolated, outcome.reason
        assert {c.name: c.points for c in outcome.checks} == pytest.approx(specimen.points, abs=0.01)
    assert graded["untouched"].points == 0 and graded["worked"].points == graded["worked"].maximum
    assert all(0 < float(graded[n].points or 0) < 8 for n in made if n not in ("untouched", "worked"))


def test_lesson_and_exercise_run_from_first_to_last_cell(course: Path) -> None:
    pages = [f"lessons/{NAME}.ipynb", f"exercises/{NAME}/{NAME}.ipynb"]
    done = run(course, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", *pages)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-3000:]


# What is refused, and that nothing is touched


@pytest.mark.parametrize("name", ["visitors", "1-visitors", "71-Visitors", "71-../up", "71-", "71-b c", "71_b"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be a lesson's name"):
        new.new(tmp_path, tmp_path / "content", name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_touched(tmp_path: Path) -> None:
    aid = tmp_path / "content" / "aids" / f"{NAME}.yml"
    aid.parent.mkdir(parents=True)
    aid.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is there already"):
        new.new(tmp_path, tmp_path / "content", NAME)
    assert aid.read_text(encoding="utf-8") == "mine" and not (tmp_path / "lessons").exists()


def test_a_number_that_is_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "71-badges.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="number 71 is taken by 71-badges"):
        new.new(tmp_path, tmp_path / "content", NAME)


def test_a_lesson_of_the_story_begins_with_its_moment() -> None:
    filled = new.fill("03-keys")
    assert filled.title.startswith("Keys") and "Wendell" in filled.moment and "S3" in filled.ground


def test_every_place_of_the_template_is_filled(tmp_path: Path) -> None:
    made = new.new(tmp_path, tmp_path / "content", NAME, 'A "title"\\ with marks')
    assert [p for p in made if "@N" in p.read_text(encoding="utf-8")] == []
    assert len(made) == 4 + len(list((CONTENT / "template" / "misconceptions").glob("*.yml")))
