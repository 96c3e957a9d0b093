"""A room imports only rooms before it: the order in which one reads is the order of the imports."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import pytest

ROOMS = (
    "errors", "lean", "clock", "draw", "progress", "duck", "draft", "events", "content", "organization", "personal", "pages", "reading", "insurer", "controls", "activity", "detection",
    "response", "records", "audit", "tabletop", "dialogue", "exercise", "curriculum", "grading", "notebook", "doctor",
    "demo", "cli",
)  # fmt: skip
ROOT = Path(__file__).parent.parent / "simlab"
FILES = sorted(p for p in ROOT.rglob("*.py") if p.name != "__main__.py" and p != ROOT / "__init__.py")


@functools.cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Everything that a file says, read once."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def room(path: Path) -> str:
    """The room that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The rooms that a file imports, wherever in the file it does."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "simlab":
            parts = (node.module or "").split(".")[1:]
            found.update(parts[:1] or {alias.name for alias in node.names})
        elif isinstance(node, ast.Import):
            found.update(a.name.split(".")[1] for a in node.names if a.name.startswith("simlab."))
    return found & set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_only_rooms_before(path: Path) -> None:
    own = room(path)
    assert own in ROOMS, f"{own} is a room that the order does not know: add it to ROOMS, in its place"
    later = {r for r in imports(path) if ROOMS.index(r) > ROOMS.index(own)}
    assert not later, f"{path.relative_to(ROOT)} imports {sorted(later)}, which come after {own}"


def test_drawing_stays_in_the_notebook_room() -> None:
    screens = ("ipywidgets", "IPython", "matplotlib", "anywidget")
    for path in FILES:
        for node in nodes(path):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            drawn = [n for n in names if n.split(".")[0] in screens]
            assert not drawn or room(path) == "notebook", f"{path.relative_to(ROOT)} imports {drawn}"


def test_no_file_grows_without_end() -> None:
    long = {p.relative_to(ROOT).as_posix(): n for p in FILES if (n := len(p.read_text("utf-8").splitlines())) > 400}
    assert not long, f"look for the second noun inside: {long}"
