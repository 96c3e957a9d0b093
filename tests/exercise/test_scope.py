"""The scope: a stranger among the company's own days, both sides counted, and as hard for everybody."""

from __future__ import annotations

from typing import Any

import pytest

from simlab import events
from simlab.errors import ContentError
from simlab.exercise import wire
from simlab.exercise.kinds import drive
from simlab.exercise.probe import respond
from simlab.exercise.protocol import CheckSpec, Context, Expect, Expr, Lit, Verdict
from simlab.exercise.worlds import scope
from simlab.exercise.worlds._scope_case import ACCOUNT, ADDRESS, OTHERS, TOLD, Case, build
from simlab.exercise.worlds._scope_days import EACH, OPENED, PORTAL, REFUSED, SEALED

SEEDS = range(8)
CASE = build(5)
SPEC = CheckSpec("simulate", (Lit("scope"), Expr("scope")), expect=Expect((), {"told": 18, "needless": 24}))


def answers(case: Case = CASE, **changed: Any) -> dict[str, Any]:
    return {"members": case.told} | case.others | changed


def share(**changed: Any) -> float:
    return scope.verdict(CASE, answers(**changed)).share


def played(given: Any, spec: CheckSpec = SPEC) -> Verdict:
    """The verdict on a function that gives back the same whatever it is asked."""
    kernel = {"scope": lambda log, alert: given}
    return drive(scope.play(spec, Context(seed=5)), lambda asked: respond(asked, kernel))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_incident_is_as_hard_as_the_next(seed: int) -> None:
    case = build(seed)
    assert {s: len(m) for s, m in case.members.items() if s not in (ACCOUNT, ADDRESS, OTHERS)} == dict.fromkeys(
        (*TOLD, SEALED, REFUSED), EACH
    )
    assert len(case.told) == 18 and len(case.others["accounts"]) == 2 and len(case.others["classes"]) == 3
    # Who takes account or address for the stranger sends more letters about nothing than any points outlast.
    assert min(len(case.members[sort] - case.told) for sort in (ACCOUNT, ADDRESS)) >= 24
    assert scope.verdict(case, answers(case)).share == 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_log_is_the_companys_and_holds_everything_that_is_asked_for(seed: int) -> None:
    case = build(seed)
    log, alert = case.arguments()
    assert tuple(log.columns) == events.COLUMNS and log["time"].is_monotonic_increasing
    seen = log.loc[alert["events"]]
    assert alert["rule_id"] == "vendor-address" and case.members[PORTAL] == set(seen["member"]) - {""}
    (address,) = set(seen["src_ip"])
    there = log[log["src_ip"] == address]
    stranger = there[there["device"] == ""]
    assert set(stranger["actor"]) == case.others["accounts"] and int(stranger["time"].min()) == case.others["since"]
    assert set(there["actor"]) > case.others["accounts"] and {len(set(stranger["session"]))} == {4}
    # Both keys are handed out honestly, so who does not look to whom takes both for taken.
    handed = log[log["status_detail"].str.endswith("handed out")]
    keys = {sort: set(log.loc[log["member"].isin(case.members[sort]), "status_detail"]) for sort in (OPENED, SEALED)}
    assert len(set(handed["status_detail"])) == 2 and len(keys[OPENED] | keys[SEALED]) > 1
    assert len(handed[handed["session"].isin(stranger["session"])]) == 1


def test_neither_log_nor_alert_holds_the_truth_and_both_fit_the_wire() -> None:
    log, alert = CASE.arguments()
    assert len(wire.encode((log, alert))) < wire.CAP * 0.6
    assert not {"truth", "incident", "step"} & {*log.columns, *alert}
    log.loc[:, "member"] = ""
    assert (CASE.log["member"] != "").any()


def test_naming_everybody_and_naming_nobody_both_get_nothing() -> None:
    assert share(members=CASE.everybody) == share(members=frozenset()) == 0.0
    assert share(members=CASE.told | CASE.members[SEALED]) == pytest.approx(18 / 24)
    assert share(members=CASE.told - CASE.members[OPENED]) == pytest.approx(12 / 18)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("since", CASE.others["since"] + 1),
        ("since", None),
        ("accounts", frozenset({"brightwater-svc"})),
        ("classes", CASE.others["classes"] | {"credential"}),
        ("sealed", frozenset()),
        ("sealed", None),
    ],
)
def test_each_other_answer_costs_a_tenth_and_says_which(name: str, wrong: Any) -> None:
    verdict = scope.verdict(CASE, answers(**{name: wrong}))
    assert verdict.share == pytest.approx(0.9)
    (said,) = verdict.details
    assert said.text.startswith(f"`{name}`") and not said.ok and (wrong is None) == ("was not given" in said.text)


def test_each_slip_is_told_by_how_it_came_about() -> None:
    extra = CASE.members[SEALED] | CASE.members[ADDRESS] | CASE.members[ACCOUNT]
    told = [d.text for d in scope.verdict(CASE, answers(members=(CASE.told - CASE.members[OPENED]) | extra)).details]
    assert any("got the key later" in text for text in told) and any("refused the key" in text for text in told)
    assert any("same account" in text for text in told) and any("same address" in text for text in told)
    assert "no member of this log" in scope.verdict(CASE, answers(members=frozenset({"M9999999"}))).message


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["M0000001"], "gave back ['M0000001']"),
        ({"members": "M0000001"}, "`members` is a list of ids"),
        ({"members": [1]}, "`members` is a list of ids"),
        ({1: 2}, "`members` is a list of ids"),
        (None, "gave back None"),
        ({"members": []}, "To be told and found: 0 of 18"),
        ({"members": sorted(CASE.told), "since": "08:00", "sealed": [[]]}, "To be told and found: 18 of 18"),
    ],
)
def test_whatever_comes_back_is_read_or_named(given: Any, said: str) -> None:
    verdict = played(given)
    assert said in verdict.message and verdict.share < 1


def test_a_right_answer_is_right_across_the_wire() -> None:
    whole = {name: value if name == "since" else sorted(value) for name, value in answers().items()}
    assert played(whole).share == 1.0


def test_a_check_that_expects_something_else_is_refused() -> None:
    with pytest.raises(ContentError, match="left"):
        played({}, CheckSpec("simulate", SPEC.args, expect=Expect((), {"left": 24})))
