"""A manager's view: who is on time and who is late, and what a group finds hard; never anybody's answers.

Progress is by name, as a manager must be able to ask. Scores, answers and free texts of a named person
are not on it; averages are shown for five people or more. (Whoever can see two groups that differ by one
person can still tell what that person did: give out views of whole teams.)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simlab.organization import EXAMPLE, Organization
from simlab.records.certificate import passes, template
from simlab.records.people import Person
from simlab.records.register import Kept

FEW = 5  # a group smaller than this shows no averages
HARD = 10  # how many hard items are named


@dataclass(frozen=True)
class Standing:
    """Where one person stands: lessons passed of those asked for, those that are late, the next day that counts."""

    person: Person
    passed: int
    of: int
    late: tuple[str, ...]
    next_by: dt.date | None


@dataclass(frozen=True)
class Hard:
    """A check, the people who met it, the mean share of its points that they got, and what it is to show."""

    lesson: str
    check: str
    people: int
    share: float
    objective: str = ""


@dataclass(frozen=True)
class Evaluation:
    """The mean of each statement about a lesson, from 1 to 5."""

    lesson: str
    people: int
    means: tuple[float, ...]


def due_by(
    lesson: str, passed: dt.date | None, joined: dt.date | None, organization: Organization, today: dt.date
) -> dt.date | None:
    """The day by which a lesson must be passed (again); None where nothing says one.

    HIPAA says "within a reasonable period of time" (45 CFR 164.530(b)(2)(i)); the days are the organization's.
    """
    rules = organization.due
    if passed is None:
        return joined + dt.timedelta(days=rules.onboarding_days) if joined else None
    changed = [p.effective for p in organization.policies if lesson in p.lessons and passed < p.effective <= today]
    if changed:
        return max(changed) + dt.timedelta(days=rules.policy_change_days)
    return passed + dt.timedelta(days=rules.yearly_days)


def standings(
    people: Iterable[Person],
    required: Mapping[str, Sequence[str]],
    lines: Iterable[Kept],
    organization: Organization,
    today: dt.date,
) -> list[Standing]:
    """Each person's standing, by team and name; those who have left are not on it. `required`: lessons by track."""
    known = passes(lines)
    return [
        _standing(p, required.get(p.track, ()), known, organization, today)
        for p in sorted(people, key=lambda p: (p.team.casefold(), (p.name or p.id).casefold(), p.id))
        if p.left is None or p.left > today
    ]


def _standing(
    person: Person,
    wanted: Sequence[str],
    known: Mapping[tuple[str, str], Kept],
    organization: Organization,
    today: dt.date,
) -> Standing:
    days: dict[str, dt.date | None] = {}
    for name in wanted:
        kept = known.get((person.id, name))
        done = kept.entry.day if kept and kept.entry else None
        days[name] = due_by(name, done, person.joined, organization, today)
    late = tuple(n for n, by in days.items() if by and by < today)
    ahead = [by for by in days.values() if by and by >= today]
    return Standing(person, sum((person.id, n) in known for n in wanted), len(wanted), late, min(ahead, default=None))


def page(
    found: list[Standing],
    hard: Iterable[Hard],
    evaluations: Iterable[Evaluation],
    statements: Sequence[str],
    organization: Organization,
    today: dt.date,
    *,
    titles: Mapping[str, str] | None = None,
    title: str = "",
    logo: str = "",
) -> str:
    """The view as one HTML page; hard items and evaluations of fewer than five people are left out here.

    `titles` names lessons and tracks by their ids.
    """
    asked, named = [s for s in found if s.of], titles or {}
    view: dict[str, Any] = {
        "organization": organization.name,
        "example": EXAMPLE if organization.is_example else "",
        "logo": logo,
        "title": title or "everybody",
        "day": today.isoformat(),
        "people": len(found),
        "done": sum(s.passed == s.of for s in asked),
        "late": sum(bool(s.late) for s in found),
        "unasked": len(found) - len(asked),
        "rows": [_row(s, named) for s in found],
        "hard": [_hard(h, named) for h in sorted(hard, key=lambda h: (h.share, h.lesson, h.check)) if h.people >= FEW][
            :HARD
        ],
        "evaluations": [
            {"lesson": named.get(e.lesson, e.lesson), "people": e.people, "means": [f"{m:.1f}" for m in e.means]}
            for e in sorted(evaluations, key=lambda e: e.lesson)
            if e.people >= FEW
        ],
        "statements": list(statements),
        "few": FEW,
    }
    return str(template("team.html.j2").render(view))


def _row(s: Standing, titles: Mapping[str, str]) -> dict[str, str]:
    state = "No track: the trainer's list does not say it" if not s.of else "On time"
    if s.late:
        state = f"Late: {'; '.join(titles.get(n, n) for n in s.late)}"
    elif s.of and s.passed == s.of:
        state = "All passed"
    by = s.next_by.isoformat() if s.next_by else ""
    return {
        "name": s.person.name or s.person.id,
        "team": s.person.team,
        "track": titles.get(s.person.track, s.person.track),
        "passed": f"{s.passed} of {s.of}",
        "state": state,
        "by": by,
    }


def _hard(h: Hard, titles: Mapping[str, str]) -> dict[str, str]:
    return {
        "objective": h.objective,
        "lesson": titles.get(h.lesson, h.lesson),
        "check": h.check,
        "people": str(h.people),
        "share": f"{round(100 * h.share)} %",
    }
