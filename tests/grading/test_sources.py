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
from simlab.grading import batch, exchange, intake, laying, moodle, notebooks, release, sources, zips
from simlab.grading.command import grade_command
from simlab.grading.course import Course
from simlab.grading.intake import Taken
from tests.grading import fakes, small
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


def test_an_entry_that_the_zip_library_stumbles_over_costs_that_entry(tmp_path: Path, home: Course) -> None:
    who = ("ann", "bob", "cat", "d\u00e9n", "eve")
    path = zipped(tmp_path / "in.zip", *((f"{w}/{NAME}/{FILE}", work(home)) for w in who))
    data = bytearray(path.read_bytes().replace("d\u00e9n".encode(), b"d\xff\xffn"))
    entries = [e for e in range(len(data)) if data[e : e + 4] == b"PK\1\2"]
    data[entries[0] + 6] = 99  # a version from the future
    name, *_ = struct.unpack_from("<H", data, entries[1] + 28)
    struct.pack_into("<H", data, entries[1] + 30, 5)  # extra fields that are none
    at = entries[1] + 46 + name
    data[at:at] = b"\x01\x00\xff\xff\x00"
    end = data.rfind(b"PK\5\6")
    struct.pack_into("<I", data, end + 12, struct.unpack_from("<I", data, end + 12)[0] + 5)
    path.write_bytes(data)
    found = take(path, home)
    assert {n for n, t in found.items() if not t.outcome} == {"ann", "bob", "cat", "eve"} and len(found) == 5
    assert "damaged" in next(t.reason for t in found.values() if t.outcome)


def test_a_list_of_names_that_has_lost_some_is_said(tmp_path: Path, home: Course) -> None:
    path = zipped(tmp_path / "in.zip", *((f"{who}/{NAME}/{FILE}", work(home)) for who in ("ann", "bob")))
    data = bytearray(path.read_bytes())
    struct.pack_into("<HH", data, data.rfind(b"PK\5\6") + 8, 3, 3)
    path.write_bytes(data)
    found = take(path, home)
    assert {n for n, t in found.items() if not t.outcome} == {"ann", "bob"} and len(found) == 3
    assert any("1 of the 3 files" in t.reason for t in found.values())


# Moodle


def people(home: Course, *rows: str) -> None:
    home.root.joinpath("people.csv").write_text("id,name\n" + "".join(f"{r}\n" for r in rows), encoding="utf-8")


def test_a_moodle_download_is_graded_by_whom_people_csv_names(tmp_path: Path, home: Course) -> None:
    people(
        home, "ann.lee,Ann Lee", "jose,JOSE\u0301  Núñez", "o1,Sam O'Neil", "t1,Twin Name", "t2,twin name", "z,Zoe Z"
    )
    done = work(home)
    files = [
        (mood("Ann Lee_101", FILE), done),
        (mood("José Núñez_102", FILE), done),
        (mood("Sam ONeil_103", FILE), done),
        (mood("Twin Name_104", FILE), done),
        (mood("Not There_105", FILE), done),
        (mood("Participant 106_106", FILE), done),
        (f"Participant_107_assignsubmission_file_/{FILE}", done),
        (f"Lone Wolf_108_assignsubmission_file/{FILE}", done),
        (mood("Zoe Z_109", FILE), done),
        (mood("zoe z_110", FILE), done),
    ]
    found = take(zipped(tmp_path / "m.zip", *files), home, NAME)
    numbers = [104, 105, 106, 107, 108, 109, 110]
    assert set(found) == {"ann.lee", "jose", "o1", *(f"participant-{n}" for n in numbers)}
    assert all(not t.outcome and t.assignment == NAME for t in found.values())
    assert found["ann.lee"].repairs == found["jose"].repairs == found["o1"].repairs == ()
    (note,) = found["participant-104"].repairs
    assert "'Twin Name', participant 104" in note and "people.csv" in note
    with zipfile.ZipFile(tmp_path / "m.zip") as z:
        z.extractall(tmp_path / "unpacked")
    assert take(tmp_path / "unpacked", home, NAME) == found
    again = [(f"download/{name}", data) for name, data in files]
    assert take(zipped(tmp_path / "again.zip", *again), home, NAME) == found


