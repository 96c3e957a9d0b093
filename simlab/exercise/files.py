"""Files that are written whole or not at all, by one writer at a time; the same on Windows."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

# How long a writer waits for another, and when a lock is taken to be left by one that died.
WAIT, STALE = 3.0, 10.0


def write_whole(path: Path, raw: bytes) -> None:
    """Write a file so that a reader, or a crash, meets the old one or the new one. Raises OSError."""
    temporary = path.with_name(f".{path.name}-{os.getpid()}-{time.monotonic_ns()}.tmp")
    try:
        with temporary.open("wb") as f:
            f.write(raw)
            f.flush()
            os.fsync(f.fileno())
        move(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Rename a file over whatever has that name, or a folder to a free name. Raises OSError."""
    # Windows refuses while a virus scanner or another reader holds the file: wait a moment.
    _patiently(lambda: source.replace(target), PermissionError)


def _patiently(act: Callable[[], object], error: type[OSError]) -> None:
    for pause in (0.01, 0.05, 0.1, 0.2, 0.4):
        try:
            act()
            return
        except error:
            time.sleep(pause)
    act()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; after `WAIT` seconds go on without, for an answer must never be refused."""
    mine, until = False, time.monotonic() + WAIT
    while not mine and time.monotonic() < until:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            mine = True
        except (FileExistsError, PermissionError):
            _break_stale(path)
            time.sleep(0.01)
    try:
        yield
    finally:
        if mine:
            with contextlib.suppress(OSError):
                path.unlink()


def _break_stale(path: Path) -> None:
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > STALE:
            path.unlink()
