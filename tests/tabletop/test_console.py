"""The console and the commands: what is typed, what is answered, and how a run ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simlab.tabletop.command import tabletop
from simlab.tabletop.console import Console
from simlab.tabletop.session import Session
from tests.tabletop.samples import broken


def talk(*lines: str, members: int = 300) -> tuple[Session, str]:
    """A console fed with lines; everything that it wrote."""
    session = Session.start("vendor-portal", 7, members=members)
    feed: Iterator[str] = iter(lines)
    out: list[str] = []

    def read(prompt: str) -> str | None:
        out.append(prompt)
        return next(feed, None)

    Console(session, read, out.append).run()
    return session, "\n".join(out)


def test_letters_names_and_other_decisions_are_understood() -> None:
    session, said = talk(
        "a", "to be sure", "advance", "d2 disable-account", "only that", "advance", "advance", "D", "quit"
    )
    assert [(m.decision, m.option, m.rationale) for m in session.state.made] == [
        ("d1", "call-and-check", "to be sure"),
        ("d2", "disable-account", "only that"),
    ]
    assert "It is not our clerk" in said and "a) Open the log" in said
    assert "'D' is no option of d4: type a letter from a to c" in said
    assert "The session is kept" in said


def test_input_that_is_not_understood_is_asked_again_and_keeps_nothing() -> None:
    session, said = talk("x", "decide something", "", "advance soon", "advance -4h", "note", "status now", "é\u202e")
    assert "'x' is no option of d1: type a letter from a to c or an option's name, or help" in said
    assert "'decide something' is not understood here" in said
    assert "'soon' is not a duration" in said
    assert session.state.made == () and session.state.t == 0 and session.state.notes == ()


def test_status_tells_nothing_that_nobody_has_found_out() -> None:
    _, said = talk("c", "", "status", "note hello", "help", "quit")
    after = said.split("Decided: d1 close")[1]
    assert "exposed" not in after and "discovered" not in after and "Noted." in after


def test_a_session_played_to_the_end_shows_what_it_came_to() -> None:
    session, said = talk("b", "", *["advance"] * 60)
    assert session.state.status == "ended"
    assert "What it came to" in said and "45 CFR 164.404(b)" in said
    assert "by default: nobody decided in time" in said


def test_end_ends_it() -> None:
    session, said = talk("end")
    assert session.state.status == "ended" and "What it came to" in said


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.chdir(tmp_path)

    def call(*args: str, text: str | None = None) -> Result:
        return CliRunner().invoke(tabletop, list(args), input=text, catch_exceptions=False)

    yield call


PLAN = "seed: 7\nmembers: 300\ndecisions:\n  d1: call-and-check\n  d2: disable-account\n"


def test_run_replay_whatif_report_and_sessions(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "plan.yml").write_text(PLAN, encoding="utf-8")
    done = run("run", "vendor-portal", "--decisions", "plan.yml", "--report", "out/a.html")
    assert done.exit_code == 0, done.output
    state = next(line.split()[1] for line in done.output.splitlines() if line.startswith("state"))
    assert (tmp_path / "out" / "a.html").exists() and (tmp_path / ".simlab" / "sessions.db").exists()
    again = run("replay", "vendor-portal-1")
    assert (again.exit_code, again.output.strip()) == (0, state)
    assert "vendor-portal-1: vendor-portal, seed 7, 300 members" in run("sessions").output
    what = run("whatif", "vendor-portal-1", "--decision", "d2=shut-eligibility", "--control", "bulk_read_limit=20")
    assert (
        what.exit_code == 0 and "Exposure" in what.output and "d2=shut-eligibility, bulk_read_limit=20" in what.output
    )
    same = run("whatif", "vendor-portal-1", "--decision", "d2=disable-account", "--control", "sealed_fields=yes")
    assert "nothing changes" in same.output
    assert run("report", "vendor-portal-1", "--out", "b.html").exit_code == 0
    assert (tmp_path / "b.html").read_text(encoding="utf-8") == (tmp_path / "out" / "a.html").read_text(
        encoding="utf-8"
    )
    other = run("run", "vendor-portal", "--decisions", "plan.yml", "--seed", "8", "--members", "200")
    assert state not in other.output and "vendor-portal-2" in other.output


def test_a_replay_that_differs_ends_with_code_one(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    assert run("run", "vendor-portal", "--members", "200", text="c\n\nend\n").exit_code == 0
    import simlab.tabletop.ledger as ledger

    monkeypatch.setattr(ledger.Ledger, "read", lambda self: 17)
    done = run("replay", "vendor-portal-1")
    assert done.exit_code == 1
    assert "not the recorded state" in done.output and "first at action 1" in done.output


def test_at_the_keyboard_and_resumed(run) -> None:  # type: ignore[no-untyped-def]
    left = run("run", "vendor-portal", "--members", "200", text="a\nbecause\n")
    assert left.exit_code == 0 and "simlab tabletop resume vendor-portal-1" in left.output
    back = run("resume", "vendor-portal-1", text="advance\nb\n\nend\n")
    assert back.exit_code == 0 and "What it came to" in back.output


def test_list_and_lint(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert "vendor-portal: A vendor's log-in (9 decisions" in run("list").output
    assert run("lint", "vendor-portal").exit_code == 0
    path, _ = broken(tmp_path, "    default: ticket\n", "")
    bad = run("lint", str(path))
    assert bad.exit_code == 1 and "decisions[0].default" in bad.output
    path, _ = broken(tmp_path, "opens: [d1]", "opens: [d0]")
    worse = run("lint", str(path))
    assert worse.exit_code == 2 and "msel[0].opens[0]: no decision named 'd0'" in worse.output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["run", "vendor-portl"], "did you mean 'vendor-portal'?"),
        (["run", "vendor-portal", "--decisions", "none.yml"], "none.yml: cannot be read"),
        (["run", "vendor-portal", "--members", "3"], "members is 3"),
        (["replay", "nothing-1"], "no session named 'nothing-1'"),
        (["sessions", "--store", "nonsense"], "not a database that can be used"),
    ],
)
def test_what_goes_wrong_is_one_line_and_code_two(run, args: list[str], words: str) -> None:  # type: ignore[no-untyped-def]
    done = run(*args)
    assert done.exit_code == 2 and words in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_a_pair_that_is_none_is_told(run) -> None:  # type: ignore[no-untyped-def]
    run("run", "vendor-portal", "--members", "200", text="end\n")
    for args, words in (
        (["--decision", "d2"], "write it as --decision d2=disable-account"),
        (["--control", "mfa"], "write it as --control mfa=passkey"),
        (["--control", "mfa=fob"], "passkey"),
        (["--control", "sealed=yes"], "did you mean 'sealed_fields'?"),
        ([], "what if what?"),
    ):
        done = run("whatif", "vendor-portal-1", *args)
        assert done.exit_code == 2 and words in done.output
