"""Sessions: kept action by action, replayed to the same hash, refused when something changed beneath."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from simlab.errors import ContentError, InputError, SessionError, UnknownName
from simlab.tabletop import Session, Store, default_url
from simlab.tabletop.actions import action
from simlab.tabletop.scenario import load
from simlab.tabletop.store import _full
from simlab.tabletop.unattended import load_plan, play
from tests.tabletop.samples import FILE, broken, played


def url(tmp_path: Path) -> str:
    return default_url(tmp_path)


def test_a_session_survives_and_replays_to_the_recorded_hash(tmp_path: Path) -> None:
    first = played(url(tmp_path), members=300)
    again = Session.open(url(tmp_path), first.id)
    assert again.state.digest() == first.state.digest() == again.replay() == again.recorded
    assert again.first_difference() is None
    assert [a.canonical() for a in again.actions] == [a.canonical() for a in first.actions]
    assert (tmp_path / ".simlab" / "sessions.db").exists()


def test_sessions_are_numbered_and_listed(tmp_path: Path) -> None:
    ids = [Session.start("vendor-portal", 1, url(tmp_path), members=200).id for _ in range(3)]
    assert ids == ["vendor-portal-1", "vendor-portal-2", "vendor-portal-3"]
    assert [c.session for c in Store(url(tmp_path)).sessions()] == ids
    with pytest.raises(UnknownName, match=r"did you mean 'vendor-portal-[123]'"):
        Session.open(url(tmp_path), "vendor-portal-9")


def test_of_two_who_act_at_once_one_is_kept_and_the_other_is_told(tmp_path: Path) -> None:
    one = Session.start("vendor-portal", 1, url(tmp_path), members=200)
    two = Session.open(url(tmp_path), one.id)
    one.decide("d1", "close")
    with pytest.raises(SessionError, match="somebody else acted meanwhile"):
        two.decide("d1", "ticket")
    assert [r.action.data.get("option") for r in one.store.records(one.id)] == [None, "close"]
    assert two.refresh().choice("d1").option == "close"  # type: ignore[union-attr]
    two.act("note", "two", text="seen")
    assert two.replay() == two.recorded


def test_many_writers_of_one_number_leave_exactly_one(tmp_path: Path) -> None:
    session = Session.start("vendor-portal", 1, url(tmp_path), members=200)
    won, lost = [], []

    def write(n: int) -> None:
        try:
            Store(url(tmp_path)).append(session.id, 2, action("note", f"w{n}", text="x"), "0" * 64)
            won.append(n)
        except SessionError:
            lost.append(n)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert (len(won), len(lost)) == (1, 5)
    assert len(session.store.records(session.id)) == 2


@pytest.mark.parametrize(
    "change",
    [
        "update tabletop_actions set record = replace(record, 'close', 'ticket') where seq = 2",
        "delete from tabletop_actions where seq = 2",
        "update tabletop_actions set state = 'x' where seq = 3",
        "update tabletop_sessions set seed = 2",
        "update tabletop_actions set seq = 9 where seq = 3",
    ],
)
def test_a_record_that_was_changed_afterwards_is_found(tmp_path: Path, change: str) -> None:
    session = Session.start("vendor-portal", 1, url(tmp_path), members=200)
    session.decide("d1", "close")
    session.act("note", "x", text="y")
    with sqlite3.connect(tmp_path / ".simlab" / "sessions.db") as c:
        c.execute(change)
    c.close()
    with pytest.raises(SessionError, match=r"action \d was changed or dropped"):
        Session.open(url(tmp_path), session.id)


def test_a_changed_scenario_refuses_replay_and_a_comment_does_not(tmp_path: Path) -> None:
    path, _ = broken(tmp_path, "minutes: 75", "minutes: 80")
    session = Session.start(path, 1, url(tmp_path), members=200)
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert Session.open(url(tmp_path), session.id).replay() == session.recorded
    broken(tmp_path, "minutes: 75", "minutes: 90")
    with pytest.raises(SessionError, match="another version of scenario vendor-portal"):
        Session.open(url(tmp_path), session.id)


def test_an_action_that_is_refused_is_not_kept(tmp_path: Path) -> None:
    session = Session.start("vendor-portal", 1, url(tmp_path), members=200)
    with pytest.raises(SessionError):
        session.decide("d2", "watch")
    with pytest.raises(UnknownName):
        session.decide("d1", "closed")
    assert len(session.store.records(session.id)) == 1
    session.decide("d1", "close")
    assert session.replay() == session.recorded


def test_nothing_of_the_future_or_of_the_truth_lies_in_the_store(tmp_path: Path) -> None:
    session = Session.start("vendor-portal", 1, url(tmp_path), members=200)
    session.decide("d1", "call-and-check", rationale="because")
    session.advance("3h")
    kept = (tmp_path / ".simlab" / "sessions.db").read_bytes()
    for text in [f.text for f in session.scenario.facts] + [e.title for e in session.scenario.msel]:
        assert text.encode() not in kept
    assert b"because" in kept


@pytest.mark.parametrize(
    ("bad", "words"),
    [("nonsense", "not a database"), ("oracle9://x/y", "not a database"), ("sqlite:////proc/none/x.db", "cannot be")],
)
def test_a_store_that_leads_nowhere_is_told(bad: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Store(bad)


def test_postgresql_goes_through_psycopg_3() -> None:
    assert _full("postgresql://u@h/db").drivername == "postgresql+psycopg"
    with pytest.raises(InputError) as e:
        Store("postgresql://someone:secret@127.0.0.1:1/none?connect_timeout=1")
    assert "secret" not in str(e.value)


@pytest.mark.parametrize(("seed", "members", "words"), [(-1, 200, "seed is -1"), (1, 5, "members is 5")])
def test_a_company_that_cannot_be_is_told(seed: int, members: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Session.start("vendor-portal", seed, members=members)


def test_advance_goes_to_the_next_thing_and_says_when_there_is_none() -> None:
    session = Session.start("vendor-portal", 1, members=200)
    session.decide("d1", "ticket")
    assert session.advance().t == 2 * 3600
    assert session.advance("4h").t == 4 * 3600
    with pytest.raises(InputError, match="not a duration"):
        session.advance("soon")


# --- unattended

PLAN = """seed: 7
until: 90d
decisions:
  d1: call-and-check
  d2: {option: disable-account, at: 1h 30m, rationale: only the account}
  d8: correct
