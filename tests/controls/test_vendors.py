"""Contracts with vendors: every term that the rule asks for, one missing at a time, and what is left when one goes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simlab import clock, events
from simlab.content import names, resource
from simlab.controls import vendors
from simlab.controls.consent import Registry
from simlab.controls.sharing import Gateway, request
from simlab.controls.vendors import Certificate, Contract, check, contract, left_behind, offboard
from simlab.controls.vendors.asking import later
from simlab.errors import ContentError, InputError, UnknownName
from simlab.insurer import Insurer

AT = dt.date(2026, 10, 15)
FULL = contract("C02")
BW_LAST = dt.date(2026, 10, 31)
# Written down from the rule before the check was: each term and its paragraph.
TERMS = {
    "uses": "45 CFR 164.504(e)(2)(i)", "no_further_use": "45 CFR 164.504(e)(2)(ii)(A)",
    "safeguards": "45 CFR 164.504(e)(2)(ii)(B)", "security_rule": "45 CFR 164.314(a)(2)(i)(A)",
    "reports_use": "45 CFR 164.504(e)(2)(ii)(C)", "reports_incidents": "45 CFR 164.314(a)(2)(i)(C)",
    "subcontractors": "45 CFR 164.504(e)(2)(ii)(D)", "access": "45 CFR 164.504(e)(2)(ii)(E)",
    "amendment": "45 CFR 164.504(e)(2)(ii)(F)", "accounting": "45 CFR 164.504(e)(2)(ii)(G)",
    "duties": "45 CFR 164.504(e)(2)(ii)(H)", "books": "45 CFR 164.504(e)(2)(ii)(I)",
    "return_or_destroy": "45 CFR 164.504(e)(2)(ii)(J)", "termination": "45 CFR 164.504(e)(2)(iii)",
}  # fmt: skip


def changed(of: Contract = FULL, **changes: Any) -> Contract:
    return of.model_copy(update=changes)


@pytest.fixture(scope="module")
def company() -> Insurer:
    return Insurer.build(1, 500)


@pytest.mark.parametrize("name", names("vendors"))
def test_every_contract_can_be_read_and_agrees_with_the_table(name: str, company: Insurer) -> None:
    told = vendors.differences(contract(name), company.contracts)
    # C03 is called contractor on paper; the table says what it is.
    assert told == (("is_agent",) if name == "C03" else ())
    assert set(contract(name).flows) <= set(company.flows["flow_id"])


def test_a_contract_with_every_term_has_no_finding() -> None:
    assert check(FULL, AT) == () and vendors.is_complete(FULL) and vendors.contracts().faults == ()


@pytest.mark.parametrize("term", TERMS)
def test_one_term_less_is_found_with_its_paragraph(term: str) -> None:
    less = changed(clauses=tuple(c for c in FULL.clauses if c.term != term))
    (found,) = check(less, AT)
    assert (found.kind, found.cite, vendors.lacking(less)) == ("term", TERMS[term], (term,))
    assert found.right and not vendors.is_complete(less)


@given(st.sets(st.sampled_from(sorted(TERMS))))
def test_whatever_is_missing_is_what_is_found(gone: set[str]) -> None:
    less = changed(clauses=tuple(c for c in FULL.clauses if c.term not in gone))
    assert {f.cite for f in check(less, AT)} == {TERMS[t] for t in gone}


# One fact is changed, and the finding comes or goes.
@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"carries_duties": False, "clauses": tuple(c for c in FULL.clauses if c.term != "duties")}, []),
        ({"is_electronic": False, "clauses": tuple(c for c in FULL.clauses if c.term != "security_rule")}, []),
        ({"tells_within": 60}, []),
        ({"tells_within": 61}, ["telling"]),
        ({"signed": None}, ["unsigned"]),
        ({"purposes": ("pharmacy claims", "its own marketing")}, ["purpose"]),
        ({"purposes": ("sale of the data",)}, ["purpose"]),
        ({"knows_violation": True}, ["violation"]),
        ({"plan_directs": None}, []),
        ({"plan_directs": True}, ["standing"]),
        ({"plan_directs": True, "called": "agent"}, []),
        ({"attestation": "none"}, ["attestation"]),
        ({"attested": dt.date(2023, 1, 1)}, ["attestation"]),
        ({"end": dt.date(2026, 10, 14)}, ["ended"]),
        ({"end": dt.date(2026, 10, 15)}, []),
        ({"terminated": dt.date(2026, 10, 14)}, ["ended"]),
        ({"start": dt.date(2026, 10, 16)}, ["not begun"]),
        ({"subcontractors": (FULL.subcontractors[0].model_copy(update={"has_contract": False}),)}, ["subcontractor"]),
    ],
)  # fmt: skip
def test_one_fact_brings_one_finding(changes: dict[str, Any], kinds: list[str]) -> None:
    assert [f.kind for f in check(changed(**changes), AT)] == kinds


def test_a_nondisclosure_agreement_is_not_a_contract_of_this_kind() -> None:
    nda = changed(
        kind="nondisclosure agreement", clauses=tuple(c for c in FULL.clauses if c.term in ("uses", "no_further_use"))
    )
    assert set(vendors.lacking(nda)) == set(TERMS) - {"uses", "no_further_use"}


# Agent or contractor: the vectors of 45 CFR 164.404(a)(2) and 164.410.
@pytest.mark.parametrize(
    ("directs", "known", "members_by"),
    [
        (True, dt.date(2026, 2, 1), dt.date(2026, 4, 2)),
        (False, dt.date(2026, 3, 20), dt.date(2026, 5, 19)),
        (None, dt.date(2026, 2, 1), dt.date(2026, 4, 2)),
    ],
)
def test_who_directs_the_work_moves_the_clock(directs: bool | None, known: dt.date, members_by: dt.date) -> None:
    found = vendors.clock(changed(plan_directs=directs), dt.date(2026, 2, 1), dt.date(2026, 3, 20))
    assert (found.known, found.members_by, found.vendor_tells_by) == (known, members_by, dt.date(2026, 4, 2))


def test_the_label_alone_moves_nothing_and_is_said_to_differ() -> None:
    for called in ("agent", "contractor"):
        assert vendors.standing(changed(called=called, plan_directs=True)).is_agent
    told = vendors.standing(contract("C03"))
    assert told.is_agent and not told.is_settled and "although the contract says contractor" in told.reason
    assert not vendors.standing(changed(plan_directs=None)).is_settled
    with pytest.raises(InputError, match="the other way round"):
        vendors.clock(FULL, dt.date(2026, 3, 2), dt.date(2026, 3, 1))


def test_questions_are_scored_and_what_is_not_answered_is_a_gap() -> None:
    full = vendors.score(FULL.answers)
    assert full.share == 1 and full.gaps == ()
    half = vendors.score(FULL.answers | {"own_logins": "partly"})
    assert full.points - half.points == 1.5 and [g.question for g in half.gaps] == ["own_logins"]
    assert vendors.score({}).points == 0 and len(vendors.score({}).gaps) == 10
    with pytest.raises(UnknownName, match="own_logins"):
        vendors.score({"own_login": "yes"})
    with pytest.raises(InputError, match="yes, partly or no"):
        vendors.score({"own_logins": "maybe"})


def test_the_calendar_says_what_is_overdue_and_ends_with_the_contract() -> None:
    due = {d.task: d for d in vendors.calendar(contract("C06"), AT)}
    assert due["questionnaire"].on == dt.date(2021, 5, 1) and due["questionnaire"].is_overdue
    assert "attestation" not in due and due["decide"].on == dt.date(2027, 1, 30)
    assert vendors.calendar(contract("C08"), AT) == ()
    assert later(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)


def test_what_leaves_the_bounds_of_a_contract_is_found(company: Insurer) -> None:
    found = {(f.about.split()[0], f.kind) for f in vendors.out_of_bounds(company, AT)}
    assert found == {
        ("F14", "beyond"), ("F16", "no contract"), ("F16", "unprotected"), ("F17", "no contract"),
        ("brightwater-svc", "log-in"), ("silverbirch-svc", "log-in"), ("svc-reports", "old secret"), ("svc-migration", "orphan"),
    }  # fmt: skip
    before = {(f.about.split()[0], f.kind) for f in vendors.out_of_bounds(company, dt.date(2026, 6, 30))}
    assert ("F17", "no contract") not in before and ("silverbirch-svc", "log-in") not in before


# One fact is changed, and the sharing gateway tells or refuses.
@pytest.mark.parametrize(
    ("vendor", "purpose", "data", "on", "lacking"),
    [
        ("V02", "pharmacy claims", ("claims",), AT, ""),
        ("V02", "pharmacy claims", ("claims",), dt.date(2027, 1, 1), "no business associate contract"),
        ("V02", "audit paid claims", ("claims",), AT, "does not allow this use"),
        ("V02", "pharmacy claims", ("financial",), AT, "does not allow this use"),
        ("V05", "audit paid claims", ("claims",), AT, "lacks a term"),
        ("V07", "translate letters", ("claims",), AT, "no business associate contract"),
        ("V01", "print and mail member letters", ("claims",), BW_LAST, ""),
        ("V01", "print and mail member letters", ("claims",), BW_LAST + dt.timedelta(days=1), "no business associate"),
    ],
)
def test_the_sharing_gateway_hears_what_the_paper_says(
    vendor: str, purpose: str, data: tuple[str, ...], on: dt.date, lacking: str
) -> None:
    at = dt.datetime.combine(on, dt.time(15), dt.UTC)
    found = vendors.facts(vendor, purpose, data, on)
    ask = request(at=at, recipient="vendor", purpose="services", who=vendor, member="M1", data=("claims",), facts=found)
    decision = Gateway(Registry({"M1": "Ada Law"})).decide(ask)
    reasons = " ".join(p.reason for p in decision.parts)
    assert (lacking in reasons) if lacking else ("within its contract" in reasons), reasons


def test_data_of_no_class_are_not_asked_for() -> None:
    with pytest.raises(UnknownName, match="did you mean 'claims'"):
        vendors.facts("V02", "pharmacy claims", ("claim",), AT)


# The end of Brightwater's contract.
BW = contract("C01")
LAST, LATER = BW.last_day, dt.date(2026, 12, 5)


def all_done(of: Contract = BW) -> dict[str, dt.date]:
    return {s.id: of.last_day for s in offboard(of)}


def proofs(of: Contract = BW) -> list[Certificate]:
    return [Certificate(d.id, "Petra Lindqvist", dt.date(2026, 11, 20), "wiped, by NIST SP 800-88") for d in of.data]


def test_everything_that_it_holds_has_a_step_in_the_right_order() -> None:
    steps = offboard(BW)
    kinds = list(dict.fromkeys(s.kind for s in steps))
    assert kinds == ["service", "flow", "account", "key", "rule", "badge", "data", "proof", "log"]
    held = [*BW.accounts, *BW.keys, *BW.data, *BW.badges]
    assert {h.id for h in held} | set(BW.flows) | set(BW.rules) <= {s.target for s in steps}
    assert all(s.due <= LAST for s in steps if s.kind in ("account", "key", "rule", "flow", "service"))
    assert offboard(BW, at=dt.date(2026, 8, 31))[1].due == dt.date(2026, 8, 31)
    with pytest.raises(InputError, match="before its start"):
        offboard(BW, at=dt.date(2021, 1, 1))


def test_that_a_contract_has_ended_closes_nothing() -> None:
    left = left_behind(BW, {}, LATER)
    assert {x.kind for x in left} == {"flow", "account", "key", "rule", "badge", "data"}
    assert left_behind(BW, {}, LAST) == ()


@pytest.mark.parametrize("step", [s.id for s in offboard(BW) if s.kind not in ("service", "proof", "log")])
def test_one_step_not_taken_is_one_thing_left(step: str) -> None:
    done, certificates = all_done(), proofs()
    assert left_behind(BW, done, LATER, certificates=certificates) == ()
    del done[step]
    certificates = [c for c in certificates if f"data:{c.data}" != step]
    assert [x.id for x in left_behind(BW, done, LATER, certificates=certificates)] == [step]


def test_data_without_a_certificate_are_left_whatever_was_said() -> None:
    left = left_behind(BW, all_done(), LATER, certificates=proofs()[1:])
    assert [x.why for x in left] == ["said to be gone, and there is no certificate"]
    blank = [Certificate(d.id, "", LATER, "") for d in BW.data]
    assert len(left_behind(BW, all_done(), LATER, certificates=blank)) == 3
    kept = BW.model_copy(update={"data": (BW.data[0].model_copy(update={"infeasible": "a court holds it"}),)})
    assert [
        x.kind
        for x in left_behind(kept, {k: v for k, v in all_done().items() if k in {s.id for s in offboard(kept)}}, LATER)
    ] == ["kept"]


def log_of(*rows: tuple[str, dt.datetime, str]) -> pd.DataFrame:
    made = {
        "time": [clock.micros(when) for _, when, _ in rows], "class_name": ["Authentication"] * len(rows),
        "activity_name": ["Logon"] * len(rows), "actor": [who for who, _, _ in rows],
        "status": [said for _, _, said in rows],
    }  # fmt: skip
    return events.frame(made, len(rows))


def test_an_account_that_still_logs_in_is_told_by_the_log() -> None:
    # 1 November 04:59 UTC is still 31 October in Tulsa: the last day counts in full.
    log = log_of(
        ("brightwater-sftp", dt.datetime(2026, 11, 1, 4, 59, tzinfo=dt.UTC), "Success"),
        ("brightwater-sftp", dt.datetime(2026, 11, 1, 5, 0, tzinfo=dt.UTC), "Success"),
        ("brightwater-sftp", dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC), "Failure"),
        ("cedarline-svc", dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC), "Success"),
    )
    done = all_done()
    left = left_behind(BW, done, LATER, certificates=proofs(), log=log)
    assert [(x.target, x.why) for x in left] == [("brightwater-sftp", "marked as closed, and it logged in 1 times")]
    del done["account:brightwater-sftp"]
    (left_open,) = left_behind(BW, done, LATER, certificates=proofs(), log=log)
    assert "logged in 1 times after the last day" in left_open.why


def test_a_step_or_data_that_are_not_the_vendors_are_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean 'account:brightwater-svc'"):
        left_behind(BW, {"account:brightwater-sv": LAST}, LATER)
    with pytest.raises(UnknownName, match="address-files"):
        left_behind(BW, {}, LATER, certificates=[Certificate("address-file", "x", LAST, "x")])


# Bad files.
TEXT = resource("vendors", "C02.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("start: 2023-01-01\n", "", r"C02\.yml.*start: is missing"),
        ("end: 2026-12-31\n", "", r"C02\.yml.*end: is missing"),
        ("end: 2026-12-31", "end: 2022-12-31", r"C02\.yml:\d+: end: lies before the start"),
        ("end: 2026-12-31", "end: next year", r"C02\.yml:\d+: end"),
        ("pharmacy claims, drug", "pharmacie claims, drug", r"purposes.*did you mean 'pharmacy claims'"),
        ("term: access", "term: acess", r"clauses\[7\]\.term.*did you mean 'access'"),
        ("term: amendment", "term: access", r"clauses\[8\]\.term: 'access' stands in an earlier clause"),
        ("tells_within: 5", "tells_within: '5'", r"tells_within"),
        ("tells_within: 5", "tels_within: 5", r"unknown key: did you mean 'tells_within'"),
        ("id: C02", "id: C03", r"the name is the id"),
        ("name: Cedarline Ph", "name: Cedarl\u0456ne Ph", r"name: the name mixes letters of two alphabets"),
        ("name: Cedarline Ph", "name: Cedar\u200bline Ph", r"name: .*nobody sees"),
        ("own_logins: yes", "own_logins: maybe", r"answers"),
        ("own_logins: yes", "own_login: yes", r"answers.*did you mean 'own_logins'"),
        ("reviews: {questionnaire", "reviews: {questionaire", r"reviews.*did you mean 'questionnaire'"),
    ],
)
def test_a_wrong_contract_says_where_and_stops_no_other(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    (tmp_path / "C02.yml").write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "C04.yml").write_text(resource("vendors", "C04.yml").read_text("utf-8"), encoding="utf-8")
    read = vendors.read_folder(tmp_path)
    assert [c.id for c in read.contracts] == ["C04"]
    (fault,) = read.faults
    with pytest.raises(ContentError, match=said):
        raise fault


@pytest.mark.parametrize(
    "name", ["Cedar1ine Pharmacy Benefits", "Cedarline Pharrnacy Benefits", "CEDARLINE  pharmacy benefits"]
)
def test_a_name_that_looks_like_anothers_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "C02.yml").write_text(TEXT, encoding="utf-8")
    twin = TEXT.replace("name: Cedarline Pharmacy Benefits", f"name: {name}", 1)
    twin = twin.replace("id: C02", "id: C09", 1).replace("vendor: V02", "vendor: V09", 1)
    (tmp_path / "C09.yml").write_text(twin, encoding="utf-8")
    (fault,) = vendors.read_folder(tmp_path).faults
    assert fault.file == "C09.yml" and fault.key == "name" and "looks like" in str(fault)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        vendors.read_folder(tmp_path / "nothing")
