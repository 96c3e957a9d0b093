"""The security questions, scored, and the calendar of what is looked at while a contract runs."""

from __future__ import annotations

import calendar as months_of
import dataclasses
import datetime as dt
from collections.abc import Mapping

from simlab.controls.vendors import words
from simlab.controls.vendors.contract import Contract
from simlab.errors import InputError, UnknownName

WORTH = {"yes": 2, "partly": 1, "no": 0}  # halves


@dataclasses.dataclass(frozen=True)
class Gap:
    question: str
    says: str
    answer: str
    cite: str


@dataclasses.dataclass(frozen=True)
class Score:
    """Points of the most that there are, and the gaps, the heaviest first."""

    points: float
    most: int
    gaps: tuple[Gap, ...]

    @property
    def share(self) -> float:
        return self.points / self.most


@dataclasses.dataclass(frozen=True)
class Due:
    """Something to look at: on which day, and whether that day has passed."""

    contract: str
    task: str
    text: str
    on: dt.date
    is_overdue: bool
    cite: str


def score(answers: Mapping[str, str]) -> Score:
    """A questionnaire's score; what was not answered counts as a no. Raises UnknownName, InputError."""
    for name, said in answers.items():
        if name not in words.questions():
            raise UnknownName("question", name, words.questions())
        if said not in WORTH:
            raise InputError(f"{name}: {said!r} is no answer: yes, partly or no")
    asked = sorted(words.questions().values(), key=lambda q: -q.weight)
    points = sum(q.weight * WORTH[answers.get(q.id, "no")] for q in asked) / 2
    gaps = [Gap(q.id, q.gap, answers.get(q.id, "not answered"), q.cite) for q in asked if answers.get(q.id) != "yes"]
    return Score(points, sum(q.weight for q in asked), tuple(gaps))


def calendar(of: Contract, at: dt.date) -> tuple[Due, ...]:
    """What is due next of each kind, the earliest first; nothing once the contract is over."""
    if at > of.last_day:
        return ()
    plan = words.oversight()
    found = [_due(of, t, at) for t in plan.tasks if t.id != "attestation" or of.attestation != "none"]
    decide = of.last_day - dt.timedelta(days=plan.decide_before)
    text = f"Decide: go on after {of.last_day}, or offboard"
    found.append(Due(of.id, "decide", text, decide, decide < at, "45 CFR 164.308(b)(1)"))
    return tuple(sorted(found, key=lambda d: (d.on, d.task)))


def _due(of: Contract, task: words.Task, at: dt.date) -> Due:
    on = later(of.reviews.get(task.id, of.start), task.months)
    return Due(of.id, task.id, task.text, on, on < at, task.cite)


def later(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last day of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, months_of.monthrange(year, month + 1)[1]))
