"""A lesson or an exercise as it lies on disk: its sections, what it asks, and which part is for analysts.

Nothing is run: a notebook is read as data, so a page that is half written, copied or broken is
named by its file and stops nothing.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.errors import ContentError

ANALYSTS = "analysts"  # id of the cell at which the analysts' path begins
# What a lesson asks with: the public names of simlab.notebook. In an exercise it is `check.<kind>`.
DECIDE = "Decide first"
PRACTICE = ("quiz", "roleplay", "task", "playbill")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)
_NAME = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Cell:
    """One cell: `section` is the H2 above it ("" before the first), `is_staff` above the analysts' line."""

    id: str
    kind: str
    source: str
    section: str
    is_staff: bool
    is_hidden: bool = False
    grade: str = ""
    points: float = 0.0


@dataclass(frozen=True)
class Ask:
    """One thing that a page asks: kind (quiz, roleplay, task, choice, ...) and name.

    A playbill offers every role-play but those that its name lists.
    """

    kind: str
    name: str
    section: str
    is_staff: bool
    grade: str = ""

    @property
    def key(self) -> str:
        """Under which name answers.json keeps it, where it is no pool."""
        return f"roleplay.{self.name}" if self.kind == "roleplay" else self.name


@dataclass(frozen=True)
class Lesson:
    """A notebook of the course. `title`, `minutes` and `ground` are from its metadata."""

    name: str
    path: Path
    title: str
    minutes: int
    ground: tuple[str, ...]
    cells: tuple[Cell, ...]
    fault: str = ""

    @property
    def number(self) -> str:
        return self.name.split("-", 1)[0]

    def sections(self) -> list[str]:
        """The H2 headings in order."""
        return [s for i, c in enumerate(self.cells) if (s := c.section) and (i == 0 or self.cells[i - 1].section != s)]

    def asks(self, *, staff_only: bool = False) -> list[Ask]:
        """What the page asks, in order."""
        found = [ask for cell in self.cells if cell.kind == "code" for ask in _asks(cell)]
        return [a for a in found if a.is_staff or not staff_only]

    def told_before(self, name: str) -> str:
        """What the page tells just before it asks `name`, without headings; the moment, for what is decided first."""
        at = next((i for i, c in enumerate(self.cells) if c.kind == "code" and name in {a.name for a in _asks(c)}), 0)
        above = [c for c in self.cells[:at] if c.kind == "markdown"]
        if at and self.cells[at].section.startswith(DECIDE):
            above = [c for c in above if not c.section.startswith(DECIDE)] or above
        told = [text for c in above if (text := _HEADING.sub("", c.source).strip())]
        return told[-1] if told else ""


def lessons(root: Path) -> list[Lesson]:
    """The lessons below a workspace or a course, in order of their numbers."""
    found = sorted((root / "lessons").glob("[0-9][0-9]-*.ipynb"))
    return [read(p) for p in found if _NAME.fullmatch(p.stem)]


def read(path: Path) -> Lesson:
    """A notebook of the course; one that cannot be read has a `fault` and no cells."""
    try:
        return strict(path)
    except ContentError as e:
        return Lesson(path.stem, path, path.stem, 0, (), (), str(e))


def strict(path: Path) -> Lesson:
    """A notebook of the course. Raises ContentError where it is none."""
    try:
        nb = json.loads(path.read_text(encoding="utf-8"))
        cells, meta = list(nb["cells"]), dict(nb["metadata"])
        ours = meta.get("simlab") if isinstance(meta.get("simlab"), dict) else {}
        read_cells = tuple(_cells(cells))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        raise ContentError(path.name, f"is no notebook ({e}): open it in JupyterLab and save it again") from None
    minutes = ours.get("minutes", 0) if isinstance(ours, dict) else 0
    rows = ours.get("ground", []) if isinstance(ours, dict) else []
    return Lesson(
        path.stem,
        path,
        str(meta.get("title") or path.stem),
        minutes if isinstance(minutes, int) else 0,
        tuple(str(r) for r in rows) if isinstance(rows, list) else (),
        read_cells,
    )


def _cells(raw: list[Any]) -> Iterator[Cell]:
    section, is_staff = "", True
    for cell in raw:
        source = cell.get("source", "")
        text = source if isinstance(source, str) else "".join(source)
        kind, ident = str(cell["cell_type"]), str(cell.get("id", ""))
        is_staff = is_staff and ident != ANALYSTS
        if kind == "markdown":
            section = next((m[2] for m in reversed(list(headings(text))) if m[1] == "##"), section)
        meta = cell.get("metadata", {})
        marks = meta.get("nbgrader", {})
        yield Cell(
            ident,
            kind,
            text,
            section,
            is_staff,
            bool(meta.get("jupyter", {}).get("source_hidden")),
            str(marks.get("grade_id", "")) if marks.get("grade") else "",
            float(marks.get("points", 0)) if marks.get("grade") else 0.0,
        )


def headings(text: str) -> Iterator[re.Match[str]]:
    """Each heading of a Markdown text: group 1 the marks, group 2 the words."""
    return _HEADING.finditer(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def _asks(cell: Cell) -> Iterator[Ask]:
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        return
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _kind(n.func)]
    for call in sorted(calls, key=lambda n: (n.lineno, n.col_offset)):
        texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        kind = _kind(call.func)
        if kind == "playbill":  # every role-play but those named
            yield Ask(kind, " ".join(texts), cell.section, cell.is_staff, cell.grade)
        elif texts and call.args[0].__class__ is ast.Constant:
            renamed = next((k.value for k in call.keywords if k.arg == "name"), None)
            name = renamed.value if isinstance(renamed, ast.Constant) else texts[0]
            yield Ask(kind, str(name), cell.section, cell.is_staff, cell.grade)


def _kind(func: ast.expr) -> str:
    """One of PRACTICE as a plain call; the kind of a `check.<kind>`; "" for anything else."""
    if isinstance(func, ast.Name):
        return func.id if func.id in PRACTICE else ""
    is_check = isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "check"
    return func.attr if is_check and isinstance(func, ast.Attribute) and func.attr not in ("expect", "answer") else ""


def anchor(name: str, section: str, folder: str = "lessons") -> str:
    """A link that JupyterLab opens at a heading, from the workspace's top."""
    tail = "#" + re.sub(r"\s", "-", section) if section else ""
    return f"{folder}/{name}.ipynb{tail}"
