"""The watcher of one box: ends it when it uses too much memory or time, and says which it was.

It looks at this side too: what a kernel sends in one message of many parts is bounded by no setting
of the sockets.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Protocol

import psutil

from simlab.grading.outcome import OUT_OF_MEMORY, TIMED_OUT, Limits

_EVERY = 0.1
_SAID = 8192
MACHINE = "machine short of memory"
MOST_FILES = 100_000
# A buffer of TCP grows to tens of megabytes.
MOST_SOCKETS = {1000: ("unix", "udp", "udp6", "netlink"), 32: ("tcp", "tcp6")}
_TIME_WAIT = b"06"
MOST_TAKEN_IN = 512 << 20  # bytes by which this process may grow while the box sends
LEAST_LEFT = 256 << 20
_MOST_SHARED = 8
_MOST_DISK = 4 << 30  # a box's disks are capped far below this; a machine's own are larger


class Watched(Protocol):
    """A box, as its watcher sees it: `tops` are pids above all of its processes, `errors` its standard error."""

    process: subprocess.Popen[bytes]
    init_pid: int
    errors: IO[bytes]

    @property
    def tops(self) -> tuple[int, ...]: ...

    def kill(self) -> None: ...


class Watcher(threading.Thread):
    """Looks at a box ten times a second until it ends; `disks` are the box's own.

    `reason` becomes "out of memory", "timed out" or "machine short of memory" when the watcher ended
    it, and `why` says it in words; `said` is the beginning of what the box wrote to its standard error.
    """

    def __init__(self, box: Watched, limits: Limits, *, disks: Sequence[str]) -> None:
        super().__init__(name="simlab-box-watcher", daemon=True)
        self.box, self.limits, self.disks = box, limits, disks
        self.reason, self.why, self.said = "", "", b""
        self.ended = threading.Event()
        self.ends = time.monotonic() + limits.notebook_seconds
        self.ours = _held(os.getpid())
        os.set_blocking(box.errors.fileno(), False)

    def run(self) -> None:
        while self.box.process.poll() is None:
            self.listen()
            reason, why = self._over()
            if reason:
                self._end(reason, why)
            self.ended.wait(_EVERY)
        self.listen()

    def close(self) -> None:
        """Stop looking at a box that has ended."""
        self.ended.set()
        if self.is_alive():
            self.join()

    def _over(self) -> tuple[str, str]:
        """The limit that is passed, as a word and in words; two empty texts while there is none."""
        cap = self.limits.memory_mb << 20
        if time.monotonic() > self.ends:
            return TIMED_OUT, f"ran longer than {self.limits.notebook_seconds} s"
        if used_bytes(self.box.tops, cap) > cap:
            return OUT_OF_MEMORY, f"used more than {self.limits.memory_mb} MB"
        # What the kernel keeps for files and sockets is in no process's size.
        if _files(Path(f"/proc/{self.box.init_pid}/root"), self.disks) > MOST_FILES:
            return OUT_OF_MEMORY, f"made more than {MOST_FILES} files"
        for most, kinds in MOST_SOCKETS.items():
            if _sockets(self.box.init_pid, *kinds) > most:
                return OUT_OF_MEMORY, f"opened more than {most} sockets"
        if _held(os.getpid()) - self.ours > MOST_TAKEN_IN:
            return OUT_OF_MEMORY, "sent more than can be taken in"
        if is_short():
            return MACHINE, "this machine ran short of memory: grade again, with fewer workers"
        return "", ""

    def _end(self, reason: str, why: str) -> None:
        if not self.reason:
            self.reason, self.why = reason, why
        self.box.kill()

    def listen(self) -> None:
        """Empty the pipe, so that a kernel which writes there is not held up; keep the beginning."""
        for _ in range(64):
            try:
                piece = os.read(self.box.errors.fileno(), 65536)
            except (BlockingIOError, OSError, ValueError):
                return
            if not piece:
                return
            self.said += piece[: max(0, _SAID - len(self.said))]


def used_bytes(tops: Iterable[int], limit: int) -> int:
    """Memory of processes and all below them; shared pages count once where it matters (near `limit`)."""
    members = [p for pid in tops for p in family(pid)]
    resident = sum(_held(p.pid) for p in members)
    # Telling shared pages apart takes time by the page, in which a box could take gigabytes more.
    if not limit < resident <= _MOST_SHARED * limit:
        return resident
    proportional = 0
    for process in members:  # slow, and so no longer than it has to be
        proportional += _proportional(process)
        if proportional > limit or is_short():
            break
    return proportional


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it; nobody when it is gone."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def _held(pid: int) -> int:
    """Bytes that a process holds: resident, swapped out, and the page tables for them; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_bytes().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith((b"VmRSS:", b"VmSwap:", b"VmPTE:")))


def _proportional(process: psutil.Process) -> int:
    """The same, but a page that n processes share counts 1/n; all of it where that is not known."""
    try:
        full = process.memory_full_info()
        return _held(process.pid) - int(full.rss) + int(full.pss)
    except (psutil.Error, AttributeError, OSError):
        return _held(process.pid)


def is_short() -> bool:
    """Whether this machine has hardly any memory left."""
    memory = psutil.virtual_memory()
    return bool(memory.available < max(LEAST_LEFT, memory.total // 50))


def _files(root: Path, disks: Sequence[str]) -> int:
    """Files, folders and links on a box's disks; while it is still being made they are this machine's own."""
    found = 0
    for disk in disks:
        inside = root / disk.lstrip("/")
        try:
            if inside.stat().st_dev != _device(disk):
                about = os.statvfs(inside)
                if about.f_blocks * about.f_frsize <= _MOST_DISK:  # a larger one is not the box's yet
                    found += about.f_files - about.f_ffree
        except OSError:
            continue
    return found


def _device(path: str) -> int:
    return Path(path).stat().st_dev if Path(path).exists() else -1


def _sockets(init_pid: int, *kinds: str) -> int:
    """Sockets in the box, those too that nobody has accepted yet; not those that are closed and only remembered."""
    found = 0
    for kind in kinds:
        try:
            lines = Path(f"/proc/{init_pid}/net/{kind}").read_bytes().splitlines()[1:]
        except OSError:  # the box has ended, or there is no such kind here
            continue
        found += sum(1 for line in lines if not kind.startswith("tcp") or line.split()[3] != _TIME_WAIT)
    return found


def send(pid: int, number: int) -> None:
    """A signal, to a process that may be gone already."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return
