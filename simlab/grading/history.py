"""What marks were before: every result that another took the place of, one line each, never taken away.

results/<assignment>/history/<learner>.jsonl
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from simlab.errors import GradingError
from simlab.exercise.files import write_whole
from simlab.grading import outcome, results, state
from simlab.grading.course import Course
from simlab.grading.outcome import Before, Outcome
from simlab.grading.state import Basis


def path_of(home: Course, learner: str, assignment: str) -> Path:
    # No .json: what gathers results reads every file of that kind.
    return home.results / assignment / "history" / f"{learner}.jsonl"


def keep(home: Course, learner: str, assignment: str) -> None:
    """Add the result that stands now, before another takes its place; nothing is added twice."""
    last = state.recall(home, learner, assignment)
    if last.get("state") != state.DONE:
        return
    try:
        found = results.marked(home, outcome.read(home.results / assignment / f"{learner}.json"))
    except GradingError:
        return
    was = state.basis(last)
    line = {"at": str(last.get("at", "")), "submission": was.submission, "version": was.version}
    lines = _lines(home, learner, assignment)
    if lines and all(lines[-1].get(k) == v for k, v in line.items()):
        return
    _add(path_of(home, learner, assignment), line | {"outcome": asdict(found.with_(before=None))})


def _add(path: Path, line: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    old = path.read_bytes() if path.exists() else b""
    gap = b"" if not old or old.endswith(b"\n") else b"\n"
    write_whole(path, old + gap + json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def _lines(home: Course, learner: str, assignment: str) -> list[dict[str, Any]]:
    """The lines that can be read, the oldest first."""
    try:
        texts = path_of(home, learner, assignment).read_bytes().splitlines()
    except OSError:
        return []
    found = []
    for text in texts:
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("outcome"), dict):
            found.append(line)
    return found


def before(home: Course, learner: str, assignment: str, now: Basis) -> Before | None:
    """What a regrade compares with: the last marks of the same work by another version, else its last marks."""
    if not now.run:
        return None
    same = [x for x in _lines(home, learner, assignment) if x.get("submission") in ("", now.submission)]
    other = [x for x in same if x.get("version") != now.version]
    for line in reversed(other or same):
        try:
            return _before(outcome.from_json(json.dumps(line["outcome"])), str(line.get("at", "")))
        except GradingError:
            continue
    return None


def _before(found: Outcome, at: str) -> Before:
    return Before(found.outcome, found.points, found.maximum, {c.name: c.points for c in found.checks}, at)
