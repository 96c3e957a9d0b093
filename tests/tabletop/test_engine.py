"""The fold: pure, the same in a fresh process, deaf to pause and speed; what a change leaves alone."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.errors import SessionError, UnknownName
from simlab.tabletop.actions import Action, action, canonical
from simlab.tabletop.engine import fold, next_moment
from simlab.tabletop.scenario import load
from tests.tabletop.samples import advance, decide, played, started, vendor_portal

S = load("vendor-portal")
SIZE = 120
DAY = 86_400

# A step: advance by some minutes, take an option of an open decision, note, or improvise.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("advance"), st.integers(0, 3 * DAY)),
        st.tuples(st.just("decide"), st.integers(0, 30)),
        st.tuples(st.just("note"), st.text(max_size=8)),
        st.tuples(st.just("inject"), st.integers(0, 4)),
    ),
    max_size=12,
)
CLOCKS = st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["pause", "resume", "speed"])), max_size=6)


def actions_of(steps: list[tuple[str, Any]]) -> list[Action]:
    """Possible actions out of any steps: each is fitted to the state that it meets."""
    out = started()
    for kind, what in steps:
        state = fold(S, 3, SIZE, out)
        if state.status == "ended":
            break
        if kind == "advance":
            out.append(advance(state.t + what))
        elif kind == "decide" and state.open:
            decision = S.decision(state.open[what % len(state.open)])
            out.append(decide(decision.id, decision.options[what % len(decision.options)].id))
        elif kind == "note":
            text = what.encode("utf-8", "ignore").decode().replace("\0", "")
            out.append(action("note", "observer", text=text))
        elif kind == "inject":
            to = S.roles[what].id
            out.append(action("inject", "facilitator", to=[to], text="A call.", title="Call"))
    return out


def with_clock(actions: list[Action], clocks: list[tuple[int, str]]) -> list[Action]:
    out = list(actions)
    for at, kind in clocks:
        data = {"factor": 1 + at} if kind == "speed" else {}
        out.insert(1 + at % len(out), Action(kind, "facilitator", data))
    return out


@settings(max_examples=30, deadline=None)
@given(STEPS, CLOCKS)
def test_same_actions_same_digest_at_any_speed_with_any_pauses(steps: Any, clocks: Any) -> None:
    actions = actions_of(steps)
    state = fold(S, 3, SIZE, actions)
    assert fold(S, 3, SIZE, list(actions)).digest() == state.digest()
    if state.status != "ended":
        slow = fold(S, 3, SIZE, with_clock(actions, clocks))
        assert slow.digest() == state.digest()
        assert slow.t == state.t
    assert json.loads(canonical(state.plain())) is not None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 20 * DAY), min_size=1, max_size=8))
def test_one_jump_or_many_small_ones_come_to_the_same(stops: list[int]) -> None:
    stops = sorted(stops)
    many = fold(S, 3, SIZE, started(*(advance(t) for t in stops)))
    assert many.digest() == fold(S, 3, SIZE, started(advance(stops[-1]))).digest()


def test_a_fresh_process_gives_the_same_digests() -> None:
    some = [
        actions_of(
            [("decide", 0), ("advance", 5000), ("decide", 1), ("advance", 9 * DAY), ("note", "ü"), ("decide", 3)]
        ),
        actions_of([("advance", 4 * 3600), ("decide", 2), ("inject", 1), ("advance", 70 * DAY)]),
        played(members=200).actions,
    ]
    texts = json.dumps([[a.canonical() for a in actions] for actions in some])
    code = (
        "import json, sys\n"
        "from simlab.tabletop.actions import Action\n"
        "from simlab.tabletop import fold, load\n"
        "for actions in json.load(sys.stdin):\n"
        "    acts = [Action(**json.loads(a)) for a in actions]\n"
        f"    print(fold(load('vendor-portal'), 3, {SIZE}, acts).digest())\n"
    )
    env = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", code], input=texts, capture_output=True, text=True, env=env, check=True
    )
    assert done.stdout.split() == [fold(S, 3, SIZE, actions).digest() for actions in some]


def test_a_deadline_that_passes_takes_the_default() -> None:
    state = fold(S, 3, SIZE, started(advance(3 * 3600)))
    made = state.choice("d1")
    assert made is not None
    assert (made.option, made.by_default, made.t) == ("ticket", True, 3 * 3600)
    assert fold(S, 3, SIZE, started(advance(3 * 3600 - 1))).choice("d1") is None


def test_who_knows_what_since_when() -> None:
    state = fold(S, 3, SIZE, started(decide("d1", "call-and-check"), advance(3600)))
    since = state.milestones["triaged"]
    assert 15 * 60 <= since <= 40 * 60
    assert state.belief["security"]["f-reading"] == since == state.discovered
    assert "f-reading" not in state.belief["communications"]
    assert fold(S, 3, SIZE, started(decide("d1", "close"), advance(5 * 3600))).discovered is None
    assert fold(S, 3, SIZE, started(decide("d1", "close"), advance(6 * 3600))).discovered == 6 * 3600


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ([advance(5)], "not started"),
        (started(action("start", "x")), "started already"),
        (started(advance(50), advance(40)), "cannot go back"),
        (started(advance(400 * DAY)), "too far"),
        (started(decide("d2", "watch")), "d2 has not been put yet"),
        (started(decide("d1", "close"), decide("d1", "ticket")), "d1 was taken at 0s: close"),
        (started(action("end", "x"), advance(5)), "only notes can follow"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_an_action_that_is_not_possible_is_refused_with_its_reason(actions: list[Action], words: str) -> None:
    with pytest.raises(SessionError, match=words):
        fold(S, 3, SIZE, actions)


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("advance", {"to": "5h"}, "must be seconds"),
        ("advance", {"to": True}, "must be seconds"),
        ("advance", {}, "to is missing"),
        ("speed", {"factor": 0}, "whole number"),
        ("note", {"text": 5}, "must be text"),
        ("note", {"text": "x" * 20_001}, "at most 20000"),
        ("note", {"text": "\ud800"}, "no text"),
        ("inject", {"text": "x", "to": "security"}, "list of roles"),
    ],
)
def test_an_action_of_the_wrong_shape_is_refused(kind: str, data: dict[str, Any], words: str) -> None:
    with pytest.raises(SessionError, match=words):
        action(kind, "x", **data)


def test_names_that_are_not_there_are_told_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'advance'"):
        action("advanc", "x", to=5)
    with pytest.raises(UnknownName, match="no data of action 'note' named 'txt': did you mean 'text'"):
        action("note", "x", txt="5")
    with pytest.raises(UnknownName, match="did you mean 'close'"):
        fold(S, 3, SIZE, started(decide("d1", "closed")))
    with pytest.raises(UnknownName, match="did you mean 'security'"):
        fold(S, 3, SIZE, started(action("inject", "f", text="x", to=["securiti"])))
    with pytest.raises(UnknownName, match="did you mean 'bulk_read_limit'"):
        fold(S, 3, SIZE, started(), controls={"bulk_read_limits": 3})


def test_the_next_moment_is_told_without_what_it_brings() -> None:
    actions = started(decide("d1", "ticket"))
    assert next_moment(S, 3, SIZE, actions) == 2 * 3600  # the question about reinstalling
    ended = started(advance(100 * DAY))
    assert fold(S, 3, SIZE, ended).status == "ended"
    assert next_moment(S, 3, SIZE, ended) is None


def test_an_improvised_inject_marks_where_the_model_stops_being_alone() -> None:
    inject = action("inject", "f", text="Gus calls.", to=["communications"], reveals=["f-reading"], activate=["demand"])
    state = fold(S, 3, SIZE, started(advance(600), inject))
    assert state.adjudicated_from == 600
    assert state.delivered[-1].adjudicated
    assert state.belief["communications"]["f-reading"] == 600
    assert state.milestones["demand"] == 600


# --- statements against truth


def said(*actions: Action, until: int = 2 * DAY) -> Any:
    return fold(S, 3, 5_000, started(*actions, advance(until))).statements


TRIAGED = decide("d1", "call-and-check")


def test_a_denial_is_false_and_without_ground() -> None:
    (statement,) = said(TRIAGED, advance(6 * 3600), decide("d5", "nothing-seen"))
    assert statement.faults == ("false", "unsupported")
    assert statement.affected == 0 < statement.truth
    assert statement.denied == ("f-reading",) and statement.missing == ("f-scope",)


def test_the_count_is_supported_only_once_somebody_has_it() -> None:
    (bare,) = said(TRIAGED, advance(6 * 3600), decide("d5", "count-now"))
    assert bare.faults == ("unsupported",)
    (sound,) = said(TRIAGED, advance(2 * 3600), decide("d4", "logs-only"), advance(6 * 3600), decide("d5", "count-now"))
    assert sound.faults == ()
    assert sound.affected == sound.truth == (7 + 10) * 60 * 3
    assert f"{sound.affected:,}" in sound.text


def test_what_is_not_yet_known_may_be_said() -> None:
    (statement,) = said(TRIAGED, advance(6 * 3600), decide("d5", "not-known-yet"))
    assert statement.faults == ()
    (early,) = said(decide("d1", "close"), advance(5 * 3600 + 60), decide("d5", "not-known-yet"))
    assert early.faults == ()  # the desk told the privacy officer at six hours, a minute before it is said
    (deaf,) = said(decide("d1", "ticket"), advance(5 * 3600 - 1), advance(5 * 3600 + 1), decide("d5", "nothing-seen"))
    assert "false" in deaf.faults


def test_a_statement_after_its_time_is_late() -> None:
    d5 = S.decision("d5")
    slow = [
        o.model_copy(update={"effects": o.effects.model_copy(update={"takes": 8 * 3600})})
        if o.id == "not-known-yet"
        else o
        for o in d5.options
    ]
    s = S.model_copy(
        update={
            "decisions": tuple(
                d.model_copy(update={"options": tuple(slow)}) if d.id == "d5" else d for d in S.decisions
            )
        }
    )
    actions = started(TRIAGED, advance(5 * 3600), decide("d5", "not-known-yet"), advance(DAY))
    (late,) = fold(s, 3, 3_000, actions).statements
    assert (late.t, late.faults) == (13 * 3600, ("late",))
    assert fold(S, 3, 3_000, actions).statements[0].faults == ()


def test_a_role_reads_only_what_was_sent_to_it() -> None:
    state = fold(S, 3, SIZE, started(TRIAGED, advance(3 * 3600)))
    sent = {e.control_number for e in S.msel if e.control_number in {d.control_number for d in state.delivered}}
    for role in (r.id for r in S.roles):
        seen = canonical(state.view(role))
        for event in S.msel:
            text = event.text.split("{")[0][:60]
            mine = event.control_number in sent and role in event.to and event.type != "facilitation"
            assert (text in seen) == mine, (role, event.control_number)
        assert not any(fact.text in seen for fact in S.facts)
        assert "exposure" not in seen and "truth" not in seen


def test_the_state_is_a_value() -> None:
    state = fold(S, 3, SIZE, started())
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.t = 5  # type: ignore[misc]
    assert fold(vendor_portal(), 4, SIZE, started()).digest() != state.digest()
