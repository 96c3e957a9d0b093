"""The zygote seen from this side: started once a batch, asked for a kernel in a box that stands."""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from simlab.errors import SandboxError
from simlab.grading import seccomp
from simlab.grading.users import User

PROGRAM = Path(__file__).with_name("zygote.py")  # run, and never imported by a process of the grader
# What every kernel imports before the notebook's first cell, and what each check asks through.
KERNEL_MODULES = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "tornado.queues",
    "sqlite3",
    "resource",
    "zipfile",
    "encodings.idna",
    "simlab.exercise.probe",
)
_READY_SECONDS, _FORK_SECONDS, _STARTS = 120.0, 30.0, 4
_NOWHERE = "/nonexistent"


class NotWarmError(SandboxError):
    """There is no warm kernel; a cold one does the same."""


class Zygote:
    """A warm Python. `path` is where its socket lies, for processes of this user; `close` ends it."""

    def __init__(self, modules: Iterable[str], environment: Mapping[str, str]) -> None:
        """Raises NotWarmError when it cannot be made ready."""
        self._folder = Path(tempfile.mkdtemp(prefix="simlab-zygote-"))
        self.path = self._folder / "s"
        self.missing: dict[str, str] = {}
        wanted = list(dict.fromkeys([*KERNEL_MODULES, *modules]))
        try:
            for _ in range(_STARTS):
                told = self._start(wanted, environment)
                self.missing |= told["missing"]
                if not told["threads"]:
                    return
                self._end()
                self.missing[told["threads"]] = "it begins a thread when it is imported"
                wanted.remove(told["threads"])
            raise NotWarmError(f"no warm kernel: {told['threads']} begins a thread when it is imported")
        except BaseException:
            self.close()
            raise

    def _start(self, modules: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
        # Home is nobody's while it imports: in a box it is the learner's own, which does not exist yet.
        env = {**environment, "HOME": _NOWHERE, "IPYTHONDIR": _NOWHERE, "XDG_CACHE_HOME": _NOWHERE}
        hear, tell = os.pipe()
        owner, self._owned = os.pipe()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            self.path.unlink(missing_ok=True)
            listener.bind(str(self.path))
            listener.listen(128)
            fds = (listener.fileno(), owner, tell)
            command = [sys.executable, "-P", "-s", str(PROGRAM), *map(str, fds), json.dumps(list(modules))]
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=fds,
                    env=env,
                    cwd="/",
                    start_new_session=True,
                )
            finally:
                os.close(tell)
                os.close(owner)
        with os.fdopen(hear, "rb") as pipe:
            if not select.select([pipe], [], [], _READY_SECONDS)[0]:
                raise NotWarmError(f"no warm kernel: it was not ready in {_READY_SECONDS:g} s")
            text = pipe.read()
        try:
            return dict(json.loads(text))
        except ValueError:
            raise NotWarmError("no warm kernel: Python ended while it imported") from None

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def _end(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._owned)
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it; kernels that were forked from it end with their boxes."""
        if hasattr(self, "_process"):
            self._end()
        shutil.rmtree(self._folder, ignore_errors=True)


class Fork:
    """A kernel that was forked into a box: `pid` on this side."""

    def __init__(self, line: socket.socket, pid: int) -> None:
        self._line, self.pid = line, pid
        self._code: int | None = None

    def code(self, wait: float = 0.0) -> int | None:
        """How it ended, as subprocess says it; None while it runs or when nobody knows."""
        if self._code is None and self._line.fileno() >= 0:
            told = _told(self._line, wait)
            self._code = told.get("code") if told else None
        return self._code

    def close(self) -> None:
        """Its box ends, if it has not; how it ended is known afterwards too."""
        self.code()
        self._line.close()


def fork(
    path: Path,
    init: int,
    user: User,
    arguments: Sequence[str],
    program: str,
    environment: Mapping[str, str],
    folder: str,
    fds: Sequence[int],
) -> Fork:
    """A kernel in the box whose first process is `init`; `fds` are its stderr and perhaps its stdout.

    Raises NotWarmError.
    """
    order = {
        "init": init,
        "uid": user.uid,
        "gid": user.gid,
        "arguments": list(arguments),
        "program": program,
        "env": dict(environment),
        "folder": folder,
        "filter": seccomp.program().hex(),
    }
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        line.connect(str(path))
        line.sendmsg(
            [json.dumps(order).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds).tobytes())]
        )
        told = _told(line, _FORK_SECONDS) or {"error": "it did not answer"}
        if "pid" not in told:
            raise NotWarmError(f"a warm kernel could not enter its box: {told.get('error')}")
    except OSError as e:
        line.close()
        raise NotWarmError(f"the warm kernels' process has ended ({e.strerror}): grade again") from e
    except BaseException:
        line.close()
        raise
    return Fork(line, int(told["pid"]))


def _told(line: socket.socket, wait: float) -> dict[str, Any]:
    """The next thing that a keeper says; {} when it says nothing in that time, or has gone."""
    ends = time.monotonic() + wait
    while select.select([line], [], [], max(0.0, ends - time.monotonic()))[0]:
        try:
            return dict(json.loads(line.recv(4096) or b"{}"))
        except (OSError, ValueError):
            return {}
    return {}
