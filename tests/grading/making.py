"""Small courses, notebooks and submissions for the tests of this room."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import nbgrader

from simlab.grading import course, notebooks
from simlab.grading.course import Course

PS1 = Path(nbgrader.__file__).parent / "docs/source/user_guide/source/ps1"
NAME = "02-encryption"


def marks(grade_id: str, **extra: Any) -> dict[str, Any]:
    """nbgrader metadata of a cell: an answer cell unless `extra` says otherwise."""
    base = {"grade": False, "grade_id": grade_id, "locked": False, "schema_version": 3, "solution": True}
    return {"nbgrader": base | extra}


def graded(grade_id: str, points: float = 1) -> dict[str, Any]:
    return marks(grade_id, grade=True, locked=True, solution=False, points=points)


def cell(kind: str, ident: str, source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    out: dict[str, Any] = {"cell_type": kind, "id": ident, "metadata": metadata or {}, "source": source}
    return out | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    meta = {"kernelspec": dict(notebooks.KERNEL)}
    return {"cells": list(cells), "metadata": meta, "nbformat": 4, "nbformat_minor": 5}


def hidden(visible: str, block: str) -> str:
    return f"{visible}\n### BEGIN HIDDEN TESTS\n{block}\n### END HIDDEN TESTS"


def solution() -> dict[str, Any]:
    """A solution of ours: a choice, a value and a function, each judged outside."""
    stub = "def double(n):\n    ### BEGIN SOLUTION\n    return 2 * n\n    ### END SOLUTION"
    return notebook(
        cell("markdown", "title", "# Sealed"),
        cell("code", "setup", "from simlab.exercise import check", marks("setup", solution=False, locked=True)),
        cell("markdown", "ask", "Which one stops the thief?"),
        cell("code", "pick", hidden('check.choice("stolen-backup")', 'check.expect("keys-apart")'), graded("pick", 2)),
        cell("code", "double", stub, marks("double")),
        cell(
            "code",
            "double-ok",
            hidden("check.function(double)", "check.expect(cases=[[[21], 42]])"),
            graded("double-ok", 3),
        ),
    )


def classic() -> dict[str, Any]:
    """A solution that was written for plain nbgrader: asserts, some of them hidden."""
    stub = "def double(n):\n    ### BEGIN SOLUTION\n    return 2 * n\n    ### END SOLUTION"
    return notebook(
        cell("code", "double", stub, marks("double")),
        cell("code", "t1", "assert double(2) == 4", graded("t1", 1)),
        cell("code", "t2", hidden("# more\n", "assert double(-3) == -6"), graded("t2", 2)),
    )


def write(path: Path, nb: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebooks.dumps(copy.deepcopy(nb)), encoding="utf-8", newline="\n")
    return path


def make_course(root: Path, nb: dict[str, Any] | None = None, name: str = NAME) -> Course:
    """A course with one solution in it; nothing is released yet."""
    write(root / "solutions" / name / f"{name}.ipynb", solution() if nb is None else nb)
    return course.open_course(root)


def ps1_course(root: Path) -> Course:
    """A course that holds the example assignment that ships inside nbgrader."""
    shutil.copytree(PS1, root / "solutions" / "ps1")
    return course.open_course(root)


def released(home: Course, name: str = NAME) -> dict[str, Any]:
    return notebooks.read(home.exercises / name / f"{name}.ipynb")


def submit(folder: Path, learner: str, nb: Any, name: str = NAME, file: str = "") -> Path:
    """Hand in a notebook (a dict), or any bytes, as FOLDER/<learner>/<name>/<file>; the file's path."""
    path = folder / learner / name / (file or f"{name}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(nb if isinstance(nb, bytes) else json.dumps(nb).encode())
    return path


def edit(nb: dict[str, Any], grade_id: str, source: str) -> dict[str, Any]:
    """A copy of a notebook with the text of one cell changed."""
    out = copy.deepcopy(nb)
    for c in out["cells"]:
        if notebooks.grade_id(c) == grade_id:
            c["source"] = source
    return out
