"""From a bundle that others sent to a decision: what is contradictory, late, early, forged or twice is denied and told."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from simlab.clock import zone
from simlab.controls.consent import Registry, fhir, fhir_in, record
from simlab.controls.sharing import Gateway, request
from simlab.errors import DeniedError

PUBLISHED = sorted((Path(__file__).parent / "published").glob("Consent-*.json"))
PATIENTS = {f"Patient/{p}": "M1" for p in ("f001", "example", "72", "xcda")}
NAMES = {"M1": "Zoë Fontaine"}
AT = dt.datetime(2026, 6, 15, 15, tzinfo=dt.UTC)
CONSENT: dict[str, Any] = {
    "kind": "consent", "id": "C1", "member": "M1", "signer": "Zoë Fontaine", "signed": "2026-03-02", "purposes": ["payment"],
    "data": ["claims", "substance_use"], "is_part_2": True,
}  # fmt: skip
ASK: dict[str, Any] = {
    "at": AT, "recipient": "provider", "purpose": "payment", "who": "Maple Street Clinic", "member": "M1",
    "data": ["substance_use"], "facts": {"identity_verified": True, "for_member": True},
}  # fmt: skip
Told = list[dict[str, Any]]


def entered(*given: dict[str, Any], told: Told | None = None, at: dt.datetime | None = None) -> Registry:
    """A register that took in what it takes; the rest stands in it as refused."""
    registry = Registry(NAMES, log=lambda **event: (told if told is not None else []).append(event))
    for nth, one in enumerate(given):
        try:
            registry.enter(record(**one), at=(at or AT - dt.timedelta(days=1)) + dt.timedelta(minutes=nth))
        except DeniedError:
            continue
    return registry


def is_told(registry: Registry, told: Told | None = None, **changes: Any) -> bool:
    gateway = Gateway(registry, record=lambda **event: (told if told is not None else []).append(event))
    return bool(gateway.decide(request(**ASK | changes)))


REFUSAL = CONSENT | {"id": "R1", "is_refusal": True}
# What lies on file, in the order in which it came in, and whether substance-use records may be told on it.
ON_FILE: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "a consent": ([CONSENT], True),
    "a consent, then a refusal": ([CONSENT, REFUSAL | {"signed": "2026-03-03"}], False),
    "a refusal, then a consent": ([REFUSAL, CONSENT | {"signed": "2026-03-03"}], True),
    "a later refusal that came in first": ([REFUSAL | {"signed": "2026-03-03"}, CONSENT], False),
    "both on one day": ([CONSENT, REFUSAL], False),
    "both on one day, the other way round": ([REFUSAL, CONSENT], False),
    "both within one hour": (
        [REFUSAL | {"signed": "2026-03-02T15:00:00Z"}, CONSENT | {"signed": "2026-03-02T16:00:00Z"}], False,
    ),
    "a refusal of another purpose": ([CONSENT, REFUSAL | {"purposes": ["marketing"]}], True),
    "a refusal of everything": ([CONSENT, REFUSAL | {"purposes": [], "data": []}], False),
    "a refusal that has ended": ([CONSENT, REFUSAL | {"expires": "2026-06-14"}], True),
    "a refusal for somebody else": ([CONSENT, REFUSAL | {"recipients": ["Elm Street Clinic"]}], True),
    "expired yesterday": ([CONSENT | {"expires": "2026-06-14"}], False),
    "expiring today": ([CONSENT | {"expires": "2026-06-15"}], True),
    "from tomorrow on": ([CONSENT | {"starts": "2026-06-16"}], False),
    "dated tomorrow": ([CONSENT | {"signed": "2026-06-16"}], False),
    "revoked": (
        [CONSENT, {"kind": "revocation", "id": "V1", "member": "M1", "of": "C1", "received": "2026-06-01T12:00:00Z", "is_in_writing": True}],
        False,
    ),
    "signed by a look-alike": ([CONSENT | {"signer": "Zoë Fontаine"}], False),
    "signed by nobody we know": ([CONSENT | {"signer": "Gunter Halvard"}], False),
    "for a clinic that looks like this one": ([CONSENT | {"recipients": ["Maple Streеt Clinic"]}], False),
    "not for these records": ([CONSENT | {"is_part_2": False}], False),
}  # fmt: skip


@pytest.mark.parametrize("case", ON_FILE)
def test_what_lies_on_file_lets_it_out_or_is_denied_with_an_event(case: str) -> None:
    given, allowed = ON_FILE[case]
    told: Told = []
    registry = entered(*given, told=told)
    assert is_told(registry, told) == allowed
    assert told[-1]["activity_name"] == ("Tell" if allowed else "Refuse") and told[-1]["status_detail"]
    refused = [e for e in registry.entries if e.status == "refused"]
    assert all(e.reason for e in refused) and len([e for e in told[:-1] if e["status"] == "Failure"]) == len(refused)


def test_the_same_consent_twice_is_one_and_the_second_is_told() -> None:
    told: Told = []
    registry = entered(CONSENT, CONSENT, CONSENT | {"id": "C2"}, told=told)
    assert [e["status"] for e in told] == ["Success", "Failure", "Failure"]
    assert "entered already" in told[1]["status_detail"] and "copy of 'C1'" in told[2]["status_detail"]
    assert is_told(registry)


def local(text: str, where: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone(where))


# The day of a record begins and ends at midnight where it was written, also on the days on which clocks change.
MIDNIGHTS = [
    ("America/Chicago", "2026-06-15T23:59:59", True), ("America/Chicago", "2026-06-16T00:00:00", False),
    ("Asia/Tokyo", "2026-06-15T23:59:59", True), ("Asia/Tokyo", "2026-06-16T00:00:00", False),
    ("Pacific/Kiritimati", "2026-06-15T23:59:59", True), ("Pacific/Pago_Pago", "2026-06-16T00:00:00", False),
]  # fmt: skip


@pytest.mark.parametrize(("where", "text", "allowed"), MIDNIGHTS)
def test_the_last_day_counts_to_its_midnight_there(where: str, text: str, allowed: bool) -> None:
    registry = entered(CONSENT | {"expires": "2026-06-15", "zone": where}, at=AT - dt.timedelta(days=30))
    assert is_told(registry, at=local(text, where)) == allowed


@pytest.mark.parametrize(("day", "before"), [("2026-03-08", "2026-03-07"), ("2026-11-01", "2026-10-31")])
def test_a_day_of_twenty_three_or_twenty_five_hours_is_a_day(day: str, before: str) -> None:
    registry = entered(CONSENT | {"expires": day, "zone": "America/Chicago"}, at=AT - dt.timedelta(days=100))
    assert is_told(registry, at=local(f"{day}T23:59:59", "America/Chicago"))
    assert not is_told(
        entered(CONSENT | {"expires": before}, at=AT - dt.timedelta(days=100)),
        at=local(f"{day}T00:00:00", "America/Chicago"),
    )


def test_an_opt_out_ends_at_the_midnight_of_its_day() -> None:
    wish = {
        "kind": "opt_out",
        "id": "O1",
        "member": "M1",
        "asked": "2026-03-02",
        "is_granted": True,
        "purposes": ["payment"],
        "ended": "2026-06-16",
    }
    registry = entered(wish, at=AT - dt.timedelta(days=30))
    ask = {"data": ["claims"]}
    assert not is_told(registry, **ask, at=local("2026-06-15T23:59:59", "America/Chicago"))
    assert is_told(registry, **ask, at=local("2026-06-16T00:00:00", "America/Chicago"))


def test_the_published_examples_as_one_bundle_open_nothing() -> None:
    """Read or refused with a reason each; entered or refused with one; and nothing of them lets anything out today."""
    resources = [{"resource": json.loads(path.read_text("utf-8"))} for path in PUBLISHED]
    read = fhir_in.bundle({"resourceType": "Bundle", "type": "collection", "entry": resources}, PATIENTS)
    assert (len(read.records), len(read.refused)) == (7, 5) and all(r.reason for r in read.refused)
    told: Told = []
    registry = entered(*[one.model_dump(mode="json") for one in read.records], told=told)
    assert len(told) == len(read.records) == len(registry.entries)
    assert not is_told(registry, told) and told[-1]["activity_name"] == "Refuse"


def test_a_bundle_with_one_consent_twice_and_one_forged_is_read_and_the_register_says_no() -> None:
    resource = fhir.consent(record(**CONSENT))
    other = fhir.consent(record(**CONSENT | {"id": "C9", "signer": "Zoë Fontаine"}))
    read = fhir_in.bundle({"resourceType": "Bundle", "entry": [{"resource": r} for r in (resource, resource, other)]})
    assert len(read.records) == 3 and not read.refused
    registry = entered(*[one.model_dump(mode="json") for one in read.records])
    assert [e.status for e in registry.entries] == ["held", "refused", "refused"]
