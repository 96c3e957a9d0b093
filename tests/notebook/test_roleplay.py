"""The role-play on the page: played from the answers alone, and nothing of what comes is there beforehand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simlab import dialogue as dialogues
from simlab.dialogue import lint
from simlab.exercise.answers import Answers
from simlab.exercise.live import Check
from simlab.notebook import roleplay
from simlab.notebook.roleplay import Roleplay

NAME, KEY = "spouse-caller", "roleplay.spouse-caller"


@pytest.fixture(autouse=True)
def beside_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def played(leans: str = "help", name: str = NAME) -> Roleplay:
    """A role-play in which somebody always does the same."""
    shown = roleplay(name)
    assert shown is not None
    while not shown.debrief:
        turn = dialogues.play(shown.dialogue, shown._choices, shown._seed).turn
        assert turn is not None
        shown.say(next((o.id for o in turn.options if o.leans == leans), turn.options[0].id))
    return shown


@pytest.mark.parametrize("name", dialogues.names())
def test_nothing_of_what_comes_is_in_the_widget(name: str) -> None:
    shown = roleplay(name)
    assert shown is not None and shown.options and not shown.entries
    state = json.dumps(shown.get_state(), default=str, ensure_ascii=False)
    for turn in shown.dialogue.turns:
        for option in turn.options:
            for secret in (option.follows, option.why, option.harm):
                assert not secret or secret not in state


@pytest.mark.parametrize("name", dialogues.names())
def test_each_turn_says_what_follows_and_why_and_stays_above(name: str) -> None:
    shown = played("check", name)
    kinds = [kind for kind, _, _ in shown.entries]
    assert kinds == ["them", "you", "follows", "why"] * (len(kinds) // 4) and kinds
    assert len(Answers(Path.cwd()).get(f"roleplay.{name}")) == len(kinds) // 4
    assert not shown.options and not shown.legend


def test_the_debrief_says_what_was_told_who_was_harmed_and_what_the_rule_is() -> None:
    shown = played("help")
    debrief = dict(shown.debrief)
    assert "Not yet." in debrief and "who had no right to it" in debrief["What was told:"]
    assert debrief["Who was harmed:"] != "Nobody." and "need was met" in debrief["The need:"]
    assert debrief["What is law."] and debrief["What is good practice."] and "45 CFR" in debrief["Source:"]
    refused = dict(played("refuse").debrief) if roleplay(NAME).say("") is None else {}  # type: ignore[union-attr]
    assert refused["What was told:"] == "Nothing." and "was not met" in refused["The need:"]


def test_a_way_that_passes_says_so() -> None:
    shown = roleplay(NAME)
    assert shown is not None
    way = next(p for p in lint.paths(shown.dialogue) if p.passed)
    for said in way.transcript:
        shown.say(said.option.id)
    assert shown.debrief[0][0] == "It went well."


def test_it_goes_on_where_it_was_left() -> None:
    first = roleplay(NAME)
    assert first is not None
    option = next(ident for ident, _ in first.options if first.dialogue.turns[0].option(ident).next)
    first.say(option)
    again = roleplay(NAME)  # another widget, as after a reload: only the file is shared
    assert again is not None
    assert (again.entries, again.legend, again.options) == (first.entries, first.legend, first.options)
    assert again.entries and not again.debrief


def test_played_again_it_begins_anew_and_the_first_time_is_kept_in_the_history() -> None:
    shown = played()
    shown.say("")
    assert not shown.entries and not shown.debrief and shown.options
    answers = Answers(Path.cwd())
    assert answers.get(KEY) == [] and [h["value"] for h in answers.history()][-2]


def test_another_window_that_went_on_is_told_of() -> None:
    one, other = roleplay(NAME), roleplay(NAME)
    assert one is not None and other is not None
    one.say(one.options[0][0])
    other.say(other.options[-1][0])
    assert other.verdict == "It went on elsewhere." and other.entries == one.entries
    assert Answers(Path.cwd()).get(KEY) == [one._choices[0]]


def test_what_this_version_does_not_know_is_left_out() -> None:
    Answers(Path.cwd()).give(KEY, ["gone-option"])
    shown = roleplay(NAME)
    assert shown is not None and not shown.entries and shown.options


def test_an_option_that_was_not_offered_is_not_said() -> None:
    shown = roleplay(NAME)
    assert shown is not None
    shown.say("steal-it")
    assert not shown.entries and Answers(Path.cwd()).get(KEY) is None


def test_where_it_is_marked_why_and_debrief_are_kept_back() -> None:
    shown = Check(renderer=lambda q: q).task("roleplay", dialogue=NAME)
    assert isinstance(shown, Roleplay)
    while shown.options:
        shown.say(shown.options[0][0])
    assert "why" not in [kind for kind, _, _ in shown.entries]
    assert shown.debrief[0][0] == "Kept." and "marked when you hand in" in shown.debrief[0][1]
    assert Answers(Path.cwd()).get("roleplay") == shown._choices


def test_an_unknown_role_play_is_answered_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert roleplay("spouse-calller") is None
    assert "did you mean 'spouse-caller'?" in capsys.readouterr().out


def test_the_text_form_shows_the_talk_and_what_can_be_said() -> None:
    shown = roleplay(NAME)
    assert shown is not None
    assert all(text in shown.text() for _, text in shown.options) and shown.legend in shown.text()
    shown.say(shown.options[0][0])
    assert all(text in shown.text() for _, _, text in shown.entries)
