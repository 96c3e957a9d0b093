"""A log in parts: the same chain as one in memory, written as it comes, and any fault named by file and row."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab import clock, events
from simlab.activity import Checkpoint, Log, chain, verify
from simlab.activity import parts as form
from simlab.activity.writer import writing
from simlab.duck import connect
from simlab.errors import InputError, LogError
from tests.activity.samples import KEY, table

PUBLIC = KEY.public_key()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
ROWS = 60
# Two hours before March begins in UTC, one record every four minutes: 30 in each month.
BEGIN = 1_772_323_200 * clock.SECOND - 30 * 4 * clock.MINUTE


def spread(rows: int = ROWS) -> pd.DataFrame:
    frame = table(rows)
    return frame.assign(time=BEGIN + np.arange(rows, dtype=np.int64) * 4 * clock.MINUTE)


def written(folder: Path, frame: pd.DataFrame | None = None, every: int = 7, part: int = 20) -> Path:
    with writing(folder, KEY, every=every, part=part) as writer:
        writer.add(spread() if frame is None else frame)
    return folder


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("honest") / "log")


@pytest.fixture
def log(honest: Path, tmp_path: Path) -> Path:
    """A copy of an honest log, to be spoiled."""
    return shutil.copytree(honest, tmp_path / "log")


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("month=*/*"))


def refused(folder: Path, public: Ed25519PrivateKey = KEY, at_least: Checkpoint | None = None) -> LogError:
    with pytest.raises(LogError) as e:
        verify(folder, public.public_key(), at_least=at_least)
    return e.value


def edited(path: Path, select: str, tail: str = "ORDER BY file_row_number") -> None:
    """The part as somebody would leave it who can write Parquet."""
    with connect() as con:
        found = con.sql(f"SELECT * FROM read_parquet('{path}', file_row_number = true, hive_partitioning = false)")
        con.execute("CREATE TABLE t AS SELECT * FROM found")
        con.sql(f"SELECT {select} FROM t {tail}").write_parquet(str(path))
        assert found


KEEP = "* EXCLUDE (file_row_number)"


@given(cuts=st.lists(st.integers(0, ROWS), max_size=5), every=st.integers(1, 70), part=st.integers(9, 70))
@settings(max_examples=10, deadline=None)
def test_written_as_it_comes_it_is_the_log_that_memory_would_hold(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], every: int, part: int
) -> None:
    whole, place = spread(), tmp_path_factory.mktemp("any") / "log"
    ends = [0, *sorted(cuts), ROWS]
    with writing(place, KEY, every=every, part=part) as writer:
        for begin, end in itertools.pairwise(ends):
            writer.add(whole.iloc[begin:end])
    verify(place, PUBLIC)
    back, memory = Log.read(place), chain(whole, KEY, every)
    assert np.array_equal(back.links, memory.links) and back.checkpoints == memory.checkpoints
    assert back.records.astype(str).equals(memory.records.astype(str))
    verify(back, PUBLIC, at_least=memory.last)


def test_parts_are_by_month_in_order_and_no_longer_than_asked(honest: Path) -> None:
    index = form.read_index(honest)
    assert [(p.file, p.count) for p in index.parts] == [
        ("month=2026-02/part-00000.parquet", 20),
        ("month=2026-02/part-00001.parquet", 10),
        ("month=2026-03/part-00002.parquet", 20),
        ("month=2026-03/part-00003.parquet", 10),
    ]
    assert [p.relative_to(honest).as_posix() for p in files(honest)] == [p.file for p in index.parts]


def test_the_same_events_are_the_same_bytes(honest: Path, tmp_path: Path) -> None:
    again = written(tmp_path / "again")
    for one in sorted(p for p in honest.rglob("*") if p.is_file()):
        assert one.read_bytes() == (again / one.relative_to(honest)).read_bytes(), one.name


def test_an_empty_log_and_a_long_one_that_is_too_long_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = written(tmp_path / "empty", spread(0))
    verify(empty, PUBLIC, at_least=form.read_index(empty).marks()[-1])
    long = written(tmp_path / "long")
    monkeypatch.setattr(form, "MOST", ROWS - 1)
    with pytest.raises(InputError, match="60 records: at most 59 are read at once"):
        Log.read(long)
    verify(long, form.public_key(long))


def test_the_signing_key_is_not_in_the_folder(honest: Path) -> None:
    assert not [p for p in honest.rglob("*") if p.is_file() and b"PRIVATE" in p.read_bytes()]
    assert form.public_key(honest) == PUBLIC


def test_records_out_of_order_are_not_taken(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in order of time"):
        written(tmp_path / "log", spread().iloc[::-1])
    with pytest.raises(InputError, match="in order of time"), writing(tmp_path / "log", KEY) as writer:
        writer.add(spread().iloc[30:])
        writer.add(spread().iloc[:30])
    assert list(tmp_path.iterdir()) == []


@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_any_record_changed_dropped_doubled_or_moved_is_named(
    honest: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    log = shutil.copytree(honest, tmp_path_factory.mktemp("bad") / "log")
    number = data.draw(st.integers(0, 3))
    part, at = form.read_index(log).parts[number], 10 * number + (0, 10, 10, 20)[number]
    row = data.draw(st.integers(0, part.count - 1))
    how = data.draw(st.sampled_from(["change", "drop", "double", "swap"]))
    place = log / part.file
    if how == "change":
        edited(place, f"{KEEP} REPLACE (if(file_row_number = {row}, 'S0009', actor) AS actor)")
    elif how == "drop":
        edited(place, KEEP, f"WHERE file_row_number <> {row} ORDER BY file_row_number")
    elif how == "double":
        edited(place, KEEP, f", (SELECT unnest([0, 1]) AS copy) WHERE copy = 0 OR file_row_number = {row} ORDER BY 1")
    else:
        row = min(row, part.count - 2)
        order = f"if(file_row_number IN ({row}, {row + 1}), {2 * row + 1} - file_row_number, file_row_number)"
        edited(place, KEEP, f"ORDER BY {order}")
    error = refused(log)
    assert part.file in str(error)
    if how in ("change", "swap"):
        assert error.record == at + row and f"{part.file}, row {row}: does not follow" in str(error)


@pytest.mark.parametrize(
    ("spoil", "record", "said"),
    [
        (lambda log: files(log)[1].unlink(), 20, "month=2026-02/part-00001.parquet: is missing, and the 10 records"),
        (lambda log: shutil.rmtree(log / "month=2026-03"), 30, "part-00002.parquet: is missing"),
        (lambda log: shutil.copy(files(log)[3], files(log)[3].with_name("part-00004.parquet")), None, "was put in"),
        (lambda log: files(log)[2].write_bytes(files(log)[2].read_bytes()[:-40]), 30, "part-00002.parquet: cannot be"),
        (lambda log: files(log)[2].write_bytes(b""), 30, "part-00002.parquet: cannot be read"),
        (lambda log: edited(files(log)[2], f"{KEEP}, 1 AS note"), 30, "part-00002.parquet: column note is INTEGER"),
        (lambda log: edited(files(log)[2], "* EXCLUDE (site, file_row_number)"), 30, "column site is missing"),
        (lambda log: edited(files(log)[2], f"{KEEP} REPLACE (time::DOUBLE AS time)"), 30, "column time is DOUBLE"),
        (lambda log: shutil.copy(files(log)[0], files(log)[2]), 30, "part-00002.parquet, row 0: does not follow"),
        (lambda log: (log / form.INDEX).unlink(), None, "checkpoints.json is missing"),
    ],
    ids=["part", "month", "more", "cut", "empty", "column", "no-column", "type", "another", "index"],
)
def test_what_is_not_whole_is_named(log: Path, spoil: Callable[[Path], object], record: int | None, said: str) -> None:
    spoil(log)
    error = refused(log)
    assert said in str(error) and error.record == record


@pytest.mark.parametrize(
    "empty", ["if(file_row_number = 4, NULL, site) AS site", "if(file_row_number = 4, NULL, link) AS link"]
)
def test_an_empty_field_is_named_by_its_row(log: Path, empty: str) -> None:
    edited(files(log)[1], f"{KEEP} REPLACE ({empty})")
    error = refused(log)
    assert error.record == 24 and "part-00001.parquet, row 4: has an empty field" in str(error)


def index_of(log: Path, change: Callable[[dict[str, object]], object]) -> None:
    path = log / form.INDEX
    said = json.loads(path.read_text(encoding="utf-8"))
    change(said)
    path.write_text(json.dumps(said), encoding="utf-8")


def test_another_version_and_a_wrong_index_are_refused(log: Path) -> None:
    for version in (2, 3, 5, "4", None, 1):
        index_of(log, lambda said, v=version: said.update(version=v))  # type: ignore[misc]
        assert "checkpoints.json" in str(refused(log))
    index_of(log, lambda said: said.update(version=2))
    assert "version 2: this simlab reads 4, another wrote this log" in str(refused(log))
    index_of(log, lambda said: said.update(version=4, note="x"))
    assert "note" in str(refused(log))


def test_an_index_that_counts_wrong_or_lies_outside_is_refused(log: Path) -> None:
    index_of(log, lambda said: said["parts"][1].update(count=9))  # type: ignore[index]
    assert "holds 10 records, and checkpoints.json says 9" in str(refused(log))
    index_of(log, lambda said: said["parts"][1].update(file="../../else.parquet"))  # type: ignore[index]
    assert "parts.1.file" in str(refused(log))


def test_a_cut_end_and_a_lost_checkpoint_are_found(log: Path) -> None:
    index_of(log, lambda said: said["parts"].pop())  # type: ignore[attr-defined]
    files(log)[3].unlink()
    error = refused(log)
    assert error.record == 50 and "the log ends here" in str(error)
    index_of(log, lambda said: said["checkpoints"].pop(3))  # type: ignore[attr-defined]
    assert "checkpoint 3 is missing" in str(refused(log))


def test_links_made_anew_are_found_by_the_checkpoint(tmp_path: Path) -> None:
    """Whoever can write may write a whole new log; only the key is missing."""
    log, frame = written(tmp_path / "log"), spread()
    changed = frame.assign(record_count=np.where(np.arange(ROWS) == 33, 5, 1))
    forged = written(tmp_path / "forged", changed)
    for old, new in zip(files(log), files(forged), strict=True):
        shutil.copy(new, old)
    error = refused(log)
    assert error.record == 28 and "records 28 to 34 are not those that checkpoint 4 signed" in str(error)
    assert "not signed by this key" in str(refused(forged, OTHER))


def test_rolled_back_and_rewritten_need_the_last_checkpoint_seen(tmp_path: Path) -> None:
    seen = chain(spread(), KEY, 7).last
    short = written(tmp_path / "short", spread(41))
    verify(short, PUBLIC)
    assert "rolled back" in str(refused(short, at_least=seen))
    other = written(tmp_path / "other", spread().assign(record_count=2))
    assert "rewritten" in str(refused(other, at_least=seen))
    verify(written(tmp_path / "same"), PUBLIC, at_least=seen, origin="access log")
    with pytest.raises(LogError, match="not 'portal log'"):
        verify(short, PUBLIC, origin="portal log")


def test_signed_records_out_of_order_or_month_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain holds, as its keeper signed it so; a search that trusts the order would miss events."""
    log = written(tmp_path / "log")
    frames = [form.read_part(log, part, 0)[0] for part in form.read_index(log).parts]
    monkeypatch.setattr("simlab.activity.writer.np.diff", lambda times: np.zeros(len(times) - 1))
    back = events.concat([frames[0].iloc[[0, 2, 1]]], sort=False)
    error = refused(written(tmp_path / "back", back))
    assert error.record == 2 and "row 2: is earlier than the record before it" in str(error)
    named = written(tmp_path / "named", frames[0])
    (named / "month=2026-02").rename(named / "month=2026-01")
    index_of(named, lambda said: said["parts"][0].update(file="month=2026-01/part-00000.parquet"))  # type: ignore[index]
    assert "row 0: is of 2026-02" in str(refused(named))


def test_two_records_at_one_time_are_no_fault(tmp_path: Path) -> None:
    frame = spread().assign(time=BEGIN)
    verify(written(tmp_path / "log", frame), PUBLIC)


def test_a_key_that_is_none_is_refused(log: Path) -> None:
    (log / form.PUBLIC_KEY).write_text("no key", encoding="utf-8")
    with pytest.raises(LogError, match=r"public-key\.pem: is missing, or is no key"):
        form.public_key(log)


@pytest.mark.parametrize(("every", "part"), [(0, 20), (7, 0), (7, form.PART + 1)])
def test_a_writer_that_cannot_be_is_refused(tmp_path: Path, every: int, part: int) -> None:
    with pytest.raises(InputError, match="write 1 or more"):
        written(tmp_path / "log", every=every, part=part)
