from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simlab.errors import InputError
from simlab.exercise import files
from simlab.exercise.answers import CAP, QUESTIONS, Answers, read_untrusted

GOOD: dict[str, Any] = {
    "version": 1,
    "answers": {"q": {"value": "a", "at": "2026-03-02T09:00:00Z"}},
    "history": [{"question": "q", "value": "a", "at": "2026-03-02T09:00:00Z"}],
}


def write(folder: Path, value: Any) -> Path:
    path = folder / "answers.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def test_an_answer_is_kept_and_the_last_one_counts(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    assert answers.values() == {} and answers.get("q") is None
    answers.give("q", "a", at="2026-03-02T09:00:00Z")
    answers.give("q", ["b", "c"], at="2026-03-02T09:01:00Z")
    answers.give("näh".encode("ascii", "ignore").decode(), "ü €", at="t")
    assert Answers(tmp_path).values() == {"q": ["b", "c"], "nh": "ü €"}
    assert [h["value"] for h in answers.history()] == ["a", ["b", "c"], "ü €"]
    assert read_untrusted(tmp_path / "answers.json") == answers.values()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["answers.json"]


def test_two_tabs_lose_nothing(tmp_path: Path) -> None:
    one, two = Answers(tmp_path), Answers(tmp_path)
    assert one.values() == two.values() == {}
    one.give("a", "1")
    two.give("b", "2")
    one.give("b", "3")
    assert two.values() == {"a": "1", "b": "3"}
    assert [h["value"] for h in two.history()] == ["1", "2", "3"]


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from simlab.exercise.answers import Answers\n"
        "for i in range(25): Answers(sys.argv[1]).give(f'{sys.argv[2]}-{i}', i)"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "abc"]
    assert [run.wait(120) for run in runs] == [0, 0, 0]
    answers = Answers(tmp_path)
    assert len(answers.values()) == len(answers.history()) == 75
    assert answers.notes == []
    assert [p.name for p in tmp_path.iterdir()] == ["answers.json"]


@pytest.mark.parametrize(
    "damaged",
    ["", "{", '{"version": 1, "answers": {"q": {"val', "[]", "null", '{"version": "1"}', "[" * 50_000, "\x00\x00"],
    ids=lambda t: t[:12] or "empty",
)
def test_a_damaged_file_is_kept_aside_and_work_goes_on(tmp_path: Path, damaged: str) -> None:
    write(tmp_path, damaged)
    write_first = tmp_path / "answers.damaged-1.json"
    write_first.write_text("an earlier one", encoding="utf-8")
    answers = Answers(tmp_path)
    answers.give("q", "a")
    assert answers.values() == {"q": "a"}
    assert (tmp_path / "answers.damaged-2.json").read_text(encoding="utf-8") == damaged
    assert write_first.read_text(encoding="utf-8") == "an earlier one"
    assert len(answers.notes) == 1 and "kept as answers.damaged-2.json" in answers.notes[0]


def test_sound_entries_of_a_damaged_file_go_on(tmp_path: Path) -> None:
    bad = json.loads(json.dumps(GOOD))
    bad["answers"]["other"] = {"value": {"a": 1}, "at": "t"}
    write(tmp_path, bad)
    answers = Answers(tmp_path)
    assert answers.values() == {"q": "a"}
    assert json.loads((tmp_path / "answers.damaged-1.json").read_text(encoding="utf-8")) == bad
    assert Answers(tmp_path).notes == [] and len(answers.history()) == 1


def test_not_utf8_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_bytes(b"\xff\xfe{\x00")
    answers = Answers(tmp_path)
    assert answers.values() == {} and "UTF-8" in answers.notes[0]
    (tmp_path / "answers.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert Answers(tmp_path).values() == {"q": "a"}


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, {**GOOD, "version": 2})
    with pytest.raises(InputError, match="newer simlab"):
        Answers(tmp_path).give("q", "b")
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == 2


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("q", None), ("q", {"a": 1}), ("q", float("nan")), ("q", float("inf")), ("q", 10**400), ("q", "x" * 20_001),
        ("q", "\ud800"), ("q", [["a"]]), ("q", ["a"] * 101), ("q", b"x"), ("", "a"), ("../q", "a"), ("q" * 101, "a"),
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_answer_is_refused(tmp_path: Path, question: str, value: Any) -> None:
    with pytest.raises(InputError):
        Answers(tmp_path).give(question, value)
    assert not (tmp_path / "answers.json").exists()


