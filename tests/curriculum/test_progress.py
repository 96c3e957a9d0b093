from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from simlab import dialogue
from simlab.curriculum import lesson as pages
from simlab.curriculum.progress import Progress, Standing, progress
from simlab.errors import ContentError
from simlab.exercise.answers import Answers
from simlab.exercise.submit import submit
from simlab.exercise.workspace import Workspace, choose_role
from tests.curriculum import small

TODAY = dt.date(2026, 2, 4)


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    small.sheets(monkeypatch)
    return small.workspace(tmp_path / "w", "claims")


def look(it: Workspace) -> Progress:
    return progress(it, TODAY)


def standing(it: Workspace) -> Standing:
    found = look(it).of(small.NAME)
    assert found
    return found


def test_a_page_is_read_without_being_run(mine: Workspace) -> None:
    page = pages.strict(mine.folder / "lessons" / f"{small.NAME}.ipynb")
    assert (page.title, page.minutes, page.ground, page.number) == ("Paper on desks", 11, ("T4", "T5"), "70")
    assert page.sections() == ["Decide first", "Why", "For analysts"]
    asked = [(a.kind, a.key, a.section, a.is_staff) for a in page.asks()]
    assert asked[0] == ("quiz", "first", "Decide first", True) and asked[-1] == ("quiz", "deep", "For analysts", False)
    assert ("roleplay", "roleplay.nurse-at-two", "Why", True) in asked


def test_what_is_told_before_a_question_is_found_without_its_heading(mine: Workspace) -> None:
    page = pages.strict(mine.folder / "lessons" / f"{small.NAME}.ipynb")
    assert page.told_before("second") == "Because." and page.told_before("no-such") == ""
    text = small.LESSON.replace("# 70 Paper", "# 70 Paper\\n\\n## The moment\\n\\nA *noise* at noon.")
    (mine.folder / "lessons" / f"{small.NAME}.ipynb").write_text(text, encoding="utf-8")
    page = pages.strict(mine.folder / "lessons" / f"{small.NAME}.ipynb")
    assert page.told_before("first") == "A *noise* at noon."  # the moment, and not "Choose before you read on"


def test_a_page_that_is_none_is_named(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"cells": [3], "metadata": {}}', '{"cells": [], "metadata": 3}'):
        path = tmp_path / "71-broken.ipynb"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ContentError, match=r"71-broken\.ipynb"):
            pages.strict(path)
        assert pages.read(path).fault


def test_a_broken_page_hides_no_other(mine: Workspace) -> None:
    (mine.folder / "lessons" / "71-broken.ipynb").write_text("{", encoding="utf-8")
    found = {s.name: s.state for s in look(mine).standings}
    assert found[small.NAME] == "Not begun" and found["71-broken"].startswith("Cannot be read: 71-broken.ipynb")


def test_each_step_is_said_in_words(mine: Workspace) -> None:
    said = [standing(mine).state]
    small.practise(mine, "first", "second")
    said.append(standing(mine).state)
    small.practise(mine, "roleplay.nurse-at-two", "mine-claims")
    said.append(standing(mine).state)
    answers = Answers(mine.exercise(small.NAME))
    answers.give("tray", "a")
    said.append(standing(mine).state)
    answers.give("bag", "a")
    said.append(standing(mine).state)
    submit(mine, small.NAME, at="2026-02-09T09:00:00Z")
    said.append(standing(mine).state)
    small.marked(mine, {"tray": 2, "drawn": 0, "count": 0}, passed=False)
    said.append(standing(mine).state)
    small.marked(mine, {"tray": 2, "drawn": 2, "count": 0}, passed=True)
    said.append(standing(mine).state)
    assert said == [
        "Not begun", "2 of 4 answered", "Lesson done, exercise next", "Exercise: 1 of 2 answered", "Ready to hand in",
        "Handed in, not marked yet", "Not passed yet", "Passed",
    ]  # fmt: skip
    assert standing(mine).finished_on == dt.date(2026, 2, 10)


def test_the_case_of_ones_own_work_counts_and_no_other(mine: Workspace) -> None:
    small.practise(mine, "first", "second", "roleplay.nurse-at-two", "mine-all")
    assert standing(mine).practice == (3, 4)
    choose_role(mine.folder, "managers")  # whose case is everybody's
    assert standing(mine).practice == (4, 4) and standing(mine).is_worked


def test_a_role_play_counts_when_it_is_played_to_its_end(mine: Workspace) -> None:
    _with_talk(mine, "son-with-poa")
    talk = dialogue.load("son-with-poa")
    small.practise(mine, "first", "second", "mine-claims")
    answers, played = Answers(mine.folder / "lessons"), dialogue.play(talk)
    choices: list[str] = []
    while played.turn:
        assert standing(mine).practice == (3, 4)
        choices.append(played.turn.options[0].id)
        answers.give("roleplay.son-with-poa", choices)
        played = dialogue.play(talk, choices)
    assert standing(mine).practice == (4, 4)


