"""The gate: what is refused without asking Cedar, what is recorded, and that bad policies change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from simlab import events
from simlab.controls import access
from simlab.errors import ContentError, DeniedError

WORK = access.Request(
    "S0007", "M00000001", "claims_examiner", "read", "claims", "payment", "claim",
    place="site", device="managed", mfa_minutes=5,
)  # fmt: skip


class Kept(list[dict[str, Any]]):
    def __call__(self, **event: Any) -> None:
        self.append(event)
        events.frame({k: v if isinstance(v, int) else [v] for k, v in event.items()}, 1)  # fits the event table


def test_work_goes_through_and_is_recorded() -> None:
    kept = Kept()
    assert access.require(WORK, record=kept)
    [event] = kept
    assert (event["status"], event["activity_name"], event["member"]) == ("Success", "Read", "M00000001")
    assert event["status_detail"].startswith("examiner-pays-claims")


def test_what_is_refused_raises_with_reason_citation_and_next_step() -> None:
    kept = Kept()
    with pytest.raises(DeniedError, match=r"your own record\. \[45 CFR 164\.308\(a\)\(3\)\].*Hand it to a colleague"):
        access.require(WORK.with_(kin="self"), record=kept)
    assert kept[0]["status"] == "Failure" and kept[0]["record_count"] == 0


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("purpose", "curiosity"), ("purpose", ""), ("purpose", "Payment"), ("purpose", None), ("role", "claims_examiner "),
        ("mfa_minutes", "5"), ("mfa_minutes", -1), ("mfa_minutes", True), ("is_verified", 1), ("data", ["claims"]),
        ("kin", "sеlf"), ("action", "delete"),
    ],
)  # fmt: skip
def test_an_unknown_value_is_refused_with_a_reason_and_an_event(fact: str, value: Any) -> None:
    kept = Kept()
    decision = access.Gate().decide(WORK.with_(**{fact: value}), record=kept)
    assert not decision and decision.policies == (f"unknown-{fact.replace('_', '-')}",) and decision.cites
    assert kept[0]["status"] == "Failure" and "Nobody knows" in kept[0]["status_detail"]


def test_a_member_that_the_plan_does_not_know_is_refused() -> None:
    gate, kept = access.Gate(members={"M00000001"}), Kept()
    assert gate.decide(WORK)
    decision = gate.decide(WORK.with_(member="M00000002"), record=kept)
    assert decision.policies == ("unknown-member",) and kept[0]["member"] == "M00000002"


@pytest.mark.parametrize("member", ["", None, ["M00000001"], 1])
def test_a_request_that_names_no_member_is_refused_unless_it_is_an_export(member: Any) -> None:
    kept = Kept()
    assert access.Gate().decide(WORK.with_(member=member), record=kept).policies == ("unknown-member",) and kept
    export = WORK.with_(role="analyst", action="export", purpose="operations", relation="project", member="")
    assert access.Gate().decide(export)


@pytest.mark.parametrize("actor", ["", None])
def test_a_request_of_nobody_is_refused(actor: Any) -> None:
    assert access.Gate().decide(WORK.with_(actor=actor)).policies == ("unknown-actor",)


def test_several_reasons_are_all_given_in_the_order_of_the_text() -> None:
    decision = access.Gate().decide(WORK.with_(kin="self", device="unmanaged"))
    assert decision.policies == ("own-record", "unmanaged-device")
    assert decision.wait == 15 and decision.cites == ("45 CFR 164.308(a)(3)", "45 CFR 164.310(c)")


def test_bad_policies_are_refused_and_the_old_ones_stay_in_force() -> None:
    gate, kept = access.Gate(), Kept()
    before = gate.policies
    with pytest.raises(ContentError, match=r"new\.cedar:1: .*porpoise"):
        gate.replace(
            '@id("x") permit (principal, action, resource) when { context.porpoise };',
            by="S0001", file="new.cedar", record=kept,
        )  # fmt: skip
    assert gate.policies is before and gate.decide(WORK)
    assert kept[0]["status"] == "Failure" and "stay in force" in kept[0]["status_detail"]


def test_good_policies_take_force_and_are_recorded() -> None:
    gate, kept = access.Gate(), Kept()
    assert gate.decide(WORK)
    gate.replace('@id("x") forbid (principal, action, resource);', by="S0001", record=kept)
    assert gate.decide(WORK).policies == ("x",) and kept[0]["actor"] == "S0001"


def test_contradictions_of_new_policies_are_recorded_and_open_nothing() -> None:
    gate, kept = access.Gate(), Kept()
    gate.replace(
        '@id("yes") permit (principal, action, resource);\n@id("no") forbid (principal, action, resource);',
        by="S0001", record=kept,
    )  # fmt: skip
    assert "never permits: yes (line 1), no (line 2)" in kept[1]["status_detail"]
    assert not gate.decide(WORK)


def test_telling_is_a_disclosure_in_the_log_and_its_refusal_too() -> None:
    call = WORK.with_(role="member_services", action="tell", purpose="member request", relation="call", asker="member")
    kept = Kept()
    for verified in (True, False):
        access.Gate().decide(call.with_(is_verified=verified), record=kept)
    assert [(e["class_name"], e["activity_name"]) for e in kept] == [("Disclosure", "Tell"), ("Disclosure", "Refuse")]
