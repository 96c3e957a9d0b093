"""Larkspur as tables: the columns, how they hang together, and that they never move."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.errors import InputError, UnknownName
from simlab.insurer import TABLES, Insurer, digest

SEED, SIZE = 20_260, 2_000

FIRST = {
    "households": "household_id street_line city state zip3 language",
    "members": "member_id household_id subscriber_id relationship name_given name_family birth_date gender state zip3 "
    "phone email ssn bank_account is_deceased death_date is_minor is_vip confidential_address mail_returned policy_id",
    "plans": "plan_id plan_name plan_type funding covered_entity",
    "policies": "policy_id plan_id subscriber_id start end",
    "providers": "provider_id name specialty state",
    "claims": "CLM_ID member_id provider_id CLM_FROM_DT CLM_THRU_DT ICD10_DGNS_CD_1 HCPCS_CD_1 CLM_PMT_AMT_CENTS "
    "sensitive status",
    "staff": "staff_id name_given name_family role department shift_start_hour shift_end_hour site_id member_id is_active",
    "roles": "role name department systems",
    "vendors": "vendor_id name service is_agent has_mfa portal_system portal_login has_contract holds egress_ip contact",
    "devices": "device_id kind staff_id is_encrypted",
    "systems": "system_id name holds is_internet_facing",
    "sites": "site_id name state kind egress_ip",
}
# What came later, beside those that lessons and exercises lean on.
COLUMNS: dict[str, str] = FIRST | {
    "policies": f"{FIRST['policies']} group_id",
    "staff": f"{FIRST['staff']} manager_id on_site_days caseload hired onboarded left",
    "employer_groups": "group_id name trade state funding plan_id covered_entity larkspur_is plan_sponsor sponsor_gets "
    "is_certified broker_id contact since",
    "brokers": "broker_id name state acts_for has_contract contact",
    "contracts": "contract_id from to from_name to_name is_agent start end purposes allows subcontractors attestation "
    "attested tells_within",
    "flows": "flow_id from to from_name to_name carries channel is_encrypted often purpose",
    "assets": "asset_id kind site_id floor place holds lock",
    "service_accounts": "account_id kind system_id purpose owner_id rotated is_active",
    "staff_changes": "staff_id date kind from_role to_role",
    "leave": "staff_id first last kind",
    "relations": "staff_id member_id relation",
    "representatives": "member_id represented_by name kind from address is_honored",
    "confidential_requests": "member_id asked asks_for states_danger is_granted answered",
    "own_care": "member_id sensitive from",
    "eligibility_checks": "CHECK_ID member_id provider_id channel service_type answer sensitive staff_id opened closed",
    "authorizations": "AUTH_ID member_id provider_id HCPCS_CD_1 ICD10_DGNS_CD_1 sensitive urgency requested decision CLM_ID staff_id opened closed",
    "eobs": "EOB_ID CLM_ID member_id addressee_id addressee channel address is_confidential is_returned billed_cents discount_cents not_covered_cents copay_cents paid_cents owed_cents reason sensitive staff_id opened closed sent",
    "appeals": "APPEAL_ID CLM_ID member_id filed filed_by reason sensitive outcome staff_id opened closed",
    "call_notes": "NOTE_ID member_id caller topic text sensitive CLM_ID staff_id opened closed",
    "premiums": "PREMIUM_ID policy_id payer method due due_cents status paid paid_cents staff_id opened closed",
}
# A change of these numbers is a change of every lesson's world: raise the version when it is meant.
PINNED = {
    1: "4b3faf1bfe601363d7fbf86e195d18a476281bef9a64ea16dd97fb30ef335a1c",
    4_294_967_295: "6a4c8589496bc665cafb1580575bb0ee8682cb4df14ef09b618b92925b86669d",
}


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(SEED, SIZE)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its categories written out, so that only the values are compared."""
    return frame.astype(dict.fromkeys(frame.select_dtypes("category").columns, "str")).reset_index(drop=True)


@pytest.mark.parametrize(("seed", "pinned"), PINNED.items())
def test_the_world_of_a_seed_is_pinned(seed: int, pinned: str) -> None:
    insurer, whole = Insurer.build(seed, 1_000), hashlib.sha256()
    for name, columns in FIRST.items():
        whole.update(f"{name} {digest(insurer.table(name)[columns.split()])}\n".encode())
    assert whole.hexdigest() == pinned


