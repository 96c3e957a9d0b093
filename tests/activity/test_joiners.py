"""Staff who begin, change their role and leave: their work, and their accounts, follow the company's books."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from simlab import clock
from simlab.activity import ordinary
from simlab.activity.joiners import accounts
from simlab.activity.steps.scene import Scene
from simlab.detection import baselines, detect
from simlab.insurer import Insurer

LATE_ONES = 7  # a seed with which somebody's account is disabled late
START, DAYS = dt.date(2026, 5, 21), 20
MOVED, LEFT = ("S0103", pd.Timestamp("2026-06-01")), ("S0154", pd.Timestamp("2026-06-05"))


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(12, members=16_000)


@pytest.fixture(scope="module")
def log(insurer: Insurer) -> pd.DataFrame:
    return ordinary(insurer, start=START, days=DAYS, seed=3)


def local(times: pd.Series) -> pd.Series:
    return pd.to_datetime(times, unit="us", utc=True).dt.tz_convert("America/Chicago").dt.tz_localize(None)


def work_of(log: pd.DataFrame, who: str) -> pd.DataFrame:
    mine = log[(log["actor"] == who) & log["class_name"].isin(["Authentication", "Datastore Activity"])]
    return mine.assign(local=local(mine["time"]))


def test_who_leaves_works_until_their_last_day_and_not_after(insurer: Insurer, log: pd.DataFrame) -> None:
    done = work_of(log, LEFT[0]).query("status == 'Success'")
    assert len(done) and done["local"].max() < LEFT[1] + pd.Timedelta(days=1)
    assert done["local"].max() > LEFT[1] - pd.Timedelta(days=7)
    gone = insurer.staff[insurer.staff["left"] < pd.Timestamp(START)]["staff_id"]
    assert len(gone) and not set(gone) & set(log["actor"])
    assert not len(baselines.departed(log, insurer.staff, insurer.members))


def test_who_is_transferred_does_the_work_of_the_new_role_from_that_day(insurer: Insurer, log: pd.DataFrame) -> None:
    changes = insurer.table("staff_changes").query("kind == 'transferred' and staff_id == @MOVED[0]").iloc[0]
    done = work_of(log, MOVED[0])
    new = done["local"] >= MOVED[1]
    assert set(done["role"][~new]) == {changes["from_role"]} and set(done["role"][new]) == {changes["to_role"]}
    sessions = done[done["session"] != ""].groupby("session", observed=True)["role"].nunique()
    assert (sessions == 1).all()  # nobody works twice on a day


def test_a_step_names_the_role_that_somebody_has_on_its_day(insurer: Insurer) -> None:
    number = int(insurer.staff.index[insurer.staff["staff_id"] == MOVED[0]][0])
    now = str(insurer.staff["role"].iloc[number])
    for day, is_new in ((1, False), (30, True)):
        at = clock.micros(dt.datetime.combine(START, dt.time(16), tzinfo=dt.UTC) + dt.timedelta(days=day))
        scene = Scene(insurer, at, clock.HOUR, 3, "i", "step")
        assert (scene.person(number).role == now) == is_new
        assert (MOVED[0] in set(scene.able(roles=[now])["staff_id"])) == is_new


def test_accounts_follow_the_staff(log: pd.DataFrame) -> None:
    changes = log[(log["class_name"] == "Account Change") & (log["actor"] == "svc-directory")]
    said = dict(zip(changes["status_detail"].astype(str), changes["activity_name"].astype(str), strict=True))
    assert said["account of S0154 disabled"] == "Disable"
    assert said["rights of claims_examiner given to S0103"] == "Grant"
    granted = changes[changes["status_detail"].str.contains("S0103")]
    assert local(granted["time"]).iloc[0].normalize() == MOVED[1]
    assert not len(detect(log, ["privilege-grant", "service-account-outside"]))


def test_an_account_is_disabled_in_the_night_after_the_last_day_and_a_few_late() -> None:
    insurer = Insurer.build(5, members=60_000)
    found = accounts(insurer, [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(365)], LATE_ONES)
    ended = found[found["activity_name"] == "Disable"]
    left = insurer.staff.set_index("staff_id")["left"]
    who = ended["status_detail"].str.extract(r"(S\d+)")[0]
    after = (local(ended["time"]).dt.normalize() - who.map(left)).dt.days
    assert after.min() == 1 and 0 < (after > 1).mean() < 0.4 and after.max() <= 7
    asking = found[found["status_detail"] == "account disabled"]
    assert len(asking) and set(asking["status"]) == {"Failure"} and set(asking["actor"]) <= set(who)
    first = asking["actor"].astype(str).map(dict(zip(who, ended["time"], strict=True)))
    assert (asking["time"] > first).all()
    assert len(detect(found, ["disabled-account-tried"])) == len(asking)
