"""Questions in a notebook: the answer is kept outside the widget, and nothing in it tells the key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simlab.content import names, resource
from simlab.exercise import items
from simlab.exercise import workspace as workspaces
from simlab.exercise.answers import Answers
from simlab.notebook import check, quiz
from simlab.notebook.choice import Choice


@pytest.fixture(autouse=True)
def beside_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def press(widget: Choice, option: str) -> None:
    widget.picked = option
    widget.presses += 1


def every_item() -> list[items.Item]:
    return [i for name in names("items") for i in items.load_items(resource("items", f"{name}.yml")).items]


@pytest.mark.parametrize("item", every_item(), ids=lambda i: i.id)
def test_nothing_of_the_key_is_in_the_widget_before_the_answer(item: items.Item) -> None:
    state = json.dumps(quiz(item.id).get_state(), default=str)
    assert written(item.stem.split(".")[0]) in state
    for option in item.options:
        assert not option.feedback or written(option.feedback) not in state
        assert not option.partner or f"{option.id}:{option.partner}" not in state
    assert '"right"' not in state
    assert not item.sample or written(item.sample) not in state


def written(text: str) -> str:
    """A text as it stands inside JSON."""
    return json.dumps(text)[1:-1]


@pytest.mark.parametrize("item", [i for i in every_item() if i.practice and i.kind == "one"], ids=lambda i: i.id)
def test_each_option_of_practice_has_its_own_answer(item: items.Item) -> None:
    widget = quiz(item.id)
    said = {}
    for option in item.options:
        press(widget, option.id)
        said[option.id] = widget.said
        assert widget.verdict == ("Right." if option.right else "Not yet.")
    assert len(set(said.values())) == len(item.options)


def test_a_practice_answer_survives_a_new_kernel(beside_a_notebook: Path) -> None:
    press(quiz("cafe-laptop"), "report")
    again = quiz("cafe-laptop")  # another widget, as after a reload: only the file is shared
    assert again.picked == "report" and again.verdict == "Right."


def test_a_marked_answer_is_kept_and_not_judged(beside_a_notebook: Path) -> None:
    widget = check.choice("stolen-backup")
    press(widget, "short-values")
    assert widget.verdict == "Kept." and "marked when you hand in" in widget.said
    assert Answers(beside_a_notebook).get("stolen-backup") == "short-values"
    press(widget, "keys-were-copied")
    assert [h["value"] for h in Answers(beside_a_notebook).history()] == ["short-values", "keys-were-copied"]


def test_an_unknown_question_is_answered_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    quiz("cafe-labtop")
    assert "did you mean 'cafe-laptop'?" in capsys.readouterr().out


def test_a_pools_name_shows_the_case_of_ones_own_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspaces.prepare(tmp_path / "w", "ana.ito")
    monkeypatch.chdir(tmp_path / "w" / "lessons")
    pool = [i for i in every_item() if i.pool and i.practice and i.roles]
    for item in pool:
        workspaces.choose_role(tmp_path / "w", item.roles[0])
        own = [i.stem for i in pool if i.pool == item.pool and item.roles[0] in i.roles]
        assert any(quiz(item.pool).legend.startswith(stem) for stem in own)
    assert pool
