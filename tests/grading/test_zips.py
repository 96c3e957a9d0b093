"""A hostile or damaged member of a zip costs whoever sent it, nobody else."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import pytest

from simlab.errors import GradingError
from simlab.grading import intake, laying, zips
from simlab.grading.course import Course
from simlab.grading.intake import Taken
from tests.grading.handed import (
    FILE,
    placed,
    special,
    take,
    work,
    zipped,
)
from tests.grading.making import NAME


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
