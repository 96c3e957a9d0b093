"""What the company's tables know of a request is not for the asker to say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from simlab.clock import micros
from simlab.controls import access
from simlab.errors import InputError
from simlab.insurer import Insurer

AT = micros(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC))


def day(text: str | None) -> pd.Timestamp:
    return pd.Timestamp(text) if text else pd.NaT  # type: ignore[return-value]


STAFF = pd.DataFrame(
    [("S1", "claims_examiner", "M1", True), ("S2", "member_services", "", True), ("S3", "analyst", "M3", False)],
    columns=["staff_id", "role", "member_id", "is_active"],
)
MEMBERS = pd.DataFrame(
    [("M1", False, day(None)), ("M2", False, day(None)), ("M3", False, day(None)), ("M4", True, day("1976-06-15")), ("M5", True, day("1975-06-16"))],
    columns=["member_id", "is_deceased", "death_date"],
)  # fmt: skip
KIN = pd.DataFrame([("S2", "M2", "relative")], columns=["staff_id", "member_id", "relation"])
WORK = pd.DataFrame([("S1", "M2", "claim"), ("S2", "M2", "call")], columns=["staff_id", "member_id", "relation"])
REPRESENTATIVES = pd.DataFrame(
    [
        ("M2", "M1", "Ana Ruiz", "parent", day("2010-01-01"), True),
        ("M2", "", "Jo Ruiz", "guardian", day("2026-07-01"), True),
        ("M3", "M1", "Ana Ruiz", "power of attorney", day("2020-01-01"), False),
    ],
    columns=["member_id", "represented_by", "name", "kind", "from", "is_honored"],
)
OWN_CARE = pd.DataFrame([("M2", "mental_health", day("2026-05-01"))], columns=["member_id", "sensitive", "from"])
ELSEWHERE = pd.DataFrame(
    [("M1", day("2026-06-01"), True), ("M2", day("2026-06-01"), False), ("M3", day("2026-06-20"), True)],
    columns=["member_id", "answered", "is_granted"],
)
KNOWN = access.Known(STAFF, MEMBERS, KIN, WORK, REPRESENTATIVES, OWN_CARE, ELSEWHERE)
BOLD = access.Request("S1", "M2", "privacy_officer", "read", "claims", "payment", "case", kin="none", years_dead=99)


def seen(by: str = "", care: str = "", **facts: Any) -> access.Request:
    return KNOWN.seen(BOLD.with_(**facts), AT, by=by, care=care)


def test_the_role_is_the_one_of_the_staff_table_and_who_left_has_none() -> None:
    assert [seen(actor=a).role for a in ("S1", "S3", "S9")] == ["claims_examiner", "", ""]
    assert access.Gate().decide(seen(actor="S3")).policies == ("unknown-role",)


def test_kinship_is_what_the_company_knows() -> None:
    pairs = [("S1", "M1"), ("S2", "M2"), ("S2", "M1"), ("S1", "M2")]
    assert [seen(actor=a, member=m).kin for a, m in pairs] == ["self", "relative", "co-worker", "none"]


def test_work_that_nobody_gave_out_is_no_work() -> None:
    assert seen(relation="claim").relation == "claim" and seen(relation="case").relation == "none"
    assert access.Known(STAFF, MEMBERS).seen(BOLD, AT).relation == "case"  # nobody keeps a table of work there


@pytest.mark.parametrize(("member", "years"), [("M2", -1), ("M4", 50), ("M5", 50), ("M9", -1)])
def test_years_since_death_are_whole_ones(member: str, years: int) -> None:
    assert seen(member=member).years_dead == years


def test_another_address_counts_once_it_was_granted() -> None:
    assert [seen(member=m).is_confidential for m in ("M1", "M2", "M3")] == [True, False, False]


def test_who_represents_whom_is_looked_up() -> None:
    parent = seen(by="M1")
    assert (parent.asker, parent.is_in_scope, parent.is_endangered) == ("parent", True, False)
    assert not seen(by="Jo Ruiz").is_in_scope  # appointed only next month
    assert not seen(by="M9", asker="representative", is_in_scope=True).is_in_scope
    feared = seen(by="M1", member="M3")
    assert (feared.asker, feared.is_endangered) == ("representative", True)
    assert seen(by="M2", asker="other").asker == "member"


def test_a_minors_own_care_is_private_and_the_rest_is_not() -> None:
    assert seen(care="mental_health").is_minor_private and not seen(care="hiv").is_minor_private


def test_the_tables_say_which_members_there_are() -> None:
    gate = access.Gate(members=KNOWN)
    work = seen(relation="claim").with_(place="site", device="managed", mfa_minutes=1)
    assert gate.decide(work) and gate.decide(work.with_(member="M9")).policies == ("unknown-member",)


def test_a_table_that_lacks_a_column_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="kin lacks relation"):
        access.Known(STAFF, MEMBERS, KIN.drop(columns="relation"))


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(1, 1000)


def test_the_insurers_own_tables_serve(insurer: Insurer) -> None:
    known = access.Known.of(insurer)
    row = insurer.table("representatives").query("kind == 'parent' and is_honored").iloc[0]
    request = BOLD.with_(actor=insurer.staff["staff_id"].iloc[0], member=row["member_id"])
    asked = known.seen(request, AT, by=row["represented_by"])
    assert (asked.asker, asked.is_in_scope, asked.role) == ("parent", True, "privacy_officer")
    granted = insurer.table("confidential_requests").query("is_granted")["member_id"]
    assert known.seen(request.with_(member=granted.iloc[0]), AT).is_confidential
    alone = insurer.table("own_care").iloc[0]
    late = micros(dt.datetime(2026, 12, 31, tzinfo=dt.UTC))
    assert known.seen(request.with_(member=alone["member_id"]), late, care=alone["sensitive"]).is_minor_private


def test_a_table_is_filled_as_each_of_its_requests_is(insurer: Insurer) -> None:
    known, kin = access.Known.of(insurer), insurer.table("relations")
    pairs = [*zip(kin["staff_id"], kin["member_id"], strict=True)][::7]
    pairs += [(s, m) for s in ("S0001", "S0002", "S9999") for m in ("M0000001", "M0000003", "M9", "")]
    table = pd.DataFrame([BOLD.with_(actor=s, member=m).facts() for s, m in pairs])
    filled = known.fill(table)
    each = [known.seen(BOLD.with_(actor=s, member=m), AT) for s, m in pairs]
    assert filled["kin"].tolist() == [r.kin for r in each] and {"self", "relative", "none"} <= set(filled["kin"])
    assert filled["role"].astype(object).fillna("").tolist() == [r.role for r in each]
    assert not access.allowed(filled)[[r.role == "" for r in each]].any()


def test_tables_without_kin_know_the_staff_themselves() -> None:
    table = pd.DataFrame([BOLD.with_(actor=a, member=m).facts() for a, m in [("S1", "M1"), ("S2", "M1"), ("S1", "M2")]])
    assert access.Known(STAFF, MEMBERS).fill(table)["kin"].tolist() == ["self", "co-worker", "none"]
