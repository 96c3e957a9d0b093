"""Which exercise a submission is, where nothing around it says so: by its release's stamp, its cells, its file's name.

The strongest sign that a notebook bears counts. Two exercises at once are not guessed between.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.grading import notebooks
from simlab.grading.course import Course
from simlab.grading.parsing import parse
from simlab.grading.untrusted import RefusedError


@dataclass(frozen=True)
class Known:
    """What tells the exercises of a course apart: sign -> exercise."""

    stamps: dict[str, str]
    cells: dict[str, str]
    names: dict[str, str]


def known(home: Course) -> Known:
    """The signs of every released exercise; a grade_id that two exercises share is none."""
    stamps, names = {}, {}
    cells: dict[str, set[str]] = {}
    for exercise in home.assignments():
        for path in home.released(exercise):
            nb = notebooks.read(path)
            stamps[_stamp(nb)] = exercise
            names[path.stem.casefold()] = exercise
            for cell in nb["cells"]:
                cells.setdefault(notebooks.grade_id(cell), set()).add(exercise)
    stamps.pop("", None)
    cells.pop("", None)
    return Known(stamps, {k: min(v) for k, v in cells.items() if len(v) == 1}, names)


def which(files: dict[str, bytes], signs: Known) -> tuple[set[str], bool]:
    """(the exercises that the notebooks are of, whether more than a file's name says so)."""
    inside = {e for name, data in files.items() for e in _inside(name, data, signs)}
    return (inside, True) if inside else ({e for name in files for e in _named(name, signs)}, False)


def _inside(name: str, data: bytes, signs: Known) -> set[str]:
    try:
        nb = parse(data, name)
    except RefusedError:
        return set()
    if exercise := signs.stamps.get(_stamp(nb)):
        return {exercise}
    grade_ids = {notebooks.grade_id(c) for c in nb["cells"] if isinstance(c, dict)}
    return {signs.cells[g] for g in grade_ids if g in signs.cells}


def _stamp(nb: dict[str, Any]) -> str:
    meta = nb.get("metadata")
    ours = meta.get("simlab") if isinstance(meta, dict) else None
    found = ours.get("release") if isinstance(ours, dict) else None
    return found if isinstance(found, str) else ""


def _named(name: str, signs: Known) -> set[str]:
    """By the longest released name that a file's name begins with: `ps10 (1).ipynb` is not ps1's."""
    stem = Path(name).name.casefold()
    fits = [n for n in signs.names if stem.startswith(n)]
    return {signs.names[max(fits, key=len)]} if fits else set()
