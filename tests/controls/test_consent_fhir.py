"""FHIR Consents: our records go out and come back the same; others' are read, or refused with a reason."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.controls.consent import Registry, fhir, fhir_in, record
from simlab.controls.consent.records import BY_KIND, Consent, Record
from simlab.controls.sharing import data_classes
from simlab.errors import InputError

PUBLISHED = sorted((Path(__file__).parent / "published").glob("Consent-*.json"))
PATIENTS = {f"Patient/{p}": "M1" for p in ("f001", "example", "72", "xcda")}

words = st.text("abcÄöß漢 '\u05d0-.", min_size=1, max_size=12).filter(lambda t: t.strip() == t and t)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))
moments = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))
whens = days | moments
lists = st.lists(words, max_size=3, unique=True)
classes = st.lists(st.sampled_from(sorted(data_classes())), max_size=3, unique=True)
who = {"id": words, "member": words, "note": words, "zone": st.sampled_from(["America/Chicago", "Asia/Tokyo"])}
KINDS: dict[str, dict[str, Any]] = {
    "consent": {"signer": words, "signed": whens, "expires": st.none() | whens, "recipients": lists,
                "purposes": lists, "data": classes, "is_part_2": st.booleans(), "is_refusal": st.booleans()},
    "authorization": {"signer": words, "signed": st.none() | whens, "description": words, "data": classes,
                      "discloser": words, "recipients": lists, "purposes": lists, "expires": st.none() | whens,
                      "expires_at": words, "event_happened": st.none() | whens, "combined_with": lists,
                      "states": st.lists(st.sampled_from(["revocation", "remuneration"]), max_size=2, unique=True),
                      "in_plain_language": st.booleans(), "is_condition_of": st.sampled_from(["", "payment"])},
    "opt_out": {"asked": whens, "is_granted": st.booleans(), "purposes": lists, "recipients": lists,
                "ended": st.none() | whens},
    "restriction": {"asked": whens, "is_agreed": st.booleans(), "purposes": lists, "data": classes},
    "confidential": {"asked": whens, "address": words, "is_danger_stated": st.booleans()},
    "revocation": {"of": words, "received": moments, "is_in_writing": st.booleans()},
    "representative": {"name": words, "relation": st.sampled_from(["parent", "executor"]), "starts": whens,
                       "scope": st.lists(st.sampled_from(["payment", "finances"]), max_size=2, unique=True),
                       "member_is": st.sampled_from(["minor", "deceased"]), "minor_consented": st.booleans()},
}  # fmt: skip
records = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.fixed_dictionaries(who | KINDS[kind]).map(lambda values: record(kind=kind, **values))
)


def test_each_kind_is_tried() -> None:
    assert set(KINDS) == set(BY_KIND)


@settings(max_examples=60, deadline=None)
@given(records)
def test_a_record_comes_back_as_it_went(one: Record) -> None:
    resource = json.loads(json.dumps(fhir.consent(one)))
    assert fhir_in.consent(resource) == one
    get_fhir_model_class("Consent").model_validate(resource)


def test_a_register_goes_out_as_a_bundle_and_comes_back() -> None:
    at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    registry = Registry({"M1": "Zoë Fontaine", "M2": "Bob Hale"})
    held = [
        record(
            kind="opt_out", id="O1", member="M1", asked=at, is_granted=False, purposes=["payment", "raffle  of  2026"]
        ),
        record(kind="confidential", id="K 1", member="M2", asked=at, address="PO Box 7", is_danger_stated=True),
    ]
    for one in held:
        registry.enter(one, at=at)
    bundle = fhir.bundle(registry, at)
    get_fhir_model_class("Bundle").model_validate(bundle)
    assert fhir_in.bundle(bundle) == fhir_in.Read(tuple(held), ())
    assert bundle["entry"][0]["resource"]["status"] == "rejected"
    get_fhir_model_class("Bundle").model_validate(fhir.bundle(Registry({}), at))


# What the published examples say, read by hand: refused, or (is it a refusal, who receives, until when).
EXPECTED: dict[str, str | tuple[bool, tuple[str, ...], dt.date | None]] = {
    "Emergency": "provision.provision",
    "Out": (True, (), None),
    "basic": (False, (), dt.date(2016, 1, 1)),
    "grantor": (True, ("Good Health Clinic",), None),
    "notAuthor": (False, (), None),
    "notOrg": (True, ("Organization/f001",), None),
    "notThem": (False, ("Fictive Nurse",), None),
    "notThis": "provision.data",
    "notTime": (False, (), dt.date(2015, 2, 1)),
    "pkb": "provision.provision",
    "signature": "provision.provision",
    "smartonfhir": "provision.provision",
}


def test_every_published_example_is_there() -> None:
    assert {p.stem.removeprefix("Consent-consent-example-") for p in PUBLISHED} == set(EXPECTED)


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda p: p.stem)
def test_a_published_example_is_read_or_refused_with_a_reason(path: Path) -> None:
    resource = json.loads(path.read_text("utf-8"))
    expected = EXPECTED[path.stem.removeprefix("Consent-consent-example-")]
    read = fhir_in.bundle({"resourceType": "Bundle", "entry": [{"resource": resource}]}, PATIENTS)
    if isinstance(expected, str):
        assert not read.records and expected in read.refused[0].reason
        return
    (one,) = read.records
    assert isinstance(one, Consent) and (one.is_refusal, one.recipients, one.expires) == expected


def test_anothers_patient_is_not_our_member_of_the_same_number() -> None:
    resource = json.loads(PUBLISHED[1].read_text("utf-8"))
    with pytest.raises(InputError, match="none that we know as a member"):
        fhir_in.consent(resource | {"patient": {"reference": "Patient/M1"}}, PATIENTS)


BASIC = json.loads(next(p for p in PUBLISHED if p.stem.endswith("basic")).read_text("utf-8"))
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "withdrawn": ({"status": "inactive"}, "status is 'inactive'"),
    "for research": ({"scope": {"coding": [{"system": "x", "code": "research"}]}}, "scope is research"),
    "undated": ({"dateTime": None}, "dateTime is missing"),
    "a date that is none": ({"dateTime": "last May"}, "signed"),
    "R5": ({"patient": None, "subject": {"reference": "Patient/f001"}}, "R5"),
    "changed in meaning": ({"modifierExtension": [{"url": "x"}]}, "modifierExtension"),
    "neither in nor out": ({"policyRule": {"coding": [{"system": "x", "code": "hipaa-npp"}]}}, "neither OPTIN nor"),
    "an unknown purpose": ({"provision": {"purpose": [{"system": "x", "code": "FUN"}]}}, "'FUN' of 'x'"),
    "an unknown class": ({"provision": {"class": [{"system": "x", "code": "y"}]}}, "'y' of 'x'"),
    "only to correct": ({"provision": {"action": [{"coding": [{"system": "x", "code": "correct"}]}]}}, "to disclose"),
    "a list for an object": ({"provision": []}, None),
    "a number for a list": ({"category": 7}, "category is not a list"),
    "text for an actor": ({"provision": {"actor": ["me"]}}, r"actor\[0\] is not an object"),
    "an actor who is nobody": ({"provision": {"actor": [{"reference": {}}]}}, "does not say who"),
    "ours, of no kind": ({"category": [{"coding": [{"system": fhir.KIND, "code": "promise"}]}]}, "'promise'"),
    "ours, with a field of nobody's": (
        {"category": [{"coding": [{"system": fhir.KIND, "code": "consent"}]}], "identifier": [{"system": fhir.ID, "value": "C"}],
         "patient": {"identifier": {"system": fhir.MEMBER, "value": "M1"}}, "extension": [{"url": "x", "valueString": "y"}]},
        "no field of a consent",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_refused_and_stops_no_other(case: str) -> None:
    changes, said = BAD[case]
    entries = [{"resource": BASIC | changes}, {"resource": BASIC}, {"resource": {"resourceType": "Patient"}}]
    read = fhir_in.bundle({"resourceType": "Bundle", "entry": entries}, PATIENTS)
    assert len(read.records) == (1 if said else 2)
    if said:
        assert len(read.refused) == 1
        with pytest.raises(InputError, match=said):
            fhir_in.consent(BASIC | changes, PATIENTS)


@pytest.mark.parametrize("given_", [None, [], {}, {"resourceType": "Consent"}, {"resourceType": "Bundle", "entry": 3}])
def test_what_is_no_bundle_is_refused_whole(given_: Any) -> None:
    with pytest.raises(InputError):
        fhir_in.bundle(given_)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*BASIC, "provision", "identifier", "extension", "performer"]), json_values))
def test_nothing_that_is_sent_breaks_the_reader(changes: dict[str, Any]) -> None:
    read = fhir_in.bundle({"resourceType": "Bundle", "entry": [{"resource": BASIC | changes}]}, PATIENTS)
    assert len(read.records) + len(read.refused) <= 1
