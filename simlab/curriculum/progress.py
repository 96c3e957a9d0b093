"""What a learner has done of the course, read from their workspace: nothing is run, nothing is written.

A lesson is *worked* when every question that it puts to the learner's role is answered; it is
*finished* when it is worked and, where it has an exercise, that is passed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simlab.curriculum import lesson as pages
from simlab.curriculum.asked import is_whole, keys, objective_of, sheet_of
from simlab.curriculum.lesson import Ask, Lesson
from simlab.curriculum.story import Track, tracks
from simlab.errors import InputError, SimlabError
from simlab.exercise.answers import Answers, read_untrusted
from simlab.exercise.items import Items
from simlab.exercise.variant import attempt_of
from simlab.exercise.workspace import Workspace, role_of


@dataclass(frozen=True)
class Missed:
    """An objective that the marks say was missed, and the section of the lesson to read again."""

    objective: str
    text: str
    section: str
    link: str


@dataclass(frozen=True)
class Result:
    """What the trainer's marking gave; `points` of `maximum` are those that count for this track."""

    points: float
    maximum: float
    is_passed: bool
    moment: dt.datetime | None
    checks: tuple[dict[str, Any], ...] = ()

    @property
    def at(self) -> dt.date | None:
        """The day of it."""
        return self.moment.date() if self.moment else None


@dataclass(frozen=True)
class Standing:
    """Where a learner stands in one lesson. `practice` and `exercise` are (answered, of)."""

    lesson: Lesson
    practice: tuple[int, int] = (0, 0)
    exercise: tuple[int, int] | None = None
    attempt: int = 1
    handed_in: bool = False  # this try
    is_waiting: bool = False  # handed in, and not marked since
    result: Result | None = None
    worked_on: dt.date | None = None
    missed: tuple[Missed, ...] = ()
    fault: str = ""

    @property
    def name(self) -> str:
        return self.lesson.name

    @property
    def is_worked(self) -> bool:
        return self.practice[0] >= self.practice[1] and not self.fault and self.worked_on is not None

    @property
    def finished_on(self) -> dt.date | None:
        """The day on which lesson and exercise were done; None before that."""
        if self.exercise is None:
            return self.worked_on if self.is_worked else None
        return self.result.at if self.result and self.result.is_passed else None

    @property
    def state(self) -> str:
        """Where the learner stands, in words."""
        if self.fault:
            return f"Cannot be read: {self.fault}"
        if self.result and self.result.is_passed:
            open_again = "" if self.handed_in or self.attempt == 1 else ", new questions are open"
            return "Passed" + (", a new try is handed in" if self.is_waiting else open_again)
        if self.handed_in:
            return "Handed in, not marked yet" if self.is_waiting else "Not passed yet"
        if self.exercise and self.exercise[0]:
            done, of = self.exercise
            return "Ready to hand in" if done >= of else f"Exercise: {done} of {of} answered"
        if self.result:
            return "Not passed yet"
        if self.is_worked:
            return "Lesson done" if self.exercise is None else "Lesson done, exercise next"
        return f"{self.practice[0]} of {self.practice[1]} answered" if self.practice[0] else "Not begun"


@dataclass(frozen=True)
class Progress:
    """A learner's course: their track (None: not chosen), and each lesson of it that is there."""

    workspace: Workspace
    today: dt.date
    track: Track | None
    standings: tuple[Standing, ...]
    to_come: tuple[str, ...] = field(default=())

    def of(self, name: str) -> Standing | None:
        """Where the learner stands in a lesson, None where the track does not have it."""
        return next((s for s in self.standings if s.name == name), None)


def progress(workspace: Workspace, today: dt.date) -> Progress:
    """What the learner has done. Lessons of the track in its order; without a track, all of them."""
    track = tracks().get(role_of(workspace.folder))
    there = {each.name: each for each in pages.lessons(workspace.folder)}
    # A lesson that the story does not know (an organization's own) comes last and is everybody's.
    ours = {name for each in tracks().values() for name in each.lessons}
    order = [*(track.lessons if track else ()), *(n for n in there if track is None or n not in ours)]
    found = tuple(_standing(workspace, there[n], track) for n in order if n in there)
    return Progress(workspace, today, track, found, tuple(n for n in order if n not in there))


def _standing(workspace: Workspace, lesson: Lesson, track: Track | None) -> Standing:
    try:
        return _look(workspace, lesson, track)
    except (SimlabError, OSError) as e:  # one lesson that cannot be looked at hides no other
        return Standing(lesson, fault=str(e))


