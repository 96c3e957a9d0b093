"""A handful of members as FHIR R4B: Patient, Coverage, ExplanationOfBenefit, Consent, AuditEvent.

Plain dicts from table rows, shaped after the CARIN IG for Blue Button where that has the resource. Only what
the purpose needs is in it: no SSN, no bank account; where a member has a confidential address, no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from simlab import clock, events
from simlab.errors import InputError, UnknownName
from simlab.insurer.fhir_codes import CARIN, DICOM, HCPCS, HL7, ICD, LIFECYCLE, check, dotted
from simlab.insurer.insurer import NAME, Insurer

Resource = dict[str, Any]
HOME = "https://larkspur.example.org/fhir"
LANGUAGES = {"Arabic": "ar", "Chinese": "zh", "English": "en", "Haitian Creole": "ht", "Hindi": "hi", "Korean": "ko",
             "Persian": "fa", "Polish": "pl", "Portuguese": "pt", "Russian": "ru", "Spanish": "es", "Tagalog": "tl",
             "Vietnamese": "vi"}  # fmt: skip
RELATIONS = {"self": "self", "spouse": "spouse", "child": "child", "adult child": "child"}
GENDERS = {"F": "female", "M": "male", "X": "other"}
LABELS = {"mental_health": "PSY", "substance_use": "ETH", "hiv": "HIV", "reproductive": "SEX", "genetic": "GDIS"}
PURPOSES = {"treatment": "TREAT", "payment": "HPAYMT", "operations": "HOPERAT", "member request": "PATRQT"}
ACTIONS = {"Create": "C", "Post": "C", "Read": "R", "Get": "R", "Export": "R", "Update": "U", "Put": "U", "Delete": "D"}
OUTCOMES = {"Success": "0", "Failure": "4"}
# What each class of event is called; an export is one whatever it is done to.
TYPES = {
    "Authentication": (DICOM, "110114"), "Account Change": (DICOM, "110113"), "Datastore Activity": (DICOM, "110110"),
    "Email Activity": (LIFECYCLE, "transmit"), "File Activity": (LIFECYCLE, "access"),
    "Network Activity": (DICOM, "110100"), "API Activity": (f"{HL7}/audit-event-type", "rest"),
    "Physical Access": (DICOM, "110100"), "Disclosure": (LIFECYCLE, "disclose"),
    "HTTP Activity": (f"{HL7}/audit-event-type", "rest"), "Web Resources Activity": (f"{HL7}/audit-event-type", "rest"),
}  # fmt: skip
# Kinds of amount, and the column that each has in `eobs`.
AMOUNTS = (
    (f"{HL7}/adjudication", "submitted", "billed_cents"), (CARIN, "discount", "discount_cents"),
    (CARIN, "noncovered", "not_covered_cents"), (f"{HL7}/adjudication", "copay", "copay_cents"),
    (f"{HL7}/adjudication", "benefit", "paid_cents"), (CARIN, "memberliability", "owed_cents"),
)  # fmt: skip


def handful(insurer: Insurer, count: int) -> list[str]:
    """Some members' ids: those with a confidential address first, up to half of them, then the first others."""
    members = insurer.members
    asked = members["confidential_address"] != ""
    first = members.loc[asked, "member_id"].head((count + 1) // 2)
    others = members.loc[~asked, "member_id"].head(count - len(first))
    return sorted([*first, *others])


def export(insurer: Insurer, member_ids: Sequence[str], log: pd.DataFrame | None = None) -> Resource:
    """A Bundle of what is held on some members, and, with an event table, of who did what with it.

    Every code is checked by its set. Raises UnknownName for a member that is not there.
    """
    members = insurer.members.set_index("member_id", drop=False)
    for member_id in member_ids:
        if member_id not in members.index:
            raise UnknownName("member", member_id, members.index)
    people = members.loc[list(member_ids)]
    resources = [_organization()]
    for _, member in people.iterrows():
        resources += _of_member(insurer, member)
    if log is not None:
        resources += audit_events(log, member_ids)
    for resource in resources:
        check(resource)
    entries = [{"fullUrl": f"{HOME}/{r['resourceType']}/{r['id']}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def validate(bundle: Resource) -> bool:
    """Whether fhir.resources is there and finds the form right. Raises InputError where the form is wrong."""
    try:
        from fhir.resources.R4B import get_fhir_model_class
    except ImportError:
        return False
    for entry in bundle["entry"]:
        resource = entry["resource"]
        try:
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        except ValueError as e:
            said = " ".join(str(e).split())[:300]
            raise InputError(f"{resource['resourceType']}/{resource['id']}: {said}") from None
    return True


def audit_events(log: pd.DataFrame, member_ids: Iterable[str]) -> list[Resource]:
    """One AuditEvent for each event that names one of the members; the id is the row's position in the log.

    Raises InputError for a table without an event's columns, and UnknownName for a value that has no code.
    """
    for name in events.COLUMNS:
        if name not in log.columns:
            raise InputError(f"the event table has no column {name!r}: give one with the columns of events.COLUMNS")
    at = log["member"].astype("str").isin(list(member_ids)).to_numpy().nonzero()[0]
    rows = log.iloc[at][list(events.COLUMNS)].astype(object)
    return [audit_event(int(n), row) for n, row in zip(at, rows.to_dict("records"), strict=True)]


def audit_event(number: int, event: Mapping[Any, Any]) -> Resource:
    """One row of the event table as an AuditEvent. Raises UnknownName for a status or class that has no code."""
    system, code = _code("event class", event["class_name"], TYPES)
    if event["activity_name"] == "Export":
        system, code = DICOM, "110106"
    agent: Resource = {
        "who": _known("actor", event["actor"]),
        "requestor": True,
        "role": [{"text": str(event["role"])}],
    }
    if event["src_ip"]:
        agent["network"] = {"address": str(event["src_ip"]), "type": "2"}
    out: Resource = {
        **_head("AuditEvent", f"event-{number}"),
        "type": _coding(system, code),
        "subtype": [{"display": str(event["activity_name"])}],
        "action": ACTIONS.get(str(event["activity_name"]), "E"),
        "recorded": f"{clock.instant(int(event['time'])):%Y-%m-%dT%H:%M:%S.%f}Z",
        "outcome": _code("event status", event["status"], OUTCOMES),
        "agent": [agent],
        "source": {"observer": _known("system", event["system"])},
        "entity": [
            {
                "what": {"reference": f"Patient/{event['member']}"},
                "type": _coding(f"{HL7}/audit-entity-type", "1"),
                "role": _coding(f"{HL7}/object-role", "1"),
            }
        ],
    }
    if event["status_detail"]:
        out["outcomeDesc"] = str(event["status_detail"])
    if event["purpose"] != "none stated":
        purpose = _code("event purpose", event["purpose"], PURPOSES)
        out["purposeOfEvent"] = [{"coding": [_coding(f"{HL7}/v3-ActReason", purpose)]}]
    return out


def _of_member(insurer: Insurer, member: pd.Series) -> list[Resource]:
    policy = insurer.policies.set_index("policy_id").loc[member["policy_id"]]
    plan = insurer.plans.set_index("plan_id").loc[policy["plan_id"]]
    home = insurer.households.set_index("household_id").loc[member["household_id"]]
    letters = insurer.table("eobs")
    letters = letters[letters["member_id"] == member["member_id"]]
    claims = insurer.claims[insurer.claims["CLM_ID"].isin(letters["CLM_ID"])].set_index("CLM_ID")
    names = insurer.providers.set_index("provider_id")["name"]
    cover = coverage(member, policy, plan)
    where = f"Coverage/{cover['id']}"
    eobs = [explanation(eob, claims.loc[eob["CLM_ID"]], names, where) for _, eob in letters.iterrows()]
    asked = [consent(member)] if member["confidential_address"] else []
    return [patient(member, home), cover, *eobs, *asked]


def patient(member: pd.Series, home: pd.Series) -> Resource:
    """A member. The household's address is left out where there is a confidential one."""
    there = {"use": "home", "line": [home["street_line"]], "city": str(home["city"]), "state": str(home["state"])}
    if member["confidential_address"]:
        there = {"use": "temp", "text": member["confidential_address"]}
    reach = [{"system": s, "value": member[c]} for s, c in (("phone", "phone"), ("email", "email")) if member[c]]
    language = str(home["language"])
    spoken: Resource = {"text": language}
    if language in LANGUAGES:
        spoken["coding"] = [_coding("urn:ietf:bcp:47", LANGUAGES[language])]
    out: Resource = {
        **_head("Patient", member["member_id"]),
        "identifier": [_identifier("member", member["member_id"])],
        "name": [{"family": str(member["name_family"]), "given": str(member["name_given"]).split()}],
        "gender": _code("gender", member["gender"], GENDERS),
        "birthDate": _day(member["birth_date"]),
        "address": [there],
        "communication": [{"language": spoken}],
    }
    if reach:
        out["telecom"] = reach
    if member["is_deceased"]:
        out["deceasedDateTime"] = _day(member["death_date"])
    return out


def coverage(member: pd.Series, policy: pd.Series, plan: pd.Series) -> Resource:
    """A member's cover under the household's policy; the payor is the covered entity."""
    return {
        **_head("Coverage", f"{member['policy_id']}-{member['member_id']}"),
        "identifier": [_identifier("policy", member["policy_id"])],
        "status": "active",
        "type": {"coding": [_coding(f"{HL7}/v3-ActCode", "HIP")]},
        "subscriber": {"reference": f"Patient/{member['subscriber_id']}"},
        "beneficiary": {"reference": f"Patient/{member['member_id']}"},
        "relationship": {
            "coding": [
                _coding(f"{HL7}/subscriber-relationship", _code("relationship", member["relationship"], RELATIONS))
            ]
        },
        "period": {"start": _day(policy["start"]), "end": _day(policy["end"])},
        "payor": [{"display": plan["covered_entity"]}],
        "class": [{"type": {"text": "plan"}, "value": str(policy["plan_id"]), "name": plan["plan_name"]}],
    }


def explanation(eob: pd.Series, claim: pd.Series, names: pd.Series, cover: str) -> Resource:
    """The explanation of benefits of one claim; its amounts add up as the row's do. `cover` refers to the Coverage."""
    days = {"start": _day(claim["CLM_FROM_DT"]), "end": _day(claim["CLM_THRU_DT"])}
    member_id = str(eob["member_id"])
    return {
        **_head("ExplanationOfBenefit", f"eob-{eob['EOB_ID']}", str(eob["sensitive"])),
        "identifier": [_identifier("claim", str(eob["CLM_ID"]))],
        "status": "active",
        "type": {"coding": [_coding(f"{HL7}/claim-type", "professional")]},
        "use": "claim",
        "patient": {"reference": f"Patient/{member_id}"},
        "billablePeriod": days,
        "created": _day(eob["sent"]),
        "insurer": {"reference": "Organization/larkspur", "display": NAME},
        "provider": {**_known("provider", claim["provider_id"]), "display": names[str(claim["provider_id"])]},
        "priority": {"coding": [_coding(f"{HL7}/processpriority", "normal")]},
        "outcome": "complete",
        "disposition": f"{claim['status']}: {eob['reason']}" if eob["reason"] else str(claim["status"]),
        "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": {"coding": [_coding(ICD, dotted(str(claim["ICD10_DGNS_CD_1"])))]}}],
        "insurance": [{"focal": True, "coverage": {"reference": cover}}],
        "item": [{"sequence": 1, "productOrService": {"coding": [_coding(HCPCS, str(claim["HCPCS_CD_1"]))]},
                  "diagnosisSequence": [1], "servicedPeriod": days, "adjudication": _amounts(eob)}],
        "total": _amounts(eob),
        "payment": {"amount": _money(eob["paid_cents"])},
    }  # fmt: skip


def _amounts(eob: pd.Series) -> list[Resource]:
    return [{"category": {"coding": [_coding(s, c)]}, "amount": _money(eob[name])} for s, c, name in AMOUNTS]


def consent(member: pd.Series) -> Resource:
    """What a member has asked for: letters to another address, and nothing to others of the household."""
    labels = [_coding(f"{HL7}/v3-ActCode", code) for code in LABELS.values()]
    subscriber = {"reference": f"Patient/{member['subscriber_id']}"}
    others = {"display": "anyone else in the household"} if member["relationship"] == "self" else subscriber
    role = {"coding": [_coding(f"{HL7}/v3-ParticipationType", "PRCP")]}
    return {
        **_head("Consent", f"confidential-{member['member_id']}"),
        "status": "active",
        "scope": {"coding": [_coding(f"{HL7}/consentscope", "patient-privacy")]},
        "category": [{"coding": [_coding("http://loinc.org", "59284-0")]}],
        "patient": {"reference": f"Patient/{member['member_id']}"},
        "organization": [{"reference": "Organization/larkspur"}],
        "policy": [{"uri": "https://www.ecfr.gov/current/title-45/section-164.522"}],
        "policyRule": {"text": "45 CFR 164.522(b)"},
        "provision": {
            "type": "permit",
            "purpose": [_coding(f"{HL7}/v3-ActReason", "HPAYMT"), _coding(f"{HL7}/v3-ActReason", "HOPERAT")],
            "provision": [{"type": "deny", "actor": [{"role": role, "reference": others}], "securityLabel": labels}],
        },
    }  # fmt: skip


def _organization() -> Resource:
    return {**_head("Organization", "larkspur"), "name": NAME}


def _head(kind: str, ident: str, sensitive: str = "none") -> Resource:
    """Type, id, the mark that it is invented, and labels for what asks for special care."""
    meta: Resource = {"tag": [_coding(f"{HL7}/v3-ActReason", "HTEST")]}
    if sensitive != "none":
        label = _code("sensitive class", sensitive, LABELS)
        meta["security"] = [_coding(f"{HL7}/v3-Confidentiality", "R"), _coding(f"{HL7}/v3-ActCode", label)]
    return {"resourceType": kind, "id": ident, "meta": meta}


def _code(kind: str, value: Any, codes: Mapping[str, Any]) -> Any:
    if str(value) not in codes:
        raise UnknownName(kind, value, codes)
    return codes[str(value)]


def _coding(system: str, code: str) -> Resource:
    return {"system": system, "code": code}


def _identifier(kind: str, value: str) -> Resource:
    return {"system": f"{HOME}/{kind}", "value": str(value)}


def _known(kind: str, value: Any) -> Resource:
    """A reference by the company's own number, without a resource of its own."""
    return {"identifier": _identifier(kind, str(value))}


def _money(cents: Any) -> Resource:
    return {"value": int(cents) / 100, "currency": "USD"}


def _day(when: Any) -> str:
    return f"{when:%Y-%m-%d}"
