"""What a batch remembers between runs, so that a stopped one goes on where it was and nothing counts twice.

One small file a submission, `.simlab/state/<assignment>/<learner>.json`: `started` before its process
begins, `done` when its outcome is kept; and what the mark was made from.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from simlab.errors import GradingError
from simlab.grading.course import Course

STARTED, DONE, REFUSED = "started", "done", "refused"
BACKUPS = 5


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Basis:
    """What a mark is made from: digests of the submission and of the exercise, what grades, and in the box or not.

    `run` is the name of the regrading that it belongs to, '' for none.
    """

    submission: str = ""
    version: str = ""
    grader: str = ""
    boxed: bool = True
    run: str = ""


def _path(home: Course, learner: str, assignment: str) -> Path:
    return home.state / "state" / assignment / f"{learner}.json"


def mark(home: Course, learner: str, assignment: str, state: str, made_from: Basis, trace: str = "") -> None:
    """Remember how far a submission is; whole or not at all."""
    path = _path(home, learner, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    kept = asdict(made_from) | {"state": state, "at": now()} | ({"trace": trace} if trace else {})
    part.write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)


def recall(home: Course, learner: str, assignment: str) -> dict[str, Any]:
    """What `mark` kept last; {} when nothing, or nothing readable, is there."""
    try:
        found = json.loads(_path(home, learner, assignment).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def basis(kept: dict[str, Any]) -> Basis:
    """What was graded, from what `recall` gives; empty where an older file says it in another way."""
    texts = {k: str(kept.get(k, "")) for k in ("submission", "version", "grader", "run")}
    return Basis(**texts, boxed=kept.get("boxed", True) is True)


def learners(home: Course, assignment: str) -> list[str]:
    """Everybody of whom something is remembered for an assignment, sorted."""
    found = _path(home, "", assignment).parent.glob("*.json")
    return sorted(p.name.removesuffix(".json") for p in found)


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
