"""Careers, employers, contracts, flows and things: each table agrees with the others, and what is planted is there."""

from __future__ import annotations

import pandas as pd
import pytest

from simlab.errors import ContentError
from simlab.insurer import Insurer, contracts, pools

WORLDS = [Insurer.build(seed, size) for seed in (1, 20_260) for size in (100, 1_000, 10_000)]
GROWN = [Insurer.build(seed, 60_000) for seed in (1, 20_260)]
YEAR_END = pd.Timestamp("2026-12-31")


def name_of(world: Insurer) -> str:
    return f"seed {world.seed}, {world.size}"


every = pytest.mark.parametrize("world", [*WORLDS, *GROWN], ids=name_of)
grown = pytest.mark.parametrize("world", GROWN, ids=name_of)


def changes(world: Insurer, kind: str) -> pd.DataFrame:
    c = world.staff_changes
    return c[c["kind"] == kind].set_index("staff_id")


@every
def test_each_of_the_staff_was_hired_once_and_each_leaver_left_once(world: Insurer) -> None:
    staff = world.staff.set_index("staff_id")
    hired, left = changes(world, "hired"), changes(world, "left")
    assert hired.index.is_unique and set(hired.index) == set(staff.index)
    assert left.index.is_unique and set(left.index) == set(staff.index[~staff["is_active"]])
    assert (hired["date"] == staff["hired"].reindex(hired.index)).all()
    assert (left["date"] == staff["left"].reindex(left.index)).all()
    assert (staff["left"].isna() == staff["is_active"]).all()
    assert (left["date"] > staff.loc[left.index, "onboarded"]).all() and (left["date"] <= YEAR_END).all()
    assert (staff["onboarded"] > staff["hired"]).all()


@every
def test_roles_follow_one_another_to_the_present_one(world: Insurer) -> None:
    staff, c = world.staff.set_index("staff_id"), world.staff_changes
    assert c.groupby("staff_id")["date"].is_monotonic_increasing.all()
    before = c.groupby("staff_id")["to_role"].shift().astype("str")
    later = c["kind"] != "hired"
    assert (c.loc[later, "from_role"].astype("str") == before[later]).all()
    assert (c.loc[~later, "from_role"] == "").all()
    moved = changes(world, "transferred")
    assert (moved["from_role"].astype("str") != moved["to_role"].astype("str")).all()
    last = c[c["kind"] != "left"].groupby("staff_id")["to_role"].last().astype("str")
    assert (last == staff["role"].astype("str").reindex(last.index)).all()
    assert set(c.loc[c["kind"] == "left", "to_role"]) <= {""}


@every
def test_the_first_forty_were_there_before_the_year_and_stay(world: Insurer) -> None:
    first = set(world.staff["staff_id"].head(40))
    c = world.staff_changes
    assert (c.loc[c["staff_id"].isin(first), "date"] < pd.Timestamp("2026-01-01")).all()
    assert world.staff["is_active"].head(40).all()


@every
def test_nobody_is_away_before_they_came_after_they_left_or_twice_at_once(world: Insurer) -> None:
    leave, staff = world.leave, world.staff.set_index("staff_id")
    theirs = staff.loc[leave["staff_id"]]
    assert (leave["first"].to_numpy() >= theirs["onboarded"].to_numpy()).all()
    assert (theirs["left"].isna().to_numpy() | (leave["last"].to_numpy() <= theirs["left"].to_numpy())).all()
    assert (leave["first"] <= leave["last"]).all()
    assert (leave["first"].dt.year == 2026).all() and (leave["last"].dt.year == 2026).all()
    ends = leave.groupby("staff_id")["last"].shift()
    assert (ends.isna() | (leave["first"] > ends)).all()


