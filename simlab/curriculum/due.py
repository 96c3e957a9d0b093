"""When something is due, and why: onboarding, the yearly refresh, and training after a change of policy.

45 CFR 164.530(b)(2)(i): each new member of the workforce within a reasonable time after joining, and
those whose work a material change of a policy affects within a reasonable time after it takes
effect. HIPAA names no number of days and no yearly round: the days are the organization's own.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.curriculum.progress import Progress, Standing, day_of
from simlab.errors import SimlabError
from simlab.exercise.answers import Answers
from simlab.exercise.files import write_whole
from simlab.exercise.workspace import STATE
from simlab.organization import Organization

SOON = 30  # days before its date that a yearly refresh is first spoken of


@dataclass(frozen=True)
class Due:
    """One lesson to be done by a day. `kind`: onboarding, yearly or policy; `why` in words."""

    lesson: str
    by: dt.date
    kind: str
    why: str

    def is_late(self, today: dt.date) -> bool:
        return today > self.by


def due(progress: Progress, organization: Organization) -> tuple[Due, ...]:
    """What is due, the earliest first; a lesson at most once, for its most pressing reason."""
    joined = joined_on(progress)
    found = [d for s in progress.standings if (d := _due(s, progress.today, joined, organization))]
    return tuple(sorted(found, key=lambda d: (d.by, d.lesson)))


def joined_on(progress: Progress) -> dt.date:
    """The day on which the learner began: as their workspace says, else their first answer, else today."""
    return day_of(_state(progress).get("since")) or min(_first_answers(progress), default=progress.today)


def begin(progress: Progress) -> None:
    """Keep the day on which the learner began, so that what is due does not move on with each day. Raises OSError."""
    state = _state(progress)
    if "learner" in state and not day_of(state.get("since")):
        kept = state | {"since": joined_on(progress).isoformat()}
        write_whole(_path(progress), (json.dumps(kept, indent=1, sort_keys=True) + "\n").encode())


def _path(progress: Progress) -> Path:
    return progress.workspace.folder / STATE / "learner.json"


def _state(progress: Progress) -> dict[str, Any]:
    try:
        found = json.loads(_path(progress).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _first_answers(progress: Progress) -> list[dt.date]:
    folders = [progress.workspace.folder / "lessons"]
    folders += [progress.workspace.folder / "exercises" / s.name for s in progress.standings]
    found: list[dt.date] = []
    for folder in folders:
        with contextlib.suppress(SimlabError):  # a file that cannot be read is told where the lesson is shown
            found += [d for entry in Answers(folder).history()[:1] if (d := day_of(entry["at"]))]
    return found


def _due(standing: Standing, today: dt.date, joined: dt.date, organization: Organization) -> Due | None:
    rules, done = organization.due, standing.finished_on
    if done is None:
        by = joined + dt.timedelta(days=rules.onboarding_days)
        return Due(standing.name, by, "onboarding", f"within {rules.onboarding_days} days of your start")
    changed = [p for p in organization.policies if standing.name in p.lessons and done < p.effective <= today]
    if changed:
        last = max(changed, key=lambda p: p.effective)
        by = last.effective + dt.timedelta(days=rules.policy_change_days)
        return Due(standing.name, by, "policy", f"a policy has changed: {last.title}, version {last.version}")
    by = done + dt.timedelta(days=rules.yearly_days)
    if today >= by - dt.timedelta(days=SOON):
        return Due(standing.name, by, "yearly", f"your yearly refresh; you passed it on {date(done)}")
    return None


def date(day: dt.date) -> str:
    """A day as people write it: November 3, 2026."""
    return f"{day:%B} {day.day}, {day.year}"
