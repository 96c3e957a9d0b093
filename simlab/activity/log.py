"""The tamper-evident log: events in a hash chain, with signed checkpoints.

Link i is SHA-256(0x01 | link i-1 | SHA-256(0x00 | record i)), so each link covers every record up to
it. The links are kept beside the records and show *where* a log was changed; the signed checkpoints
show *that* it was, even to one who made all links anew.

What it cannot show: a log cut back to a point at which it was once closed. Against that, keep the
last checkpoint you saw somewhere else and hand it to `verify(..., at_least=)`. And whoever holds the
signing key can sign anything: keep it from those whose deeds the log tells.
Source: RFC 6962; 45 CFR 164.312(b) (audit controls), 164.312(c)(1) (integrity).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simlab import events
from simlab.activity.canonical import check_columns, streams
from simlab.activity.checkpoint import LEAF, LINK, START, Checkpoint, sign
from simlab.errors import InputError, LogError

SIZE = hashlib.sha256().digest_size


@dataclass(frozen=True, eq=False)
class Log:
    """Events (`records`, an event table), their `links` (32 bytes each, joined) and the checkpoints.

    `origin` names the log and is covered by every link: no log passes for another of the same key.
    """

    records: pd.DataFrame
    links: bytes
    checkpoints: tuple[Checkpoint, ...]
    origin: str = "access log"
    every: int = 1000

    def __len__(self) -> int:
        return len(self.records)

    @property
    def head(self) -> bytes:
        """The last link: it covers all records."""
        return self.links[-SIZE:] or start(self.origin)

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
        joined = self.links + chained(self.head, frame)
        added = _checkpoints(key, self.origin, joined, self.every, self.last)
        return Log(_joined(self.records, frame), joined, (*self.checkpoints, *added), self.origin, self.every)

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
    marks = _checkpoints(key, origin, links, every, None)
    return Log(frame.reset_index(drop=True), links, tuple(marks), origin, every)


def head(frame: pd.DataFrame) -> str:
    """The hash of a whole event table, in hex: the same table gives the same one on every machine."""
    links = chained(start("digest"), frame)
    return link("digest", links, len(frame)).hex()


def link(origin: str, links: bytes, count: int) -> bytes:
    """The link that covers the first `count` records."""
    return links[(count - 1) * SIZE : count * SIZE] if count else start(origin)


def chained(before: bytes, frame: pd.DataFrame) -> bytes:
    """The links of an event table's rows, joined, where `before` is the link that they follow."""
    return b"".join(each_link(before, frame))


def each_link(before: bytes, frame: pd.DataFrame) -> list[bytes]:
    """The link of each row, where `before` is the link that the first follows."""
    sha, out = hashlib.sha256, list[bytes]()
    keep = out.append
    for rows in streams(frame, LEAF):
        for row in rows:
            before = sha(LINK + before + sha(row).digest()).digest()
            keep(before)
    return out


def _joined(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The rows of both in the order given: a log is in order of arrival, not sorted again."""
    check_columns(other)
    text = {n: "object" for n in events.COLUMNS if n not in events.NUMBERS}
    both = pd.concat([one.astype(text), other.astype(text)], ignore_index=True)
    return both.astype(dict.fromkeys(text, "category"))


def _checkpoints(
    key: Ed25519PrivateKey, origin: str, links: bytes, every: int, before: Checkpoint | None
) -> list[Checkpoint]:
    """The checkpoints that are due after `before`: at each multiple of `every`, and a final one."""
    covered, end = before.count if before else 0, len(links) // SIZE
    out: list[Checkpoint] = []
    for count in (*range(covered // every * every + every, end, every), end):
        before = sign(key, count, link(origin, links, count), before, is_final=count == end)
        out.append(before)
    return out
