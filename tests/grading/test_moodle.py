"""A Moodle download as it comes: who it is, which exercise it is, and whatever people upload."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from simlab.grading import identify, intake, laying, moodle, zips
from simlab.grading.course import Course
from tests.grading.handed import (
    FILE,
    OTHER,
    mood,
    packed,
    people,
    placed,
    special,
    take,
    work,
    zipped,
)
from tests.grading.making import NAME


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


def test_odd_things_are_a_few_remarks_and_hide_nobody(tmp_path: Path, home: Course) -> None:
    files = [(mood(f"P {n}_{n}", "final.ipynb"), b"{}") for n in range(40)]
    odd = [(f"{n}.csv", b"") for n in range(30)]
    found = take(zipped(tmp_path / "m.zip", *files, *odd, ("../x", b"")), home)
    assert len([n for n in found if n.startswith("participant-")]) == 40
    assert len(found) == 40 + 20 + 1 and "more are there" in found["(more)"].reason
    found = take(zipped(tmp_path / "m.zip", *files, ("../x", b"")), home)
    assert len(found) == 41 and any("'..'" in t.reason for t in found.values())


def test_a_fault_of_ours_is_one_learners_outcome(tmp_path: Path, home: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(files: dict[str, bytes], signs: identify.Known) -> Any:
        return real(files, signs) if b"{}" not in files.values() else {}[FILE]

    real = identify.which
    monkeypatch.setattr(laying, "which", faulty)
    files = [(mood("A_1", FILE), b"{}"), (mood("B_2", FILE), work(home))]
    found = take(zipped(tmp_path / "m.zip", *files), home, NAME)
    assert "a fault of the grader (KeyError)" in found["participant-1"].reason and not found["participant-2"].outcome
