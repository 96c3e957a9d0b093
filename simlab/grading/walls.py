"""What a box is made of: its disks and namespaces, limits, environment, and the program that begins in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from simlab.grading.outcome import Limits

# Paths inside the box, where /tmp is a memory disk of its own.
TMP, SHM = "/tmp", "/dev/shm"  # noqa: S108
WORK, HOME, SOCKETS, FILES = f"{TMP}/work", f"{TMP}/home", "/run/k", "/run/files.zip"

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
# Nobody debugs a kernel that is graded, and the debugger is a third of what a kernel loads.
NO_DEBUGGER = "import sys; sys.modules['debugpy'] = None\n"
KERNEL = _START + NO_DEBUGGER + "from ipykernel.kernelapp import launch_new_instance as start\nstart()\n"
SCRIPT = _START + "exec(compile(sys.argv.pop(1), 'box', 'exec'), {'__name__': '__main__'})\n"


def environment() -> dict[str, str]:
    """The whole environment of the box."""
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    # One thread each: as many boxes as processors are at work, and a thread would not survive a fork.
    few = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    home = {"HOME": HOME, "IPYTHONDIR": f"{HOME}/.ipython", "TMPDIR": TMP, "XDG_CACHE_HOME": f"{HOME}/.cache"}
    return {"PATH": path, "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1", **few, **home}


def isolation(limits: Limits) -> list[str]:
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


def rlimits(limits: Limits) -> dict[str, int]:
    size = limits.file_mb << 20
    # Threads count as processes, and libraries start some for each processor.
    most = limits.processes + 4 * (os.cpu_count() or 1)
    return {"RLIMIT_CPU": limits.cpu_seconds, "RLIMIT_FSIZE": size, "RLIMIT_NPROC": most, "RLIMIT_NOFILE": 1024} | {
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
