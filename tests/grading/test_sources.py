"""Whatever a trainer has of work, it is laid out for grading; a bad part of it costs whoever sent it, nobody else."""

from __future__ import annotations

import io
import json
import shutil
import stat
import struct
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simlab.errors import GradingError, UnknownName
from simlab.grading import intake, laying, notebooks, release, sources, zips
from simlab.grading.command import grade_command
from simlab.grading.course import Course
from simlab.grading.intake import Taken
from tests.grading.making import NAME, edit, make_course, released, solution, submit

OTHER = "09-everyday"
FILE = f"{NAME}.ipynb"


def other() -> dict[str, Any]:
    nb = solution()
    for c in nb["cells"]:
        if name := notebooks.grade_id(c):
            c["metadata"]["nbgrader"]["grade_id"] = f"{name}-09" if name != "setup" else name
            c["id"] = f"{c['id']}-09"
    return nb


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("made") / "course"
    make_course(root, other(), OTHER)
    home = make_course(root)
    release.release(home)
    return home


@pytest.fixture
def home(made: Course, tmp_path: Path) -> Course:
    shutil.copytree(made.root, tmp_path / "course")
    return Course(tmp_path / "course")


def work(home: Course, name: str = NAME, note: str = "") -> bytes:
    """Honest work; `note` makes it other work."""
    double = "double" if name == NAME else "double-09"
    return json.dumps(edit(released(home, name), double, f"def double(n):\n    return n + n{note}")).encode()


