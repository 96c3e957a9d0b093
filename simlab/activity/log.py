"""The tamper-evident log: events in a hash chain, with signed checkpoints.

Link i is SHA-256(0x01 | record i | link i-1), so each link covers every record up to it; all three
have fixed lengths (see `canonical`), so no two chains have the same bytes under a link. Of each link 8
bytes are kept beside the record: they show *where* a log was changed (one change in 2**64 is missed
by them, and then named later). The signed checkpoints hold whole links and show *that* it was, even
to one who made all links anew.

What it cannot show: a log cut back to a point at which it was once closed. Against that, keep the
last checkpoint you saw somewhere else and hand it to `verify(..., at_least=)`. And whoever holds the
signing key can sign anything: keep it from those whose deeds the log tells.
Source: 45 CFR 164.312(b) (audit controls), 164.312(c)(1) (integrity).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simlab import events
from simlab.activity.canonical import check_columns, records
from simlab.activity.checkpoint import LINK, START, Checkpoint, sign
from simlab.errors import InputError, LogError

SIZE = hashlib.sha256().digest_size

# What is kept of each link: its first 8 bytes, as a number.
Links = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Log:
    """Events (`records`, an event table), what is kept of their `links`, and the checkpoints.

    `origin` names the log and is covered by every link: no log passes for another of the same key.
    """

    records: pd.DataFrame
    links: Links
    checkpoints: tuple[Checkpoint, ...]
    origin: str = "access log"
    every: int = 1000

    def __len__(self) -> int:
        return len(self.records)

    @property
    def head(self) -> bytes:
        """The last link, which covers all records, as the last checkpoint holds it. Raises LogError for none."""
        return self.last.head

    @property
    def last(self) -> Checkpoint:
        """The checkpoint to keep elsewhere. Raises LogError where the log has none."""
        if not self.checkpoints:
            raise LogError("the log has no checkpoint", record=0)
        return self.checkpoints[-1]

    def extend(self, frame: pd.DataFrame, key: Ed25519PrivateKey) -> Log:
        """This log with more records after its own, and signed again. Raises LogError.

        Verify first: what stands in the log is not looked at again here.
        """
        if not len(frame):
            return self
        links = chained(self.head, frame)
        added = _checkpoints(key, links, self.every, self.last, self.last.head)
        marks, kept = (*self.checkpoints, *added), np.concatenate([self.links, kept_of(links)])
        return Log(_joined(self.records, frame), kept, marks, self.origin, self.every)

    def write(self, folder: Path | str) -> Path:
        """Write the log as a folder, all or nothing. Raises InputError where one is already."""
        from simlab.activity.folder import write

        return write(self, Path(folder))

    @staticmethod
    def read(folder: Path | str) -> Log:
        """The log that lies in a folder, not yet verified. Raises LogError where it is not a log."""
        from simlab.activity.folder import read

        return read(Path(folder))


def start(origin: str) -> bytes:
    """What the first link follows: the log's name and its columns."""
    return hashlib.sha256(START + "\x1f".join((origin, *events.COLUMNS)).encode()).digest()


def chain(frame: pd.DataFrame, key: Ed25519PrivateKey, every: int = 1000, *, origin: str = "access log") -> Log:
    """A log of an event table in its order: a signed checkpoint after each `every` records and at the end.

    Raises LogError for a table with other columns or types than `events.COLUMNS`.
    """
    if every < 1:
        raise InputError(f"a checkpoint after every {every} records: write 1 or more")
    links = chained(start(origin), frame)
    marks = _checkpoints(key, links, every, None, start(origin))
    return Log(frame.reset_index(drop=True), kept_of(links), tuple(marks), origin, every)


def head(frame: pd.DataFrame) -> str:
    """The hash of a whole event table, in hex: the same table gives the same one on every machine."""
    before = start("digest")
    return link(before, chained(before, frame), len(frame)).hex()


def link(before: bytes, links: bytes, count: int) -> bytes:
    """The link that covers the first `count` records of those whose links these are, after `before`."""
    return links[(count - 1) * SIZE : count * SIZE] if count else before


def chained(before: bytes, frame: pd.DataFrame) -> bytes:
    """The links of an event table's rows, joined, where `before` is the link that they follow."""
    sha, out = hashlib.sha256, list[bytes]()
    keep = out.append
    for rows in records(frame, LINK):
        for row in rows:
            before = sha(row + before).digest()
            keep(before)
    return b"".join(out)


def kept_of(links: bytes) -> Links:
    """What is kept of links that are joined."""
    return np.frombuffer(links, dtype=">i8")[:: SIZE // 8].astype(np.int64)


def _joined(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The rows of both in the order given: a log is in order of arrival, not sorted again."""
    check_columns(other)
    text = {n: "object" for n in events.COLUMNS if n not in events.NUMBERS}
    both = pd.concat([one.astype(text), other.astype(text)], ignore_index=True)
    return both.astype(dict.fromkeys(text, "category"))


def _checkpoints(
    key: Ed25519PrivateKey, links: bytes, every: int, last: Checkpoint | None, before: bytes
) -> list[Checkpoint]:
    """The checkpoints that are due in records after `last`: at each multiple of `every`, and a final one.

    `links` are those of the new records, and `before` is the link that they follow.
    """
    covered = last.count if last else 0
    end = covered + len(links) // SIZE
    out: list[Checkpoint] = []
    for count in (*range(covered // every * every + every, end, every), end):
        last = sign(key, count, link(before, links, count - covered), last, is_final=count == end)
        out.append(last)
    return out
