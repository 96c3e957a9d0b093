"""Judge: verdicts become the only output of their cells, in the one form that nbgrader takes as marks.

nbgrader gives full points to a graded cell that has no output, or one that is not a number. So
every check cell gets exactly one number, 0 included, and a check without a verdict gets 0.
"""

from __future__ import annotations

import logging
import math
from typing import Any

from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from simlab.exercise.protocol import CheckSpec, Verdict
from simlab.exercise.wire import tame
from simlab.grading.outcome import CheckResult
from simlab.grading.run import Notebook, Run

LOST = Verdict(0.0, "This check was not reached: the notebook ended before it.")
_SILENT = logging.getLogger("simlab.grading.nbgrader")
PERSON = "This check could not be carried out; your trainer will look at it."


class Judge(NbGraderPreprocessor):
    """Writes the marks of check cells, and reads those of classic ones."""

    def __init__(self, run: Run, **kw: Any) -> None:
        super().__init__(**kw)
        self.run = run

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        self.state: Notebook = self.run.notebook(resources["nbgrader"]["notebook"])
        nb.metadata.pop("widgets", None)
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        if utils.is_task(cell):
            self.run.needs_person.append(cell.metadata.nbgrader.grade_id)
        if not utils.is_grade(cell):
            return cell, resources
        grade_id = cell.metadata.nbgrader.grade_id
        spec = self.state.specs.get(grade_id)
        if spec is not None and cell.cell_type == "code" and not utils.is_solution(cell):
            self._judged(cell, spec)
        else:
            self._classic(cell, grade_id)
        return cell, resources

    def _judged(self, cell: Any, spec: CheckSpec) -> None:
        maximum = float(cell.metadata.nbgrader.points)
        verdict = self.state.verdicts.get(spec.grade_id, LOST)
        points = points_of(verdict.share, maximum)
        cell.source = self.state.released.get(spec.grade_id, "")
        cell.outputs = [new_output("execute_result", data={"text/plain": repr(points)}, execution_count=None)]
        self.run.results[spec.grade_id] = CheckResult(
            spec.grade_id, spec.kind, points, maximum, verdict.message, tuple(verdict.details), verdict.cite
        )
        if spec.grade_id in self.state.broken:
            self.run.needs_person.append(spec.grade_id)
            self.run.notes.append(f"check {spec.grade_id}: {self.state.broken[spec.grade_id]}")

    def _classic(self, cell: Any, grade_id: str) -> None:
        if cell.cell_type == "code" and not utils.is_solution(cell):
            self.run.judged = False
            quiet(cell)
        points, maximum = classic_points(cell)
        if points is None:
            self.run.needs_person.append(grade_id)
            return
        said = "" if points == maximum else failure_text(cell)
        self.run.results[grade_id] = CheckResult(grade_id, "tests", points, maximum, said)


def points_of(share: Any, maximum: float) -> float:
    """Points of a share; whatever is not a number from 0 to 1 is held to it, NaN is 0."""
    number = float(share) if isinstance(share, int | float) and math.isfinite(share) else 0.0
    return min(round(min(1.0, max(0.0, number)) * maximum, 6), maximum)


def classic_points(cell: Any) -> tuple[float | None, float]:
    """nbgrader's own marks of a cell, (None, maximum) where a person must give them.

    nbgrader gives full points for a number below 0 or NaN and stops at one over the maximum: none
    of them is a mark, so each is 0 here.
    """
    maximum = float(cell.metadata.nbgrader.points)
    if _is_no_mark(cell, maximum):
        cell.outputs = [new_output("execute_result", data={"text/plain": "0.0"}, execution_count=None)]
    points, _ = utils.determine_grade(cell, _SILENT)
    return (None if points is None else float(points)), maximum


def _is_no_mark(cell: Any, maximum: float) -> bool:
    """Whether the result of a cell is a number that cannot be its marks."""
    for output in cell.get("outputs", []):
        if output.output_type == "execute_result":
            try:
                return not 0 <= float(output.data.get("text/plain", "")) <= maximum
            except (TypeError, ValueError):
                return not output.data.get("text/plain")
    return False


def quiet(cell: Any) -> None:
    """What a test cell that raised nothing wrote to stderr is shown as ordinary output.

    nbgrader scores 0 for any word on stderr, so that a mere warning would undo a right answer. An
    error stays an error.
    """
    if any(o.output_type == "error" for o in cell.outputs):
        return
    for output in cell.outputs:
        if output.output_type == "stream" and output.get("name") == "stderr":
            output["name"] = "stdout"


def failure_text(cell: Any) -> str:
    """The error of a classic cell as one short line, never its traceback (that shows hidden asserts)."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return f"Stopped with {tame(str(output.get('ename', 'an error'))[:80])}."
    return ""
