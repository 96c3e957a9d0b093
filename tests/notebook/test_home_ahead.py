from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import nbformat
import pytest

from simlab.exercise.workspace import Workspace
from simlab.notebook.ahead import CELL, write_ahead
from tests.curriculum import small

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 2, 4)


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    small.sheets(monkeypatch)
    it = small.workspace(tmp_path / "w", "claims")
    (it.folder / "home.ipynb").write_bytes((ROOT / "lessons" / "home.ipynb").read_bytes())
    return it


def outputs(it: Workspace) -> str:
    nb = nbformat.read(it.folder / "home.ipynb", as_version=4)
    nbformat.validate(nb)
    (cell,) = [c for c in nb.cells if c.id == CELL]
    assert all("widget" not in kind for o in cell.outputs for kind in o.data)
    return str(cell.outputs[0].data["text/markdown"])


def test_the_next_step_stands_there_before_anything_is_run(mine: Workspace) -> None:
    assert write_ahead(mine.folder, DAY)
    assert "**Open [lesson 70, Paper on desks](lessons/70-paper.ipynb)**" in outputs(mine)
    small.practise(mine, "first")
    assert write_ahead(mine.folder, DAY)
    assert "Go on with" in outputs(mine) and outputs(mine).count("Your next step") == 1


def test_whoever_has_chosen_no_work_yet_is_told_how_to_begin(mine: Workspace) -> None:
    (mine.folder / ".simlab" / "learner.json").write_text('{"learner": "ana.ito"}', encoding="utf-8")
    assert write_ahead(mine.folder, DAY) and "Run All Cells" in outputs(mine)


def test_nothing_but_that_output_is_touched(mine: Workspace) -> None:
    before = json.loads((mine.folder / "home.ipynb").read_text(encoding="utf-8"))
    write_ahead(mine.folder, DAY)
    after = json.loads((mine.folder / "home.ipynb").read_text(encoding="utf-8"))
    next(c for c in after["cells"] if c["id"] == CELL)["outputs"] = []
    assert after == before


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"cells": []}', '{"cells": [{"id": "home-cell", "cell_type": "markdown"}]}']
)
def test_a_page_of_another_shape_is_left_as_it_is(mine: Workspace, text: str) -> None:
    (mine.folder / "home.ipynb").write_text(text, encoding="utf-8")
    assert not write_ahead(mine.folder, DAY)
    assert (mine.folder / "home.ipynb").read_text(encoding="utf-8") == text


def test_outside_a_workspace_nothing_is_written(tmp_path: Path) -> None:
    assert not write_ahead(tmp_path, DAY) and list(tmp_path.iterdir()) == []
