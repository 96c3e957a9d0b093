"""What-ifs: a change that is none changes nothing, and a change reaches only what comes after it."""

from __future__ import annotations

import dataclasses

import pytest

from simlab.errors import InputError, UnknownName
from simlab.tabletop.scenario import load
from simlab.tabletop.session import Session
from simlab.tabletop.whatif import sweep
from tests.tabletop.samples import played

S = load("vendor-portal")


@pytest.fixture(scope="module")
def session() -> Session:
    return played()


def test_the_option_that_was_taken_changes_nothing(session: Session) -> None:
    for made in session.state.made:
        same = session.whatif({made.decision: made.option})
        assert same.after.state.digest() == same.before.state.digest()
        assert same.is_same and same.changes == () and all(row.is_same for row in same.timeline)
    assert "nothing changes" in session.whatif({"d2": "disable-account"}).text()
    assert session.whatif(controls={"mfa": "none"}).after.state.digest() == session.state.digest()


def test_a_default_that_was_taken_changes_nothing_either() -> None:
    session = Session.start("vendor-portal", 7, members=300)
    session.advance("40d")
    assert all(m.by_default for m in session.state.made)
    for made in session.state.made:
        assert session.whatif({made.decision: made.option}).after.state.digest() == session.state.digest()


OPTIONS = [(d.id, o.id) for d in S.decisions for o in d.options]


@pytest.mark.parametrize(("decision", "option"), OPTIONS, ids=lambda v: str(v))
def test_a_change_reaches_only_what_comes_after_it(session: Session, decision: str, option: str) -> None:
    made = session.state.choice(decision)
    difference = session.whatif({decision: option})
    if made is None:
        assert difference.is_same
        assert any(decision in note for note in difference.notes)
        return
    for row in difference.timeline:
        first = min(t for t in (row.before, row.after) if t is not None)
        assert row.is_same or first >= made.t, row
    assert difference.is_same == (made.option == option) or difference.timeline


def test_cutting_the_session_alone_leaves_the_password(session: Session) -> None:
    difference = session.whatif({"d2": "cut-sessions"})
    after, before = difference.after.exposure, difference.before.exposure
    assert after is not None and before is not None
    assert after.count > before.count
    assert set(before.taken) <= set(after.taken)
    assert {c.topic for c in difference.changes} >= {"Exposure", "Expectations", "Times"}


def test_the_over_reaction_shows_as_care_refused(session: Session) -> None:
    difference = session.whatif({"d2": "shut-eligibility"})
    (care,) = [c for c in difference.changes if c.topic == "Members refused care"]
    assert care.before == "0" and int(care.after.replace(",", "")) > 0
    assert "Members refused care" in difference.text()


def test_a_passkey_would_have_stopped_it_and_nothing_would_be_owed(session: Session) -> None:
    difference = session.whatif(controls={"mfa": "passkey"})
    assert difference.after.exposure is not None and difference.after.exposure.count == 0
    assert difference.after.owed == ()
    assert difference.after.statements == ()
    assert {x.status for x in difference.after.expected} == {"not needed"}
    assert any("not put in this branch" in note for note in difference.notes)
    for weak in ("sms", "totp", "push"):
        difference = session.whatif(controls={"mfa": weak})
        assert [c.what for c in difference.changes] == ["because"]  # another reason, the same people
        assert difference.after.exposure == dataclasses.replace(
            difference.before.exposure,  # type: ignore[type-var]
            reason=difference.after.exposure.reason,  # type: ignore[union-attr]
        )


@pytest.mark.parametrize("link", ["own address", "closed"])
def test_a_firewall_that_knows_the_vendors_address_would_have_stopped_it(session: Session, link: str) -> None:
    difference = session.whatif(controls={"vendor_link": link})
    assert difference.after.exposure is not None and difference.after.exposure.count == 0
    assert difference.after.owed == ()
    assert difference.after.statements == ()
    with pytest.raises(InputError, match="own address"):
        session.whatif(controls={"vendor_link": "ajar"})


def test_sealing_does_not_stop_a_log_in(session: Session) -> None:
    assert session.whatif(controls={"sealed_fields": False}).is_same
    assert session.whatif(controls={"keys_apart": False}).is_same
    assert not session.whatif(controls={"bulk_read_limit": 20}).is_same


def test_a_decision_that_comes_later_in_the_branch_is_still_taken(session: Session) -> None:
    difference = session.whatif({"d1": "ticket"})
    late = difference.after.state.choice("d2")
    assert late is not None
    assert (late.option, late.by_default) == ("disable-account", False)
    assert late.t >= 5 * 3600
    assert any("put later" in note for note in difference.notes)


def test_what_cannot_be_asked_is_told(session: Session) -> None:
    with pytest.raises(InputError, match="what if what"):
        session.whatif()
    with pytest.raises(UnknownName, match="no decision named 'd22'"):
        session.whatif({"d22": "watch"})
    with pytest.raises(UnknownName, match="did you mean 'watch'"):
        session.whatif({"d2": "wach"})
    with pytest.raises(InputError, match="passkey"):
        session.whatif(controls={"mfa": "fob"})


def test_a_what_if_keeps_nothing(session: Session) -> None:
    before = len(session.store.records(session.id))
    session.whatif({"d2": "watch"})
    assert len(session.store.records(session.id)) == before
    assert session.replay() == session.recorded


def test_improvised_injects_are_told_in_the_difference() -> None:
    session = Session.start("vendor-portal", 7, members=300)
    session.act("inject", "facilitator", to=["security"], text="A call.")
    session.decide("d1", "close")
    assert any("improvised" in note for note in session.whatif({"d1": "ticket"}).notes)


def test_a_sweep_has_a_line_for_each_other_option_and_each_other_control(session: Session) -> None:
    lines = {b.label for b in sweep(S, 7, session.state.members, session.actions)}
    others = {
        f"{d.id}={o.id}"
        for d in S.decisions
        if (m := session.state.choice(d.id))
        for o in d.options
        if o.id != m.option
    }
    assert others <= lines
    assert {"mfa=passkey", "sealed_fields=False", "keys_apart=False"} <= lines
    assert "mfa=none" not in lines


def test_holding_notices_that_nobody_asked_to_hold_makes_them_late(session: Session) -> None:
    """45 CFR 164.412: only an official's statement delays notice; the sixty days run on."""
    held = session.whatif({"d6": "report-and-hold", "d9": "day-sixty"}).after
    in_time = session.whatif({"d9": "day-sixty"}).after
    assert {x.status for x in in_time.owed} == {"in time"}
    assert all(x.status.endswith("days late") for x in held.owed)
    e_notify = next(x for x in held.expected if x.expectation.id == "e-notify")
    assert e_notify.status == "late"
