"""A workspace with one small lesson and its exercise, so that no test hangs on what the real lessons say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simlab.content import load_text
from simlab.curriculum import objectives, progress, retention, shape
from simlab.exercise.answers import Answers
from simlab.exercise.items import Items
from simlab.exercise.workspace import Workspace, find

NAME = "70-paper"
OPTIONS = "options: [{id: yes, text: 'Yes.', right: true, feedback: 'It helps.'}, {id: no, text: 'No.', feedback: 'It harms.'}]"
SHEET = f"""
objectives:
  - {{id: see, text: see what lies open, ground: [T5]}}
  - {{id: act, text: act on it, ground: [T4]}}
checks: {{count: act}}
items:
  - {{id: first, objective: see, practice: true, stem: 'First?', {OPTIONS}}}
  - {{id: second, objective: act, practice: true, stem: 'Second?', {OPTIONS}}}
  - {{id: deep, objective: act, practice: true, stem: 'Deep?', {OPTIONS}}}
  - {{id: mine-all, pool: mine, objective: act, practice: true, stem: 'All?', {OPTIONS}}}
  - {{id: mine-claims, pool: mine, roles: [claims], objective: act, practice: true, stem: 'Claims?', {OPTIONS}}}
  - {{id: tray, objective: see, stem: 'Tray?', options: [{{id: a, text: A}}, {{id: b, text: B}}]}}
  - {{id: bin, pool: bins, objective: see, stem: 'Bin?', options: [{{id: a, text: A}}, {{id: b, text: B}}]}}
  - {{id: bag, pool: bins, objective: see, stem: 'Bag?', options: [{{id: a, text: A}}, {{id: b, text: B}}]}}
"""


def cell(kind: str, ident: str, source: str, **meta: Any) -> dict[str, Any]:
    return {"cell_type": kind, "id": ident, "metadata": meta, "source": source}


def notebook(*cells: dict[str, Any], **meta: Any) -> str:
    return json.dumps({"cells": cells, "metadata": meta, "nbformat": 4, "nbformat_minor": 5})


def graded(grade: str, source: str, points: float = 2) -> dict[str, Any]:
    return cell("code", grade, source, nbgrader={"grade": True, "grade_id": grade, "points": points})


LESSON = notebook(
    cell("markdown", "title", "# 70 Paper"),
    cell("markdown", "decide", "## Decide first\n\nA drawer."),
    cell("code", "q1", 'quiz("first")'),
    cell("markdown", "why", "## Why\n\nBecause."),
    cell("code", "q2", 'quiz("second")'),
    cell("code", "q3", 'roleplay("nurse-at-two")'),
    cell("code", "q4", 'quiz("mine")'),
    cell("markdown", "analysts", "---\n\n## For analysts"),
    cell("code", "q5", 'quiz("deep")'),
    title="Paper on desks",
    simlab={"minutes": 11, "ground": ["T4", "T5"]},
)
EXERCISE = notebook(
    cell("markdown", "title", "# Exercise 70"),
    graded("tray", 'check.choice("tray")'),
    graded("drawn", 'check.choice("bins")'),
    cell("markdown", "analysts", "---\n\n## For analysts"),
    graded("count", "check.function(count)"),
)


def workspace(root: Path, role: str = "") -> Workspace:
    """A workspace of ana.ito's with the small lesson."""
    (root / "lessons").mkdir(parents=True)
    (root / "lessons" / f"{NAME}.ipynb").write_text(LESSON, encoding="utf-8")
    folder = root / "exercises" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(EXERCISE, encoding="utf-8")
    (root / ".simlab").mkdir()
    state = {"learner": "ana.ito", "role": role}
    (root / ".simlab" / "learner.json").write_text(json.dumps(state), encoding="utf-8")
    return find(root)


def sheets(monkeypatch: pytest.MonkeyPatch, text: str = SHEET) -> None:
    """Give the small lesson its questions."""
    sheet = load_text(text, Items)
    for room in (progress, retention, objectives, shape):
        monkeypatch.setattr(room, "sheet_of", lambda name: sheet if name == NAME else None)


def practise(it: Workspace, *names: str, day: str = "2026-02-03") -> None:
    for name in names:
        Answers(it.folder / "lessons").give(name, "yes", at=f"{day}T09:00:00Z")


def marked(it: Workspace, points: dict[str, float], *, passed: bool, day: str = "2026-02-10") -> None:
    """What the trainer's marking gave: 2 points a check, `count` is for analysts."""
    checks = [
        {"name": n, "points": p, "maximum": 2, "message": "", "is_staff": n != "count"} for n, p in points.items()
    ]
    staff = [c for c in checks if c["is_staff"]]
    total = {"points": sum(points.values()), "maximum": 2 * len(points)}
    part = {"points": sum(float(str(c["points"])) for c in staff), "maximum": 2 * len(staff)}
    found = {
        "assignment": NAME,
        "learner": it.learner,
        **total,
        "staff": part,
        "passed": passed,
        "at": f"{day}T10:00:00Z",
    }
    folder = it.folder / "feedback" / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(found | {"checks": checks}), encoding="utf-8")


def finish(it: Workspace, day: str = "2026-02-10") -> None:
    """Lesson worked, exercise passed on that day."""
    practise(it, "first", "second", "roleplay.nurse-at-two", "mine-all", "mine-claims", "deep")
    marked(it, {"tray": 2, "drawn": 2}, passed=True, day=day)
