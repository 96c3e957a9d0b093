"""Notebooks as stable text: one form on disk, so that the same notebook is always the same bytes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from simlab.errors import GradingError

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
NOTEBOOK_KEYS = frozenset({"kernelspec", "simlab", "title"})
CELL_KEYS = frozenset({"nbgrader", "tags", "deletable", "editable", "jupyter", "simlab"})
NBGRADER_KEYS = frozenset(
    {"grade", "grade_id", "locked", "points", "schema_version", "solution", "task", "checksum", "cell_type"}
)
CELL_ID = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")

Notebook = dict[str, Any]
Cell = dict[str, Any]


def read(path: Path, shown: str = "") -> Notebook:
    """A notebook file of ours as plain data, each source as one text. Raises GradingError."""
    shown = shown or path.name
    try:
        nb = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as e:
        raise GradingError(f"{shown}: not a notebook: {e}; open it in JupyterLab and save it again") from e
    if not isinstance(nb, dict) or not isinstance(nb.get("cells"), list) or nb.get("nbformat") != 4:
        raise GradingError(f"{shown}: not a notebook of format 4: open it in JupyterLab and save it again")
    for cell in nb["cells"]:
        cell["source"] = text_of(cell.get("source", ""))
        cell.setdefault("metadata", {})
    nb.setdefault("metadata", {})
    return nb


def text_of(source: Any) -> str:
    """A cell's source as one text, with plain line ends, whether kept as text or as lines."""
    text = "".join(s for s in source if isinstance(s, str)) if isinstance(source, list) else source
    return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else ""


def dumps(nb: Notebook) -> str:
    """The one text of a notebook: keys sorted, one space of indent, sources as lists of lines."""
    cells = [cell | {"source": cell["source"].splitlines(keepends=True)} for cell in nb["cells"]]
    return json.dumps(nb | {"cells": cells}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def graded_meta(cell: Cell) -> dict[str, Any]:
    """A cell's nbgrader metadata, {} without any."""
    meta = cell.get("metadata", {})
    found = meta.get("nbgrader") if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else {}


def grade_id(cell: Cell) -> str:
    """A cell's grade_id, '' without one."""
    found = graded_meta(cell).get("grade_id", "")
    return found if isinstance(found, str) else ""


def is_locked(cell: Cell) -> bool:
    """Whether the author's text of a cell stands whatever the learner made of it (nbgrader's rule)."""
    meta = graded_meta(cell)
    return not meta.get("solution") and bool(meta.get("grade") or meta.get("locked"))


def name_of(cell: Cell, index: int) -> str:
    """What to call a cell in a message: its grade_id, else its id, else its place from 1."""
    return grade_id(cell) or str(cell.get("id") or f"number {index + 1}")


def tidy(nb: Notebook) -> Notebook:
    """The notebook without what a run or an editor leaves behind, with an id for each cell.

    Outputs, counts, widget state, editors' metadata and the kernel's version go; ids that are
    missing, bad or twice are made from the grade_id or the place, so that the same notebook always
    gets the same ones.
    """
    taken: set[str] = set()
    cells = [_tidy_cell(cell, i, taken) for i, cell in enumerate(nb["cells"])]
    meta = {k: v for k, v in nb["metadata"].items() if k in NOTEBOOK_KEYS} | {"kernelspec": dict(KERNEL)}
    return {"cells": cells, "metadata": meta, "nbformat": 4, "nbformat_minor": 5}


def _tidy_cell(cell: Cell, index: int, taken: set[str]) -> Cell:
    kind = cell["cell_type"] if cell.get("cell_type") in ("code", "markdown", "raw") else "raw"
    kept = {k: v for k, v in cell["metadata"].items() if k in CELL_KEYS}
    out: Cell = {
        "cell_type": kind,
        "id": fresh_id(cell.get("id"), grade_id(cell), index, taken),
        "metadata": kept,
        "source": cell["source"],
    }
    if kind == "code":
        out |= {"execution_count": None, "outputs": []}
    elif isinstance(cell.get("attachments"), dict) and cell["attachments"]:
        out["attachments"] = cell["attachments"]
    return out


def fresh_id(wanted: Any, grade: str, index: int, taken: set[str]) -> str:
    """A cell id that is valid and not taken: the wanted one, else from the grade_id, else the place."""
    tries = [wanted, re.sub(r"[^a-zA-Z0-9_-]", "-", grade)[:64], f"cell-{index + 1}"]
    for text in tries:
        if isinstance(text, str) and CELL_ID.match(text) and text not in taken:
            taken.add(text)
            return text
    n = 2
    while f"cell-{index + 1}-{n}" in taken:
        n += 1
    taken.add(f"cell-{index + 1}-{n}")
    return f"cell-{index + 1}-{n}"
