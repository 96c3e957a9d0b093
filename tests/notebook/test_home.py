from __future__ import annotations

from pathlib import Path

import pytest

from simlab.exercise import workspace as workspaces
from simlab.exercise.answers import Answers
from simlab.notebook import home
from simlab.notebook.homepage import _hand_in, rows, table


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> workspaces.Workspace:
    workspaces.prepare(tmp_path / "w", "ana.ito")
    monkeypatch.chdir(tmp_path / "w")
    return workspaces.find(tmp_path / "w")


def test_the_table_links_lesson_and_exercise_and_counts_answers(mine: workspaces.Workspace) -> None:
    Answers(mine.exercise("02-encryption")).give("stolen-backup", "short-values")
    text = table(mine)
    assert "(lessons/02-encryption.ipynb)" in text and "(exercises/02-encryption/02-encryption.ipynb)" in text
    assert "| 1 kept |" in text and "| 12 |" in text


def test_a_lesson_that_cannot_be_read_is_named_and_stops_nothing(mine: workspaces.Workspace) -> None:
    (mine.folder / "lessons" / "03-broken.ipynb").write_text("{", encoding="utf-8")
    assert [r.title for r in rows(mine)][-1] == "03-broken"


def test_the_button_hands_in(mine: workspaces.Workspace) -> None:
    row = _hand_in(mine)
    row.press("02-encryption")
    assert row.verdict == "Handed in 02-encryption of ana.ito." and "not answered yet: stolen-backup" in row.said
    assert (mine.folder / "submissions" / "ana.ito" / "02-encryption" / "02-encryption.ipynb").is_file()


def test_a_full_disk_is_said_and_the_button_stays(mine: workspaces.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simlab.notebook.homepage.submit", full)
    row = _hand_in(mine)
    row.press("02-encryption")
    assert row.verdict == "Not handed in." and "No space left" in row.said


def test_outside_a_workspace_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    home()
    assert "no workspace at" in capsys.readouterr().out
