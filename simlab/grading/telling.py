"""An outcome in words, the same in the table and on the page of outcomes."""

from __future__ import annotations

from simlab.grading.feedback import number
from simlab.grading.outcome import Outcome

MOST = 20  # checks that one line tells of


def needs_person(outcome: Outcome) -> bool:
    """Whether somebody must look: it has no marks, or some marks are a person's to give."""
    return not outcome.is_graded or bool(outcome.needs_person)


def points(outcome: Outcome) -> str:
    """Points of maximum, '-' where it could not be graded; after a regrade what they were before."""
    said = f"{number(outcome.points)} of {number(outcome.maximum)}" if outcome.is_graded else "-"
    return f"{said} ({before(outcome)})" if outcome.before else said


def before(outcome: Outcome) -> str:
    """What a regrade took the place of; '' without one."""
    if outcome.before is None:
        return ""
    old = outcome.before
    return (
        f"before: {number(old.points)} of {number(old.maximum)}" if old.points is not None else f"before: {old.outcome}"
    )


def changes(outcome: Outcome) -> list[str]:
    """Each check whose points a regrade changed."""
    found = [f"{name}: was {_mark(old)}, now {_mark(new)}" for name, (old, new) in outcome.changed().items()]
    return [*found[:MOST], *([f"and {len(found) - MOST} more"] if len(found) > MOST else [])]


def _mark(points: float | None) -> str:
    return "not marked" if points is None else number(points)


def regrade(outcome: Outcome) -> str:
    """Why the marks should be made anew, in full; '' when they need not."""
    return f"NEEDS A REGRADE: {outcome.needs_regrade}" if outcome.needs_regrade else ""


def remarks(outcome: Outcome, grader: str = "") -> list[str]:
    """What else there is to say, the most urgent first; `grader` is what grades now."""
    other = outcome.grader and grader and outcome.grader != grader
    said = [
        regrade(outcome),
        "" if outcome.isolated else "graded WITHOUT isolation",
        *changes(outcome),
        outcome.reason,
        *outcome.repairs,
        f"marked by {outcome.grader}" if other else "",
    ]
    return [s for s in said if s]


def people(names: list[str], most: int = 10) -> str:
    """A list of learners, cut where it is long."""
    left = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + left
