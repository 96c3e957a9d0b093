"""The register and the facts that the simulated company's own tables give."""

from __future__ import annotations

import datetime as dt

import pytest

from simlab.controls import consent
from simlab.controls.consent import Registry
from simlab.controls.sharing import Gateway, contract_facts, request, sponsor_facts
from simlab.errors import UnknownName
from simlab.insurer import Insurer

AT = dt.datetime(2026, 6, 15, 15, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def company() -> Insurer:
    return Insurer.build(1, 5_000)


@pytest.fixture(scope="module")
def registry(company: Insurer) -> Registry:
    return consent.registry_of(company)


def test_every_row_is_entered_and_none_refused(company: Insurer, registry: Registry) -> None:
    rows = len(company.table("representatives")) + len(company.table("confidential_requests"))
    assert len(registry.entries) == rows and {e.status for e in registry.entries} == {"held"}
    registry.verify()


def test_who_acts_for_a_member_is_told_and_who_endangers_them_is_not(company: Insurer, registry: Registry) -> None:
    table = company.table("representatives")
    table = table[table["from"] <= "2026-06-01"]
    for honored in (True, False):
        for row in table[table["is_honored"] == honored].head(5).to_dict("records"):
            ask = request(
                at=AT, recipient="personal representative", purpose="access", who=row["name"],
                member=row["member_id"], data=["claims"], facts={"identity_verified": True},
            )  # fmt: skip
            decision = Gateway(registry).decide(ask)
            assert bool(decision) == honored, (row, decision.in_words())
            assert honored or decision.cite == "45 CFR 164.502(g)(5)"


def test_a_notice_goes_where_the_member_asked_and_only_if_it_was_granted(company: Insurer, registry: Registry) -> None:
    home = company.members.set_index("member_id")["confidential_address"]
    seen = set()
    for row in company.table("confidential_requests").to_dict("records"):
        ask = request(
            at=AT, recipient="member", purpose="notice", who="the member", member=row["member_id"], data=["claims"]
        )
        went = Gateway(registry).decide(ask).channel
        is_open = row["is_granted"] and row["asked"] <= AT.replace(tzinfo=None)
        assert went == (home[row["member_id"]] if is_open else "mail")
        seen.add(bool(row["is_granted"]))
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("vendor", "purpose", "data", "on", "expected"),
    [
        ("V01", "check addresses", ["demographics"], dt.date(2026, 6, 15), (True, True)),
        ("Brightwater Mailing", "check addresses", ["financial"], dt.date(2026, 6, 15), (True, False)),
        ("V01", "sell addresses", ["demographics"], dt.date(2026, 6, 15), (True, False)),
        ("V01", "check addresses", ["demographics"], dt.date(2027, 2, 28), (True, True)),
        ("V01", "check addresses", ["demographics"], dt.date(2027, 3, 1), (False, False)),
        ("V07", "check addresses", ["demographics"], dt.date(2026, 6, 15), (False, False)),
    ],
)
def test_a_contract_says_what_a_vendor_may(
    company: Insurer, vendor: str, purpose: str, data: list[str], on: dt.date, expected: tuple[bool, bool]
) -> None:
    found = contract_facts(company.table("contracts"), vendor, purpose, data, on)
    assert (found["contract_in_force"], found["contract_allows_purpose"]) == expected


def test_a_sponsor_that_has_not_certified_gets_no_claims(company: Insurer) -> None:
    groups = company.table("employer_groups")
    for certified in (True, False):
        group = str(groups.loc[groups["is_certified"] == certified, "group_id"].iloc[0])
        facts = sponsor_facts(groups, group) | {"firewall": True, "security_terms": True, "identity_verified": True}
        ask = request(
            at=AT, recipient="plan sponsor", purpose="administration", who="x", member="M0000001", data=["claims"],
            facts=facts,
        )  # fmt: skip
        assert bool(Gateway(Registry({"M0000001": "Zoë Fontaine"})).decide(ask)) == certified
    with pytest.raises(UnknownName):
        sponsor_facts(groups, "G99999")
