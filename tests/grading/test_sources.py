"""Whatever a trainer has of work is laid out for grading, and graded once."""

from __future__ import annotations

import json
import stat
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simlab.errors import UnknownName
from simlab.grading import batch, intake, sources
from simlab.grading.command import grade_command
from simlab.grading.course import Course
from simlab.grading.intake import Taken
from tests.grading import fakes, small
from tests.grading.handed import (
    FILE,
    OTHER,
    mood,
    packed,
    people,
    special,
    take,
    work,
    zipped,
)
from tests.grading.making import NAME, released, submit

# Folders, and zips of them


def test_a_folder_of_the_usual_shape_is_taken_as_it_is(tmp_path: Path, home: Course) -> None:
    submit(tmp_path / "in", "ann", released(home))
    with sources.opened(tmp_path / "in", home) as (folder, notes):
        assert folder == tmp_path / "in" and not list(home.state.glob("intake-*"))
        found = intake.find(folder, home)
        assert notes.on(found) == found


@pytest.mark.parametrize("around", ["", "handed-in/", "a/b/"])
def test_a_zip_of_such_a_folder_is_the_folder(tmp_path: Path, home: Course, around: str) -> None:
    done = work(home)
    zip_file = zipped(
        tmp_path / "in.zip",
        (f"{around}ann/{NAME}/{FILE}", done),
        (f"{around}ann/{NAME}/receipt.json", b'{"at": "2026-03-01T10:00:00+02:00"}'),
        (f"{around}ann/{OTHER}/{OTHER}.ipynb", work(home, OTHER)),
        (f"{around}bob/{NAME.upper()}/final.ipynb", done),
        (f"__MACOSX/{around}ann/{NAME}/._{FILE}", b"x"),
        (f"{around}.DS_Store", b"x"),
    )
    with sources.opened(zip_file, home) as (folder, notes):
        found = [intake.take(folder, f, home) for f in notes.on(intake.find(folder, home))]
    assert found == [
        Taken("ann", NAME),
        Taken("ann", OTHER),
        Taken("bob", NAME, (f"final.ipynb was taken for {FILE}",)),
    ]
    assert (home.submitted / "ann" / NAME / "timestamp.txt").read_text(encoding="utf-8") == "2026-03-01 08:00:00 UTC\n"
    only = take(zip_file, home, OTHER)
    assert list(only) == ["ann"] and only["ann"].assignment == OTHER


def test_what_lies_elsewhere_in_a_zip_is_named_as_in_a_folder(tmp_path: Path, home: Course) -> None:
    found = take(
        zipped(
            tmp_path / "in.zip",
            ("stray.ipynb", b"{}"),
            (f"ann/{NAME}/{FILE}", work(home)),
            ("bob/work.ipynb", b"{}"),
            ("cat/02-encription/x.ipynb", b"{}"),
            (f"dan/{NAME}/", b""),
            (f"a*b/{NAME}/{FILE}", work(home)),
        ),
        home,
    )
    assert found["ann"] == Taken("ann", NAME)
    assert "FOLDER/<learner>/<assignment>" in found["stray.ipynb"].reason
    assert "FOLDER/<learner>/<assignment>" in found["bob"].reason
    assert "did you mean" in found["cat"].reason and "empty" in found["dan"].reason
    assert "no name for a learner" in found["a*b"].reason and len(found) == 6


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04rest", None])
def test_only_what_is_no_zip_at_all_stops(tmp_path: Path, home: Course, data: bytes | None) -> None:
    half = packed((f"ann/{NAME}/{FILE}", work(home)))[:-40]
    (tmp_path / "in.zip").write_bytes(half if data is None else data)
    result = CliRunner().invoke(grade_command, [str(tmp_path / "in.zip"), "--course", str(home.root)])
    assert result.exit_code == 2 and "is no zip file, or a damaged or unfinished one" in result.stderr
    with pytest.raises(UnknownName):
        take(tmp_path / "in.zip", home, "nothing")


def test_nbgraders_submitted_folder_is_taken_and_never_emptied(tmp_path: Path, home: Course) -> None:
    for folder in (tmp_path / "submitted", home.submitted):
        submit(folder, "ann", work(home))
        submit(folder, "ann", b"2026-03-01 10:00:00.000001 UTC", file="timestamp.txt")
        submit(folder, "ann", b"0" * 128, file="submission_secret.txt")
        bad = submit(folder, "bob", b"{")
        found = take(folder, home)
        assert found["ann"] == Taken("ann", NAME) and found["bob"].outcome == "unreadable"
        assert bad.read_bytes() == b"{"


