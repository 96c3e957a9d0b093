"""Which version of an exercise marks were made with, and whose marks were made with an earlier one.

A version is a digest of solution, release and questions together: what is hidden counts as much as what shows.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import simlab
from simlab.content import resource
from simlab.errors import GradingError, UnknownName
from simlab.exercise.files import write_whole
from simlab.grading import course, notebooks, outcome, state
from simlab.grading.course import Course
from simlab.grading.outcome import Outcome
from simlab.grading.state import Basis

EARLIER = "marked with an earlier version of the exercise"
UNKNOWN = "marked with an unknown version of the exercise"


def of(home: Course, assignment: str) -> str:
    """The version of an exercise as it is now; running or saving its notebooks does not change it."""
    h = hashlib.sha256()
    for folder in (home.solutions / assignment, home.exercises / assignment):
        for name in course.files_below(folder):
            data = _content(folder / name)
            h.update(f"{len(name.encode())}:{name}:{len(data)}:".encode() + data)
        h.update(b"/")
    with contextlib.suppress(UnknownName):  # an exercise that asks no question
        h.update(resource("items", f"{assignment}.yml").read_bytes().replace(b"\r\n", b"\n"))
    return h.hexdigest()[:16]


def _content(path: Path) -> bytes:
    if path.suffix != ".ipynb":
        return path.read_bytes()
    try:
        nb = notebooks.read(path)
    except GradingError:
        return path.read_bytes()  # whoever grades with it is told
    return notebooks.dumps(notebooks.tidy(nb) | {"metadata": nb["metadata"].get("simlab") or {}}).encode()


def grader() -> str:
    """What grades here, with its version; a change of it alone asks for nothing, and is shown."""
    return f"simlab {simlab.__version__}, nbgrader {_nbgrader()}"


@functools.cache
def _nbgrader() -> str:
    return importlib.metadata.version("nbgrader")


def standing(home: Course, learner: str, assignment: str, now: Basis) -> Outcome | None:
    """The outcome that is kept for this submission, with why it needs a regrade; None: grade it.

    Work that was handed in again is graded anew, and marks from outside the box never stand for
    marks from inside.
    """
    last = state.recall(home, learner, assignment)
    was = state.basis(last)
    is_same = was.submission in ("", now.submission)  # "": kept before submissions were told apart
    if last.get("state") != state.DONE or not is_same or (now.boxed and not was.boxed):
        return None
    try:
        kept = outcome.read(home.results / assignment / f"{learner}.json")
    except GradingError:
        return None
    if now.boxed and not kept.isolated:
        return None
    return kept.with_(needs_regrade=_why(was.version, now.version))


def _why(was: str, now: str) -> str:
    return "" if was == now else EARLIER if was else UNKNOWN


def need_regrading(home: Course, assignment: str) -> list[str]:
    """The learners whose marks were made with another version than the one that is there now, sorted."""
    now = of(home, assignment)
    return [who for who in state.learners(home, assignment) if behind(state.recall(home, who, assignment), now)]


def behind(last: dict[str, Any], now: str) -> str:
    """Why marks that the state remembers should be made anew with version `now`; '' when they need not."""
    return _why(state.basis(last).version, now) if last.get("state") == state.DONE else ""


# One regrading, which may take several calls where it is stopped


def begin(home: Course, assignments: Iterable[str]) -> dict[str, str]:
    """Assignment -> the name of its regrading: the one that was broken off, else a new one.

    Only one that would have made the same marks goes on: same version, same grader.
    """
    kept, runs = _open(home), {}
    for name in assignments:
        made_from = {"version": of(home, name), "grader": grader()}
        old = kept.get(name, {})
        goes_on = all(old.get(k) == v for k, v in made_from.items())
        runs[name] = old["run"] if goes_on else f"{state.now()} {secrets.token_hex(4)}"
        kept[name] = made_from | {"run": runs[name]}
    _write(home, kept)
    return runs


def end(home: Course, runs: dict[str, str]) -> None:
    """These regradings are done: the next one starts from the beginning."""
    if runs:
        _write(home, {name: o for name, o in _open(home).items() if name not in runs})


def _open(home: Course) -> dict[str, dict[str, str]]:
    try:
        found = json.loads(_path(home).read_text(encoding="utf-8"))
        return {n: {k: str(o[k]) for k in ("version", "grader", "run")} for n, o in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write(home: Course, kept: dict[str, dict[str, str]]) -> None:
    home.state.mkdir(exist_ok=True)
    write_whole(_path(home), (json.dumps(kept, indent=1) + "\n").encode())


def _path(home: Course) -> Path:
    return home.state / "regrading.json"
