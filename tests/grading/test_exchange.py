"""nbgrader's exchange: the latest of a learner's submissions counts, and no time is guessed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simlab.grading import exchange
from simlab.grading.course import Course
from simlab.grading.intake import Taken
from tests.grading.handed import (
    FILE,
    OTHER,
    take,
    work,
)
from tests.grading.making import NAME


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
