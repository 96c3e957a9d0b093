"""The register: a file to which lines are added and never changed, each chained to the one before it.

    {"n": 1, "body": SHA-256 of the entry, "link": SHA-256(link before | n | body), "entry": {...} or null}

The link covers the hash of an entry and not its text, so an entry that was destroyed as its time came
leaves a gap that can be verified. What the chain cannot show: lines cut off at the end, or a register
that somebody with the file made anew. Against both, keep the last link that you saw somewhere else
and hand it to `verify(seen=)`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from simlab.errors import InputError, LogError
from simlab.records.entry import Entry

NAME = "training.jsonl"
START = hashlib.sha256(b"simlab training register 1").hexdigest()
WAIT = 10.0  # seconds that a writer waits for another
LINE_CAP = 20_000


@dataclass(frozen=True)
class Kept:
    """One line: its number from 1, its link, and its entry (None: destroyed, as a later entry says)."""

    n: int
    body: str
    link: str
    entry: Entry | None


class Register:
    """The register of one course; `notes` says in words what was found wrong and mended."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.path = self.folder / NAME
        self.notes: list[str] = []

    def read(self) -> list[Kept]:
        """Every line, verified. A last line that was never written to its end is left out, and said.

        Raises LogError that names the first bad record, InputError where the file cannot be read.
        """
        whole, torn = self._lines()
        if torn:
            self._note("The last line was never written to its end. It is left out, and nothing before it is lost.")
        return list(_verified(whole))

    def entries(self) -> list[tuple[Kept, Entry]]:
        """The lines whose entry is still there. Raises LogError, InputError."""
        return [(k, k.entry) for k in self.read() if k.entry is not None]

    def add(self, entries: Iterable[Entry]) -> list[Kept]:
        """Add those entries whose evidence is not there yet; the lines that were added.

        Raises LogError where what is there does not verify, InputError where it cannot be written.
        """
        with self.locked():
            before = self.read()
            known = {k.entry.evidence for k in before if k.entry and k.entry.evidence}
            fresh = []
            for entry in entries:
                if not entry.evidence or entry.evidence not in known:
                    known.add(entry.evidence)
                    fresh.append(entry)
            added = list(chained(before, fresh))
            if added:
                self._append(added)
            return added

    def replace(self, lines: list[Kept]) -> None:
        """Write the register anew, whole or not at all: for destruction alone, inside `locked`. Raises InputError."""
        part = self.path.with_name(f".{NAME}.part")
        try:
            with part.open("wb") as f:
                f.write(b"".join(map(_raw, lines)))
                f.flush()
                os.fsync(f.fileno())
            part.replace(self.path)
        except OSError as e:
            raise InputError(f"{self.path} cannot be written: {e.strerror or e}") from None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the register: one writer at a time. Raises InputError where another does not let go."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            f = (self.folder / ".lock").open("a+b")
        except OSError as e:
            raise InputError(f"{self.folder} cannot be written: {e.strerror or e}") from None
        with f:
            _take(f, self.folder)
            yield  # the lock goes with the file, also when this program is killed

    def _append(self, added: list[Kept]) -> None:
        try:
            whole, torn = self._lines()
            if torn:
                aside = next(p for i in range(1, 10_000) if not (p := self.folder / f"torn-{i}.txt").exists())
                aside.write_bytes(torn)
                self._note(f"What there was of it is kept as {aside.name}.")
                with self.path.open("r+b") as f:
                    f.truncate(sum(len(line) + 1 for line in whole))
            with self.path.open("ab") as f:
                f.write(b"".join(map(_raw, added)))
                f.flush()
                os.fsync(f.fileno())
        except OSError as e:
            raise InputError(f"{self.path} cannot be written: {e.strerror or e}: nothing was lost, try again") from None

    def _lines(self) -> tuple[list[bytes], bytes]:
        """The lines that end, and what follows the last end of a line."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return [], b""
        except OSError as e:
            raise InputError(f"{self.path} cannot be read: {e.strerror or e}") from None
        *whole, torn = raw.split(b"\n")
        return whole, torn

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def body_hash(entry: Entry) -> str:
    """SHA-256 of an entry in its one canonical form."""
    return hashlib.sha256(_canonical(entry.model_dump(mode="json")).encode()).hexdigest()


def verify(lines: list[Kept], seen: str = "") -> str:
    """The last link. Raises LogError where `seen`, a link that was kept elsewhere, is not among the lines."""
    links = [START, *(k.link for k in lines)]
    if seen and seen not in links:
        raise LogError(f"the link {seen[:16]}... is not in it: lines were cut off, or the register was made anew")
    gone = {n for k in lines if k.entry and k.entry.kind == "destruction" for n in k.entry.numbers}
    for k in lines:
        if k.entry is None and k.n not in gone:
            raise LogError("its entry is gone, and no destruction of it is logged", record=k.n)
    return links[-1]


def _verified(lines: list[bytes]) -> Iterator[Kept]:
    before = START
    for n, line in enumerate(lines, 1):
        kept = _line(line, n)
        if kept.n != n:
            raise LogError(f"is numbered {kept.n}: a line is missing, or was moved", record=n)
        if kept.entry is not None and body_hash(kept.entry) != kept.body:
            raise LogError("its entry was changed after it was written", record=n)
        if _link(before, n, kept.body) != kept.link:
            raise LogError("does not follow the one before it: a line was changed, taken out or put in", record=n)
        before = kept.link
        yield kept


def _line(raw: bytes, n: int) -> Kept:
    if len(raw) > LINE_CAP:
        raise LogError(f"is longer than {LINE_CAP} bytes", record=n)
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once)
        if set(found) != {"n", "body", "link", "entry"} or type(found["n"]) is not int:
            raise ValueError("not the keys of a line")
        entry = None if found["entry"] is None else Entry.model_validate_json(json.dumps(found["entry"]))
        return Kept(found["n"], str(found["body"]), str(found["link"]), entry)
    except (ValueError, TypeError, RecursionError, ValidationError):
        raise LogError("is no line of a register: the file was damaged or changed by hand", record=n) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands there twice")
    return dict(pairs)


def chained(before: list[Kept], entries: Iterable[Entry]) -> Iterator[Kept]:
    link, n = (before[-1].link, before[-1].n) if before else (START, 0)
    for entry in entries:
        n += 1
        body = body_hash(entry)
        link = _link(link, n, body)
        yield Kept(n, body, link, entry)


def _link(before: str, n: int, body: str) -> str:
    return hashlib.sha256(f"{before}|{n}|{body}".encode()).hexdigest()


def _raw(kept: Kept) -> bytes:
    entry = kept.entry.model_dump(mode="json") if kept.entry else None
    return (_canonical({"n": kept.n, "body": kept.body, "link": kept.link, "entry": entry}) + "\n").encode()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _take(f: IO[bytes], folder: Path) -> None:
    until = time.monotonic() + WAIT
    while True:
        try:
            _lock(f)
            return
        except OSError:
            if time.monotonic() > until:
                raise InputError(f"{folder.name}: another command is writing the register: try again") from None
            time.sleep(0.05)


def _lock(f: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        f.seek(0)
        msvcrt.locking(f.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
