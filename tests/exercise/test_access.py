"""The gate: policies earn what misuse they stop times what work they deliver, and a wrong text costs nobody a traceback."""

from __future__ import annotations

from typing import Any

import pytest

from simlab.controls import access as policies_of
from simlab.controls import broken
from simlab.errors import ContentError
from simlab.exercise.kinds import drive
from simlab.exercise.probe import respond
from simlab.exercise.protocol import CheckSpec, Context, Expect, Expr, Lit, Verdict
from simlab.exercise.worlds import access
from simlab.exercise.worlds._access_quarter import EACH, KINDS, QUARTERS, build
from simlab.exercise.worlds._access_text import written

GOOD, DRAFT = written(), broken.draft_policies()
SEEDS = (100, 101, 102)
NESTED = "(context.is_emergency == " * 28 + "context.has_glass" + ")" * 28  # each level doubles what it says
WORDS = ", ".join(['"self"', '"none"'] * 400)


def judged(text: Any, seed: int = 100, **expected: Any) -> Verdict:
    spec = CheckSpec("simulate", (Lit("access"), Expr("policies")), expect=Expect((), expected))
    return drive(access.play(spec, Context(seed)), lambda ask: respond(ask, {"policies": lambda: text}))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("text", [GOOD, GOOD.replace("480", "240")])
def test_a_set_that_asks_for_work_and_leaves_care_a_door_earns_everything(seed: int, text: str) -> None:
    verdict = judged(text, seed)
    assert verdict.share == 1.0 and all(d.ok for d in verdict.details), verdict
    assert "Misuse stopped: 8 of 8 kinds. Work delivered: 8 of 8 kinds." in verdict.message


@pytest.mark.parametrize(
    ("text", "share", "said"),
    [
        (DRAFT, 0.0, "Misuse stopped: 4 of 8 kinds. Work delivered: 4 of 8"),
        ('@id("none") forbid (principal, action, resource);', 0.0, "Misuse stopped: 8 of 8 kinds. Work delivered: 0 of 8"),
        ('@id("all") permit (principal, action, resource);', 0.0, "Misuse stopped: 0 of 8 kinds. Work delivered: 8 of 8"),
        (written(kin=False), 0.5, "Misuse stopped: 6 of 8"),
        (written(factor=False), 0.75, "Misuse stopped: 7 of 8"),
        (written(emergency=False), 0.25, "Work delivered: 5 of 8"),
        (GOOD.replace("> 480 }\nunless { context.has_glass && context.is_emergency }", "> 480 }"), 0.75, "Work delivered: 7 of 8"),
        (GOOD.replace("> 480", "> 60"), 0.0, "Work delivered: 4 of 8"),
        (GOOD.replace("has_glass && context.is_emergency", "has_glass"), 0.75, "Misuse stopped: 7 of 8"),
    ],
)  # fmt: skip
def test_each_way_of_thinking_gets_its_share(text: str, share: float, said: str) -> None:
    for seed in SEEDS:
        verdict = judged(text, seed)
        assert verdict.share == pytest.approx(share, abs=1e-3) and said in verdict.message, (seed, verdict)


def test_what_went_wrong_is_said_with_the_policy_and_its_line() -> None:
    told = " ".join(d.text for d in judged("\n" + DRAFT).details)
    assert "looks at colleagues. Permitted by examiner-pays-claims, line 1" in told
    line = DRAFT.splitlines().index('@id("notes-are-shut")') + 1
    assert f"nurses' reviews. Refused by notes-are-shut, line {line}" in told
    nothing = judged('@id("one") permit (principal == Role::"vendor", action, resource);')
    assert "claims decided. No policy permits it" in " ".join(d.text for d in nothing.details)
    slow = judged(GOOD.replace("> 480", "> 60"))
    assert "held up: " in " ".join(d.text for d in slow.details)


