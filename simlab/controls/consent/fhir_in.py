"""FHIR R4B Consents read into records: our own exactly, others' as far as their meaning is plain.

What would be lost or widened by reading it (an exception inside an exception, a label, a rule that is
not known) is refused with the reason. What others wrote becomes a consent, never an authorization:
it does not carry the elements of one (45 CFR 164.506(b)(2), 164.508(c)).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from simlab.controls.consent.fhir import DATA, FIELD, ID, KIND, MEMBER, PURPOSE, REASONS
from simlab.controls.consent.records import BY_KIND, Record, record
from simlab.errors import InputError
from simlab.insurer.fhir_codes import HL7

MOST = 10_000  # entries of a bundle that are read
_WORDS = {code: word for word, code in REASONS.items()} | {"ETREAT": "treatment"}
_RECEIVE = ("IRCP", "PRCP", "GRANTEE")
# What a consent without a purpose is for: 45 CFR 164.506(b)(1).
_ROUTINE = ["treatment", "payment", "operations"]
_PLAIN = ["enrolment", "demographics", "contact", "claims", "clinical"]
_UNREAD = ("provision", "securityLabel", "code", "data", "dataPeriod", "modifierExtension")


@dataclasses.dataclass(frozen=True)
class Refused:
    """A resource that was not read: its id or place in the bundle, and why."""

    what: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Read:
    """What a bundle holds: the records that were read, and what was refused."""

    records: tuple[Record, ...]
    refused: tuple[Refused, ...]


def bundle(given: Any, patients: Mapping[str, str] | None = None) -> Read:
    """A Bundle's Consents; `patients`: others' references (`Patient/f001`) to our member ids.

    One bad Consent stops no other. Raises InputError when it is no Bundle at all.
    """
    whole = _dict(given, "the bundle")
    if whole.get("resourceType") != "Bundle":
        raise InputError(f"resourceType is {whole.get('resourceType')!r}: this reads a FHIR Bundle")
    entries = _list(whole.get("entry"), "entry")
    if len(entries) > MOST:
        raise InputError(f"the bundle has {len(entries):,} entries: at most {MOST:,} are read")
    records, refused = [], []
    for i, entry in enumerate(entries):
        name = f"entry[{i}]"
        try:
            resource = _dict(_dict(entry, name).get("resource"), f"{name}.resource")
            if resource.get("resourceType") != "Consent":
                continue
            name = str(resource.get("id") or name)[:80]
            records.append(consent(resource, patients))
        except InputError as e:
            refused.append(Refused(name, str(e)))
    return Read(tuple(records), tuple(refused))


def consent(given: Any, patients: Mapping[str, str] | None = None) -> Record:
    """One Consent as a record. Raises InputError, with what cannot be read and why."""
    found = _dict(given, "the resource")
    if found.get("resourceType") != "Consent":
        raise InputError(f"resourceType is {found.get('resourceType')!r}: this reads a Consent")
    kind = next((c["code"] for c in _codings(found.get("category"), "category") if c["system"] == KIND), "")
    return _ours(found, kind.replace("-", "_")) if kind else _theirs(found, patients or {})


def _ours(found: dict[str, Any], kind: str) -> Record:
    if kind not in BY_KIND:
        raise InputError(f"category: no kind of record is named {kind!r}")
    fields = BY_KIND[kind].model_fields
    provision = _dict(found.get("provision") or {}, "provision")
    values: dict[str, Any] = {"kind": kind, "id": _identifier(found), "member": _member(found, {})}
    when = next(n for n in ("signed", "asked", "received", "starts") if n in fields)
    native = {
        when: found.get("dateTime"),
        "signer": _display(found.get("performer"), "performer"),
        "discloser": _display(found.get("organization"), "organization"),
        "expires": _dict(provision.get("period") or {}, "provision.period").get("end"),
        "recipients": [name for _, name in _actors(provision)],
        "purposes": _purposes(provision),
        "data": [c["code"] for c in _codings([{"coding": provision.get("class")}], "provision.class")],
    }
    values |= {k: v for k, v in native.items() if v not in (None, "", []) and k in fields}
    for i, one in enumerate(_list(found.get("extension"), "extension")):
        extension = _dict(one, f"extension[{i}]")
        url = str(extension.get("url", ""))
        name = url.removeprefix(FIELD)
        if not url.startswith(FIELD) or name not in fields:
            raise InputError(f"extension[{i}]: {url!r} is no field of a {kind}")
        value = extension.get("valueBoolean", extension.get("valueString"))
        if str(fields[name].annotation).startswith("tuple"):
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    for name, field in fields.items():  # FHIR writes nothing where a list or a text is empty
        if field.is_required() and str(field.annotation).startswith("tuple"):
            values.setdefault(name, [])
    if kind == "consent":
        values.setdefault("signer", "")
    return record(**values)


def _theirs(found: dict[str, Any], patients: Mapping[str, str]) -> Record:
    if found.get("modifierExtension"):
        raise InputError("modifierExtension: it changes what the consent means, in a way that is not known here")
    if found.get("status") != "active":
        raise InputError(f"status is {found.get('status')!r}: only an active consent is in force")
    scope = [c["code"] for c in _codings([found.get("scope") or {}], "scope")]
    if "patient-privacy" not in scope:
        raise InputError(f"scope is {', '.join(scope) or 'not given'}: only patient-privacy is about sharing")
    if not found.get("dateTime"):
        raise InputError("dateTime is missing: a consent that nobody dated is not in force")
    member = _member(found, patients)
    provision = _dict(found.get("provision") or {}, "provision")
    for name in _UNREAD:
        if provision.get(name):
            raise InputError(f"provision.{name}: reading the consent without it would change what it allows")
    classes = [c["code"] for c in _codings([{"coding": provision.get("class")}], "provision.class", system=DATA)]
    period = _dict(provision.get("period") or {}, "provision.period")
    return record(
        kind="consent",
        id=f"fhir:{found.get('id') or _identifier(found, is_ours=False)}",
        member=member,
        signer=_display(found.get("performer"), "performer")
        or str(_dict(found["patient"], "patient").get("display", "")),
        signed=found["dateTime"],
        starts=period.get("start"),
        expires=period.get("end"),
        is_refusal=_is_refusal(found, provision),
        recipients=_recipients(provision),
        purposes=_purposes(provision) or _ROUTINE,
        data=classes or _PLAIN,
    )


def _is_refusal(found: dict[str, Any], provision: dict[str, Any]) -> bool:
    """Whether it refuses: the base rule is to opt out, or a provision denies."""
    kind = provision.get("type")
    if kind not in (None, "permit", "deny"):
        raise InputError(f"provision.type is {kind!r}: permit or deny")
    actions = {c["code"] for c in _codings(provision.get("action"), "provision.action")}
    rule = {c["code"] for c in _codings([found.get("policyRule") or {}], "policyRule")}
    if kind == "deny" or "OPTOUT" in rule:
        return True
    if actions and not actions & {"access", "disclose"}:
        raise InputError(f"provision.action is {', '.join(sorted(actions))}: none of it is to disclose")
    if "OPTIN" in rule or kind == "permit":
        return False
    raise InputError("policyRule: neither OPTIN nor OPTOUT, so it does not say whether it permits")


def _recipients(provision: dict[str, Any]) -> list[str]:
    """Who may receive. A custodian (CST) holds the data and receives nothing."""
    actors = _actors(provision)
    for role, _ in actors:
        if role not in (*_RECEIVE, "CST"):
            raise InputError(f"provision.actor: the role {role!r} is not known here")
    return [name for role, name in actors if role in _RECEIVE]


def _actors(provision: dict[str, Any]) -> list[tuple[str, str]]:
    out = []
    for i, one in enumerate(_list(provision.get("actor"), "provision.actor")):
        actor = _dict(one, f"provision.actor[{i}]")
        roles = _codings([actor.get("role") or {}], f"provision.actor[{i}].role")
        reference = _dict(actor.get("reference"), f"provision.actor[{i}].reference")
        name = reference.get("display") or reference.get("reference")
        if not isinstance(name, str):
            raise InputError(f"provision.actor[{i}] does not say who")
        out.append((roles[0]["code"] if roles else "", name))
    return out


def _purposes(provision: dict[str, Any]) -> list[str]:
    out = []
    for one in _codings([{"coding": provision.get("purpose")}], "provision.purpose"):
        if one["system"] == PURPOSE:
            out.append(one.get("display") or one["code"])
        elif one["system"] == f"{HL7}/v3-ActReason" and one["code"] in _WORDS:
            out.append(_WORDS[one["code"]])
        else:
            raise InputError(f"provision.purpose: {one['code']!r} of {one['system']!r} is not known here")
    return list(dict.fromkeys(out))


def _member(found: dict[str, Any], patients: Mapping[str, str]) -> str:
    """Our member id. Another server's Patient/1 is not our member 1, so it takes `patients` to say who it is."""
    if not found.get("patient"):
        raise InputError("patient is missing (an R5 Consent has a subject instead, and is not read)")
    patient = _dict(found["patient"], "patient")
    identifier = _dict(patient.get("identifier") or {}, "patient.identifier")
    if identifier.get("system") == MEMBER and isinstance(identifier.get("value"), str):
        return str(identifier["value"])
    reference = str(patient.get("reference", ""))
    if reference not in patients:
        raise InputError(f"patient {reference or 'without a reference'!r} is none that we know as a member")
    return patients[reference]


