"""Grading, the trainer's alone: learners' code runs in a box, their marks are judged outside it.

Withhold takes the hidden blocks out, Execute runs the notebook in a sandboxed kernel and asks it
for plain values, Judge compares those in this process, and nbgrader's gradebook keeps the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simlab.grading.outcome import CheckResult, Limits, Outcome

if TYPE_CHECKING:
    from simlab.grading.batch import grade
    from simlab.grading.pipeline import autograde

__all__ = ["CheckResult", "Limits", "Outcome", "autograde", "grade"]


def __getattr__(name: str) -> Any:
    """`autograde` and `grade` bring nbgrader with them, which takes seconds: only when asked for."""
    if name == "autograde":
        from simlab.grading.pipeline import autograde

        return autograde
    if name == "grade":
        from simlab.grading.batch import grade

        return grade
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
