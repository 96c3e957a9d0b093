"""`nbgrader export` in a course of ours: what has no mark stays empty, and no name is a formula."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from simlab.grading import gradebook
from tests.grading import written
from tests.grading.written import NAME

ROOT = Path(__file__).parents[2]


def exported(folder: Path, *words: str) -> dict[str, dict[str, str]]:
    """The rows that nbgrader's own command writes, by learner."""
    env = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    command = [sys.executable, "-m", "simlab.lean", "nbgrader", "export", "--to", "out.csv", *words]
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    text = (folder / "out.csv").read_text("utf-8-sig")
    return {row["student_id"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_no_mark_is_exported_as_none_and_no_name_as_a_formula(tmp_path: Path) -> None:
    home = written.waiting(tmp_path / "course", "ann", "bob")
    shutil.copy2(ROOT / "nbgrader_config.py", home.root)
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        gb.add_student("eve", last_name='=cmd|"/c calc"', first_name="Doe, Eve")
    gradebook.withdraw(gradebook.url(home.gradebook), NAME, "bob")
    rows = exported(home.root)
    assert {name: row["score"] for name, row in rows.items()} == {"ann": "3.0", "bob": "", "eve": ""}
    assert rows["eve"]["last_name"] == '\'=cmd|"/c calc"' and rows["eve"]["first_name"] == "Doe, Eve"
    assert rows["ann"]["max_score"] == "10.0"
    assert set(exported(home.root, "--student", "['ann']")) == {"ann"}
