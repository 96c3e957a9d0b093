"""Hostile and damaged things handed in, which nobody runs: each costs its sender alone."""

from __future__ import annotations

import os
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from simlab.exercise import wire
from simlab.grading import batch, intake, notebooks, untrusted
from simlab.grading.course import Course
from simlab.grading.outcome import Limits, Outcome
from tests.grading import making, small

NAME = small.NAME
GRADED = "graded"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return small.course(tmp_path_factory.mktemp("course"), (NAME, small.checks()))


def test_nothing_handed_in_ends_a_batch(home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever intake trips over, known today or not, is that submission's outcome."""
    right = small.solved(home)
    for name in ("ann", "trips", "zoe"):
        making.submit(tmp_path, name, right, NAME)
    real = intake.parse

    def trips(data: bytes, name: str) -> Any:
        if calls.pop(0) == "trips":
            raise RecursionError
        return real(data, name)

    calls = ["ann", "trips", "zoe"]
    monkeypatch.setattr(intake, "parse", trips)
    found = batch.grade(tmp_path, home.root, work=passing)
    assert [(o.learner, o.outcome) for o in found] == [("ann", GRADED), ("trips", "quarantined"), ("zoe", GRADED)]
    assert "a fault of the grader (RecursionError)" in found[1].reason


def passing(root: Path, learner: str, assignment: str, *, limits: Limits, sandbox: bool = True) -> Outcome:
    return Outcome(learner, assignment, GRADED, 5.0, 5.0)


def _zip() -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("a", bytes(20 << 20))
    return held.getvalue()


@pytest.mark.parametrize(
    ("file", "data", "outcome"),
    [
        ("timestamp.txt", b"0001-01-01T00:00:00+14:00", ""),
        ("receipt.json", b'{"at": "9999-12-31T23:59:59-14:00"}', ""),
        ("receipt.json", b"[" * 100_000, ""),
        ("answers.json", _zip(), "unreadable"),
        ("answers.json", b'{"version": 1, "version": 1, "answers": {}, "history": []}', "unreadable"),
        ("answers.json", b'{"version": 1, "answers": {"a": {"value": NaN, "at": ""}}, "history": []}', "unreadable"),
        ("answers.json", b'{"version": 1, "answers": {"a": {"value": ' + b"[" * 900 + b"]" * 900 + b"}}}", "unreadable"),
        ("answers.json", b" " * 2_000_000, "quarantined"),
        ("a\x1b[2J<script>.txt", b"x", ""),
    ],
)  # fmt: skip
def test_files_beside_a_notebook(home: Course, tmp_path: Path, file: str, data: bytes, outcome: str) -> None:
    making.submit(tmp_path, "ann", small.solved(home), NAME)
    making.submit(tmp_path, "ann", data, NAME, file=file)
    (found,) = intake.find(tmp_path, home)
    taken = intake.take(tmp_path, found, home)
    assert taken.outcome == outcome
    assert "\x1b" not in taken.reason + "".join(taken.repairs)


def test_a_format_that_steers_a_terminal_is_said_plainly(home: Course, tmp_path: Path) -> None:
    making.submit(tmp_path, "ann", small.solved(home) | {"nbformat": "\x1b]0;x\x07=1+1"}, NAME)
    (found,) = intake.find(tmp_path, home)
    assert "\\x1b]0;x" in intake.take(tmp_path, found, home).reason


def _old(cells: list[Any]) -> dict[str, Any]:
    return {"worksheets": [{"cells": cells}], "metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}


def test_an_old_notebook_is_taken_and_a_huge_one_refused_at_once(home: Course, tmp_path: Path) -> None:
    def old(c: dict[str, Any]) -> dict[str, Any]:
        if c["cell_type"] != "code":
            return {"cell_type": "markdown", "source": c["source"]}
        outputs = [{"output_type": "stream", "stream": "stdout", "text": "x"}] * 20_000
        kept = {"cell_type": "code", "input": c["source"], "metadata": c["metadata"], "language": "python"}
        return kept | {"outputs": outputs, "prompt_number": 1}

    making.submit(tmp_path, "old", _old([old(c) for c in small.solved(home)["cells"]]), NAME)
    making.submit(tmp_path, "huge", _old([{}] * 200_000), NAME)
    started = time.monotonic()
    huge, taken = (intake.take(tmp_path, f, home) for f in intake.find(tmp_path, home))
    assert huge.outcome == "quarantined" and "200000 cells" in huge.reason
    assert taken.outcome == "" and time.monotonic() - started < 30
    kept = notebooks.read(home.submitted / "old" / NAME / f"{NAME}.ipynb")
    assert {notebooks.grade_id(c): c["source"] for c in kept["cells"]}["total"] == "total = 7719"


def test_a_thousand_large_notebooks_are_not_all_read(
    home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(30):
        making.submit(tmp_path, "ann", b"", NAME, file=f"{n:02}.ipynb")
        os.truncate(tmp_path / "ann" / NAME / f"{n:02}.ipynb", 1_000_000)
    monkeypatch.setattr(intake, "MAX_TOTAL", 3_500_000)
    read: list[str] = []

    def counted(folder: untrusted.Folder, path: str, cap: int) -> bytes:
        read.append(path)
        return untrusted.read_below(folder, path, cap)

    monkeypatch.setattr(intake, "read_below", counted)
    (found,) = intake.find(tmp_path, home)
    assert intake.take(tmp_path, found, home).outcome == "quarantined"
    assert len(read) == 4


def test_names_that_no_file_can_have_or_that_look_like_another(home: Course, tmp_path: Path) -> None:
    for name in ("ann", "ann\u3164", "\N{GRINNING FACE}" * 60, "山" * 60):
        making.submit(tmp_path, name, small.solved(home), NAME)
    found = batch.grade(tmp_path, home.root, work=passing)
    assert {o.learner[:4]: o.outcome for o in found} == {
        "ann": GRADED,
        "ann\u3164": "quarantined",
        "\N{GRINNING FACE}" * 4: "quarantined",
        "山" * 4: GRADED,
    }


def test_a_folder_that_cannot_be_opened_and_one_that_is_full_of_folders_stop_nothing(
    home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ann", "closed", "full"):
        making.submit(tmp_path, name, small.solved(home), NAME)
    for n in range(300):
        (tmp_path / "full" / f"x{n}").mkdir()
    real = untrusted.Folder.enter

    def enter(self: untrusted.Folder, name: str) -> untrusted.Folder:
        if name == "closed":
            raise untrusted.RefusedError("closed cannot be opened: Permission denied", "unreadable")
        return real(self, name)

    monkeypatch.setattr(untrusted.Folder, "enter", enter)
    found = intake.find(tmp_path, home)
    assert [f.learner for f in found if not f.problem] == ["ann", "full"]
    assert "Permission denied" in next(f.problem for f in found if f.learner == "closed")
    assert len(found) == 2 + 1 + intake.MOST_ODD + 1 and "holds 300 things" in found[-1].problem


def test_text_is_fit_for_a_terminal() -> None:
    assert wire.tame("a\x1b[2J\x07\x9b\u202eb\ud800\n\té") == "a\ufffd[2J\ufffd\ufffd\ufffdb\ufffd\n\té"
