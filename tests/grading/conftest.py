"""A course of two exercises, released once for all tests of intake, and a copy of it for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.grading.course import Course
from tests.grading.handed import copy_of, course_of_two


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return course_of_two(tmp_path_factory.mktemp("made") / "course")


@pytest.fixture
def home(made: Course, tmp_path: Path) -> Course:
    return copy_of(made, tmp_path / "course")