@every
def test_everybody_reports_to_an_active_manager_up_to_the_first(world: Insurer) -> None:
    staff = world.staff.set_index("staff_id")
    top = staff.index[staff["manager_id"] == ""]
    assert len(top) == 1 and staff.loc[top[0], "role"] == "manager"
    chiefs = staff.loc[staff.loc[staff["manager_id"] != "", "manager_id"]]
    assert (chiefs["role"] == "manager").all() and chiefs["is_active"].all()
    assert (staff["manager_id"] != staff.index).all()


@every
def test_days_on_site_and_caseloads_fit_site_and_role(world: Insurer) -> None:
    staff = world.staff
    assert ((staff["on_site_days"] == "") == (staff["site_id"] == "remote")).all()
    days = {d for line in staff["on_site_days"] if line for d in line.split("|")}
    assert days == {"Mon", "Tue", "Wed", "Thu", "Fri"}
    span = {r.id: r.caseload for r in pools.roles()}
    assert all(span[r][0] <= n <= span[r][1] for r, n in zip(staff["role"], staff["caseload"], strict=True))


@grown
def test_a_grown_company_has_new_people_leavers_transfers_and_new_parents(world: Insurer) -> None:
    staff, c = world.staff, world.staff_changes
    assert 0.02 < (staff["hired"] >= pd.Timestamp("2026-01-01")).mean() < 0.12
    assert 0.02 < (~staff["is_active"]).mean() < 0.09
    left = c.loc[c["kind"] == "left", "date"]
    assert (left < pd.Timestamp("2026-01-01")).any() and (left >= pd.Timestamp("2026-01-01")).any()
    assert (c["kind"] == "transferred").mean() > 0.01
    assert set(world.leave["kind"]) == {"vacation", "sick", "training", "parental"}
    assert ((staff["onboarded"] - staff["hired"]) >= pd.Timedelta(days=30)).any()


@every
def test_a_self_funded_group_is_a_covered_entity_of_its_own_and_larkspur_its_business_associate(world: Insurer) -> None:
    g, plans, c = world.employer_groups, world.plans.set_index("plan_id"), world.contracts
    own = g[g["funding"] == "self-funded"]
    assert set(own["plan_id"]) == set(plans.index[plans["funding"] == "self-funded"])
    assert (own["larkspur_is"] == "business associate").all() and own["covered_entity"].is_unique
    assert (own["covered_entity"].to_numpy() == plans.loc[own["plan_id"], "covered_entity"].to_numpy()).all()
    with_plan = c[c["to"] == "larkspur"].set_index("from")
    assert set(with_plan.index) == set(own["plan_id"])
    assert (with_plan.loc[own["plan_id"], "start"].to_numpy() == own["since"].to_numpy()).all()
    rest = g[g["funding"] == "insured"]
    assert (rest["larkspur_is"] == "insurer").all() and (rest["covered_entity"] == "Larkspur Health Plan").all()
    assert g["name"].is_unique and g["contact"].is_unique


@every
def test_a_policy_of_a_self_funded_plan_is_of_its_group_and_others_are_of_none_or_an_insured_one(
    world: Insurer,
) -> None:
    g, plans = world.employer_groups.set_index("group_id"), world.plans.set_index("plan_id")
    p = world.policies.astype({"plan_id": "str"})
    own = (plans.loc[p["plan_id"], "funding"] == "self-funded").to_numpy()
    assert (g.loc[p.loc[own, "group_id"], "plan_id"].to_numpy() == p.loc[own, "plan_id"].to_numpy()).all()
    others = p[~own & (p["group_id"] != "").to_numpy()]
    assert (g.loc[others["group_id"], "funding"] == "insured").all()
    assert (p.loc[p["plan_id"] == "PL06", "group_id"] == "").all()
    home = world.households["state"].astype("str")[others.index]
    assert (g.loc[others["group_id"], "state"].astype("str").to_numpy() == home.to_numpy()).all()