def zipped(path: Path, *files: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files:
            z.writestr(name, data, zipfile.ZIP_DEFLATED)
    return path


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    path = io.BytesIO()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files:
            z.writestr(name, data, zipfile.ZIP_DEFLATED)
    return path.getvalue()


def take(path: Path, home: Course, assignment: str | None = None) -> dict[str, Taken]:
    """What becomes of each learner's work, without running it; there is one outcome for each."""
    with sources.opened(path, home, assignment) as (folder, notes):
        taken = [intake.take(folder, f, home) for f in notes.on(intake.find(folder, home, assignment))]
    assert not list(home.state.glob("intake-*"))
    assert max(Counter((t.learner, t.assignment) for t in taken).values(), default=1) == 1
    return {t.learner: t for t in taken}


def placed(home: Course, learner: str, name: str = NAME) -> list[str]:
    return sorted(p.name for p in home.submitted.joinpath(learner, name).iterdir())


def mood(who: str, file: str, kind: str = "file") -> str:
    return f"{who}_assignsubmission_{kind}_/{file}"


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


# Hostile members


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (mode | 0o644) << 16
    return info


def test_a_bad_member_costs_its_sender_and_nobody_else(tmp_path: Path, home: Course) -> None:
    done = work(home)
    path = zipped(
        tmp_path / "in.zip",
        (f"ann/{NAME}/{FILE}", done),
        (f"ann/{NAME}/../../../../evil.ipynb", b"x"),
        (f"bob/{NAME}/../../ann/{NAME}/{FILE}", b"x"),
        (f"/etc/{NAME}/{FILE}", done),
        (f"C:\\windows\\{NAME}\\{FILE}", done),
        (f"../../up/{NAME}/{FILE}", done),
        (f"cat\\{NAME}\\{FILE}", done),
        (special(f"dan/{NAME}/{FILE}", stat.S_IFLNK), b"/etc/passwd"),
        (special(f"eve/{NAME}", stat.S_IFLNK), b"/etc"),
        (f"fay/{NAME}/{FILE}", done),
        (special(f"fay/{NAME}/pipe", stat.S_IFIFO), b""),
        (f"gus/{NAME}/{'x' * 300}.ipynb", done),
        (f"hal/{NAME}/{FILE}", done),
        (f"hal/{NAME}/{'y' * 300}.txt", b"x"),
        (f"ida/{NAME}/{'d/' * 9}x.txt", b"x"),
        (f"kim/{NAME}/x", b"x"),
        (f"kim/{NAME}/x/y", b"x"),
        (f"kim/{NAME}/{FILE}", done),
    )
    found = take(path, home)
    ok = {n for n, t in found.items() if not t.outcome}
    assert ok == {"ann", "cat", "hal"} and placed(home, "cat") == [FILE]
    assert "('..'): left out" in found["ann"].repairs[0] and "more than 200 bytes" in found["hal"].repairs[0]
    reasons = {n: t.reason for n, t in found.items() if t.outcome}
    assert "'..'" in reasons["bob"] and "a link" in reasons["dan"] and "a link" in reasons["eve"]
    assert "special file" in reasons["fay"] and "200 bytes" in reasons["gus"] and "deep" in reasons["ida"]
    assert "go together" in reasons["kim"]
    assert sum("absolute path" in r for r in reasons.values()) == 2
    assert sum("leads out" in r for r in reasons.values()) == 2
    assert not [p for p in tmp_path.rglob("*") if p.name in ("evil.ipynb", "up", "windows")]


def test_a_password_a_bad_checksum_and_odd_packing_are_said(tmp_path: Path, home: Course) -> None:
    path = zipped(
        tmp_path / "in.zip", *((f"{who}/{NAME}/{FILE}", work(home)) for who in ("ann", "bob", "cat", "dan", "eve"))
    )
    with zipfile.ZipFile(path) as z:
        infos = {i.filename[:3]: i for i in z.infolist()}
    data = bytearray(path.read_bytes())
    entries = {bytes(data[e + 46 : e + 49]).decode(): e for e in range(len(data)) if data[e : e + 4] == b"PK\1\2"}
    data[entries["ann"] + 8] |= 1  # locked
    data[infos["bob"].header_offset + 100] ^= 0xFF
    data[entries["cat"] + 16] ^= 0xFF  # the checksum
    struct.pack_into("<H", data, entries["dan"] + 10, 99)
    path.write_bytes(data)
    found = take(path, home)
    assert {n: t.outcome for n, t in found.items()} == dict.fromkeys(("ann", "bob", "cat", "dan"), "unreadable") | {
        "eve": ""
    }
    assert "password" in found["ann"].reason and "damaged" in found["bob"].reason
    assert "checksum" in found["cat"].reason and "not read here" in found["dan"].reason


def test_headers_that_lie_about_sizes_are_not_believed(tmp_path: Path, home: Course) -> None:
    """A bomb said to be small, an honest file said to be huge: neither is believed, only counted."""
    path = zipped(tmp_path / "in.zip", *((f"{who}/{NAME}/{FILE}", work(home)) for who in ("ann", "bob", "cat")))
    data = bytearray(path.read_bytes())
    for e in (e for e in range(len(data)) if data[e : e + 4] == b"PK\1\2"):
        who = bytes(data[e + 46 : e + 49])
        if who != b"cat":
            struct.pack_into("<I", data, e + 24, 10 if who == b"ann" else 0xFFFFFFF0)
    path.write_bytes(data)
    found = take(path, home)
    assert found["ann"].outcome == "unreadable" and found["cat"].outcome == ""
    assert "damaged" in found["ann"].reason


def test_bombs_are_stopped_while_they_swell(tmp_path: Path, home: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "_STEP", 10_000)
    monkeypatch.setattr(laying, "MAX_TOTAL", 300_000)
    monkeypatch.setattr(laying, "MAX_ENTRIES", 20)
    monkeypatch.setattr(intake, "MAX_FILE", 200_000)
    noise = bytes(i * i % 251 for i in range(150_000))
    files = [
        (f"big/{NAME}/{FILE}", b" " * 200_001),
        *((f"all/{NAME}/{n}.ipynb", noise) for n in range(3)),
        *((f"count/{NAME}/{n}.txt", b"") for n in range(21)),
        *((f"same/{NAME}/{FILE}", b" " * 150_000) for _ in range(3)),
        (f"zoe/{NAME}/{FILE}", work(home)),
    ]
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(tmp_path / "in.zip", *files)
    found = take(path, home)
    assert {n for n, t in found.items() if t.outcome == "quarantined"} == {"big", "all", "count", "same"}
    assert (
        found["zoe"].outcome == "" and "over 0.2 MB" in found["big"].reason and "more than 20" in found["count"].reason
    )
    monkeypatch.setattr(zips, "ALWAYS", 1000)
    monkeypatch.setattr(zips, "MAX_RATIO", 50)
    found = take(path, home)
    assert "swells" in found["big"].reason and found["zoe"].outcome == ""


def test_the_whole_zip_has_a_bound_too(tmp_path: Path, home: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips.Budget.__init__, "__defaults__", (len(work(home)) + 10,))
    path = zipped(tmp_path / "in.zip", *((f"{who}/{NAME}/{FILE}", work(home)) for who in ("ann", "bob")))
    found = take(path, home)
    assert found["ann"].outcome == "" and "grade it in parts" in found["bob"].reason
    monkeypatch.setattr(zips, "MAX_DIRECTORY", 20)
    with pytest.raises(GradingError, match="more names than any class"):
        take(path, home)


def test_one_name_twice_is_not_guessed_between(tmp_path: Path, home: Course) -> None:
    done = work(home)
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(
            tmp_path / "in.zip",
            (f"ann/{NAME}/{FILE}", done),
            (f"ann/{NAME}/{FILE}", work(home, note=" + 0")),
            (f"bob/{NAME}/{FILE}", done),
            (f"bob/{NAME}/{FILE}", done),
            (f"cat/{NAME}/{FILE}", done),
            (f"cat/{NAME}/{FILE.upper().replace('IPYNB', 'ipynb')}", work(home, note=" + 0")),
            (f"dan/{NAME}/{FILE}", done),
            (f"DAN/{NAME}/{FILE}", done),
        )
    found = take(path, home)
    assert "there twice" in found["ann"].reason and "there twice" in found["cat"].reason
    assert found["bob"] == Taken("bob", NAME)
    assert "another folder has the same names" in found[f"dan/{NAME}"].reason and found["DAN"] == Taken("DAN", NAME)


def test_names_are_read_in_whatever_way_they_were_written(tmp_path: Path, home: Course) -> None:
    done = work(home)
    path = zipped(
        tmp_path / "in.zip",
        (f"josé/{NAME}/{FILE}", done),
        (f"zo@@/{NAME}/{FILE}", done),
        (f"ren#/{NAME}/{FILE}", done),
        (f"an$/{NAME}/{FILE}", done),
    )
    data = path.read_bytes().replace(b"zo@@/", "zoë/".encode()).replace(b"ren#/", "rené/".encode("cp437"))
    path.write_bytes(data.replace(b"an$/", b"an\0/"))
    found = take(path, home)
    assert {n for n, t in found.items() if not t.outcome} == {"josé", "zoë", "rené"}
    assert "NUL" in next(t.reason for n, t in found.items() if t.outcome)
