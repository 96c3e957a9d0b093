"""Worlds are made ready once a batch, and only those that its exercises are played in."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.exercise import worlds
from simlab.grading import ahead
from simlab.grading.course import Course

ROOT = Course(Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("exercise", "found"),
    [("02-encryption", {"thief"}), ("05-access", {"access"}), ("06-monitoring", {"watch"}), ("09-everyday", set())],
)
def test_the_worlds_of_an_exercise_are_found_in_its_solution(exercise: str, found: set[str]) -> None:
    assert ahead.played(ROOT, [exercise]) == found


def test_a_world_that_is_none_is_left_to_the_check(tmp_path: Path) -> None:
    (tmp_path / "solutions" / "x").mkdir(parents=True)
    (tmp_path / "solutions" / "x" / "x.ipynb").write_text('"check.simulate(\\"nowhere\\", f)"', encoding="utf-8")
    assert ahead.played(Course(tmp_path), ["x"]) == set()


def test_what_was_told_is_made_ready_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    for name in worlds.names():
        monkeypatch.setattr(worlds.get(name), "ready", lambda name=name: made.append(name))
    ahead.tell({"watch"})
    ahead.make_ready()
    ahead.make_ready()
    assert made == ["watch"]
