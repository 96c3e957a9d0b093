"""From a solution's check cells to what the judge is to ask and expect.

The trainer's notebook in `solutions/` is read with `ast` and never run here; cells are found by
grade_id, and whatever a learner wrote in the cell of that name counts for nothing.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simlab.errors import GradingError
from simlab.exercise.protocol import CheckSpec, Expect, Expr, Lit
from simlab.grading import checkcell, markers


def parse(source: str, grade_id: str, points: float) -> CheckSpec | None:
    """The check that a graded cell holds; None for a classic cell of plain asserts.

    Raises GradingError when the cell means to be a check and cannot be read as one.
    """
    if not checkcell.is_check(source):
        return None
    for wrong, right in checkcell.faults(source):
        raise GradingError(f"cell {grade_id!r}: {wrong}: {right}")
    visible, hidden = markers.split(source)
    call = _call(visible)
    assert call is not None and isinstance(call.func, ast.Attribute)
    expected = _call(hidden)
    return CheckSpec(
        kind=call.func.attr,
        args=tuple(_argument(a) for a in call.args),
        kwargs={k.arg: _argument(k.value) for k in call.keywords if k.arg},
        expect=_expect(expected) if expected else None,
        grade_id=grade_id,
        points=float(points),
    )


def read(notebook: Path) -> dict[str, CheckSpec]:
    """grade_id -> check of a solution notebook; classic cells are left out. Raises GradingError."""
    found = {}
    for cell in _cells(notebook):
        marks = cell.get("metadata", {}).get("nbgrader", {})
        if not marks.get("grade") or marks.get("solution") or cell.get("cell_type") != "code":
            continue
        try:
            spec = parse(_text(cell), marks["grade_id"], marks["points"])
        except GradingError as e:
            raise GradingError(f"{notebook.parent.name}/{notebook.name}: {e}") from None
        if spec is not None:
            found[spec.grade_id] = spec
    return found


def code(notebook: Path) -> list[str]:
    """The code of a solution up to its checks: what the reference runs, check cells left out."""
    checks = read(notebook)
    cells = [c for c in _cells(notebook) if c.get("cell_type") == "code"]
    return [_text(c) for c in cells if c.get("metadata", {}).get("nbgrader", {}).get("grade_id") not in checks]


def _cells(notebook: Path) -> list[Mapping[str, Any]]:
    try:
        return list(json.loads(notebook.read_text(encoding="utf-8"))["cells"])
    except (OSError, ValueError, KeyError, TypeError) as e:
        where = f"{notebook.parent.name}/{notebook.name}"
        raise GradingError(f"{where}: the solution cannot be read as a notebook: {e}") from e


def _text(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _call(text: str) -> ast.Call | None:
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            return statement.value
    return None


def _argument(node: ast.expr) -> Lit | Expr:
    try:
        return Lit(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError):
        return Expr(ast.unparse(node))


def _expect(call: ast.Call) -> Expect:
    args = tuple(ast.literal_eval(a) for a in call.args)
    return Expect(args, {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg})
