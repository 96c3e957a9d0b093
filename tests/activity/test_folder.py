"""A log as a folder: whole or not there, and read back as it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from simlab.activity import Log, chain, folder, head, verify
from simlab.duck import connect
from simlab.errors import InputError, LogError
from tests.activity.samples import KEY, table

PUBLIC = KEY.public_key()


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_a_log_is_read_back_as_it_was(tmp_path: Path, rows: int) -> None:
    log = chain(table(rows), KEY, 7)
    place = log.write(tmp_path / "a folder" / "it's a log")
    back = Log.read(place)
    verify(back, PUBLIC, at_least=log.last)
    assert np.array_equal(back.links, log.links) and back.checkpoints == log.checkpoints
    assert head(back.records) == head(log.records)
    verify(back.extend(table(3), KEY), PUBLIC, at_least=log.last)


def test_nothing_half_written_is_taken_for_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, place = chain(table(5), KEY), tmp_path / "log"
    (tmp_path / ".log.partial").mkdir()  # an earlier run broke off

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "_to_file", power_cut)
    with pytest.raises(KeyboardInterrupt):
        log.write(place)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    verify(Log.read(log.write(place)), PUBLIC)


def test_a_log_is_never_written_over(tmp_path: Path) -> None:
    place = chain(table(5), KEY).write(tmp_path / "log")
    with pytest.raises(InputError, match="never written over"):
        chain(table(6), KEY).write(place)
    assert len(Log.read(place)) == 5
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        chain(table(5), KEY).write(tmp_path / "file" / "log")


def test_what_is_not_a_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"records\.parquet is missing"):
        Log.read(tmp_path)
    place = chain(table(5), KEY).write(tmp_path / "log")
    marks = place / folder.CHECKPOINTS
    good = marks.read_text(encoding="utf-8")
    for bad in (
        "",
        "[]",
        good.replace('"version": 3', '"version": 2'),
        good[:-9],
    ):
        marks.write_text(bad, encoding="utf-8")
        with pytest.raises(LogError, match=r"checkpoints\.json"):
            Log.read(place)
    marks.write_text(good, encoding="utf-8")
    (place / folder.RECORDS).write_bytes(b"PAR1 not really PAR1")
    with pytest.raises(LogError, match=r"records\.parquet: cannot be read"):
        Log.read(place)


def test_a_log_of_an_older_version_is_refused(tmp_path: Path) -> None:
    place = chain(table(5), KEY).write(tmp_path / "log")
    marks = place / folder.CHECKPOINTS
    text = marks.read_text(encoding="utf-8")
    marks.write_text(text.replace('"version": 3', '"version": 1'), encoding="utf-8")
    with pytest.raises(
        LogError, match=r"log/checkpoints\.json: version 1: this simlab reads 3, another wrote this log"
    ):
        Log.read(place)


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("* EXCLUDE (site)", "column site is missing"),
        ("*, 1 AS note", "column note is INTEGER"),
        ("* REPLACE (record_count::DOUBLE AS record_count)", "column record_count is DOUBLE"),
        ("* REPLACE (NULL::VARCHAR AS site)", "empty field"),
        ("* REPLACE ('ab'::BLOB AS link)", "column link is BLOB, not BIGINT"),
        ("* REPLACE (link + 1 AS link)", "record 0: does not follow"),
        ("* REPLACE (record_count + 1 AS record_count)", "record 0: does not follow"),
    ],
)
def test_a_changed_file_is_refused(tmp_path: Path, select: str, said: str) -> None:
    place = chain(table(5), KEY).write(tmp_path / "log")
    file = place / folder.RECORDS
    with connect() as con:
        con.execute("CREATE TABLE t AS SELECT * FROM read_parquet(?)", [str(file)])
        con.sql(f"SELECT {select} FROM t").write_parquet(str(file))
    with pytest.raises(LogError, match=said):
        verify(Log.read(place), PUBLIC)


def test_a_changed_checkpoint_file_is_refused(tmp_path: Path) -> None:
    place = chain(table(9), KEY, 4).write(tmp_path / "log")
    marks = place / folder.CHECKPOINTS
    file = json.loads(marks.read_text(encoding="utf-8"))
    del file["checkpoints"][-1]
    marks.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(LogError):
        verify(Log.read(place), PUBLIC)
    file["checkpoints"][0]["count"] = "4"
    marks.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(LogError, match=r"checkpoints\.0\.count"):
        Log.read(place)


def test_the_database_fetches_nothing() -> None:
    with connect() as con:
        names = "'autoinstall_known_extensions', 'autoload_known_extensions', 'allow_community_extensions'"
        rows = con.execute(f"SELECT name, value FROM duckdb_settings() WHERE name IN ({names})").fetchall()
        assert {value for _, value in rows} == {"false"} and len(rows) == 3
        with pytest.raises(Exception, match="locked"):
            con.execute("SET autoinstall_known_extensions = true")
