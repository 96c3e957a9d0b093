"""The sharing gateway: what is not known to be allowed is refused; every decision leaves an event."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from simlab import events
from simlab.content import load_text, names
from simlab.controls.consent import Registry, record
from simlab.controls.sharing import Disclosed, Gateway, accounting, data_classes, request, rules
from simlab.controls.sharing.rules import GROUPED, Rule, rule, safeguard
from simlab.errors import ContentError, DeniedError, InputError, UnknownName
from simlab.insurer import Insurer
from simlab.insurer.insurer import TABLES

AT = dt.datetime(2026, 6, 15, 15, tzinfo=dt.UTC)
PAY: dict[str, Any] = {
    "at": AT, "recipient": "provider", "purpose": "payment", "who": "Maple Street Clinic", "member": "M1",
    "data": ["claims"], "facts": {"identity_verified": True, "for_member": True}, "actor": "S1",
}  # fmt: skip


def gateway(told: list[dict[str, Any]] | None = None) -> Gateway:
    keep = told if told is not None else []
    return Gateway(Registry({"M1": "Zoë Fontaine"}), record=lambda **event: keep.append(event))


UNKNOWN = {
    "member": ({"member": "M9"}, "no member 'M9'"),
    "recipient": ({"recipient": "provder"}, "did you mean 'provider'"),
    "purpose": ({"purpose": "paymnt"}, "did you mean 'payment'"),
    "data": ({"data": ["claimz"]}, "did you mean 'claims'"),
    "fact": ({"facts": {"identity_verifed": True}}, "did you mean 'identity_verified'"),
    "no rule for the two": ({"recipient": "family"}, "nothing lets the plan tell family anything for payment"),
    "no member": ({"member": ""}, "about which member"),
    "nothing known": ({"facts": {}}, "not verified"),
    "a word for yes": ({"facts": {"identity_verified": "yes", "for_member": True}}, "not verified"),
    "one for yes": ({"facts": {"identity_verified": 1, "for_member": True}}, "not verified"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_not_known_is_refused_with_a_reason_and_told(case: str) -> None:
    changes, said = UNKNOWN[case]
    told: list[dict[str, Any]] = []
    decision = gateway(told).decide(request(**PAY | changes))
    assert not decision and said in decision.reason and decision.entry is None and decision.fields == ()
    assert [(e["activity_name"], e["status"]) for e in told] == [("Refuse", "Failure")]
    assert told[0]["member"] in ("M1", "")


def test_an_event_of_each_decision_fits_the_event_table() -> None:
    told: list[dict[str, Any]] = []
    one = gateway(told)
    for changes in ({}, {"member": "M9"}, {"data": ["clinical", "enrolment"]}):
        one.decide(request(**PAY | changes))
    table = events.frame({k: [e[k] for e in told] for k in told[0]}, len(told))
    assert list(table["status"]) == ["Success", "Failure", "Success"]
    assert list(table["data_class"]) == ["claims", "claims", "sensitive"] and set(table["purpose"]) == {
        "payment",
        "none stated",
    }


def test_what_may_be_told_is_told_and_the_rest_withheld() -> None:
    decision = gateway().decide(request(**PAY | {"data": ["claims", "financial", "psychotherapy_notes"]}))
    assert [p.data for p in decision.allowed] == ["claims"]
    assert [p.cite for p in decision.withheld] == ["45 CFR 164.502(a)", "45 CFR 164.508(a)(2)"]
    assert "members.bank_account" not in decision.fields and "claims.CLM_ID" in decision.fields
    assert "financial: no" in decision.in_words() and "encrypted transfer" in decision.in_words()


def test_the_minimum_is_less_than_the_class() -> None:
    less = gateway().decide(request(**PAY | {"data": ["demographics"]}))
    whole = gateway().decide(
        request(
            **PAY
            | {"data": ["demographics"], "purpose": "treatment"}
            | {"facts": PAY["facts"] | {"treats_member": True}}
        )
    )
    assert set(less.fields) < set(whole.fields) and less.minimum and not whole.minimum


def test_what_is_shared_is_kept_for_the_accounting() -> None:
    one = gateway()
    one.share(request(**PAY))
    police = PAY | {
        "recipient": "law enforcement", "purpose": "legal process", "address": "1 Main Street",
        "facts": {"identity_verified": True, "authority_verified": True, "process": "court order"},
    }  # fmt: skip
    one.share(request(**police))
    one.enter(Disclosed(AT, "M1", "Wrong Fax", "", "one claim", "impermissible", "impermissible", True, "x"))
    with pytest.raises(DeniedError, match="there is no order"):
        one.share(request(**police | {"facts": police["facts"] | {"process": "a letter"}}))
    with pytest.raises(UnknownName):
        one.enter(Disclosed(AT, "M1", "x", "", "x", "x", "no-such-rule", True, "x"))
    given = accounting(one.disclosed, "M1", AT.date())
    assert [d.to for d in given.shown] == ["Maple Street Clinic", "Wrong Fax"] and given.is_free
    first = given.shown[0]
    assert (first.address, first.purpose, first.what) == (
        "1 Main Street",
        "legal process",
        data_classes()["claims"].name,
    )


def test_a_promise_is_called_one() -> None:
    registry = Registry({"M1": "Zoë Fontaine"})
    registry.enter(record(kind="opt_out", id="O1", member="M1", asked=AT, is_granted=True, purposes=["payment"]), at=AT)
    decision = Gateway(registry).decide(request(**PAY))
    assert not decision and decision.is_promise and "promise, not law" in decision.in_words()


def test_a_request_that_is_written_wrong_says_where() -> None:
    for changes, said in (({"at": "2026-06-15T15:00:00"}, "at"), ({"data": []}, "data"), ({"fact": {}}, "fact")):
        with pytest.raises(InputError, match=said):
            request(**PAY | changes)


@pytest.mark.parametrize("name", names("sharing"))
def test_each_rule_reads_and_is_the_only_one_for_its_data(name: str) -> None:
    one = rule(name)
    for other in rules():
        if other.id != one.id and (other.recipient, other.purpose) == (one.recipient, one.purpose):
            mine, theirs = ({d for p in r.paths for d in p.data} for r in (one, other))
            assert not mine & theirs and not ("any" in theirs and mine - set(GROUPED)), other.id


@pytest.mark.parametrize("name", names("safeguards"))
def test_each_safeguard_reads(name: str) -> None:
    assert safeguard(name).id == name


def test_the_fields_are_the_insurers() -> None:
    company = Insurer.build(1, 100)
    for one in data_classes().values():
        for field in one.fields:
            table, column = field.split(".")
            assert table not in TABLES or column in company.table(table).columns, field


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("purpose: payment", "purpos: payment", "'purpose'"),
        ("event_purpose: payment", "event_purpose: paying", "event_purpose"),
        ("cite: 45 CFR 164.506(c)(3)", "cite: the law", "cite"),
        ("fact: for_member", "fct: for_member", "'fact'"),
        ("  clinical: [claims.ICD10_DGNS_CD_1, claims.HCPCS_CD_1]\n", "", "say under fields what"),
    ],
)
def test_a_rule_that_is_written_wrong_names_file_line_and_key(old: str, new: str, said: str) -> None:
    from simlab.content import resource

    text = resource("sharing", "provider-payment.yml").read_text("utf-8")
    assert old in text
    with pytest.raises(ContentError, match=rf"provider-payment.yml:\d+.*{said}"):
        load_text(text.replace(old, new), Rule, "provider-payment.yml")
