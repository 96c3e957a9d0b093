from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from simlab.exercise.answers import Answers
from simlab.exercise.submit import submit
from simlab.exercise.workspace import Workspace, find, role_of
from simlab.notebook import home, homepage
from simlab.notebook.homepage import Home
from simlab.notebook.papers import Papers
from tests.curriculum import small

DAY = dt.date(2026, 2, 4)
EXERCISE = f"exercises/{small.NAME}/{small.NAME}.ipynb"


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    small.sheets(monkeypatch)
    it = small.workspace(tmp_path / "w", "claims")
    monkeypatch.chdir(it.folder)
    return it


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is displayed, in order."""
    seen: list[Any] = []
    monkeypatch.setattr(homepage, "display", lambda it, **_: seen.append(it))
    return seen


def page(it: Workspace, day: dt.date = DAY) -> Home:
    return Home(it, lambda: day)


def labels(it: Home) -> list[str]:
    return [label for _, group in it.actions.groups for _, label in group]


def test_the_next_step_is_one_sentence_with_one_link(mine: Workspace) -> None:
    steps = [page(mine).top()]
    small.practise(mine, "first")
    steps.append(page(mine).top())
    small.practise(mine, "second", "roleplay.nurse-at-two", "mine-claims")
    steps.append(page(mine).top())
    answers = Answers(mine.exercise(small.NAME))
    answers.give("tray", "a")
    answers.give("bin", "a")
    steps.append(page(mine).top())
    page(mine).actions.press(f"hand-in:{small.NAME}")
    steps.append(page(mine).top())
    later = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date().isoformat()  # the press was stamped by this clock
    small.marked(mine, {"tray": 2, "drawn": 0}, passed=False, day=later)
    steps.append(page(mine).top())
    small.marked(mine, {"tray": 2, "drawn": 2}, passed=True, day=later)
    steps.append(page(mine).top())
    link = f"[lesson 70, Paper on desks](lessons/{small.NAME}.ipynb)"
    expected = [
        f"**Open {link}**, about 11 minutes.", f"**Go on with {link}**", f"**Do [exercise 70]({EXERCISE})**, 2 questions",
        "**Hand in exercise 70** with the button below", "**Nothing to do now.** Your trainer marks",
        f"**Look at what was missed in {link}**, then press *Try {small.NAME} again*", "**You are up to date.**",
    ]  # fmt: skip
    assert [e for e, s in zip(expected, steps, strict=True) if e not in s] == []


def test_the_yearly_refresh_leads_from_the_lesson_to_new_questions(mine: Workspace) -> None:
    year = DAY + dt.timedelta(days=370)
    small.finish(mine, "2026-02-04")
    answers = Answers(mine.exercise(small.NAME))
    answers.give("tray", "a")
    submit(mine, small.NAME, at="2026-02-03T09:00:00Z")
    assert f"**Go through [lesson 70, Paper on desks](lessons/{small.NAME}.ipynb) once more**" in page(mine, year).top()
    assert "your yearly refresh" in page(mine, year).top()
    answers.give("attempt", 2)
    assert "**Do [exercise 70]" in page(mine, year).top()


def test_the_table_says_where_one_stands_in_words(mine: Workspace) -> None:
    small.marked(mine, {"tray": 2, "drawn": 0}, passed=False)
    row = next(line for line in page(mine).table().splitlines() if "70 Paper" in line)
    assert f"(lessons/{small.NAME}.ipynb)" in row and f"[exercise]({EXERCISE})" in row
    assert "| Not passed yet, 2 of 4 points |" in row


def test_what_is_late_is_called_late(mine: Workspace) -> None:
    small.practise(mine, "first", day="2026-01-02")
    assert "**late**: February 1, 2026" in page(mine).table()
    assert "It is due by February 1, 2026: within 30 days of your start." in page(mine).top()


def test_what_was_missed_leads_to_the_section_again(mine: Workspace) -> None:
    small.marked(mine, {"tray": 2, "drawn": 0}, passed=False)
    said = page(mine).top()
    assert f"- See what lies open: read [Decide first](lessons/{small.NAME}.ipynb#Decide-first) again" in said


def test_the_buttons_are_those_for_what_there_is_to_do(mine: Workspace) -> None:
    it = page(mine)
    assert labels(it) == ["Refresh this page"]
    Answers(mine.exercise(small.NAME)).give("tray", "a")
    it.actions.press("refresh")
    assert labels(it) == [f"Hand in exercise {small.NAME}", "Refresh this page"]
    it.actions.press(f"hand-in:{small.NAME}")
    assert it.actions.verdict == f"Handed in {small.NAME} of ana.ito."
    assert (mine.folder / "submissions" / "ana.ito" / small.NAME / "receipt.json").is_file()
    assert labels(it) == [f"Hand in exercise {small.NAME}", f"Try {small.NAME} again", "Refresh this page"]


def test_a_press_that_no_button_has_does_nothing(mine: Workspace) -> None:
    it = page(mine)
    it.actions.press("hand-in:99-other")
    assert it.actions.verdict == ""


def test_trying_again_opens_new_questions_and_keeps_the_old_answers(mine: Workspace) -> None:
    answers = Answers(mine.exercise(small.NAME))
    answers.give("tray", "a")
    it = page(mine)
    it.actions.press(f"hand-in:{small.NAME}")
    it.actions.press(f"again:{small.NAME}")
    assert it.actions.verdict == "New questions are open."
    found = it.progress.of(small.NAME)
    assert found and found.attempt == 2 and found.exercise == (0, 2) and not found.handed_in
    assert any(entry["question"] == "tray" for entry in answers.history())


def test_a_full_disk_is_said_and_the_button_stays(mine: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    Answers(mine.exercise(small.NAME)).give("tray", "a")
    it = page(mine)
    monkeypatch.setattr("simlab.notebook.homepage.submit", full)
    monkeypatch.setattr("simlab.exercise.retake.again", full)
    it.actions.press(f"hand-in:{small.NAME}")
    assert it.actions.verdict == "Not handed in." and "No space left" in it.actions.said
    assert f"Hand in exercise {small.NAME}" in labels(it)


def test_the_role_is_asked_first_and_once(mine: Workspace, shown: list[Any]) -> None:
    state = mine.folder / ".simlab" / "learner.json"
    state.write_text(json.dumps({"learner": "ana.ito"}), encoding="utf-8")
    it = page(mine)
    it.show()
    assert shown[1] is it.role and "Choose your work above" in it.top()
    it.role.set_trait("picked", "managers")
    it.role.presses += 1
    assert it.role.verdict == "Kept." and role_of(mine.folder) == "managers"
    assert it.progress.track and it.progress.track.id == "managers" and "Open [lesson 70" in it.top()
    shown.clear()
    again = page(mine)
    again.show()
    assert shown.index(again.role) > shown.index(again.actions) and again.role.picked == "managers"


def test_todays_question_and_the_retest_are_shown_when_due(mine: Workspace, shown: list[Any]) -> None:
    small.finish(mine, "2026-02-10")
    page(mine, dt.date(2026, 2, 10)).show()
    assert "today" not in _texts(shown) and "Still there" not in _texts(shown)
    shown.clear()
    page(mine, dt.date(2026, 2, 11)).show()
    assert "## One question for today" in _texts(shown)
    shown.clear()
    page(mine, dt.date(2026, 4, 15)).show()
    assert "## Still there?" in _texts(shown) and "5 short questions from *Paper on desks*" in _texts(shown)
    assert "Because." in _texts(shown)  # what the lesson tells before it asks
    assert "today" not in _texts(shown)  # one thing at a time


def _texts(shown: list[Any]) -> str:
    return "\n".join(str(getattr(it, "data", "")) for it in shown)


def test_pages_to_print_lie_in_the_workspace_and_are_linked(mine: Workspace, shown: list[Any]) -> None:
    (mine.folder / "lessons" / "02-encryption.ipynb").write_text(small.LESSON, encoding="utf-8")
    page(mine).show()
    (papers,) = [it for it in shown if isinstance(it, Papers)]
    paths = [path for _, path in papers.papers]
    assert paths == ["aids/02-encryption.html", "aids/glossary.html"]  # and none of a lesson that is not here
    assert "aids/02-encryption.html" in papers.text()
    assert (mine.folder / "aids" / "02-encryption.html").is_file()


def test_a_disk_that_cannot_be_written_is_said_and_the_page_is_there(
    mine: Workspace, shown: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("simlab.curriculum.aids.write_pages", full)
    page(mine).show()
    assert "could not be written: Read-only file system" in _texts(shown) and "Your next step" in _texts(shown)


def test_what_came_back_from_the_trainer_is_linked(mine: Workspace) -> None:
    folder = mine.folder / "feedback" / small.NAME
    folder.mkdir(parents=True)
    (folder / f"{small.NAME}.html").write_text("x", encoding="utf-8")
    (mine.folder / "feedback" / "certificate-2026.html").write_text("x", encoding="utf-8")
    (mine.folder / "feedback" / "certificate-of (ana).html").write_text("x", encoding="utf-8")
    said = page(mine).table()
    assert f"[What was said of {small.NAME}](feedback/{small.NAME}/{small.NAME}.html)" in said
    assert "[Certificate 2026](feedback/certificate-2026.html)" in said
    assert "(feedback/certificate-of%20%28ana%29.html)" in said


def test_a_lesson_that_cannot_be_read_is_named_and_stops_nothing(mine: Workspace) -> None:
    (mine.folder / "lessons" / "71-broken.ipynb").write_text("{", encoding="utf-8")
    said = page(mine)
    assert "Cannot be read: 71-broken.ipynb" in said.table() and "Open [lesson 70" in said.top()


def test_outside_a_workspace_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    home()
    assert "no workspace at" in capsys.readouterr().out


def test_names_in_every_script_stand_as_they_are(mine: Workspace) -> None:
    it = find(mine.folder)
    assert "**ana.ito**, Claims and care management." in page(it).table()