@pytest.mark.parametrize("unpacked", [False, True])
def test_moodles_flat_names_several_files_and_online_texts(tmp_path: Path, home: Course, unpacked: bool) -> None:
    done = work(home)
    path = zipped(
        tmp_path / "m.zip",
        (f"Ann Lee_1_assignsubmission_file_{FILE}", done),
        ("Ann Lee_1_assignsubmission_file_answers.json", b'{"version": 1, "answers": {}, "history": []}'),
        ("Ann Lee_1_assignsubmission_file_notes.txt", b"x"),
        ("Bob_2_assignsubmission_onlinetext_onlinetext.html", b"<p>my answer</p>"),
        ("Cat_3_assignsubmission_onlinetext_onlinetext.html", b"<p>see file</p>"),
        (f"Cat_3_assignsubmission_file_Bob_2_assignsubmission_file_{FILE}", done),
        (mood("Dan_4", f"my work/{FILE}"), done),
        (mood("Dan_4", "my work/answers.json"), b'{"version": 1, "answers": {}, "history": []}'),
        (mood("Eve_5", "onlinetext.html", "onlinetext"), b"<p>only this</p>"),
        ("Fay_6_assignsubmission_file_/", b""),
        ("Gus Long_Name_7_assignsubmission_file_x.ipynb", done),
        ("Grades-02.csv", b"x"),
    )
    if unpacked:
        with zipfile.ZipFile(path) as z:
            z.extractall(tmp_path / "m")
    found = take(tmp_path / "m" if unpacked else path, home, NAME)
    assert {n for n, t in found.items() if not t.outcome} == {f"participant-{n}" for n in (1, 3, 4, 7)}
    assert placed(home, "participant-1") == placed(home, "participant-4") == [FILE, "answers.json"]
    assert "notes.txt is not part of the exercise: left out" in found["participant-1"].repairs
    assert len(found["participant-4"].repairs) == 1, "the folder around it is nobody's business"
    assert {found[f"participant-{n}"].outcome for n in (2, 5, 6)} == {"unreadable"}
    assert "holds no notebook" in found["participant-2"].reason and "holds no notebook" in found["participant-5"].reason
    assert "not named as everything else" in found["Grades-02.csv"].reason


def test_a_learners_own_zip_is_opened_once(tmp_path: Path, home: Course) -> None:
    done = work(home)
    answers = b'{"version": 1, "answers": {}, "history": []}'
    locked = bytearray(packed((FILE, done)))
    locked[locked.find(b"PK\1\2") + 8] |= 1
    path = zipped(
        tmp_path / "m.zip",
        (
            mood("A_1", "work.zip"),
            packed((f"{NAME}/{FILE}", done), (f"{NAME}/answers.json", answers), ("__MACOSX/x", b"")),
        ),
        (mood("B_2", "work.zip"), packed((FILE, done), ("deeper.zip", packed((FILE, b"x"))))),
        (mood("C_3", "work.zip"), packed((FILE, done))[:-30]),
        (mood("D_4", "work.ZIP"), bytes(locked)),
        (mood("E_5", "work.zip"), packed((f"../../{FILE}", b"x"), (FILE, done))),
        (mood("F_6", FILE), done),
        (mood("F_6", "work.zip"), packed((FILE, work(home, note=" + 0")))),
        (mood("G_7", "work.zip"), b"Rar!"),
        ("H_8_assignsubmission_file_work.zip", packed((FILE, done))),
        (mood("I_9", "work.zip"), packed((special(FILE, stat.S_IFLNK), b"/etc/passwd"))),
    )
    found = take(path, home, NAME)
    repairs = {n[-1]: " ".join(t.repairs) for n, t in found.items()}
    assert {n[-1] for n, t in found.items() if not t.outcome} == {"1", "2", "5", "8"}
    assert "work.zip was unpacked" in repairs["1"] and placed(home, "participant-1") == [FILE, "answers.json"]
    assert "deeper.zip is a zip inside a zip: left out" in repairs["2"] and "'..'" in repairs["5"]
    assert {n[-1]: t.outcome for n, t in found.items() if t.outcome} == {
        "3": "unreadable",
        "4": "unreadable",
        "6": "quarantined",
        "7": "unreadable",
        "9": "quarantined",
    }
    assert "password" in found["participant-4"].reason and "there twice" in found["participant-6"].reason
    assert "work.zip is no zip file" in found["participant-7"].reason


