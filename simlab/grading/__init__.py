"""Grading, the trainer's alone: learners' code runs in a box, their marks are judged outside it.

Withhold takes the hidden blocks out, Execute runs the notebook in a sandboxed kernel and asks it
for plain values, Judge compares those in this process, and nbgrader's gradebook keeps the result.
"""

from __future__ import annotations

from simlab.grading.outcome import CheckResult, Limits, Outcome

__all__ = ["CheckResult", "Limits", "Outcome"]
