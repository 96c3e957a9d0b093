"""Who speaks for whom, and whom the staff know: nothing in these tables contradicts another."""

from __future__ import annotations

import pandas as pd
import pytest

from simlab.insurer import Insurer
from simlab.insurer.standing import OWN_CARE

WORLDS = [Insurer.build(seed, size) for seed in (1, 20_260) for size in (100, 1_000, 10_000)]
BIG = [w for w in WORLDS if w.size == 10_000]


def name_of(world: Insurer) -> str:
    return f"seed {world.seed}, {world.size}"


def members(world: Insurer) -> pd.DataFrame:
    return world.members.set_index("member_id")


every = pytest.mark.parametrize("world", WORLDS, ids=name_of)
big = pytest.mark.parametrize("world", BIG, ids=name_of)


@every
def test_every_minor_has_somebody_to_speak_for_them(world: Insurer) -> None:
    r, m = world.representatives, members(world)
    minors = m.index[m["is_minor"]]
    spoken = r[r["kind"].isin(["parent", "guardian"])]
    assert set(spoken["member_id"]) == set(minors)
    assert not r.duplicated(["member_id", "represented_by", "name"]).any()


@every
def test_nobody_is_represented_by_the_dead_a_minor_or_themselves(world: Insurer) -> None:
    r, m = world.representatives, members(world)
    inside = r[r["represented_by"] != ""]
    by = m.loc[inside["represented_by"]]
    assert not by["is_deceased"].any() and not by["is_minor"].any()
    assert (inside["represented_by"] != inside["member_id"]).all()
    assert (m.loc[inside["member_id"], "household_id"].to_numpy() == by["household_id"].to_numpy()).all()
    names = by["name_given"].astype(str) + " " + by["name_family"].astype(str)
    assert (names.to_numpy() == inside["name"].to_numpy()).all()
    assert (inside["address"] == "").all()


@every
def test_executors_are_for_the_dead_and_powers_of_attorney_for_the_living(world: Insurer) -> None:
    r, m = world.representatives, members(world)
    dead = m.loc[r["member_id"], "is_deceased"].to_numpy()
    minor = m.loc[r["member_id"], "is_minor"].to_numpy()
    assert dead[r["kind"] == "executor"].all() and not minor[r["kind"] == "executor"].any()
    assert not dead[r["kind"] == "power of attorney"].any() and not minor[r["kind"] == "power of attorney"].any()
    death = m.loc[r["member_id"], "death_date"].to_numpy()
    assert (r["from"].to_numpy() > death)[r["kind"] == "executor"].all()
    assert not r[r["kind"].isin(["executor", "power of attorney"])].duplicated("member_id").any()


@big
def test_a_plan_may_refuse_a_representative_in_the_household_of_somebody_in_danger(world: Insurer) -> None:
    r, m = world.representatives, members(world)
    danger = (m.loc[r["member_id"], "confidential_address"] != "").to_numpy()
    assert ((~r["is_honored"]) == (danger & (r["represented_by"] != ""))).all()
    assert (~r["is_honored"]).any()


@big
def test_every_kind_of_representative_is_there_and_some_from_outside(world: Insurer) -> None:
    r = world.representatives
    assert set(r["kind"]) == {"parent", "guardian", "executor", "power of attorney"}
    outside = r[r["represented_by"] == ""]
    assert (outside["address"] == "").any() and (outside["address"] != "").any()
    dead = world.members["is_deceased"] & ~world.members["is_minor"]
    assert 0.7 < (r["kind"] == "executor").sum() / dead.sum() < 1


@every
def test_mail_goes_elsewhere_for_those_whose_statement_was_granted_and_for_no_others(world: Insurer) -> None:
    c, m = world.confidential_requests, members(world)
    assert not c.duplicated("member_id").any()
    granted = set(c.loc[c["is_granted"], "member_id"])
    assert granted == set(m.index[m["confidential_address"] != ""])
    assert (c["is_granted"] == c["states_danger"]).all()
    assert (c["asked"] < c["answered"]).all() and (c["answered"] < pd.Timestamp("2026-01-01")).all()


@big
def test_some_ask_without_a_statement_of_danger(world: Insurer) -> None:
    assert 0.05 < (~world.confidential_requests["states_danger"]).mean() < 0.4


@every
def test_own_care_is_of_minors_from_twelve_on_and_begins_with_a_claim(world: Insurer) -> None:
    own, m = world.own_care, members(world)
    theirs = m.loc[own["member_id"]]
    assert theirs["is_minor"].all() and (theirs["birth_date"] <= pd.Timestamp("2014-01-08")).all()
    assert set(own["sensitive"].astype(str)) <= set(OWN_CARE)
    claims = world.claims.astype({"member_id": "str", "sensitive": "str"})
    first = claims.groupby(["member_id", "sensitive"])["CLM_FROM_DT"].min()
    keys = list(zip(own["member_id"], own["sensitive"].astype(str), strict=True))
    assert (first.loc[keys].to_numpy() == own["from"].to_numpy()).all() and len(set(keys)) == len(keys)


@big
def test_own_care_is_of_every_kind_that_a_minor_may_have_alone(world: Insurer) -> None:
    assert {"mental_health", "reproductive"} <= set(world.own_care["sensitive"].astype(str))
    assert 0.02 < world.own_care["member_id"].nunique() / world.members["is_minor"].sum() < 0.2


@every
def test_the_staff_know_themselves_and_their_households(world: Insurer) -> None:
    r, m, staff = world.relations, members(world), world.staff.set_index("staff_id")
    assert not r.duplicated(["staff_id", "member_id"]).any()
    own = staff.loc[staff["member_id"] != "", "member_id"]
    of_self = r[r["relation"] == "self"].set_index("staff_id")["member_id"]
    pd.testing.assert_series_equal(of_self.sort_index(), own.sort_index(), check_names=False, check_dtype=False)
    home = r[r["relation"] == "household"]
    theirs = m.loc[staff.loc[home["staff_id"], "member_id"], "household_id"].to_numpy()
    assert (m.loc[home["member_id"], "household_id"].to_numpy() == theirs).all()
    everybody = m.groupby("household_id").size()
    assert len(home) == (everybody.loc[m.loc[own, "household_id"]] - 1).sum()


@big
def test_relatives_and_neighbors_live_elsewhere(world: Insurer) -> None:
    r, m, staff = world.relations, members(world), world.staff.set_index("staff_id")
    for kind in ("relative", "neighbor"):
        some = r[(r["relation"] == kind) & (staff.loc[r["staff_id"], "member_id"] != "").to_numpy()]
        own = m.loc[staff.loc[some["staff_id"], "member_id"]]
        other = m.loc[some["member_id"]]
        assert len(some) and (own["household_id"].to_numpy() != other["household_id"].to_numpy()).all()
        if kind == "neighbor":
            assert (own["zip3"].astype(str).to_numpy() == other["zip3"].astype(str).to_numpy()).all()
        else:
            same = own["name_family"].astype(str).to_numpy() == other["name_family"].astype(str).to_numpy()
            assert same.any() and not same.all()


@big
def test_those_who_are_not_insured_here_have_neighbors_too(world: Insurer) -> None:
    r, staff = world.relations, world.staff.set_index("staff_id")
    outside = (staff.loc[r["staff_id"], "member_id"] == "").to_numpy()
    assert "neighbor" in set(r.loc[outside, "relation"]) and "self" not in set(r.loc[outside, "relation"])
