"""Ten submissions of a classic notebook: ours in the box with two workers, beside stock `nbgrader autograde`."""

from __future__ import annotations

import compileall
import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import warnings
from pathlib import Path

from simlab.grading.course import Course

COUNT = 10
NAME = "squares"
_GRADE = "import sys; from simlab.grading import batch; batch.grade(sys.argv[1], sys.argv[2])"


def bench() -> list[tuple[str, float, str]]:
    """Seconds a submission on both sides and their ratios; equal scores or an error."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"
    _compile()
    with tempfile.TemporaryDirectory() as scratch:
        home, folder, stock = _course(Path(scratch), env)
        ours, ours_cpu = _timed([sys.executable, "-c", _GRADE, str(folder), str(home.root)], home.root, env)
        theirs, theirs_cpu = _timed([sys.executable, "-m", "nbgrader", "autograde", NAME], stock, env)
        equal = _scores(home.gradebook) == _scores(stock / "gradebook.db")
    if not equal:
        raise AssertionError("the scores differ from those of stock nbgrader")
    return [
        ("grading, a submission of 10, in the box, 2 workers", ours / COUNT, "s"),
        ("stock nbgrader autograde, a submission of 10, one batch", theirs / COUNT, "s"),
        ("stock over ours (target >= 2)", theirs / ours, "ratio"),
        ("stock over ours in CPU seconds, whatever else runs", theirs_cpu / ours_cpu, "ratio"),
        ("CPU seconds a submission: ours", ours_cpu / COUNT, "CPU s"),
        ("CPU seconds a submission: stock", theirs_cpu / COUNT, "CPU s"),
    ]


def _compile() -> None:
    """Bytecode for both sides, or the ratio would be false."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("stdlib", "purelib"):
            compileall.compile_dir(sysconfig.get_path(name), quiet=2)


def _course(root: Path, env: dict[str, str]) -> tuple[Course, Path, Path]:
    """The same ten submissions for both: our course and its folder, and stock's course."""
    from simlab.grading import prepare, release
    from tests.grading import making

    home = making.make_course(root / "ours", making.classic(), NAME)
    release.release(home)
    prepare.enter(home, NAME)  # as `nbgrader generate_assignment` below does for stock
    wrong = making.edit(making.released(home, NAME), "double", "def double(n):\n    return n * n")
    right = making.edit(making.released(home, NAME), "double", "def double(n):\n    return n + n")
    for n in range(COUNT):
        making.submit(root / "in", f"learner{n}", wrong if n % 3 == 0 else right, NAME)
    stock = root / "stock"
    shutil.copytree(home.solutions, stock / "source")
    shutil.copytree(root / "in", stock / "submitted")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", NAME]
    subprocess.run(command, cwd=stock, env=env, check=True, capture_output=True)
    return home, root / "in", stock


def _timed(command: list[str], where: Path, env: dict[str, str]) -> tuple[float, float]:
    """(wall seconds, CPU seconds of it and all that it began), start-up included."""
    _adopt()
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, cwd=where, env=env, check=True, capture_output=True)
    wall = time.perf_counter() - start
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()  # what outlived its parent for a moment, such as the fork server
    after = os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def _adopt() -> None:
    """Orphans of our commands become ours, so that their CPU seconds count."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def _scores(path: Path) -> dict[tuple[str, str], float | None]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{path}") as gb:
        found = gb.assignment_submissions(NAME)
        return {(s.student.id, g.name): g.auto_score for s in found for n in s.notebooks for g in n.grades}
