"""What strangers hand in to be marked, to be somebody else's trouble, or merely broken: one batch meets it all.

Each case says what must come of it: its one outcome, and never a mark that was not earned.
"""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from simlab.grading import batch, notebooks
from simlab.grading.course import Course
from simlab.grading.outcome import OUT_OF_MEMORY, Limits, Outcome
from tests.grading import making, small
from tests.grading.making import cell, edit, graded

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
