"""What holds of every request that one can think of, tried on many that nobody has thought of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.controls.consent import PROMISE, Registry, record
from simlab.controls.sharing import Decision, Gateway, data_classes, request, rules
from simlab.controls.sharing.rules import facts, rules_by_id, safeguards

AT = dt.datetime(2026, 6, 15, 15, tzinfo=dt.UTC)
NAMES = {"M1": "Zoë Fontaine"}
# What a fact may be, from the rules themselves, so that requests get far.
_NEEDS = [n for r in rules() for p in r.paths for n in (*p.needs, *p.unless)]
_NEEDS += [n for s in safeguards() for n in (*s.when, *(n for way in s.unless for n in way))]
VALUES: dict[str, list[Any]] = {fact: [True, False, "something else", 51] for fact in sorted(facts())}
for need in _NEEDS:
    if need.fact:
        VALUES[need.fact] += need.equals if isinstance(need.equals, tuple) else [need.equals]

pairs = st.sampled_from(sorted({(r.recipient, r.purpose) for r in rules()}))
known = st.fixed_dictionaries({}, optional={fact: st.sampled_from(values) for fact, values in VALUES.items()})
requests = st.builds(
    lambda pair, data, facts_, member: request(
        at=AT, recipient=pair[0], purpose=pair[1], who="Ada Law", member=member, data=data, facts=facts_
    ),
    pairs,
    st.lists(st.sampled_from(sorted(data_classes())), min_size=1, max_size=4, unique=True),
    known,
    st.sampled_from(["M1", "M1", "M1", "", "M9"]),
)


def decide(ask: Any, *held: Any) -> Decision:
    registry = Registry(NAMES)
    for one in held:
        registry.enter(one, at=AT)
    return Gateway(registry).decide(ask)


def signed(*data: str, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "kind": "authorization", "id": "A1", "member": "M1", "signer": "Zoë Fontaine", "signed": AT, "data": data,
        "description": "all of it", "discloser": "Larkspur Health Plan", "recipients": ["Ada Law"],
        "purposes": sorted({r.purpose for r in rules()}), "expires": dt.date(2026, 12, 31),
        "states": ["revocation", "conditioning", "redisclosure", "remuneration"],
    }  # fmt: skip
    return record(**values | changes)


@settings(max_examples=120, deadline=None)
@given(requests)
def test_every_part_has_an_answer_a_reason_and_a_source(ask: Any) -> None:
    decision = decide(ask)
    assert {p.data for p in decision.parts} == set(ask.data)
    for part in decision.parts:
        assert part.reason and part.cite and bool(part.fields) == part.is_allowed
        whole = data_classes()[part.data].fields
        assert set(part.fields) <= set(whole)
    assert (decision.entry is not None) == decision.is_allowed == bool(decision.channel)
    assert ask.member != "M9" or not decision


@settings(max_examples=80, deadline=None)
@given(requests)
def test_nothing_known_lets_nothing_of_a_member_out(ask: Any) -> None:
    """Only what goes to the member or stays with what was asked before may pass without a single fact."""
    decision = decide(ask.model_copy(update={"facts": {}}))
    assert all(p.rule == "member-notice" for p in decision.allowed)


@settings(max_examples=80, deadline=None)
@given(requests)
def test_genetic_information_never_underwrites_whatever_is_signed(ask: Any) -> None:
    more = {"purpose": "underwriting", "recipient": "staff", "member": "M1", "data": ("genetic", "family_history")}
    facts_ = {k: v for k, v in ask.facts.items() if k != "long_term_care_policy"} | {"role_needs": True}
    decision = decide(ask.model_copy(update=more | {"facts": facts_}), signed("genetic", "family_history"))
    assert not decision and {p.cite for p in decision.parts} == {"45 CFR 164.502(a)(5)(i)"}


@settings(max_examples=80, deadline=None)
@given(requests)
def test_psychotherapy_notes_take_an_authorization_or_a_narrow_exception(ask: Any) -> None:
    decision = decide(ask.model_copy(update={"data": ("psychotherapy_notes",), "member": "M1"}))
    narrow = {"hhs-compliance", "official-required-by-law", "public-statistics"}
    assert all(p.rule in narrow for p in decision.allowed)


@settings(max_examples=80, deadline=None)
@given(requests)
def test_what_was_agreed_or_promised_is_kept_unless_the_law_or_an_emergency_goes_before(ask: Any) -> None:
    held = [
        record(kind="restriction", id="R1", member="M1", asked=AT, is_agreed=True),
        record(kind="opt_out", id="O1", member="M1", asked=AT, is_granted=True, purposes=[ask.purpose]),
    ]
    for part in decide(ask, *held).allowed:
        rule = rules_by_id()[part.rule]
        is_emergency = ask.facts.get("emergency") is True and ask.facts.get("needed_for_emergency") is True
        assert rule.is_compelled or not ask.member or (is_emergency and rule.purpose == "treatment")


@settings(max_examples=80, deadline=None)
@given(requests)
def test_a_promise_only_takes_away_and_is_called_one(ask: Any) -> None:
    granted = record(kind="opt_out", id="O1", member="M1", asked=AT, is_granted=True, purposes=[ask.purpose])
    refused = granted.model_copy(update={"is_granted": False})
    before, after = decide(ask), decide(ask, granted)
    assert decide(ask, refused).parts == before.parts
    assert {p.data for p in after.allowed} <= {p.data for p in before.allowed}
    for part in after.parts:
        assert part.is_promise == (part.cite == PROMISE)
        if part.is_promise:
            assert part.data in {p.data for p in before.allowed} or not before.allowed


@settings(max_examples=40, deadline=None)
@given(requests)
def test_the_order_of_what_is_asked_changes_no_answer(ask: Any) -> None:
    turned = decide(ask.model_copy(update={"data": tuple(reversed(ask.data))}))
    assert sorted(turned.parts, key=lambda p: p.data) == sorted(decide(ask).parts, key=lambda p: p.data)
