"""What a marking leaves behind for the learner and for the register: `result.json`, and entries to be kept.

    feedback/<learner>/<assignment>/result.json

Passed means: the checks above the analysts' line gave at least the organization's pass mark. For those
whose track reads the analysts' path (analysts and IT, the privacy office), as `people.csv` says, all
checks together must give it as well. A mark that a person gave stands in place of the automatic one.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simlab
from simlab import organization as organizations
from simlab.curriculum import lesson as pages
from simlab.curriculum.story import tracks
from simlab.errors import InputError, SimlabError
from simlab.exercise.answers import read_untrusted
from simlab.exercise.files import write_whole
from simlab.exercise.variant import attempt_of
from simlab.exercise.wire import tame
from simlab.grading import course, feedback, state
from simlab.grading.course import Course
from simlab.grading.outcome import Outcome
from simlab.organization import Organization
from simlab.records import Entry, Register, keep_until, people
from simlab.records.entry import make
from simlab.records.people import Person

MODE = "self-paced, in the course's own notebooks"
_SLACK = 1e-9  # 0.8 of 5 points is 4, whatever binary fractions make of it


@dataclass(frozen=True)
class Score:
    """Points of all checks and of the staff's; `is_passed` by the rule above."""

    points: float | None
    maximum: float
    staff_points: float
    staff_maximum: float
    is_passed: bool


@dataclass(frozen=True)
class Desk:
    """What recording needs to know of a course, read once."""

    home: Course
    organization: Organization
    people: Mapping[str, Person]
    register: Register

    def track(self, learner: str) -> str:
        return self.people[learner].track if learner in self.people else ""

    def team(self, learner: str) -> str:
        return self.people[learner].team if learner in self.people else ""


def desk(home: Course) -> Desk:
    """The course with its organization, its people and its register. Raises ContentError, InputError."""
    known = people.read(home.root / people.NAME, tracks())
    return Desk(home, organizations.current(home.root), known, Register(records_folder(home)))


def staff_cells(home: Course, assignment: str) -> dict[str, float] | None:
    """The points of each graded cell above the analysts' line; None where the exercise has no such line."""
    found: dict[str, float] = {}
    is_split = False
    for path in sorted((home.solutions / assignment).glob("*.ipynb")):
        of_staff, has_line = _staff(path, path.stat().st_mtime_ns)
        is_split = is_split or has_line
        found |= of_staff
    return found if is_split else None


@functools.lru_cache(maxsize=64)
def _staff(path: Path, changed: int) -> tuple[dict[str, float], bool]:
    """The graded cells above the line of one notebook, and whether it has one; read once for a whole batch."""
    try:
        cells = pages.strict(path).cells
    except SimlabError:
        return {}, False
    return {c.grade: c.points for c in cells if c.grade and c.is_staff}, any(c.id == pages.ANALYSTS for c in cells)


def score(at: Desk, outcome: Outcome) -> Score:
    """The points of an outcome, split, and whether it passes."""
    staff = staff_cells(at.home, outcome.assignment)
    if staff is None:
        points, maximum = outcome.points or 0.0, outcome.maximum
    else:  # cells that wait for a person count among the maximum
        points, maximum = sum(c.points for c in outcome.checks if c.name in staff), sum(staff.values())
    mark = at.organization.pass_mark
    is_passed = outcome.points is not None and maximum > 0 and points >= mark * maximum - _SLACK
    track = tracks().get(at.track(outcome.learner))
    if track and track.reads_analyst_path:
        is_passed = is_passed and (outcome.points or 0.0) >= mark * outcome.maximum - _SLACK
    return Score(outcome.points, outcome.maximum, points, maximum, is_passed)


def result(at: Desk, outcome: Outcome, when: str) -> dict[str, Any]:
    """What the learner's home page reads; no hidden source is known here."""
    found, staff = score(at, outcome), staff_cells(at.home, outcome.assignment)
    checks = [
        {
            "name": c.name,
            "points": c.points,
            "maximum": c.maximum,
            "message": c.message,
            "is_staff": staff is None or c.name in staff,
        }
        for c in outcome.checks
    ]
    return {
        "assignment": outcome.assignment,
        "learner": outcome.learner,
        "points": found.points,
        "maximum": found.maximum,
        "staff": {"points": found.staff_points if outcome.is_graded else None, "maximum": found.staff_maximum},
        "passed": found.is_passed,
        "pass_mark": at.organization.pass_mark,
        "at": when,
        "content": content_of(at.home, outcome.assignment),
        "waiting": list(outcome.needs_person),
        "checks": checks,
        "comments": [{"name": name, "text": text} for name, text in outcome.comments],
        "page": feedback.names(at.home, outcome.assignment)[0],
    }


