"""What ties a cell to its mark: cell ids and nbgrader's metadata."""

from __future__ import annotations

import copy
from typing import Any

from tests.grading.mutations import CAPPED, KEEPS, Cell, Draft, Mutation, junk, role


def ids_missing(d: Draft) -> str:
    for c in d.cells:
        c.pop("id", None)
    d.nb["nbformat_minor"] = 4
    return KEEPS


def ids_all_one(d: Draft) -> str:
    one = d.rng.choice([c["id"] for c in d.cells] + ["x"])
    for c in d.cells:
        c["id"] = one
    return KEEPS


def ids_of_no_kind(d: Draft) -> str:
    for c in d.cells:
        c["id"] = d.rng.choice([junk(d.rng), "x" * 500, "../../etc\0", "é", ""])
    return KEEPS


def ids_swapped(d: Draft) -> str:
    one, two = d.rng.sample(d.cells, 2)
    one["id"], two["id"] = two["id"], one["id"]
    return KEEPS


def ids_of_ours_on_their_cells(d: Draft) -> str:
    for _ in range(3):
        own = {"cell_type": "code", "source": f"own = {d.rng.random()}", "metadata": {}, "outputs": []}
        d.cells.insert(d.rng.randrange(len(d.cells) + 1), own | {"id": d.pick("answer", "check")["id"]})
    return KEEPS


def marks_dropped(d: Draft) -> str:
    share = d.rng.choice([0.2, 0.5, 1.0])
    for c in d.cells:
        if d.rng.random() < share:
            c["metadata"].pop("nbgrader", None)
    return KEEPS


def metadata_dropped(d: Draft) -> str:
    for c in d.cells:
        d.rng.choice([c["metadata"].clear, lambda c=c: c.pop("metadata")])()
    return KEEPS


def marks_and_ids_dropped(d: Draft) -> str:
    for i, c in enumerate(d.cells):
        c["metadata"], c["id"] = {}, f"n{i}"
    return KEEPS


def marks_of_no_kind(d: Draft) -> str:
    for c in d.cells:
        if role(c) != "text":
            c["metadata"]["nbgrader"] = d.rng.choice([junk(d.rng), [], "x", {"grade_id": junk(d.rng)}])
    return KEEPS


def _marks(d: Draft) -> list[dict[str, Any]]:
    return [c["metadata"]["nbgrader"] for c in d.cells if role(c) != "text"]


def other_versions(d: Draft) -> str:
    for m in _marks(d):
        m["schema_version"] = d.rng.choice([0, 1, 2, 4, 99, "3", None, [], float("nan")])
    return KEEPS


def other_points(d: Draft) -> str:
    for m in _marks(d):
        m["points"] = d.rng.choice([1000, -5, 1e308, float("nan"), float("inf"), "20", None, [], True])
    return KEEPS


def flags_flipped(d: Draft) -> str:
    for m in _marks(d):
        for flag in ("grade", "solution", "locked", "task"):
            if d.rng.random() < 0.5:
                m[flag] = d.rng.choice([not m.get(flag), junk(d.rng, 1)])
    return KEEPS


def checksums(d: Draft) -> str:
    for m in _marks(d):
        m["checksum"], m["cell_type"] = junk(d.rng, 1), junk(d.rng, 1)
    return KEEPS


def names_swapped(d: Draft) -> str:
    one, two = d.pick("check", "locked"), d.pick("check", "locked")
    _swap(one, two, "grade_id")
    return KEEPS


def names_swapped_with_an_answer(d: Draft) -> str:
    _swap(d.pick("answer"), d.pick("check", "locked", "answer"), "grade_id")
    return CAPPED


def _swap(one: Cell, two: Cell, key: str) -> None:
    a, b = one["metadata"]["nbgrader"], two["metadata"]["nbgrader"]
    a[key], b[key] = b[key], a[key]


def names_unknown(d: Draft) -> str:
    for m in _marks(d):
        if d.rng.random() < 0.5:
            m["grade_id"] = d.rng.choice([f"cell-{d.rng.randrange(10**9):x}", "", None, 3, [], "../x", "é" * 200])
    return KEEPS


def two_of_one_name(d: Draft) -> str:
    """A cell of the learner's own carries the name of a check, and asks for many points."""
    marks = copy.deepcopy(d.pick("check")["metadata"]["nbgrader"]) | {"points": 100}
    own = {"cell_type": "code", "id": f"own-{d.rng.randrange(99)}", "source": "100.0", "outputs": []}
    d.cells.insert(d.rng.randrange(len(d.cells) + 1), own | {"metadata": {"nbgrader": marks}})
    return KEEPS


def a_text_with_an_answers_name(d: Draft) -> str:
    d.pick("text")["metadata"]["nbgrader"] = copy.deepcopy(d.pick("answer")["metadata"]["nbgrader"])
    return CAPPED


def more_checks(d: Draft) -> str:
    for name in ("bonus", "../../more", "alone-2", "x" * 300):
        marks = {"grade": True, "grade_id": name, "points": 50, "locked": True, "solution": False, "schema_version": 3}
        d.cells.append({"cell_type": "code", "source": "50.0", "metadata": {"nbgrader": marks}, "id": name[:9]})
    return KEEPS


ALL: tuple[Mutation, ...] = (
    ids_missing, ids_all_one, ids_of_no_kind, ids_swapped, ids_of_ours_on_their_cells, marks_dropped, metadata_dropped,
    marks_and_ids_dropped, marks_of_no_kind, other_versions, other_points, flags_flipped, checksums, names_swapped,
    names_swapped_with_an_answer, names_unknown, two_of_one_name, a_text_with_an_answers_name, more_checks,
)  # fmt: skip
