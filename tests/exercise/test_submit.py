from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from simlab.errors import InputError
from simlab.exercise import submit as room
from simlab.exercise.answers import Answers
from simlab.exercise.command import submit as command
from simlab.exercise.submit import submit
from simlab.exercise.workspace import Workspace, find, prepare
from tests.exercise.course import course, notebook

__all__ = ["course"]
NAME = "02-encryption"


@pytest.fixture
def mine(course: Path, tmp_path: Path) -> Workspace:
    prepare(tmp_path / "mine", "ana")
    return find(tmp_path / "mine")


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_what_is_handed_in_is_what_lies_there(mine: Workspace) -> None:
    source = mine.folder / "exercises" / NAME
    Answers(source).give("stolen-backup", "keys-apart")
    Answers(source).give("why", "because")
    receipt = submit(mine, NAME, at="2026-03-02T09:00:00Z")
    assert receipt.folder == mine.folder / "submissions/ana" / NAME
    assert names(receipt.folder) == [f"{NAME}.ipynb", "answers.json", "receipt.json"]
    assert receipt.warnings == () and receipt.earlier is None
    for name in (f"{NAME}.ipynb", "answers.json"):
        assert (receipt.folder / name).read_bytes() == (source / name).read_bytes()
        assert receipt.files[name] == sha(source / name)
    written = json.loads((receipt.folder / "receipt.json").read_text(encoding="utf-8"))
    assert written["files"] == receipt.files and written["learner"] == "ana" and written["assignment"] == NAME
    assert written["at"] == "2026-03-02T09:00:00Z" and written["content"]["simlab"]
    assert names(receipt.folder.parent) == [NAME]


def test_a_receipt_bears_no_time_unless_given_one(mine: Workspace) -> None:
    receipt = submit(mine, NAME)
    assert "at" not in json.loads((receipt.folder / "receipt.json").read_text(encoding="utf-8"))


def test_an_earlier_one_is_kept_and_a_repeat_changes_nothing(mine: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "trainer"
    first = submit(mine, NAME, folder)
    again = submit(mine, NAME, folder, at="later")
    assert again.is_repeat and names(folder / "ana") == [NAME] and "nothing has changed" in again.text()
    for i in (1, 2):
        Answers(mine.exercise(NAME)).give("stolen-backup", f"v{i}", at="t")
        receipt = submit(mine, NAME, folder)
        assert receipt.earlier is not None and receipt.earlier.name == f"{NAME}.earlier-{i}"
    assert names(folder / "ana") == [NAME, f"{NAME}.earlier-1", f"{NAME}.earlier-2"]
    assert names(folder / f"ana/{NAME}.earlier-1") == [f"{NAME}.ipynb", "receipt.json"]
    assert (
        first.files == json.loads((folder / f"ana/{NAME}.earlier-1/receipt.json").read_text(encoding="utf-8"))["files"]
    )


def test_a_submission_that_was_altered_is_not_taken_for_a_repeat(mine: Workspace) -> None:
    receipt = submit(mine, NAME)
    (receipt.folder / f"{NAME}.ipynb").write_text("altered", encoding="utf-8")
    assert not submit(mine, NAME).is_repeat


def test_an_untouched_exercise_is_warned_of(mine: Workspace) -> None:
    receipt = submit(mine, NAME)
    assert receipt.warnings == (
        "not answered yet: stolen-backup, why",
        "nothing was answered: this is the exercise as it was handed out",
    )
    (mine.folder / f"exercises/{NAME}/{NAME}.ipynb").write_text(notebook("seal = 1"), encoding="utf-8")
    assert submit(mine, NAME).warnings == ()


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe", b'{"cells": 3}', b'{"cells": [3]}', b"PK\x03\x04"])
def test_an_unreadable_notebook_is_handed_in_with_a_warning(mine: Workspace, raw: bytes) -> None:
    (mine.folder / f"exercises/{NAME}/{NAME}.ipynb").write_bytes(raw)
    receipt = submit(mine, NAME)
    assert "cannot be read as a notebook" in receipt.warnings[0]
    assert (receipt.folder / f"{NAME}.ipynb").read_bytes() == raw


def test_damaged_answers_are_handed_in_as_they_are(mine: Workspace) -> None:
    (mine.folder / f"exercises/{NAME}/answers.json").write_text("{", encoding="utf-8")
    receipt = submit(mine, NAME)
    assert "not valid JSON" in receipt.warnings[0]
    assert (receipt.folder / "answers.json").read_text(encoding="utf-8") == "{"


def test_links_are_not_followed(mine: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    source = mine.folder / "exercises" / NAME
    (source / "answers.json").symlink_to(secret)
    (source / "more.txt").symlink_to(secret)
    receipt = submit(mine, NAME)
    assert names(receipt.folder) == [f"{NAME}.ipynb", "receipt.json"]
    assert "is a link" in receipt.warnings[0]
    (source / f"{NAME}.ipynb").unlink()
    (source / f"{NAME}.ipynb").symlink_to(secret)
    with pytest.raises(InputError, match="is a link"):
        submit(mine, NAME)


def test_which_exercise_and_to_where(mine: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="say which exercise"):
        submit(mine)
    with pytest.raises(InputError, match="no exercise named '09'"):
        submit(mine, "09")
    with pytest.raises(InputError, match="check the trainer's folder"):
        submit(mine, NAME, tmp_path / "not/there")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file"):
        submit(mine, NAME, tmp_path / "file")
    (mine.folder / "exercises/03-keys/03-keys.ipynb").unlink()
    assert submit(mine).assignment == NAME
    monkeypatch.setattr(room, "CAP", 10)
    with pytest.raises(InputError, match="clear its outputs"):
        submit(mine)


def test_a_disk_that_is_full_leaves_what_was_there(mine: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = submit(mine, NAME)
    Answers(mine.exercise(NAME)).give("why", "x")
    real = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == "answers.json":
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left"):
        submit(mine, NAME)
    assert names(first.folder.parent) == [NAME] and names(first.folder) == [f"{NAME}.ipynb", "receipt.json"]


def test_the_command(mine: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = CliRunner().invoke
    done = run(command, ["02", "--workspace", str(mine.folder), "--to", str(tmp_path / "trainer")])
    assert done.exit_code == 0 and "Handed in 02-encryption of ana" in done.output
    assert "Note: nothing was answered" in done.output
    assert (tmp_path / "trainer/ana" / NAME / "receipt.json").is_file()
    monkeypatch.chdir(mine.folder / "exercises/03-keys")
    assert "Handed in 03-keys" in run(command, []).output
    monkeypatch.chdir(mine.folder)
    unsure = run(command, [])
    assert unsure.exit_code == 1 and "say which exercise" in str(unsure.exception)
    monkeypatch.chdir(tmp_path)
    assert "no workspace at" in str(run(command, ["02"]).exception)
