"""Work as trainers get it, packed in zips, and what becomes of it without running it."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from simlab.grading import intake, notebooks, release, sources
from simlab.grading.course import Course
from simlab.grading.intake import Taken
from tests.grading.making import NAME, edit, make_course, released, solution

OTHER = "09-everyday"
FILE = f"{NAME}.ipynb"


def other_solution() -> dict[str, Any]:
    nb = solution()
    for c in nb["cells"]:
        if name := notebooks.grade_id(c):
            c["metadata"]["nbgrader"]["grade_id"] = f"{name}-09" if name != "setup" else name
            c["id"] = f"{c['id']}-09"
    return nb


def work(home: Course, name: str = NAME, note: str = "") -> bytes:
    """Honest work; `note` makes it other work."""
    double = "double" if name == NAME else "double-09"
    return json.dumps(edit(released(home, name), double, f"def double(n):\n    return n + n{note}")).encode()


def zipped(path: Path, *files: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files:
            z.writestr(name, data, zipfile.ZIP_DEFLATED)
    return path


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    path = io.BytesIO()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files:
            z.writestr(name, data, zipfile.ZIP_DEFLATED)
    return path.getvalue()


def take(path: Path, home: Course, assignment: str | None = None) -> dict[str, Taken]:
    """What becomes of each learner's work, without running it; there is one outcome for each."""
    with sources.opened(path, home, assignment) as (folder, notes):
        taken = [intake.take(folder, f, home) for f in notes.on(intake.find(folder, home, assignment))]
    assert not list(home.state.glob("intake-*"))
    assert max(Counter((t.learner, t.assignment) for t in taken).values(), default=1) == 1
    return {t.learner: t for t in taken}


def placed(home: Course, learner: str, name: str = NAME) -> list[str]:
    return sorted(p.name for p in home.submitted.joinpath(learner, name).iterdir())


def mood(who: str, file: str, kind: str = "file") -> str:
    return f"{who}_assignsubmission_{kind}_/{file}"


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (mode | 0o644) << 16
    return info


def people(home: Course, *rows: str) -> None:
    home.root.joinpath("people.csv").write_text("id,name\n" + "".join(f"{r}\n" for r in rows), encoding="utf-8")


def course_of_two(root: Path) -> Course:
    """A released course of two exercises that share one grade_id."""
    make_course(root, other_solution(), OTHER)
    home = make_course(root)
    release.release(home)
    return home


def copy_of(made: Course, root: Path) -> Course:
    shutil.copytree(made.root, root)
    return Course(root)
