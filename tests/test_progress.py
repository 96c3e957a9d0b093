"""One bar for all commands: on the error stream of a terminal, and nothing elsewhere."""

from __future__ import annotations

import pytest

from simlab.progress import progress


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What rich asks to know whether somebody looks."""
    monkeypatch.setenv("TTY_INTERACTIVE", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.usefixtures("terminal")
def test_a_terminal_sees_what_is_done_and_what_is_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Building") as bar:
        task = bar.add_task("", total=12)
        bar.update(task, completed=5, description="[bold]claims")
        bar.refresh()
    out, err = capsys.readouterr()
    assert out == "" and "Building" in err and "5/12" in err and "[bold]claims" in err


@pytest.mark.usefixtures("terminal")
def test_who_wants_no_bar_gets_none(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Building", quiet=True) as bar:
        bar.advance(bar.add_task("claims", total=12))
    assert capsys.readouterr() == ("", "")


def test_a_file_sees_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    with progress("days", counts_down=True) as bar:
        bar.advance(bar.add_task("", total=3))
    assert capsys.readouterr() == ("", "") and bar.disable
