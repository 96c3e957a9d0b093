"""The warm Python that kernels are forked from: a program, run by its path, once a batch.

It imports what notebooks import and then only waits. A fork of it enters the namespaces of a box
that bubblewrap has made, drops every right, and becomes the kernel there: by itself the box's
program, with a second of imports already done. Nothing of `simlab.grading` is loaded here, as a
learner's code will live in what this process knows: no course, no learner, no secret.

For each fork a keeper stays outside the box's process namespace. It tells how the kernel ended, and
ends the box when whoever asked for it has gone.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import functools
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import types
from pathlib import Path
from typing import Any, NoReturn

MOST = 1 << 17  # bytes of one order
_CLONE = {  # linux/sched.h
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "mnt": 0x00020000,
}
_NEEDED = frozenset({"uts", "ipc", "pid", "net", "mnt"})
_CLONE_NEWUSER, _NS_GET_USERNS = 0x10000000, 0xB701
_PDEATHSIG, _DUMPABLE, _SECCOMP, _BOUNDING, _NO_NEW_PRIVS = 1, 4, 22, 24, 38  # linux/prctl.h
_FILTER, _LAST_CAPABILITY, _CAPABILITY_VERSION = 2, 63, 0x20080522


def _libc(name: str, *arguments: Any) -> None:
    """A call of libc that must succeed. Raises OSError."""
    if getattr(_whole_libc(), name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


@functools.cache
def _whole_libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


# ------------------------------------------------------------------------------------ made ready


def preload(names: list[str]) -> dict[str, Any]:
    """Import modules: {"missing": those that cannot be, "threads": the one that began a thread}.

    A thread does not survive a fork, and what it held stays locked: such a module is named, and the
    owner starts again without it.
    """
    missing = {}
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # as in every kernel that is graded
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as e:
            missing[name] = f"{type(e).__name__}: {e}"[:200]
        if len([*Path("/proc/self/task").iterdir()]) > 1:
            return {"missing": missing, "threads": name}
    gc.collect()
    gc.freeze()
    return {"missing": missing, "threads": ""}


def serve(listener: socket.socket, owner: int) -> dict[str, Any]:
    """Wait for orders until the owner's pipe ends. Returns in a forked kernel only, inside its box."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are not waited for
    while True:
        ready, _, _ = select.select([listener.fileno(), owner], [], [])
        if owner in ready:
            os._exit(0)
        asked, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            return keep(asked)
        asked.close()


# ----------------------------------------------------------------------------------- one kernel


