"""Stand-ins for `pipeline.autograde` that a worker process can import by name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from simlab.errors import GradingError, SandboxError
from simlab.grading.outcome import CheckResult, Limits, Outcome


def quick(course: Path, learner: str, assignment: str, *, limits: Limits, sandbox: bool = True) -> Outcome:
    """Does what the learner's name says, and leaves a mark each time it is called."""
    calls = course / ".simlab" / "calls"
    calls.mkdir(exist_ok=True)
    calls.joinpath(f"{learner}-{time.monotonic_ns()}").touch()
    acts: dict[str, Any] = {
        "crash": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "fault": lambda: 1 / 0,
        "unfit": lambda: _raise(GradingError("the solution cannot be read")),
        "unboxed": lambda: _raise(SandboxError("the box does not hold")),
        "stuck": lambda: time.sleep(600),
        "slow": lambda: time.sleep(0.4),
        "noisy": lambda: os.write(1, b"x" * 100_000),
        "brood": lambda: _brood(course),
    }
    acts.get(learner.rstrip("0123456789"), int)()
    worth = course / ".simlab" / "worth"  # what a changed solution would give
    points = float(worth.read_text(encoding="utf-8")) if worth.exists() else 3.0
    check = CheckResult("double-ok", "function", points, 3.0, "Right.")
    waiting = ("essay",) if learner.startswith("essay") else ()
    return Outcome(learner, assignment, "graded", points, 5.0, (check,), isolated=sandbox, needs_person=waiting)


def _raise(e: Exception) -> None:
    raise e


def _brood(course: Path) -> None:
    """Start a process that outlives its parent, say which, and wait for ever."""
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    (course / ".simlab" / "left").write_text(str(left.pid), encoding="utf-8")
    time.sleep(600)


def loaded() -> str:
    """Which of the heavy modules a process finds imported when its task begins."""
    return " ".join(n for n in ("nbgrader.api", "simlab.grading.pipeline", "simlab.grading.batch") if n in sys.modules)
