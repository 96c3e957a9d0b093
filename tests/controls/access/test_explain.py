"""What a decision is explained by, and what would turn it."""

from __future__ import annotations

from simlab.controls import access

WORK = access.Request(
    "S0007", "M00000001", "claims_examiner", "read", "claims", "payment", "claim",
    place="site", device="managed", mfa_minutes=5,
)  # fmt: skip


def test_what_is_allowed_is_explained_with_its_sections() -> None:
    said = str(access.explain(WORK))
    assert said.startswith("Allowed: S0007 as claims examiner to read claims of M00000001, for payment.")
    assert "[45 CFR 164.506(c), 45 CFR 164.514(d)(2)]" in said


def test_a_refusal_says_the_next_step_and_the_one_fact_that_would_turn_it() -> None:
    said = access.explain(WORK.with_(relation="none"))
    assert said.turned_by == (("relation", "claim"),)
    assert "No policy permits it" in str(said) and "if one of these were true: relation: claim." in str(said)
    call = WORK.with_(role="member_services", action="tell", purpose="member request", relation="call", asker="member")
    assert "verified: yes" in str(access.explain(call))


def test_every_fact_that_it_names_does_turn_the_decision() -> None:
    for request in (WORK.with_(relation="none"), WORK.with_(data="financial"), WORK.with_(device="unmanaged")):
        for fact, value in access.explain(request).turned_by:
            assert access.Gate().decide(request.with_(**{fact: value})), (fact, value)


def test_nobody_is_told_to_be_somebody_else() -> None:
    said = access.explain(WORK.with_(kin="self"))
    assert not said.decision and said.turned_by == ()


def test_what_nobody_knows_is_explained_without_advice() -> None:
    said = access.explain(WORK.with_(purpose="curiosity"))
    assert said.turned_by == () and "State the purpose." in str(said)
    unknown = access.explain(WORK, access.Gate(members=set()))
    assert unknown.turned_by == () and "knows no such member" in str(unknown)


def test_in_an_emergency_it_says_that_the_glass_can_be_broken() -> None:
    care = WORK.with_(role="nurse_reviewer", data="clinical", purpose="treatment", relation="none")
    assert "glass broken: yes" in str(access.explain(care.with_(is_emergency=True)))
    assert "glass" not in str(access.explain(care))
