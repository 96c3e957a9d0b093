"""Every incident step by name: rows of the one event table, their truth apart, within the time asked."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest

from simlab import clock, events
from simlab.activity import Step, head, ordinary, place, steps
from simlab.activity.canonical import check_columns
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer

AT = clock.micros(dt.datetime(2026, 3, 3, 16, 40, tzinfo=dt.UTC))
NAME = "night-reader-incident"


@pytest.fixture(scope="module")
def insurer() -> Insurer:
    return Insurer.build(11, members=1000)


@pytest.fixture(scope="module")
def days(insurer: Insurer) -> pd.DataFrame:
    return ordinary(insurer, start=dt.date(2026, 3, 2), days=3, seed=3)


def make(insurer: Insurer, name: str, seed: int = 3, **parameters: object) -> Step:
    return steps.get(name)(insurer, at=AT, seed=seed, incident=NAME, **parameters)


def test_there_are_steps_of_every_kind() -> None:
    asked = """
        phishing credential-stuffing adversary-in-the-middle mfa-fatigue password-spraying dormant-account
        privilege-escalation vendor-account-abuse file-transfer-zero-day snooping-vip snooping-relative
        snooping-coworker snooping-neighbor leavers-access shared-login stolen-login bulk-read exfiltration extortion
    """
    assert not set(asked.split()) - set(steps.names())


@pytest.mark.parametrize("name", steps.names())
def test_a_step_says_what_it_is_and_what_it_leaves(name: str) -> None:
    maker = steps.get(name)
    assert maker.about.endswith((".", "?")) and maker.leaves and maker.leaves_not
    assert maker.technique is None or re.fullmatch(r"T1\d{3}(\.\d{3})?", maker.technique)
    assert all(maker.parameters.values()) and maker.over >= clock.MINUTE
    assert {"at", "over", "seed", "incident"} <= set(maker.parameters)


@pytest.mark.parametrize("name", steps.names())
def test_the_same_seed_gives_the_same_rows_and_another_seed_others(insurer: Insurer, name: str) -> None:
    first, again, other = (make(insurer, name, seed) for seed in (3, 3, 4))
    assert head(first.events) == head(again.events) and first.truth.equals(again.truth) and first.fact == again.fact
    assert (head(first.events), first.fact) != (head(other.events), other.fact)
    assert not len(first.events) or head(first.events) != head(other.events)


@pytest.mark.parametrize("name", steps.names())
def test_rows_are_those_of_the_event_table(insurer: Insurer, name: str) -> None:
    step = make(insurer, name)
    check_columns(step.events)
    for row in step.events.to_dict("records"):
        assert row["activity_name"] in events.ACTIVITIES[row["class_name"]]
        assert row["data_class"] in events.DATA_CLASSES and row["purpose"] in events.PURPOSES
        assert row["status"] in events.STATUSES and row["record_count"] >= 0
        assert row["member"] == "" or row["record_count"] == 1
        assert row["system"] in {"", *insurer.systems["system_id"]} and row["site"] in {"", *insurer.sites["site_id"]}
        assert re.fullmatch(r"|192\.0\.2\.\d+|198\.51\.100\.\d+|203\.0\.113\.\d+", row["src_ip"])
        assert row["session"] == "" or re.fullmatch("[0-9a-f]{12}", row["session"])
    assert set(step.events["member"]) <= {"", *insurer.members["member_id"]}
    assert set(step.events["device"]) <= {"", *insurer.devices["device_id"]}


@pytest.mark.parametrize("name", steps.names())
@pytest.mark.parametrize("over", [None, clock.MINUTE, 3 * clock.DAY])
def test_everything_happens_within_the_time_asked(insurer: Insurer, name: str, over: int | None) -> None:
    times = make(insurer, name, over=over).events["time"]
    assert times.is_monotonic_increasing
    end = AT + (steps.get(name).over if over is None else over)
    assert times.between(AT, end - 1).all()


@pytest.mark.parametrize("name", steps.names())
def test_truth_names_every_event_and_the_ordinary_day_stays(
    insurer: Insurer, days: pd.DataFrame, name: str
) -> None:  # fmt: skip
    step = make(insurer, name)
    assert step.truth["event"].tolist() == list(range(len(step.events)))
    assert set(step.truth["step"]) <= {name, f"{name}-report"} and set(step.truth["incident"]) <= {NAME}
    assert set(step.truth.loc[step.truth["step"] != name, "technique"]) <= {""}
    log, truth = place(days, [step])
    assert tuple(truth.columns) == events.TRUTH and len(truth) == len(step.events)
    assert head(log.drop(index=truth["event"].tolist())) == head(days)
    assert head(log.iloc[truth["event"]]) == head(step.events)


@pytest.mark.parametrize("name", steps.names())
def test_a_step_has_its_fact_and_no_row_tells_it(insurer: Insurer, name: str) -> None:
    step = make(insurer, name)
    assert step.fact is not None and step.fact.says
    words = {NAME, name, *step.truth["technique"], step.fact.says, "malicious", "attack", "stolen"} - {""}
    for column in set(events.COLUMNS) - set(events.NUMBERS):
        assert not [v for v in set(step.events[column].astype(str)) if any(w in v for w in words)], column


def test_an_unknown_step_and_wrong_parameters_are_refused(insurer: Insurer) -> None:
    with pytest.raises(UnknownName, match="did you mean 'phishing'"):
        steps.get("phising")
    with pytest.raises(UnknownName, match="no parameter of phishing named 'leters': did you mean 'letters'"):
        make(insurer, "phishing", leters=3)
    with pytest.raises(InputError, match=r"phishing: letters: .* not '3'; it takes a whole number from 1 to 1000000"):
        make(insurer, "phishing", letters="3")
    with pytest.raises(InputError, match="caught"):
        make(insurer, "phishing", letters=2, caught=3)
    with pytest.raises(InputError, match=r"phishing: over: .* a whole number of microseconds from 60000000"):
        make(insurer, "phishing", over=5)
    with pytest.raises(InputError, match="ask for fewer"):
        make(insurer, "phishing", letters=5000)
    with pytest.raises(UnknownName, match="no member of staff named 'S9999'"):
        make(insurer, "snooping-vip", who="S9999")
    assert len(make(insurer, "phishing", letters=np.int64(3)).events)


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
    gone = set(large.staff.query("not is_active")["staff_id"])
    for name in ("leavers-access", "dormant-account"):
        assert set(make(large, name).events["actor"]) <= gone
