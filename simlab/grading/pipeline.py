"""One submission from `submitted/` to the gradebook: Withhold, Execute, Judge, SaveAutoGrades.

nbgrader's own Autograde does the walking and the bookkeeping; the steps that matter for safety are
handed to it as objects, so that no setting of a config file can leave one out.
"""

from __future__ import annotations

import functools
import logging
import re
import shutil
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from sqlalchemy.exc import SAWarning

from simlab.errors import GradingError, InputError
from simlab.exercise.answers import NAME as ANSWERS
from simlab.exercise.answers import read_untrusted
from simlab.exercise.protocol import CheckSpec
from simlab.grading import gradebook, notebooks, packing, reference, sandbox, spec
from simlab.grading.config import effective
from simlab.grading.course import Course, files_below, is_learner, open_course, programs_on_path
from simlab.grading.execute import Execute
from simlab.grading.harmless import Harmless
from simlab.grading.judge import Judge
from simlab.grading.outcome import GRADED, TIMED_OUT, UNREADABLE, Limits, Outcome
from simlab.grading.run import CouldNotGrade, Run, secret
from simlab.grading.selftest import hidden
from simlab.grading.withhold import Withhold

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$")
_TRIES = 4
_SANITIZE = [ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
log = logging.getLogger("simlab.grading.nbgrader")
log.propagate = False
log.addHandler(logging.NullHandler())


def autograde(
    course: Path | str,
    learner: str,
    assignment: str,
    *,
    limits: Limits | None = None,
    sandbox: bool = True,
    zygote: Path | None = None,
) -> Outcome:
    """Grade what lies in `course/submitted/<learner>/<assignment>/` and keep the result.

    Writes gradebook.db, `autograded/` and `results/<assignment>/<learner>.json`. A submission that
    cannot be graded is an Outcome without points, and leaves no marks in the gradebook. With a
    `zygote` (see warmbox) kernels are forked from it. Raises
    GradingError (SandboxError) when grading itself cannot work; the earlier result is kept then.
    """
    home = open_course(course)
    if not is_learner(learner) or not _NAME.match(assignment):
        raise GradingError(f"{learner!r}, {assignment!r}: not the names of a learner and an exercise")
    if not home.gradebook.exists():  # nbgrader would make an empty one
        raise GradingError(f"{assignment}: not in the gradebook: run `simlab release {assignment}` first")
    url = gradebook.url(home.gradebook)
    cells = gradebook.graded_cells(url, assignment)
    maximum = sum(points for _, points in cells.values())
    run = prepare(home, learner, assignment, limits or Limits(), boxed=sandbox, zygote=zygote)
    with _old_result_kept(home.autograded / learner / assignment):
        try:
            _answers(home, run)
            _convert(home, run, url)
            outcome = _graded(run, url, cells, maximum)
        except CouldNotGrade as e:
            gradebook.withdraw(url, assignment, learner)
            outcome = Outcome(learner, assignment, e.outcome, None, maximum, reason=_reason(run, e.reason))
        outcome = outcome.with_(isolated=sandbox, judged=run.judged)
        outcome.write(home.results / assignment / f"{learner}.json")
    return outcome


def prepare(
    home: Course, learner: str, assignment: str, limits: Limits, *, boxed: bool, zygote: Path | None = None
) -> Run:
    """What the steps need to know. Raises GradingError for a solution that cannot be read."""
    if boxed:
        sandbox.bwrap()
    solutions = sorted(home.solutions.joinpath(assignment).glob("*.ipynb"))
    return Run(
        learner=learner,
        assignment=assignment,
        secret=secret(home.root),
        limits=limits,
        boxed=boxed,
        zygote=zygote,
        hide=hidden(home.root),
        specs={n.stem: _specs(n, n.stat().st_mtime_ns) for n in solutions},
        texts={p.stem: _texts(p) for p in home.released(assignment)},
        references={n.stem: reference.of(n, limits=limits, boxed=boxed, zygote=zygote) for n in solutions},
    )


@functools.lru_cache(maxsize=64)
def _specs(notebook: Path, changed: int) -> dict[str, CheckSpec]:
    return spec.read(notebook)


def _texts(released: Path) -> frozenset[str]:
    """What the author wrote beside the code of a released notebook."""
    return frozenset(c["source"] for c in notebooks.read(released)["cells"] if c["cell_type"] != "code")


def _answers(home: Course, run: Run) -> None:
    """The learner's files for the box, and their answers. Raises CouldNotGrade."""
    folder = home.submitted / run.learner / run.assignment
    try:
        run.answers = read_untrusted(folder / ANSWERS)
        run.files = packing.pack(folder, home.exercises / run.assignment, without=".ipynb", cap_mb=run.limits.disk_mb)
    except (InputError, OSError) as e:
        raise run.fail(UNREADABLE, str(e)) from e
    except GradingError as e:
        raise run.fail(UNREADABLE, str(e)) from e


class Converter(Autograde):
    """nbgrader's Autograde with our steps; `problem` is the first thing that went wrong in it."""

    problem: Exception | None = None

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        with self._noted():
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self._noted():
            super().convert_single_notebook(notebook_filename)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except Exception as e:  # nbgrader logs it and goes on with a summary of its own
            self.problem = self.problem or e
            raise


def _convert(home: Course, run: Run, url: str) -> None:
    """Run nbgrader's conversion, again while the gradebook is busy. Raises CouldNotGrade, GradingError."""
    for turn in range(_TRIES):
        converter = _converter(home, run, url)
        try:
            with programs_on_path(), warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # nbgrader's models give them for every new row
                converter.start()
            return
        except NbGraderException as e:
            problem = converter.problem or e
        if run.failure:
            raise run.failure
        if isinstance(problem, GradingError):
            raise problem
        if not gradebook.is_busy(problem):
            said = str(problem).strip().splitlines() or [type(problem).__name__]
            raise run.fail(UNREADABLE, f"nbgrader could not take the notebook: {said[0][:300]}") from problem
        time.sleep(0.5 * 2**turn)
    raise GradingError("gradebook.db: another process kept it busy: close formgrader and grade again")


def _converter(home: Course, run: Run, url: str) -> Converter:
    config = effective(home, url)
    parts: dict[str, Any] = {"config": config, "log": log}
    converter = Converter(
        coursedir=CourseDirectory(**parts, assignment_id=run.assignment, student_id=run.learner),
        **parts,
        force=True,
        create_student=True,
        exclude_overwriting={run.assignment: _unreleased(home, run.assignment)},
        sanitize_preprocessors=_SANITIZE,
    )
    converter.autograde_preprocessors = steps(run, converter)
    return converter


def steps(run: Run, parent: Any) -> list[Any]:
    """The order that marks depend on."""
    ours: list[Any] = [
        Withhold(run, parent=parent),
        Execute(run, parent=parent),
        IgnorePattern,
        Judge(run, parent=parent),
    ]
    theirs = [ClearMetadataPreprocessor, LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
    return [*ours, *theirs, Harmless(run.texts, parent=parent)]


def _unreleased(home: Course, assignment: str) -> list[str]:
    """Files beside the solution that learners never had: nbgrader would copy them to each of them."""
    source, released = home.solutions / assignment, home.exercises / assignment
    every = [p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()]
    given = set(files_below(released)) if released.is_dir() else set()
    return [name for name in every if name not in given]


def _graded(run: Run, url: str, cells: dict[str, tuple[str, float]], maximum: float) -> Outcome:
    """The outcome of a submission that ran to its end; what a person must mark is flagged."""
    missing = [c for c in cells if c not in run.results and c not in run.needs_person]
    run.notes += [f"cell {c} is not in the submission" for c in missing]
    waiting = tuple(dict.fromkeys([*run.needs_person, *missing]))
    gradebook.flag(url, run.assignment, run.learner, [(c, cells[c][0]) for c in waiting if c in cells])
    checks = tuple(run.results[c] for c in [*cells, *run.results] if c in run.results)
    checks = tuple(dict.fromkeys(checks))
    points = round(sum(c.points for c in checks), 6)
    name = TIMED_OUT if run.timed_out else GRADED
    return Outcome(
        run.learner, run.assignment, name, points, maximum, checks, reason=_reason(run), needs_person=waiting
    )


def _reason(run: Run, first: str = "") -> str:
    late = [f"{t} and was stopped; the rest was graded" for t in run.timed_out] if not first else []
    return "; ".join(dict.fromkeys(r for r in [first, *late, *run.notes] if r))


@contextmanager
def _old_result_kept(folder: Path) -> Iterator[None]:
    """The earlier autograded folder comes back when grading itself breaks off."""
    aside = folder.with_name(f".{folder.name}.before")
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    try:
        yield
    except BaseException:
        if aside.exists():
            shutil.rmtree(folder, ignore_errors=True)
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)