def path_of(home: Course, outcome: Outcome) -> Path:
    """Where a learner's result lies."""
    return home.feedback / outcome.learner / outcome.assignment / "result.json"


def write(at: Desk, outcome: Outcome, when: str) -> Path:
    """Write result.json, whole or not at all; its path."""
    path = path_of(at.home, outcome)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result(at, outcome, when), ensure_ascii=False, indent=1) + "\n"
    write_whole(path, text.encode("utf-8", "replace"))
    return path


def content_of(home: Course, assignment: str) -> dict[str, str]:
    """The edition that learners were given: the version of the course, and one hash of lesson and exercise."""
    h = hashlib.sha256()
    for path in content_files(home, assignment):
        h.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return {"version": simlab.__version__, "hash": h.hexdigest()}


def content_files(home: Course, assignment: str) -> list[Path]:
    """The notebooks of a lesson and of its exercise, as they are now."""
    lesson = home.root / "lessons" / f"{assignment}.ipynb"
    return [*([lesson] if lesson.is_file() else []), *home.released(assignment)]


# For the register


def entry(at: Desk, outcome: Outcome, when: str, entered: str, trainer: str = "") -> Entry:
    """The register's entry of one graded outcome. Raises InputError."""
    found = score(at, outcome)
    content = content_of(at.home, outcome.assignment)
    day = _day(when)
    person = at.people.get(outcome.learner)
    return make(
        kind="result",
        person=outcome.learner,
        name=_name(person),
        track=at.track(outcome.learner),
        lesson=outcome.assignment,
        content=content["version"],
        content_hash=content["hash"],
        policies=at.organization.policy_versions(),
        at=when,
        entered=entered,
        minutes=minutes(at.home, outcome.assignment),
        mode=MODE,
        trainer=trainer,
        score=_round(found.staff_points),
        maximum=_round(found.staff_maximum),
        passed=found.is_passed,
        attempt=attempt(at.home, outcome),
        evidence=evidence(at.home, outcome),
        retain_until=keep_until(day, in_effect_until(at.organization, day)),
        salt=secrets.token_hex(16),
    )


def in_effect_until(organization: Organization, day: dt.date) -> dt.date:
    """Until when a training counts: its yearly refresh. The six years start there, as the later of both days."""
    return day + dt.timedelta(days=organization.due.yearly_days)


def evidence(home: Course, outcome: Outcome) -> str:
    """A hash of what was handed in and of what it gave: the same work with the same marks enters once."""
    h = hashlib.sha256()
    folder = home.submitted / outcome.learner / outcome.assignment
    for path in sorted(folder.glob("*")):
        if path.is_file() and not path.is_symlink() and path.name != "timestamp.txt":
            h.update(path.name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    marks = [[c.name, c.points, c.maximum] for c in outcome.checks]
    told = [outcome.learner, outcome.assignment, outcome.points, outcome.maximum, marks]
    h.update(json.dumps(told, sort_keys=True).encode())
    return h.hexdigest()


def attempt(home: Course, outcome: Outcome) -> int:
    """Which try this was, as the answers say that were handed in with it."""
    try:
        return attempt_of(read_untrusted(home.submitted / outcome.learner / outcome.assignment / "answers.json"))
    except InputError:
        return 1


def minutes(home: Course, assignment: str) -> int:
    """The minutes that a lesson is planned for; 0 where it does not say."""
    return pages.read(home.root / "lessons" / f"{assignment}.ipynb").minutes


def _day(when: str) -> dt.date:
    return dt.date.fromisoformat(when[:10])


def _name(person: Person | None) -> str:
    return tame(person.name)[:300] if person else ""


def _round(value: float) -> float:
    return round(value, 6)


def moment_of(home: Course, outcome: Outcome) -> str:
    """When it was graded, as the course remembers it; now where it does not."""
    return state.recall(home, outcome.learner, outcome.assignment).get("at", "") or state.now()


def records_folder(home: Course) -> Path:
    """Where the register lies."""
    return home.root / "records"


def snapshot(home: Course, assignments: Iterable[str]) -> None:
    """Keep what learners were given, by its hash, beside the register: an entry names the edition for six years."""
    for name in assignments:
        target = records_folder(home) / "content" / content_of(home, name)["hash"][:16]
        if target.is_dir():
            continue
        part = target.with_name(f".{target.name}.part")
        part.mkdir(parents=True, exist_ok=True)
        for path in content_files(home, name):
            folder = part / path.parent.name
            folder.mkdir(exist_ok=True)
            write_whole(folder / path.name, path.read_bytes())
        course.replace_folder(part, target)
