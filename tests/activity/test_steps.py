"""Every incident step by name: rows of the one event table, their truth apart, within the time asked."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from simlab import clock, events
from simlab.activity import exfiltrate, extortion_mail, head, place, steps, stolen_vendor_login
from simlab.activity.canonical import check_columns
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer
from tests.activity.stepping import AT, NAME, make


def test_there_are_steps_of_every_kind() -> None:
    asked = """
        phishing credential-stuffing adversary-in-the-middle mfa-fatigue password-spraying dormant-account
        privilege-escalation vendor-account-abuse file-transfer-zero-day snooping-vip snooping-relative
        snooping-coworker snooping-neighbor leavers-access shared-login stolen-login bulk-read exfiltration extortion
        bulk-export slow-exfiltration database-dump ransomware backup-deletion log-tampering lost-device
        improper-disposal tailgating lost-badge network-probing web-probing unlocked-cabinet misdirected-mail misdirected-fax wrong-envelope portal-mixup
        tracking-pixel
    """
    assert set(asked.split()) <= set(steps.names()) and len(steps.names()) >= 25


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
    assert all(re.fullmatch(r"|T1\d{3}(\.\d{3})?", t) for t in step.truth["technique"])
    technique = steps.get(name).technique
    assert technique in set(step.truth["technique"]) if technique else not any(step.truth["technique"])
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


@pytest.mark.parametrize("name", steps.names())
def test_only_what_was_done_is_new_in_the_log(insurer: Insurer, days: pd.DataFrame, name: str) -> None:
    """No word of a row is the step's own, but for what a second factor answers and a browser reports."""
    rows = make(insurer, name).events
    assert set(rows["status_detail"]) - set(days["status_detail"]) <= {
        "no answer",
        "request denied",
        "request accepted",
        "policy report: pixel.example.net",
    }
    # Who only knocks is nobody that the company knows.
    assert set(rows["role"]) <= {"", *days["role"]} and set(rows["device"]) <= {"", *insurer.devices["device_id"]}
    known = {
        *insurer.staff["staff_id"],
        *insurer.members["member_id"],
        *insurer.vendors["portal_login"],
        "svc-transfers",
        "",
    }
    assert set(rows["actor"]) <= known
    assert not (rows["time"] % clock.SECOND == 0).any()


def test_the_plain_steps_are_those_of_the_library(insurer: Insurer) -> None:
    when, told = clock.instant(AT), {"seed": 3, "incident": NAME}
    for name, plain in (
        ("stolen-login", stolen_vendor_login(insurer, "V01", at=when, **told)),
        ("exfiltration", exfiltrate(insurer, "V01", 300, at=when, **told)),
        ("extortion", extortion_mail(insurer, at=when, **told)),
    ):
        named = make(insurer, name)
        assert head(named.events) == head(plain.events) and named.truth.equals(plain.truth)


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
    with pytest.raises(InputError, match="one of laptop, phone, usb drive, backup drive"):
        make(insurer, "lost-device", kind="car")
    with pytest.raises(InputError, match="nobody and nothing fits"):
        make(insurer, "lost-device", who="S0001", kind="backup drive")
    with pytest.raises(InputError, match="give 3 to 1000"):
        make(insurer, "bulk-export", records=1001)
    with pytest.raises(InputError, match="works from home"):
        make(insurer, "tailgating", who="S0006")
    assert len(make(insurer, "phishing", letters=np.int64(3)).events)
