"""A whole class, ten of its submissions hostile and ten damaged, graded by a command that is killed twice.

Fifty submissions on every change, a hundred in `make test-long`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simlab.grading import notebooks
from simlab.grading.course import Course
from tests.browser.conftest import ROOT, Lab, trainers_lab
from tests.browser.test_formgrader import cells, give, nbgrader, opened
from tests.grading import making, written
from tests.grading.written import CHECK, LETTER, NAME, TASK

pytestmark = pytest.mark.browser

RIGHT, WRONG = "days = 60", "days = 30"
HONEST = {
    "right": (RIGHT, 3.0),
    "wrong": (WRONG, 0.0),
    "warns": (f"import warnings\nwarnings.warn('late')\n{RIGHT}", 3.0),
    "prints": (f"import pandas as pd\nprint(pd.DataFrame({{'day': range(60)}}))\n{RIGHT}", 3.0),
}
HOSTILE = {
    "equals": "class E:\n    __eq__ = lambda s, o: True\n    __int__ = __index__ = lambda s: 60\ndays = E()",
    "patches": "from simlab.exercise import probe\nprobe.respond_text = lambda *a, **k: '[60]'\ndays = 0",
    "rewrites": "import ast\nget_ipython().ast_transformers.append(type('T', (ast.NodeTransformer,), {"
    "'visit_Name': lambda s, n: ast.Constant(60)})())\ndays = 0",
    "leaves": "import os\nos._exit(0)",
    "kills": "import os, signal\nfor pid in range(1, 9):\n    try:\n        os.kill(pid, signal.SIGKILL)\n"
    "    except OSError:\n        pass",
    "forks": "import os\nfor _ in range(500):\n    try:\n        if os.fork() == 0:\n            import time\n"
    "            time.sleep(600)\n    except OSError:\n        break\ndays = 0",
    "eats": "x = []\nwhile True:\n    x.append(bytearray(64 << 20).replace(b'\\0', b'1'))",
    "floods": "for _ in range(300):\n    print('x' * 1_000_000)\ndays = 0",
    "peeks": "import glob\nfound = [p for p in glob.glob('/proc/*/root/**/solutions', recursive=False)]\n"
    "days = 60 if found or glob.glob('/srv/**/gradebook.db') else 0",
    "forges": "print('3.0')\nfrom IPython.display import display\ndisplay({'text/plain': '3.0'}, raw=True)\ndays = 0",
}
DAMAGED = {
    "empty": (b"", "unreadable"),
    "cut": (b'{"cells": [{"cell_type": "code", "sour', "unreadable"),
    "zipped": (b"PK\x03\x04 and more", "unreadable"),
    "page": (b"<!DOCTYPE html><p>Sign in first</p>", "unreadable"),
    "noise": (bytes(range(256)) * 20, "unreadable"),
    "list": (b"[1, 2, 3]", "unreadable"),
    "cellless": (b'{"nbformat": 4}', "unreadable"),
    "deep": (b"[" * 100_000, "unreadable"),
}
Keep = Callable[[str], Path]


def hand_in(home: Course, inbox: Path, honest: int) -> dict[str, float | None]:
    """So many honest submissions and twenty others: the automatic points that each deserves, None where there can be none."""
    due: dict[str, float | None] = {}
    for n in range(honest):
        kind = [*HONEST][n % len(HONEST)]
        learner = f"{kind}{n}"
        making.submit(inbox, learner, written.answered(home, f"Dear Dolores. {n}", HONEST[kind][0]), NAME)
        due[learner] = HONEST[kind][1]
    for learner, code in HOSTILE.items():
        making.submit(inbox, learner, written.answered(home, "Dear Dolores.", code), NAME)
        due[learner] = 0.0
    for learner, (data, _) in DAMAGED.items():
        making.submit(inbox, learner, data, NAME)
        due[learner] = None
    bare = written.answered(home, "Dear Dolores.", RIGHT)
    for cell in bare["cells"]:
        cell["metadata"] = {}
    making.submit(inbox, "stripped", bare, NAME)
    lost = written.answered(home, "Dear Dolores.", RIGHT)
    lost["cells"] = [c for c in lost["cells"] if notebooks.grade_id(c) != CHECK]
    making.submit(inbox, "lost", lost, NAME)
    return due | {"lost": 3.0}


def graded(home: Course, inbox: Path, kill_at: int = 0) -> list[dict[str, Any]]:
    """`simlab grade` run to its end, or killed with what it does once so many submissions have an outcome."""
    command = [sys.executable, "-m", "simlab", "grade", str(inbox), "--course", str(home.root), "--json"]
    shown = [*command[:-1]] if kill_at else command
    with subprocess.Popen(
        shown, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        if kill_at:
            said = []
            for line in running.stderr:
                said.append(line)
                if line.startswith(f"[{kill_at}/"):
                    running.send_signal(signal.SIGKILL)
                    break
            running.wait()
            assert running.returncode == -signal.SIGKILL, said[-3:]
            return []
        said, complaint = running.communicate()
        assert running.returncode == 1, complaint
        return [json.loads(line) for line in said.splitlines()]


@pytest.fixture(scope="module", params=[30, pytest.param(80, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def honest(request: pytest.FixtureRequest) -> int:
    """How many of the class are honest."""
    return int(request.param)


@pytest.fixture(scope="module")
def course(
    tmp_path_factory: pytest.TempPathFactory, honest: int
) -> tuple[Course, dict[str, float | None], list[dict[str, Any]]]:
    home = written.course(tmp_path_factory.mktemp("class") / "course")
    shutil.copy2(ROOT / "nbgrader_config.py", home.root)
    inbox = home.root.parent / "inbox"
    due = hand_in(home, inbox, honest)
    graded(home, inbox, kill_at=(honest + 20) // 5)
    graded(home, inbox, kill_at=(honest + 20) * 3 // 5)
    return home, due, graded(home, inbox)


@pytest.fixture(scope="module")
def formgrader(course: tuple[Course, Any, Any]) -> Iterator[Lab]:
    with trainers_lab(course[0].root) as lab:
        yield lab


def test_every_honest_mark_is_right_and_every_outcome_named(course: tuple[Course, Any, Any], honest: int) -> None:
    _, due, found = course
    outcomes = {o["learner"]: o for o in found}
    assert len(found) == len(outcomes) == honest + 20
    got = {name: outcomes[name]["points"] for name in due}
    marks = {n: p for n, p in due.items() if re.sub(r"\d+$", "", n) in HONEST}
    assert {n: got[n] for n in marks} == marks and len(marks) == honest
    assert {outcomes[n]["outcome"] for n in marks} == {"graded"}
    for name in HOSTILE:
        assert not got[name], outcomes[name]
        assert outcomes[name]["outcome"] in ("graded", "repaired", "timed out", "out of memory", "kernel died")
    for name, (_, word) in DAMAGED.items():
        assert (got[name], outcomes[name]["outcome"]) == (None, word) and outcomes[name]["reason"]
    assert outcomes["lost"]["outcome"] == "repaired" and got["lost"] == 3.0
    assert outcomes["stripped"]["repairs"] or outcomes["stripped"]["reason"]
    kinds = Counter(o["outcome"] for o in found)
    assert kinds["graded"] >= honest and kinds["unreadable"] == 8


def test_a_mark_typed_into_formgrader_is_exported(
    page: Page, course: tuple[Course, Any, Any], formgrader: Lab, keep: Keep, honest: int
) -> None:
    home, _, _ = course
    opened(page, formgrader, home, "right0")
    expect(page.locator(f"#{CHECK}")).to_have_attribute("placeholder", "3")
    give(page, page.locator(f"#{LETTER}"), "4", "grade")
    give(page, page.locator(f"#{TASK}"), "1.5", "grade")
    keep("class-marked")
    row = cells(home, "right0")
    assert (row["points"], row["needs_person"]) == ("8.5", "")
    assert cells(home, "empty")["points"] == "" and cells(home, "leaves")["points"] == ""
    nbgrader(home, "export", "--to", "grades.csv")
    exported = csv.DictReader(io.StringIO((home.root / "grades.csv").read_text("utf-8-sig")))
    scores = {r["student_id"]: r["score"] for r in exported}
    assert (
        len(scores) == honest + 20
        and scores["right0"] == "8.5"
        and scores["right4"] == "3.0"
        and scores["wrong1"] == "0.0"
    )
    assert {scores[name] for name in (*DAMAGED, "leaves", "kills")} == {""}
