"""What nbgrader's formgrader needs to work in a course of ours: its form without other machines, our feedback page.

The form for manual marks takes MathJax from a public server; without it the form's own keys do not work.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader.converters.base import NbGraderException
from nbgrader.server_extensions.formgrader.handlers import template_path

from simlab.errors import SimlabError
from simlab.grading import feedback, handback, outcome, recording
from simlab.grading.course import Course

# nbconvert looks in the folder of each template's name, in this order: ours hold only what differs.
TEMPLATES = [str(Path(__file__).parent / "templates"), str(template_path)]


class FeedbackPage(HTMLExporter):
    """Our page behind `nbgrader generate_feedback` and formgrader's button for it.

    nbgrader's own page holds the tests, hidden ones of plain asserts too, and scripts from a public server.
    """

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """The page of a submission in `autograded/`, and what goes with it. Raises NbGraderException."""
        home, who = Course(Path(filename).resolve().parents[3]), resources["nbgrader"]
        try:
            kept = outcome.read(home.results / who["assignment"] / f"{who['student']}.json")
            # nbgrader may have emptied the folder: all of it is written again.
            marked = handback.write(recording.desk(home), kept, recording.moment_of(home, kept))
        except SimlabError as e:
            raise NbGraderException(f"No feedback was written: {e}") from e
        resources |= {"output_extension": ".html", "outputs": {}}
        return feedback.page(marked), resources
