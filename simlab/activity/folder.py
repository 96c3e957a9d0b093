"""A log as a folder: `records.parquet` (events and links) and `checkpoints.json`.

Written beside its place and then renamed, so a folder of that name is always a whole one. Nothing
here is trusted on reading beyond its form: `verify` tells whether the log is true.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from simlab.activity import parts
from simlab.activity.checkpoint import Checkpoint, Written
from simlab.activity.log import Log
from simlab.activity.records import read_records, write_records
from simlab.content import Model
from simlab.draft import drafted
from simlab.duck import connect
from simlab.errors import LogError

RECORDS, CHECKPOINTS = "records.parquet", "checkpoints.json"


class _File(Model):
    version: Annotated[int, Field(ge=parts.VERSION_ONE, le=parts.VERSION_ONE)]
    origin: str
    every: Annotated[int, Field(ge=1)]
    checkpoints: list[Written]


def write(log: Log, folder: Path) -> Path:
    """Write a log where nothing is yet. Raises InputError."""
    with drafted(folder) as draft:
        with connect() as con:
            write_records(con, log.records, log.links, draft / RECORDS)
        (draft / CHECKPOINTS).write_text(_to_file(log).model_dump_json(indent=1), encoding="utf-8")
    return folder


def read(folder: Path) -> Log:
    """The log that lies in a folder, of one file or of parts, not yet verified. Raises LogError."""
    if parts.is_parted(folder):
        return parts.read(folder)
    for name in (RECORDS, CHECKPOINTS):
        if not (folder / name).is_file():
            raise LogError(f"{folder.name}: no log lies here, {name} is missing")
    parts.require_version(folder / CHECKPOINTS, f"{folder.name}/{CHECKPOINTS}", parts.VERSION_ONE)
    try:
        file = _File.model_validate_json((folder / CHECKPOINTS).read_bytes())
    except ValidationError as e:
        fault = e.errors(include_url=False)[0]
        where = ".".join(str(p) for p in fault["loc"])
        raise LogError(f"{folder.name}/{CHECKPOINTS}: {where}: {fault['msg']}") from None
    frame, links = read_records(folder / RECORDS, f"{folder.name}/{RECORDS}")
    return Log(frame, links, tuple(Checkpoint.of(c) for c in file.checkpoints), file.origin, file.every)


def _to_file(log: Log) -> _File:
    marks = [c.written() for c in log.checkpoints]
    return _File(version=parts.VERSION_ONE, origin=log.origin, every=log.every, checkpoints=marks)
