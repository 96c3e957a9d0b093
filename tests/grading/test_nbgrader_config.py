"""The course's nbgrader_config.py: nbgrader's own tools find everything, and cannot run learners' code unboxed."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import nbgrader.api
import pytest
from alembic import command
from alembic.config import Config
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import _temp_alembic_ini
from traitlets.config import PyFileConfigLoader

from simlab.grading import config, gradebook, release
from simlab.grading.course import Course, programs_on_path
from tests.grading.making import NAME, classic, edit, make_course, released, submit

FILE = Path(__file__).parents[2] / "nbgrader_config.py"


def loaded(home: Course) -> Any:
    shutil.copy(FILE, home.root)
    c = PyFileConfigLoader(FILE.name, path=str(home.root)).load_config()
    c.CourseDirectory.root = str(home.root)
    return c


def test_nbgrader_finds_our_folders_and_leaves_misconceptions_alone(tmp_path: Path) -> None:
    home = make_course(tmp_path)
    beside = home.solutions / NAME / "misconceptions" / "one.yml"
    beside.parent.mkdir()
    beside.write_text("x: 1\n", encoding="utf-8")
    c = loaded(home)
    with programs_on_path():
        GenerateAssignment(coursedir=CourseDirectory(config=c, assignment_id=NAME), config=c).start()
    found = sorted(p.relative_to(home.exercises).as_posix() for p in home.exercises.rglob("*") if p.is_file())
    assert found == [f"{NAME}/{NAME}.ipynb"] and home.gradebook.exists()


def test_plain_autograde_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    home = make_course(tmp_path, classic(), "ps2")
    release.release(home)
    proof = tmp_path / "ran"
    nb = edit(released(home, "ps2"), "double", f"open({str(proof)!r}, 'w').close()")
    submit(home.submitted, "ann", nb, "ps2")
    earlier = home.autograded / "ann" / "ps2" / "kept.txt"
    earlier.parent.mkdir(parents=True)
    earlier.touch()
    c = loaded(home)
    home_dir = CourseDirectory(config=c, assignment_id="ps2", student_id="ann")
    with programs_on_path(), pytest.raises(NbGraderException, match="simlab grade FOLDER"):
        Autograde(coursedir=home_dir, config=c, force=True).start()
    assert earlier.exists() and not proof.exists()


def test_simlab_grade_does_not_take_that_setting(tmp_path: Path) -> None:
    home = make_course(tmp_path)
    loaded(home)
    c = config.effective(home, gradebook.url(home.gradebook))
    assert "Autograde" not in c and c.CourseDirectory.source_directory == "solutions"


def test_a_new_gradebook_has_the_version_that_nbgraders_own_tool_names() -> None:
    with _temp_alembic_ini("sqlite://") as settings:
        command.heads(Config(settings, stdout=(said := io.StringIO())))
    assert said.getvalue().split()[0] == nbgrader.api.get_alembic_version()
