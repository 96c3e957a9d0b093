"""The demo is the main job: it runs whole, and its exposures are those worked out by hand."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from simlab import demo
from simlab.activity import Log
from simlab.controls import Controls
from simlab.tabletop.consequences import company, exposure

MEMBERS = 300
ALL, NONE = MEMBERS, 0

# Worked out by hand from the controls alone: (path, sealed, keys apart) -> who can be read.
# A session: the application opens what it decrypts for whoever is signed in, sealed or not.
# A backup or a drive: ciphertext only where the values are sealed and the keys lie elsewhere.
BY_HAND = {
    ("session", False, False): ALL,
    ("session", False, True): ALL,
    ("session", True, False): ALL,
    ("session", True, True): ALL,
    ("backup", False, False): ALL,
    ("backup", False, True): ALL,
    ("backup", True, False): ALL,
    ("backup", True, True): NONE,
    ("drive", False, False): ALL,
    ("drive", False, True): ALL,
    ("drive", True, False): ALL,
    ("drive", True, True): NONE,
}
# A stolen password stops only at a factor that can be neither relayed nor pushed.
FACTORS = {"none": ALL, "sms": ALL, "totp": ALL, "push": ALL, "passkey": NONE}


def test_each_control_flipped_on_each_path() -> None:
    assert {(p, s, a): n for p, s, a, n in demo.exposures(MEMBERS)} == BY_HAND


@pytest.mark.parametrize("factor", FACTORS)
def test_a_stolen_password_against_each_factor(factor: str) -> None:
    found = exposure(company(1, MEMBERS), Controls(mfa=factor, sealed_fields=True, keys_apart=True), "password")
    assert found.count == FACTORS[factor]


def test_the_states_are_counted_in_the_members_table() -> None:
    insurer = company(1, MEMBERS)
    found = exposure(insurer, Controls(), "session", read=120)
    taken = insurer.members.set_index("member_id").loc[list(found.taken), "state"].astype(str)
    assert found.by_state == taken.value_counts().to_dict() and sum(found.by_state.values()) == 120


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`simlab demo` as its users run it."""
    command = [sys.executable, "-m", "simlab", "demo", *args]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=cwd, check=False)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    return folder / "out", run("--out", str(folder / "out"), cwd=folder)


def test_it_runs_whole(ran: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    out, done = ran
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    for name in ("lesson-run.ipynb", "after-action.html", "results.csv", "course/gradebook.db"):
        assert (out / name).stat().st_size > 100, name


def test_the_four_submissions_get_what_they_must(ran: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    with (ran[0] / "results.csv").open(encoding="utf-8-sig", newline="") as f:
        rows = {row["learner"]: row for row in csv.DictReader(f)}
    points = {who: float(row["points"]) for who, row in rows.items()}
    assert points == pytest.approx(
        {"ana.ito": 20, "bo.larsen": 0, "cleo.mbeki": 14 + 2 / 3, "eve.hostile": 0}, abs=0.01
    )


def test_replay_and_what_if_are_told(ran: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    said = ran[1].stdout
    assert "same state" in said and "mfa=passkey" in said and "-> 0 members" in said


def test_the_theft_is_in_the_log_and_is_noticed(ran: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    said = ran[1].stdout
    assert "the chain holds" in said
    # An analyst who makes three reports within an hour may stand there too, as on any two days.
    told = re.findall(r"\balert\b\W+([\w-]+)", said)
    assert told.count("brightwater-svc") >= 3 and len(set(told)) <= 2
    exposed = int(re.search(r"([\d,]+) members could be read", said)[1].replace(",", ""))
    log = Log.read(ran[0] / "log")
    reads = log.records.query("actor == 'brightwater-svc' and src_ip == '203.0.113.240' and activity_name == 'Read'")
    assert len(reads) == exposed


def test_a_folder_that_holds_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    done = run("--out", ".", cwd=tmp_path)
    assert done.returncode == 2 and "name another folder" in done.stderr
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "keep"
