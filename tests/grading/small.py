"""A small released course and submissions to it, straight into `submitted/`, for tests of the pipeline."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from simlab.grading import gradebook, notebooks, release
from simlab.grading.course import Course
from tests.grading import making

NAME = "09-small"


def checks() -> dict[str, Any]:
    """One function against cases and one value, judged outside; one choice from answers.json."""
    stub = "def double(n):\n    ### BEGIN SOLUTION\n    return 2 * n\n    ### END SOLUTION"
    cases = "check.expect(cases=[[[21], 42], [[-4], -8]], seconds=2)"
    total = "### BEGIN SOLUTION\ntotal = 7719\n### END SOLUTION"
    return making.notebook(
        making.cell("markdown", "title", "# Small"),
        making.cell("code", "double", stub, making.marks("double")),
        making.cell("code", "fun", making.hidden('check.function("double", double)', cases), making.graded("fun", 2)),
        making.cell("code", "total", total, making.marks("total")),
        making.cell(
            "code", "val", making.hidden('check.value("total", total)', "check.expect(7719)"), making.graded("val", 3)
        ),
    )


def reference() -> dict[str, Any]:
    """A function whose right results the solution itself gives, and a check that its author got wrong."""
    stub = "def triple(n):\n    ### BEGIN SOLUTION\n    return 3 * n\n    ### END SOLUTION"
    inputs = making.hidden('check.function("triple", triple)', "check.expect(inputs=[[5], [7]])")
    faulty = making.hidden('check.function("broken", triple)', "check.expect(cases=[[1]])")
    return making.notebook(
        making.cell("code", "triple", stub, making.marks("triple")),
        making.cell("code", "same", inputs, making.graded("same", 2)),
        making.cell("code", "faulty", faulty, making.graded("faulty", 1)),
    )


def course(root: Path, *exercises: tuple[str, dict[str, Any]]) -> Course:
    """A course whose exercises are released and in the gradebook."""
    for name, nb in exercises:
        home = making.make_course(root, nb, name)
        release.release(home, name, strict=False)
        with tempfile.TemporaryDirectory() as scratch:
            release.generate(home, name, Path(scratch), gradebook.url(home.gradebook))
    return home


def hand_in(home: Course, learner: str, nb: dict[str, Any], name: str = NAME, **files: str) -> None:
    """Put a notebook, and files beside it, where intake would put them."""
    folder = home.submitted / learner / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(nb), encoding="utf-8")
    for file, text in files.items():
        (folder / file.replace("__", ".")).write_text(text, encoding="utf-8")


def solved(home: Course, name: str = NAME) -> dict[str, Any]:
    """The release with the solution's answers filled in: what honest work looks like."""
    nb = copy.deepcopy(making.released(home, name))
    wanted = {notebooks.grade_id(c): c for c in notebooks.read(home.solutions / name / f"{name}.ipynb")["cells"]}
    for cell in nb["cells"]:
        meta = notebooks.graded_meta(cell)
        if meta.get("solution"):
            lines = wanted[meta["grade_id"]]["source"].split("\n")
            cell["source"] = "\n".join(x for x in lines if "SOLUTION" not in x)
    return nb


def before(nb: dict[str, Any], source: str) -> dict[str, Any]:
    """The notebook with one more code cell at its top."""
    out = copy.deepcopy(nb)
    out["cells"].insert(0, making.cell("code", "extra-cell", source))
    return out