"""


def test_a_file_of_decisions_plays_a_session(tmp_path: Path) -> None:
    path = tmp_path / "plan.yml"
    path.write_text(PLAN, encoding="utf-8")
    plan = load_plan(path, load("vendor-portal"))
    session = Session.start("vendor-portal", 7, members=300)
    assert play(session, plan) == ["d8"]  # nobody denied anything, so nothing was to be corrected
    first, second = session.state.choice("d1"), session.state.choice("d2")
    assert first is not None and (first.t, first.option) == (0, "call-and-check")
    assert second is not None and (second.t, second.rationale) == (5400, "only the account")
    assert session.state.status == "ended"
    assert session.state.t == 90 * 86_400


def test_until_ends_play_there(tmp_path: Path) -> None:
    path = tmp_path / "plan.yml"
    path.write_text("until: 5h\n", encoding="utf-8")
    session = Session.start("vendor-portal", 7, members=300)
    play(session, load_plan(path, load("vendor-portal")))
    assert (session.state.t, session.state.status) == (5 * 3600, "ended")


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("  d1: call", "  d11: call", 4, "decisions.d11", "no decision named 'd11': did you mean 'd1'?"),
        ("call-and-check", "call-and-chek", 4, "decisions.d1", "did you mean 'call-and-check'?"),
        ("disable-account", "disable", 5, "decisions.d2", "no option of decision d2 named 'disable'"),
        ("rationale:", "why:", 5, "", "unknown key"),
        ("until: 90d", "until: -3d", 2, "until", "before STARTEX"),
        ("until: 90d", "until: soon", 2, "until", "not a duration"),
        ("seed: 7", "seed: seven", 1, "seed", "a whole number"),
        ("seed: 7", "sed: 7", 1, "sed", "did you mean 'seed'?"),
    ],
)
def test_a_wrong_file_of_decisions_names_file_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, key: str, words: str
) -> None:
    path = tmp_path / "plan.yml"
    path.write_text(PLAN.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as e:
        load_plan(path, load(FILE))
    assert e.value.file == "plan.yml"
    assert e.value.line == line
    assert words in str(e.value)
    assert not key or e.value.key == key


def test_what_looks_like_a_real_persons_data_does_not_enter_the_log(tmp_path: Path) -> None:
    real = "-".join(("321", "54", "9876"))
    session = Session.start("vendor-portal", 1, Store(f"sqlite:///{tmp_path / 's.db'}"))
    session.act("note", "facilitator", text=f"they named {real}")
    kept = str([record.action for record in session._records])
    assert real not in kept and "removed: looked like a Social Security number" in kept
