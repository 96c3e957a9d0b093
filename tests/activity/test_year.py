"""A year as a log in parts: the days that memory would hold, in order, whole or not there."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from simlab import clock
from simlab.activity import Log, head, ordinary, place, queue, steps, truth_folder, verify, write_year
from simlab.activity import parts as form
from simlab.activity.incident import Step
from simlab.duck import connect
from simlab.errors import InputError
from simlab.insurer import Insurer
from tests.activity.samples import KEY

# The month's end, and the Sunday on which clocks go forward.
START, DAYS = dt.date(2026, 2, 26), 12


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(11, members=1000)


def planted(insurer: Insurer, name: str = "bulk-export", day: int = 3) -> Step:
    at = clock.micros(dt.datetime(START.year, START.month, START.day, 3, tzinfo=dt.UTC) + dt.timedelta(days=day))
    return steps.get(name)(insurer, at=at, seed=3, incident="I01", over=6 * clock.DAY)


@pytest.fixture(scope="module")
def year(insurer: Insurer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = [planted(insurer), planted(insurer, "slow-exfiltration", 1)]
    place = tmp_path_factory.mktemp("year") / "log"
    return write_year(insurer, place, start=START, days=DAYS, seed=3, steps=made, key=KEY)


def table(path: Path) -> pd.DataFrame:
    with connect() as con:
        return con.read_parquet(str(path)).df()


def test_the_year_is_the_ordinary_days_with_the_steps_in_their_place(insurer: Insurer, year: Path) -> None:
    verify(year, form.public_key(year))
    made = [planted(insurer), planted(insurer, "slow-exfiltration", 1)]
    log, truth = place(ordinary(insurer, start=START, days=DAYS, seed=3), made)
    assert head(Log.read(year).records) == head(log)
    assert table(truth_folder(year) / "truth.parquet").astype(str).equals(truth.astype(str))


def test_the_days_that_are_made_together_change_nothing(
    insurer: Insurer, year: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simlab.activity.year.AT_ONCE", 1)  # day by day
    made = [planted(insurer), planted(insurer, "slow-exfiltration", 1)]
    again = write_year(insurer, tmp_path / "log", start=START, days=DAYS, seed=3, steps=made, key=KEY)
    assert head(Log.read(again).records) == head(Log.read(year).records)
    assert table(again / "queue.parquet").equals(table(year / "queue.parquet"))
    for name in ("truth.parquet", "facts.json"):
        assert (truth_folder(again) / name).read_bytes() == (truth_folder(year) / name).read_bytes()


def test_the_same_seed_gives_the_same_bytes(insurer: Insurer, year: Path, tmp_path: Path) -> None:
    made = [planted(insurer), planted(insurer, "slow-exfiltration", 1)]
    again = write_year(insurer, tmp_path / "log", start=START, days=DAYS, seed=3, steps=made, key=KEY)
    for one in sorted(p for p in year.rglob("*") if p.is_file()):
        assert one.read_bytes() == (again / one.relative_to(year)).read_bytes(), one.name
    assert json.loads((year / form.INDEX).read_text(encoding="utf-8"))["version"] == form.VERSION


def test_another_key_signs_the_same_records(insurer: Insurer, year: Path, tmp_path: Path) -> None:
    again = write_year(insurer, tmp_path / "log", start=START, days=2, seed=3)
    verify(again, form.public_key(again))
    assert form.public_key(again) != form.public_key(year)
    secret = truth_folder(again) / "signing-key.pem"
    assert b"PRIVATE KEY" in secret.read_bytes()
    assert os.name == "nt" or secret.stat().st_mode & 0o077 == 0


def test_no_truth_and_no_signing_key_lie_in_the_log(year: Path) -> None:
    for path in (p for p in year.rglob("*") if p.is_file()):
        assert path.name not in ("truth.parquet", "facts.json") and b"PRIVATE" not in path.read_bytes()
    for path in year.rglob("*.parquet"):
        assert not {"incident", "step", "technique"} & set(table(path).columns), path.name


def test_the_queue_lies_beside_and_is_the_one_that_memory_would_hold(insurer: Insurer, year: Path) -> None:
    beside = table(year / "queue.parquet")
    assert beside.astype(str).equals(queue(insurer, START, DAYS, 3).astype(str))
    assert table(year / "staff.parquet")["staff_id"].tolist() == insurer.staff["staff_id"].tolist()
    assert table(year / "relations.parquet")["member_id"].tolist() == insurer.relations["member_id"].tolist()
    # Of the members lies there only what a search needs.
    members = table(year / "members.parquet")
    assert set(members.columns) == {"member_id", "household_id", "is_vip", "state", "zip3", "death_date"}
    assert members["death_date"].notna().sum() == insurer.members["is_deceased"].sum()


@pytest.mark.parametrize(
    ("start", "days"),
    [
        (dt.date(2028, 2, 28), 3),  # a leap day
        (dt.date(2026, 3, 7), 3),  # 8 March 2026 has 23 hours, at night
        (dt.date(2026, 10, 31), 3),  # 1 November 2026 has 25, and a month begins in it
        (dt.date(2026, 12, 31), 2),  # the year ends
    ],
)
def test_nights_of_odd_length_and_leap_days_are_in_order(
    insurer: Insurer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: dt.date, days: int
) -> None:
    monkeypatch.setattr("simlab.activity.year.AT_ONCE", 1)
    log = write_year(insurer, tmp_path / "log", start=start, days=days, seed=3, key=KEY)
    verify(log, KEY.public_key())
    records = Log.read(log).records
    assert head(records) == head(ordinary(insurer, start=start, days=days, seed=3))
    local = pd.to_datetime(records["time"], unit="us", utc=True).dt.tz_convert(clock.zone("America/Chicago"))
    assert {start + dt.timedelta(days=n) for n in range(days)} <= set(local.dt.date)
    months = {p.month for p in form.read_index(log).parts}
    assert months == set(pd.to_datetime(records["time"], unit="us").dt.strftime("%Y-%m"))


def test_what_does_not_fit_is_refused_and_leaves_nothing(insurer: Insurer, tmp_path: Path) -> None:
    for days in (0, -1, 3_701):
        with pytest.raises(InputError, match="give 1 to 3,700"):
            write_year(insurer, tmp_path / "log", start=START, days=days, seed=3)
    for day in (-2, 1, 40):
        with pytest.raises(InputError, match="bulk-export: lies outside of the log"):
            write_year(insurer, tmp_path / "log", start=START, days=2, seed=3, steps=[planted(insurer, day=day)])
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "log").mkdir()
    with pytest.raises(InputError, match="log: is there already"):
        write_year(insurer, tmp_path / "log", start=START, days=2, seed=3)
    (tmp_path / "other-truth").mkdir()
    with pytest.raises(InputError, match="other-truth: is there already"):
        write_year(insurer, tmp_path / "other", start=START, days=2, seed=3)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["log", "other-truth"]


def test_a_killed_run_leaves_nothing_that_is_taken_for_a_log(
    insurer: Insurer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: int) -> None:
        os._exit(9)

    child = os.fork() if hasattr(os, "fork") else None
    if child == 0:
        monkeypatch.setattr("simlab.activity.year.AT_ONCE", 1)
        write_year(insurer, tmp_path / "log", start=START, days=3, seed=3, on_days=killed)
    if child:
        os.waitpid(child, 0)
    assert not (tmp_path / "log").exists() and not (tmp_path / "log-truth").exists()
    log = write_year(insurer, tmp_path / "log", start=START, days=1, seed=3, key=KEY)
    verify(log, KEY.public_key())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["log", "log-truth"]


_FULL = """
import datetime, pathlib, resource, sys
from simlab.activity import write_year
from simlab.errors import InputError
from simlab.insurer import Insurer
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    write_year(Insurer.build(11, members=1000), pathlib.Path(sys.argv[1]), start=datetime.date(2026, 2, 26), days=3, seed=3)
except InputError as e:
    print(e)
