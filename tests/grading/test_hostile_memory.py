"""Memory that hostile work takes, on either side of the box, is counted or cannot be had."""

from __future__ import annotations

import os
import resource
import time

import pytest

from simlab.errors import GradingError
from simlab.grading import pipeline, sandbox, seccomp, walls, watch
from simlab.grading.course import Course
from simlab.grading.outcome import OUT_OF_MEMORY, Limits
from tests.grading import small
from tests.grading.test_sandbox import inside

NAME = small.NAME
SHORT = Limits(cell_seconds=4, notebook_seconds=20, memory_mb=700)
SEND = "k = get_ipython().kernel\nsock = k.iopub_thread.socket\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return small.course(tmp_path_factory.mktemp("course"), (NAME, small.checks()))


ERRORS = (
    SEND
    + """
import threading, time
def flood():
    while True:
        k.send_response(k.iopub_socket, "error", {"ename": "E", "evalue": "x" * 4_500_000, "traceback": []})
threading.Thread(target=flood, daemon=True).start()
time.sleep(3)
"""
)
REPLIES = """
import simlab.exercise.probe as probe
def answer(token, request, names, cap=0):
    for _ in range(150): probe.publish({"token": token, "reply": "x" * 4_500_000})
probe.answer = answer
"""


@pytest.mark.parametrize("source", [pytest.param(ERRORS, id="errors"), pytest.param(REPLIES, id="replies")])
def test_a_flood_of_what_is_always_kept_costs_little(home: Course, source: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    small.hand_in(home, "flood", small.before(small.solved(home), source))
    got = pipeline.autograde(home.root, "flood", NAME, limits=Limits(cell_seconds=10, notebook_seconds=60))
    assert got.points is not None
    assert (home.autograded / "flood" / NAME / f"{NAME}.ipynb").stat().st_size < 8 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 350 << 10


def test_a_machine_short_of_memory_is_nobodys_mark(home: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    small.hand_in(home, "short", small.before(small.solved(home), "import time; time.sleep(2)"))
    monkeypatch.setattr(watch, "is_short", lambda: True)
    with pytest.raises(GradingError, match="this machine ran short of memory"):
        pipeline.autograde(home.root, "short", NAME, limits=SHORT)


# ------------------------------------------------------------------------- memory that nobody maps

CTYPES = "import ctypes, os, time\nlibc = ctypes.CDLL(None, use_errno=True)\n"
UNMAPPED = {
    "shared pages": "import mmap\nfor n in range(9):\n    m = mmap.mmap(-1, 1 << 20)\n    m.madvise(mmap.MADV_DONTNEED)",
    "shared pages of a device": "import mmap, os\nmmap.mmap(os.open('/dev/zero', os.O_RDWR), 1 << 20, mmap.MAP_SHARED)",
    "semaphores": CTYPES + "if libc.semget(0, 32000, 0o600) == -1: raise OSError",
    "queues": CTYPES + "if libc.msgget(0, 0o600) == -1: raise OSError",
    "rulesets": CTYPES + "if libc.syscall(444, bytes(16), 16, 0) == -1: raise OSError",
    "sockets of a virtual machine": "import socket; socket.socket(socket.AF_VSOCK)",
    "packets": "import socket; socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
    "other protocols": "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)",
}
GROWING = {
    "page tables": "import mmap\nm = mmap.mmap(-1, 1 << 42, mmap.MAP_PRIVATE | 0x4020, mmap.PROT_READ)\n"
    "for o in range(0, 1 << 42, 2 << 20): m[o]",
    "sockets": "import socket, os, time\nfor _ in range(6):\n    if os.fork() == 0:\n        held = []\n"
    "        try:\n            while True: held += socket.socketpair()\n        except OSError: time.sleep(20)\ntime.sleep(20)",
    "connections": "import socket, time\ns = socket.create_server(('127.0.0.1', 0))\n"
    "held = [socket.create_connection(s.getsockname()) for _ in range(60)]\ntime.sleep(20)",
    "unaccepted": "import socket, time\ns = socket.socket(socket.AF_UNIX); s.bind('/tmp/s'); s.listen(4096)\n"
    "for _ in range(3000):\n    c = socket.socket(socket.AF_UNIX); c.connect('/tmp/s'); c.send(b'x' * 999); c.close()\n"
    "time.sleep(20)",
    "files": "import os\nfor n in range(10**7): os.mknod(f'/dev/shm/f{n}')",
}  # fmt: skip


@pytest.mark.skipif(not seccomp.program(), reason="no filter is known for this processor")
@pytest.mark.parametrize("name", UNMAPPED)
def test_memory_that_is_in_nobodys_size_cannot_be_had(name: str) -> None:
    said, _ = inside(f"try:\n{_indented(UNMAPPED[name])}\n    print('had')\nexcept OSError:\n    print('refused')")
    assert said == "refused\n"


@pytest.mark.parametrize("name", GROWING)
def test_what_the_kernel_keeps_for_a_box_is_counted(name: str) -> None:
    _, box = inside(GROWING[name], limits=Limits(memory_mb=300, notebook_seconds=15))
    assert box.reason == OUT_OF_MEMORY, box.why


@pytest.mark.long
def test_shared_pages_do_not_keep_the_watcher_busy() -> None:
    code = (
        "import mmap, os, time\nm = mmap.mmap(-1, 1 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "for o in range(0, 1 << 30, 4096): m[o] = 1\n"
        "for _ in range(60):\n    if os.fork() == 0: time.sleep(30); os._exit(0)\ntime.sleep(30)"
    )
    started = time.monotonic()
    _, box = inside(code, limits=Limits(memory_mb=1500))
    assert box.reason == OUT_OF_MEMORY and time.monotonic() - started < 25


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.split("\n"))


@pytest.mark.skipif(os.geteuid() != 0, reason="a plain user's boxes each have a namespace of users")
def test_two_boxes_of_one_process_have_two_users() -> None:
    boxes = [
        sandbox.start(["import os; print(os.getuid())"], program=walls.SCRIPT, limits=Limits(), keep_output=True)
        for _ in range(2)
    ]
    said = [box.output.read() for box in boxes if box.output]
    for box in boxes:
        box.close()
    assert len(set(said)) == 2 and b"0\n" not in said