# The batch, and the command


def grade(path: Path, home: Course, **options: Any) -> dict[str, Any]:
    found = batch.grade(path, home.root, **{"work": fakes.quick} | options)
    return {o.learner: o for o in found}


def test_a_second_run_of_a_zip_does_only_what_is_new(tmp_path: Path, home: Course) -> None:
    people(home, "ann,Ann Lee", "essay,Eve Say")
    files: list[tuple[str | zipfile.ZipInfo, bytes]] = [
        (mood("Ann Lee_1", FILE), work(home)),
        (mood("Eve Say_2", FILE), work(home)),
        (special(mood("X_3", FILE), stat.S_IFLNK), b"/etc"),
        ("x.csv", b""),
    ]
    path = zipped(tmp_path / "m.zip", *files)
    first = grade(path, home, assignment=NAME)
    assert {n: o.outcome for n, o in first.items()} == {
        "ann": "graded",
        "essay": "graded",
        "participant-3": "quarantined",
        "x.csv": "quarantined",
    }
    page = home.feedback / "participant-3" / NAME / f"{NAME}.html"
    assert "people.csv" in page.read_text(encoding="utf-8"), "the learner reads what was made of the name"
    files[1] = (files[1][0], work(home, note=" + 0"))
    files.append((mood("Y_4", FILE), work(home)))
    again = grade(zipped(path, *files), home, assignment=NAME)
    assert again["ann"] == first["ann"] and again["participant-4"].outcome == "repaired"
    calls = Counter(p.name.rsplit("-", 1)[0] for p in home.state.joinpath("calls").glob("*"))
    assert calls == {"ann": 1, "essay": 2, "participant-4": 1}
    assert not list(home.state.glob("intake-*"))
    assert len(list(home.results.joinpath(".unplaced").rglob("*.json"))) == 1, (
        "what was said of this zip before is gone"
    )


def test_what_a_killed_run_laid_out_is_swept(tmp_path: Path, home: Course) -> None:
    left = home.state / "intake-killed" / "ann"
    left.mkdir(parents=True)
    grade(zipped(tmp_path / "in.zip", (f"ann/{NAME}/{FILE}", work(home))), home)
    assert not left.parent.exists()


def test_an_unpacked_fault_takes_the_place_of_an_earlier_mark(tmp_path: Path, home: Course) -> None:
    path = zipped(tmp_path / "in.zip", (f"ann/{NAME}/{FILE}", work(home)))
    assert grade(path, home)["ann"].points == 3.0
    data = bytearray(path.read_bytes())
    data[data.find(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    assert grade(path, home)["ann"].points is None
    kept = json.loads((home.results / NAME / "ann.json").read_text(encoding="utf-8"))
    assert kept["outcome"] == "unreadable" and "password" in kept["reason"]


def test_a_moodle_zip_through_the_command_and_the_box(tmp_path: Path) -> None:
    home = small.course(tmp_path / "course", (small.NAME, small.checks()))
    people(home, "ann,Ann Lee")
    done = json.dumps(small.solved(home)).encode()
    path = zipped(
        tmp_path / "moodle.zip",
        (mood("Ann Lee_1", f"{small.NAME}.ipynb"), done),
        (mood("Bo Who_2", "work.zip"), packed((f"{small.NAME}/{small.NAME}.ipynb", done))),
        (mood("Cy Bad_3", f"{small.NAME}.ipynb"), b"{"),
    )
    words = [str(path), "--course", str(home.root), "--assignment", small.NAME, "--json"]
    result = CliRunner().invoke(grade_command, words)
    ann, bo, cy = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1, result.stderr
    assert (ann["learner"], ann["outcome"], ann["points"], ann["isolated"]) == ("ann", "graded", 5.0, True)
    assert (bo["learner"], bo["outcome"], bo["points"]) == ("participant-2", "repaired", 5.0)
    assert "work.zip was unpacked" in bo["repairs"] and (cy["outcome"], cy["points"]) == ("unreadable", None)
