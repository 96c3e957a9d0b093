"""The investigation view: what one alert, account or member was part of."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from simlab import clock
from simlab.activity import chain, ordinary, place, steps
from simlab.detection import detect, timeline
from simlab.errors import InputError
from simlab.insurer import Insurer
from tests.activity.samples import KEY

INSURER = Insurer.build(5, 1_000)
AT = clock.micros(dt.datetime(2026, 3, 5, 15, 30, tzinfo=dt.UTC))
DAYS = ordinary(INSURER, start=dt.date(2026, 3, 2), days=5, seed=5)
# Somebody who is at work that day, and was on the day before, and always in one place.
READS = DAYS[(DAYS["role"] == "claims_examiner") & (DAYS["activity_name"] == "Read")]
BUSY = READS[READS.groupby("actor", observed=True)["src_ip"].transform("nunique") == 1]
WHO = sorted(set(BUSY.loc[BUSY["time"] < AT - clock.DAY, "actor"]) & set(BUSY.loc[BUSY["time"] > AT, "actor"]))[0]
DONE = steps.get("adversary-in-the-middle")(INSURER, at=AT, seed=5, incident="i", who=WHO)
LOG, TRUTH = place(DAYS, [DONE])
ALERT = detect(LOG, ["outside-login"]).iloc[0]


def test_an_alert_brings_everything_its_account_did_around_it() -> None:
    found = timeline(LOG, alert=ALERT)
    assert set(found.events["actor"]) == {WHO} and set(TRUTH["event"]) <= set(found.events["event"])
    assert found.events["time"].between(AT - clock.DAY, AT + 2 * clock.DAY).all()
    assert found.summary.startswith(ALERT["explanation"]) and str(found) == found.summary
    assert len(found.sessions) >= 2 and found.sessions["events"].sum() == (found.events["session"] != "").sum()


def test_what_is_new_for_an_account_is_said() -> None:
    found = timeline(LOG, actor=WHO)
    outside = str(DONE.events["src_ip"].iloc[0])
    new = found.firsts.set_index("what")["value"]
    assert new["src_ip"] == outside and f"New for {WHO}: address {outside}" in found.summary
    assert outside in set(found.places["src_ip"])
    before = timeline(LOG, actor=WHO.lower(), until=AT)
    assert outside not in set(before.events["src_ip"]) and "src_ip" not in set(before.firsts["what"])


def test_a_members_record_shows_who_touched_it() -> None:
    member = str(DONE.events["member"].iloc[-1])
    found = timeline(LOG, member=member)
    assert set(found.events["member"]) == {member} and WHO in set(found.events["actor"])
    assert "1 members by name" in found.summary


def test_the_same_from_a_folder(tmp_path: Path) -> None:
    folder = chain(LOG, KEY).write(tmp_path / "log")
    assert timeline(folder, alert=ALERT).summary == timeline(LOG, alert=ALERT).summary


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(InputError, match="one of alert="):
        timeline(LOG)
    with pytest.raises(InputError, match="one of alert="):
        timeline(LOG, actor=WHO, member="M1")
    with pytest.raises(InputError, match="S9999: the log holds nothing"):
        timeline(LOG, actor="S9999")
    with pytest.raises(InputError, match="one row of what detect gives"):
        timeline(LOG, alert={"title": "x"})
    with pytest.raises(InputError, match="another log"):
        timeline(LOG.iloc[:10], alert=ALERT)