def test_of_a_playbill_one_role_play_of_ones_own_work_is_wanted(mine: Workspace) -> None:
    path = mine.folder / "lessons" / f"{small.NAME}.ipynb"
    path.write_text(
        small.LESSON.replace('roleplay(\\"nurse-at-two\\")', 'playbill(\\"spouse-caller\\")'), encoding="utf-8"
    )
    small.practise(mine, "first", "second", "mine-claims")
    for name, counts in (("broker-list", 3), ("curious-colleague", 4)):  # a broker's is not a claims examiner's
        Answers(mine.folder / "lessons").give(f"roleplay.{name}", _to_the_end(name))
        assert standing(mine).practice == (counts, 4)


def _to_the_end(name: str) -> list[str]:
    choices: list[str] = []
    while turn := dialogue.play(dialogue.load(name), choices).turn:
        choices.append(turn.options[-1].id)
    return choices


def _with_talk(it: Workspace, name: str) -> None:
    path = it.folder / "lessons" / f"{small.NAME}.ipynb"
    path.write_text(small.LESSON.replace("nurse-at-two", name), encoding="utf-8")


def test_the_analysts_track_reads_to_the_end(mine: Workspace) -> None:
    choose_role(mine.folder, "analysts-it")
    assert standing(mine).practice == (0, 5)
    small.marked(mine, {"tray": 2, "drawn": 2, "count": 0}, passed=False)
    result = standing(mine).result
    assert result and (result.points, result.maximum) == (4, 6)
    assert [m.objective for m in standing(mine).missed] == ["act"]


def test_staff_are_pointed_to_what_they_missed_and_to_nothing_of_the_analysts(mine: Workspace) -> None:
    small.marked(mine, {"tray": 2, "drawn": 0, "count": 0}, passed=False)
    (missed,) = standing(mine).missed
    assert (missed.objective, missed.section) == ("see", "Decide first")
    assert missed.link == f"lessons/{small.NAME}.ipynb#Decide-first"


def test_another_try_is_open_and_what_was_passed_stays_passed(mine: Workspace) -> None:
    answers = Answers(mine.exercise(small.NAME))
    answers.give("tray", "a")
    submit(mine, small.NAME)
    answers.give("attempt", 2)
    assert not standing(mine).handed_in and standing(mine).attempt == 2
    small.marked(mine, {"tray": 2, "drawn": 2}, passed=True)
    assert standing(mine).state == "Passed, new questions are open"


def test_a_new_try_that_is_handed_in_waits_although_an_older_one_was_marked(mine: Workspace) -> None:
    small.marked(mine, {"tray": 0, "drawn": 0}, passed=False, day="2026-02-10")
    Answers(mine.exercise(small.NAME)).give("tray", "a")
    submit(mine, small.NAME, at="2026-02-10T09:00:00+00:00")  # marked an hour later
    assert standing(mine).state == "Not passed yet" and not standing(mine).is_waiting
    Answers(mine.exercise(small.NAME)).give("tray", "b")
    submit(mine, small.NAME, at="2026-02-11T09:00:00+00:00")
    assert standing(mine).state == "Handed in, not marked yet" and standing(mine).is_waiting
    small.marked(mine, {"tray": 2, "drawn": 2}, passed=True, day="2026-02-10")
    assert standing(mine).state == "Passed, a new try is handed in"


@pytest.mark.parametrize("text", ["{", "[]", '{"points": true}', '{"points": 3, "maximum": "6"}', '{"staff": 3}'])
def test_a_result_that_cannot_be_read_is_none(mine: Workspace, text: str) -> None:
    folder = mine.folder / "feedback" / small.NAME
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(text, encoding="utf-8")
    assert standing(mine).result is None


def test_answers_that_cannot_be_read_are_said_and_kept(mine: Workspace) -> None:
    path = mine.folder / "lessons" / "answers.json"
    newer = json.dumps({"version": 9, "answers": {}, "history": []})
    path.write_text(newer, encoding="utf-8")
    assert standing(mine).state.startswith("Cannot be read:") and path.read_text("utf-8") == newer


def test_a_track_keeps_its_order_and_says_what_is_to_come(mine: Workspace) -> None:
    (mine.folder / "lessons" / "09-everyday.ipynb").write_text(small.LESSON, encoding="utf-8")
    (mine.folder / "lessons" / "02-encryption.ipynb").write_text(small.LESSON, encoding="utf-8")
    choose_role(mine.folder, "member-services")
    found = look(mine)
    assert [s.name for s in found.standings] == ["09-everyday", "02-encryption", small.NAME]
    assert found.to_come[0] == "01-confidentiality" and "13-capstone" not in found.to_come
    choose_role(mine.folder, "no-such-track")
    assert look(mine).track is None and len(look(mine).standings) == 3
