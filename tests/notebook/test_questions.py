"""Every kind of question: answered, kept, judged in practice, and there again for another kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simlab.content.loader import load_text
from simlab.exercise.answers import Answers
from simlab.exercise.items import Items
from simlab.exercise.shown import Question
from simlab.notebook.questions import Match, Order, Several, Short
from simlab.notebook.quiz import draw

SHEET = """
objectives: [{id: choose, text: choose, ground: [T1]}]
items:
  - id: several
    objective: choose
    practice: true
    kind: several
    stem: Where?
    hint: Who hears it?
    cite: 45 CFR 164.530(c)
    options:
      - {id: room, text: A room, right: true, feedback: Nobody hears you.}
      - {id: desk, text: A desk, right: true, feedback: With care.}
      - {id: lift, text: The lift, feedback: All hear you.}
  - id: order
    objective: choose
    practice: true
    kind: order
    stem: In which order?
    options:
      - {id: stop, text: Stop it, feedback: What still runs is stopped first.}
      - {id: call, text: Call them, feedback: Then less is read.}
      - {id: report, text: Report it, feedback: Then they can begin.}
  - id: match
    objective: choose
    practice: true
    kind: match
    stem: Who may hear what?
    partners: [{id: bill, text: The bill}, {id: nothing, text: Nothing yet}]
    options:
      - {id: member, text: The member, partner: bill, feedback: It is their own.}
      - {id: voice, text: A voice, partner: nothing, feedback: A name is no check.}
  - {id: short, objective: choose, practice: true, kind: short, stem: What do you say?, sample: May I call you back?}
  - {id: marked-order, objective: choose, kind: order, stem: Order?, options: [{id: a, text: First}, {id: b, text: Then}]}
  - {id: marked-match, objective: choose, kind: match, stem: Which?, partners: [{id: x, text: The ex}],
     options: [{id: a, text: First}, {id: b, text: Then}]}
  - {id: marked-short, objective: choose, kind: short, stem: Why?}
