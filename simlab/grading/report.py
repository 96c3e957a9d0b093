"""The page of outcomes: everything that a batch made of every submission, and what waits for somebody.

Everything on it is text that was escaped and cut; no script can run in it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from simlab.errors import GradingError
from simlab.exercise.files import write_whole
from simlab.exercise.wire import tame
from simlab.grading import course, feedback, state, telling
from simlab.grading.course import Course
from simlab.grading.feedback import WORDS, number
from simlab.grading.outcome import GRADED, OUTCOMES, Outcome
from simlab.pages import template

MAX_ROWS, MAX_TEXT, MAX_LINES, MAX_FIRST = 5000, 300, 8, 200


def place(home: Course, chosen: Path | None = None) -> Path:
    """Where the page goes. Raises GradingError for a place where no file can be written."""
    path = chosen or home.results / "index.html"
    if chosen is not None and (chosen.is_dir() or not chosen.absolute().parent.is_dir()):
        raise GradingError(f"{chosen}: cannot be written: name a file in a folder that is there")
    return path


def write(home: Course, outcomes: list[Outcome], path: Path, grader: str = "") -> None:
    """Write the page whole or not at all. Raises GradingError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, page(home, outcomes, path, grader).encode("utf-8", "replace"))
    except OSError as e:
        raise GradingError(f"{path}: cannot be written: {e.strerror or e}") from e


def page(home: Course, outcomes: list[Outcome], path: Path, grader: str = "") -> str:
    """The page as HTML, with links as they are seen from `path`."""
    there = frozenset(home.assignments())
    rows = [_row(i, o, grader, _link(home, o, there, path)) for i, o in enumerate(outcomes[:MAX_ROWS], 1)]
    first = [r for r in rows if r["is_urgent"]]
    filled = {
        "course": _cut(home.root.name),
        "at": state.now(),
        "counts": list(counts(outcomes)),
        "rows": rows,
        "more": len(outcomes) - len(rows),
        "first": first[:MAX_FIRST],
        "first_more": max(0, len(first) - MAX_FIRST),
    }
    return str(template(Path(__file__).parent / "templates", "outcomes.html.j2").render(filled))


def counts(outcomes: list[Outcome]) -> Iterator[tuple[str, int]]:
    """What is said at the top: each outcome that there is, and what somebody has to do."""
    words = Counter(o.outcome for o in outcomes)
    yield "submissions", len(outcomes)
    yield from ((word, words.pop(word)) for word in OUTCOMES if word in words)
    yield from ((_cut(word), n) for word, n in sorted(words.items()))
    others = {
        "without any mark": sum(not o.is_graded for o in outcomes),
        "for a person": sum(map(telling.needs_person, outcomes)),
        "in need of a regrade": sum(bool(o.needs_regrade) for o in outcomes),
        "with other points after a regrade": sum(bool(o.changed()) for o in outcomes),
        "graded WITHOUT isolation": sum(o.is_graded and not o.isolated for o in outcomes),
        "not judged outside": sum(o.is_graded and not o.judged for o in outcomes),
    }
    yield from ((what, n) for what, n in others.items() if n)


def _row(place: int, o: Outcome, grader: str, link: str) -> dict[str, Any]:
    return {
        "id": f"s{place}",
        "learner": _cut(o.learner),
        "assignment": _cut(o.assignment),
        "outcome": _cut(o.outcome),
        "said": WORDS.get(o.outcome, "") if o.outcome != GRADED else "",
        "is_graded": o.is_graded,
        "points": f"{number(o.points)} of {number(o.maximum)}",
        "before": _cut(telling.before(o)),
        "changes": [_cut(c) for c in telling.changes(o)],
        "waiting": _lines(list(_waiting(o))),
        "is_urgent": telling.needs_person(o) or bool(o.needs_regrade),
        "regrade": _cut(telling.regrade(o)),
        "reason": _cut(o.reason),
        "repairs": _lines(list(o.repairs)),
        "how": _how(o, grader),
        "link": link,
    }


def _waiting(o: Outcome) -> Iterator[str]:
    """What a person has to mark, and why."""
    messages = {c.name: c.message for c in o.checks}
    for name in o.needs_person:
        yield f"{name}: {messages.get(name) or 'it has no mark yet'}"
    if not o.is_graded:
        yield "all of it: it has no mark, and that is no 0"


def _how(o: Outcome, grader: str) -> list[str]:
    if not o.is_graded:
        return []
    boxed = "isolated" if o.isolated else "WITHOUT isolation"
    judged = "judged outside" if o.judged else "NOT judged outside"
    return [boxed, judged, *([_cut(o.grader)] if o.grader and o.grader != grader else [])]


def _link(home: Course, o: Outcome, there: frozenset[str], path: Path) -> str:
    """The feedback page as seen from this page; '' where there is none."""
    if not course.is_learner(o.learner) or o.assignment not in there:
        return ""
    target = feedback.first(home, o)
    if not target.is_file():
        return ""
    try:
        return quote(Path(os.path.relpath(target, path.absolute().parent)).as_posix())
    except ValueError:  # on another disk of Windows
        return target.as_uri()


def _lines(texts: list[str]) -> list[str]:
    left = len(texts) - MAX_LINES
    return [_cut(t) for t in texts[:MAX_LINES]] + ([f"and {left} more"] if left > 0 else [])


def _cut(text: str) -> str:
    """Text that nothing in it turns round, cut to what a table can hold."""
    return tame(text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " ...")
