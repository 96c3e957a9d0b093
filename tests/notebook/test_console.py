"""The tabletop in a notebook is the same session as on the command line, and holds nothing of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.notebook import console
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
        shown._buttons.children[0].click()


def test_what_arrives_is_shown_and_the_decision_is_put(shown: Console) -> None:
    go_on(shown)
    name = shown.session.state.open[0]
    decision = shown.session.scenario.decision(name)
    assert shown.session.state.delivered[0].title in shown._feed.value
    assert decision.question in shown._forms[name].legend
    assert [ident for ident, _ in shown._forms[name].options] == [o.id for o in decision.options]


def test_a_decision_is_kept_with_its_reason_and_its_form_stays_closed(shown: Console, store: str) -> None:
    go_on(shown)
    name = shown.session.state.open[0]
    form = shown._forms[name]
    form.picked, form.note = form.options[0][0], "the account is Brightwater's"
    form.presses += 1
    assert form.closed and form.verdict == "Decided." and form in shown._open.children
    again = Console(Session.open(store, shown.session.id))
    made = again.session.state.choice(name)
    assert made and made.option == form.picked and made.rationale == "the account is Brightwater's"
    assert again.session.replay() == shown.session.state.digest()


def test_the_report_is_written_beside_the_notebook(
    shown: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown._buttons.children[1].click()
    assert (tmp_path / f"{shown.session.id}-report.html").stat().st_size > 1000
    assert "beside this notebook" in shown._said.value


def test_what_is_not_possible_now_is_said(shown: Console) -> None:
    shown._buttons.children[2].click()
    shown._buttons.children[0].click()
    assert 'role="status"' in shown._said.value and "end the session" in shown._said.value


def test_an_unknown_scenario_is_answered_in_words(capsys: pytest.CaptureFixture[str], store: str) -> None:
    assert console("vendor-potral", store=store) is None
    assert "did you mean 'vendor-portal'?" in capsys.readouterr().out
