"""Plain `nbgrader autograde`, also behind formgrader's button, refused in a course of ours.

It would run learners' code with all that the trainer may do, hidden tests beside it.
`nbgrader_config.py` names this class as the exporter of Autograde, which nbgrader makes before it
touches anything; `simlab grade` does not read that setting.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException


class UseSimlabGrade(NotebookExporter):
    """Raises NbGraderException with what to do instead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NbGraderException(
            "Nothing was run: nbgrader's own autograde has no sandbox. Grade with `simlab grade FOLDER`, "
            "then come back here for manual marks."
        )
