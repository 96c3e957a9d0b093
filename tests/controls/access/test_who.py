"""Who could do it: the whole staff, with what the member is to each of them."""

from __future__ import annotations

import pandas as pd
import pytest

from simlab.controls import access
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer

STAFF = pd.DataFrame(
    [
        ("S1", "claims_examiner", "", True),
        ("S2", "claims_examiner", "M7", True),
        ("S3", "nurse_reviewer", "", True),
        ("S4", "nurse_reviewer", "", False),
        ("S5", "analyst", "", True),
        ("S6", "privacy_officer", "", True),
    ],
    columns=["staff_id", "role", "member_id", "is_active"],
)
KIN = pd.DataFrame([("S3", "M8", "relative")], columns=["staff_id", "member_id", "relation"])
WORK = pd.DataFrame(
    [("S1", "M1", "claim"), ("S2", "M2", "claim"), ("S3", "M8", "case")], columns=["staff_id", "member_id", "relation"]
)


def who(member: str, action: str = "read", **more: object) -> set[str]:
    return set(access.who_can(member, action, staff=STAFF, **more)["staff_id"])  # type: ignore[arg-type]


def test_everybody_active_whose_role_could_and_nobody_who_left() -> None:
    assert who("M1") == {"S1", "S2", "S3", "S5", "S6"}
    assert who("M1", "export") == {"S5"}


def test_the_row_says_on_what_condition_and_by_which_policy() -> None:
    found = access.who_can("M1", "read", staff=STAFF, data=["claims"])
    mine = found[found["staff_id"] == "S1"]
    assert mine.to_dict("records") == [
        {"staff_id": "S1", "role": "claims_examiner", "data": "claims", "purpose": "payment", "relation": "claim", "policy": "examiner-pays-claims"}
    ]  # fmt: skip


def test_a_co_workers_record_is_open_to_the_privacy_office_alone() -> None:
    assert who("M7") == {"S6"}


def test_kin_are_left_out() -> None:
    assert "S3" in who("M8") and "S3" not in who("M8", kin=KIN)


def test_with_their_work_only_those_who_are_at_it_remain() -> None:
    assert who("M1", work=WORK) == {"S1"}
    assert who("M8", work=WORK) == {"S3"} and who("M8", work=WORK, kin=KIN) == set()


def test_facts_of_the_member_count() -> None:
    assert who("M1", facts={"restriction": "agreed"}) == {"S6"}  # whose purpose is the member's own request


def test_bad_questions_are_refused_by_name() -> None:
    with pytest.raises(UnknownName, match="action"):
        who("M1", "look")
    with pytest.raises(UnknownName, match="restrictoin"):
        who("M1", facts={"restrictoin": "agreed"})
    with pytest.raises(InputError, match="lacks member_id"):
        access.who_can("M1", "read", staff=STAFF.drop(columns="member_id"))


def test_the_insurers_own_staff_table_serves() -> None:
    insurer = Insurer.build(1, 1000)
    found = access.who_can("M0000001", "read", staff=insurer.staff, data=["claims"])
    assert set(found["role"]) == {
        "privacy_officer",
        "manager",
        "member_services",
        "claims_examiner",
        "analyst",
        "nurse_reviewer",
    }
