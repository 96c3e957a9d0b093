"""nbgrader's settings for one conversion: the course's own, with what safety needs put on top.

nbgrader logs a config file that fails to import and goes on with its defaults; here that stops
grading.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from traitlets.config import Config, PyFileConfigLoader

from simlab.errors import GradingError
from simlab.grading.course import Course

NAME = "nbgrader_config.py"


def effective(home: Course, db_url: str) -> Any:
    """The settings that hold. Raises GradingError when the course's config file cannot be read."""
    path = home.root / NAME
    config = Config()
    if path.is_file():
        config.merge(_load(path, path.stat().st_mtime_ns))
    for name in ("Execute", "ExecutePreprocessor", "NotebookClient", "Autograde", "KernelManager"):
        config.pop(name, None)  # how learners' code runs is not a setting
    config.CourseDirectory.root = str(home.root)
    config.CourseDirectory.source_directory = home.solutions.name
    config.CourseDirectory.release_directory = home.exercises.name
    config.CourseDirectory.submitted_directory = home.submitted.name
    config.CourseDirectory.autograded_directory = home.autograded.name
    config.CourseDirectory.directory_structure = "{nbgrader_step}/{student_id}/{assignment_id}"
    config.CourseDirectory.notebook_id = "*"
    config.CourseDirectory.db_url = db_url
    return config


@functools.lru_cache(maxsize=8)
def _load(path: Path, changed: int) -> Config:
    try:
        return PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
    except Exception as e:
        raise GradingError(f"{NAME}: cannot be read: {type(e).__name__}: {e}: mend it, grading does not guess") from e
