"""A log written in parts as it comes: chained, signed and never held in memory whole."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from simlab import clock
from simlab.activity.checkpoint import Checkpoint, sign
from simlab.activity.log import SIZE, chained, kept_of, link, start
from simlab.activity.parts import INDEX, PART, PUBLIC_KEY, VERSION, Index, Part
from simlab.activity.records import write_records
from simlab.draft import drafted
from simlab.duck import connect
from simlab.errors import InputError

EVERY = 10_000


@contextlib.contextmanager
def writing(
    folder: Path, key: Ed25519PrivateKey, *, origin: str = "access log", every: int = EVERY, part: int = PART
) -> Iterator[Writer]:
    """A writer of a log in parts; the folder gets its name when all is written. Raises InputError."""
    if every < 1 or not 1 <= part <= PART:
        raise InputError(f"checkpoints every {every}, parts of {part}: write 1 or more, and parts of up to {PART:,}")
    # With more threads the order inside a file may differ between machines.
    with drafted(folder) as draft, connect(threads="1") as con:
        writer = Writer(draft, con, key, origin, every, part)
        yield writer
        writer.finish()


class Writer:
    """Takes event tables one after the other; `count` records are written so far into the folder `draft`."""

    def __init__(
        self, draft: Path, con: duckdb.DuckDBPyConnection, key: Ed25519PrivateKey, origin: str, every: int, part: int
    ) -> None:
        self.draft, self.count, self._con = draft, 0, con
        self._key, self._origin, self._every, self._size = key, origin, every, part
        self._head, self._last = start(origin), -(2**63)
        self._parts: list[Part] = []
        self._marks: list[Checkpoint] = []

    def add(self, frame: pd.DataFrame) -> None:
        """Write more records. Raises InputError for any that are not in order of time after those before."""
        times = frame["time"].to_numpy()
        if not len(times):
            return
        if times[0] < self._last or (np.diff(times) < 0).any():
            raise InputError("records of a log come in order of time: sort them first")
        for month, begin, end in _months(times):
            for at in range(begin, end, self._size):
                self._part(month, frame.iloc[at : min(at + self._size, end)])

    def _part(self, month: str, rows: pd.DataFrame) -> None:
        links = chained(self._head, rows)
        name = f"month={month}/part-{len(self._parts):05d}.parquet"
        (self.draft / name).parent.mkdir(exist_ok=True)
        write_records(self._con, rows, kept_of(links), self.draft / name)
        self._sign(links)
        first, last = (int(rows["time"].iloc[n]) for n in (0, -1))
        self._parts.append(Part(file=name, count=len(rows), first=first, last=last))
        self._last = last

    def _sign(self, links: bytes) -> None:
        """The checkpoints due before the newest record: which one closes the log is not known yet."""
        begin, self.count = self.count, self.count + len(links) // SIZE
        due = -(-max(begin, 1) // self._every) * self._every
        for count in range(due, self.count, self._every):
            self._mark(count, link(self._head, links, count - begin))
        self._head = links[-SIZE:]

    def _mark(self, count: int, head: bytes, *, is_final: bool = False) -> None:
        before = self._marks[-1] if self._marks else None
        self._marks.append(sign(self._key, count, head, before, is_final=is_final))

    def finish(self) -> None:
        """Close the log: its last checkpoint, the index, and the public key beside it."""
        self._mark(self.count, self._head, is_final=True)
        index = Index(
            version=VERSION,
            origin=self._origin,
            every=self._every,
            parts=self._parts,
            checkpoints=[mark.written() for mark in self._marks],
        )
        (self.draft / INDEX).write_text(index.model_dump_json(indent=1), encoding="utf-8", newline="\n")
        public = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (self.draft / PUBLIC_KEY).write_bytes(public)


def _months(times: np.ndarray) -> Iterator[tuple[str, int, int]]:
    """The months (UTC) of times that are in order: name, first row, row after the last."""
    month = times.astype("datetime64[us]").astype("datetime64[M]")
    begins = [0, *(np.flatnonzero(month[1:] != month[:-1]) + 1).tolist(), len(times)]
    for begin, end in itertools.pairwise(begins):
        yield f"{clock.instant(int(times[begin])):%Y-%m}", begin, end
