from __future__ import annotations

from pathlib import Path

import pytest

from simlab.errors import InputError
from simlab.exercise.answers import Answers
from simlab.exercise.retake import again
from simlab.exercise.variant import ATTEMPT, MOST, attempt_of


def test_a_new_try_puts_the_answers_aside_and_the_history_keeps_them(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    answers.give("stolen-backup", "short-values")
    answers.give("why", "because")
    assert again(tmp_path, at="2026-03-02T09:00:00Z") == 2
    assert answers.values() == {ATTEMPT: 2}
    assert [e["question"] for e in answers.history()] == ["stolen-backup", "why", ATTEMPT]
    answers.give("stolen-backup", "after-rotation")
    assert again(tmp_path) == 3 and attempt_of(answers.values()) == 3


@pytest.mark.parametrize("given", [{}, {ATTEMPT: 2}])
def test_where_nothing_is_answered_nothing_is_changed(tmp_path: Path, given: dict[str, int]) -> None:
    for question, value in given.items():
        Answers(tmp_path).give(question, value)
    with pytest.raises(InputError, match="nothing is answered yet"):
        again(tmp_path)
    assert Answers(tmp_path).values() == given


def test_after_the_last_try_the_answers_stay(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    answers.give(ATTEMPT, MOST)
    answers.give("why", "because")
    with pytest.raises(InputError, match="the last"):
        again(tmp_path)
    assert answers.get("why") == "because"


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Answers(tmp_path).give("why", "because")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simlab.exercise.answers.write_whole", full)
    with pytest.raises(InputError, match="No space left"):
        again(tmp_path)
    assert Answers(tmp_path).get("why") == "because"
