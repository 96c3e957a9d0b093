"""The watcher of one box: ends it when it uses too much memory or time, and says which it was."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable

import psutil

from simlab.grading.outcome import OUT_OF_MEMORY, TIMED_OUT, Limits

_EVERY = 0.1
_SAID = 8192


class Watcher(threading.Thread):
    """Looks at a box ten times a second until it ends.

    `reason` becomes "out of memory" or "timed out" when the watcher ended it; `said` is the
    beginning of what the box wrote to its standard error.
    """

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, *, kill: Callable[[], None]) -> None:
        super().__init__(name="simlab-box-watcher", daemon=True)
        self.process, self.limits, self.kill_box = process, limits, kill
        self.reason, self.said = "", b""
        self.ended = threading.Event()
        self.ends = time.monotonic() + limits.notebook_seconds
        assert process.stderr is not None
        os.set_blocking(process.stderr.fileno(), False)

    def run(self) -> None:
        while self.process.poll() is None:
            self._listen()
            if time.monotonic() > self.ends:
                self._end(TIMED_OUT)
            elif used_bytes(self.process.pid, self.limits.memory_mb << 20) > self.limits.memory_mb << 20:
                self._end(OUT_OF_MEMORY)
            self.ended.wait(_EVERY)
        self._listen()

    def _end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.kill_box()

    def _listen(self) -> None:
        """Empty the pipe, so that a kernel which writes there is not held up; keep the beginning."""
        assert self.process.stderr is not None
        for _ in range(64):
            try:
                piece = os.read(self.process.stderr.fileno(), 65536)
            except (BlockingIOError, OSError, ValueError):
                return
            if not piece:
                return
            self.said += piece[: max(0, _SAID - len(self.said))]


def used_bytes(pid: int, limit: int) -> int:
    """Memory of a process and all below it; shared pages count once where it matters (near `limit`)."""
    try:
        top = psutil.Process(pid)
        members = [top, *top.children(recursive=True)]
    except psutil.Error:
        return 0
    resident = sum(_resident(p) for p in members)
    if resident <= limit:
        return resident
    return sum(_proportional(p) for p in members)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _proportional(process: psutil.Process) -> int:
    """Resident size in which a page shared by n processes counts 1/n; plain resident size if unknown."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, AttributeError, OSError):
        return _resident(process)


def kill(pid: int) -> None:
    """SIGKILL, to a process that may be gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
