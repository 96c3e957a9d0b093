from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from simlab import organization as organizations
from simlab.curriculum.progress import progress
from simlab.curriculum.retention import Reminder, Retest, reminder, retest, retests
from simlab.exercise.answers import Answers
from simlab.exercise.shown import Question
from simlab.exercise.workspace import Workspace
from tests.curriculum import small

LARKSPUR = organizations.current(None)
DONE = dt.date(2026, 2, 10)


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    small.sheets(monkeypatch)
    it = small.workspace(tmp_path / "w", "claims")
    small.finish(it, DONE.isoformat())
    return it


def after(it: Workspace, days: int) -> Reminder | None:
    return reminder(progress(it, DONE + dt.timedelta(days=days)), LARKSPUR)


def again(it: Workspace, days: int) -> Retest | None:
    return retest(progress(it, DONE + dt.timedelta(days=days)), LARKSPUR)


def give(question: Question, option: str, day: dt.date) -> None:
    question.answers.folder.mkdir(parents=True, exist_ok=True)
    question.answers.give(question.item.id, option, at=f"{day.isoformat()}T08:00:00Z")


def test_one_question_comes_after_1_7_and_30_days(mine: Workspace) -> None:
    assert after(mine, 0) is None
    for days in (1, 7, 30):
        one = after(mine, days)
        assert one and one.days == days
        give(one.question, "yes", DONE + dt.timedelta(days=days))
        assert after(mine, days) is None and after(mine, days + 1) is None
    assert after(mine, 400) is None


def test_whoever_stays_away_is_asked_once_and_not_three_times(mine: Workspace) -> None:
    one = after(mine, 45)
    assert one and one.days == 30
    give(one.question, "no", DONE + dt.timedelta(days=45))
    assert after(mine, 46) is None


def test_a_reminder_touches_no_answer_of_the_lesson(mine: Workspace) -> None:
    before = (mine.folder / "lessons" / "answers.json").read_bytes()
    one = after(mine, 1)
    assert one
    give(one.question, "no", DONE + dt.timedelta(days=1))
    assert (mine.folder / "lessons" / "answers.json").read_bytes() == before


def test_nothing_is_asked_of_what_was_not_finished(mine: Workspace) -> None:
    small.marked(mine, {"tray": 0, "drawn": 0}, passed=False)
    assert after(mine, 30) is None and again(mine, 90) is None


def test_the_retest_comes_after_60_days_and_its_result_is_kept(mine: Workspace) -> None:
    assert again(mine, 59) is None
    test = again(mine, 60)
    assert test and len(test.questions) == 5 and len({q.item.id for q in test.questions}) == 5
    for n, question in enumerate(test.questions):
        give(question, "no" if n == 0 else "yes", DONE + dt.timedelta(days=60))
    assert again(mine, 61) is None
    (kept,) = retests(progress(mine, DONE + dt.timedelta(days=61)))
    assert kept.text() == "4 of 5 right"


def test_the_retest_asks_first_what_was_not_met_in_the_lesson(mine: Workspace) -> None:
    path = mine.folder / "lessons" / "answers.json"
    path.unlink()
    small.practise(mine, "first", "second", "mine-claims", "roleplay.nurse-at-two")
    test = again(mine, 60)
    assert test and {q.item.id for q in test.questions[:2]} == {"deep", "mine-all"}


def test_the_same_lesson_passed_a_year_later_is_asked_anew(mine: Workspace) -> None:
    one = after(mine, 1)
    assert one
    give(one.question, "yes", DONE + dt.timedelta(days=1))
    small.finish(mine, "2027-02-01")
    anew = reminder(progress(mine, dt.date(2027, 2, 2)), LARKSPUR)
    assert anew and anew.days == 1 and anew.question.given is None


def test_two_learners_are_asked_in_different_order(mine: Workspace, tmp_path: Path) -> None:
    drawn = set()
    for n in range(8):
        other = small.workspace(tmp_path / str(n), "claims")
        (other.folder / ".simlab" / "learner.json").write_text(f'{{"learner": "l{n}", "role": "claims"}}', "utf-8")
        other = Workspace(other.folder, f"l{n}")
        small.finish(other, DONE.isoformat())
        test = again(other, 60)
        assert test
        drawn.add(tuple(q.item.id for q in test.questions))
    assert len(drawn) > 1


def test_answers_that_cannot_be_read_stop_nothing(mine: Workspace) -> None:
    one = after(mine, 1)
    assert one
    folder = one.question.answers.folder
    folder.mkdir(parents=True)
    (folder / "answers.json").write_text("{", encoding="utf-8")
    assert after(mine, 1)
    assert Answers(folder).values() == {}