def test_one_digest_covers_every_table(insurer: Insurer) -> None:
    whole = "".join(f"{name} {digest(insurer.table(name))}\n" for name in TABLES)
    assert insurer.digest() == hashlib.sha256(whole.encode()).hexdigest()


@pytest.mark.parametrize("name", TABLES)
def test_columns(insurer: Insurer, name: str) -> None:
    frame = insurer.table(name)
    assert " ".join(frame.columns) == COLUMNS[name]
    assert len(frame)
    # Only a time may be missing: what has not happened.
    assert frame.drop(columns=frame.select_dtypes("datetime").columns).notna().all().all()
    assert not frame.select_dtypes("float").columns.size


def test_every_key_is_unique_and_every_reference_is_there(insurer: Insurer) -> None:
    t = {name: insurer.table(name) for name in TABLES}
    keys = {
        "households": "household_id", "members": "member_id", "plans": "plan_id", "policies": "policy_id",
        "providers": "provider_id", "claims": "CLM_ID", "staff": "staff_id", "roles": "role",
        "vendors": "vendor_id", "devices": "device_id", "systems": "system_id", "sites": "site_id",
        "eligibility_checks": "CHECK_ID", "authorizations": "AUTH_ID", "eobs": "EOB_ID", "appeals": "APPEAL_ID",
        "call_notes": "NOTE_ID", "premiums": "PREMIUM_ID",
        "employer_groups": "group_id", "brokers": "broker_id", "contracts": "contract_id", "flows": "flow_id",
        "assets": "asset_id", "service_accounts": "account_id",
    }  # fmt: skip
    for table, key in keys.items():
        assert t[table][key].is_unique, f"{table}.{key}"
    for table, column, target in [
        ("members", "household_id", "households"), ("members", "policy_id", "policies"),
        ("policies", "plan_id", "plans"), ("claims", "member_id", "members"), ("claims", "provider_id", "providers"),
        ("staff", "role", "roles"), ("staff", "site_id", "sites"), ("devices", "staff_id", "staff"),
        ("eligibility_checks", "member_id", "members"), ("eligibility_checks", "provider_id", "providers"),
        ("authorizations", "member_id", "members"), ("authorizations", "provider_id", "providers"),
        ("authorizations", "staff_id", "staff"), ("eobs", "CLM_ID", "claims"), ("eobs", "addressee_id", "members"),
        ("appeals", "CLM_ID", "claims"), ("appeals", "staff_id", "staff"), ("call_notes", "staff_id", "staff"),
        ("call_notes", "member_id", "members"), ("premiums", "policy_id", "policies"),
        ("assets", "site_id", "sites"), ("service_accounts", "system_id", "systems"), ("leave", "staff_id", "staff"),
        ("staff_changes", "staff_id", "staff"), ("relations", "staff_id", "staff"), ("relations", "member_id", "members"),
        ("representatives", "member_id", "members"), ("confidential_requests", "member_id", "members"),
        ("own_care", "member_id", "members"),
    ]:  # fmt: skip
        assert t[table][column].isin(t[target][keys[target]]).all(), f"{table}.{column}"
    for table, column, target in [
        ("policies", "group_id", "employer_groups"), ("employer_groups", "broker_id", "brokers"),
        ("employer_groups", "plan_id", "plans"), ("staff", "manager_id", "staff"),
        ("service_accounts", "owner_id", "staff"), ("representatives", "represented_by", "members"),
    ]:  # fmt: skip
        some = t[table].loc[t[table][column] != "", column]
        assert len(some) and some.isin(t[target][keys[target]]).all(), f"{table}.{column}"
    for table in ("members", "policies"):
        subscribers = t["members"].loc[t["members"]["relationship"] == "self", "member_id"]
        assert t[table]["subscriber_id"].isin(subscribers).all()
    own = t["staff"].loc[t["staff"]["member_id"] != "", "member_id"]
    assert own.is_unique and own.isin(t["members"]["member_id"]).all() and len(own)
    portals = t["vendors"].loc[t["vendors"]["portal_system"] != "", "portal_system"]
    assert portals.isin(t["systems"]["system_id"]).all()
    used = {s for line in t["roles"]["systems"] for s in line.split("|")}
    assert used <= set(t["systems"]["system_id"])


