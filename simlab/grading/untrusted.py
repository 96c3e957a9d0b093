"""Reading what strangers handed in: each name opened from its own folder, no link ever followed.

A folder is held by its descriptor and each name below it opened with O_NOFOLLOW, so that a link
swapped in between looking and opening is refused rather than followed. Where the system has no
such calls (Windows), each name is looked at first instead.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from simlab.errors import GradingError
from simlab.grading.outcome import QUARANTINED, UNREADABLE

MAX_FILE, MAX_TOTAL, MAX_ENTRIES, MAX_DEPTH = 20_000_000, 40_000_000, 1000, 6
_HELD = os.open in os.supports_dir_fd and os.scandir in os.supports_fd and hasattr(os, "O_NOFOLLOW")
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_DIRECTORY = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0)


class RefusedError(GradingError):
    """One submission, or a part of it, is not taken in; `outcome` is what it is called."""

    def __init__(self, reason: str, outcome: str = QUARANTINED) -> None:
        self.outcome = outcome
        super().__init__(reason)


def shown(name: str) -> str:
    """A name that a stranger chose, fit to print: bytes that are no text and controls made visible."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)[:120]


class Folder:
    """One open folder; close it, or use it in a `with`."""

    def __init__(self, path: Path, fd: int | None) -> None:
        self._path, self._fd = path, fd

    @classmethod
    def open(cls, path: Path) -> Folder:
        """The folder that the trainer named, which may itself be a link. Raises GradingError."""
        try:
            real = path.resolve(strict=True)
            if not real.is_dir():
                raise GradingError(f"{path}: not a folder: name the one that holds a folder for each learner")
            return cls(real, os.open(real, _DIRECTORY) if _HELD else None)
        except OSError as e:
            raise GradingError(f"{path}: cannot be opened: {e.strerror or e}") from e

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if self._fd is not None:
            os.close(self._fd)

    def names(self) -> list[str]:
        """The names in it, sorted; never more than MAX_ENTRIES * 100."""
        with os.scandir(self._path if self._fd is None else self._fd) as entries:
            return sorted(e.name for _, e in zip(range(MAX_ENTRIES * 100), entries, strict=False))

    def kind(self, name: str) -> str:
        """`file`, `folder`, `link` or `special`, and `gone`; nothing is followed."""
        try:
            if self._fd is None:
                found = os.lstat(self._path / name)
            else:
                found = os.stat(name, dir_fd=self._fd, follow_symlinks=False)
        except OSError:
            return "gone"
        # A junction or another reparse point of Windows leads elsewhere as a link does.
        if stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", False):
            return "link"
        if stat.S_ISDIR(found.st_mode):
            return "folder"
        return "file" if stat.S_ISREG(found.st_mode) else "special"

    def enter(self, name: str) -> Folder:
        """A folder in it. Raises RefusedError for a link or anything else."""
        if (kind := self.kind(name)) != "folder":
            raise RefusedError(f"{shown(name)} is not a folder but a {kind}")
        path = self._path / name
        try:
            return Folder(path, None if self._fd is None else os.open(name, _DIRECTORY, dir_fd=self._fd))
        except OSError as e:
            raise RefusedError(f"{shown(name)} cannot be opened: {e.strerror}", UNREADABLE) from e

    def read(self, name: str, cap: int = MAX_FILE) -> bytes:
        """A file's bytes. Raises RefusedError for a link, a special file, or more than `cap` bytes."""
        if (kind := self.kind(name)) != "file":
            raise RefusedError(f"{shown(name)} is not a file but a {kind}")
        try:
            fd = os.open(self._path / name, _FILE) if self._fd is None else os.open(name, _FILE, dir_fd=self._fd)
        except OSError as e:
            raise RefusedError(f"{shown(name)} cannot be read: {e.strerror}", UNREADABLE) from e
        with os.fdopen(fd, "rb") as f:
            found = os.fstat(f.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise RefusedError(f"{shown(name)} is not a file")
            if found.st_nlink > 1:
                # Its bytes belong to another file too, which may be somebody else's work.
                raise RefusedError(f"{shown(name)} is a hard link to a file elsewhere: hand in a copy")
            data = f.read(cap + 1)
        if len(data) > cap:
            size = max(found.st_size, len(data)) / 1e6
            raise RefusedError(f"{shown(name)} is {size:.1f} MB, the limit is {cap / 1e6:g} MB: clear all outputs")
        return data


def entries(folder: Folder, depth: int = 1, prefix: str = "") -> Iterator[str]:
    """Relative paths of every file below. Raises RefusedError at any link, special file, or flood."""
    for name in folder.names():
        kind = folder.kind(name)
        if kind == "folder":
            if depth >= MAX_DEPTH:
                raise RefusedError(f"{shown(prefix + name)} lies more than {MAX_DEPTH} folders deep")
            with folder.enter(name) as inner:
                yield from entries(inner, depth + 1, f"{prefix}{name}/")
        elif kind == "file":
            yield prefix + name
        elif kind != "gone":
            what = "a link" if kind == "link" else "a special file"
            raise RefusedError(f"{shown(prefix + name)} is {what}: hand in plain files only")


def listing(folder: Folder) -> list[str]:
    """All that `entries` gives. Raises RefusedError when it is more than MAX_ENTRIES."""
    found: list[str] = []
    for name in entries(folder):
        found.append(name)
        if len(found) > MAX_ENTRIES:
            raise RefusedError(f"holds more than {MAX_ENTRIES} files: hand in the exercise's folder only")
    return found


def read_below(folder: Folder, path: str, cap: int = MAX_FILE) -> bytes:
    """A file's bytes by its relative path, each part opened without following. Raises RefusedError."""
    first, _, rest = path.partition("/")
    if not rest:
        return folder.read(first, cap)
    with folder.enter(first) as inner:
        return read_below(inner, rest, cap)


def decode(data: bytes) -> str:
    """Text, whatever wrote it: UTF-8 with or without a mark, UTF-16, UTF-32, else Windows-1252 or Latin-1."""
    for code in (json.detect_encoding(data), "cp1252"):
        try:
            return data.decode(code)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
