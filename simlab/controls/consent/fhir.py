"""The register as FHIR R4B Consents: `consent` writes one record, `bundle` what is held; plain dicts.

What FHIR has a place for stands there, so that any reader finds who, what, for whom and until when. The
rest of a record is in extensions of ours, one a field, so that `fhir_in` reads back exactly what was held.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from simlab.controls.consent.records import Record
from simlab.controls.consent.registry import Registry
from simlab.insurer.fhir import HOME
from simlab.insurer.fhir_codes import HL7

Resource = dict[str, Any]

ID, MEMBER, KIND = f"{HOME}/consent-registry", f"{HOME}/member", f"{HOME}/CodeSystem/record-kind"
DATA, PURPOSE, FIELD = f"{HOME}/CodeSystem/data-class", f"{HOME}/CodeSystem/purpose", f"{HOME}/StructureDefinition/"
# Our word and HL7's, where both mean the same (v3-ActReason).
REASONS = {
    "treatment": "TREAT", "payment": "HPAYMT", "operations": "HOPERAT", "marketing": "HMARKT",
    "research": "HRESCH", "public health": "PUBHLTH",
}  # fmt: skip
# LOINC: consent document; release of information consent.
_DOCUMENT = {"authorization": "64292-6"}
_POLICY = {"authorization": "hipaa-auth", "restriction": "hipaa-restrictions"}
_RULES = "https://www.ecfr.gov/current/title-45/part-164/subpart-E"
_NATIVE = {
    "kind", "id", "member", "signer", "signed", "asked", "received", "expires", "discloser", "recipients", "purposes",
    "data",
}  # fmt: skip
_FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def consent(of: Record) -> Resource:
    """One record as a Consent."""
    values = of.model_dump(mode="json")
    out: Resource = {
        "resourceType": "Consent",
        "extension": _extensions(of, values),
        "identifier": [{"system": ID, "value": of.id}],
        "status": _status(of, values),
        "scope": {"coding": [_coding(f"{HL7}/consentscope", "patient-privacy")]},
        "category": [
            {"coding": [_coding("http://loinc.org", _DOCUMENT.get(of.kind, "59284-0"))]},
            {"coding": [_coding(KIND, of.kind.replace("_", "-"))]},
        ],
        "patient": {"identifier": {"system": MEMBER, "value": of.member}},
        "policy": [{"uri": _RULES}],
    }
    if _FHIR_ID.fullmatch(of.id):
        out["id"] = of.id
    if when := next((values[n] for n in ("signed", "asked", "received") if values.get(n)), None):
        out["dateTime"] = when
    if values.get("signer"):
        out["performer"] = [{"display": values["signer"]}]
    if values.get("discloser"):
        out["organization"] = [{"display": values["discloser"]}]
    if of.kind in _POLICY:
        out["policyRule"] = {"coding": [_coding(f"{HL7}/consentpolicycodes", _POLICY[of.kind])]}
    if provision := _provision(values):
        out["provision"] = provision
    return {key: value for key, value in out.items() if value}


def bundle(registry: Registry, at: dt.datetime, members: Iterable[str] | None = None) -> Resource:
    """What the register held at a moment, of some members or of all, as a Bundle."""
    whose = registry.members if members is None else members
    found = [consent(one) for member in whose for one in registry.held(member, at)]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": at.isoformat(),
        **({"entry": [{"resource": one} for one in found]} if found else {}),
    }


def _status(of: Record, values: Resource) -> str:
    """`inactive` for what takes something back, `rejected` for what was asked for and not granted."""
    if of.kind == "revocation":
        return "inactive"
    granted = values.get("is_granted", values.get("is_agreed", True))
    return "active" if granted or of.kind == "confidential" else "rejected"


def _provision(values: Resource) -> Resource:
    provision: Resource = {}
    if values.get("expires"):
        provision["period"] = {"end": values["expires"]}
    role = {"coding": [_coding(f"{HL7}/v3-ParticipationType", "IRCP")]}
    if values.get("recipients"):
        provision["actor"] = [{"role": role, "reference": {"display": name}} for name in values["recipients"]]
    if values.get("purposes"):
        provision["purpose"] = [_purpose(p) for p in values["purposes"]]
    if values.get("data"):
        provision["class"] = [_coding(DATA, d) for d in values["data"]]
    return provision


def _purpose(word: str) -> Resource:
    if word in REASONS:
        return _coding(f"{HL7}/v3-ActReason", REASONS[word])
    return {"system": PURPOSE, "code": _code(word), "display": word}


def _code(word: str) -> str:
    """A word as a FHIR code: no leading, trailing or double spaces; the display keeps it as it was."""
    return " ".join(word.split())


def _extensions(of: Record, values: Resource) -> list[Resource]:
    """One extension a field that FHIR has no place for, where it is not what it would be anyway."""
    out = []
    for name, value in values.items():
        if name in _NATIVE or value == type(of).model_fields[name].get_default():
            continue
        for one in value if isinstance(value, list) else [value]:
            key = "valueBoolean" if isinstance(one, bool) else "valueString"
            out.append({"url": FIELD + name, key: one})
    return out


def _coding(system: str, code: str) -> Resource:
    return {"system": system, "code": code}
