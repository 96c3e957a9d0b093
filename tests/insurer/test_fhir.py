"""What is exported is valid FHIR R4B, says what the tables say, and holds no code outside its set."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner
from fhir.resources.R4B import get_fhir_model_class

from simlab import events
from simlab.cli import simlab
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer, fhir
from simlab.insurer.fhir_codes import CODES, SYSTEMS, check

MEMBERS = 2_000


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(2, MEMBERS)


@pytest.fixture(scope="module")
def some(insurer: Insurer) -> list[str]:
    """Members of all kinds: a dead one, a child, one with a confidential address, each sensitive class."""
    members, eobs = insurer.members, insurer.table("eobs")
    picked = {*fhir.handful(insurer, 4), *members.loc[members["is_deceased"], "member_id"].head(2)}
    picked |= set(members.loc[members["is_minor"], "member_id"].head(2))
    for kind in fhir.LABELS:
        picked |= set(eobs.loc[eobs["sensitive"] == kind, "member_id"].astype("str").head(1))
    return sorted(picked)


def happened(*rows: dict[str, Any]) -> pd.DataFrame:
    """An event table of some rows."""
    plain = {"time": 1_772_460_000_123_456, "class_name": "Datastore Activity", "activity_name": "Read", "actor": "S0007",
             "role": "claims_examiner", "src_ip": "192.0.2.9", "system": "claims-core", "member": "M0000001",
             "record_count": 1, "data_class": "claims", "purpose": "payment"}  # fmt: skip
    table = pd.DataFrame([plain | row for row in rows])
    return events.frame({name: table[name].to_numpy() for name in table.columns}, len(table))


@pytest.fixture(scope="module")
def bundle(insurer: Insurer, some: list[str]) -> dict[str, Any]:
    log = happened({"member": some[0]}, {"member": "M0001999"}, {"member": some[0], "activity_name": "Export"})
    return fhir.export(insurer, some, log)


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def test_every_resource_is_valid_by_an_independent_library(bundle: dict[str, Any]) -> None:
    assert fhir.validate(bundle)
    get_fhir_model_class("Bundle").model_validate(bundle)
    kinds = {e["resource"]["resourceType"] for e in bundle["entry"]}
    assert kinds == {"Organization", "Patient", "Coverage", "ExplanationOfBenefit", "Consent", "AuditEvent"}
    ids = [(e["resource"]["resourceType"], e["resource"]["id"]) for e in bundle["entry"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", i) for _, i in ids)


def test_it_survives_json(bundle: dict[str, Any]) -> None:
    assert json.loads(json.dumps(bundle)) == bundle


def test_every_explanation_is_one_row_with_its_amounts(
    insurer: Insurer, some: list[str], bundle: dict[str, Any]
) -> None:
    eobs = insurer.table("eobs")
    rows = eobs[eobs["member_id"].isin(some)].set_index("EOB_ID")
    shown = resources(bundle, "ExplanationOfBenefit")
    assert {int(r["id"].removeprefix("eob-")) for r in shown} == set(rows.index)
    for r in shown:
        row = rows.loc[int(r["id"].removeprefix("eob-"))]
        cents = {t["category"]["coding"][0]["code"]: round(t["amount"]["value"] * 100) for t in r["total"]}
        assert (
            cents["submitted"]
            == row["billed_cents"]
            == cents["discount"] + cents["noncovered"] + cents["copay"] + cents["benefit"]
        )
        assert cents["memberliability"] == row["owed_cents"]
        labels = {c["code"] for c in r["meta"].get("security", [])}
        assert labels == ({"R", fhir.LABELS[row["sensitive"]]} if row["sensitive"] != "none" else set())


def test_references_lead_to_what_is_in_the_bundle(bundle: dict[str, Any], some: list[str]) -> None:
    there = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]}
    for e in bundle["entry"]:
        for found in re.findall(r'"reference": "([^"]+)"', json.dumps(e["resource"])):
            # Only a subscriber may be somebody who was not asked for.
            assert found in there or found.startswith("Patient/"), found


def test_only_what_is_needed_leaves(insurer: Insurer, some: list[str], bundle: dict[str, Any]) -> None:
    text, members = json.dumps(bundle), insurer.members.set_index("member_id")
    homes = insurer.households.set_index("household_id")["street_line"]
    for member_id in some:
        member = members.loc[member_id]
        assert member["ssn"] not in text
        assert not member["bank_account"] or member["bank_account"] not in text
        patient = next(p for p in resources(bundle, "Patient") if p["id"] == member_id)
        if member["confidential_address"]:
            assert patient["address"] == [{"use": "temp", "text": member["confidential_address"]}]
            assert homes[member["household_id"]] not in json.dumps(patient)
    assert any(members.loc[m, "confidential_address"] for m in some)


def test_a_request_for_confidentiality_is_a_consent(insurer: Insurer, some: list[str], bundle: dict[str, Any]) -> None:
    asked = insurer.members.set_index("member_id").loc[some, "confidential_address"] != ""
    shown = {c["patient"]["reference"].removeprefix("Patient/") for c in resources(bundle, "Consent")}
    assert shown == set(asked.index[asked])
    inner = resources(bundle, "Consent")[0]["provision"]["provision"][0]
    assert inner["type"] == "deny" and {c["code"] for c in inner["securityLabel"]} == set(fhir.LABELS.values())


def test_an_event_about_a_member_is_an_audit_event(bundle: dict[str, Any], some: list[str]) -> None:
    first, second = resources(bundle, "AuditEvent")
    assert (first["id"], second["id"]) == ("event-0", "event-2")
    assert first["recorded"] == "2026-03-02T14:00:00.123456Z"
    assert (first["action"], first["outcome"]) == ("R", "0") and second["type"]["code"] == "110106"
    assert first["purposeOfEvent"][0]["coding"][0]["code"] == "HPAYMT"
    assert first["agent"][0]["network"] == {"address": "192.0.2.9", "type": "2"}
    assert first["entity"][0]["what"]["reference"] == f"Patient/{some[0]}"


@pytest.mark.parametrize("kind", events.ACTIVITIES)
def test_every_class_and_activity_of_the_event_table_has_codes(kind: str) -> None:
    for activity in events.ACTIVITIES[kind]:
        for status in events.STATUSES:
            for purpose in events.PURPOSES:
                log = happened(
                    {
                        "class_name": kind,
                        "activity_name": activity,
                        "status": status,
                        "purpose": purpose,
                        "status_detail": "why",
                    }
                )
                (audit,) = fhir.audit_events(log, ["M0000001"])
                check(audit)
                get_fhir_model_class("AuditEvent").model_validate(audit)


# Codes outside their sets

WRONG: dict[str, tuple[str, tuple[Any, ...], Any, str]] = {
    "an action": ("AuditEvent", ("action",), "ZZZ", r"AuditEvent/event-0: AuditEvent\.action: 'ZZZ' is no code of it: .* C, R, U, D, E"),
    "an outcome": ("AuditEvent", ("outcome",), "1", r"AuditEvent\.outcome: '1'"),
    "a purpose": ("AuditEvent", ("purposeOfEvent", 0, "coding", 0, "code"), "MARKET", r"purposeOfEvent\.coding: 'MARKET' is no code of .*v3-ActReason"),
    "a kind of network": ("AuditEvent", ("agent", 0, "network", "type"), "9", r"agent\.network\.type: '9'"),
    "a status": ("ExplanationOfBenefit", ("status",), "paid", r"ExplanationOfBenefit\.status: 'paid'"),
    "a use": ("ExplanationOfBenefit", ("use",), "bill", r"ExplanationOfBenefit\.use: 'bill'"),
    "an EOB's outcome": ("ExplanationOfBenefit", ("outcome",), "denied", r"ExplanationOfBenefit\.outcome: 'denied'"),
    "CPT": ("ExplanationOfBenefit", ("item", 0, "productOrService", "coding", 0, "code"), "99213", r"productOrService\.coding: '99213' is no code of .*HCPCS"),
    "a dental code": ("ExplanationOfBenefit", ("item", 0, "productOrService", "coding", 0, "code"), "D0120", "'D0120'"),
    "a diagnosis without a dot": ("ExplanationOfBenefit", ("diagnosis", 0, "diagnosisCodeableConcept", "coding", 0, "code"), "F32A", "'F32A' is no code of .*icd-10-cm"),
    "another code system": ("ExplanationOfBenefit", ("item", 0, "productOrService", "coding", 0, "system"), "http://www.ama-assn.org/go/cpt", "'http://www.ama-assn.org/go/cpt' is no code system of an export"),
    "a category of amount": ("ExplanationOfBenefit", ("total", 0, "category", "coding", 0, "code"), "charged", r"total\.category\.coding: 'charged'"),
    "a currency": ("ExplanationOfBenefit", ("payment", "amount", "currency"), "usd", r"payment\.amount\.currency: 'usd'"),
    "a consent's status": ("Consent", ("status",), "given", r"Consent\.status: 'given'"),
    "a provision": ("Consent", ("provision", "provision", 0, "type"), "refuse", r"Consent\.provision\.provision\.type: 'refuse'"),
    "a label": ("Consent", ("provision", "provision", 0, "securityLabel", 0, "code"), "PSYCH", "'PSYCH' is no code of .*v3-ActCode"),
    "a relationship": ("Coverage", ("relationship", "coding", 0, "code"), "wife", "'wife' is no code of .*subscriber-relationship"),
    "a gender": ("Patient", ("gender",), "F", r"Patient\.gender: 'F'"),
    "a language": ("Patient", ("communication", 0, "language", "coding", 0, "code"), "english", "'english'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_code_outside_its_set_is_refused_by_name(bundle: dict[str, Any], case: str) -> None:
    kind, path, value, said = WRONG[case]
    wrong = copy.deepcopy(resources(bundle, kind)[0])
    check(wrong)
    at: Any = wrong
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(InputError, match=said):
        check(wrong)


@pytest.mark.parametrize(
    ("column", "value"),
    [("status", "Maybe"), ("purpose", "marketing"), ("class_name", "Magic")],
    ids=["status", "purpose", "class"],
)
def test_an_event_with_a_word_that_has_no_code_is_refused(column: str, value: str) -> None:
    log = happened({}).astype("object").assign(**{column: value})
    with pytest.raises(UnknownName, match=value):
        fhir.audit_events(log, ["M0000001"])


def test_our_closed_sets_are_those_that_the_library_lists() -> None:
    for path, ours in CODES.items():
        kind, *steps = path.split(".")
        model = get_fhir_model_class(kind)
        for step in steps[:-1]:
            found = re.findall(r"fhirtypes\.(\w+)Type|R4B\.\w+\.(\w+)", str(model.model_fields[step].annotation))
            name = next((a or b for a, b in found), None)
            if name is None:
                break
            model = get_fhir_model_class(name)
        else:
            theirs = (model.model_fields[steps[-1]].json_schema_extra or {}).get("enum_values")  # type: ignore[union-attr]
            assert not theirs or set(ours) <= set(theirs), path


def test_every_label_and_purpose_has_a_code_in_its_system() -> None:
    assert set(fhir.LABELS.values()) <= set(SYSTEMS["http://terminology.hl7.org/CodeSystem/v3-ActCode"])
    assert set(fhir.LANGUAGES.values()) <= set(SYSTEMS["urn:ietf:bcp:47"])


def test_every_language_of_the_company_has_a_code() -> None:
    assert set(Insurer.build(1, 5_000).households["language"]) <= set(fhir.LANGUAGES)


# As it is typed


def test_the_command_writes_a_bundle(tmp_path: Path) -> None:
    out, log = tmp_path / "few.json", tmp_path / "log" / "month=2026-03"
    log.mkdir(parents=True)
    rows = happened({"member": "M0000003"}, {"member": "M0000250"})
    with duckdb.connect(":memory:") as con:
        con.register("rows", rows)
        con.sql("SELECT * FROM rows").write_parquet(str(log / "part-0.parquet"))
        # What lies beside a log's events is the company's own records of them.
        con.sql("SELECT member FROM rows").write_parquet(str(log.parent / "queue.parquet"))
    said = CliRunner().invoke(
        simlab,
        ["insurer", "export-fhir", "--members", "300", "--seed", "2", "--member", "M0000003",
         "--events", str(tmp_path / "log"), "--out", str(out)],
        catch_exceptions=False,
    )  # fmt: skip
    assert said.exit_code == 0 and "about 1 members, valid by fhir.resources" in said.output
    bundle = json.loads(out.read_text("utf-8"))
    assert [p["id"] for p in resources(bundle, "Patient")] == ["M0000003"] and len(resources(bundle, "AuditEvent")) == 1


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    typed = ["insurer", "export-fhir", "--members", "100", "--out", str(tmp_path / "x.json")]
    for more, said in [
        (["--member", "M0000999"], "no member named 'M0000999'"),
        (["--events", str(tmp_path / "nowhere")], "nowhere: no log of events"),
    ]:
        error = CliRunner().invoke(simlab, [*typed, *more]).exception
        assert isinstance(error, InputError) and said in str(error)
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_is_no_log_is_refused(insurer: Insurer) -> None:
    with pytest.raises(InputError, match="the event table has no column 'time'"):
        fhir.audit_events(insurer.members, ["M0000001"])


def test_a_day_of_work_becomes_audit_events(insurer: Insurer) -> None:
    from simlab.activity import ordinary

    log = ordinary(insurer, start=dt.date(2026, 3, 2), days=1, seed=1)
    few = sorted(set(log["member"].astype("str")) - {""})[:5]
    made = fhir.audit_events(log, few)
    assert len(made) == log["member"].isin(few).sum() >= 5
    for one in made:
        check(one)
