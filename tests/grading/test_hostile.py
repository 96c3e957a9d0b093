"""What strangers hand in to be marked, to be somebody else's trouble, or merely broken: one batch meets it all.

Each case says what must come of it: its one outcome, and never a mark that was not earned.
"""

from __future__ import annotations

import copy
import json
import logging
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from simlab.errors import GradingError
from simlab.exercise import wire
from simlab.grading import batch, gradebook, harmless, intake, notebooks, pipeline, sandbox, seccomp, untrusted, watch
from simlab.grading.course import Course, programs_on_path
from simlab.grading.outcome import OUT_OF_MEMORY, Limits, Outcome
from simlab.grading.prepare import add_course, add_learners
from tests.grading import making, small
from tests.grading.making import cell, edit, graded
from tests.grading.test_sandbox import inside

ROOT = Path(__file__).parents[2]
NAME = small.NAME
SHORT = Limits(cell_seconds=4, notebook_seconds=20, memory_mb=700)
GRADED, REPAIRED = "graded", "repaired"
Nb = dict[str, Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return small.course(tmp_path_factory.mktemp("course"), (NAME, small.checks()))


# ------------------------------------------------------------------- one batch of notebooks that run

FORGE = """
import json, simlab.exercise.probe as probe
def answer(token, request, names, cap=0):
    probe.publish({{"token": token, "reply": {reply}}})
probe.answer = answer
"""
SEND = "k = get_ipython().kernel\nsock = k.iopub_thread.socket\n"

# name: (what runs first, in work that is otherwise right; outcome; points)
WITH_RIGHT_WORK: dict[str, tuple[str, str, float | None]] = {
    "honest": ("1", GRADED, 5),
    "unsigned messages": (SEND + "sock.send_multipart([b'a', b'<IDS|MSG>', b'', b'{', b'{', b'{', b'{'])", GRADED, 5),
    "messages of no shape": (
        SEND + "for kind in ('stream', 'display_data', 'error', 'status', 'execute_input', 'x'):\n"
        "    for said in ([], {}, {'data': []}, {'name': [], 'text': {}}, {'execution_state': []}):\n"
        "        k.session.send(k.iopub_socket, kind, said, parent=k.get_parent())",
        GRADED,
        5,
    ),
    "a message without end": (SEND + "sock.send_multipart([bytes(4_500_000)] * 600, copy=False)\nimport time\n"
                              "time.sleep(3)", OUT_OF_MEMORY, None),
    "files without end": ("import os\nfor n in range(10**7): os.mknod(f'/tmp/f{n}')", OUT_OF_MEMORY, None),
    "a full disk": ("try:\n    for n in range(9): open(f'/tmp/f{n}', 'wb').write(bytes(99 << 20))\n"
                    "except OSError: pass", GRADED, 5),
    "a fork bomb": ("import os, time\ntry:\n    while os.fork() or time.sleep(60): pass\nexcept OSError: pass", GRADED, 5),
    "daemons": ("import os, signal, time\nif os.fork() == 0:\n    os.setsid()\n    for s in (1, 2, 15):\n"
                "        signal.signal(s, signal.SIG_IGN)\n    if os.fork() == 0: time.sleep(60)\n    os._exit(0)", GRADED, 5),
    "signals ignored": ("import signal\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)", GRADED, 5),
    "work after the cell": ("import asyncio, atexit, time\natexit.register(time.sleep, 60)\nasync def on():\n"
                            "    while True:\n        print('x' * 99); await asyncio.sleep(0)\n"
                            "t = asyncio.get_event_loop().create_task(on())", GRADED, 5),
    "sockets swapped for links": ("import os\nfor n in range(1, 6):\n    os.unlink(f'/run/k/k-{n}')\n"
                                  "    os.symlink('/etc/passwd', f'/run/k/k-{n}')", GRADED, 5),
    "a deep message": (SEND + "x = []\nfor _ in range(400): x = [x]\n"
                       "k.session.send(k.iopub_socket, 'stream', {'a': x}, parent=k.get_parent())", GRADED, 5),
    "descriptors closed": ("import os; os.closerange(3, 900)", "kernel died", None),
    "two replies": ("import simlab.exercise.probe as p\nonce = p.publish\np.publish = lambda d: (once(d), once(d))",
                    GRADED, 0),
    "a reply of another length": (FORGE.format(reply="'[' + ','.join(['[7719,\"\",\"\"]'] * 99) + ']'"), GRADED, 0),
    "a reply without end": (FORGE.format(reply="'[' * 900 + ']' * 900"), GRADED, 0),
    "a reply of colliding keys": (
        FORGE.format(reply="json.dumps([[{'t': 'dict', 'v': [[{'t': 'int', 'v': hex(n * (2**61 - 1))}, 0] "
                           "for n in range(9999)]}, '', '']])"), GRADED, 0),
    "no display": ("get_ipython().display_pub.publish = lambda *a, **k: None", GRADED, 0),
}  # fmt: skip

# name: (what runs first, in work that is otherwise missing); none of it may have a point
WITHOUT_WORK = {
    "everything is right": "import builtins, json\nbuiltins.eval = lambda *a: 7719\njson.dumps = lambda *a, **k: '[]'",
    "every reply is right": FORGE.format(reply="json.dumps([[True, '', '']] * 2)"),
    "the kernel is replaced": "import sys\nsys.displayhook = None\n"
    "get_ipython().display_formatter.format = lambda *a, **k: ({'text/plain': '5.0'}, {})",
    "traced": "import sys\nsys.settrace(lambda *a: print('5.0'))",
    "marks are printed": "from IPython.display import publish_display_data\n"
    "publish_display_data({'text/plain': '5.0', 'application/vnd.simlab.reply+json': {'token': '', 'reply': '[]'}})",
}

# name: (source of `double`, points for it)
FUNCTIONS = {
    "a half character": ("def double(n): raise ValueError('\\ud800 \\x1b]0;x\\x07')", 0),
    "an error that cannot be said": (
        "class E(Exception):\n    def __str__(self): raise KeyboardInterrupt\ndef double(n): raise E()", 0),
    "an endless name": ("def double(n): raise type('X' * 10**6, (Exception,), {})('y' * 10**6)", 0),
    "right the second time": ("c = []\ndef double(n):\n    c.append(n)\n    return 2 * n if len(c) > 1 else 0", 1),
    "stopped": ("import os\ndef double(n): os.kill(os.getpid(), 19)", None),
    "asleep": ("import time\ndef double(n): time.sleep(60)", 0),
    "leaving": ("def double(n): raise SystemExit(2 * n)", 0),
    "later": ("async def double(n): return 2 * n", 0),
    "forked": ("import os\ndef double(n):\n    os.fork()\n    return 2 * n", 2),
}  # fmt: skip

# name: source of `total`, which is to be the int 7719
VALUES = {
    "not a number": "float('nan')",
    "a float": "7719.0",
    "too long": "10**100_000",
    "a generator": "(x for x in [7719])",
    "a text that equals": "type('T', (str,), {'__eq__': lambda s, o: True, '__hash__': None})('7719')",
    "a number that equals": "type('N', (int,), {'__eq__': lambda s, o: True, '__hash__': None})(7719)",
    "pickled": "type('R', (), {'__reduce__': lambda s: (print, ('x',))})()",
    "a wire value": "__import__('simlab.exercise.wire', fromlist=['Frame']).Frame((1,), ([7719],))",
    "in itself": "(lambda x: (x.append(x), x)[1])([])",
}


def cells_swapped(nb: Nb) -> None:
    one, two = (next(c for c in nb["cells"] if notebooks.grade_id(c) == g) for g in ("fun", "val"))
    one["metadata"], two["metadata"] = two["metadata"], one["metadata"]
    one["source"], two["source"] = "3.0", "2.0"


def marks_added(nb: Nb) -> None:
    for c in nb["cells"]:
        if notebooks.graded_meta(c):
            c["metadata"]["nbgrader"] |= {"points": 1000, "locked": False, "solution": True}
    nb["cells"] += [cell("code", "more", "100.0", graded("../../more", 100)), *(dict(nb["cells"][4]) for _ in range(3))]


def cells_of_no_kind(nb: Nb) -> None:
    odd: list[Any] = [1, None, [], {}, {"cell_type": []}, {"cell_type": "code", "source": {}, "metadata": [], "id": {}}]
    nb["cells"] = [*odd, *nb["cells"]]
    for c in nb["cells"][6:]:
        c["id"] = "../../../etc/passwd\0"


SURGERY: dict[str, tuple[Callable[[Nb], None], str, float]] = {
    "cells swapped": (cells_swapped, REPAIRED, 0),
    "marks added": (marks_added, REPAIRED, 0),
    "cells of no kind": (cells_of_no_kind, GRADED, 5),
}


def hand_in(home: Course, folder: Path) -> dict[str, tuple[set[str], float | None]]:
    """Everything above, handed in; what each must come to: (outcomes, points)."""
    right, blank, wanted = small.solved(home), making.released(home, NAME), {}
    for name, (source, outcome, points) in WITH_RIGHT_WORK.items():
        making.submit(folder, name, small.before(right, source), NAME)
        wanted[name] = ({outcome}, points)
    for name, source in WITHOUT_WORK.items():
        making.submit(folder, name, small.before(blank, source), NAME)
        wanted[name] = ({GRADED, "kernel died"}, 0.0)
    for name, (source, points) in FUNCTIONS.items():
        making.submit(folder, name, edit(right, "double", source), NAME)
        wanted[name] = ({"timed out", GRADED}, None if points is None else points + 3.0)
    for name, source in VALUES.items():
        making.submit(folder, name, edit(right, "total", f"total = {source}"), NAME)
        wanted[name] = ({GRADED}, 2.0)
    for name, (change, outcome, points) in SURGERY.items():
        nb = copy.deepcopy(right if points else blank)
        change(nb)
        making.submit(folder, name, nb, NAME)
        wanted[name] = ({outcome}, points)
    return wanted


Graded = dict[str, tuple[Outcome, tuple[set[str], float | None]]]


@pytest.fixture(scope="module")
def graded_all(home: Course, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """The one batch: outcomes by name, each with what it must be."""
    folder = tmp_path_factory.mktemp("in")
    wanted = hand_in(home, folder)
    found = batch.grade(folder, home.root, limits=SHORT)
    assert sorted(o.learner for o in found) == sorted(wanted)
    return {o.learner: (o, wanted[o.learner]) for o in found}


EVERY = [*WITH_RIGHT_WORK, *WITHOUT_WORK, *FUNCTIONS, *VALUES, *SURGERY]


@pytest.mark.parametrize("name", EVERY)
def test_one_outcome_and_no_mark_that_was_not_earned(graded_all: Graded, name: str) -> None:
    found, (outcomes, points) = graded_all[name]
    assert found.outcome in outcomes, found.reason
    assert found.points == points or (found.points is None and found.outcome == "kernel died"), found
    assert found.maximum == 5.0 and found.isolated


def test_what_a_function_says_is_kept_without_what_steers(graded_all: Graded, home: Course) -> None:
    found, _ = graded_all["a half character"]
    assert "\x1b" not in found.checks[0].message and "ValueError" in found.checks[0].message
    page = (home.feedback / "a half character" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "\x1b" not in page


@pytest.mark.usefixtures("graded_all")
def test_nothing_is_left_on_this_machine() -> None:
    assert not list(Path(tempfile.gettempdir()).glob(f"simlab-kernel-{os.getpid()}-*"))
    assert not [p for p in psutil.process_iter(["name"]) if p.info["name"] == "bwrap" and p.ppid() == os.getpid()]


# --------------------------------------------------------------------------------- this side's memory

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
        sandbox.start(["import os; print(os.getuid())"], program=sandbox.SCRIPT, limits=Limits(), keep_output=True)
        for _ in range(2)
    ]
    said = [box.output.read() for box in boxes if box.output]
    for box in boxes:
        box.close()
    assert len(set(said)) == 2 and b"0\n" not in said


# ------------------------------------------------------------------------ what is handed in, not run


def test_nothing_handed_in_ends_a_batch(home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever intake trips over, known today or not, is that submission's outcome."""
    right = small.solved(home)
    for name in ("ann", "trips", "zoe"):
        making.submit(tmp_path, name, right, NAME)
    real = intake.parse

    def trips(data: bytes, name: str) -> Any:
        if calls.pop(0) == "trips":
            raise RecursionError
        return real(data, name)

    calls = ["ann", "trips", "zoe"]
    monkeypatch.setattr(intake, "parse", trips)
    found = batch.grade(tmp_path, home.root, work=passing)
    assert [(o.learner, o.outcome) for o in found] == [("ann", GRADED), ("trips", "quarantined"), ("zoe", GRADED)]
    assert "a fault of the grader (RecursionError)" in found[1].reason


def passing(root: Path, learner: str, assignment: str, *, limits: Limits, sandbox: bool = True) -> Outcome:
    return Outcome(learner, assignment, GRADED, 5.0, 5.0)


def _zip() -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("a", bytes(20 << 20))
    return held.getvalue()


@pytest.mark.parametrize(
    ("file", "data", "outcome"),
    [
        ("timestamp.txt", b"0001-01-01T00:00:00+14:00", ""),
        ("receipt.json", b'{"at": "9999-12-31T23:59:59-14:00"}', ""),
        ("receipt.json", b"[" * 100_000, ""),
        ("answers.json", _zip(), "unreadable"),
        ("answers.json", b'{"version": 1, "version": 1, "answers": {}, "history": []}', "unreadable"),
        ("answers.json", b'{"version": 1, "answers": {"a": {"value": NaN, "at": ""}}, "history": []}', "unreadable"),
        ("answers.json", b'{"version": 1, "answers": {"a": {"value": ' + b"[" * 900 + b"]" * 900 + b"}}}", "unreadable"),
        ("answers.json", b" " * 2_000_000, "quarantined"),
        ("a\x1b[2J<script>.txt", b"x", ""),
    ],
)  # fmt: skip
def test_files_beside_a_notebook(home: Course, tmp_path: Path, file: str, data: bytes, outcome: str) -> None:
    making.submit(tmp_path, "ann", small.solved(home), NAME)
    making.submit(tmp_path, "ann", data, NAME, file=file)
    (found,) = intake.find(tmp_path, home)
    taken = intake.take(tmp_path, found, home)
    assert taken.outcome == outcome
    assert "\x1b" not in taken.reason + "".join(taken.repairs)


def test_a_format_that_steers_a_terminal_is_said_plainly(home: Course, tmp_path: Path) -> None:
    making.submit(tmp_path, "ann", small.solved(home) | {"nbformat": "\x1b]0;x\x07=1+1"}, NAME)
    (found,) = intake.find(tmp_path, home)
    assert "\\x1b]0;x" in intake.take(tmp_path, found, home).reason


def _old(cells: list[Any]) -> dict[str, Any]:
    return {"worksheets": [{"cells": cells}], "metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}


def test_an_old_notebook_is_taken_and_a_huge_one_refused_at_once(home: Course, tmp_path: Path) -> None:
    def old(c: dict[str, Any]) -> dict[str, Any]:
        if c["cell_type"] != "code":
            return {"cell_type": "markdown", "source": c["source"]}
        outputs = [{"output_type": "stream", "stream": "stdout", "text": "x"}] * 20_000
        kept = {"cell_type": "code", "input": c["source"], "metadata": c["metadata"], "language": "python"}
        return kept | {"outputs": outputs, "prompt_number": 1}

    making.submit(tmp_path, "old", _old([old(c) for c in small.solved(home)["cells"]]), NAME)
    making.submit(tmp_path, "huge", _old([{}] * 200_000), NAME)
    started = time.monotonic()
    huge, taken = (intake.take(tmp_path, f, home) for f in intake.find(tmp_path, home))
    assert huge.outcome == "quarantined" and "200000 cells" in huge.reason
    assert taken.outcome == "" and time.monotonic() - started < 30
    kept = notebooks.read(home.submitted / "old" / NAME / f"{NAME}.ipynb")
    assert {notebooks.grade_id(c): c["source"] for c in kept["cells"]}["total"] == "total = 7719"


def test_a_thousand_large_notebooks_are_not_all_read(
    home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(30):
        making.submit(tmp_path, "ann", b"", NAME, file=f"{n:02}.ipynb")
        os.truncate(tmp_path / "ann" / NAME / f"{n:02}.ipynb", 1_000_000)
    monkeypatch.setattr(intake, "MAX_TOTAL", 3_500_000)
    read: list[str] = []

    def counted(folder: untrusted.Folder, path: str, cap: int) -> bytes:
        read.append(path)
        return untrusted.read_below(folder, path, cap)

    monkeypatch.setattr(intake, "read_below", counted)
    (found,) = intake.find(tmp_path, home)
    assert intake.take(tmp_path, found, home).outcome == "quarantined"
    assert len(read) == 4


def test_names_that_no_file_can_have_or_that_look_like_another(home: Course, tmp_path: Path) -> None:
    for name in ("ann", "ann\u3164", "\N{GRINNING FACE}" * 60, "山" * 60):
        making.submit(tmp_path, name, small.solved(home), NAME)
    found = batch.grade(tmp_path, home.root, work=passing)
    assert {o.learner[:4]: o.outcome for o in found} == {
        "ann": GRADED,
        "ann\u3164": "quarantined",
        "\N{GRINNING FACE}" * 4: "quarantined",
        "山" * 4: GRADED,
    }


def test_a_folder_that_cannot_be_opened_and_one_that_is_full_of_folders_stop_nothing(
    home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ann", "closed", "full"):
        making.submit(tmp_path, name, small.solved(home), NAME)
    for n in range(300):
        (tmp_path / "full" / f"x{n}").mkdir()
    real = untrusted.Folder.enter

    def enter(self: untrusted.Folder, name: str) -> untrusted.Folder:
        if name == "closed":
            raise untrusted.RefusedError("closed cannot be opened: Permission denied", "unreadable")
        return real(self, name)

    monkeypatch.setattr(untrusted.Folder, "enter", enter)
    found = intake.find(tmp_path, home)
    assert [f.learner for f in found if not f.problem] == ["ann", "full"]
    assert "Permission denied" in next(f.problem for f in found if f.learner == "closed")
    assert len(found) == 2 + 1 + intake.MOST_ODD + 1 and "holds 300 things" in found[-1].problem


def test_text_is_fit_for_a_terminal() -> None:
    assert wire.tame("a\x1b[2J\x07\x9b\u202eb\ud800\n\té") == "a\ufffd[2J\ufffd\ufffd\ufffdb\ufffd\n\té"


# ------------------------------------------------------------------------------- the trainer's screen

LIVE = """<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>
[x](javascript:alert(1)) [y](java&#115;cript\\:alert(1)) [z]( <javascript:alert(1)>) [r] <javascript:alert(1)>
![i](javascript:alert(1)) ![a](attachment:a.png) [page](https://example.org/?a=1&b=2) $\\href{javascript:alert(1)}{x}$

[r]: javascript:alert(1)
"""
SHOW = """
from IPython.display import publish_display_data as show
k = get_ipython().kernel
bad = "<script>alert(1)</script>"
for kind in ("text/html", "text/markdown", "application/javascript", "image/svg+xml", "text/latex", "image/png"):
    show({kind: bad + '" onerror="alert(1)'}, {"image/png": {"width": bad}})
show({"text/plain": bad, "text/html": bad})
show({"image/png": "iVBORw0KGgo="})
k.session.send(k.iopub_socket, "stream", {"name": bad, "text": bad}, parent=k.get_parent())
k.session.send(k.iopub_socket, "execute_input", {"code": "", "execution_count": bad}, parent=k.get_parent())
raise type(bad, (Exception,), {})(bad)
"""


class Live(HTMLParser):
    """Collects what of a page would run: scripts that are not MathJax's, handlers, links that are code."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [tag] * (tag in ("script", "iframe", "object", "embed", "svg", "form", "style", "base", "meta"))
        for name, value in attrs:
            code = (value or "").strip().lower().startswith(("javascript:", "vbscript:"))
            self.found += [f"{tag} {name}={value}"] * (name.startswith("on") or (code and name != "id"))


def formgrader(path: Path) -> str:
    """The part of formgrader's page that shows a submission."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    names = ("assignment_id", "notebook_id", "submission_id", "student", "last_name", "first_name")
    about: dict[str, Any] = dict.fromkeys(names, "x") | {"index": 0, "total": 1, "base_url": "", "notebook_path": ""}
    html, _ = HTMLExporter(config=config).from_filename(str(path), resources=about)
    return str(html[html.index('id="notebook"') :])


@pytest.mark.filterwarnings("ignore")
def test_what_is_kept_of_a_submission_is_not_live_in_formgrader(home: Course) -> None:
    nb = small.before(small.solved(home), SHOW)
    nb["cells"] += [cell("markdown", "m", f"mine: {LIVE}\n\n`a < b`"), cell("raw", "r", LIVE)]
    nb["cells"][-2]["attachments"] = {"a.png": {"image/png": '" onerror="alert(1)'}}
    small.hand_in(home, "live", nb)
    assert pipeline.autograde(home.root, "live", NAME, limits=SHORT).points == 5.0
    page, live = formgrader(home.autograded / "live" / NAME / f"{NAME}.ipynb"), Live()
    live.feed(page)
    assert live.found == []
    assert "alert(1)" in page and "iVBORw0KGgo=" in page and "h1" in live.tags
    assert 'href="https://example.org/' in page
    assert "&lt;script&gt;alert(1)" in page, "what was meant to run is there to be read"


@pytest.mark.parametrize("kind", ["stream", "error", "display_data", "execute_result"])
def test_any_output_can_be_made_harmless(kind: str) -> None:
    odd: list[Any] = [None, 1, [], {}, "<b>", {"text/html": "x"}, {"text/plain": 3}]
    for x in odd:
        out = harmless.harmless({"output_type": kind, "name": x, "text": x, "ename": x, "evalue": x, "traceback": x,
                                 "data": x if isinstance(x, dict) else {}, "execution_count": x})  # fmt: skip
        assert out.output_type == kind and json.dumps(out)


# ------------------------------------------------------------------------------------ where one stands


def test_nothing_is_imported_from_the_folder_that_one_stands_in(home: Course, tmp_path: Path) -> None:
    stand = tmp_path / "stand"
    stand.mkdir()
    for name in ("json", "pandas", "simlab", "multiprocessing", "signal", "nbgrader", "sitecustomize", "alembic"):
        stand.joinpath(f"{name}.py").write_text(f"open({str(tmp_path / 'planted')!r}, 'a').write('{name} ')\n1 / 0\n")
    making.submit(stand / "in", "ann", small.solved(home), NAME)
    program = str(Path(sys.executable).parent / "simlab")
    command = [program, "grade", "in", "--course", str(home.root), "--json"]
    run = subprocess.run(command, cwd=stand, capture_output=True, text=True, timeout=300)
    assert not (tmp_path / "planted").exists(), (tmp_path / "planted").read_text()
    assert json.loads(run.stdout)["points"] == 5.0, run.stderr


# ------------------------------------------------------------------------------ two that write at once


def _open_books(paths: list[Path], gate: Any, told: Any) -> None:
    logging.disable(logging.CRITICAL)
    for path in paths:

        def work(path: Path = path) -> None:
            with Gradebook(gradebook.url(path), "larkspur"):
                pass

        gate.wait(60)
        try:
            gradebook.retried(work)
        except Exception as e:
            told.put(f"{type(e).__name__}: {e}")
    told.put("")


def test_two_processes_may_both_make_the_row_of_the_course(tmp_path: Path) -> None:
    """On thirty fresh gradebooks; without the second try a third of them ends in an IntegrityError."""
    paths = [tmp_path / f"{n}.db" for n in range(30)]
    context = multiprocessing.get_context("fork")
    with programs_on_path():
        with Gradebook(gradebook.url(tmp_path / "first.db")):
            pass
        for path in paths:
            shutil.copyfile(tmp_path / "first.db", path)
        gate, told = context.Barrier(2), context.SimpleQueue()
        both = [context.Process(target=_open_books, args=(paths, gate, told)) for _ in range(2)]
        for process in both:
            process.start()
        said = [told.get(), told.get()]
        for process in both:
            process.join(60)
    assert said == ["", ""]


def test_the_row_of_the_course_is_made_before_the_first_process(tmp_path: Path) -> None:
    home = making.make_course(tmp_path)
    home.root.joinpath("nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "larkspur"\n', encoding="utf-8"
    )
    add_course(home)
    add_learners(home, ["ann"])
    with programs_on_path(), Gradebook(gradebook.url(home.gradebook)) as gb:
        from nbgrader.api import Course as Row

        assert {c.id for c in gb.db.query(Row).all()} >= {"larkspur"}
