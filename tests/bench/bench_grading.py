"""A class's submissions graded in the box by two workers, beside stock `nbgrader autograde` in one batch.

The same notebooks on both sides, bytecode compiled for both, start-up included, scores compared.
Beside it: the simulated exercise itself, what nbgrader's own steps take of the time, what a second run
costs, and the memory of the process that keeps the batch together.
"""

from __future__ import annotations

import compileall
import contextlib
import ctypes
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.grading.course import Course
from tests.bench import twin

ROOT = Path(__file__).parents[2]
COUNT = int(os.environ.get("BENCH_SUBMISSIONS", "100"))
FEW, MANY = 10, 1000
ORIGINAL = "02-encryption"
Row = tuple[str, float, str]
_GRADE = """
import resource, sys, json
from simlab.grading import batch
done = batch.grade(sys.argv[1], sys.argv[2], workers=2)
words = {}
for o in done:
    words[o.outcome] = words.get(o.outcome, 0) + 1
print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "outcomes": words}))
"""


@dataclass(frozen=True)
class Took:
    """One command: wall and CPU seconds (of it and all that it began), and what it printed last."""

    wall: float
    cpu: float
    said: dict[str, Any]


def bench() -> list[Row]:
    """Seconds a submission on both sides and their ratios; equal scores or an error."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"
    _compile()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        return [*_beside_stock(root / "twin", env), *_flat(root / "flat", env), *_original(root / "original", env)]


def _beside_stock(root: Path, env: dict[str, str]) -> list[Row]:
    home, folder, stock = _course(root, env, COUNT)
    ours = _grade(folder, home, env)
    theirs = _timed([sys.executable, "-m", "nbgrader", "autograde", twin.NAME], stock, env)
    if _scores(home.gradebook) != _scores(stock / "gradebook.db"):
        raise AssertionError("the scores differ from those of stock nbgrader")
    again = _grade(folder, home, env)
    return [
        (f"{COUNT} submissions of a classic twin, in the box, 2 workers: each", ours.wall / COUNT, "s"),
        (f"{COUNT} submissions, stock nbgrader autograde, one batch: each", theirs.wall / COUNT, "s"),
        ("stock over ours (target >= 5)", theirs.wall / ours.wall, "ratio"),
        ("stock over ours in CPU seconds, whatever else runs", theirs.cpu / ours.cpu, "ratio"),
        ("CPU seconds a submission: ours", ours.cpu / COUNT, "CPU s"),
        ("CPU seconds a submission: stock", theirs.cpu / COUNT, "CPU s"),
        ("peak memory of the driver (target < 300)", ours.said["peak_mb"], "MB"),
        (f"{COUNT} graded submissions skipped", again.wall, "s"),
    ]


def _flat(root: Path, env: dict[str, str]) -> list[Row]:
    """Ten beside a hundred of the same: what one more costs; and a thousand known ones skipped."""
    home, folder, _ = _course(root, env, FEW)
    few = _grade(folder, home, env)
    for n in range(FEW, MANY):
        _hand_in(folder, home, n)
    rows = [(f"{FEW} submissions, in the box: each", few.wall / FEW, "s")]
    if "BENCH_MANY" in env:
        many = _grade(folder, home, env)
        rows += [
            (f"{MANY - FEW} more: each", many.wall / (MANY - FEW), "s"),
            ("the same in CPU seconds", many.cpu / (MANY - FEW), "CPU s"),
            ("peak memory of the driver", many.said["peak_mb"], "MB"),
        ]
        again = _grade(folder, home, env)
        rows += [(f"{MANY} graded submissions skipped (target < 5)", again.wall, "s")]
    return rows


def _original(root: Path, env: dict[str, str]) -> list[Row]:
    """The simulated exercise that the twin is of, worked right, by as many learners."""
    from simlab.grading import course, trio

    for part in ("solutions", "exercises"):
        shutil.copytree(ROOT / part, root / part)
    home = course.open_course(root)
    for n in range(COUNT):
        trio.worked(home, ORIGINAL).write(root / "in" / f"learner{n}" / ORIGINAL)
    took = _grade(root / "in", home, env)
    return [
        (f"{COUNT} submissions of {ORIGINAL} itself, judged outside: each", took.wall / COUNT, "s"),
        ("the same in CPU seconds", took.cpu / COUNT, "CPU s"),
    ]


def _compile() -> None:
    """Bytecode for both sides, or the ratio would be false."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("stdlib", "purelib"):
            compileall.compile_dir(sysconfig.get_path(name), quiet=2)
        compileall.compile_dir(str(ROOT / "simlab"), quiet=2)


def _course(root: Path, env: dict[str, str], count: int) -> tuple[Course, Path, Path]:
    """The same submissions for both: our course and its folder, and stock's course."""
    from simlab.grading import prepare, release
    from tests.grading import making

    home = making.make_course(root / "ours", twin.solution(), twin.NAME)
    release.release(home)
    prepare.enter(home, twin.NAME)  # as `nbgrader generate_assignment` below does for stock
    for n in range(count):
        _hand_in(root / "in", home, n)
    stock = root / "stock"
    shutil.copytree(home.solutions, stock / "source")
    shutil.copytree(root / "in", stock / "submitted")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", twin.NAME]
    subprocess.run(command, cwd=stock, env=env, check=True, capture_output=True)
    return home, root / "in", stock


def _hand_in(folder: Path, home: Course, n: int) -> None:
    from tests.grading import making

    nb = making.released(home, twin.NAME)
    for grade_id, text in twin.answers(n).items():
        nb = making.edit(nb, grade_id, text)
    making.submit(folder, f"learner{n}", nb, twin.NAME)


def _grade(folder: Path, home: Course, env: dict[str, str]) -> Took:
    took = _timed([sys.executable, "-c", _GRADE, str(folder), str(home.root)], home.root, env)
    if set(took.said["outcomes"]) != {"graded"}:
        raise AssertionError(f"honest submissions were not graded: {took.said['outcomes']}")
    return took


def _timed(command: list[str], where: Path, env: dict[str, str]) -> Took:
    """A command's wall seconds, and CPU seconds of it and all that it began, start-up included."""
    _adopt()
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(command, cwd=where, env=env, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - start
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()  # what outlived its parent for a moment, such as the fork server
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    last = done.stdout.strip().split("\n")[-1]
    return Took(wall, cpu, json.loads(last) if last.startswith("{") else {})


def _adopt() -> None:
    """Orphans of our commands become ours, so that their CPU seconds count."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def _scores(path: Path) -> dict[tuple[str, str], float | None]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{path}") as gb:
        found = gb.assignment_submissions(twin.NAME)
        return {(s.student.id, g.name): g.auto_score for s in found for n in s.notebooks for g in n.grades}
