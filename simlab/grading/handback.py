"""What a learner gets back of one submission: the page and `result.json`, with people's marks in their place.

    feedback/<learner>/<assignment>/<notebook>.html, result.json, timestamp.txt, submission_secret.txt

The layout is nbgrader's, so that `nbgrader release_feedback` takes the pages as they are.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simlab.exercise.files import write_whole
from simlab.grading import feedback, recording, results, state
from simlab.grading.manual import Marks
from simlab.grading.outcome import Outcome
from simlab.grading.recording import Desk

STAMP, SECRET = "timestamp.txt", "submission_secret.txt"


def write(desk: Desk, outcome: Outcome, when: str) -> Outcome:
    """Write all of it anew; the outcome with people's marks. Raises GradingError."""
    marked = results.marked(desk.home, outcome)
    _write(desk, marked, when)
    return marked


def refresh(
    desk: Desk, outcome: Outcome, *, always: bool = False, people: Mapping[tuple[str, str], Marks] | None = None
) -> Outcome:
    """Write it again if it would now say something else (or `always`); the outcome with people's marks.

    `people` are the marks that they gave, where a caller has read them for all at once.
    """
    marked = results.marked(desk.home, outcome, people)
    before = _told(recording.path_of(desk.home, outcome))
    at = str(before.get("at", "")) or recording.moment_of(desk.home, outcome)
    is_new = before != recording.result(desk, marked, at)
    if is_new or always:
        _write(desk, marked, state.now() if before and is_new else at)
    return marked


def _write(desk: Desk, marked: Outcome, when: str) -> None:
    feedback.write(desk.home, marked)
    _for_exchange(desk, marked, when)
    recording.write(desk, marked, when)  # the last: what is there has its page


def _told(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _for_exchange(desk: Desk, outcome: Outcome, when: str) -> None:
    """The two files that release_feedback opens for each learner; it stops for all at the first without them.

    The secret came with what `nbgrader collect` fetched, and names the page for its learner alone. Work that came
    on another way gets one that nobody else knows.
    """
    folder = recording.path_of(desk.home, outcome).parent
    handed = desk.home.submitted / outcome.learner / outcome.assignment
    stamp = f"{when[:10]} {when[11:19]} UTC\n"
    for name, else_ in ((STAMP, stamp), (SECRET, secrets.token_hex(64))):
        source, target = handed / name, folder / name
        if source.is_file() and not source.is_symlink():
            write_whole(target, source.read_bytes())
        elif not target.is_file():
            write_whole(target, else_.encode())
