"""An exercise's notebook under another name: renamed, duplicated, or saved as something else.

A notebook belongs to an exercise if it holds most of the cells (by their ids) that were handed out.
"""

from __future__ import annotations

import json
from pathlib import Path

from simlab.exercise.shipped import shipped, written

MOST = 50  # notebooks that are looked at in one folder


def others(folder: Path) -> list[Path]:
    """The notebooks beside `NAME.ipynb` in an exercise's folder NAME that were made from it, sorted."""
    ids = _ids(_handed_out(folder.name))
    beside = [p for p in sorted(folder.glob("*.ipynb")) if p.name != f"{folder.name}.ipynb" and not p.is_symlink()]
    return [p for p in beside[:MOST] if ids and len(_ids(_bytes(p)) & ids) * 2 > len(ids)]


def chosen(folder: Path) -> tuple[Path, list[str]]:
    """The notebook of an exercise that holds the learner's work, and what they should know about it.

    That is `NAME.ipynb`, unless it is missing or as it was handed out while one other holds work.
    """
    own, copies = folder / f"{folder.name}.ipynb", others(folder)
    worked = [p for p in copies if not _is_untouched(p)]
    if len(worked) == 1 and (not own.is_file() or _is_untouched(own)):
        return worked[0], [f"{worked[0].name} is taken for {own.name}, as your work is in it"]
    if not own.is_file() and len(copies) == 1:
        return copies[0], [f"{copies[0].name} is taken for {own.name}"]
    left = ", ".join(p.name for p in worked)
    said = f"{own.name} is handed in, and not {left}: rename the one that you mean to {own.name}"
    return own, [said] if left else []


def _is_untouched(path: Path) -> bool:
    """Whether a notebook says what was handed out; running and saving it change nothing of that."""
    name = path.parent.name
    return written(_bytes(path)) == written(_handed_out(name))


def _handed_out(name: str) -> bytes:
    return next((raw for path, raw in shipped() if path == f"exercises/{name}/{name}.ipynb"), b"")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _ids(raw: bytes) -> set[str]:
    try:
        return {str(cell["id"]) for cell in json.loads(raw)["cells"]}
    except (ValueError, TypeError, KeyError, RecursionError):
        return set()
