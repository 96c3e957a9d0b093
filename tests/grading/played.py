"""Marks without a kernel: the checks are played on what the course itself wrote, and on nothing else.

Of a submission's cells those run whose text is the release's, the solution's or a misconception's own;
a cell with any other text does nothing. So whatever a mutation did, no stranger's code runs here.
"""

from __future__ import annotations

import functools
import time
import traceback
from collections.abc import Callable, Iterable
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from simlab.errors import GradingError
from simlab.exercise.answers import read_untrusted
from simlab.exercise.kinds import KINDS, drive
from simlab.exercise.probe import respond
from simlab.exercise.protocol import Ask, CheckSpec, Reply, Verdict
from simlab.grading import notebooks, spec, trio
from simlab.grading.course import Course, open_course
from simlab.grading.outcome import GRADED, Limits, Outcome
from simlab.grading.run import Run
from simlab.grading.worker import FailedError
from simlab.lean import lean_imports

with lean_imports():
    import nbformat
    from nbgrader import utils
    from nbgrader.preprocessors import NbGraderPreprocessor

    from simlab.grading import pipeline
    from simlab.grading.judge import Judge
    from simlab.grading.withhold import Withhold

Names = dict[str, Any]


@functools.cache
def known(home: Course, assignment: str) -> frozenset[str]:
    """The text of every answer cell that the course itself holds."""
    ways = [trio.untouched(home, assignment), trio.worked(home, assignment)]
    ways += [trio.mistaken(home, assignment, n) for n in trio.names(home, assignment)]
    return frozenset(
        c["source"].strip() for w in ways for c in w.notebook["cells"] if notebooks.graded_meta(c).get("solution")
    )


@functools.cache
def checks(home: Course, assignment: str) -> dict[str, CheckSpec]:
    return spec.read(home.solutions / assignment / f"{assignment}.ipynb")


class Process:
    """What there is once some cells have run; a `fresh` round is answered by another that ran the same."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.texts, self.names = texts, _names_after(texts)

    def __call__(self, ask: Ask) -> Reply:
        return respond(ask, _names_after(self.texts) if ask.fresh else self.names)


def _names_after(texts: tuple[str, ...]) -> Names:
    names: Names = {}
    for text in texts:
        exec(compile(text, "<ours>", "exec"), names)
    return names


@functools.cache
def solved(home: Course, assignment: str) -> Callable[[Ask], Reply]:
    cells = trio.worked(home, assignment).notebook["cells"]
    texts = tuple(c["source"].strip() for c in cells if notebooks.graded_meta(c).get("solution"))
    return Process(texts)


@functools.cache
def _verdict(home: Course, assignment: str, grade_id: str, ran: tuple[str, ...]) -> Verdict:
    """Of a check that asks: it depends on what ran before it, and hardly on whom it asks."""
    run = Run("x", assignment, b"x", Limits(), references={assignment: solved(home, assignment)})
    check = checks(home, assignment)[grade_id]
    play = KINDS[check.kind](check, run.context(grade_id, run.notebook(assignment)))
    return drive(play, Process(ran))


class Played(NbGraderPreprocessor):
    """Stands for Execute: each check at its cell's place, after the cells above it."""

    def __init__(self, run: Run, home: Course, **kw: Any) -> None:
        super().__init__(**kw)
        self.run, self.home = run, home

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        run, state = self.run, self.run.notebook(resources["nbgrader"]["notebook"])
        ours, ran = known(self.home, run.assignment), ()
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if utils.is_grade(cell) and grade_id in state.released:
                state.verdicts[grade_id] = self._play(state.specs[grade_id], ran)
            elif cell.cell_type == "code" and cell.source.strip() in ours:
                ran = (*ran, cell.source.strip())
        return nb, resources

    def _play(self, check: CheckSpec, ran: tuple[str, ...]) -> Verdict:
        if check.kind not in ("choice", "task"):
            return _verdict(self.home, self.run.assignment, check.grade_id, ran)
        context = self.run.context(check.grade_id, self.run.notebook(self.run.assignment))
        return drive(KINDS[check.kind](check, context), nobody)


def nobody(ask: Ask) -> Reply:
    raise AssertionError("a question asks no kernel")


def played(root: Path, learner: str, assignment: str, *, limits: Limits, sandbox: bool = True) -> Outcome:
    """Stands for `pipeline.autograde`: what intake placed, withheld, played and judged."""
    home = open_course(root)
    folder = home.submitted / learner / assignment
    found = {"specs": {assignment: checks(home, assignment)}, "answers": read_untrusted(folder / "answers.json")}
    run = Run(learner, assignment, b"x", limits, **found)  # type: ignore[arg-type]
    nb = nbformat.from_dict(notebooks.read(folder / f"{assignment}.ipynb"))
    for step in (Withhold(run), Played(run, home), Judge(run)):
        nb, _ = step.preprocess(nb, {"nbgrader": {"notebook": assignment}})
    results = tuple(run.results.values())
    waiting = (*run.needs_person, *(n for n in checks(home, assignment) if n not in run.results))
    total, maximum = (round(sum(getattr(c, key) for c in results), 6) for key in ("points", "maximum"))
    return Outcome(
        learner, assignment, GRADED, total, maximum, results, needs_person=waiting, isolated=sandbox, judged=run.judged
    )


def converted(root: Path, learner: str, assignment: str, *, limits: Limits, sandbox: bool = True) -> Outcome:
    """`pipeline.autograde` itself, nbgrader's conversion and the gradebook included, without a kernel."""
    real = pipeline.Execute
    pipeline.Execute = lambda run, parent: Played(run, open_course(root), parent=parent)  # type: ignore[misc, assignment]
    try:
        return pipeline.autograde(root, learner, assignment, limits=limits, sandbox=sandbox)
    finally:
        pipeline.Execute = real  # type: ignore[misc]


class Here:
    """Stands for worker.Server: each task is done at once, in this process, its imports and caches kept."""

    def __init__(self, played: Iterable[str] = ()) -> None:
        """Worlds make themselves ready when they are first played in."""

    def start(self, task: Callable[..., str], *args: Any, seconds: float) -> Done:
        try:
            return Done(task(*args), None)
        except GradingError as e:
            return Done("", e)
        except Exception as e:
            text = f"a fault of the grader ({type(e).__name__}: {e})"
            return Done("", FailedError(text, traceback.format_exc()))


class Done:
    """Stands for worker.Worker: a task that has ended."""

    def __init__(self, said: str, problem: GradingError | None) -> None:
        self.wait_on, there = Pipe(duplex=False)
        there.close()  # and so it is ready
        self.said, self.problem, self.until = said, problem, time.monotonic() + 60

    def result(self) -> str:
        self.end()
        if self.problem:
            raise self.problem
        return self.said

    def end(self) -> None:
        self.wait_on.close()
