"""State insurance privacy rules: data with their source, asked beside HIPAA, never in its place."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from simlab.content import names
from simlab.content.loader import load_text
from simlab.controls import consent
from simlab.controls.consent.company import registry_of
from simlab.controls.sharing import Decision, Gateway, StateRule, request, state_rules, states_of
from simlab.controls.sharing.state import state_rule
from simlab.errors import ContentError

AT = dt.datetime(2026, 6, 15, 15, tzinfo=dt.UTC)
# The model's first sentence and list, in a State that says nothing of HIPAA.
BARE = StateRule(
    id="bare", name="A State of no name", states=("ZZ",), family="NAIC model 672", cite="ZZ Ins. 1", checked=AT.date(),
    checked_against="this test", confirm="with counsel", functions=("payment", "operations"),
)  # fmt: skip


def decided(facts: dict[str, Any], rule: StateRule | None, **more: Any) -> Decision:
    registry = consent.Registry({"M1": "Zoë Fontaine"})
    for one in more.pop("records", []):
        registry.enter(consent.record(**one), at=AT - dt.timedelta(hours=1))
    ask = request(at=AT, who="Andre Fontaine", member="M1", data=["claims"], facts=facts, **more)
    return Gateway(registry, states={"M1": "ZZ"}, by_state={"ZZ": rule} if rule else {}).decide(ask)


FAMILY = {"is_involved": True, "directly_relevant": True, "member_status": "present", "member_agreed": True}


def test_outside_insurance_functions_a_state_may_ask_for_an_authorization() -> None:
    asked = {"recipient": "family", "purpose": "involvement"}
    assert decided(FAMILY, None, **asked)
    stopped = decided(FAMILY, BARE, **asked)
    assert not stopped and stopped.is_state and stopped.cite == "ZZ Ins. 1"
    assert "State law, stricter than HIPAA: ZZ Ins. 1" in stopped.in_words()
    paper = {"kind": "authorization", "id": "A1", "member": "M1", "signer": "Zoë Fontaine", "signed": "2026-06-01",
             "description": "my claims", "data": ["claims"], "discloser": "Larkspur", "recipients": ["Andre Fontaine"],
             "purposes": ["involvement"], "expires": "2026-12-31", "states": ["revocation", "conditioning", "redisclosure"],
             "in_plain_language": True, "is_copy_given": True}  # fmt: skip
    assert decided(FAMILY, BARE, **asked, records=[paper])


def test_an_insurance_function_needs_none_and_the_decision_says_who_was_asked() -> None:
    paid = decided({"identity_verified": True, "for_member": True}, BARE, recipient="provider", purpose="payment")
    assert paid and not paid.is_state
    assert "45 CFR 164.506(c)(3); ZZ Ins. 1 asks for nothing more" in paid.in_words()


def test_what_hipaa_refuses_no_state_rule_opens() -> None:
    refused = decided({"identity_verified": True}, BARE, recipient="marketer", purpose="marketing")
    assert not refused and not refused.is_state and refused.cite.startswith("45 CFR 164.508")


@pytest.mark.parametrize("name", names("state_privacy"))
def test_a_state_rule_says_when_it_was_checked_and_what_counsel_confirms(name: str) -> None:
    rule = state_rule(name)
    assert "with counsel" in rule.confirm and rule.checked >= dt.date(2026, 11, 1) and rule.checked_against


def test_each_state_has_one_rule() -> None:
    claimed = [state for name in names("state_privacy") for state in state_rule(name).states]
    assert sorted(claimed) == sorted(state_rules()) and len(set(claimed)) == len(claimed)


def test_a_rule_that_says_neither_is_refused() -> None:
    text = BARE.model_dump_json().replace('"functions":["payment","operations"]', '"functions":[]')
    with pytest.raises(ContentError, match="say hipaa_suffices, or else the functions"):
        load_text(text, StateRule, "state_privacy/bare.yml")


def test_the_members_table_says_where_they_live() -> None:
    members = pd.DataFrame({"member_id": ["M1", "M2"], "state": ["TX", "IL"]})
    assert states_of(members) == {"M1": "TX", "M2": "IL"}


def test_two_parents_of_one_name_are_one_entry_of_the_register() -> None:
    born = pd.to_datetime(["2015-01-01"])
    members = pd.DataFrame(
        {"member_id": ["M1"], "name_given": ["Ana"], "name_family": ["Ito"], "birth_date": born, "is_minor": [True]}
    )
    row = {
        "member_id": "M1",
        "represented_by": "M2",
        "name": "Jo Ito",
        "kind": "parent",
        "from": born[0],
        "address": "",
        "is_honored": True,
    }
    tables = {
        "representatives": pd.DataFrame([row, row | {"represented_by": "M3"}]),
        "confidential_requests": pd.DataFrame({"member_id": []}),
    }
    registry = registry_of(SimpleNamespace(members=members.assign(confidential_address=""), table=tables.get))  # type: ignore[arg-type]
    assert [entry.status for entry in registry.entries] == ["held"]
