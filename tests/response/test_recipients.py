"""To whom each letter goes, on a company small enough to check by eye."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from simlab.errors import InputError
from simlab.insurer import Insurer
from simlab.response import counted, counts, counts_by_entity, recipients, substitute_notice

NAMES = (
    "member_id household_id subscriber_id relationship state is_deceased is_minor confidential_address mail_returned"
)
MEMBERS = [
    # household 1: two adults, a child, and a second child with an own address
    ("M1", "H1", "M1", "self", "OH", False, False, "", False),
    ("M2", "H1", "M1", "spouse", "OH", False, False, "PO Box 7, Dayton", True),
    ("M3", "H1", "M1", "child", "OH", False, True, "", False),
    ("M4", "H1", "M1", "child", "OH", False, True, "PO Box 8, Dayton", False),
    # household 2: mail came back; a child there
    ("M5", "H2", "M5", "self", "KY", False, False, "", True),
    ("M6", "H2", "M5", "child", "KY", False, True, "", False),
    # household 3: the subscriber died, the spouse lives
    ("M7", "H3", "M7", "self", "IN", True, False, "", False),
    ("M8", "H3", "M7", "spouse", "IN", False, False, "", False),
    # household 4: died, nobody else is held
    ("M9", "H4", "M9", "self", "IN", True, False, "", False),
    # household 5: died, had asked for another address; a spouse there
    ("MA", "H5", "MA", "self", "OH", True, False, "PO Box 9, Lima", False),
    ("MB", "H5", "MA", "spouse", "OH", False, False, "", False),
    # household 6: died, and the mail to the house came back
    ("MC", "H6", "MD", "spouse", "OH", True, False, "", True),
    ("MD", "H6", "MD", "self", "OH", False, False, "", True),
    # household 7: a parent with a confidential address, and a child
    ("ME", "H7", "ME", "self", "OH", False, False, "PO Box 10, Lima", False),
    ("MF", "H7", "ME", "child", "OH", False, True, "", False),
    # household 8: only a child is on record
    ("MG", "H8", "MG", "self", "KY", False, True, "", False),
    # household 9: a minor with care of a sensitive kind, and one who died
    ("MH", "H9", "MH", "self", "KY", False, False, "", False),
    ("MI", "H9", "MH", "child", "KY", False, True, "", False),
    ("MJ", "H9", "MH", "child", "KY", True, True, "", False),
]


@pytest.fixture
def company() -> Any:
    members = pd.DataFrame(MEMBERS, columns=NAMES.split())
    homes = sorted(members["household_id"].unique())
    members["policy_id"] = members["household_id"].str.replace("H", "P")
    return SimpleNamespace(
        members=members,
        households=pd.DataFrame(
            {"household_id": homes, "street_line": [f"{h} Larch Lane" for h in homes], "city": "Dayton", "state": "OH"}
        ),
        policies=pd.DataFrame({"policy_id": [h.replace("H", "P") for h in homes], "plan_id": ["L1"] * 7 + ["L2"] * 2}),
        plans=pd.DataFrame(
            {"plan_id": ["L1", "L2"], "covered_entity": ["Larkspur Health Plan", "Mill Employees Plan"]}
        ),
        claims=pd.DataFrame({"member_id": ["M1", "M3", "MI", "MJ"], "sensitive": ["hiv", "none", "hiv", "hiv"]}),
    )


@pytest.mark.parametrize(
    ("member", "notice_to", "addressed_to", "kind", "method", "confirm"),
    [
        ("M1", "self", "M1", "policy address", "first-class mail", False),
        ("M2", "self", "M2", "confidential address", "first-class mail", False),
        ("M3", "parent or personal representative", "M1", "policy address", "first-class mail", False),
        ("M4", "self", "M4", "confidential address", "first-class mail", True),
        ("M5", "self", "M5", "policy address", "substitute notice", False),
        ("M6", "parent or personal representative", "M5", "policy address", "substitute notice", False),
        ("M7", "next of kin or personal representative", "M8", "policy address", "first-class mail", False),
        ("M9", "next of kin or personal representative", "", "no address held", "none owed", False),
        ("MA", "next of kin or personal representative", "MB", "confidential address", "first-class mail", True),
        ("MC", "next of kin or personal representative", "MD", "policy address", "none owed", False),
        ("MD", "self", "MD", "policy address", "substitute notice", False),
        ("MF", "parent or personal representative", "ME", "confidential address", "first-class mail", False),
        ("MG", "parent or personal representative", "", "policy address", "first-class mail", True),
        ("MI", "parent or personal representative", "MH", "policy address", "first-class mail", True),
        ("MJ", "next of kin or personal representative", "MH", "policy address", "first-class mail", False),
    ],
)
def test_each_letter(
    company: Any, member: str, notice_to: str, addressed_to: str, kind: str, method: str, confirm: bool
) -> None:
    row = recipients(company, [member]).iloc[0]
    assert (row.notice_to, row.addressed_to, row.address_kind, row.method, row.confirm) == (
        notice_to, addressed_to, kind, method, confirm,
    )  # fmt: skip
    assert row.why and row.cite.startswith("45 CFR 164.")


def test_one_row_each_and_each_person_once(company: Any) -> None:
    ids = [m[0] for m in MEMBERS]
    found = recipients(company, [*reversed(ids), "M1", "M1"])
    assert found["member_id"].tolist() == sorted(ids)
    assert recipients(company, []).empty
    assert set(found["covered_entity"]) == {"Larkspur Health Plan", "Mill Employees Plan"}


def test_a_confidential_address_is_never_the_policys(company: Any) -> None:
    found = recipients(company, [m[0] for m in MEMBERS]).set_index("member_id")
    assert found.loc["M2", "address"] == "PO Box 7, Dayton"
    assert found.loc["MF", "address"] == "PO Box 10, Lima"
    assert found.loc["M1", "address"] == "H1 Larch Lane, Dayton, OH"
    assert found.loc["M9", "address"] == ""


def test_counts_by_state_count_people_once(company: Any) -> None:
    assert counts(company, ["M1", "M1", "M5", "M6", "M9"]) == {"IN": 1, "KY": 2, "OH": 1}
    assert counts(company, []) == {}
    assert {type(n) for n in counts(company, ["M1"]).values()} == {int}


def test_each_covered_entity_is_counted_apart(company: Any) -> None:
    assert counts_by_entity(company, ["M1", "M5", "MG", "MH"]) == {
        "Larkspur Health Plan": {"KY": 1, "OH": 1},
        "Mill Employees Plan": {"KY": 2},
    }


def test_of_the_whole_company() -> None:
    insurer = Insurer.build(7, members=2_000)
    members = insurer.members
    found = recipients(insurer, members["member_id"])
    assert len(found) == 2_000 and found["member_id"].is_unique
    assert sum(counts(insurer, members["member_id"]).values()) == 2_000
    by_entity = counts_by_entity(insurer, members["member_id"])
    assert sum(sum(states.values()) for states in by_entity.values()) == 2_000 and len(by_entity) > 1
    assert counted(found) == by_entity
    assert not found.isna().any().any() and (found["covered_entity"] != "").all()
    # No letter for somebody with an own address goes to the policy's.
    asked = set(members.loc[members["confidential_address"] != "", "member_id"])
    assert asked and not asked & set(found.loc[found["address_kind"] == "policy address", "member_id"])
    # Nobody who died is written to, and no child.
    dead = set(members.loc[members["is_deceased"] | members["is_minor"], "member_id"]) - asked
    assert not dead & set(found["addressed_to"])


def test_strangers_are_refused(company: Any) -> None:
    with pytest.raises(InputError, match="member_ids: 2 not among the members: X1, X2"):
        recipients(company, ["M1", "X2", "X1"])
    with pytest.raises(InputError, match="member_ids"):
        counts(company, ["X1"])


@pytest.mark.parametrize(("people", "days"), [(1, 0), (9, 0), (10, 90), (900, 90)])
def test_substitute_notice(people: int, days: int) -> None:
    found = substitute_notice(people)
    assert found is not None and (found.people, found.days) == (people, days)
    assert ("toll-free" in found.means) == (people >= 10)
    assert found.cite == ("45 CFR 164.404(d)(2)(ii)" if people >= 10 else "45 CFR 164.404(d)(2)(i)")


def test_no_substitute_notice_for_nobody() -> None:
    assert substitute_notice(0) is None
    with pytest.raises(InputError, match="people"):
        substitute_notice(-1)
