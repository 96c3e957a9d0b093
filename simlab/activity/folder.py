"""A log as a folder: `records.parquet` (events and links) and `checkpoints.json`.

Written beside its place and then renamed, so a folder of that name is always a whole one. Nothing
here is trusted on reading beyond its form: `verify` tells whether the log is true.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import duckdb
import pandas as pd
from pydantic import Field, ValidationError

from simlab import events
from simlab.activity.checkpoint import Checkpoint, Written
from simlab.activity.duck import connect
from simlab.activity.log import SIZE, Log
from simlab.content import Model
from simlab.errors import InputError, LogError

RECORDS, CHECKPOINTS = "records.parquet", "checkpoints.json"


class _File(Model):
    version: Annotated[int, Field(ge=1, le=1)]
    origin: str
    every: Annotated[int, Field(ge=1)]
    checkpoints: list[Written]


def write(log: Log, folder: Path) -> Path:
    """Write a log where nothing is yet. Raises InputError."""
    if folder.exists():
        raise InputError(f"{folder.name}: is there already, and a log is never written over: give another folder")
    draft = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)  # what an earlier run that broke off left behind
    try:
        draft.mkdir(parents=True)
        _write_records(log, draft / RECORDS)
        (draft / CHECKPOINTS).write_text(_to_file(log).model_dump_json(indent=1), encoding="utf-8")
        draft.rename(folder)
    except OSError as e:
        raise InputError(f"{folder.name}: cannot be written: {e.strerror or e}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def read(folder: Path) -> Log:
    """The log that lies in a folder, in form whole, not yet verified. Raises LogError."""
    for name in (RECORDS, CHECKPOINTS):
        if not (folder / name).is_file():
            raise LogError(f"{folder.name}: no log lies here, {name} is missing")
    try:
        file = _File.model_validate_json((folder / CHECKPOINTS).read_bytes())
    except ValidationError as e:
        fault = e.errors(include_url=False)[0]
        where = ".".join(str(p) for p in fault["loc"])
        raise LogError(f"{folder.name}/{CHECKPOINTS}: {where}: {fault['msg']}") from None
    frame, links = _read_records(folder / RECORDS)
    return Log(frame, links, tuple(Checkpoint.of(c) for c in file.checkpoints), file.origin, file.every)


def _to_file(log: Log) -> _File:
    return _File(version=1, origin=log.origin, every=log.every, checkpoints=[c.written() for c in log.checkpoints])


def _write_records(log: Log, path: Path) -> None:
    links = [log.links[i : i + SIZE] for i in range(0, len(log.links), SIZE)]
    if len(links) != len(log):
        raise LogError(f"{len(log)} records have {len(links)} links: verify the log before you write it")
    rows = log.records.assign(link=pd.Series(links, dtype="object"))
    with connect() as con:
        con.register("rows", rows)
        texts = ", ".join(n if n in events.NUMBERS else f"{n}::VARCHAR AS {n}" for n in events.COLUMNS)
        query = con.sql(f"SELECT {texts}, link::BLOB AS link FROM rows")  # noqa: S608 - our own column names
        query.write_parquet(str(path), compression="zstd")


def _read_records(path: Path) -> tuple[pd.DataFrame, bytes]:
    try:
        with connect() as con:
            con.execute("CREATE TABLE log AS SELECT * FROM read_parquet(?)", [str(path)])
            _require_form(con, path)
            for name in _texts():
                con.execute(f"CREATE TYPE of_{name} AS ENUM (SELECT DISTINCT {name} FROM log ORDER BY 1)")  # noqa: S608
            columns = ", ".join(n if n in events.NUMBERS else f"{n}::of_{n} AS {n}" for n in events.COLUMNS)
            frame = con.execute(f"SELECT {columns} FROM log ORDER BY rowid").df()  # noqa: S608
            links = [bytes(row[0]) for row in con.execute("SELECT link FROM log ORDER BY rowid").fetchall()]
    except duckdb.Error as e:
        said = str(e).splitlines()[0]
        raise LogError(f"{path.parent.name}/{RECORDS}: cannot be read: {said}") from None
    return frame, b"".join(links)


def _texts() -> list[str]:
    return [name for name in events.COLUMNS if name not in events.NUMBERS]


def _require_form(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raises LogError unless the table has the columns and types of a log, and no empty field."""
    place = f"{path.parent.name}/{RECORDS}"
    want = {n: "BIGINT" if n in events.NUMBERS else "VARCHAR" for n in events.COLUMNS} | {"link": "BLOB"}
    have = {str(row[0]): str(row[1]) for row in con.execute("DESCRIBE log").fetchall()}
    for name in (*want, *have):
        if have.get(name) != want.get(name):
            raise LogError(
                f"{place}: column {name} is {have.get(name, 'missing')}, not {want.get(name, 'one of a log')}"
            )
    empty = " OR ".join(f"{n} IS NULL" for n in want)
    query = f"SELECT min(rowid) FROM log WHERE {empty} OR octet_length(link) <> {SIZE}"  # noqa: S608
    found = con.execute(query).fetchone()
    if found and found[0] is not None:
        raise LogError(f"{place}: has an empty field, or a link that is not {SIZE} bytes", record=int(found[0]))