"""


@pytest.mark.parametrize("room", [100_000, 2_000, 10])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, room: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path / "log"), str(room)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "") and "cannot be written" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_memory_is_bounded_by_days_not_by_the_year(insurer: Insurer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for the next days is a night's work, however many days went before."""
    from simlab.activity import year as room
    from simlab.activity.ordinary import Company

    monkeypatch.setattr(room, "AT_ONCE", 1)
    waiting, made = [], Company(insurer)
    for rows, _, _ in room._spans(made, START, DAYS, 3, (), None):
        last = rows["time"].iloc[-1] - rows["time"].iloc[0]
        waiting.append(last / clock.DAY)
    assert len(waiting) == DAYS and max(waiting[:-1]) <= 1.1


def test_no_span_carries_the_names_of_those_long_before(insurer: Insurer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions are new each day: handed on, a year's would stand among the categories of its last day."""
    from simlab.activity import year as room
    from simlab.activity.ordinary import Company

    monkeypatch.setattr(room, "AT_ONCE", 1)
    spans = [rows["session"].cat for rows, _, _ in room._spans(Company(insurer), START, DAYS, 3, (), None)]
    occur = [set(span.categories[span.codes]) for span in spans]
    for n, span in enumerate(spans):
        assert set(span.categories) <= occur[n].union(*occur[n + 1 : n + 2])
