"""The trainer's commands: what they print, and the exit codes that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from simlab.errors import SandboxError
from simlab.grading import batch, release
from simlab.grading.command import grade_command, release_command, results_command
from simlab.grading.course import Course
from tests.grading import fakes
from tests.grading.making import NAME, edit, make_course, released, solution, submit, write


@pytest.fixture
def home(tmp_path: Path) -> Course:
    return make_course(tmp_path / "course")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    real = batch.grade
    monkeypatch.setattr(batch, "grade", lambda *a, **k: real(*a, **k, work=fakes.quick))


def run(command: Any, *words: object) -> Result:
    result = CliRunner().invoke(command, [str(w) for w in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_release_and_check(home: Course) -> None:
    first = run(release_command, "--course", home.root, "--check")
    assert first.exit_code == 1 and f"run `simlab release` for {NAME}" in first.stderr
    done = run(release_command, "--course", home.root)
    assert done.exit_code == 0 and done.stdout == f"{NAME}: new\n"
    assert run(release_command, NAME, "--check", "--course", home.root).exit_code == 0
    wrong = run(release_command, "nothing", "--course", home.root)
    assert wrong.exit_code == 1 and "no exercise named 'nothing'" in wrong.stderr
    assert run(release_command, "--course", home.root / "solutions").exit_code == 2


def test_release_check_looks_at_every_notebook_and_tidy_mends(home: Course) -> None:
    nb = solution()
    nb["metadata"]["language_info"] = {"version": "3.11"}
    write(home.root / "lessons" / "02-encryption.ipynb", nb)
    run(release_command, "--course", home.root)
    bad = run(release_command, "--check", "--course", home.root)
    assert bad.exit_code == 1 and "lessons/02-encryption.ipynb: metadata 'language_info'" in bad.stderr
    assert (
        "tidied lessons/02-encryption.ipynb" in run(release_command, "--tidy", "--check", "--course", home.root).stdout
    )
    assert run(release_command, "--check", "--course", home.root).exit_code == 0


def test_a_refused_release_names_the_cell(home: Course) -> None:
    write(home.solutions / NAME / f"{NAME}.ipynb", edit(solution(), "pick", "### begin hidden tests\nx"))
    result = run(release_command, "--course", home.root)
    assert result.exit_code == 1 and "cell pick: line 1 is not a marker" in result.stderr


@pytest.mark.usefixtures("fake")
def test_grade_prints_a_table_and_the_exit_code_says_whether_a_person_is_needed(home: Course, tmp_path: Path) -> None:
    release.release(home)
    folder = tmp_path / "in"
    submit(folder, "ann", released(home))
    submit(folder, "bob", released(home))
    result = run(grade_command, folder, "--course", home.root)
    assert (
        result.exit_code == 0
        and "3 of 5" in result.stdout
        and "2 submissions, 2 graded, 0 for a person" in result.stdout
    )
    assert "[2/2]" in result.stderr
    submit(folder, "essay", released(home))
    submit(folder, "junk", b"{")
    again = run(grade_command, folder, "--course", home.root)
    assert again.exit_code == 1 and "unreadable" in again.stdout and "2 for a person" in again.stdout
    shown = run(results_command, "--course", home.root)
    assert shown.exit_code == 0 and "junk" in shown.stdout
    assert "4 rows" in run(results_command, "--course", home.root, "--csv", tmp_path / "r.csv").stdout


@pytest.mark.usefixtures("fake")
def test_json_is_one_object_a_line_and_nothing_else(home: Course, tmp_path: Path) -> None:
    release.release(home)
    submit(tmp_path / "in", "josé", released(home))
    submit(tmp_path / "in", "junk", b"{")
    result = run(grade_command, tmp_path / "in", "--course", home.root, "--json", "--unsafe-no-sandbox")
    first, second = [json.loads(line) for line in result.stdout.splitlines()]
    assert (first["learner"], first["points"], first["isolated"]) == ("josé", 3.0, False)
    assert first["checks"][0]["message"] == "Right." and second["points"] is None
    assert "WITHOUT isolation" in result.stderr and result.exit_code == 1


def test_what_cannot_start_is_exit_code_2(home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(grade_command, tmp_path / "nothing", "--course", home.root).exit_code == 2
    submit(tmp_path / "in", "ann", b"{}")
    result = run(grade_command, tmp_path / "in", "--course", tmp_path / "in")
    assert result.exit_code == 2 and "holds no solutions/" in result.stderr and "Traceback" not in result.output

    def broken(*a: object, **k: object) -> None:
        raise SandboxError("bubblewrap is missing")

    monkeypatch.setattr(batch, "grade", broken)
    result = run(grade_command, tmp_path / "in", "--course", home.root)
    assert result.exit_code == 2 and result.stderr == "error: bubblewrap is missing\n"


def test_stopped_is_said(home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*a: object, **k: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "grade", stopped)
    result = run(grade_command, tmp_path, "--course", home.root)
    assert result.exit_code == 130 and "goes on with what is missing" in result.stderr
