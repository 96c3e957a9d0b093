"""A page for each learner and exercise: what each check gave and why, and what was mended on the way.

Everything on it is text that was escaped; no script can run in it, and no hidden source is known here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simlab.exercise.files import write_whole
from simlab.exercise.wire import tame
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
    """Write the page where nbgrader looks for it, feedback/<learner>/<assignment>/<notebook>.html; its path.

    An exercise of several notebooks has one page, under the name of each: nbgrader hands them out one by one.
    """
    folder = home.feedback / outcome.learner / outcome.assignment
    folder.mkdir(parents=True, exist_ok=True)
    text = page(outcome)
    paths = [folder / name for name in names(home, outcome.assignment)]
    for path in paths:
        write_whole(path, text.encode("utf-8", "replace"))
    folder.joinpath("index.html").unlink(missing_ok=True)  # its name before
    return paths[0]


def first(home: Course, outcome: Outcome) -> Path:
    """Where the (first) page of an outcome lies."""
    return home.feedback / outcome.learner / outcome.assignment / names(home, outcome.assignment)[0]


def names(home: Course, assignment: str) -> list[str]:
    """The pages' file names, one for each notebook that learners were given."""
    return [f"{p.stem}.html" for p in home.released(assignment)] or [f"{assignment}.html"]


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
        "comments": [{"name": short(n), "text": short(t)} for n, t in _loose(outcome)[:MAX_CHECKS]],
        "waiting": [short(n) for n in outcome.needs_person[:MAX_CHECKS]],
        "repairs": [short(r) for r in outcome.repairs[:MAX_REPAIRS]],
    }


def _loose(outcome: Outcome) -> list[tuple[str, str]]:
    """Comments on cells that hold no marks, such as the answer above a check."""
    marked = {c.name for c in outcome.checks[:MAX_CHECKS]}
    return [(name, text) for name, text in outcome.comments if name not in marked]


def _check(check: CheckResult, outcome: Outcome) -> dict[str, Any]:
    return {
        "comment": short(dict(outcome.comments).get(check.name, "")),
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
    """Text cut to what a page can hold, and nothing in it that turns it round."""
    return tame(text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " ...")
