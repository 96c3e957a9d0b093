"""The box: one bubblewrap sandbox around one kernel, with its limits.

No network, no file of this machine but Python and its libraries (read-only), its own processes,
a size-capped memory disk, a plain user, and a watcher. Where there is no bubblewrap there is no
box, and grading refuses.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from simlab.errors import SandboxError
from simlab.grading import mounts, packing, seccomp, walls, warmbox
from simlab.grading.outcome import KERNEL_DIED, TIMED_OUT, Limits
from simlab.grading.users import User
from simlab.grading.watch import Watcher, family, send

MEND = "install it with `apt install bubblewrap` (or your system's like), or grade on a machine that has it"
_SIGXCPU = 24
# Holds a box open until a warm kernel is forked into it: it answers as soon as it runs, and takes no room.
_KEEPER = "cat"


def bwrap() -> str:
    """Where bubblewrap is. Raises SandboxError with how to mend it."""
    if not sys.platform.startswith("linux"):
        raise SandboxError("the box needs Linux: on Windows use WSL2, on macOS a Linux container")
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxError(f"bubblewrap (bwrap) is not installed, so learners' code has no box to run in: {MEND}")
    return found


class Box:
    """A running box. `kernel_pid` is the kernel's pid on this side, `root` its file system seen from here.

    `output` is what it prints, where that is kept; `fork` is set where the kernel came warm.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        init_pid: int,
        limits: Limits,
        user: User,
        errors: IO[bytes],
        output: IO[bytes] | None = None,
    ) -> None:
        self.process, self.init_pid, self.user = process, init_pid, user
        self.errors, self.output = errors, output
        self.fork: warmbox.Fork | None = None
        self.watcher = Watcher(self, limits, disks=(walls.TMP, walls.SHM, walls.SOCKETS))

    @property
    def tops(self) -> tuple[int, ...]:
        """Pids above every process of the box: its own first one and, forked from elsewhere, the kernel."""
        return (self.process.pid, *((self.fork.pid,) if self.fork else ()))

    @property
    def root(self) -> Path:
        return Path(f"/proc/{self.init_pid}/root")

    @property
    def kernel_pid(self) -> int:
        """The first process under the box's init. Raises SandboxError when it is gone."""
        if self.fork:
            return self.fork.pid
        try:
            return int(psutil.Process(self.init_pid).children()[0].pid)
        except (psutil.Error, IndexError):
            raise SandboxError(f"the box has ended: {self.said()}") from None

    @property
    def reason(self) -> str:
        """Why the box ended: "timed out", "out of memory" or "kernel died"; "" while it runs."""
        code = self.process.poll()
        if self.watcher.reason or code is None:
            return self.watcher.reason
        if self.fork:
            code = self.fork.code()
        return TIMED_OUT if code in (128 + _SIGXCPU, -_SIGXCPU) else KERNEL_DIED

    @property
    def why(self) -> str:
        """What the watcher ended it for, in words; "" when it did not."""
        return self.watcher.why

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Nothing in it runs meanwhile: no word can pass from it to another box."""
        stopped: set[int] = set()
        try:
            # Again until nobody is new: one that was not stopped yet may have begun another.
            while new := {p.pid for pid in (self.init_pid, *self.tops[1:]) for p in family(pid)} - stopped:
                for pid in new - {self.init_pid}:
                    send(pid, signal.SIGSTOP)
                stopped |= new
            yield
        finally:
            for pid in stopped - {self.init_pid}:
                send(pid, signal.SIGCONT)

    def said(self) -> str:
        """What the box wrote to its standard error, its beginning."""
        if not self.watcher.is_alive():
            self.watcher.listen()
        return self.watcher.said.decode("utf-8", "replace").strip() or "it said nothing"

    def kill(self) -> None:
        """End every process in the box: its init dies, and the kernel ends the rest with it."""
        send(self.init_pid, signal.SIGKILL)
        if self.process.poll() is None:
            self.process.kill()

    def close(self) -> None:
        """Kill the box and wait for its end."""
        self.kill()
        self.process.wait()
        self.watcher.close()
        if self.fork:
            self.fork.close()
        for stream in (self.process.stdin, self.process.stdout, self.errors, self.output):
            if stream is not None:
                stream.close()
        self.user.close()


def start(
    arguments: Sequence[str],
    *,
    program: str = walls.KERNEL,
    limits: Limits,
    files: bytes = b"",
    extra: Mapping[str, bytes] | None = None,
    hide: Iterable[Path] = (),
    keep_output: bool = False,
    zygote: Path | None = None,
) -> Box:
    """Start a box that runs `program` with `arguments`; `files` is a zip for its working folder.

    `extra` maps paths in the box to read-only contents; with a `zygote` the program is a fork of it.
    Raises SandboxError when there is no box.
    """
    held: list[io.BufferedRandom] = []
    user = User.free()
    words = [json.dumps(walls.rlimits(limits)), *arguments]
    try:
        data = {walls.FILES: files or packing.empty(), **user.accounts(walls.HOME), **(extra or {})}
        inside = [sys.executable, "-P", "-s", "-c", program, *words] if zygote is None else [_KEEPER]
        with _Ends(keep_output) as ends:
            box = _stand(data, inside, limits, hide, user, held, ends, is_warm=zygote is not None)
            if zygote is not None:
                _warm(box, zygote, words, program, ends)
        box.watcher.start()
        return box
    except BaseException:
        user.close()
        raise
    finally:
        for file in held:
            file.close()


class _Ends:
    """The pipes by which a box is heard: `written` are the ends that it gets, closed here when it has them."""

    def __init__(self, keep_output: bool) -> None:
        self.errors, err = os.pipe()
        self.output, out = os.pipe() if keep_output else (-1, -1)
        self.written = [err, out] if keep_output else [err]

    def __enter__(self) -> _Ends:
        return self

    def __exit__(self, *exc: object) -> None:
        for fd in self.written:
            os.close(fd)

    def taken(self) -> tuple[IO[bytes], IO[bytes] | None]:
        """The ends to read from, as files."""
        return os.fdopen(self.errors, "rb", 0), os.fdopen(self.output, "rb") if self.output >= 0 else None


def _stand(
    data: Mapping[str, bytes],
    inside: Sequence[str],
    limits: Limits,
    hide: Iterable[Path],
    user: User,
    held: list[io.BufferedRandom],
    ends: _Ends,
    *,
    is_warm: bool,
) -> Box:
    """The box, standing, with its command begun. Raises SandboxError."""
    words = [word for path, content in data.items() for word in _data(path, content, held)]
    filter_ = seccomp.program()
    words += ["--seccomp", str(_hold(filter_, held))] if filter_ else []
    told, tell = os.pipe()
    command = [bwrap(), *walls.isolation(limits), *mounts.arguments(hide), *words, "--remount-ro", "/"]
    command += ["--info-fd", str(tell), "--chdir", walls.TMP, "--", *user.become(), *inside]
    err, *out = ends.written
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if is_warm else subprocess.DEVNULL,
            stdout=subprocess.PIPE if is_warm else out[0] if out else subprocess.DEVNULL,
            stderr=err,
            pass_fds=[tell, *(f.fileno() for f in held)],
            env=walls.environment(),
            start_new_session=True,
        )
    finally:
        os.close(tell)
    errors, output = ends.taken()
    return Box(process, _init_pid(told, process, errors), limits, user, errors, output)


def _warm(box: Box, zygote: Path, words: Sequence[str], program: str, ends: _Ends) -> None:
    """Have the program forked into a box once all of it stands. Raises SandboxError."""
    try:
        assert box.process.stdin is not None and box.process.stdout is not None
        box.process.stdin.write(b"\n")
        box.process.stdin.flush()
        # The keeper answers from inside: its mounts are made and bwrap's own rights are gone.
        if not (select.select([box.process.stdout], [], [], 30)[0] and box.process.stdout.read(1)):
            raise SandboxError(explain(box.said()))
        env = walls.environment() | {"PWD": walls.TMP}  # as bwrap sets it
        box.fork = warmbox.fork(zygote, box.init_pid, box.user, words, program, env, walls.TMP, ends.written)
    except OSError as e:
        box.close()
        raise SandboxError(explain(box.said())) from e
    except BaseException:
        box.close()
        raise


def _hold(content: bytes, held: list[io.BufferedRandom]) -> int:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - `start` closes what it holds
    held.append(file)
    file.write(content)
    file.flush()
    file.seek(0)
    return file.fileno()


def _data(path: str, content: bytes, held: list[io.BufferedRandom]) -> list[str]:
    return ["--perms", "0444", "--ro-bind-data", str(_hold(content, held)), path]


def _init_pid(told: int, process: subprocess.Popen[bytes], errors: IO[bytes]) -> int:
    """The pid of the box's init, which bwrap tells once the box stands. Raises SandboxError."""
    with os.fdopen(told, "rb") as pipe:
        ends, text = time.monotonic() + 30, b""
        while time.monotonic() < ends:
            if select.select([pipe], [], [], 0.2)[0]:
                piece = os.read(pipe.fileno(), 4096)
                text += piece
                if not piece or b"}" in text:
                    break
    try:
        return int(json.loads(text)["child-pid"])
    except (ValueError, KeyError):
        process.kill()
        process.wait()
        os.set_blocking(errors.fileno(), False)
        said = (errors.read() or b"").decode("utf-8", "replace").strip()
        errors.close()
        raise SandboxError(explain(said)) from None


def explain(said: str) -> str:
    """bubblewrap's complaint in plain words, with how to mend it."""
    low = said.lower()
    if "mount proc" in low:
        how = (
            "start the container with its /proc unmasked (`--security-opt systempaths=unconfined`), or grade outside it"
        )
        return f"the box could not be made ({said}): {how}"
    if "namespace" in low or "uid map" in low or "operation not permitted" in low:
        how = (
            "this machine does not let a plain user make namespaces. Mend: `sysctl user.max_user_namespaces` must not "
            "be 0 and `kernel.unprivileged_userns_clone`, where it exists, must be 1; on Ubuntu 24.04 and later give "
            "bwrap an AppArmor profile with `userns,` (or set `kernel.apparmor_restrict_unprivileged_userns` to 0); "
            "in a container, allow user namespaces or run the grader as its root with CAP_SYS_ADMIN"
        )
        return f"the box could not be made ({said}): {how}"
    return f"the box could not be made: {said or 'bubblewrap ended without a word'}"
