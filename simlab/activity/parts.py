"""A log in parts: a folder of Parquet files by month, and the index that names them in their order.

    LOG/month=2026-03/part-00002.parquet    events and links, at most PART records, in order of time
    LOG/checkpoints.json                    the parts, and the signed checkpoints over all of them
    LOG/public-key.pem                      with which they can be checked

Months are UTC. Whoever could change the log could lay another public key beside it: keep the key, or
the last checkpoint, elsewhere. The signing key never lies here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import duckdb
import numpy as np
import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import Field, ValidationError

from simlab import events
from simlab.activity.checkpoint import Checkpoint, Written
from simlab.activity.log import Links, Log
from simlab.activity.records import read_records
from simlab.content import Model
from simlab.duck import connect
from simlab.errors import InputError, LogError

INDEX, PUBLIC_KEY, QUEUE = "checkpoints.json", "public-key.pem", "queue.parquet"
# Of a log in parts, and of one in one file (see `folder`); 1 and 2 were of another byte form and chain.
VERSION, VERSION_ONE = 4, 3
PART = 500_000
# The most records that `read` takes into memory; more are searched and verified where they lie.
MOST = 20_000_000

Count = Annotated[int, Field(ge=0, lt=2**63)]


class Part(Model):
    """One file: how many records, and the times of its first and last."""

    file: Annotated[str, Field(pattern=r"^month=\d{4}-\d{2}/part-\d{5}\.parquet$")]
    count: Annotated[int, Field(ge=1, le=PART)]
    first: int
    last: int

    @property
    def month(self) -> str:
        """The month (UTC) that it belongs to, as 2026-03."""
        return self.file[len("month=") :].partition("/")[0]


class Index(Model):
    """What stands in INDEX."""

    version: Annotated[int, Field(ge=VERSION, le=VERSION)]
    origin: str
    every: Annotated[int, Field(ge=1)]
    parts: list[Part]
    checkpoints: list[Written]

    def marks(self) -> tuple[Checkpoint, ...]:
        """The checkpoints, not yet checked."""
        return tuple(Checkpoint.of(c) for c in self.checkpoints)

    @property
    def count(self) -> int:
        """How many records the parts say that they hold."""
        return sum(part.count for part in self.parts)


def is_parted(folder: Path) -> bool:
    """Whether a log in parts lies here, or what is left of one."""
    return any(folder.glob("month=*")) or _version(folder / INDEX) not in (None, 1, VERSION_ONE)


def read_index(folder: Path) -> Index:
    """The index of a log in parts. Raises LogError for none, for another version's, and for a wrong one."""
    path = folder / INDEX
    place = f"{folder.name}/{INDEX}"
    if not path.is_file():
        raise LogError(f"{folder.name}: no log lies here, {INDEX} is missing")
    require_version(path, place, VERSION)
    try:
        return Index.model_validate_json(path.read_bytes())
    except ValidationError as e:
        fault = e.errors(include_url=False)[0]
        raise LogError(f"{place}: {'.'.join(str(p) for p in fault['loc'])}: {fault['msg']}") from None


def require_version(path: Path, place: str, version: int) -> None:
    """Raises LogError where an index says another version of itself; `place` names it."""
    found = _version(path)
    if found is not None and found != version:
        raise LogError(f"{place}: version {found!r}: this simlab reads {version}, another wrote this log")


def _version(path: Path) -> Any:
    """What a log's index says about its version, None where it says nothing."""
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return said.get("version") if isinstance(said, dict) else None


def require_files(folder: Path, index: Index) -> None:
    """Raises LogError where a part is missing (naming its first record), doubled, or not in the index."""
    at, names = 0, [part.file for part in index.parts]
    for part in index.parts:
        if not (folder / part.file).is_file():
            raise LogError(f"{part.file}: is missing, and the {part.count:,} records that stood in it", record=at)
        at += part.count
    there = sorted(p.relative_to(folder).as_posix() for p in folder.glob("month=*/*"))
    odd = [name for name in there if name not in set(names)]
    if odd:
        raise LogError(f"{odd[0]}: is not a part that {INDEX} names: it was put in, or the index was changed")


def read_part(
    folder: Path, part: Part, at: int, con: duckdb.DuckDBPyConnection | None = None
) -> tuple[pd.DataFrame, Links]:
    """The events and links of a part, which holds the records from `at` on. Raises LogError, naming record and row."""
    try:
        frame, links = read_records(folder / part.file, part.file, con)
    except LogError as e:
        if e.record is None:
            raise LogError(str(e), record=at) from None
        said = e.problem.removeprefix(f"{part.file}: ")
        raise LogError(f"{part.file}, row {e.record}: {said}", record=at + e.record) from None
    if len(frame) != part.count:
        said = f"{part.file}: holds {len(frame):,} records, and {INDEX} says {part.count:,}"
        raise LogError(said, record=at + min(len(frame), part.count))
    return frame, links


def read(folder: Path) -> Log:
    """The whole log in memory, not yet verified. Raises LogError, and InputError for more than MOST records."""
    index = read_index(folder)
    if index.count > MOST:
        raise InputError(f"{folder.name}: {index.count:,} records: at most {MOST:,} are read at once; give the folder")
    require_files(folder, index)
    begins = np.cumsum([0, *(part.count for part in index.parts)]).tolist()
    with connect() as con:
        found = [read_part(folder, part, at, con) for part, at in zip(index.parts, begins, strict=False)]
    # The rows stay as they stand: a log that is out of order stays so, and `verify` says it.
    whole = events.concat([frame for frame, _ in found] or [events.frame({"class_name": []}, 0)], sort=False)
    links = np.concatenate([np.empty(0, dtype=np.int64), *(links for _, links in found)])
    return Log(whole, links, index.marks(), index.origin, index.every)


def public_key(folder: Path) -> Ed25519PublicKey:
    """The key that lies beside a log: it shows a change, not who laid it there. Raises LogError."""
    path = folder / PUBLIC_KEY
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        raise LogError(f"{folder.name}/{PUBLIC_KEY}: is missing, or is no key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise LogError(f"{folder.name}/{PUBLIC_KEY}: is no Ed25519 key")
    return key
