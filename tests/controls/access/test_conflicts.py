"""Contradictory policies are named with their lines; policies that only limit one another are not."""

from __future__ import annotations

import pytest

from simlab.controls import access

PERMIT = '@id("p") permit (principal == Role::"analyst", action == Action::"read", resource) when { context.purpose == "operations" };'


def kinds(*texts: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(c.kind, c.policies) for c in access.conflicts(access.parse("\n".join(texts)))]


def test_the_shipped_policies_do_not_contradict_one_another() -> None:
    assert access.conflicts(access.shipped()) == []


def test_a_permit_that_is_wholly_forbidden_is_reported_with_both_lines() -> None:
    text = PERMIT + '\n@id("f") forbid (principal, action, resource) when { context.purpose == "operations" };'
    [found] = access.conflicts(access.parse(text))
    assert found.kind == "never permits" and found.policies == ("p", "f") and found.lines == (1, 2)
    assert "p (line 1), f (line 2)" in str(found)


def test_a_forbid_that_leaves_something_is_no_contradiction() -> None:
    assert kinds(PERMIT, '@id("f") forbid (principal, action, resource) when { context.kin != "none" };') == []
    assert kinds(PERMIT, '@id("f") forbid (principal, action, resource == Data::"genetic");') == []


def test_forbids_that_only_together_leave_nothing_are_named_together() -> None:
    plain = '@id("f1") forbid (principal, action, resource in Data::"plain");'
    sensitive = '@id("f2") forbid (principal, action, resource in Data::"sensitive");'
    needless = '@id("f3") forbid (principal, action, resource == Data::"genetic");'
    other = PERMIT.replace("resource)", 'resource) when { resource in [Data::"plain", Data::"sensitive"] }')
    assert kinds(other, plain, needless, sensitive) == [("never permits", ("p", "f1", "f2"))]
    assert kinds(other, plain, needless) == []


@pytest.mark.parametrize(
    "when",
    [
        'context.purpose == "payment" && context.purpose == "operations"',
        "context.mfa_minutes > 30 && context.mfa_minutes < 31",
        "context.is_verified && !context.is_verified",
        'principal == Role::"vendor" && principal in Group::"workforce"',
        "context.records < 0",
    ],
)
def test_a_policy_that_can_never_apply_is_reported(when: str) -> None:
    assert kinds(f'@id("n") permit (principal, action, resource) when {{ {when} }};') == [("never applies", ("n",))]


def test_two_policies_that_say_the_same_are_reported() -> None:
    one = '@id("a") forbid (principal, action, resource) when { context.mfa_minutes > 30 };'
    two = '@id("b") forbid (principal, action, resource) unless { context.mfa_minutes <= 30 };'
    assert kinds(one, two) == [("said twice", ("a", "b"))]
    assert kinds(one, two.replace("<= 30", "< 30")) == []


def test_what_has_too_many_cases_is_said_to_be_not_examined() -> None:
    many = " || ".join(f"context.records == {i}" for i in range(45))
    more = " || ".join(f"context.mfa_minutes == {i}" for i in range(45))
    most = " || ".join(f'context.{n} == "{w}"' for n, w in [("kin", "self"), ("place", "site"), ("device", "managed")])
    years = " || ".join(f"context.years_dead == {i}" for i in range(0, 100, 2))
    text = f'@id("m") permit (principal, action, resource) when {{ ({many}) && ({more}) && ({most}) && ({years}) && context.is_verified && context.is_relevant }};'
    assert kinds(text) == [("not examined", ("m",))]
