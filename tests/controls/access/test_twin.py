"""The twin decides a table as Cedar decides each of its requests."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.controls import access
from simlab.controls.access.request import FIELDS, NUMBERS, SWITCHES, WORDS
from simlab.errors import InputError

REQUEST = st.fixed_dictionaries(
    {"actor": st.just("S0001"), "member": st.just("M1")}
    | {name: st.sampled_from(words) for name, words in WORDS.items()}
    | {name: st.booleans() for name in SWITCHES}
    | {
        "mfa_minutes": st.sampled_from([0, 30, 31, 480, 481, 1_000_000]),
        "records": st.sampled_from([0, 1, 20, 21, 5000]),
        "years_dead": st.sampled_from([-1, 0, 49, 50, 51]),
    }
)


@st.composite
def likely(draw: Any) -> dict[str, Any]:
    """A request near what the policies permit: mostly usual facts, a few changed."""
    usual = {
        "place": "site", "device": "managed", "mfa_minutes": 5, "kin": "none", "records": 1, "is_whole_record": False,
        "restriction": "none", "is_verified": True, "is_endangered": False, "is_confidential": False,
    }  # fmt: skip
    wild = draw(REQUEST)
    kept = draw(st.sets(st.sampled_from(sorted(usual)), min_size=7))
    return wild | {name: usual[name] for name in kept}


def word_test(name: str) -> st.SearchStrategy[str]:
    of = {"role": "principal", "action": "action", "data": "resource"}.get(name, f"context.{name}")
    kind = {"role": "Role", "action": "Action", "data": "Data"}.get(name)
    word = st.sampled_from(WORDS[name]).map(lambda w: f'{kind}::"{w}"' if kind else f'"{w}"')
    some = st.lists(word, min_size=1, max_size=3).map(", ".join)
    plain = st.one_of(word.map(lambda w: f"{of} == {w}"), word.map(lambda w: f"{w} != {of}"))
    many = some.map(lambda ws: f"{of} in [{ws}]" if kind else f"[{ws}].contains({of})")
    return st.one_of(plain, many)


def number_test(name: str) -> st.SearchStrategy[str]:
    op, number = st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.sampled_from([-1, 0, 20, 30, 50, 480])
    there = st.tuples(op, number).map(lambda t: f"context.{name} {t[0]} {t[1]}")
    return st.one_of(there, st.tuples(op, number).map(lambda t: f"{t[1]} {t[0]} context.{name}"))


LEAF = st.one_of(
    st.sampled_from(sorted(WORDS)).flatmap(word_test),
    st.sampled_from(sorted(NUMBERS)).flatmap(number_test),
    st.sampled_from(SWITCHES).map(lambda n: f"context.{n}"),
    st.sampled_from(SWITCHES).map(lambda n: f"context.{n} == false"),
    st.sampled_from(['principal in Group::"workforce"', 'resource in Data::"sensitive"', "true", "context has kin"]),
)
CONDITION = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda c: f"!({c})"),
        st.tuples(inner, inner, inner).map(lambda t: f"(if {t[0]} then {t[1]} else {t[2]})"),
    ),
    max_leaves=6,
)
SCOPE = st.sampled_from(
    [
        "(principal, action, resource)",
        '(principal == Role::"analyst", action, resource in Data::"sensitive")',
        '(principal in Group::"workforce", action in [Action::"read", Action::"tell"], resource)',
        '(principal is Role in Group::"outside", action == Action::"read", resource is Data)',
    ]
)
POLICY = st.tuples(st.sampled_from(["permit", "forbid"]), SCOPE, CONDITION, CONDITION)


def same(policies: access.Policies, facts: list[dict[str, Any]]) -> None:
    table = pd.DataFrame(facts, columns=list(FIELDS))
    by_cedar = access.Gate(policies).decide_all(map(access.Request.of, facts))
    by_twin = access.decide_many(table, policies)
    assert by_twin["is_allowed"].tolist() == [d.is_allowed for d in by_cedar]
    assert access.allowed(table, policies).tolist() == [d.is_allowed for d in by_cedar]
    known = [d.policies[0] if not d.policies[0].startswith("unknown-") else "unknown" for d in by_cedar]
    assert by_twin["policy"].tolist() == known


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(REQUEST, likely()), min_size=1, max_size=40))
def test_the_shipped_policies_decide_alike_and_for_the_same_reason(facts: list[dict[str, Any]]) -> None:
    same(access.shipped(), facts)


@settings(max_examples=12, deadline=None)
@given(st.lists(POLICY, min_size=1, max_size=4), st.lists(REQUEST, min_size=1, max_size=20))
def test_any_policies_decide_alike(drawn: list[tuple[str, ...]], facts: list[dict[str, Any]]) -> None:
    same_for(drawn, facts)


@pytest.mark.long
@settings(max_examples=600, deadline=None)
@given(st.lists(POLICY, min_size=1, max_size=6), st.lists(st.one_of(REQUEST, likely()), min_size=1, max_size=40))
def test_any_of_many_policies_decide_alike(drawn: list[tuple[str, ...]], facts: list[dict[str, Any]]) -> None:
    same_for(drawn, facts)


def same_for(drawn: list[tuple[str, ...]], facts: list[dict[str, Any]]) -> None:
    text = "\n".join(
        f'@id("p{i}") {effect} {scope} when {{ {when} }} unless {{ {unless} }};'
        for i, (effect, scope, when, unless) in enumerate(drawn)
    )
    same(access.parse(text), facts)


@pytest.mark.parametrize(
    ("name", "value"), [("purpose", "curiosity"), ("role", "janitor"), ("records", -5), ("kin", "Self"), ("data", "")]
)
def test_what_nobody_knows_is_refused_by_both(name: str, value: Any) -> None:
    facts = access.Request("S1", "M1", "claims_examiner", "read", "claims").facts() | {name: value}
    same(access.parse('@id("all") permit (principal, action, resource);'), [facts])
    assert not access.Gate().decide(access.Request.of(facts))


def test_a_missing_word_in_a_table_is_refused() -> None:
    facts = access.Request("S1", "M1", "analyst", "read", "claims").facts()
    table = pd.DataFrame([facts, facts | {"purpose": None}])
    everything = access.parse('@id("all") permit (principal, action, resource);')
    assert access.allowed(table, everything).tolist() == [True, False]


def test_categories_in_another_order_decide_alike() -> None:
    facts = [access.Request("S1", "M1", "analyst", "read", "claims", place=p).facts() for p in WORDS["place"]]
    table, everything = pd.DataFrame(facts), access.parse('@id("s") permit (principal, action, resource) when { context.place == "site" };')  # fmt: skip
    for order in (WORDS["place"], WORDS["place"][::-1], ("nowhere", *WORDS["place"])):
        table["place"] = pd.Categorical([f["place"] for f in facts], categories=order)
        assert access.allowed(table, everything).tolist() == [True, False, False], order


def test_a_table_that_is_no_table_of_requests_is_refused_by_name() -> None:
    table = pd.DataFrame([access.Request("S1", "M1", "analyst", "read", "claims").facts()])
    with pytest.raises(InputError, match="lacks kin"):
        access.allowed(table.drop(columns="kin"))
    with pytest.raises(InputError, match="is_verified"):
        access.allowed(table.assign(is_verified="yes"))
    with pytest.raises(InputError, match="records"):
        access.allowed(table.assign(records=1.5))


def test_an_empty_table_is_decided() -> None:
    table = pd.DataFrame([access.Request("S1", "M1", "analyst", "read", "claims").facts()]).iloc[:0]
    assert access.decide_many(table).empty
