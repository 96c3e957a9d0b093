"""A submitted notebook made whole again: its cells matched with the release's, its text kept.

The learner's own words and code are never changed. What the author locked is put back as released,
what an editor dropped is restored, and everything that was mended is said in words that the learner
will read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice
from typing import Any

from simlab.grading.notebooks import Cell, Notebook, fresh_id, grade_id, graded_meta, is_locked, text_of

MAX_CELLS = 2000
MAX_PICTURES = 50  # attached to one cell
_NAMED = re.compile(r"^(?:async def|def|class) +(\w+)|^(\w+) *=", re.MULTILINE)
Pairs = dict[int, int]  # place in the release -> place in the submission


def repair(nb: Notebook, release: Notebook) -> tuple[Notebook, list[str]]:
    """(the notebook to grade, what was mended); metadata comes from the release alone."""
    notes: list[str] = []
    cells = [_plain(c) for c in nb["cells"] if isinstance(c, dict)]
    theirs = release["cells"]
    pairs, spare = _match(cells, theirs, notes)
    _moved(pairs, theirs, notes)
    out = _assembled(cells, theirs, pairs, spare, notes)
    _kernel(nb, release, notes)
    return {"cells": out, "metadata": dict(release["metadata"]), "nbformat": 4, "nbformat_minor": 5}, notes


def _plain(cell: Cell) -> Cell:
    """The parts of a submitted cell that can matter, each of the type that it must have."""
    kind = cell.get("cell_type")
    kept: Cell = {
        "cell_type": kind if kind in ("code", "markdown", "raw") else "markdown",
        "id": cell["id"] if isinstance(cell.get("id"), str) else "",
        "metadata": cell["metadata"] if isinstance(cell.get("metadata"), dict) else {},
        "source": _clean(text_of(cell.get("source", cell.get("input", "")))),
    }
    if kept["cell_type"] == "markdown" and (pictures := _pictures(cell.get("attachments"))):
        kept["attachments"] = pictures
    return kept


def _clean(text: str) -> str:
    """Text that can be written as UTF-8: half characters become the replacement sign."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _pictures(found: Any) -> dict[str, dict[str, str]]:
    """A cell's attached pictures that are well formed."""
    if not isinstance(found, dict):
        return {}
    well: dict[str, dict[str, str]] = {}
    for name, bundle in islice(found.items(), MAX_PICTURES):
        if isinstance(bundle, dict):
            well[_clean(str(name))] = {m: d for m, d in bundle.items() if _is_picture(m, d)}
    return well


def _is_picture(mime: str, data: Any) -> bool:
    # Either would be written into a page as it is.
    named = re.fullmatch(r"image/[a-z0-9.+-]+", mime) is not None
    return named and isinstance(data, str) and re.fullmatch(r"[A-Za-z0-9+/=\s]*", data) is not None


def _match(cells: list[Cell], theirs: list[Cell], notes: list[str]) -> tuple[Pairs, set[int]]:
    """(pairs, superfluous copies of locked cells) by grade_id, then by what an editor may have left."""
    own = {grade_id(c): i for i, c in enumerate(theirs) if grade_id(c)}
    claims: dict[int, list[int]] = defaultdict(list)
    for j, cell in enumerate(cells):
        if grade_id(cell) in own:
            claims[own[grade_id(cell)]].append(j)
    pairs: Pairs = {}
    spare: set[int] = set()
    for i, places in claims.items():
        pairs[i] = _worked_on(places, cells, theirs[i])
        if len(places) > 1:
            notes.append(f"cell {grade_id(theirs[i])!r} was there {len(places)} times: one counts")
            spare |= {j for j in places if j != pairs[i] and cells[j]["source"] == theirs[i]["source"]}
    _by_likeness(cells, theirs, pairs, notes)
    return pairs, spare


def _worked_on(places: list[int], cells: list[Cell], released: Cell) -> int:
    """Of several copies of a cell the last one that the learner changed, else the last."""
    changed = [j for j in places if cells[j]["source"] != released["source"]]
    return (changed or places)[-1] if not is_locked(released) else places[-1]


def _by_likeness(cells: list[Cell], theirs: list[Cell], pairs: Pairs, notes: list[str]) -> None:
    """Pair what has lost its grade_id: by cell id, by text, by place, by the name that it defines."""
    same_shape = [c["cell_type"] for c in cells] == [c["cell_type"] for c in theirs]
    known = {grade_id(c) for c in theirs} - {""}
    for i, released in enumerate(theirs):
        if i in pairs or not graded_meta(released):
            continue
        taken = set(pairs.values())
        free = [j for j in range(len(cells)) if j not in taken and grade_id(cells[j]) not in known]
        j = _alike(cells, released, free, i if same_shape else None)
        if j is not None:
            pairs[i] = j
            notes.append(f"cell {grade_id(released)!r} had lost its grading marks: put back")


def _alike(cells: list[Cell], released: Cell, free: list[int], place: int | None) -> int | None:
    for j in free:
        if cells[j]["id"] and cells[j]["id"] == released.get("id"):
            return j
    for j in free:
        if cells[j]["source"].strip() == released["source"].strip():
            return j
    if place is not None and place in free:
        return place
    wanted = _defines(released) if not is_locked(released) else set()
    named = [j for j in free if cells[j]["cell_type"] == "code" and wanted and wanted <= _defines(cells[j])]
    return named[-1] if named else None