"""
# Of the ranges that are issued; put together here so that no file holds one.
REAL = "-".join(("512", "48", "1190"))
ITEMS = {item.id: item for item in load_text(SHEET, Items).items}


@pytest.fixture
def answers(tmp_path: Path) -> Answers:
    return Answers(tmp_path)


def shown(name: str, answers: Answers) -> Any:
    return draw(Question(ITEMS[name], ITEMS[name].options, answers))


def press(form: Any, value: Any) -> Any:
    """What the page does: it shows what is picked, then the button is pressed."""
    form.picked = value
    form.presses += 1
    return form


def test_of_several_each_choice_is_answered_and_what_is_missing_is_said(answers: Answers) -> None:
    form = press(shown("several", answers), ["room"])
    assert isinstance(form, Several) and form.verdict == "Partly right."
    assert form.said == "A room: Nobody hears you.\nSomething that fits is not chosen yet.\nSource: 45 CFR 164.530(c)"
    press(form, ["room", "desk"])
    assert form.verdict == "Right." and "not chosen yet" not in form.said
    assert answers.get("several") == ["room", "desk"]


def test_choosing_everything_is_not_right(answers: Answers) -> None:
    form = press(shown("several", answers), ["room", "desk", "lift"])
    assert form.verdict == "Partly right." and "The lift: All hear you." in form.said


@pytest.mark.parametrize("value", [[], ["cellar"], ["room", "room"]])
def test_what_the_page_does_not_offer_is_no_answer(value: list[str], answers: Answers) -> None:
    form = press(shown("several", answers), value)
    assert form.verdict == "" and answers.get("several") is None and form.heard == form.presses


def test_an_order_says_what_stands_too_early(answers: Answers) -> None:
    form = press(shown("order", answers), ["call", "stop", "report"])
    assert isinstance(form, Order) and form.verdict == "Partly right." and "Call them" in form.said
    press(form, ["stop", "call", "report"])
    assert form.verdict == "Right." and answers.get("order") == ["stop", "call", "report"]
    press(form, ["stop", "call"])
    assert answers.get("order") == ["stop", "call", "report"]


def test_pairs_are_judged_one_by_one(answers: Answers) -> None:
    form = press(shown("match", answers), ["member:bill", "voice:bill"])
    assert isinstance(form, Match) and form.verdict == "Partly right: 1 of 2."
    assert form.said == "A voice: A name is no check."
    press(form, ["member:bill", "voice:nothing"])
    assert form.verdict == "Right." and "The member: It is their own." in form.said


@pytest.mark.parametrize("value", [["member:bill"], ["member:bill", "voice:all"], ["member:bill", "member:nothing"]])
def test_half_a_match_is_no_answer(value: list[str], answers: Answers) -> None:
    press(shown("match", answers), value)
    assert answers.get("match") is None


def test_own_words_are_kept_and_one_good_answer_is_shown(answers: Answers) -> None:
    form = shown("short", answers)
    assert "May I call you back?" not in json.dumps(form.get_state(), default=str)
    press(form, "I ask for the member.")
    assert isinstance(form, Short) and form.verdict == "Kept." and "May I call you back?" in form.said
    press(form, "   ")
    assert answers.get("short") == "I ask for the member."


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("marked-order", ["b", "a"], "1. Then\n2. First"),
        ("marked-match", ["a:x", "b:x"], "First: The ex\nThen: The ex"),
        ("marked-short", "because", "Your answer: because"),
    ],
)
def test_a_marked_answer_is_kept_in_words_and_not_judged(name: str, value: Any, words: str, answers: Answers) -> None:
    form = press(shown(name, answers), value)
    assert form.button == "Keep this answer" and form.verdict == "Kept."
    assert words in form.said and "It is marked when you hand in" in form.said
    assert answers.get(name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("several", ["desk"]),
        ("order", ["report", "call", "stop"]),
        ("match", ["member:bill", "voice:nothing"]),
        ("short", "May I?"),
    ],
)
def test_what_was_answered_and_what_was_begun_outlive_the_kernel(name: str, value: Any, answers: Answers) -> None:
    first = press(shown(name, answers), value)
    again = shown(name, answers)
    assert (again.picked, again.answered) == (value, value) and again.said == first.said
    begun = "Half a sen" if name == "short" else [*reversed(value)] if name == "order" else value[:1]
    again.picked = begun
    later = shown(name, answers)
    assert later.picked == begun and later.answered == value
    assert answers.get(name) == value  # what is begun is no answer


def test_an_answer_to_another_version_of_the_question_is_not_shown(answers: Answers) -> None:
    for name in ITEMS:
        answers.give(name, "gone")
    assert shown("several", answers).answered == [] and shown("match", answers).picked == []
    assert sorted(shown("order", answers).picked) == ["call", "report", "stop"]


def test_a_disk_that_keeps_nothing_is_told_of_at_the_answer_and_not_before(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simlab.exercise.answers.write_whole", full)
    form = shown("several", answers)
    form.picked = ["room"]
    assert form.verdict == ""
    form.presses += 1
    assert form.verdict == "Not done." and "No space left" in form.said


@pytest.mark.parametrize("name", ITEMS)
def test_each_kind_has_a_text_form(name: str, answers: Answers) -> None:
    form = shown(name, answers)
    text = form.text()
    assert text.startswith(ITEMS[name].stem)
    assert all(option.text in text for option in ITEMS[name].options)
    assert all(partner.text in text for partner in ITEMS[name].partners)
    bundle = form._repr_mimebundle_()
    assert (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"] == text


def test_text_that_looks_real_is_warned_of_and_kept_masked(answers: Answers, tmp_path: Path) -> None:
    form = shown("short", answers)
    form.picked = f"Her number is {REAL}"
    assert form.warning
    form.presses += 1
    assert REAL not in form.picked and "Her number is" in form.picked and form.warning
    everything = "".join(p.read_text("utf-8") for p in tmp_path.rglob("*.json"))
    assert REAL not in everything and "Her number is" in everything


def test_an_invented_number_is_nobodys(answers: Answers) -> None:
    form = shown("short", answers)
    form.picked = "Call 555-0142 or write to ana@example.org"
    assert form.warning == ""
