"""The folder that one stands in is not imported from, and two that write at once lose nothing."""

from __future__ import annotations

import json
import logging
import multiprocessing
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from simlab.grading import gradebook
from simlab.grading.course import Course, programs_on_path
from simlab.grading.prepare import add_course, add_learners
from tests.grading import making, small

NAME = small.NAME


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return small.course(tmp_path_factory.mktemp("course"), (NAME, small.checks()))


def test_nothing_is_imported_from_the_folder_that_one_stands_in(home: Course, tmp_path: Path) -> None:
    stand = tmp_path / "stand"
    stand.mkdir()
    for name in ("json", "pandas", "simlab", "multiprocessing", "signal", "nbgrader", "sitecustomize", "alembic"):
        stand.joinpath(f"{name}.py").write_text(f"open({str(tmp_path / 'planted')!r}, 'a').write('{name} ')\n1 / 0\n")
    making.submit(stand / "in", "ann", small.solved(home), NAME)
    program = str(Path(sys.executable).parent / "simlab")
    command = [program, "grade", "in", "--course", str(home.root), "--json"]
    run = subprocess.run(command, cwd=stand, capture_output=True, text=True, timeout=300)
    assert not (tmp_path / "planted").exists(), (tmp_path / "planted").read_text()
    assert json.loads(run.stdout)["points"] == 5.0, run.stderr


# ------------------------------------------------------------------------------ two that write at once


def _open_books(paths: list[Path], gate: Any, told: Any) -> None:
    logging.disable(logging.CRITICAL)
    for path in paths:

        def work(path: Path = path) -> None:
            with Gradebook(gradebook.url(path), "larkspur"):
                pass

        gate.wait(60)
        try:
            gradebook.retried(work)
        except Exception as e:
            told.put(f"{type(e).__name__}: {e}")
    told.put("")


def test_two_processes_may_both_make_the_row_of_the_course(tmp_path: Path) -> None:
    """On thirty fresh gradebooks; without the second try a third of them ends in an IntegrityError."""
    paths = [tmp_path / f"{n}.db" for n in range(30)]
    context = multiprocessing.get_context("fork")
    with programs_on_path():
        with Gradebook(gradebook.url(tmp_path / "first.db")):
            pass
        for path in paths:
            shutil.copyfile(tmp_path / "first.db", path)
        gate, told = context.Barrier(2), context.SimpleQueue()
        both = [context.Process(target=_open_books, args=(paths, gate, told)) for _ in range(2)]
        for process in both:
            process.start()
        said = [told.get(), told.get()]
        for process in both:
            process.join(60)
    assert said == ["", ""]


def test_the_row_of_the_course_is_made_before_the_first_process(tmp_path: Path) -> None:
    home = making.make_course(tmp_path)
    home.root.joinpath("nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "larkspur"\n', encoding="utf-8"
    )
    add_course(home)
    add_learners(home, ["ann"])
    with programs_on_path(), Gradebook(gradebook.url(home.gradebook)) as gb:
        from nbgrader.api import Course as Row

        assert {c.id for c in gb.db.query(Row).all()} >= {"larkspur"}
