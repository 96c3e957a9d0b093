"""A page for each learner and exercise: what each check gave and why, and what was mended on the way.

Everything on it is text that was escaped; no script can run in it, and no hidden source is known here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simlab.grading.course import Course
from simlab.grading.outcome import (
    GRADED,
    KERNEL_DIED,
    OUT_OF_MEMORY,
    QUARANTINED,
    REPAIRED,
    TIMED_OUT,
    UNREADABLE,
    CheckResult,
    Outcome,
)
from simlab.pages import template

MAX_TEXT, MAX_DETAILS, MAX_CHECKS, MAX_REPAIRS = 2000, 40, 200, 100
WORDS = {
    GRADED: "Graded.",
    REPAIRED: "Graded, after a repair that is listed below.",
    TIMED_OUT: "It ran for too long and was stopped.",
    OUT_OF_MEMORY: "It used more memory than is allowed and was stopped.",
    KERNEL_DIED: "Python ended while the notebook ran.",
    UNREADABLE: "What was handed in could not be read.",
    QUARANTINED: "What was handed in was set aside for a person to look at.",
}


def write(home: Course, outcome: Outcome) -> Path:
    """Write the page to feedback/<learner>/<assignment>/index.html; its path."""
    path = home.feedback / outcome.learner / outcome.assignment / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name("index.html.part")
    part.write_text(page(outcome), encoding="utf-8", newline="\n")
    part.replace(path)
    return path


def page(outcome: Outcome) -> str:
    """The page as HTML."""
    return str(template(Path(__file__).parent / "templates", "feedback.html.j2").render(_view(outcome)))


def _view(outcome: Outcome) -> dict[str, Any]:
    return {
        "learner": outcome.learner,
        "assignment": outcome.assignment,
        "said": WORDS.get(outcome.outcome, outcome.outcome),
        "is_graded": outcome.is_graded,
        "points": number(outcome.points),
        "maximum": number(outcome.maximum),
        "reason": short(outcome.reason),
        "isolated": outcome.isolated,
        "judged": outcome.judged or not outcome.is_graded,
        "checks": [_check(c, outcome) for c in outcome.checks[:MAX_CHECKS]],
        "waiting": [short(n) for n in outcome.needs_person[:MAX_CHECKS]],
        "repairs": [short(r) for r in outcome.repairs[:MAX_REPAIRS]],
    }


def _check(check: CheckResult, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": short(check.name),
        "points": number(check.points),
        "maximum": number(check.maximum),
        "verdict": _verdict(check, outcome),
        "message": short(check.message),
        "details": [{"text": short(d.text), "ok": d.ok} for d in check.details[:MAX_DETAILS]],
        "more": max(0, len(check.details) - MAX_DETAILS),
        "cite": short(check.cite),
    }


def _verdict(check: CheckResult, outcome: Outcome) -> str:
    """In words, as colour alone would not do."""
    if check.name in outcome.needs_person:
        return "Waiting for a person"
    if check.points >= check.maximum:
        return "Full points"
    return "Part of the points" if check.points > 0 else "No points yet"


def number(value: float | None) -> str:
    """Points as people write them: 3, 2.5, and nothing for none."""
    return "" if value is None else f"{round(value, 2):g}"


def short(text: str) -> str:
    """Text cut to what a page can hold."""
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " ..."
