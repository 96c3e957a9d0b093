"""How a graded cell of a solution must be written, so that the judge can read it.

check.simulate("thief", seal, open_)
### BEGIN HIDDEN TESTS
check.expect(recovered=0, opened=1.0)
### END HIDDEN TESTS
"""

from __future__ import annotations

import ast
from typing import Any

from simlab.grading import markers

# Kinds that look for something by its name: a question, a free answer, a world, a task.
NAMED = frozenset({"choice", "text", "simulate", "task"})


def is_check(source: str) -> bool:
    """Whether a cell's visible part means to be a check, well written or not."""
    visible, hidden = markers.split(source)
    return "check." in hidden or any(line.lstrip().startswith("check.") for line in visible.split("\n"))


def faults(source: str, kinds: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """(what is wrong, what would be right) with a check cell; empty when the judge can read it."""
    visible, hidden = markers.split(source)
    return _visible(visible, kinds) + _hidden(hidden)


def expected(source: str) -> list[Any]:
    """The values that `check.expect(...)` expects, flattened: what must never be in a release.

    What a function is called with is a question, not an answer, and may stand in the text.
    """
    calls = _calls(markers.split(source)[1]) or []
    values: list[Any] = []
    for call in calls:
        for name, node in [*(("", a) for a in call.args), *((k.arg or "", k.value) for k in call.keywords)]:
            try:
                values += _answers_of(name, ast.literal_eval(node))
            except ValueError:
                continue
    return values


def _answers_of(keyword: str, value: Any) -> list[Any]:
    if keyword in ("inputs", "draw"):
        return []
    if keyword == "cases" and isinstance(value, list | tuple):  # [arguments, result, message]
        return [x for case in value if isinstance(case, list | tuple) for x in _flat(list(case[1:]))]
    return _flat(value)


def literals(source: str) -> list[Any]:
    """The literals of the visible call, without a text that names the check."""
    calls = _calls(markers.split(source)[0]) or []
    values: list[Any] = []
    for call in calls:
        named = bool(call.args) and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
        for node in [*call.args[named:], *(k.value for k in call.keywords)]:
            try:
                values += _flat(ast.literal_eval(node))
            except ValueError:
                continue
    return values


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [x for pair in value.items() for part in pair for x in _flat(part)]
    if isinstance(value, list | tuple | set | frozenset):
        return [x for part in value for x in _flat(part)]
    return [value]


def _calls(text: str) -> list[ast.Call] | None:
    """The calls that a text consists of; None when it is anything else."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    calls = [s.value for s in body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    return calls if len(calls) == len(body) else None


def _kind(call: ast.Call) -> str:
    """`choice` of `check.choice(...)`, '' for any other call."""
    f = call.func
    return f.attr if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "check" else ""


def _visible(text: str, kinds: frozenset[str] | None) -> list[tuple[str, str]]:
    calls = _calls(text)
    right = 'the visible part is one call such as check.choice("stolen-backup")'
    if calls is None or len(calls) != 1 or not _kind(calls[0]):
        return [("the visible part of a graded cell is not one check call", right)]
    call, kind = calls[0], _kind(calls[0])
    if kind == "expect":
        return [("check.expect stands in the visible part", "put it between the HIDDEN TESTS markers")]
    if kinds is not None and kind not in kinds:
        return [(f"there is no check.{kind}", f"use one of {', '.join(sorted(kinds))}")]
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return [
            ("the call unpacks arguments with * or **", "write each argument out: the judge reads, it does not run")
        ]
    if not call.args:
        return [(f"check.{kind} names nothing", f"say what it looks at: check.{kind}(...)")]
    named = isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    if kind in NAMED and not named:
        return [(f"check.{kind} has no name", f'its first argument is its name as text: check.{kind}("name", ...)')]
    return []


def _hidden(text: str) -> list[tuple[str, str]]:
    if not text.strip():
        return []
    calls = _calls(text)
    right = "the hidden part is one call, check.expect(...), with numbers, text, lists and dictionaries written out"
    if calls is None or len(calls) != 1 or _kind(calls[0]) != "expect":
        return [("the hidden part is not one check.expect(...)", right)]
    for node in [*calls[0].args, *(k.value for k in calls[0].keywords)]:
        try:
            ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError):
            return [(f"check.expect holds {ast.unparse(node)!r}, which is not a literal", right)]
    return []