def test_a_trainer_may_ask_for_less() -> None:
    assert judged(written(kin=False), stopped=6).share == 1.0
    assert judged(written(emergency=False), delivered=5).share == 1.0
    with pytest.raises(ContentError, match="expects 'stoped'"):
        judged(GOOD, stoped=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("context.purpose", "context.purpos", 1), "your policies:3: no fact of a request named 'purpos': did you mean 'purpose'?"),
        ("\n" + GOOD.replace("context.purpose", "context.purpos", 1), "your policies:3: "),  # counted from below the quotes
        (GOOD.replace('"payment"', '"paying"', 1), "purpose is never 'paying'"),
        (GOOD.replace('Role::"nurse_reviewer"', 'Role::"nurse"', 1), "no Role named 'nurse'"),
        (GOOD.replace("permit (", "allow (", 1), "does not parse"),
        (GOOD.replace(";", "", 1), "does not parse"),
        (GOOD.replace('@id("whole-record")\n', "", 1), "the policy has no id"),
        (GOOD.replace('"second-factor"', '"whole-record"', 1), "stands at line"),
        (GOOD.replace("context.mfa_minutes > 480", "context.mfa_minutes + 1 > 480"), "not a number that can be compared"),
        (GOOD.replace("context.mfa_minutes > 480", "(" * 3000 + "true" + ")" * 3000), "nested too deeply"),
        (GOOD + f'@id("x") permit (principal, action, resource) when {{ {NESTED} }};', "says too much at once"),
        (GOOD + f'@id("x") permit (principal, action, resource) when {{ [{WORDS}].contains(context.kin) }};', "says too much at once"),
        (GOOD + "// " + "x" * 12_000, "write at most 12,000"),
        ("".join(f'@id("p{n}") permit (principal, action, resource);\n' for n in range(61)), "60 is the most"),
        ("Only who needs it may look.", "does not parse"),
        ("", "no policy in it"),
        ("\n  \n", "no policy in it"),
        (7, "gave back 7. Let it return"),
        (None, "gave back None. Let it return"),
        (GOOD.encode(), "gave back b"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_policy_is_answered_in_words(text: Any, said: str) -> None:
    verdict = judged(text)
    assert verdict.share == 0.0 and said in verdict.message and "Traceback" not in verdict.message


def test_policies_that_are_not_there_yet_are_said() -> None:
    spec = CheckSpec("simulate", (Lit("access"), Expr("policies")), expect=Expect())
    verdict = drive(access.play(spec, Context(1)), lambda ask: respond(ask, {}))
    assert verdict.share == 0.0 and "is not there yet" in verdict.message


def test_a_quarter_holds_each_kind_and_its_labels_are_the_generators() -> None:
    for seed in (100, 103):
        quarter = build(seed)
        many = quarter["kind"].value_counts()
        assert set(many.index) == {k.id for k in KINDS} and many.min() >= 2
        side = {k.id: "abuse" if k.side == "abuse" else "legitimate" for k in KINDS}
        assert (quarter["label"].astype(str) == quarter["kind"].astype(str).map(side)).all()
        assert all(many[k.id] == EACH for k in KINDS if k.at_once)


def test_neighbors_have_other_emergencies_and_mostly_another_quarter() -> None:
    first, same, other = build(100), build(100 + QUARTERS), build(101)
    assert len(first) == len(same) != len(other)
    urgent = [list(q.loc[q["kind"] == "emergency", "member"].astype(str)) for q in (first, same)]
    assert urgent[0] != urgent[1]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(QUARTERS))
def test_every_quarter_is_as_hard_as_the_others(seed: int) -> None:
    assert judged(GOOD, seed).share == 1.0 and judged(DRAFT, seed).share == 0.0
    assert judged(written(kin=False), seed).share == 0.5
    assert judged(GOOD.replace("has_glass && context.is_emergency", "has_glass"), seed).share == 0.75


def test_the_promise_says_both_sides() -> None:
    assert "eight kinds of misuse are stopped" in access.promise and "An emergency may not wait" in access.promise
    assert "refuse everything and to permit everything both score nothing" in access.promise


def test_the_draft_parses_and_holds_no_contradiction() -> None:
    assert policies_of.conflicts(policies_of.parse(DRAFT)) == []