def test_households(insurer: Insurer) -> None:
    m = insurer.members
    sizes = m.groupby("household_id").size()
    assert sizes.between(1, 6).all() and sizes.nunique() == 6
    assert (m[m["relationship"] == "self"].groupby("household_id").size() == 1).all()
    assert (m[m["relationship"] == "spouse"].groupby("household_id").size() == 1).all()
    homes = m.merge(insurer.households, on="household_id", suffixes=("", "_home"))
    assert (homes["state"] == homes["state_home"]).all() and (homes["zip3"] == homes["zip3_home"]).all()


def test_children_are_minors_all_year_and_no_one_else_is(insurer: Insurer) -> None:
    m = insurer.members
    assert (m["is_minor"] == (m["relationship"] == "child")).all()
    adult_at_year_end = m["birth_date"] <= pd.Timestamp("2008-12-31")
    adult_at_new_year = m["birth_date"] <= pd.Timestamp("2008-01-01")
    assert not adult_at_year_end[m["is_minor"]].any() and adult_at_new_year[~m["is_minor"]].all()
    assert (m["birth_date"] < pd.Timestamp("2026-01-01")).all()
    born = m.set_index("member_id")["birth_date"]
    parents = m.loc[m["is_minor"], "subscriber_id"].map(born)
    assert (m.loc[m["is_minor"], "birth_date"] - parents >= pd.Timedelta(days=17 * 365)).all()
    assert (m.loc[m["is_minor"], ["phone", "email", "bank_account"]] == "").all().all()


def test_marks_that_ask_for_care_are_about_as_frequent_as_they_should_be() -> None:
    m = Insurer.build(3, 20_000).members
    assert 0.007 < m["is_deceased"].mean() < 0.013
    assert 0.003 < (m["confidential_address"] != "").mean() < 0.007
    assert 0.014 < m["mail_returned"].mean() < 0.026
    assert 0 < m["is_vip"].mean() < 0.01
    assert (m["death_date"].notna() == m["is_deceased"]).all()
    assert not (m["mail_returned"] & (m["confidential_address"] != "")).any()


def test_claims_are_plausible() -> None:
    world = Insurer.build(3, 20_000)
    c, m = world.claims, world.members.set_index("member_id")
    assert 8 < len(c) / len(m) < 12
    of = c["member_id"].astype("str")
    assert (c["CLM_FROM_DT"] <= c["CLM_THRU_DT"]).all() and (c["CLM_FROM_DT"].dt.year == world.year).all()
    assert (c["CLM_THRU_DT"].dt.year == world.year).all()
    policy = world.policies.set_index("policy_id").loc[of.map(m["policy_id"])]
    begins = c["CLM_FROM_DT"].to_numpy()
    assert (begins >= policy["start"].to_numpy()).all() and (begins <= policy["end"].to_numpy()).all()
    death = of.map(m["death_date"])
    assert (death.isna() | (c["CLM_FROM_DT"] <= death)).all()
    unpaid = c["status"].isin(["denied", "pending"])
    assert (c.loc[unpaid, "CLM_PMT_AMT_CENTS"] == 0).all() and (c.loc[~unpaid, "CLM_PMT_AMT_CENTS"] > 0).all()
    shares = c["sensitive"].value_counts(normalize=True)
    assert 0.03 < 1 - shares["none"] < 0.15 and (shares > 0.001).all()
    where = world.providers.set_index("provider_id")["state"].astype("str")
    assert (c["provider_id"].astype("str").map(where) == of.map(m["state"].astype("str"))).all()
    reproductive_men = c[(c["ICD10_DGNS_CD_1"] == "Z3400") & (of.map(m["gender"].astype("str")) != "F")]
    assert reproductive_men.empty


