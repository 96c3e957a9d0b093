"""A stranger's bytes as a notebook of format 4: plain data, or refused with the reason."""

from __future__ import annotations

import json
from typing import Any

from simlab.grading.notebooks import text_of
from simlab.grading.outcome import UNREADABLE
from simlab.grading.repair import MAX_CELLS
from simlab.grading.untrusted import RefusedError, decode, shown

# What counts of a cell of format 3.
_KEPT_3 = frozenset({"cell_type", "input", "source", "level", "language"})


def parse(data: bytes, name: str) -> dict[str, Any]:
    """A submitted notebook as plain data, format 4. Raises RefusedError (unreadable, and why)."""
    if not data.strip():
        raise RefusedError(f"{shown(name)} is empty: hand it in again", UNREADABLE)
    for start, what in (
        (b"PK\x03\x04", "a zip file"),
        (b"<!DOCTYPE", "a web page"),
        (b"<html", "a web page"),
        (b"%PDF", "a PDF"),
    ):
        if data.lstrip().startswith(start):
            raise RefusedError(f"{shown(name)} is {what}, not a notebook: hand in the .ipynb file", UNREADABLE)
    try:
        nb = json.loads(decode(data), strict=False)  # a line end within a text is no reason to lose the rest
    except (ValueError, RecursionError) as e:
        said = str(e)[:120] if isinstance(e, ValueError) else "nested without end"
        raise RefusedError(f"{shown(name)} is damaged, or no notebook ({said}): hand it in again", UNREADABLE) from e
    return _format_4(nb, name)


def _format_4(nb: Any, name: str) -> dict[str, Any]:
    if isinstance(nb, dict) and isinstance(nb.get("worksheets"), list):
        nb = _converted(nb, name)
    if not isinstance(nb, dict) or not isinstance(nb.get("cells"), list):
        raise RefusedError(f"{shown(name)} is not a notebook: it has no cells", UNREADABLE)
    if nb.get("nbformat", 4) != 4:
        raise RefusedError(f"{shown(name)} is of notebook format {shown(str(nb['nbformat'])[:20])}, not 4", UNREADABLE)
    _few(nb["cells"], name)
    return nb


def _few(cells: list[Any], name: str) -> None:
    if len(cells) > MAX_CELLS:
        raise RefusedError(f"{shown(name)} has {len(cells)} cells, the limit is {MAX_CELLS}")


def _converted(nb: dict[str, Any], name: str) -> Any:
    import nbformat

    sheets = [sheet.get("cells") for sheet in nb["worksheets"] if isinstance(sheet, dict)]
    cells = [c for held in sheets if isinstance(held, list) for c in held]
    _few(cells, name)
    # Only what is used later: checking a million outputs against the format takes hours.
    plain = [_plain_3(c) for c in cells if isinstance(c, dict)]
    old = {"worksheets": [{"cells": plain}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}
    try:
        return json.loads(nbformat.writes(nbformat.convert(nbformat.from_dict(old), 4)))
    except Exception as e:
        raise RefusedError(f"{shown(name)} is of an old format and cannot be converted", UNREADABLE) from e


def _plain_3(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell of format 3 with its text and its marks: the conversion takes each of a million lists for itself."""
    meta = cell.get("metadata")
    marks = meta.get("nbgrader") if isinstance(meta, dict) else None
    flat = {k: v for k, v in marks.items() if isinstance(v, str | int | float)} if isinstance(marks, dict) else {}
    kept = {k: text_of(v) if k in ("input", "source") else v for k, v in cell.items() if k in _KEPT_3}
    kept = {k: v for k, v in kept.items() if isinstance(v, str | int)}
    return kept | {"metadata": {"nbgrader": flat} if flat else {}, "outputs": []}
