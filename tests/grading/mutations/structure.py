"""The notebook as cells: lost, doubled, moved, of another kind, of another format."""

from __future__ import annotations

import copy
from typing import Any

from tests.grading.mutations import CAPPED, KEEPS, REFUSED, Cell, Draft, Mutation, junk, role


def cells_lost(d: Draft) -> str:
    gone = [d.pick("check", "locked", "text") for _ in range(d.rng.randrange(1, 5))]
    d.nb["cells"] = [c for c in d.cells if not any(c is g for g in gone)]
    return KEEPS


def an_answer_lost(d: Draft) -> str:
    gone = d.pick("answer")
    d.nb["cells"] = [c for c in d.cells if c is not gone]
    return CAPPED


def cells_doubled(d: Draft) -> str:
    for _ in range(d.rng.randrange(1, 4)):
        twin = copy.deepcopy(d.pick("check", "locked", "text", "answer"))
        if d.rng.random() < 0.5:
            twin["id"] = f"twin-{d.rng.randrange(10**6)}"
        d.cells.insert(d.rng.randrange(len(d.cells) + 1), twin)
    return KEEPS


def everything_twice(d: Draft) -> str:
    d.nb["cells"] = d.cells + copy.deepcopy(d.cells)
    return KEEPS


def an_answer_doubled_and_changed(d: Draft) -> str:
    twin = copy.deepcopy(d.pick("answer"))
    twin["source"] = d.rng.choice(["", "pass", "x = 1", "def alone(rows, columns): return 0"])
    d.cells.insert(d.rng.randrange(len(d.cells) + 1), twin)
    return CAPPED


def shuffled(d: Draft) -> str:
    d.rng.shuffle(d.cells)
    return KEEPS


def one_moved(d: Draft) -> str:
    cell = d.cells.pop(d.rng.randrange(len(d.cells)))
    d.cells.insert(d.rng.randrange(len(d.cells) + 1), cell)
    return KEEPS


def upside_down(d: Draft) -> str:
    d.cells.reverse()
    return KEEPS


def no_cells(d: Draft) -> str:
    d.cells.clear()
    return CAPPED


def cells_of_another_type(d: Draft) -> str:
    d.nb["cells"] = d.rng.choice([{}, None, 3, "x", {"0": d.cells}, [[]] * 3 + [d.cells]])
    return CAPPED


def odd_cells_between(d: Draft) -> str:
    for _ in range(d.rng.randrange(1, 6)):
        odd = junk(d.rng)
        if isinstance(odd, dict) and d.rng.random() < 0.5:
            odd |= {"cell_type": junk(d.rng, 1), "source": junk(d.rng), "metadata": junk(d.rng), "id": junk(d.rng, 1)}
        d.cells.insert(d.rng.randrange(len(d.cells) + 1), odd)
    return KEEPS


def kinds_of_cells(d: Draft) -> str:
    for _ in range(d.rng.randrange(1, 4)):
        d.pick("answer", "check", "locked")["cell_type"] = d.rng.choice(
            ["markdown", "raw", "heading", "html", "sql", "", None, 3, []]
        )
    return KEEPS


def sources_as_lines(d: Draft) -> str:
    for c in d.cells:
        lines: list[Any] = c["source"].splitlines(keepends=True)
        if d.rng.random() < 0.3:
            lines.insert(0, d.rng.choice([None, 3, [], {}, True]))
        c["source"] = lines
    return KEEPS


def sources_of_no_kind(d: Draft) -> str:
    for _ in range(d.rng.randrange(1, 5)):
        d.pick("check", "locked", "text")["source"] = junk(d.rng)
    return KEEPS


def an_answer_of_no_kind(d: Draft) -> str:
    d.pick("answer")["source"] = junk(d.rng)
    return CAPPED


def line_ends_in_cells(d: Draft) -> str:
    for c in d.cells:
        c["source"] = c["source"].replace("\n", d.rng.choice(["\r\n", "\r"]))
    return KEEPS