def _defines(cell: Cell) -> set[str]:
    return {a or b for a, b in _NAMED.findall(cell["source"])}


def _moved(pairs: Pairs, theirs: list[Cell], notes: list[str]) -> None:
    """Forget the place of a graded locked cell that stands above the work that it marks."""
    for i in [i for i in pairs if is_locked(theirs[i]) and graded_meta(theirs[i]).get("grade")]:
        before = [pairs[k] for k in pairs if k < i and graded_meta(theirs[k]).get("solution")]
        if any(j > pairs[i] for j in before):
            notes.append(f"cell {grade_id(theirs[i])!r} stood above the work that it marks: put back in its place")
            pairs[i] = -1


def _assembled(cells: list[Cell], theirs: list[Cell], pairs: Pairs, spare: set[int], notes: list[str]) -> list[Cell]:
    """The cells in the learner's order, with each missing one put before what follows it in the release."""
    placed = {j: i for i, j in pairs.items() if j >= 0}
    waiting = _waiting(cells, theirs, pairs, notes)
    taken = {c["id"] for c in theirs if graded_meta(c)}
    dropped = spare | {
        j for j, c in enumerate(cells) if grade_id(c) and j not in placed and _is_moved(c, theirs, pairs)
    }
    out: list[Cell] = []
    for j, cell in enumerate(cells):
        out += [_restored(theirs[i]) for i in waiting.get(j, [])]
        if j in placed:
            out.append(_merged(cell, theirs[placed[j]], notes))
        elif j not in dropped:
            out.append(_own(cell, j, taken))
    return out + [_restored(theirs[i]) for i in waiting.get(len(cells), [])]


def _is_moved(cell: Cell, theirs: list[Cell], pairs: Pairs) -> bool:
    return any(j == -1 and grade_id(theirs[i]) == grade_id(cell) for i, j in pairs.items())


def _waiting(cells: list[Cell], theirs: list[Cell], pairs: Pairs, notes: list[str]) -> dict[int, list[int]]:
    """Place in the submission (its length: the end) -> the release's cells to put in before it."""
    ids = {c["id"]: j for j, c in enumerate(cells) if c["id"]}
    anchors = {i: j for i, j in pairs.items() if j >= 0}
    anchors |= {i: ids[c["id"]] for i, c in enumerate(theirs) if not graded_meta(c) and c["id"] in ids}
    waiting: dict[int, list[int]] = defaultdict(list)
    for i, released in enumerate(theirs):
        if not graded_meta(released) or pairs.get(i, -1) >= 0:
            continue
        after = [anchors[k] for k in sorted(anchors) if k > i]
        # Cells may stand in any order: never above the work that comes before it in the release.
        work = [j + 1 for k, j in anchors.items() if k < i and graded_meta(theirs[k]).get("solution")]
        waiting[max([after[0] if after else len(cells), *work])].append(i)
        if i not in pairs:
            notes.append(f"cell {grade_id(released)!r} was missing: put back as released")
    return waiting


def _restored(released: Cell) -> Cell:
    return dict(released)


def _merged(cell: Cell, released: Cell, notes: list[str]) -> Cell:
    """A matched cell: the release's metadata; its text too where the author locked it."""
    name = grade_id(released)
    out = dict(released)
    if is_locked(released):
        if cell["source"].rstrip() != released["source"].rstrip():
            notes.append(f"locked cell {name!r} had been changed: put back as released")
        return out
    if cell["cell_type"] != released["cell_type"]:
        notes.append(f"cell {name!r} had become {cell['cell_type']}: {released['cell_type']} again")
    if graded_meta(cell) and graded_meta(cell).get("schema_version") != graded_meta(released).get("schema_version"):
        notes.append(f"cell {name!r} had grading marks of another version: put back")
    out["source"] = cell["source"]
    if "attachments" in cell and out["cell_type"] == "markdown":
        out["attachments"] = cell["attachments"]
    return out


def _own(cell: Cell, place: int, taken: set[str]) -> Cell:
    """A cell that the learner added: its text alone, without tags that could steer how it runs."""
    out: Cell = {
        "cell_type": cell["cell_type"],
        "id": fresh_id(cell["id"], "", place, taken),
        "metadata": {},
        "source": cell["source"],
    }
    if cell["cell_type"] == "code":
        out |= {"execution_count": None, "outputs": []}
    elif "attachments" in cell:
        out["attachments"] = cell["attachments"]
    return out


def _kernel(nb: Notebook, release: Notebook, notes: list[str]) -> None:
    meta = nb.get("metadata")
    spec = meta.get("kernelspec") if isinstance(meta, dict) else None
    name = spec.get("name") if isinstance(spec, dict) else None
    right = release["metadata"].get("kernelspec", {}).get("name", "python3")
    if name not in (right, "python", "python3"):
        notes.append(f"the kernel was {str(name)[:60]!r}: graded with {right}")
