"""Keeping what was learned: one short question after 1, 7 and 30 days, and a short retest after 60.

Each is asked once for each time that a lesson was finished, in another order than before, and is
answered in a folder of its own (`.simlab/retention/`), so that no answer of the lesson is touched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from simlab import draw
from simlab.curriculum.asked import sheet_of
from simlab.curriculum.progress import Progress, Standing, day_of
from simlab.errors import SimlabError
from simlab.exercise import items
from simlab.exercise.answers import Answers
from simlab.exercise.items import Item
from simlab.exercise.shown import Question
from simlab.exercise.workspace import STATE
from simlab.organization import Organization

RETEST_ITEMS = 5


@dataclass(frozen=True)
class Reminder:
    """One question from a lesson finished `days` ago or more."""

    lesson: str
    title: str
    days: int
    question: Question


@dataclass(frozen=True)
class Retest:
    """Up to five questions from a lesson that was finished 60 days ago or more."""

    lesson: str
    title: str
    questions: tuple[Question, ...]

    @property
    def answered(self) -> int:
        return sum(q.given is not None for q in self.questions)

    @property
    def is_done(self) -> bool:
        return self.answered == len(self.questions)

    @property
    def right(self) -> float:
        """How many are right; a question that is partly right counts in part."""
        return sum(items.judge(q.item, q.given).share for q in self.questions)

    def text(self) -> str:
        """What came of it, in words."""
        if not self.is_done:
            return f"{self.answered} of {len(self.questions)} answered"
        return f"{self.right:.3g} of {len(self.questions)} right"


def reminder(progress: Progress, organization: Organization) -> Reminder | None:
    """Today's one question, None where nothing is due or today's is answered.

    Where several have come due meanwhile, the latest of each lesson stands for those before it.
    """
    asked = [r for s in progress.standings for r in _reminders(progress, s, organization.reminders)]
    if any(_answered_on(r.question.answers) == progress.today for r in asked):
        return None
    waiting = [r for r in asked if r.question.given is None]
    return min(waiting, key=lambda r: (-r.days, r.lesson), default=None)


def _reminders(progress: Progress, standing: Standing, days: Iterable[int]) -> list[Reminder]:
    """The last reminder that has come due for one lesson, and those before it that were answered."""
    done = standing.finished_on
    if done is None or not (pool := _pool(progress, standing)):
        return []
    reached = [d for d in sorted(days) if progress.today >= done + dt.timedelta(days=d)]
    found = []
    for day in reached:
        seed = _seed(progress, standing, f"remind-{day}")
        item = pool[int(draw.bits(seed, "item", 0)) % len(pool)]
        question = _question(item, seed, _folder(progress, standing, f"remind-{day}"))
        if day == reached[-1] or question.given is not None:
            found.append(Reminder(standing.name, standing.lesson.title, day, question))
    return found


def retest(progress: Progress, organization: Organization) -> Retest | None:
    """The retest that is due and not finished, the oldest first; None without one."""
    waiting = [
        (s.finished_on, s) for s in progress.standings if s.finished_on and _is_retest_due(s, progress, organization)
    ]
    for _, standing in sorted(waiting, key=lambda pair: (pair[0], pair[1].name)):
        found = retest_of(progress, standing)
        if found and not found.is_done:
            return found
    return None


def retests(progress: Progress) -> list[Retest]:
    """The retests that were finished, with what came of them."""
    found = [retest_of(progress, s) for s in progress.standings if s.finished_on]
    return [r for r in found if r and r.is_done]


def _is_retest_due(standing: Standing, progress: Progress, organization: Organization) -> bool:
    wait = dt.timedelta(days=organization.due.retest_days)
    return standing.finished_on is not None and progress.today >= standing.finished_on + wait


def retest_of(progress: Progress, standing: Standing) -> Retest | None:
    """The five questions of a finished lesson: those not met in it first, in this learner's own draw."""
    pool = _pool(progress, standing)
    seed = _seed(progress, standing, "retest")
    met = _met(standing)
    drawn = sorted(pool, key=lambda i: (i.id in met, int(draw.bits(seed, f"item/{i.id}", 0))))[:RETEST_ITEMS]
    folder = _folder(progress, standing, "retest")
    questions = tuple(_question(item, seed, folder) for item in drawn)
    return Retest(standing.name, standing.lesson.title, questions) if questions else None


def told_before(standing: Standing, item: Item) -> str:
    """What the lesson tells before it asks this, so that the question can stand alone."""
    return standing.lesson.told_before(item.id) or (standing.lesson.told_before(item.pool) if item.pool else "")


def _met(standing: Standing) -> set[str]:
    try:
        return set(Answers(standing.lesson.path.parent).values())
    except SimlabError:
        return set()


def _pool(progress: Progress, standing: Standing) -> list[Item]:
    """The practice questions of a lesson that have a right answer and fit the learner's role."""
    role = progress.track.id if progress.track else ""
    try:
        sheet = sheet_of(standing.name)
    except SimlabError:
        return []
    found = sheet.items if sheet else ()
    return [i for i in found if i.practice and i.kind != "short" and (not i.roles or not role or role in i.roles)]


def _question(item: Item, seed: int, folder: Path) -> Question:
    return Question(item, items.shuffled(item, seed), Answers(folder))


def _folder(progress: Progress, standing: Standing, what: str) -> Path:
    """Where the answers lie: the same lesson finished again, a year later, starts anew."""
    day = standing.finished_on or progress.today
    return progress.workspace.folder / STATE / "retention" / standing.name / f"{day.isoformat()}-{what}"


def _seed(progress: Progress, standing: Standing, what: str) -> int:
    return int(
        draw.bits(0, f"{progress.workspace.learner}/{_folder(progress, standing, what).name}/{standing.name}", 0)
    )


def _answered_on(answers: Answers) -> dt.date | None:
    try:
        history = answers.history()
    except SimlabError:
        return None
    return day_of(history[-1]["at"]) if history else None