def keep(asked: socket.socket) -> dict[str, Any]:
    """Fork the kernel into its box and stay with it. Returns in the kernel only."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        order, fds = _received(asked)
        box = os.pidfd_open(order["init"])
        enter(box, order["init"])
        pid = os.fork()
    except BaseException as e:
        with contextlib.suppress(OSError):
            asked.send(json.dumps({"error": f"{type(e).__name__}: {e}"[:300]}).encode())
        os._exit(1)
    if pid:
        for fd in fds:
            os.close(fd)
        _watch(asked, pid, box)
    asked.detach()
    try:
        become(order, fds)
    except BaseException as e:
        with contextlib.suppress(OSError):
            os.write(2, f"{type(e).__name__}: {e}\n".encode())  # where the box's own complaints go
        os._exit(1)
    return order


def _received(asked: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """An order, and the descriptors that came with it."""
    room = array.array("i")
    data, extra, _, _ = asked.recvmsg(MOST, socket.CMSG_SPACE(4 * room.itemsize))
    for level, kind, packed in extra:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            room.frombytes(packed[: len(packed) - len(packed) % room.itemsize])
    return json.loads(data), list(room)


def _watch(asked: socket.socket, pid: int, box: int) -> NoReturn:
    """Say who the kernel is and how it ended; the box ends with it, or with whoever asked for it."""
    try:
        asked.send(json.dumps({"pid": pid}).encode())
        ended = os.pidfd_open(pid)
        ready, _, _ = select.select([asked.fileno(), ended], [], [])
        if ended in ready:
            _, status = os.waitpid(pid, 0)
            asked.send(json.dumps({"code": os.waitstatus_to_exitcode(status)}).encode())
    finally:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(box, signal.SIGKILL)
        os._exit(0)


def enter(box: int, init: int) -> None:
    """Move into the namespaces of a box, of which `box` is the pidfd and `init` the pid of the first process.

    Raises OSError, or PermissionError where one that keeps learners apart would be shared.
    """
    import fcntl  # this file is read on Windows too, where it is not there

    spaces = [name for name in _CLONE if _ns("self", name) != _ns(str(init), name)]
    if not {*spaces} >= _NEEDED:
        raise PermissionError(f"the box shares {', '.join(sorted(_NEEDED - {*spaces}))} with this machine")
    mounts = os.open(f"/proc/{init}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    users = os.open(f"/proc/{init}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    # A plain user may enter what its own user namespaces own, from inside them; the box's last one
    # (bwrap --disable-userns makes two) holds the fewest rights and comes at the end.
    owner = fcntl.ioctl(mounts, _NS_GET_USERNS)
    if not _is_ours(owner):
        _libc("setns", owner, _CLONE_NEWUSER)
    _libc("setns", box, sum(_CLONE[name] for name in spaces))
    if os.fstat(users).st_ino != os.fstat(owner).st_ino:
        _libc("setns", users, _CLONE_NEWUSER)
    for fd in (mounts, users, owner):
        os.close(fd)


def _ns(pid: str, name: str) -> str:
    return str(Path(f"/proc/{pid}/ns/{name}").readlink())


def _is_ours(users: int) -> bool:
    return os.fstat(users).st_ino == Path("/proc/self/ns/user").stat().st_ino


def become(order: dict[str, Any], fds: list[int]) -> None:
    """Turn this fork into what `setpriv` and bwrap make of a new program: a plain user without rights."""
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    err, out = fds[0], fds[1] if len(fds) > 1 else null
    for there, here in ((null, 0), (out, 1), (err, 2)):
        os.dup2(there, here)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    for capability in range(_LAST_CAPABILITY + 1):
        _whole_libc().prctl(_BOUNDING, capability, 0, 0, 0)  # those that this kernel does not know are refused
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(order["gid"], order["gid"], order["gid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
    _no_capabilities()
    _libc("prctl", _DUMPABLE, 1, 0, 0, 0)  # as after an exec: what it is can be seen by its own user
    _libc("prctl", _PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _libc("prctl", _NO_NEW_PRIVS, 1, 0, 0, 0)
    os.environ.clear()
    os.environ.update(order["env"])
    os.umask(0o022)
    os.chdir(order["folder"])
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()  # Python's own is seeded anew by the fork
    if order["filter"]:
        _filter(bytes.fromhex(order["filter"]))


def _no_capabilities() -> None:
    head = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _libc("capset", head, (ctypes.c_uint32 * 6)())


def _filter(program: bytes) -> None:
    """The seccomp filter on, for this process and all that it starts."""

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]

    whole = Program(len(program) // 8, program)
    _libc("prctl", _SECCOMP, _FILTER, ctypes.byref(whole), 0, 0)


def run(order: dict[str, Any]) -> None:
    """The box's program, as `python -c` would run it."""
    sys.argv = ["-c", *order["arguments"]]
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    exec(compile(order["program"], "<string>", "exec"), main.__dict__)  # noqa: S102 - what `python -c` does


def start() -> dict[str, Any]:
    """Import, tell the owner, wait. The order of a kernel, in a fork of this process."""
    listener, owner, tell = (int(word) for word in sys.argv[1:4])
    told = preload(json.loads(sys.argv[4]))
    os.write(tell, json.dumps(told).encode())
    os.close(tell)
    return serve(socket.socket(fileno=listener), owner)


if __name__ == "__main__":
    run(start())
