"""Is this log as it was signed, whole and in order? `verify` raises where it is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from simlab import events
from simlab.activity import parts
from simlab.activity.canonical import check_columns
from simlab.activity.checkpoint import NONE_BEFORE, Checkpoint
from simlab.activity.log import SIZE, Links, Log, chained, kept_of, link, start
from simlab.duck import connect
from simlab.errors import LogError


def verify(
    log: Log | Path | str,
    public_key: Ed25519PublicKey,
    *,
    at_least: Checkpoint | None = None,
    origin: str | None = None,
    on_part: Callable[[int], None] | None = None,
) -> None:
    """Raises LogError, naming the first bad record, unless the log is whole and as it was signed.

    The folder of a log in parts is read part by part, never whole; the error then names file and row,
    and its records must lie in order of time, in the months that the files are named for. `on_part`
    is called with the number of records after each part.
    `at_least` is the last checkpoint that the caller has seen: a log that no longer begins with the
    records it covers was rolled back or rewritten. `origin` is the name the log must bear.
    A record whose links were all made anew is found by its checkpoint; then the record named is the
    first that no good checkpoint covers.
    """
    if not isinstance(log, Log):
        if parts.is_parted(Path(log)):
            return _verify_parts(Path(log), public_key, at_least, origin, on_part)
        log = Log.read(log)
    _require_origin(log.origin, origin)
    check_columns(log.records)
    walk = _Walk(log.origin, log.checkpoints, public_key, at_least)
    walk.block(log.records, log.links)
    walk.end()


def _verify_parts(
    folder: Path,
    public_key: Ed25519PublicKey,
    at_least: Checkpoint | None,
    origin: str | None,
    on_part: Callable[[int], None] | None,
) -> None:
    index = parts.read_index(folder)
    _require_origin(index.origin, origin)
    parts.require_files(folder, index)
    walk, last = _Walk(index.origin, index.marks(), public_key, at_least), -(2**63)
    if not index.parts:
        walk.block(events.frame({"class_name": []}, 0), kept_of(b""))
    with connect() as con:
        for part in index.parts:
            at = walk.count
            frame, links = parts.read_part(folder, part, at, con)
            try:
                walk.block(frame, links)
            except LogError as e:
                raise LogError(_place(part, e.record, at) + e.problem, record=e.record) from None
            last = _require_order(part, frame["time"].to_numpy(), last, at)
            if on_part:
                on_part(len(frame))
    walk.end()


def _place(part: parts.Part, record: int | None, at: int) -> str:
    """File and row, where the record lies in this part: a checkpoint may speak of one long before."""
    return f"{part.file}, row {record - at}: " if record is not None and at <= record < at + part.count else ""


def _require_origin(found: str, asked: str | None) -> None:
    if asked is not None and found != asked:
        raise LogError(f"this is the log {found!r}, not {asked!r}")


def _require_order(part: parts.Part, times: np.ndarray, before: int, at: int) -> int:
    """The part's last time. Raises LogError for a record before the one in front of it, or of another month."""
    back = np.flatnonzero(times < np.concatenate([[before], times[:-1]]))
    if len(back):
        row = int(back[0])
        raise LogError(f"{part.file}, row {row}: is earlier than the record before it", record=at + row)
    month = times.astype("datetime64[us]").astype("datetime64[M]")
    odd = np.flatnonzero(month != np.datetime64(part.month))
    if len(odd):
        row = int(odd[0])
        raise LogError(f"{part.file}, row {row}: is of {month[row]}", record=at + row)
    return int(times[-1])


class _Walk:
    """The log up to some record: looked at block by block, with the checkpoints on the way."""

    def __init__(
        self, origin: str, marks: Sequence[Checkpoint], public_key: Ed25519PublicKey, seen: Checkpoint | None
    ) -> None:
        self.count, self._head = 0, start(origin)
        self._key, self._marks, self._seen = public_key, marks, seen
        self._next, self._before, self._seen_head = 0, None, b""  # type: int, Checkpoint | None, bytes

    @property
    def _covered(self) -> int:
        """How many records good checkpoints cover."""
        return self._before.count if self._before else 0

    def block(self, frame: pd.DataFrame, kept: Links) -> None:
        """Look at more records and the links kept beside them. Raises LogError."""
        true = chained(self._head, frame)
        bad = _first_difference(kept_of(true), kept)
        until = self.count + (len(frame) if bad is None else bad)
        while self._next < len(self._marks) and self._marks[self._next].count <= until:
            self._mark(self._marks[self._next], true)
        if bad is not None:
            raise LogError(_changed(len(frame), len(kept), bad), record=until)
        if self._seen and self.count <= self._seen.count <= until:
            self._seen_head = self._link(true, self._seen.count)
        self._head, self.count = true[-SIZE:] or self._head, until

    def _link(self, true: bytes, count: int) -> bytes:
        """The link that covers the first `count` records; they end in the block whose links are `true`."""
        return link(self._head, true, count - self.count)

    def _mark(self, found: Checkpoint, true: bytes) -> None:
        """Raises LogError at a checkpoint that is not the next, not signed, or over other records."""
        covered = self._covered
        self._require_next(found)
        if self._link(true, found.count) != found.head:
            said = f"records {covered} to {found.count - 1} are not those that checkpoint {found.position} signed"
            raise LogError(said, record=covered)
        self._before, self._next = found, self._next + 1

    def _require_next(self, found: Checkpoint) -> None:
        before, covered = self._before, self._covered
        position, previous = (before.position + 1, before.digest()) if before else (0, NONE_BEFORE)
        if found.position != position or found.previous != previous:
            of = f"checkpoint {found.position} of {len(self._marks)} stands there"
            raise LogError(f"checkpoint {position} is missing or was replaced: {of}", record=covered)
        if before and found.count <= covered:
            raise LogError(f"checkpoint {position} covers no more than the one before it", record=covered)
        try:
            found.require(self._key)
        except LogError as e:
            raise LogError(e.problem, record=covered) from None

    def end(self) -> None:
        """Nothing follows. Raises LogError where the log was cut off, added to, rolled back or rewritten."""
        if self._next < len(self._marks):
            found = self._marks[self._next]
            self._require_next(found)
            said = f"the log ends here, but checkpoint {found.position} covers {found.count} records"
            raise LogError(said, record=self.count)
        if self._covered < self.count:
            raise LogError("no checkpoint covers it: it was added without the key", record=self._covered)
        if not self._before or not self._before.is_final:
            raise LogError("the log breaks off before it: no final checkpoint", record=self.count)
        if self._seen:
            self._require_begins(self._seen)

    def _require_begins(self, seen: Checkpoint) -> None:
        seen.require(self._key)
        if seen.count > self.count:
            said = f"the log was rolled back: a checkpoint seen earlier covers {seen.count} records"
            raise LogError(said, record=self.count)
        if self._seen_head != seen.head:
            said = f"its first {seen.count} records are not those of a checkpoint seen earlier"
            raise LogError(f"the log was rewritten: {said}")


def _first_difference(true: Links, kept: Links) -> int | None:
    """The first record whose link is not the kept one; also where one of the two ends early."""
    shorter = min(len(true), len(kept))
    other = np.flatnonzero(true[:shorter] != kept[:shorter])
    if len(other):
        return int(other[0])
    return None if len(true) == len(kept) else shorter


def _changed(records: int, links: int, bad: int) -> str:
    if bad >= records:
        return f"the log ends here, but {links} links were kept: records are missing at the end"
    if bad >= links:
        return "has no link: it was put in, or its link was taken away"
    return "does not follow from what stands before it: it was changed, moved or put in, or one before it was dropped"
