"""What is written around claims hangs together, adds up, and comes in a possible order."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.insurer import Insurer, digest, pools
from simlab.insurer.paperwork import paperwork

NEW = ("eligibility_checks", "authorizations", "eobs", "appeals", "call_notes", "premiums")
SIZES = (100, 1_000, 10_000)
# Who may work on what.
ROLES = {
    "eligibility_checks": {"member_services"},
    "authorizations": {"nurse_reviewer"},
    "eobs": {"claims_examiner"},
    "appeals": {"claims_examiner", "nurse_reviewer"},
    "call_notes": {"member_services"},
    "premiums": {"enrolment"},
}
PINNED = {
    "eligibility_checks": "abb133952240ae956ecace04ce3abe78701ab4d5c0f54eac0e82ba3d0493cd42",
    "authorizations": "680845eab46d03ecbc730d4e9db7808267074b38167323d7a54250236711007a",
    "eobs": "c2d48264accc889193849fa6a5874d633c967b793c51dd84100a0f0d2295be46",
    "appeals": "a79eec79d703f24e99ef2ce2e2b0f518f5fe76eed9de74fd335ea29c239e37bb",
    "call_notes": "102e069dc4d02055a8590941bc5f1e57719480df66388894fc01a2bb9e3f20d9",
    "premiums": "3d4ed87b5d7cc03b926a8d1c5c51cc49c451c7dd52fb426cd7d2ec8760e63d99",
}


@pytest.fixture(scope="module", params=SIZES, ids=lambda n: f"{n} members")
def world(request: pytest.FixtureRequest) -> Insurer:
    return Insurer.build(11, request.param)


@pytest.fixture(scope="module")
def large() -> Insurer:
    return Insurer.build(3, 20_000)


def text(values: pd.Series) -> pd.Series:
    return values.astype("str")


def of(world: Insurer, table: str, column: str, ids: pd.Series) -> pd.Series:
    """A column of the row that each id names, in a table keyed by its first column."""
    frame = world.table(table)
    keyed = frame.set_index(frame.columns[0])[column]
    return pd.Series(keyed.reindex(ids).to_numpy(), index=ids.index)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(dict.fromkeys(frame.select_dtypes("category").columns, "str")).reset_index(drop=True)


@pytest.mark.parametrize("name", NEW)
def test_the_tables_of_a_seed_are_pinned(name: str) -> None:
    assert digest(Insurer.build(1, 1_000).table(name)) == PINNED[name]


@pytest.mark.parametrize("name", NEW)
def test_every_row_has_its_own_number_in_order(world: Insurer, name: str) -> None:
    ids = world.table(name).iloc[:, 0]
    assert ids.is_monotonic_increasing and ids.is_unique and ids.dtype == "int64"


@pytest.mark.parametrize("name", NEW)
def test_work_is_done_by_staff_who_may_and_within_their_shift(world: Insurer, name: str) -> None:
    rows = world.table(name)
    rows = rows[rows["staff_id"] != ""]
    who = rows.merge(world.staff.assign(staff_id=world.staff["staff_id"]), on="staff_id", how="left")
    assert who["is_active"].all() and set(who["role"]) <= ROLES[name]
    for moment in ("opened", "closed"):
        done = who[who[moment].notna()]
        hour = done[moment].dt.hour
        assert ((hour >= done["shift_start_hour"]) & (hour < done["shift_end_hour"])).all()
        assert (done[moment].dt.day_of_week < 5).all()
    assert (who["closed"].isna() | (who["closed"] > who["opened"])).all()
    assert (who["opened"] >= who["onboarded"]).all()


@pytest.mark.parametrize("name", NEW)
def test_work_waits_for_nobody_who_is_away(world: Insurer, name: str) -> None:
    """A colleague covers; only where all of a small desk are away does the work lie on theirs."""
    rows = world.table(name)
    rows = rows[rows["staff_id"] != ""].reset_index(drop=True)
    leave = rows.reset_index().merge(world.table("leave"), on="staff_id")
    day = leave["opened"].dt.normalize()
    away = leave.loc[(leave["first"] <= day) & (day <= leave["last"]), "index"].nunique()
    assert away <= max(0.02 * len(rows), 2), f"{away} of {len(rows)}"
    moved = world.table("staff_changes").query("kind == 'transferred'").set_index("staff_id")["date"]
    assert not (rows["opened"] < text(rows["staff_id"]).map(moved)).any()


def test_growth_moves_nothing() -> None:
    few, many = Insurer.build(7, 4_000), Insurer.build(7, 23_000)
    for name in NEW:
        ours = plain(few.table(name))
        pd.testing.assert_frame_equal(ours, plain(many.table(name).head(len(ours))))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(100, 300), more=st.integers(0, 200))
def test_any_seed_and_size(seed: int, size: int, more: int) -> None:
    few, many = Insurer.build(seed, size), Insurer.build(seed, size + more)
    for name in NEW:
        ours = plain(few.table(name))
        pd.testing.assert_frame_equal(ours, plain(many.table(name).head(len(ours))))


def test_the_caseload_reaches_the_whole_staff(large: Insurer) -> None:
    examiners = large.staff.query("role == 'claims_examiner' and is_active")["staff_id"]
    load = text(large.table("eobs")["staff_id"]).value_counts().reindex(examiners).fillna(0)
    assert (load > 0).mean() > 0.95 and load.max() < 6 * load.mean()


# Explanations of benefits


def test_there_is_one_explanation_for_each_decided_claim(world: Insurer) -> None:
    eobs, claims = world.table("eobs"), world.claims
    decided = claims[claims["status"] != "pending"]
    assert list(eobs["CLM_ID"]) == list(decided["CLM_ID"])
    for column in ("member_id", "sensitive"):
        assert (text(eobs[column]).to_numpy() == text(decided[column]).to_numpy()).all()


def test_amounts_add_up_to_the_cent(world: Insurer) -> None:
    e = world.table("eobs")
    parts = ["discount_cents", "not_covered_cents", "copay_cents", "paid_cents"]
    assert (e["billed_cents"] == e[parts].sum(axis=1)).all() and (e[parts] >= 0).all().all()
    assert (e["owed_cents"] == e["not_covered_cents"] + e["copay_cents"]).all()
    assert (e["paid_cents"].to_numpy() == of(world, "claims", "CLM_PMT_AMT_CENTS", e["CLM_ID"]).to_numpy()).all()
    denied = of(world, "claims", "status", e["CLM_ID"]) == "denied"
    assert ((e["reason"] != "") == denied).all() and (e.loc[denied, "copay_cents"] == 0).all()
    price = {p.id: p.low for p in pools.codes().procedures}
    assert (e["billed_cents"] >= text(of(world, "claims", "HCPCS_CD_1", e["CLM_ID"])).map(price)).all()


def test_a_letter_goes_to_the_confidential_address_when_there_is_one(world: Insurer) -> None:
    e = world.table("eobs")
    own = of(world, "members", "confidential_address", e["member_id"].astype("str"))
    asked, held = own != "", e["channel"] == "held"
    assert (e["is_confidential"] == asked | held).all() and not (asked & held).any()
    assert (text(e["address"])[asked] == own[asked]).all()
    assert (e.loc[asked, "channel"] == "mail").all() and not e.loc[asked, "is_returned"].any()
    assert (text(e["addressee_id"])[asked] == text(e["member_id"])[asked]).all()
    homes = world.households.set_index("household_id")
    home = of(world, "members", "household_id", text(e["member_id"]))
    lines = homes["street_line"] + ", " + text(homes["city"]) + ", " + text(homes["state"]) + " " + text(homes["zip3"])
    at_home = ~asked & ~held
    assert (text(e["address"])[at_home] == home[at_home].map(lines)).all() and (e.loc[held, "address"] == "").all()


def test_what_a_minor_agreed_to_alone_is_not_sent_home(large: Insurer) -> None:
    e, own = large.table("eobs"), large.table("own_care")
    theirs = set(zip(own["member_id"], text(own["sensitive"]), strict=True))
    about = pd.Series([pair in theirs for pair in zip(text(e["member_id"]), text(e["sensitive"]), strict=True)])
    asked = of(large, "members", "confidential_address", text(e["member_id"])) != ""
    assert ((e["channel"] == "held") == (about & ~asked)).all() and about.sum() > 50
    held = e[e["channel"] == "held"]
    assert (text(held["addressee_id"]) == text(held["member_id"])).all() and (held["addressee"] == "member").all()


def test_others_letters_go_to_the_subscriber_and_those_of_the_dead_to_a_representative(world: Insurer) -> None:
    e = world.table("eobs")
    subscriber = of(world, "members", "subscriber_id", text(e["member_id"]))
    assert (text(e["addressee_id"])[e["addressee"] == "subscriber"] == subscriber[e["addressee"] == "subscriber"]).all()
    death = of(world, "members", "death_date", text(e["addressee_id"]))
    assert ((e["addressee"] == "personal representative") == (death <= e["sent"])).all()
    adult = ~of(world, "members", "is_minor", text(e["addressee_id"])).astype(bool)
    assert (adult | e["is_confidential"]).all()
    # The widow's letters are her own, and no longer his.
    left = (subscriber.map(world.members.set_index("member_id")["death_date"]) <= e["sent"]) & ~of(
        world, "members", "is_minor", text(e["member_id"])
    ).astype(bool)
    assert (text(e["addressee_id"])[left] == text(e["member_id"])[left]).all() and (left.any() or world.size == 100)


def test_letters_come_after_care_and_not_much_later(world: Insurer) -> None:
    e = world.table("eobs")
    until = of(world, "claims", "CLM_THRU_DT", e["CLM_ID"])
    assert (e["opened"] > until).all() and (e["closed"] >= e["opened"]).all() and (e["sent"] > e["closed"]).all()
    assert (e["sent"] - until).max() < pd.Timedelta(days=45)
    mail = of(world, "members", "mail_returned", text(e["member_id"])).astype(bool)
    assert (e["is_returned"] == (mail & (e["channel"] == "mail"))).all()


# Authorizations and appeals


def test_every_claim_that_needed_authorization_was_asked_for_before(world: Insurer) -> None:
    a = world.table("authorizations")
    assert a["HCPCS_CD_1"].isin(paperwork().needs_authorization).all()
    followed = a[a["CLM_ID"] != 0]
    claim = world.claims.set_index("CLM_ID").loc[followed["CLM_ID"]]
    for column in ("member_id", "provider_id", "HCPCS_CD_1", "ICD10_DGNS_CD_1", "sensitive"):
        assert (text(followed[column]).to_numpy() == text(claim[column]).to_numpy()).all()
    assert (followed["decision"] == "approved").all() and followed["CLM_ID"].is_unique
    assert (followed["closed"].to_numpy() <= claim["CLM_FROM_DT"].to_numpy() + np.timedelta64(1, "D")).all()
    eobs = world.table("eobs")
    unasked = eobs.loc[eobs["reason"] == "no prior authorization", "CLM_ID"]
    assert not unasked.isin(followed["CLM_ID"]).any()
    assert of(world, "claims", "HCPCS_CD_1", unasked).isin(paperwork().needs_authorization).all()


def test_requests_are_decided_in_time(world: Insurer) -> None:
    a = world.table("authorizations")
    assert (a["opened"] >= a["requested"]).all()
    policy = of(world, "members", "policy_id", text(a["member_id"]))
    assert (a["requested"] >= of(world, "policies", "start", policy)).all()
    assert (a["closed"].isna() == (a["decision"] == "pending")).all()
    days = (a["closed"].dt.normalize() - a["requested"]).dt.days
    assert (days[a["urgency"] == "standard"].dropna() <= 9).all()  # seven, and a weekend's end
    assert (days[a["urgency"] == "expedited"].dropna() <= 5).all()


def test_an_appeal_is_decided_by_somebody_else(world: Insurer) -> None:
    p, e = world.table("appeals"), world.table("eobs").set_index("CLM_ID")
    eob = e.loc[p["CLM_ID"]]
    assert (text(p["staff_id"]).to_numpy() != text(eob["staff_id"]).to_numpy()).all()
    assert (text(p["reason"]).to_numpy() == text(eob["reason"]).to_numpy()).all() and (p["reason"] != "").all()
    late = p["filed"].to_numpy() - eob["sent"].to_numpy()
    assert (late > np.timedelta64(0)).all() and (late <= np.timedelta64(180, "D")).all()
    assert ((p["closed"].dt.normalize() - p["filed"]).dropna() <= pd.Timedelta(days=60)).all()
    assert (p["closed"].isna() == (p["outcome"] == "pending")).all()
    medical = text(p["reason"]).isin(["not medically necessary", "no prior authorization"])
    nurse = of(world, "staff", "role", text(p["staff_id"])) == "nurse_reviewer"
    assert (medical == nurse).all()


# Calls, checks and premiums


def test_calls_come_on_all_five_working_days_alike(large: Insurer) -> None:
    shares = large.table("call_notes")["opened"].dt.day_of_week.value_counts(normalize=True)
    assert set(shares.index) == set(range(5)) and shares.between(0.17, 0.23).all()


def test_notes_say_what_can_be_true(large: Insurer) -> None:
    n = large.table("call_notes")
    hints = {s.text: s.hint for t in (*paperwork().topics, paperwork().after_death) for s in t.said}
    shown = pd.Series(
        {t: next((h for s, h in hints.items() if s in t and h != "none"), "none") for t in set(text(n["text"]))}
    )
    assert (text(n["sensitive"]) == text(n["text"]).map(shown)).all()
    assert 0.02 < (n["sensitive"] != "none").mean() < 0.15
    member = large.members.set_index("member_id").loc[text(n["member_id"])].reset_index()
    assert not (member["is_minor"] & (n["sensitive"] != "none").to_numpy()).any()
    assert (member["gender"].astype("str")[(n["sensitive"] == "reproductive").to_numpy()] == "F").all()
    assert ((n["caller"] == "parent").to_numpy() <= member["is_minor"]).all()
    linked = n[n["CLM_ID"] != 0]
    assert (
        text(linked["member_id"]).to_numpy() == text(of(large, "claims", "member_id", linked["CLM_ID"])).to_numpy()
    ).all()
    assert (linked["opened"] > of(large, "claims", "CLM_THRU_DT", linked["CLM_ID"])).all()


def test_a_provider_is_told_whether_cover_was_active(world: Insurer) -> None:
    c = world.table("eligibility_checks")
    policy = world.policies.set_index("policy_id").loc[of(world, "members", "policy_id", text(c["member_id"]))]
    day = c["opened"].dt.normalize().to_numpy()
    active = (day >= policy["start"].to_numpy()) & (day <= policy["end"].to_numpy())
    told = (c["answer"] != "more details needed").to_numpy()
    assert ((c["answer"] == "active coverage").to_numpy()[told] == active[told]).all()
    if world.size >= 1_000:
        assert set(c["answer"]) == {"active coverage", "inactive", "more details needed"}
    assert ((c["staff_id"] != "") == (c["channel"] == "telephone")).all()
    kinds = paperwork().service_types
    assert (text(c["sensitive"]).map(kinds) == text(c["service_type"])).all()


def test_each_month_of_cover_has_one_premium(world: Insurer) -> None:
    p, policies = world.table("premiums"), world.policies
    months = (policies["end"].dt.month - policies["start"].dt.month + 1).sum()
    alone = world.members.groupby("household_id").filter(lambda g: len(g) == 1 and g["is_deceased"].all())
    assert months - 12 * len(alone) <= len(p) <= months
    assert not p.duplicated(["policy_id", "due"]).any() and (p["due"].dt.day == 1).all()
    assert (p["paid"].isna() == (p["status"] == "missed")).all()
    assert (p["paid_cents"] == np.where(p["status"] == "missed", 0, p["due_cents"])).all()
    late = p["paid"] - p["due"]
    assert (late[p["status"] == "on time"] <= pd.Timedelta(days=8)).all()
    assert (late[p["status"] == "late"] > pd.Timedelta(days=10)).all()
    group = text(of(world, "policies", "group_id", text(p["policy_id"])))
    assert ((group != "") == (p["method"] == "payroll")).all()


# After a death


def test_nothing_is_dated_after_a_death_but_what_may_come(world: Insurer) -> None:
    """Claims are decided, letters sent and appeals run after a death; calls then come from a representative."""
    death = world.members.set_index("member_id")["death_date"]

    def after(frame: pd.DataFrame, column: str) -> pd.Series:
        return frame[column] >= text(frame["member_id"]).map(death) + pd.Timedelta(days=1)

    checks, requests = world.table("eligibility_checks"), world.table("authorizations")
    assert not after(checks, "opened").any()
    assert not after(requests, "requested").any()
    notes = world.table("call_notes")
    representative = notes["caller"] == "personal representative"
    assert not (after(notes, "opened") & ~representative).any()
    assert (representative == (notes["topic"] == "after a death")).all()
    appeals = world.table("appeals")
    assert not (after(appeals, "filed") & appeals["filed_by"].isin(["member", "parent"])).any()
    premiums = world.table("premiums")
    subscriber = of(world, "policies", "subscriber_id", text(premiums["policy_id"]))
    assert ((premiums["payer"] == "estate") == (subscriber.map(death) < premiums["due"])).all()


def test_the_dead_are_there_to_be_tested(large: Insurer) -> None:
    assert (large.table("eobs")["addressee"] == "personal representative").any()
    assert (large.table("call_notes")["topic"] == "after a death").any()
    assert (large.table("premiums")["payer"] == "estate").any()


def test_no_table_runs_on_past_the_year_but_for_what_is_settled_later(world: Insurer) -> None:
    for name in NEW:
        frame = world.table(name)
        for column in frame.select_dtypes("datetime").columns:
            assert frame[column].max() < pd.Timestamp("2027-03-01"), f"{name}.{column}"
            assert frame[column].min() >= pd.Timestamp("2025-12-15"), f"{name}.{column}"


# Codes and words


def test_only_codes_that_are_free_to_use(large: Insurer) -> None:
    codes = set(large.table("authorizations")["HCPCS_CD_1"]) | set(paperwork().needs_authorization)
    assert all(re.fullmatch(r"[A-CE-V]\d{4}", code) for code in codes)
    for name in NEW:
        for column in large.table(name).select_dtypes(["category", "str"]).columns:
            if column not in ("address", "HCPCS_CD_1", "ICD10_DGNS_CD_1", "member_id", "addressee_id", "provider_id"):
                for word in large.table(name)[column].unique():
                    assert not re.search(r"\b\d{5}\b|\bD\d{4}\b", str(word)), f"{name}.{column}: {word}"


def test_every_sensitive_class_is_carried_over(large: Insurer) -> None:
    for name in ("eligibility_checks", "authorizations", "eobs", "appeals", "call_notes"):
        found = set(large.table(name)["sensitive"])
        assert found == set(pools.SENSITIVE), name
