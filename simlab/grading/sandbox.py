"""The box: one bubblewrap sandbox around one kernel, with its limits.

No network, no file of this machine but Python and its libraries (read-only), its own processes,
a size-capped memory disk, a plain user, and a watcher. Where there is no bubblewrap there is no
box, and grading refuses.
"""

from __future__ import annotations

import io
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from simlab.errors import SandboxError
from simlab.grading import mounts, packing, seccomp
from simlab.grading.outcome import KERNEL_DIED, TIMED_OUT, Limits
from simlab.grading.users import User
from simlab.grading.watch import Watcher, kill

# Paths inside the box, where /tmp is a memory disk of its own.
TMP, SHM = "/tmp", "/dev/shm"  # noqa: S108
WORK, HOME, SOCKETS, FILES = f"{TMP}/work", f"{TMP}/home", "/run/k", "/run/files.zip"
MEND = "install it with `apt install bubblewrap` (or your system's like), or grade on a machine that has it"
_SIGXCPU = 24

# Runs in the box before any code of the learner: the files into place, the limits on, and the
# folder of the notebook last on sys.path, so that a simlab.py of theirs shadows nothing.
_START = f"""
import json, os, resource, sys, zipfile
for name, most in json.loads(sys.argv.pop(1)).items():
    kind = getattr(resource, name)
    top = resource.getrlimit(kind)[1]
    most = most if top == resource.RLIM_INFINITY else min(most, top)
    # Over the soft limit comes SIGXCPU, which tells why the kernel ended; over the hard one SIGKILL.
    end = most + 5 if name == "RLIMIT_CPU" and top == resource.RLIM_INFINITY else most
    resource.setrlimit(kind, (most, end))
os.makedirs({HOME!r}); os.makedirs({WORK!r}); os.chdir({WORK!r})
zipfile.ZipFile({FILES!r}).extractall({WORK!r})
sys.path.append({WORK!r})
"""
KERNEL = _START + "from ipykernel.kernelapp import launch_new_instance as start\nstart()\n"
SCRIPT = _START + "exec(compile(sys.argv.pop(1), 'box', 'exec'), {'__name__': '__main__'})\n"


def bwrap() -> str:
    """Where bubblewrap is. Raises SandboxError with how to mend it."""
    if not sys.platform.startswith("linux"):
        raise SandboxError("the box needs Linux: on Windows use WSL2, on macOS a Linux container")
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxError(f"bubblewrap (bwrap) is not installed, so learners' code has no box to run in: {MEND}")
    return found


class Box:
    """A running box. `kernel_pid` is the kernel's pid on this side, `root` its file system seen from here."""

    def __init__(self, process: subprocess.Popen[bytes], init_pid: int, limits: Limits, user: User) -> None:
        self.process, self.init_pid, self.user = process, init_pid, user
        self.watcher = Watcher(process, init_pid, limits, disks=(TMP, SHM, SOCKETS), kill=self.kill)
        self.watcher.start()

    @property
    def root(self) -> Path:
        return Path(f"/proc/{self.init_pid}/root")

    @property
    def kernel_pid(self) -> int:
        """The first process under the box's init. Raises SandboxError when it is gone."""
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
        return TIMED_OUT if code in (128 + _SIGXCPU, -_SIGXCPU) else KERNEL_DIED

    @property
    def why(self) -> str:
        """What the watcher ended it for, in words; "" when it did not."""
        return self.watcher.why

    def said(self) -> str:
        """What the box wrote to its standard error, its beginning."""
        return self.watcher.said.decode("utf-8", "replace").strip() or "it said nothing"

    def kill(self) -> None:
        """End every process in the box: its init dies, and the kernel ends the rest with it."""
        kill(self.init_pid)
        if self.process.poll() is None:
            self.process.kill()

    def close(self) -> None:
        """Kill the box and wait for its end."""
        self.kill()
        self.process.wait()
        self.watcher.ended.set()
        self.watcher.join()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        self.user.close()


def start(
    arguments: Sequence[str],
    *,
    program: str = KERNEL,
    limits: Limits,
    files: bytes = b"",
    extra: Mapping[str, bytes] | None = None,
    hide: Iterable[Path] = (),
    keep_output: bool = False,
) -> Box:
    """Start a box that runs `program` with `arguments`; `files` is a zip for its working folder.

    `extra` maps paths in the box to read-only contents. Raises SandboxError when there is no box.
    """
    held: list[io.BufferedRandom] = []
    user = User.free()
    try:
        data = {FILES: files or packing.empty(), **user.accounts(HOME), **(extra or {})}
        words = [word for path, content in data.items() for word in _data(path, content, held)]
        filter_ = seccomp.program()
        words += ["--seccomp", str(_hold(filter_, held))] if filter_ else []
        told, tell = os.pipe()
        command = [bwrap(), *_isolation(limits), *mounts.arguments(hide), *words, "--remount-ro", "/"]
        command += ["--info-fd", str(tell), "--chdir", TMP, "--", *user.become()]
        command += [sys.executable, "-P", "-s", "-c", program, json.dumps(_rlimits(limits)), *arguments]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if keep_output else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[tell, *(f.fileno() for f in held)],
                env=environment(),
                start_new_session=True,
            )
        finally:
            os.close(tell)
        return Box(process, _init_pid(told, process), limits, user)
    except BaseException:
        user.close()
        raise
    finally:
        for file in held:
            file.close()


def environment() -> dict[str, str]:
    """The whole environment of the box."""
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    few = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    home = {"HOME": HOME, "IPYTHONDIR": f"{HOME}/.ipython", "TMPDIR": TMP, "XDG_CACHE_HOME": f"{HOME}/.cache"}
    return {"PATH": path, "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1", **few, **home}


def _isolation(limits: Limits) -> list[str]:
    spaces = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    spaces += ["--hostname", "box", "--die-with-parent", "--new-session"]
    if os.geteuid() != 0:
        spaces += ["--unshare-user", "--disable-userns"]
    disks = [*_disk(TMP, limits.disk_mb), *_disk(SOCKETS, 1)]
    # A shared mapping of /dev/zero is memory that is in nobody's size; /dev/full reads the same and has none.
    shared = [*_disk(SHM, min(64, limits.disk_mb)), "--dev-bind", "/dev/full", "/dev/zero", "--remount-ro", "/dev"]
    return [*spaces, "--proc", "/proc", "--dev", "/dev", *shared, *disks]


def _disk(path: str, megabytes: int) -> list[str]:
    return ["--perms", "1777", "--size", str(megabytes << 20), "--tmpfs", path]


def _rlimits(limits: Limits) -> dict[str, int]:
    size = limits.file_mb << 20
    # Threads count as processes, and libraries start some for each processor.
    most = limits.processes + 4 * (os.cpu_count() or 1)
    return {"RLIMIT_CPU": limits.cpu_seconds, "RLIMIT_FSIZE": size, "RLIMIT_NPROC": most, "RLIMIT_NOFILE": 1024} | {
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
    }


def _hold(content: bytes, held: list[io.BufferedRandom]) -> int:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - `start` closes what it holds
    held.append(file)
    file.write(content)
    file.flush()
    file.seek(0)
    return file.fileno()


def _data(path: str, content: bytes, held: list[io.BufferedRandom]) -> list[str]:
    return ["--perms", "0444", "--ro-bind-data", str(_hold(content, held)), path]


def _init_pid(told: int, process: subprocess.Popen[bytes]) -> int:
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
        _, said = process.communicate()
        raise SandboxError(explain(said.decode("utf-8", "replace").strip())) from None


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
