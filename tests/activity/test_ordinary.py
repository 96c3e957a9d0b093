"""Ordinary days: the same on every machine, each day the same alone, and true to the company."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simlab import clock, content, events
from simlab.activity import head, ordinary, queue
from simlab.activity.work import Work, work
from simlab.content import load_text, names
from simlab.errors import ContentError, InputError
from simlab.insurer import Insurer

FAX = ""  # the machine in the corner is no system of the table
MONDAY = dt.date(2026, 3, 2)


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(11, members=2000)


@pytest.fixture(scope="module")
def week(insurer: Insurer) -> pd.DataFrame:
    return ordinary(insurer, start=MONDAY, days=7, seed=3)


def hours(us: pd.Series) -> pd.Series:
    return pd.to_datetime(us, unit="us").dt.hour


def test_the_same_bytes_on_every_machine() -> None:
    """Pinned: when it changes, every course that is under way changes. It follows insurer and content too."""
    log = ordinary(Insurer.build(1, members=500), start=MONDAY, days=3, seed=1)
    assert (len(log), head(log)[:32]) == PINNED


PINNED = (9856, "1475651a277518a20645a08f77652196")


def test_an_event_table_in_order_of_time(week: pd.DataFrame) -> None:
    assert tuple(week.columns) == events.COLUMNS
    assert week["time"].is_monotonic_increasing
    assert not week.isna().any().any()
    pairs = week[["class_name", "activity_name"]].drop_duplicates().itertuples(index=False)
    assert all(activity in events.ACTIVITIES[kind] for kind, activity in pairs)
    # A whole second would give away what was put in by hand; jobs alone start on one.
    people = week[week["role"] != "service_account"]
    assert (people["time"] % clock.SECOND == 0).mean() < 0.001


def test_a_day_is_the_same_alone_and_among_others(insurer: Insurer, week: pd.DataFrame) -> None:
    days = [ordinary(insurer, start=MONDAY + dt.timedelta(days=n), days=1, seed=3) for n in range(7)]
    assert head(events.concat(days)) == head(week)


def test_another_seed_is_another_week(insurer: Insurer, week: pd.DataFrame) -> None:
    assert head(ordinary(insurer, start=MONDAY, days=7, seed=4)) != head(week)


def test_a_thing_that_is_not_there_changes_nobody(insurer: Insurer, week: pd.DataFrame) -> None:
    """More members bring more staff; those who were there arrive when they did."""
    grown = ordinary(Insurer.build(11, members=8000), start=MONDAY, days=7, seed=3)
    ours, theirs = (f[(f["actor"] == "S0001") & (f["activity_name"] == "Logon")] for f in (week, grown))
    assert ours["time"].tolist() == theirs["time"].tolist() and len(ours)


def test_everybody_is_on_the_books(insurer: Insurer, week: pd.DataFrame) -> None:
    staff, vendors = insurer.staff, insurer.vendors
    known = {*staff["staff_id"], *vendors["portal_login"], *insurer.members["member_id"]}
    jobs = set(week.loc[week["role"] == "service_account", "actor"])
    assert set(week["actor"]) <= known | jobs and all(job.startswith("svc-") for job in jobs)
    assert set(week["member"]) - {""} <= set(insurer.members["member_id"])
    assert set(week["system"]) - {FAX} <= set(insurer.systems["system_id"])
    kiosks = {f"kiosk-{site}" for site in insurer.sites["site_id"]}
    assert set(week["device"]) - {""} <= set(insurer.devices["device_id"]) | kiosks
    assert set(week["site"]) - {""} <= set(insurer.sites["site_id"])
    mine = dict(zip(staff["staff_id"], staff["role"].astype(str), strict=True))
    at_work = week[week["actor"].isin(mine)]
    assert (at_work["actor"].astype(str).map(mine) == at_work["role"].astype(str)).all()
    assert not set(week["actor"]) & set(staff.loc[staff["left"] < "2026-03-01", "staff_id"])


def test_all_work_is_done_in_a_session_that_was_logged_in_to(week: pd.DataFrame) -> None:
    reads = week[
        week["class_name"].isin(["Datastore Activity", "Account Change"]) & (week["role"] != "service_account")
    ]
    opened = week[(week["activity_name"] == "Logon") & (week["status"] == "Success")]
    begin = dict(zip(opened["session"].astype(str), opened["time"], strict=True))
    owner = dict(zip(opened["session"].astype(str), opened["actor"].astype(str), strict=True))
    session = reads["session"].astype(str)
    assert (session.map(owner) == reads["actor"].astype(str)).all()
    assert (session.map(begin) < reads["time"]).all()
    assert opened["session"].is_unique


def test_staff_pass_a_second_factor_and_vendors_as_their_contract_says(insurer: Insurer, week: pd.DataFrame) -> None:
    asked = week[(week["activity_name"] == "MFA Challenge") & (week["status"] == "Success")]
    staff_logons = week[
        (week["activity_name"] == "Logon") & (week["status"] == "Success") & week["actor"].str.match("S[0-9]")
    ]
    assert set(staff_logons["session"]) <= set(asked["session"])
    has = insurer.vendors.set_index("portal_login")["has_mfa"]
    seen = set(asked.loc[asked["role"] == "vendor", "actor"])
    assert seen and all(has[login] for login in seen)
    assert "brightwater-svc" in set(week["actor"]) - seen


def test_shifts_weekends_and_doors(insurer: Insurer, week: pd.DataFrame) -> None:
    by_day = (week["time"] // clock.DAY).value_counts().sort_index()
    assert by_day.iloc[0] > 4 * by_day.iloc[6]  # Monday against Sunday
    office = insurer.staff.query("shift_start_hour == 8 and role == 'claims_examiner'")["staff_id"]
    begins = week[(week["activity_name"] == "Logon") & week["actor"].isin(office)]
    assert set(hours(begins["time"])) <= {13, 14, 15, 23, 0, 1, 2, 3}  # 8 o'clock in Tulsa or Denver; or late at night
    doors = week[week["class_name"] == "Physical Access"]
    remote = set(insurer.staff.loc[insurer.staff["site_id"] == "remote", "staff_id"])
    assert len(doors) and not set(doors["actor"]) & remote


def test_who_has_a_site_comes_on_their_days_and_works_from_home_on_the_others(
    insurer: Insurer, quarter: pd.DataFrame
) -> None:
    staff = insurer.staff.set_index("staff_id")
    begun = quarter[quarter["actor"].str.match("S[0-9]") & (quarter["activity_name"] == "Logon")]
    doors = quarter[quarter["class_name"] == "Physical Access"]
    for rows, is_door in ((begun, False), (doors, True)):
        rows = rows[~rows["actor"].isin(staff.index[staff["shift_start_hour"] == 22])]  # whose shift ends next day
        day = pd.to_datetime(rows["time"] - 8 * clock.HOUR, unit="us").dt.strftime("%a")
        days = rows["actor"].astype(str).map(staff["on_site_days"].astype(str))
        comes = pd.Series([d in said for d, said in zip(day, days, strict=True)], rows.index)
        assert comes[rows["site"] != "remote"].all()
        if not is_door:
            assert (rows["site"] == "remote")[~comes].all() and (~comes & (days != "")).any()


def test_summer_time_moves_the_shifts(insurer: Insurer) -> None:
    """US clocks go forward on 8 March 2026: in UTC, the office opens an hour earlier."""
    office = insurer.staff.query("shift_start_hour == 8 and site_id == 'ST01'")["staff_id"]
    both = ordinary(insurer, start=dt.date(2026, 3, 5), days=6, seed=3)
    first = both[(both["activity_name"] == "Logon") & both["actor"].isin(office) & (both["site"] == "ST01")]
    day = pd.to_datetime(first["time"], unit="us").dt.day
    mean = first["time"].mod(clock.DAY).groupby(day).median() / clock.HOUR
    assert mean[5] == pytest.approx(14, abs=0.3) and mean[10] == pytest.approx(13, abs=0.3)


def test_innocent_oddities_are_there(insurer: Insurer) -> None:
    month = ordinary(insurer, start=dt.date(2026, 3, 20), days=14, seed=3)
    said = set(month["status_detail"])
    assert {"wrong password", "code expired", "month-end statement", "nightly backup"} <= said
    job = month[month["actor"] == "svc-month-end"]
    assert int(job["record_count"].sum()) == insurer.size
    assert {str(pd.Timestamp(t, unit="us").date()) for t in job["time"]} == {"2026-03-31"}
    late = month[
        (month["site"] == "remote") & month["actor"].isin(insurer.staff.query("site_id == 'ST01'")["staff_id"])
    ]
    assert len(late)


@pytest.fixture(scope="module")
def quarter(insurer: Insurer) -> pd.DataFrame:
    return ordinary(insurer, start=dt.date(2026, 2, 23), days=70, seed=3)


def test_what_is_rare_and_innocent_is_there(insurer: Insurer, quarter: pd.DataFrame) -> None:
    """Each makes somebody look twice; none is more than a few in a hundred."""
    doors = quarter[quarter["class_name"] == "Physical Access"]
    refused = doors[doors["activity_name"] == "Refuse"].groupby(["actor", doors["time"] // clock.DAY], observed=True)
    assert (refused.size() >= 3).any()  # a broken badge
    nurses = quarter[(quarter["role"] == "nurse_reviewer") & quarter["src_ip"].str.match(r"203\.0\.113\.2[0-2]")]
    assert set(nurses["site"]) == {"remote"} and len(nurses) < 0.2 * (quarter["role"] == "nurse_reviewer").sum()
    kiosk = quarter[quarter["device"].str.startswith("kiosk-")]
    shared = kiosk.groupby("device", observed=True)["actor"].nunique()
    assert (shared > 1).any() and len(kiosk) < 0.02 * len(quarter)
    assert (kiosk["device"].astype(str) == "kiosk-" + kiosk["site"].astype(str)).all()
    faxes = quarter[quarter["class_name"] == "Disclosure"]
    assert len(faxes) and set(faxes["activity_name"]) == {"Tell"} and "" not in set(faxes["member"])
    reports = quarter[quarter["status_detail"] == "month-end report"]
    assert set(reports["role"]) == {"analyst"} and {str(d) for d in pd.to_datetime(reports["time"], unit="us").dt.date} == {
        "2026-02-26", "2026-02-27", "2026-03-30", "2026-03-31", "2026-04-29", "2026-04-30",
    }  # fmt: skip
    assert {"update installed", "backup of five weeks ago dropped"} <= set(quarter["status_detail"])


def test_a_forgotten_password_is_set_anew_before_the_log_in(quarter: pd.DataFrame) -> None:
    resets = quarter[quarter["status_detail"].str.startswith("password reset for ")]
    assert len(resets) and set(resets["actor"]) == {"svc-helpdesk"}
    for time, said in zip(resets["time"], resets["status_detail"], strict=True):
        near = quarter[(quarter["actor"] == said.split()[-1]) & (quarter["activity_name"] == "Logon")]
        near = near[near["time"].between(time - 10 * clock.MINUTE, time + 3 * clock.MINUTE)]
        assert near["status"].tolist()[:3] == ["Failure"] * 3 and near["status"].iloc[-1] == "Success"


def test_who_is_away_from_the_desk_is_in_one_place(quarter: pd.DataFrame) -> None:
    """Also the traces of a badge: nobody is on a journey and passes a door."""
    inside = quarter[quarter["role"] != "vendor"].query("session != '' and role != 'member'")
    each = inside.groupby("session", observed=True)
    assert (each["src_ip"].nunique() == 1).all() and (each["device"].nunique() == 1).all()
    days = roster_days(quarter)
    away = set(days[days["src_ip"].str.match(r"203\.0\.113\.2[0-2]")].index)
    doors = set(days[days["class_name"] == "Physical Access"].index)
    assert away and not away & doors


def roster_days(log: pd.DataFrame) -> pd.DataFrame:
    staff = log[log["actor"].str.match("S[0-9]")]
    day = (staff["time"] - 10 * clock.HOUR) // clock.DAY
    return staff.set_index([staff["actor"].astype(str), day])


def test_the_queue_tells_why_staff_read_and_a_few_reads_it_does_not(insurer: Insurer, quarter: pd.DataFrame) -> None:
    given = queue(insurer, dt.date(2026, 2, 23), 70, 3)
    assert tuple(given.columns) == ("time", "staff_id", "member_id", "kind", "ref")
    assert given["time"].is_monotonic_increasing
    assert set(given["kind"]) == {"claim", "call", "case"}
    claims = insurer.claims.set_index("CLM_ID")["member_id"].astype(str)
    listed = given[given["kind"] == "claim"].head(500)
    assert (listed["ref"].astype("int64").map(claims) == listed["member_id"].astype(str)).all()
    reads = quarter[
        (quarter["activity_name"] == "Read") & (quarter["member"] != "") & quarter["actor"].str.match("S[0-9]")
    ]
    pairs = set(zip(given["staff_id"].astype(str), given["member_id"].astype(str), strict=True))
    asked = [p in pairs for p in zip(reads["actor"].astype(str), reads["member"].astype(str), strict=True)]
    assert 0.95 < np.mean(asked) < 0.997
    # What a colleague covers is in a list all the same.
    known = set(given["member_id"].astype(str))
    assert np.mean([m in known for m in reads["member"].astype(str)]) > np.mean(asked)


def test_work_is_given_before_it_is_done(insurer: Insurer, week: pd.DataFrame) -> None:
    given = queue(insurer, MONDAY, 7, 3)
    calls = given[given["kind"] == "call"]
    reads = week[(week["activity_name"] == "Read") & (week["role"] == "member_services")]
    both = calls.merge(reads, left_on=["staff_id", "member_id"], right_on=["actor", "member"], suffixes=("", "_read"))
    near = both[(both["time_read"] - both["time"]).abs() < 10 * clock.MINUTE]
    assert len(near) > 0.8 * len(calls) and (near["time_read"] > near["time"]).all()


def test_nobody_works_on_leave_or_before_they_are_hired(insurer: Insurer, quarter: pd.DataFrame) -> None:
    """Their list is worked on by colleagues, so that a day off leaves no work undone."""
    begun = quarter[
        (quarter["activity_name"] == "Logon") & quarter["actor"].str.match("S[0-9]") & (quarter["status"] == "Success")
    ]
    day = pd.to_datetime(begun["time"] - 8 * clock.HOUR, unit="us").dt.normalize()
    worked = set(zip(begun["actor"].astype(str), day.dt.date, strict=True))
    leave = insurer.table("leave")
    for who, first, last in zip(leave["staff_id"].astype(str), leave["first"], leave["last"], strict=True):
        assert not {(who, d.date()) for d in pd.date_range(first, last)} & worked
    hired = dict(zip(insurer.staff["staff_id"].astype(str), insurer.staff["hired"].dt.date, strict=True))
    assert all(day >= hired[who] for who, day in worked)
    away = leave[(leave["first"] >= "2026-03-01") & (leave["last"] < "2026-05-01")]["staff_id"].astype(str)
    given = queue(insurer, dt.date(2026, 2, 23), 70, 3)
    assert len(away) and set(away) & set(given["staff_id"].astype(str))


@pytest.mark.parametrize("days", [0, 401])
def test_a_queue_of_no_days_is_refused(insurer: Insurer, days: int) -> None:
    with pytest.raises(InputError, match="give 1 to 400"):
        queue(insurer, MONDAY, days, 1)


def test_reads_are_tied_to_the_work(insurer: Insurer, week: pd.DataFrame) -> None:
    reads = week[(week["activity_name"] == "Read") & (week["class_name"] == "Datastore Activity")]
    own = reads[reads["role"] == "member"]
    assert (own["actor"].astype(str) == own["member"].astype(str)).all() and set(own["system"]) == {"member-portal"}
    examined = set(reads.loc[reads["role"] == "claims_examiner", "member"])
    assert examined <= {*insurer.claims["member_id"].astype(str), ""}
    for role in set(reads["role"]) - {"member", "service_account"}:
        seen = set(reads.loc[reads["role"] == role, "system"])
        assert seen <= {step.system for step in work(role).steps}
    # The systems that a role's work needs are the insurer's own table of them (minimum necessary).
    needs = insurer.roles.set_index("role")["systems"].str.split("|")
    for role, systems in needs.items():
        assert {step.system for step in work(str(role)).steps} - {FAX} <= set(systems), role


@pytest.mark.parametrize("days", [0, -1, 401])
def test_a_span_that_cannot_be_is_refused(insurer: Insurer, days: int) -> None:
    with pytest.raises(InputError, match="give 1 to 400"):
        ordinary(insurer, start=MONDAY, days=days, seed=1)


@pytest.mark.parametrize("name", names("work"))
def test_each_work_file(name: str, insurer: Insurer) -> None:
    roles = {*insurer.roles["role"], "vendor"}
    assert name in roles, "a file in work/ is named for a role of the insurer"
    assert {step.system for step in work(name).steps} - {FAX} <= set(insurer.systems["system_id"])


def test_every_role_has_its_work(insurer: Insurer) -> None:
    assert set(insurer.roles["role"]) <= set(names("work"))
    with pytest.raises(ContentError, match=r"work/astronaut\.yml: is missing"):
        work("astronaut")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("activity: Read", "activity: Reed"), r"vendor\.yml:8: steps\[0\].*no activity 'Reed'.*Read"),
        (("cases: [25, 90]", "cases: [90, 25]"), "the least, then the most"),
        (("percent: 100", "percent: 101"), r"vendor\.yml:8: steps\[0\]\.percent"),
        (("purpose: operations", "purpose: curiosity"), "purpose"),
    ],
)
def test_a_wrong_work_file_is_named(change: tuple[str, str], said: str) -> None:
    text = content.resource("work", "vendor.yml").read_text(encoding="utf-8")
    with pytest.raises(ContentError, match=said):
        load_text(text.replace(*change, 1), Work, "vendor.yml")


def test_no_distribution_and_no_clock_in_the_room() -> None:
    here = Path(ordinary.__code__.co_filename).parent
    for path in here.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "np.random" not in text and ".now(" not in text and "import random" not in text, path.name
    assert np.iinfo(np.int64).max > 16 * 1000 * (dt.date(2100, 1, 1).toordinal() * 1_000_000 + 999_999)
