"""The code sets of FHIR R4B that an export uses, each checked by name: fhir.resources checks only the form.

Source: HL7 FHIR R4B (4.3.0), the bindings of each element; HL7 Terminology for the v3 code systems. Only the
codes that can stand in an export are listed, and where a binding is closed, all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simlab.errors import InputError
from simlab.insurer import pools

HL7 = "http://terminology.hl7.org/CodeSystem"
ICD, HCPCS = "http://hl7.org/fhir/sid/icd-10-cm", "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
LIFECYCLE = f"{HL7}/iso-21089-lifecycle"
CARIN = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication"

# Plain codes, by resource and path.
CODES: dict[str, tuple[str, ...]] = {
    "Patient.gender": ("male", "female", "other", "unknown"),
    "Patient.address.use": ("home", "work", "temp", "old", "billing"),
    "Patient.telecom.system": ("phone", "fax", "email", "pager", "url", "sms", "other"),
    "Coverage.status": ("active", "cancelled", "draft", "entered-in-error"),
    "ExplanationOfBenefit.status": ("active", "cancelled", "draft", "entered-in-error"),
    "ExplanationOfBenefit.use": ("claim", "preauthorization", "predetermination"),
    "ExplanationOfBenefit.outcome": ("queued", "complete", "error", "partial"),
    "ExplanationOfBenefit.item.adjudication.amount.currency": ("USD",),
    "ExplanationOfBenefit.total.amount.currency": ("USD",),
    "ExplanationOfBenefit.payment.amount.currency": ("USD",),
    "Consent.status": ("draft", "proposed", "active", "rejected", "inactive", "entered-in-error"),
    "Consent.provision.type": ("deny", "permit"),
    "Consent.provision.provision.type": ("deny", "permit"),
    "AuditEvent.action": ("C", "R", "U", "D", "E"),
    "AuditEvent.outcome": ("0", "4", "8", "12"),
    "AuditEvent.agent.network.type": ("1", "2", "3", "4", "5"),
    "Bundle.type": ("collection",),
}  # fmt: skip

# Codings: which codes each system has.
SYSTEMS: dict[str, tuple[str, ...]] = {
    f"{HL7}/subscriber-relationship": ("child", "parent", "spouse", "common", "other", "self", "injured"),
    f"{HL7}/claim-type": ("institutional", "oral", "pharmacy", "professional", "vision"),
    f"{HL7}/processpriority": ("stat", "normal", "deferred"),
    f"{HL7}/adjudication": ("submitted", "copay", "eligible", "deductible", "unallocdeduct", "eligpercent", "tax", "benefit"),
    CARIN: ("coinsurance", "noncovered", "priorpayerpaid", "paidbypatient", "paidtoprovider", "paidtopatient",
            "memberliability", "discount", "drugcost"),
    f"{HL7}/consentscope": ("adr", "research", "patient-privacy", "treatment"),
    "http://loinc.org": ("59284-0",),
    f"{HL7}/v3-ActReason": ("TREAT", "HPAYMT", "HOPERAT", "PATRQT", "BTG", "HTEST"),
    f"{HL7}/v3-ActCode": ("HIP", "PSY", "ETH", "HIV", "SEX", "GDIS"),
    f"{HL7}/v3-Confidentiality": ("U", "L", "M", "N", "R", "V"),
    f"{HL7}/v3-ParticipationType": ("PRCP", "IRCP"),
    f"{HL7}/object-role": tuple(str(n) for n in range(1, 25)),
    f"{HL7}/audit-entity-type": ("1", "2", "3", "4"),
    f"{HL7}/audit-event-type": ("rest",),
    LIFECYCLE: ("access", "disclose", "receive", "transmit", "destroy"),
    DICOM: ("110100", "110106", "110107", "110110", "110113", "110114"),
    "urn:ietf:bcp:47": ("ar", "en", "es", "fa", "hi", "ht", "ko", "pl", "pt", "ru", "tl", "vi", "zh"),
}  # fmt: skip


def dotted(code: str) -> str:
    """An ICD-10-CM code as FHIR has it: `F32A` gives `F32.A`."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def check(resource: dict[str, Any]) -> None:
    """Raises InputError that names resource, element and code for the first code that its set does not have."""
    kind = str(resource.get("resourceType", ""))
    name = f"{kind}/{resource.get('id', '?')}"
    for path, value in _walk(kind, resource):
        if path in CODES and value not in CODES[path]:
            raise InputError(f"{name}: {path}: {value!r} is no code of it: there are: {', '.join(CODES[path])}")
        if isinstance(value, dict) and "code" in value and "system" in value:
            _check_coding(name, path, str(value["system"]), str(value["code"]))


def _check_coding(name: str, path: str, system: str, code: str) -> None:
    known = SYSTEMS.get(system) or _ours(system)
    if not known:
        raise InputError(f"{name}: {path}: {system!r} is no code system of an export")
    if code not in known:
        shown = ", ".join(known[:12]) + (" ..." if len(known) > 12 else "")
        raise InputError(f"{name}: {path}: {code!r} is no code of {system}: there are: {shown}")


def _ours(system: str) -> tuple[str, ...]:
    """Diagnoses and procedures: those of the company's content, which has no licensed code."""
    codes = pools.codes()
    if system == ICD:
        return tuple(dotted(d.id) for d in codes.diagnoses)
    return tuple(p.id for p in codes.procedures) if system == HCPCS else ()


def _walk(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every element with its path; lists are walked through. A contained resource begins anew."""
    if isinstance(value, list):
        for one in value:
            yield from _walk(path, one)
        return
    yield path, value
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _walk(f"{path}.{key}", below)