@every
def test_a_sponsor_gets_more_than_a_summary_only_by_plan_documents_with_few_planted_exceptions(world: Insurer) -> None:
    g = world.employer_groups
    more = g[g["sponsor_gets"] == "plan administration"]
    assert not g.loc[g["sponsor_gets"] != "plan administration", "is_certified"].any()
    assert more.loc[more["funding"] == "self-funded", "is_certified"].all()


def test_every_vendor_that_gets_data_has_a_contract_that_covers_it_but_for_the_planted_ones() -> None:
    world = WORLDS[0]
    c = world.contracts[world.contracts["from"] == "larkspur"].set_index("to")
    vendors, f = world.vendors.set_index("vendor_id"), world.flows
    given = f[f["to"].isin(vendors.index)]
    assert set(given["to"]) == set(vendors.index)
    assert set(given["to"]) - set(c.index) == {"V07"} == set(vendors.index[~vendors["has_contract"]])
    too_much = {
        to
        for to, carries in zip(given["to"], given["carries"], strict=True)
        if to in c.index and set(carries.split("|")) - set(c.loc[to, "allows"].split("|"))
    }
    assert too_much == {"V05"}
    assert set(c.index[c["end"] < YEAR_END]) == {"V08"} and (c["start"] < pd.Timestamp("2026-01-01")).all()
    assert set(c.index[c["attested"].isna()]) == {"V06"} == set(c.index[c["attestation"] == "none"])
    assert set(c.index[c["attested"] < pd.Timestamp("2024-12-31")]) == {"V01"}
    assert (c["is_agent"] == vendors["is_agent"].reindex(c.index)).all()


def test_a_flow_carries_no_more_than_its_source_holds() -> None:
    world = WORLDS[0]
    holds = pd.concat([world.systems.set_index("system_id")["holds"], world.vendors.set_index("vendor_id")["holds"]])
    for row in world.flows.itertuples():
        for party in {row._2, row.to} & set(holds.index):
            assert set(row.carries.split("|")) - {"none"} <= set(holds[party].split("|")), (row.flow_id, party)
    assert (~world.flows["is_encrypted"]).sum() >= 3
    portals = world.vendors.loc[world.vendors["portal_system"] != "", "vendor_id"]
    assert set(portals) == set(world.flows.loc[world.flows["from"] == "vendor-portal", "to"]) - {"brokers"}


def test_a_party_that_nothing_names_is_told() -> None:
    wrong = contracts.flows()[0].model_copy(update={"to": "V99"})
    with pytest.raises(ContentError, match=r"insurer/flows.yml: F01: 'V99' is none of .*V01"):
        contracts.refer("flows", [wrong], {"providers", "V01"})


@every
def test_service_accounts_belong_to_somebody_active_but_for_the_one_that_was_forgotten(world: Insurer) -> None:
    a, staff = world.service_accounts.set_index("account_id"), world.staff.set_index("staff_id")
    assert set(a.index[a["owner_id"] == ""]) == {"svc-migration"} and a.loc["svc-migration", "is_active"]
    assert staff.loc[a.loc[a["owner_id"] != "", "owner_id"], "is_active"].all()
    assert set(a["kind"]) == {"service", "shared", "emergency"}


@every
def test_things_stand_at_every_place_and_a_floor_is_added_for_each_hundred_staff(world: Insurer) -> None:
    a = world.assets
    assert set(a["kind"]) == {"printer", "filing cabinet", "server room", "badge reader"}
    assert set(a["site_id"]) == set(world.sites["site_id"]) - {"remote"}
    assert a["floor"].max() == -(-len(world.staff) // 100)
    assert (a.loc[a["lock"] == "none", "floor"] == 1).all() and (a["lock"] == "none").sum() == 2


def test_brokers_who_act_for_larkspur_have_a_contract_but_one() -> None:
    b = WORLDS[0].brokers
    assert list(b.loc[(b["acts_for"] == "Larkspur") & ~b["has_contract"], "broker_id"]) == ["B06"]
    assert not b.loc[b["acts_for"] == "employer", "has_contract"].any()
