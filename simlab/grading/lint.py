"""What is wrong with a notebook before anybody sees it: cell, fault, and what would be right.

Errors stop a release. Matters of style are warnings in a course that was written for plain nbgrader
and errors in one of ours (`strict`).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from simlab.errors import GradingError
from simlab.grading import checkcell, markers, notebooks
from simlab.grading.notebooks import Cell, Notebook, graded_meta, name_of
from simlab.lean import lean_imports

MAX_BYTES = 100_000
_ABSOLUTE = re.compile(
    r"(?<![\w:/.~-])/(?:home|Users|root|mnt|media|opt|srv|tmp|work|private|Volumes)/[\w.-]+|\b[A-Za-z]:\\+[\w.-]+"
)
_GRADE_ID = re.compile(r"^[A-Za-z0-9_.-]{1,80}$")
Faults = Iterator["Finding"]


@dataclass(frozen=True)
class Finding:
    """One fault: `file`, `cell` ('' for the notebook as a whole), what is wrong, what would be right."""

    file: str
    cell: str
    problem: str
    right: str
    is_error: bool = True

    def __str__(self) -> str:
        place = f"{self.file}: cell {self.cell}" if self.cell else self.file
        return f"{place}: {self.problem}: {self.right}"


def lint_notebook(path: Path, shown: str = "") -> list[Finding]:
    """Faults of any notebook that is kept in the course: nothing that a run or an editor leaves behind."""
    shown = shown or path.name
    try:
        nb = notebooks.read(path, shown)
    except GradingError as e:
        return [Finding(shown, "", str(e).removeprefix(f"{shown}: "), "nothing else could be looked at")]
    found = [*_size(path, shown), *_notebook_metadata(nb, shown), *_valid(path, shown)]
    for i, cell in enumerate(nb["cells"]):
        found += [*_cell_metadata(cell, i, shown), *_leftovers(cell, i, shown), *_paths(cell, i, shown)]
    return found + list(_ids(nb, shown))


def lint_solution(path: Path, shown: str = "", *, strict: bool = True) -> list[Finding]:
    """Faults of a solution notebook, that is, reasons not to release it."""
    shown = shown or path.name
    found = lint_notebook(path, shown)
    if not strict:
        found = [replace(f, is_error=False) for f in found if f.right != "nothing else could be looked at"]
    try:
        nb = notebooks.read(path, shown)
    except GradingError as e:
        return [Finding(shown, "", str(e).removeprefix(f"{shown}: "), "nothing was released")]
    found += _language(nb, shown)
    for i, cell in enumerate(nb["cells"]):
        found += [*_markers(cell, i, shown, strict), *_attachments(cell, i, shown)]
        found += [*_grading(cell, i, shown), *_check(cell, i, shown, strict)]
    return found + list(_twins(nb, shown))


# What an editor or a run leaves behind


def _size(path: Path, shown: str) -> Faults:
    if (size := path.stat().st_size) > MAX_BYTES:
        yield Finding(
            shown, "", f"is {size // 1000} kB", f"under {MAX_BYTES // 1000} kB: move data and pictures into files"
        )


def _valid(path: Path, shown: str) -> Faults:
    with lean_imports():
        import nbformat

    try:
        nbformat.validate(nbformat.reads(path.read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT))
    except Exception as e:
        said = str(e).splitlines()[0] if str(e) else type(e).__name__
        yield Finding(shown, "", f"does not validate ({said})", "open it in JupyterLab and save it again")


def _notebook_metadata(nb: Notebook, shown: str) -> Faults:
    tidy = "`simlab release --tidy` takes it out"
    if "widgets" in nb["metadata"]:
        yield Finding(shown, "", "holds the state of widgets, choices included", tidy)
    for key in sorted(set(nb["metadata"]) - notebooks.NOTEBOOK_KEYS - {"widgets"}):
        yield Finding(shown, "", f"metadata {key!r} is not one that a notebook keeps", tidy)
    if (name := (nb["metadata"].get("kernelspec") or {}).get("name")) != "python3":
        yield Finding(shown, "", f"its kernel is {name!r}", "choose the kernel Python 3 (python3)")


def _cell_metadata(cell: Cell, i: int, shown: str) -> Faults:
    tidy = "`simlab release --tidy` takes it out"
    for key in sorted(set(cell["metadata"]) - notebooks.CELL_KEYS):
        yield Finding(shown, name_of(cell, i), f"metadata {key!r} is not one that a cell keeps", tidy)
    for key in sorted(set(graded_meta(cell)) - notebooks.NBGRADER_KEYS):
        yield Finding(shown, name_of(cell, i), f"nbgrader metadata {key!r} is unknown", "remove it")


def _leftovers(cell: Cell, i: int, shown: str) -> Faults:
    if cell.get("outputs"):
        yield Finding(shown, name_of(cell, i), "keeps its output", "`simlab release --tidy` takes it out")
    elif cell.get("execution_count") is not None:
        yield Finding(shown, name_of(cell, i), "keeps its execution count", "`simlab release --tidy` takes it out")


def _paths(cell: Cell, i: int, shown: str) -> Faults:
    for found in _ABSOLUTE.findall(cell["source"]):
        yield Finding(
            shown, name_of(cell, i), f"names a path of one machine, {found}", "write it relative to the notebook"
        )


def _ids(nb: Notebook, shown: str) -> Faults:
    tidy = "`simlab release --tidy` gives it one that stays"
    seen: Counter[str] = Counter()
    for i, cell in enumerate(nb["cells"]):
        own = cell.get("id")
        if not isinstance(own, str) or not notebooks.CELL_ID.match(own):
            yield Finding(shown, name_of(cell, i), "has no valid cell id", tidy)
        elif seen[own]:
            yield Finding(shown, name_of(cell, i), f"shares its id {own!r} with another cell", tidy)
        seen[str(own)] += 1


# What makes a solution fit to release


def _language(nb: Notebook, shown: str) -> Faults:
    language = (nb["metadata"].get("kernelspec") or {}).get("language", "python")
    if language != "python":
        yield Finding(shown, "", f"its language is {language!r}", "only Python notebooks can be marked here")


def _markers(cell: Cell, i: int, shown: str, strict: bool) -> Faults:
    name, source, meta = name_of(cell, i), cell["source"], graded_meta(cell)
    for line, text, right in markers.near_misses(source):
        yield Finding(
            shown,
            name,
            f"line {line} is not a marker, so that what follows would be published: {text}",
            f"write {right}",
        )
    for line, fault in markers.balance(source):
        yield Finding(
            shown, name, f"line {line}: {fault}", "each BEGIN has its END, in one cell, and none inside another"
        )
    for mark in markers.marks(source):
        if not mark.is_plain:
            phrase = f"### {mark.verb} {mark.kind}"
            yield Finding(
                shown, name, f"line {mark.line} is not written plainly", f"write {phrase} on a line of its own", strict
            )
        if mark.kind == "SOLUTION" and not meta.get("solution"):
            yield Finding(
                shown,
                name,
                "a SOLUTION in a cell that is no answer cell",
                "make it an autograded or manually graded answer",
            )
        if mark.kind == "HIDDEN TESTS" and (not meta.get("grade") or meta.get("solution")):
            yield Finding(
                shown, name, "HIDDEN TESTS in a cell that is not a test", "make it an 'Autograder tests' cell"
            )


def _attachments(cell: Cell, i: int, shown: str) -> Faults:
    held = cell.get("attachments") or {}
    if held and (graded_meta(cell).get("solution") or markers.marks(cell["source"])):
        yield Finding(
            shown,
            name_of(cell, i),
            "its text is cleared but its attachments would be published",
            "remove the attachments",
        )
    for name in held:
        if f"attachment:{name}" not in cell["source"]:
            yield Finding(shown, name_of(cell, i), f"attachment {name!r} is not shown in the cell", "remove it")


def _grading(cell: Cell, i: int, shown: str) -> Faults:
    meta, name = graded_meta(cell), name_of(cell, i)
    if not meta:
        return
    if not any(meta.get(k) for k in ("grade", "solution", "locked", "task")):
        return
    own = meta.get("grade_id")
    if not isinstance(own, str) or not _GRADE_ID.match(own):
        yield Finding(
            shown, name, "has no usable grade_id", "give it one: letters, digits, '-', '_', '.', at most 80 characters"
        )
    if meta.get("schema_version") != 3:
        yield Finding(
            shown,
            name,
            f"schema_version {meta.get('schema_version')!r}",
            "nbgrader metadata is of version 3 (`nbgrader update`)",
        )
    points = meta.get("points")
    if (meta.get("grade") or meta.get("task")) and not _is_points(points):
        yield Finding(
            shown, name, f"points {points!r}", "a graded cell has points, 0 or more, in its nbgrader metadata"
        )


def _is_points(points: object) -> bool:
    return isinstance(points, int | float) and not isinstance(points, bool) and math.isfinite(points) and points >= 0


def _check(cell: Cell, i: int, shown: str, strict: bool) -> Faults:
    meta, name = graded_meta(cell), name_of(cell, i)
    if not meta.get("grade") or meta.get("solution") or cell["cell_type"] != "code":
        return
    if not checkcell.is_check(cell["source"]):
        yield Finding(
            shown, name, "is marked by plain asserts, inside the learner's own process", "write it as a check", strict
        )
        return
    for problem, right in checkcell.faults(cell["source"], _kinds()):
        yield Finding(shown, name, problem, right)


def _kinds() -> frozenset[str]:
    from simlab.exercise.kinds import KINDS

    return frozenset(KINDS)


def _twins(nb: Notebook, shown: str) -> Faults:
    seen: dict[str, int] = {}
    for i, cell in enumerate(nb["cells"]):
        own = notebooks.grade_id(cell)
        if own and own in seen:
            yield Finding(
                shown,
                own,
                f"the same grade_id stands at cells {seen[own] + 1} and {i + 1}",
                "give each graded cell its own",
            )
        seen.setdefault(own, i)
