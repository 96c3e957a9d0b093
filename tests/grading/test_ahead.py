"""Worlds are made ready once a batch, and only those that its exercises are played in."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

from simlab.exercise import worlds
from simlab.grading import ahead
from simlab.grading.course import Course

ROOT = Course(Path(__file__).parents[2])


def named_in(exercise: str) -> set[str]:
    """The worlds that the cells of a solution play in, read as Python and not as text."""
    cells = nbformat.read(ROOT.solutions / exercise / f"{exercise}.ipynb", 4).cells
    calls = [n for c in cells if "check.simulate(" in c.source for n in ast.walk(ast.parse(c.source))]
    return {
        n.args[0].value
        for n in calls
        if isinstance(n, ast.Call) and ast.unparse(n.func) == "check.simulate" and isinstance(n.args[0], ast.Constant)
    }


@pytest.mark.parametrize("exercise", ROOT.assignments())
def test_the_worlds_of_an_exercise_are_found_in_its_solution(exercise: str) -> None:
    assert ahead.played(ROOT, [exercise]) == named_in(exercise)


def test_each_world_is_played_in_some_exercise() -> None:
    assert ahead.played(ROOT, ROOT.assignments()) == set(worlds.names())


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