def test_a_full_file_drops_the_oldest_history_first(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    for i in range(60):
        answers.give("q", f"{i}" + "x" * 19_000, at="t")
    assert (tmp_path / "answers.json").stat().st_size <= CAP
    assert answers.values()["q"].startswith("59x")
    assert answers.history()[-1]["value"].startswith("59x")


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="could not be kept"):
        Answers(tmp_path / "gone").give("q", "a")


def test_a_crash_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Answers(tmp_path).give("q", "a")

    def crash(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "move", crash)
    with pytest.raises(InputError, match="No space left"):
        Answers(tmp_path).give("q", "b")
    assert Answers(tmp_path).values() == {"q": "a"}
    assert [p.name for p in tmp_path.iterdir()] == ["answers.json"]


def test_a_lock_left_by_one_that_died_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / ".answers.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    Answers(tmp_path).give("q", "a")
    assert not lock.exists()
    lock.touch()
    monkeypatch.setattr(files, "WAIT", 0.05)
    Answers(tmp_path).give("q", "b")
    assert Answers(tmp_path).values() == {"q": "b"} and lock.exists()


def test_a_rename_that_is_refused_for_a_moment_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, tries = Path.replace, iter([PermissionError(), PermissionError()])

    def replace(self: Path, target: Path) -> Path:
        for error in tries:
            raise error
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    Answers(tmp_path).give("q", "a")
    assert Answers(tmp_path).values() == {"q": "a"}


# --------------------------------------------------------------------------- somebody else's file


def test_untrusted_without_a_file(tmp_path: Path) -> None:
    assert read_untrusted(tmp_path / "answers.json") == {}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("1" * 5000, "not valid JSON"),
        ('{"version": 1, "version": 1, "answers": {}, "history": []}', "twice"),
        ('{"version": 1, "answers": {"q": {"value": NaN, "at": "t"}}, "history": []}', "NaN"),
        ({**GOOD, "version": 2}, "version 2 is not 1"),
        ({**GOOD, "version": True}, "must hold"),
        ({**GOOD, "extra": 1}, "unknown key 'extra'"),
        ({**GOOD, "answers": {"q": "a"}}, "must hold value and at"),
        ({**GOOD, "answers": {"../../q": {"value": "a", "at": "t"}}}, "no question's name"),
        ({**GOOD, "answers": {"q": {"value": {"$": 1}, "at": "t"}}}, "must be text"),
        ({**GOOD, "history": [1]}, "history entry"),
        ({**GOOD, "history": [{"question": ["q"], "value": "a", "at": "t"}]}, "history entry"),
        ({**GOOD, "answers": {f"q{i}": {"value": "a", "at": "t"} for i in range(QUESTIONS + 1)}}, "more than"),
    ],
    ids=range(14),
)
def test_untrusted_takes_the_exact_shape_or_nothing(tmp_path: Path, value: Any, says: str) -> None:
    path = write(tmp_path, value)
    before = path.read_bytes()
    with pytest.raises(InputError, match=says.replace("$", r"\$")):
        read_untrusted(path)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_untrusted_follows_no_link_and_reads_no_more_than_the_cap(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert read_untrusted(path) == {"q": "a"}
    with pytest.raises(InputError, match="larger than 10 bytes"):
        read_untrusted(path, 10)
    link = tmp_path / "link.json"
    link.symlink_to(path)
    with pytest.raises(InputError, match="is a link"):
        read_untrusted(link)
    with pytest.raises(InputError, match="plain file"):
        read_untrusted(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_untrusted_does_not_wait_on_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "answers.json")
    with pytest.raises(InputError, match="plain file"):
        read_untrusted(tmp_path / "answers.json")
