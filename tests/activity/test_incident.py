"""An incident among ordinary days: in its place in time, its truth apart from the log."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from simlab import clock, events
from simlab.activity import (
    Step,
    bulk_read,
    exfiltrate,
    extortion_mail,
    head,
    place,
    stolen_vendor_login,
)  # fmt: skip
from simlab.activity.incident import UNFAMILIAR
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer

AT = dt.datetime(2026, 3, 3, 4, 40, tzinfo=dt.UTC)
NAME = "night-reader-incident"


@pytest.fixture(scope="module")
def steps(insurer: Insurer) -> list[Step]:
    members = insurer.members["member_id"].iloc[100:400].tolist()
    hour = dt.timedelta(hours=1)
    return [
        stolen_vendor_login(insurer, "V01", at=AT, seed=5, incident=NAME),
        bulk_read(
            insurer, "V01", members, at=AT + dt.timedelta(minutes=1), over=hour, session_from=AT, seed=5, incident=NAME
        ),
        exfiltrate(insurer, "V01", 300, at=AT + 2 * hour, session_from=AT, seed=5, incident=NAME),
        extortion_mail(insurer, at=AT + 30 * hour, seed=5, incident=NAME),
    ]


def test_truth_points_at_the_rows_of_the_log(days: pd.DataFrame, steps: list[Step]) -> None:
    log, truth = place(days, steps)
    assert len(log) == len(days) + 303 and len(truth) == 303
    assert tuple(truth.columns) == events.TRUTH
    assert log["time"].is_monotonic_increasing
    told = log.iloc[truth["event"]].reset_index(drop=True)
    assert head(told) == head(events.concat([step.events for step in steps]))
    assert truth["technique"].value_counts().to_dict() == {"T1213": 300, "T1078": 1, "T1567": 1, "T1657": 1}
    rest = log.drop(index=truth["event"].tolist())
    assert head(rest) == head(days)


def test_ties_in_time_are_told_apart(days: pd.DataFrame, insurer: Insurer) -> None:
    same = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    step = extortion_mail(insurer, at=same, seed=1, incident=NAME)
    for time in (int(days["time"].iloc[0]), int(days["time"].iloc[500]), int(days["time"].iloc[-1])):
        moved = Step(step.events.assign(time=np.int64(time)), step.truth)
        log, truth = place(days, [moved, moved])
        assert head(log.iloc[truth["event"]]) == head(pd.concat([moved.events, moved.events], ignore_index=True))


def test_nothing_in_the_log_tells_the_truth(days: pd.DataFrame, steps: list[Step]) -> None:
    log, truth = place(days, steps)
    assert tuple(log.columns) == events.COLUMNS
    words = {NAME, *truth["incident"], *truth["step"], *truth["technique"], "malicious", "attack", "stolen"}
    for column in events.COLUMNS:
        if column not in events.NUMBERS:
            values = {*log[column].astype(str), *map(str, log[column].cat.categories)}
            assert not [v for v in values if any(word in v for word in words)], column


def test_only_the_address_is_new(days: pd.DataFrame, steps: list[Step]) -> None:
    """What gives a thief away is what he does, not how the simulation writes it down."""
    log, truth = place(days, steps)
    odd = log.iloc[truth["event"]]
    for column in events.COLUMNS:
        if column not in ("time", "session", "record_count", "member"):
            new = set(odd[column]) - set(days[column])
            assert new == ({UNFAMILIAR} if column == "src_ip" else set()), column
    assert odd["session"].str.len().isin([0, 12]).all()
    for _, step in zip(range(3), steps, strict=False):
        assert not (step.events["time"] % clock.SECOND == 0).any()


def test_the_reading_is_spread_over_its_time(steps: list[Step], insurer: Insurer) -> None:
    reads = steps[1].events
    assert reads["time"].is_monotonic_increasing
    length = int(reads["time"].iloc[-1] - reads["time"].iloc[0])
    assert 0.95 * clock.HOUR < length <= clock.HOUR
    assert len(set(np.diff(reads["time"]))) > 100
    assert reads["member"].tolist() == insurer.members["member_id"].iloc[100:400].tolist()
    assert set(reads["session"]) == set(steps[0].events["session"])


def test_a_step_that_could_not_be_is_refused(insurer: Insurer, days: pd.DataFrame, steps: list[Step]) -> None:
    with pytest.raises(InputError, match="second factor"):
        stolen_vendor_login(insurer, "V02", at=AT, seed=1, incident=NAME)
    with pytest.raises(UnknownName, match="no vendor with a log-in named 'V04'"):
        stolen_vendor_login(insurer, "V04", at=AT, seed=1, incident=NAME)
    with pytest.raises(InputError, match="nothing to read"):
        bulk_read(insurer, "V01", [], at=AT, over=dt.timedelta(hours=1), seed=1, incident=NAME)
    with pytest.raises(InputError, match="0 records"):
        exfiltrate(insurer, "V01", 0, at=AT, seed=1, incident=NAME)
    with pytest.raises(InputError, match="time zone"):
        extortion_mail(insurer, at=dt.datetime(2026, 3, 3), seed=1, incident=NAME)
    with pytest.raises(UnknownName, match="astronaut"):
        extortion_mail(insurer, at=AT, seed=1, incident=NAME, role="astronaut")
    with pytest.raises(InputError, match="truth of 1 events"):
        place(days, [Step(steps[0].events, steps[0].truth.assign(event=7))])


def test_no_step_no_truth(days: pd.DataFrame) -> None:
    log, truth = place(days, [])
    assert len(truth) == 0 and tuple(truth.columns) == events.TRUTH
    assert head(log) == head(days)