def test_a_flood_in_a_learners_zip_is_that_learners(
    tmp_path: Path, home: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "MAX_ENTRIES", 20)
    monkeypatch.setattr(moodle, "MAX_TOTAL", 20_000)
    path = zipped(
        tmp_path / "m.zip",
        (mood("A_1", "w.zip"), packed(*((f"{n}.txt", b"") for n in range(21)))),
        *((mood("B_2", f"{n}.zip"), packed((f"{n}.txt", bytes(9_000)))) for n in range(21)),
        *((mood("C_3", f"{n}.zip"), b"x" * 9_000) for n in range(3)),
        (mood("D_4", FILE), work(home)),
    )
    found = take(path, home, NAME)
    assert [found[f"participant-{n}"].outcome for n in (1, 2, 3, 4)] == ["quarantined", "quarantined", "unreadable", ""]


def test_the_exercise_is_found_in_the_work_or_asked_for(
    tmp_path: Path, home: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamped, bare = work(home, OTHER), json.loads(work(home, OTHER))
    bare["metadata"] = {}
    plain = json.loads(work(home))
    for c in plain["cells"]:
        c["metadata"] = {}
    plain["metadata"] = []
    both = bare | {"cells": bare["cells"] + json.loads(work(home))["cells"]}
    path = zipped(
        tmp_path / "m.zip",
        (mood("A_1", "final.ipynb"), stamped),
        (mood("B_2", "FINAL.IPYNB"), json.dumps(bare).encode()),
        (mood("C_3", f"{NAME} (1).ipynb"), json.dumps(plain).encode()),
        (mood("D_4", "final.ipynb"), json.dumps(plain).encode()),
        (mood("E_5", "final.ipynb"), json.dumps(both).encode()),
        (mood("F_6", FILE), work(home)),
        (mood("F_6", f"{OTHER}.ipynb"), work(home, OTHER)),
        (mood("G_7", FILE), b"{"),
        (mood("H_8", FILE), b" " * 400_000),
    )
    monkeypatch.setattr(intake, "MAX_FILE", 300_000)
    found = {n[-1]: t for n, t in take(path, home).items()}
    assert {n: t.assignment for n, t in found.items() if not t.outcome} == {"1": OTHER, "2": OTHER, "3": NAME}
    assert all("--assignment" in found[n].reason for n in "456")
    assert {found[n].outcome for n in "456"} == {"quarantined"}
    assert (found["7"].assignment, found["7"].outcome) == (NAME, "unreadable")
    assert found["8"].assignment == NAME and "clear all outputs" in found["8"].reason
    named = {n[-1]: t for n, t in take(path, home, NAME).items()}
    assert {n for n, t in named.items() if not t.outcome} == {"3", "4", "5", "6"}
    assert named["1"].outcome == "quarantined" and f"is {OTHER}, not {NAME}" in named["1"].reason


# The exchange


def inbound(folder: Path, entry: str, data: bytes, stamp: str = "") -> None:
    there = folder / entry
    there.mkdir(parents=True)
    there.joinpath(FILE).write_bytes(data)
    there.joinpath("timestamp.txt").write_text(stamp or entry.split("+")[2], encoding="utf-8")
    there.joinpath("submission_secret.txt").write_text("0" * 128, encoding="utf-8")


@pytest.mark.parametrize("at", ["inbound", "course", "zip"])
def test_the_exchange_is_taken_from_its_inbound_folder(tmp_path: Path, home: Course, at: str) -> None:
    course_folder = tmp_path / "exchange" / "abc101"
    there = course_folder / "inbound"
    (course_folder / "outbound" / NAME).mkdir(parents=True)
    inbound(there, f"ann+{NAME}+2026-03-01 10:00:00.123456 UTC+q-1_Zk9=", work(home))
    inbound(there, f"bob+{NAME}+2026-03-01 10:00:00.000001 UTC", work(home, note=" + 0"))
    inbound(there, f"bob+{NAME}+2026-03-01 12:00:00.000001 UTC+aaaa", work(home))
    inbound(there, f"bob+{NAME}+2026-03-01 12:00:00.000001 +0300+bbbb", work(home, note=" + 1"))
    inbound(there, f"cat+{NAME}+2026-03-01 10:00:00 EST", work(home))
    inbound(there, f"dan+{NAME}+2026-03-01 10:00:00 EST", b"{}")
    inbound(there, f"dan+{NAME}+2026-03-01 10:30:00 EDT", work(home))
    inbound(there, "eve+02-nothing+2026-03-01 10:00:00 UTC", work(home))
    inbound(there, f"Doe, Jane+{NAME}+2026-03-01 10:00:00", work(home))
    inbound(there, f"gus+{NAME}+2026-03-01 10:00:00 UTC", work(home))
    (there / f"gus+{NAME}+2026-03-01 10:00:00 UTC" / "link").symlink_to(home.solutions)
    inbound(there, "no exchange name+at all+x", work(home))
    path = {"inbound": there, "course": course_folder}.get(at)
    if path is None:
        (there / f"gus+{NAME}+2026-03-01 10:00:00 UTC" / "link").unlink()
        path = Path(shutil.make_archive(str(tmp_path / "x"), "zip", tmp_path / "exchange"))
    found = take(path, home)
    fine = {"ann", "bob", "cat", "Doe, Jane"} | ({"gus"} if at == "zip" else set())
    assert {n for n, t in found.items() if not t.outcome} == fine
    assert found["ann"] == Taken("ann", NAME) and found["Doe, Jane"].repairs == ()
    said = "was handed in 3 times: 2026-03-01 12:00:00.000001 UTC counts, not "
    assert found["bob"].repairs == (f"{said}2026-03-01 10:00:00.000001 UTC, 2026-03-01 12:00:00.000001 +0300",)
    stamp = home.submitted / "bob" / NAME / "timestamp.txt"
    assert stamp.read_text(encoding="utf-8") == "2026-03-01 12:00:00 UTC\n"
    assert not (home.submitted / "cat" / NAME / "timestamp.txt").exists()
    assert "do not say which is the last" in found["dan"].reason and found["dan"].assignment == NAME
    assert "did you mean" not in found["ann"].reason and "no exercise named '02-nothing'" in found["eve"].reason
    assert "not named as everything else" in found["no exchange name+at all+x"].reason
    assert list(take(path, home, OTHER)) == ["no exchange name+at all+x"]


@pytest.mark.parametrize(
    ("one", "other", "later"),
    [
        ("10:00:00 UTC", "11:00:00 UTC", True),
        ("10:00:00 EST", "11:00:00 EST", True),
        ("10:00:00 +0000", "11:00:00 +0200", False),
        ("10:00:00", "13:00:00", True),
        ("10:00:00", "10:30:00", None),
        ("10:00:00 EST", "12:00:00 UTC", None),
        ("10:00:00 UTC", "10:00:00 UTC", None),
    ],
)
def test_a_time_without_a_known_zone_is_not_guessed(one: str, other: str, later: bool | None) -> None:
    first, second = (exchange.entry(f"ann+{NAME}+2026-03-01 {t}") for t in (one, other))
    assert first and second
    assert exchange._order(second, first) == {True: 1, False: -1, None: 0}[later]


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