def _look(workspace: Workspace, lesson: Lesson, track: Track | None) -> Standing:
    if lesson.fault:
        raise InputError(lesson.fault)
    deep = bool(track and track.reads_analyst_path)
    sheet = sheet_of(lesson.name)
    given = Answers(lesson.path.parent)
    role = track.id if track else ""
    wanted = lesson.asks(staff_only=not deep)
    first, now = _first_days(given), given.values()
    done = [day for ask in wanted if (day := _day(keys(ask, sheet, role), first, now))]
    standing = {
        "practice": (len(done), len(wanted)),
        "worked_on": max(done) if done and len(done) == len(wanted) else None,
    }
    folder = workspace.folder / "exercises" / lesson.name
    if not (folder / f"{lesson.name}.ipynb").is_file():
        return Standing(lesson, **standing)  # type: ignore[arg-type]
    asks = pages.strict(folder / f"{lesson.name}.ipynb").asks(staff_only=not deep)
    kept = Answers(folder).values()
    asked = [keys(a, sheet) for a in asks if a.kind in ("choice", "text", "task", "roleplay")]
    result = result_of(workspace, lesson.name, staff_only=not deep)
    return Standing(
        lesson,
        **standing,  # type: ignore[arg-type]
        exercise=(sum(any(k in kept for k in each) for each in asked), len(asked)),
        attempt=attempt_of(kept),
        handed_in=(handed := _handed_in(workspace, folder, attempt_of(kept))) is not None,
        is_waiting=handed is not None and (result is None or result.moment is None or handed > result.moment),
        result=result,
        missed=missed(lesson, asks, result, sheet) if result else (),
    )


def _first_days(answers: Answers) -> dict[str, dt.date]:
    """The day on which each question that has an answer now was first answered."""
    now, found = answers.values(), dict[str, dt.date]()
    for entry in answers.history():
        day = day_of(entry["at"])
        if day and entry["question"] in now:
            found.setdefault(entry["question"], day)
    return found


def _day(names: Iterable[str], first: dict[str, dt.date], now: dict[str, Any]) -> dt.date | None:
    """The day on which a question was first answered, None where its answer is not whole."""
    return min((first[n] for n in names if n in first and is_whole(n, now[n])), default=None)


def day_of(text: Any) -> dt.date | None:
    """The day of an ISO time in UTC, None where it is none."""
    moment = _moment(text)
    return moment.date() if moment else None


def _moment(text: Any) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _handed_in(workspace: Workspace, folder: Path, attempt: int) -> dt.datetime | None:
    """When this try was put into the trainer's folder, None where it was not; an earlier try does not count."""
    there = workspace.folder / "submissions" / workspace.learner / folder.name
    receipt = there / "receipt.json"
    if not receipt.is_file():
        return None
    try:
        handed = attempt_of(read_untrusted(there / "answers.json"))
    except InputError:
        handed = 1
    written = dt.datetime.fromtimestamp(receipt.stat().st_mtime, dt.UTC)
    return (_moment(_json(receipt).get("at")) or written) if handed == attempt else None


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def result_of(workspace: Workspace, name: str, *, staff_only: bool = True) -> Result | None:
    """What came back from the trainer; None where nothing did, or nothing that can be read."""
    found = _json(workspace.folder / "feedback" / name / "result.json")
    raw = found.get("checks")
    checks = tuple(c for c in raw if isinstance(c, dict)) if isinstance(raw, list) else ()
    part = found.get("staff") if staff_only and isinstance(found.get("staff"), dict) else found
    points, maximum = (part.get("points"), part.get("maximum")) if isinstance(part, dict) else (None, None)
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in (points, maximum)):
        return None
    counted = tuple(c for c in checks if c.get("is_staff") or not staff_only)
    return Result(float(points), float(maximum), found.get("passed") is True, _moment(found.get("at")), counted)  # type: ignore[arg-type]


def missed(lesson: Lesson, asks: Iterable[Ask], result: Result, sheet: Items | None) -> tuple[Missed, ...]:
    """Each objective of which a check cost points, once, with the section that teaches it."""
    if sheet is None:
        return ()
    names = {a.grade or a.name: a.name for a in asks}
    lost = [str(c.get("name")) for c in result.checks if _number(c, "points") < _number(c, "maximum")]
    found = dict.fromkeys(
        o for name in lost if (o := objective_of(names.get(name, name), sheet) or objective_of(name, sheet))
    )
    texts = {o.id: o.text for o in sheet.objectives}
    return tuple(
        Missed(o, texts.get(o, o), section, pages.anchor(lesson.name, section))
        for o in found
        for section in [section_of(lesson, o, sheet)]
    )


def _number(check: dict[str, Any], key: str) -> float:
    value = check.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def section_of(lesson: Lesson, objective: str, sheet: Items) -> str:
    """The section in which the lesson first works on an objective; else the one that says why."""
    asks = [a for a in lesson.asks() if objective_of(a.name, sheet) == objective]
    return asks[0].section if asks else next((s for s in lesson.sections() if s == "Why"), "")