def odd_outputs(d: Draft) -> str:
    for c in d.cells:
        c["outputs"] = junk(d.rng) if d.rng.random() < 0.5 else [junk(d.rng), {"output_type": junk(d.rng, 1)}]
        c["execution_count"] = junk(d.rng, 1)
    return KEEPS


def deep_outputs(d: Draft) -> str:
    deep: Any = []
    for _ in range(d.rng.choice([60, 150, 300])):
        deep = [deep]
    d.pick("check", "answer")["outputs"] = [{"output_type": "display_data", "data": deep, "metadata": {}}]
    return KEEPS


def attachments(d: Draft) -> str:
    for c in d.cells:
        c["attachments"] = d.rng.choice(
            [junk(d.rng), {"a.png": {"image/png": '"><script>'}}, {"x": {"text/html": "<b>"}}]
        )
    return KEEPS


def odd_metadata(d: Draft) -> str:
    d.nb["metadata"] = d.rng.choice([junk(d.rng), {"kernelspec": junk(d.rng)}, {"kernelspec": {"name": junk(d.rng)}}])
    for c in d.cells:
        if role(c) == "text":
            c["metadata"] = junk(d.rng)
    return KEEPS


def another_kernel(d: Draft) -> str:
    d.nb["metadata"] = {"kernelspec": {"name": d.rng.choice(["ir", "bash", "../x", "python2"]), "language": "R"}}
    return KEEPS


def minor_numbers(d: Draft) -> str:
    d.nb["nbformat_minor"] = d.rng.choice([junk(d.rng), 0, 4, 99])
    if d.rng.random() < 0.3:
        del d.nb["nbformat"]
    return KEEPS


def major_numbers(d: Draft) -> str:
    d.nb["nbformat"] = d.rng.choice([5, 2, 0, -4, "four", None, [], True, float("nan"), "\x1b]0;x\x07"])
    return REFUSED


def of_format_3(d: Draft) -> str:
    old = [_old(c) for c in d.cells]
    at = d.rng.choice([0, d.rng.randrange(len(old))])
    sheets = [{"cells": part, "metadata": {}} for part in (old[:at], old[at:])]
    d.nb = {"worksheets": sheets, "metadata": {"name": "x"}, "nbformat": 3, "nbformat_minor": 0, "cells": []}
    if d.rng.random() < 0.7:
        del d.nb["cells"]
    return KEEPS


def _old(cell: Cell) -> Cell:
    if cell["cell_type"] != "code":
        return {"cell_type": "markdown", "source": cell["source"], "metadata": cell["metadata"]}
    kept = {"cell_type": "code", "input": cell["source"], "metadata": cell["metadata"], "language": "python"}
    return kept | {"outputs": [], "prompt_number": 1, "collapsed": False}


def worksheets_of_no_kind(d: Draft) -> str:
    sheets = d.rng.choice([[], [junk(d.rng)], [{"cells": junk(d.rng)}], [{"cells": [junk(d.rng)]}], [{}, {"cells": 3}]])
    d.nb = {"worksheets": sheets, "metadata": {}, "nbformat": 3}
    return CAPPED


def far_too_many(d: Draft) -> str:
    d.nb["cells"] = d.cells + [{"cell_type": "markdown", "metadata": {}, "source": ""}] * 2000
    return REFUSED


ALL: tuple[Mutation, ...] = (
    cells_lost, an_answer_lost, cells_doubled, everything_twice, an_answer_doubled_and_changed, shuffled, one_moved,
    upside_down, no_cells, cells_of_another_type, odd_cells_between, kinds_of_cells, sources_as_lines, sources_of_no_kind,
    an_answer_of_no_kind, line_ends_in_cells, odd_outputs, deep_outputs, attachments, odd_metadata, another_kernel,
    minor_numbers, major_numbers, of_format_3, worksheets_of_no_kind, far_too_many,
)  # fmt: skip
