"""What a batch remembers between runs, so that a stopped one goes on where it was and nothing counts twice.

One small file a submission, `.simlab/state/<assignment>/<learner>.json`: `started` before its process
begins, `done` when its outcome is kept. The key is a digest of all that the mark depends on.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import importlib.metadata
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import simlab
from simlab.errors import GradingError
from simlab.grading import outcome as outcomes
from simlab.grading.course import Course
from simlab.grading.outcome import Outcome
from simlab.grading.release import digest

STARTED, DONE, REFUSED = "started", "done", "refused"
BACKUPS = 5


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def source_key(home: Course, assignment: str, *, sandbox: bool) -> str:
    """A digest of what a mark depends on beside the submission: solution, release, versions, the box."""
    parts = [digest(home.solutions / assignment), digest(home.exercises / assignment), simlab.__version__]
    parts += [importlib.metadata.version("nbgrader"), "boxed" if sandbox else "not boxed"]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def key(source: str, submission: str) -> str:
    return hashlib.sha256(f"{source}\n{submission}".encode()).hexdigest()


def _path(home: Course, learner: str, assignment: str) -> Path:
    return home.state / "state" / assignment / f"{learner}.json"


def mark(home: Course, learner: str, assignment: str, state: str, submission_key: str, trace: str = "") -> None:
    """Remember how far a submission is; whole or not at all."""
    path = _path(home, learner, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    kept = {"key": submission_key, "state": state, "at": now()} | ({"trace": trace} if trace else {})
    part.write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)


def recall(home: Course, learner: str, assignment: str) -> dict[str, str]:
    """What `mark` kept last; {} when nothing, or nothing readable, is there."""
    try:
        found = json.loads(_path(home, learner, assignment).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def kept_outcome(home: Course, learner: str, assignment: str, submission_key: str) -> Outcome | None:
    """The outcome of exactly this submission, if it was graded to its end before."""
    last = recall(home, learner, assignment)
    if last.get("state") != DONE or last.get("key") != submission_key:
        return None
    try:
        return outcomes.read(home.results / assignment / f"{learner}.json")
    except GradingError:
        return None


def back_up(home: Course) -> Path | None:
    """A copy of the gradebook as it is now, in `.simlab/backups/`; the last five are kept."""
    if not home.gradebook.exists():
        return None
    folder = home.state / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"gradebook-{now().replace(':', '')}.db"
    try:
        with (
            contextlib.closing(sqlite3.connect(home.gradebook)) as here,
            contextlib.closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there)
    except sqlite3.Error as e:
        target.unlink(missing_ok=True)
        raise GradingError(
            f"gradebook.db: cannot be backed up: {e}: move it away and grade again to start a new one"
        ) from e
    for old in sorted(folder.glob("gradebook-*.db"))[:-BACKUPS]:
        old.unlink(missing_ok=True)
    return target


@contextlib.contextmanager
def only_one(home: Course) -> Iterator[None]:
    """Holds the course: two batches at once would undo each other. Raises GradingError."""
    home.state.mkdir(exist_ok=True)
    with (home.state / "lock").open("a+", encoding="utf-8") as f:
        try:
            _lock(f)
        except OSError as e:
            raise GradingError(f"{home.root.name}: another `simlab grade` is at work here: wait for it to end") from e
        yield


def _lock(f: IO[str]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(f.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sweep(home: Course) -> None:
    """Remove what a killed run left half made."""
    for left in [*home.state.glob("release-*"), *home.state.glob("intake-*")]:
        shutil.rmtree(left, ignore_errors=True)
