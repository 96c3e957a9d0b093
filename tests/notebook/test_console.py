"""The tabletop in a notebook is the same session as on the command line, and holds nothing of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.notebook import console
from simlab.notebook.choice import Choice
from simlab.notebook.console import Console
from simlab.tabletop.session import Session


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 't.db').as_posix()}"


@pytest.fixture
def shown(store: str) -> Console:
    session = Session.start("vendor-portal", 3, store, members=300)
    return Console(session)


def go_on(shown: Console, turns: int = 40) -> None:
    """Press `Go on` until something is to be decided."""
    for _ in range(turns):
        if shown.session.state.open:
            return
        shown._buttons.press("go")


def told(shown: Console) -> str:
    """All that stands on the page, in its order."""
    return "\n".join(w.legend if isinstance(w, Choice) else w.value for w in shown._told.children)


def test_what_arrives_is_shown_and_the_decision_stands_below_it(shown: Console) -> None:
    go_on(shown)
    name = shown.session.state.open[0]
    decision = shown.session.scenario.decision(name)
    page = told(shown)
    assert page.index(shown.session.state.delivered[0].title) < page.index(decision.question)
    assert "Security lead (Tomasz Okafor), until Tuesday 10 March 2026" in page
    assert [ident for ident, _ in shown._forms[name].options] == [o.id for o in decision.options]


def test_what_was_there_stays_in_its_place(shown: Console) -> None:
    before: tuple[object, ...] = ()
    for _ in range(12):
        assert shown._told.children[: len(before)] == before
        before = shown._told.children
        shown._buttons.press("go")
    assert len(before) > 8


def test_what_is_new_is_said_beside_the_button(shown: Console) -> None:
    shown._buttons.press("go")
    assert shown._buttons.verdict == "New above:"
    assert shown._buttons.said == "May we reinstall it\nTo be decided: Evidence"


def test_what_comes_of_a_decision_is_told_when_it_has_happened(shown: Console) -> None:
    go_on(shown)
    name = shown.session.state.open[0]
    form = shown._forms[name]
    outcome = shown.session.scenario.decision(name).option(form.options[0][0]).outcome
    form.picked, form.note = form.options[0][0], "because"
    form.presses += 1
    assert outcome not in told(shown) + form.said
    shown._buttons.press("go")
    assert outcome in told(shown)


def test_a_decision_that_nobody_took_says_so(shown: Console) -> None:
    name = shown.session.state.open[0]
    for _ in range(6):
        shown._buttons.press("go")
    form = shown._forms[name]
    assert form.closed and form.verdict == "Taken by default." and "Nobody had decided" in form.said


def test_a_decision_is_kept_with_its_reason_and_its_form_stays_closed(shown: Console, store: str) -> None:
    go_on(shown)
    name = shown.session.state.open[0]
    form = shown._forms[name]
    form.picked, form.note = form.options[0][0], "the account is Brightwater's"
    form.presses += 1
    assert form.closed and form.verdict == "Decided." and form in shown._told.children
    again = Console(Session.open(store, shown.session.id))
    made = again.session.state.choice(name)
    assert made and made.option == form.picked and made.rationale == "the account is Brightwater's"
    assert again.session.replay() == shown.session.state.digest()


def test_the_report_is_written_beside_the_notebook(
    shown: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown._buttons.press("report")
    assert (tmp_path / f"{shown.session.id}-report.html").stat().st_size > 1000
    assert "beside this notebook" in shown._buttons.said


def test_one_press_does_not_end_it_for_everybody(shown: Console) -> None:
    shown._buttons.press("end")
    assert shown.session.state.status == "running" and shown._buttons.verdict == "Not ended yet."
    shown._buttons.press("go")
    shown._buttons.press("end")
    assert shown.session.state.status == "running"
    shown._buttons.press("end")
    assert shown.session.state.status == "ended" and "report" in shown._buttons.said


def test_what_is_not_possible_now_is_said(shown: Console) -> None:
    shown._buttons.press("end")
    shown._buttons.press("end")
    shown._buttons.press("go")
    assert shown._buttons.verdict == "The exercise is over." and shown.session.state.status == "ended"


def test_another_who_acted_meanwhile_is_told_in_words(shown: Console, store: str) -> None:
    Session.open(store, shown.session.id).advance()
    shown._buttons.press("go")
    assert shown._buttons.verdict == "Not done." and "meanwhile" in shown._buttons.said
    assert "May we reinstall it" in told(shown)
    shown._buttons.press("go")
    assert shown._buttons.verdict == "New above:"


def test_an_unknown_scenario_is_answered_in_words(capsys: pytest.CaptureFixture[str], store: str) -> None:
    assert console("vendor-potral", store=store) is None
    assert "did you mean 'vendor-portal'?" in capsys.readouterr().out


def test_run_again_it_goes_on_where_it_was_left(store: str) -> None:
    first = console(store=store)
    assert first is not None
    go_on(first)
    again = console(store=store)
    assert again is not None and again.session.id == first.session.id
    assert again.session.state.digest() == first.session.state.digest()
    assert console(store=store, new=True).session.id != first.session.id


def test_a_session_that_ended_is_not_gone_on_with(store: str) -> None:
    first = console(store=store)
    assert first is not None
    first.session.act("end", "facilitator")
    again = console(store=store)
    assert again is not None and again.session.id != first.session.id


def test_sessions_are_kept_out_of_sight_beside_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert console() is not None
    assert [p.name for p in tmp_path.iterdir()] == [".simlab"]