def test_company(insurer: Insurer) -> None:
    assert {
        "claims-core",
        "member-portal",
        "vendor-portal",
        "data-warehouse",
        "mail",
        "call-notes",
        "backup-store",
    } <= set(insurer.systems["system_id"])
    brightwater = insurer.vendors.set_index("vendor_id").loc["V01"]
    assert brightwater["name"] == "Brightwater Mailing" and brightwater["portal_system"] == "vendor-portal"
    assert brightwater["portal_login"] and not brightwater["has_mfa"]
    staff, roles = insurer.staff, insurer.roles
    assert len(staff) == 40 and set(staff["role"]) == set(roles["role"])
    assert len(Insurer.build(1, 10_000).staff) == 100
    lost = insurer.devices[insurer.devices["kind"] == "backup drive"]
    assert set(lost["is_encrypted"]) == {True, False}
    self_funded = insurer.plans[insurer.plans["funding"] == "self-funded"]
    assert len(self_funded) and not (self_funded["covered_entity"] == "Larkspur Health Plan").any()
    mine = staff[staff["member_id"] != ""].merge(insurer.members, on="member_id", suffixes=("", "_member"))
    assert (mine["name_family"] == mine["name_family_member"].astype("str")).all()


@pytest.mark.parametrize(
    "name",
    ["households", "members", "policies", "claims", "providers", "employer_groups", "confidential_requests", "own_care",
     "representatives"],
)  # fmt: skip
def test_growth_moves_nobody(name: str) -> None:
    # 9,000 to 11,000 crosses the block at which providers join.
    for small, large in ((1_000, 2_000), (9_000, 11_000)):
        less, more = Insurer.build(SEED, small), Insurer.build(SEED, large)
        few, many = less.table(name), more.table(name)
        assert len(few) <= len(many)
        pd.testing.assert_frame_equal(plain(few), plain(many.head(len(few))))


def test_growth_keeps_the_staff() -> None:
    few, many = Insurer.build(SEED, 5_000), Insurer.build(SEED, 20_000)
    for name in ("staff", "devices", "staff_changes", "leave", "relations", "assets", "service_accounts"):
        less, more = few.table(name), many.table(name)
        pd.testing.assert_frame_equal(plain(less), plain(more.head(len(less))))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(100, 400), more=st.integers(0, 300))
def test_any_seed_and_size(seed: int, size: int, more: int) -> None:
    few, many = Insurer.build(seed, size), Insurer.build(seed, size + more)
    assert len(few.members) == size
    for name in ("members", "households", "policies", "claims"):
        pd.testing.assert_frame_equal(plain(few.table(name)), plain(many.table(name).head(len(few.table(name)))))
    assert few.members["ssn"].is_unique
    assert (few.members["relationship"] == "self").sum() == len(few.households) == len(few.policies)


def test_seeds_differ() -> None:
    one, two = Insurer.build(1, 500).members, Insurer.build(2, 500).members
    assert (one["ssn"] != two["ssn"]).mean() > 0.99
    assert (one["name_family"].astype("str") != two["name_family"].astype("str")).mean() > 0.9


def test_what_you_get_is_your_own(insurer: Insurer) -> None:
    mine = insurer.members
    mine.loc[:, "ssn"] = "gone"
    mine["is_vip"] = True
    mine.iloc[0, 0] = "M9999999"
    mine.insert(0, "mine", 1)
    assert insurer.members["member_id"].iloc[0] == "M0000001" and "gone" not in set(insurer.members["ssn"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        insurer.seed = 1  # type: ignore[misc]
    with pytest.raises(AttributeError):
        insurer.members = mine  # type: ignore[misc]


@pytest.mark.parametrize("size", [99, 0, -1, 5_000_001, 1_000.0, "1000", True, None])
def test_members_out_of_range(size: object) -> None:
    with pytest.raises(InputError, match=r"members is .*: give a whole number from 100 to 5,000,000"):
        Insurer.build(1, size)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", False])
def test_seed_out_of_range(seed: object) -> None:
    with pytest.raises(InputError, match=r"seed is .*: give a whole number from 0 to 4,294,967,295"):
        Insurer.build(seed)  # type: ignore[arg-type]


def test_numpy_numbers_are_numbers() -> None:
    assert Insurer.build(np.int64(5), np.int32(100)) == Insurer.build(5, 100)  # type: ignore[arg-type]


def test_unknown_table(insurer: Insurer) -> None:
    with pytest.raises(UnknownName, match="did you mean 'members'"):
        insurer.table("member")
