"""What single incident steps do: who tries what how often, who is read, what stays under which amount."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from simlab import clock, events
from simlab.activity import steps
from simlab.insurer import Insurer
from tests.activity.stepping import AT, NAME, make


def test_spraying_tries_many_accounts_once_or_twice_from_one_place(insurer: Insurer) -> None:
    rows = make(insurer, "password-spraying", accounts=30, hits=2).events
    tries = rows.query("activity_name == 'Logon'")
    assert tries["src_ip"].nunique() == 1 and tries["actor"].nunique() == 30
    assert set(tries.groupby("actor", observed=True).size()) == {1, 2}
    assert (tries["status"] == "Success").sum() == 2


def test_stuffing_tries_each_account_once_from_many_places(insurer: Insurer) -> None:
    step = make(insurer, "credential-stuffing", accounts=100, hits=4)
    tries = step.events.query("activity_name == 'Logon'")
    assert tries["actor"].is_unique and len(tries) == 100 and tries["src_ip"].nunique() > 30
    assert step.fact is not None and set(tries.query("status == 'Success'")["actor"]) == set(step.fact.members)
    reads = step.events.query("activity_name == 'Read'")
    assert (reads["actor"].astype(str) == reads["member"].astype(str)).all() and len(reads) == 8


def test_the_second_factor_is_asked_for_until_it_is_given(insurer: Insurer) -> None:
    asked = make(insurer, "mfa-fatigue", requests=9).events.query("activity_name == 'MFA Challenge'")
    assert asked["status"].tolist() == ["Failure"] * 9 + ["Success"] and asked["actor"].nunique() == 1


@pytest.mark.parametrize("seed", range(6))
def test_a_relative_shares_the_household_or_it_is_said_why_not(insurer: Insurer, seed: int) -> None:
    fact = make(insurer, "snooping-relative", seed).fact
    assert fact is not None
    staff, members = insurer.staff.set_index("staff_id"), insurer.members.set_index("member_id")
    own = staff.loc[fact.actors[0], "member_id"]
    assert own != fact.members[0]
    assert members.loc[own, "household_id"] == members.loc[fact.members[0], "household_id"]
    alone = insurer.staff.query("member_id == ''")["staff_id"].iloc[0]
    told = make(insurer, "snooping-relative", seed, who=str(alone)).fact
    assert told is not None and told.says.startswith("no household")


def test_the_other_snoopers_read_whom_they_say(insurer: Insurer) -> None:
    members, staff = insurer.members.set_index("member_id"), insurer.staff.set_index("staff_id")
    homes = insurer.households.set_index("household_id")["zip3"].astype(str)
    vip, coworker, near = (make(insurer, f"snooping-{kind}").fact for kind in ("vip", "coworker", "neighbor"))
    assert vip and coworker and near
    assert members.loc[vip.members[0], "is_vip"]
    assert coworker.members[0] in set(staff["member_id"]) - {staff.loc[coworker.actors[0], "member_id"]}
    own = staff.loc[near.actors[0], "member_id"]
    first, second = (members.loc[m, "household_id"] for m in (own, near.members[0]))
    assert first != second and homes[first] == homes[second]


def test_snooping_stands_in_the_shift_of_the_ordinary_day(insurer: Insurer, days: pd.DataFrame) -> None:
    rows = make(insurer, "snooping-coworker", who="S0005").events
    shift = days[(days["actor"] == "S0005") & (days["session"].astype(str) == str(rows["session"].iloc[0]))]
    assert len(shift) and shift["device"].astype(str).isin(rows["device"]).any()
    new = {c: set(rows[c]) - set(days[c]) for c in events.COLUMNS if c not in ("time", "member", "record_count")}
    assert not any(new.values())


def test_one_account_is_used_on_two_devices_at_once(insurer: Insurer) -> None:
    reads = make(insurer, "shared-login").events.query("activity_name == 'Read'")
    assert reads["actor"].nunique() == 1 and reads["device"].nunique() == 2 and reads["session"].nunique() == 2


def test_a_leaver_is_one_who_has_left_where_somebody_has() -> None:
    large = Insurer.build(11, members=20_000)
    gone = set(large.staff[large.staff["left"] < pd.Timestamp(AT, unit="us")]["staff_id"])
    for name in ("leavers-access", "dormant-account"):
        assert set(make(large, name).events["actor"]) <= gone


def test_slow_exfiltration_stays_under_its_daily_amount(insurer: Insurer) -> None:
    step = make(insurer, "slow-exfiltration", daily=90)
    exports = step.events.query("activity_name == 'Export'")
    by_day = exports["record_count"].groupby((exports["time"] - AT) // clock.DAY).sum()
    assert by_day.max() <= 90 and by_day.min() > 60 and len(by_day) == 15
    assert step.fact is not None and step.fact.records == by_day.sum() > 1000


def test_a_lost_drive_leaves_its_report_alone(insurer: Insurer) -> None:
    devices = insurer.devices.set_index("device_id")
    for encrypted in ("yes", "no"):
        step = make(insurer, "lost-device", encrypted=encrypted)
        assert step.fact is not None and devices.loc[step.fact.device, "is_encrypted"] == (encrypted == "yes")
        assert set(step.truth["step"]) == {"lost-device-report"}
        assert step.events["activity_name"].tolist() == ["Send", "Receive"]
        assert step.events["actor"].iloc[0] == devices.loc[step.fact.device, "staff_id"] == step.fact.actors[0]


def test_what_no_log_shows_is_in_the_fact(insurer: Insurer) -> None:
    for name in ("lost-device", "unlocked-cabinet", "improper-disposal"):
        step = make(insurer, name)
        assert set(step.events["class_name"]) <= {"Email Activity"} and not step.events["record_count"].any()


def test_a_tracking_pixel_is_told_by_a_few_visitors_browsers(insurer: Insurer) -> None:
    step = make(insurer, "tracking-pixel", visitors=40)
    assert step.fact is not None and len(set(step.fact.members)) == step.fact.records == 40
    told = step.events.query("class_name == 'HTTP Activity'")
    assert len(told) == 10 and set(told["actor"]) <= set(step.fact.members) and not told["record_count"].any()
    assert set(told["status_detail"]) == {"policy report: pixel.example.net"}


def test_the_portal_shows_each_visitor_somebody_else(insurer: Insurer, days: pd.DataFrame) -> None:
    rows = make(insurer, "portal-mixup").events
    assert (rows["actor"].astype(str) != rows["member"].astype(str)).all()
    usual = days.query("role == 'member'").drop_duplicates("actor").set_index("actor")["src_ip"].astype(str)
    both = rows[rows["actor"].isin(usual.index)]
    assert all(usual[r["actor"]] == r["src_ip"] for r in both.to_dict("records"))


def test_a_dump_holds_every_member_once(insurer: Insurer) -> None:
    rows = make(insurer, "database-dump").events
    assert rows.groupby("activity_name", observed=True)["record_count"].sum().to_dict() == {
        "Create": 1000,
        "Read": 1000,
    }
    assert rows.query("activity_name == 'Read'")["time"].min() > rows.query("activity_name == 'Create'")["time"].max()


def test_vendor_abuse_is_one_session_with_each_technique(insurer: Insurer) -> None:
    step = make(insurer, "vendor-account-abuse", records=50, taken_percent=40)
    assert step.events["session"].nunique() == 1 and set(step.truth["step"]) == {"vendor-account-abuse"}
    assert step.truth["technique"].value_counts().to_dict() == {"T1213": 50, "T1199": 1, "T1567": 1}
    assert step.events["record_count"].iloc[-1] == 20 and step.events["activity_name"].iloc[-1] == "Export"


def test_a_choice_stays_when_the_time_is_moved(insurer: Insurer) -> None:
    for name in ("phishing", "snooping-relative", "ransomware", "wrong-envelope"):
        later = steps.get(name)(insurer, at=AT + clock.DAY, seed=3, incident=NAME)
        assert later.fact == make(insurer, name).fact


def test_a_door_counts_badges_not_people(insurer: Insurer) -> None:
    step = make(insurer, "tailgating")
    swipes = step.events.query("class_name == 'Physical Access'")
    assert step.fact is not None and swipes["actor"].tolist() == list(step.fact.actors)
    assert swipes["device"].tolist() == [""] and swipes["session"].tolist() == [""]


def test_letters_go_to_different_staff_and_the_wary_one_reports(insurer: Insurer) -> None:
    step = make(insurer, "phishing", letters=10, caught=2)
    own = step.events[step.truth["step"] == "phishing"]
    assert own.query("activity_name == 'Receive'")["actor"].nunique() == 10
    assert step.fact is not None and set(own.query("activity_name == 'Logon'")["actor"]) == set(step.fact.actors)
    report = step.events[step.truth["step"] == "phishing-report"]
    assert report["activity_name"].tolist()[0] == "Send" and report["actor"].iloc[0] not in step.fact.actors


def test_another_seed_or_incident_chooses_others(insurer: Insurer) -> None:
    for name in ("ransomware", "snooping-vip", "misdirected-mail", "wrong-envelope", "lost-device"):
        chosen = {(s.fact.actors, s.fact.members) for seed in range(8) if (s := make(insurer, name, seed)).fact}
        assert len(chosen) > 1, name
    facts = [steps.get("snooping-vip")(insurer, at=AT, seed=3, incident=f"case-{n}").fact for n in range(6)]
    assert len({fact.actors for fact in facts if fact}) > 1


def test_a_badge_and_a_log_in_do_not_belong_together(insurer: Insurer) -> None:
    alone = make(insurer, "unbadged-login").events
    assert "Physical Access" not in set(alone["class_name"]) and set(alone["site"]) != {"remote"}
    apart = make(insurer, "login-elsewhere").events
    doors = apart[apart["class_name"] == "Physical Access"]
    assert doors["status_detail"].tolist() == ["in", "out"] and apart["actor"].nunique() == 1
    assert not set(doors["site"]) & set(apart[apart["class_name"] != "Physical Access"]["site"])


def test_a_held_door_tells_how_often_and_a_lent_badge_comes_in_twice(insurer: Insurer) -> None:
    held = make(insurer, "door-held", times=4).events
    assert held["activity_name"].tolist() == ["Swipe", *["Hold"] * 4]
    assert make(insurer, "lent-badge").events["status_detail"].tolist() == ["in", "in"]


def test_nobody_on_leave_is_chosen_unless_all_of_them_are(insurer: Insurer) -> None:
    leave = insurer.table("leave").astype({"staff_id": "str"}).query("first <= '2026-07-08' <= last")
    away, noon = set(leave["staff_id"]), clock.micros(dt.datetime(2026, 7, 8, 17, tzinfo=dt.UTC))
    chosen = {
        who
        for name in ("tailgating", "bulk-export", "password-spraying")
        for seed in range(12)
        if (fact := steps.get(name)(insurer, at=noon, seed=seed, incident=NAME).fact)
        for who in fact.actors
    }
    assert away and chosen and not chosen & away
    # The one privacy officer receives a letter on any day of the year.
    officers = set(insurer.staff.query("is_active and role == 'privacy_officer'")["staff_id"])
    theirs = insurer.table("leave").astype({"staff_id": "str"}).query("staff_id in @officers").iloc[0]
    day = clock.micros(theirs["first"].to_pydatetime().replace(hour=17, tzinfo=dt.UTC))
    letters = steps.get("improper-disposal")(insurer, at=day, seed=3, incident=NAME, over=clock.HOUR).events
    assert len(officers) > 1 or set(letters["actor"]) == officers


@pytest.mark.parametrize("name", ["network-probing", "web-probing", "lost-badge"])
def test_what_looks_for_an_open_door_is_refused(insurer: Insurer, name: str) -> None:
    rows = make(insurer, name).events
    assert (rows["status"] == "Failure").mean() > 0.9 and (rows["record_count"] == 0).all()
    assert rows["session"].unique().tolist() == [""] and rows["device"].unique().tolist() == [""]


def test_probing_names_nobody_and_comes_from_one_unknown_address(insurer: Insurer) -> None:
    for name in ("network-probing", "web-probing"):
        rows = make(insurer, name).events
        assert rows["actor"].unique().tolist() == [""] and rows["src_ip"].nunique() == 1
    assert make(insurer, "network-probing").events["system"].nunique() == 5


def test_a_lost_badge_opens_nothing_under_its_owners_name(insurer: Insurer) -> None:
    step = make(insurer, "lost-badge", tries=4)
    assert step.fact is not None and step.events["actor"].tolist() == [*step.fact.actors] * 4
    assert step.events["activity_name"].unique().tolist() == ["Refuse"] and step.fact.site == "ST05"
