"""Withhold: before anything runs, what the learner must not see leaves the notebook.

nbgrader's OverwriteCells puts hidden tests back into the submitted notebook, so this step comes
after it: check cells are emptied (their place is where the judge will ask), and hidden blocks go.
Only classic graded cells keep theirs, since their asserts are the test.
"""

from __future__ import annotations

from typing import Any

from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from simlab.grading import markers
from simlab.grading.run import Run

# An empty cell would be skipped; this one is never sent to the kernel.
PLACE = "# marked by the judge"


class Withhold(NbGraderPreprocessor):
    """Empties check cells and keeps the text that learners were given, for Judge to put back."""

    def __init__(self, run: Run, **kw: Any) -> None:
        super().__init__(**kw)
        self.run = run

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        name = resources["nbgrader"]["notebook"]
        self.state = self.run.notebook(name)
        self.state.specs = dict(self.run.specs.get(name, {}))
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        is_test = utils.is_grade(cell) and not utils.is_solution(cell)
        if grade_id in self.state.specs and cell.cell_type == "code":
            self.state.released[grade_id] = markers.split(cell.source)[0].rstrip("\n")
            cell.source = PLACE
        elif utils.is_locked(cell) and not is_test and "HIDDEN TESTS" in cell.source:  # the author's, never a learner's
            cell.source = markers.split(cell.source)[0]
        if cell.cell_type == "code":
            cell.metadata.pop("tags", None)  # `skip-execution` is not the learner's to set
        return cell, resources