def _identifier(found: dict[str, Any], is_ours: bool = True) -> str:
    for i, one in enumerate(_list(found.get("identifier"), "identifier")):
        identifier = _dict(one, f"identifier[{i}]")
        if isinstance(identifier.get("value"), str) and (identifier.get("system") == ID or not is_ours):
            return str(identifier["value"])
    raise InputError("identifier: none is given")


def _display(given: Any, where: str) -> str:
    found = [_dict(one, where) for one in _list(given, where)]
    first = found[0] if found else {}
    return str(first.get("display") or first.get("reference") or "")


def _codings(given: Any, where: str, system: str = "") -> list[dict[str, str]]:
    """The codings of CodeableConcepts. Raises InputError for a shape, or a system, that is not known."""
    out = []
    for concept in _list(given, where):
        for one in _list(_dict(concept, where).get("coding"), where):
            coding = _dict(one, where)
            found = {k: coding.get(k, "") for k in ("system", "code", "display")}
            if not all(isinstance(v, str) for v in found.values()) or not found["code"]:
                raise InputError(f"{where}: a coding has a system and a code")
            if system and found["system"] != system:
                raise InputError(f"{where}: {found['code']!r} of {found['system']!r} is not known here")
            out.append(found)
    return out


def _dict(given: Any, where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InputError(f"{where} is not an object")
    return given


def _list(given: Any, where: str) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise InputError(f"{where} is not a list")
    return given
