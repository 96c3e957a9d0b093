from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from simlab import organization as organizations
from simlab.curriculum.due import Due, begin, date, due, joined_on
from simlab.curriculum.progress import progress
from simlab.exercise.workspace import Workspace, role_of
from simlab.organization import Organization
from tests.curriculum import small

LARKSPUR = organizations.current(None)
RULES = LARKSPUR.due


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    small.sheets(monkeypatch)
    return small.workspace(tmp_path / "w", "claims")


def found(it: Workspace, today: str, organization: Organization = LARKSPUR) -> list[Due]:
    return list(due(progress(it, dt.date.fromisoformat(today)), organization))


def policies(*given: tuple[str, str]) -> Organization:
    """An organization whose one policy about the lesson has these versions: (version, effective)."""
    one = LARKSPUR.policies[0]
    made = [
        one.model_copy(update={"version": v, "effective": dt.date.fromisoformat(day), "lessons": (small.NAME,)})
        for v, day in given
    ]
    return LARKSPUR.model_copy(update={"policies": tuple(made)})


def test_the_first_time_is_due_so_many_days_after_the_start(mine: Workspace) -> None:
    small.practise(mine, "first", day="2026-02-03")
    (one,) = found(mine, "2026-02-20")
    assert (one.kind, one.by) == ("onboarding", dt.date(2026, 2, 3) + dt.timedelta(days=RULES.onboarding_days))
    assert not one.is_late(one.by) and one.is_late(one.by + dt.timedelta(days=1))


def test_the_start_is_what_the_workspace_says(mine: Workspace) -> None:
    state = mine.folder / ".simlab" / "learner.json"
    state.write_text(json.dumps({"learner": "ana.ito", "since": "2026-01-05"}), encoding="utf-8")
    small.practise(mine, "first", day="2026-02-03")
    assert joined_on(progress(mine, dt.date(2026, 3, 1))) == dt.date(2026, 1, 5)


def test_whoever_has_done_nothing_yet_begins_today(mine: Workspace) -> None:
    assert joined_on(progress(mine, dt.date(2026, 3, 1))) == dt.date(2026, 3, 1)


def test_the_start_is_kept_so_that_what_is_due_does_not_move_on(mine: Workspace) -> None:
    begin(progress(mine, dt.date(2026, 3, 1)))
    begin(progress(mine, dt.date(2026, 3, 9)))
    assert joined_on(progress(mine, dt.date(2026, 4, 1))) == dt.date(2026, 3, 1)
    assert role_of(mine.folder) == "claims"


def test_a_passed_lesson_comes_back_after_a_year_and_not_before(mine: Workspace) -> None:
    small.finish(mine, "2026-02-10")
    by = dt.date(2026, 2, 10) + dt.timedelta(days=RULES.yearly_days)
    assert found(mine, "2026-02-11", policies()) == []
    assert found(mine, (by - dt.timedelta(days=31)).isoformat(), policies()) == []
    (one,) = found(mine, (by - dt.timedelta(days=30)).isoformat(), policies())
    assert (one.kind, one.by) == ("yearly", by) and "February 10, 2026" in one.why


def test_a_policy_that_changed_after_the_pass_brings_the_lesson_back(mine: Workspace) -> None:
    small.finish(mine, "2026-02-10")
    changed = policies(("1", "2026-01-01"), ("2", "2026-04-01"))
    assert found(mine, "2026-03-31", changed) == []  # not in force yet
    (one,) = found(mine, "2026-04-01", changed)
    assert one.kind == "policy" and one.by == dt.date(2026, 4, 1) + dt.timedelta(days=RULES.policy_change_days)
    assert "version 2" in one.why
    small.finish(mine, "2026-04-02")  # passed again: done
    assert found(mine, "2026-04-03", changed) == []


def test_a_policy_that_was_in_force_on_the_day_of_the_pass_asks_for_nothing(mine: Workspace) -> None:
    small.finish(mine, "2026-04-01")
    assert found(mine, "2026-04-02", policies(("2", "2026-04-01"))) == []


def test_a_day_is_written_as_people_write_it() -> None:
    assert date(dt.date(2026, 3, 5)) == "March 5, 2026"
