"""A policy set is scored for the work that it refuses or delays as well as for the abuse that it lets through."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.controls import access
from simlab.controls.access.request import FIELDS
from simlab.errors import InputError
from tests.controls.access.test_twin import likely

WORK = access.Request(
    "S0007", "M00000001", "claims_examiner", "read", "claims", "payment", "claim",
    place="site", device="managed", mfa_minutes=5,
)  # fmt: skip
CARE = WORK.with_(role="nurse_reviewer", data="clinical", purpose="treatment", relation="case")


def table(*rows: tuple[access.Request, str]) -> pd.DataFrame:
    return pd.DataFrame([r.facts() | {"label": label} for r, label in rows], columns=[*FIELDS, "label"])


REQUESTS = table(
    (WORK, "legitimate"),
    (WORK.with_(mfa_minutes=500), "legitimate"),
    (WORK.with_(mfa_minutes=500, device="unmanaged"), "legitimate"),
    (WORK.with_(relation="none", mfa_minutes=500), "legitimate"),
    (CARE, "legitimate"),
    (CARE.with_(restriction="agreed"), "legitimate"),
    (WORK.with_(kin="self"), "abuse"),
    (WORK.with_(records=20), "abuse"),
)


def test_work_is_refused_or_delayed_and_abuse_stopped_or_not() -> None:
    got = access.score(None, REQUESTS)
    assert (got.legitimate, got.refused, got.delayed, got.minutes) == (6, 2, 2, 1 + 15)
    assert (got.care, got.care_refused, got.care_delayed, got.is_care_safe) == (2, 1, 0, False)
    assert (got.abuse, got.let_through, got.abuse_stopped) == (2, 1, 0.5)
    assert "2 delayed by 16 minutes" in str(got)


def test_the_scores_of_parts_add_up_to_the_score_of_the_whole() -> None:
    parts = access.score(None, REQUESTS.iloc[:3]) + access.score(None, REQUESTS.iloc[3:])
    whole = access.score(None, REQUESTS)
    assert str(parts) == str(whole)
    pd.testing.assert_frame_equal(parts.by_policy.sort_index(), whole.by_policy.sort_index())


def test_each_policy_answers_for_what_it_refused() -> None:
    by = access.score(None, REQUESTS).by_policy
    assert by.loc["log-in-not-fresh"].tolist() == [1, 2, 0]
    assert by.loc["own-record"].tolist() == [0, 0, 1]
    assert "kin" not in by.index


def test_refusing_everything_and_permitting_everything_both_fail() -> None:
    nothing = access.score(access.parse(""), REQUESTS)
    assert nothing.abuse_stopped == 1 and nothing.work_done == 0 and nothing.care_refused == 2
    everything = access.score(access.parse('@id("all") permit (principal, action, resource);'), REQUESTS)
    assert everything.abuse_stopped == 0 and everything.work_done == 1 and everything.is_care_safe


def test_what_is_care_can_be_said() -> None:
    assert access.score(None, REQUESTS.assign(is_care=True)).care == 6


def test_a_table_without_labels_or_with_others_is_refused() -> None:
    with pytest.raises(InputError, match="lacks label"):
        access.score(None, REQUESTS.drop(columns="label"))
    with pytest.raises(InputError, match="'good'"):
        access.score(None, REQUESTS.assign(label="good"))


def test_no_requests_score_nothing() -> None:
    got = access.score(None, REQUESTS.iloc[:0])
    assert (got.legitimate, got.abuse, got.work_done, got.abuse_stopped) == (0, 0, 1.0, 1.0)


def slowly(facts: dict[str, Any]) -> tuple[bool, bool, int]:
    """Allowed, delayed, minutes: as the gate would have it, one request at a time."""
    gate, request = access.Gate(), access.Request.of(facts)
    decision = gate.decide(request)
    if decision or decision.wait is None:
        return bool(decision), False, 0
    for note in decision.notes:
        request = request.with_(**note.cure)
    again = bool(gate.decide(request))
    return False, again, decision.wait if again else 0


@settings(max_examples=25, deadline=None)
@given(st.lists(likely(), min_size=1, max_size=30))
def test_the_score_is_what_cedar_would_have_decided_one_by_one(facts: list[dict[str, Any]]) -> None:
    got = access.score(None, pd.DataFrame(facts).assign(label="legitimate"))
    each = [slowly(f) for f in facts]
    assert got.delayed == sum(d for _, d, _ in each)
    assert got.refused == sum(not a and not d for a, d, _ in each)
    assert got.minutes == sum(m for _, _, m in each)
