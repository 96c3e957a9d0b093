"""Baselines: what is unusual is told with its reason, and ordinary weeks are left alone."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import pandas as pd
import pytest

from simlab import clock, events
from simlab.activity import ordinary, place, queue, steps
from simlab.detection import ALERTS, baselines, detect, source, together
from simlab.errors import InputError
from simlab.insurer import Insurer

START, DAYS, SEED = dt.date(2026, 4, 6), 28, 77
MORNING = clock.micros(dt.datetime(2026, 3, 2, 14, tzinfo=dt.UTC))
READ = {"class_name": "Datastore Activity", "activity_name": "Read", "record_count": 1}


@functools.cache
def weeks() -> tuple[Insurer, pd.DataFrame, pd.DataFrame]:
    insurer = Insurer.build(SEED, 3_000)
    log = ordinary(insurer, start=START, days=DAYS, seed=SEED)
    return insurer, log, queue(insurer, START, DAYS, SEED)


def with_step(name: str, **parameters: Any) -> pd.DataFrame:
    """The weeks with a step on their last but one Thursday."""
    insurer, log, _ = weeks()
    at = clock.micros(dt.datetime(2026, 4, 23, 15, 10, tzinfo=dt.UTC))
    return place(log, [steps.get(name)(insurer, at=at, seed=SEED, incident="i", **parameters)])[0]


def rows(*found: dict[str, Any]) -> pd.DataFrame:
    """Events in order; `day` and `minute` say when."""
    whole = [
        {"role": "claims_examiner", "status": "Success"}
        | {k: v for k, v in row.items() if k not in ("day", "minute")}
        | {"time": MORNING + row.get("day", 0) * clock.DAY + row.get("minute", 0) * clock.MINUTE}
        for row in found
    ]
    plain = {"time": 0, "record_count": 0, "data_class": "none", "purpose": "none stated"}
    columns = {n: [row.get(n, plain.get(n, "")) for row in whole] for n in events.COLUMNS}
    return events.frame(columns, len(whole))


def given(*work: tuple[str, str, int]) -> pd.DataFrame:
    """Work: who, about whom, on which day."""
    columns = {"staff_id": [w for w, _, _ in work], "member_id": [m for _, m, _ in work]}
    return pd.DataFrame({"time": [MORNING + d * clock.DAY for _, _, d in work], **columns})


def test_four_ordinary_weeks_are_left_alone_but_for_a_badge_left_at_home() -> None:
    insurer, log, work = weeks()
    found = baselines.detect(log, work, insurer.staff, insurer.members, insurer.relations)
    assert tuple(found.columns) == ALERTS and len(found) <= 2
    assert set(found["rule_id"]) <= {"baseline-without-badge"}, found["explanation"].tolist()


def test_reading_without_work_is_told_in_numbers() -> None:
    days = [dict(READ, actor="S1", member=f"M{n}", day=d, minute=n) for d in range(5) for n in range(20)]
    today = [dict(READ, actor="S1", member=f"X{n}", day=5, minute=n) for n in range(61)]
    work = given(*[("S1", f"M{n}", d) for d in range(5) for n in range(20)], *[("S1", f"X{n}", 5) for n in range(3)])
    found = baselines.unrelated(rows(*days, *today), work)
    assert len(found) == 1 and found["count"].tolist() == [58] and found["score"].tolist() == [95]
    said = (
        "S1 read 61 members' files on 2026-03-07, 58 without a claim, call or case in any queue; their usual day is 20"
    )
    assert found["explanation"].iloc[0].startswith(said)
    assert len(found["events"].iloc[0]) == 58
    assert len(baselines.unrelated(rows(*days), work)) == 0


@pytest.mark.parametrize("many", [0, 10**9])
def test_work_is_found_whether_or_not_the_logs_names_are_known_beforehand(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MANY", many)
    reads = [
        dict(READ, actor="S1", member=f"M{n}", day=d, minute=n) for d in range(5) for n in range(20 + 20 * (d == 4))
    ]
    strangers = [("A0", "A0", 0), ("S1", "Z9", 4), ("Z9", "M1", 4)]  # nobody of the log, before and after its names
    work = given(*strangers, *[("S1", f"M{n}", d) for d in range(4) for n in range(20)], ("S1", "M39", 4))
    found = baselines.unrelated(rows(*reads), work.sort_values(["time", "staff_id"]))
    assert found["count"].tolist() == [19] and 119 not in found["events"].iloc[0]
    assert baselines.prying(rows(*reads, *reads, *reads, *reads), work)["count"].tolist() == [4] * 19


@pytest.mark.parametrize(("day", "alerts"), [(0, 1), (2, 0), (8, 0), (10, 1)])
def test_work_counts_for_a_week_and_not_for_ever(day: int, alerts: int) -> None:
    reads = [dict(READ, actor="S1", member=f"M{n}", day=day, minute=n) for n in range(20)]
    others = [dict(READ, actor="S1", member="Z", day=d) for d in range(11, 14)]
    work = given(*[("S1", f"M{n}", 2) for n in range(20)], *[("S1", "Z", d) for d in range(11, 14)])
    assert len(baselines.unrelated(rows(*reads, *others), work)) == alerts


def test_opening_one_record_again_and_again_is_told_and_a_colleagues_work_excuses_it() -> None:
    log = rows(*[dict(READ, actor="S1", member="M7", minute=9 * n) for n in range(6)])
    found = baselines.prying(log, given(("S1", "M1", 0)))
    assert found["explanation"].tolist() == [
        "S1 opened the record of M7 6 times on 2026-03-02; no claim, call or case leads there."
    ]
    assert len(baselines.prying(log, given(("S1", "M1", 0), ("S2", "M7", 0)))) == 0
    assert len(baselines.prying(log, given(("S9", "M1", 0)))) == 0  # a role that gets no work in the queue


def test_one_look_at_a_relative_is_enough() -> None:
    log = rows(dict(READ, actor="S1", member="M7"))
    known = pd.DataFrame({"staff_id": ["S1"], "member_id": ["M7"], "relation": ["household"]})
    assert len(baselines.prying(log, given(("S1", "M1", 0)))) == 0
    found = baselines.prying(log, given(("S1", "M1", 0)), known)
    assert "M7 (household) 1 times" in found["explanation"].iloc[0] and found["score"].iloc[0] > 70


def test_a_snooper_is_found_by_the_missing_work() -> None:
    _, _, work = weeks()
    found = baselines.prying(with_step("snooping-vip", times=6), work)
    assert len(found) == 1 and found["count"].tolist() == [6]


def test_an_account_in_two_places_is_told_with_the_time_between() -> None:
    log = rows(
        {"class_name": "Authentication", "activity_name": "Logon", "actor": "S1", "site": "ST01"},
        {
            "class_name": "Authentication",
            "activity_name": "Logon",
            "actor": "S1",
            "src_ip": "198.51.100.9",
            "minute": 3,
        },
        {"class_name": "Authentication", "activity_name": "Logon", "actor": "S1", "site": "ST01", "minute": 300},
    )
    found = baselines.travel(log)
    assert found["explanation"].tolist() == [
        "S1 is seen at ST01, and 3m later, at 2026-03-02 14:03:00 UTC, at 198.51.100.9."
    ]
    assert found["events"].tolist() == [(0, 1)]
    assert len(baselines.travel(log, least=3 * clock.MINUTE)) == 0
    assert len(baselines.travel(log, least=300 * clock.MINUTE)["events"].iloc[0]) == 3


def test_a_log_in_without_a_badge_is_told_where_doors_read_badges() -> None:
    swipe = {"class_name": "Physical Access", "activity_name": "Swipe", "site": "ST01"}
    logon = {"class_name": "Authentication", "activity_name": "Logon", "site": "ST01", "minute": 9}
    log = rows(swipe | {"actor": "S1"}, logon | {"actor": "S1"}, logon | {"actor": "S2", "minute": 10})
    found = baselines.without_badge(log)
    assert found["actor"].tolist() == ["S2"] and found["events"].tolist() == [(2,)]
    assert baselines.without_badge(rows(swipe | {"actor": "S1"}, logon | {"actor": "S1", "day": 1}))[
        "actor"
    ].tolist() == ["S1"]
    assert len(baselines.without_badge(rows(logon | {"actor": "S2"}))) == 0


def test_accounts_of_those_who_are_gone_are_told_from_their_last_day_on() -> None:
    log = rows(*[dict(READ, actor=a, day=d) for d in (0, 1) for a in ("S1", "S2", "M9")])
    staff = pd.DataFrame({"staff_id": ["S1", "S2"], "is_active": [False, True]})
    members = pd.DataFrame({"member_id": ["M9"], "is_deceased": [True]})
    found = baselines.departed(log, staff, members)
    assert found["actor"].tolist() == ["M9", "S1", "M9", "S1"] and "its owner has died" in found["explanation"].iloc[0]
    died = pd.DataFrame({"member_id": ["M9"], "death_date": pd.to_datetime(["2026-03-02"])})
    assert baselines.departed(log, members=died)["events"].tolist() == [(5,)]
    living = pd.DataFrame({"member_id": ["M9"], "death_date": pd.to_datetime([None])})
    assert not len(baselines.departed(log, members=living))
    dated = pd.DataFrame({"staff_id": ["S1", "S2"], "left": [MORNING + clock.HOUR, -1]})
    assert baselines.departed(log, dated)["events"].tolist() == [(3,)]
    # The company's own table says days, and a gap for those who stay.
    days = pd.DataFrame({"staff_id": ["S1", "S2"], "left": pd.to_datetime(["2026-03-02", None])})
    assert baselines.departed(log, days)["events"].tolist() == [(3,)]


def test_an_account_that_wakes_and_a_system_used_for_the_first_time() -> None:
    log = rows(dict(READ, actor="S1"), dict(READ, actor="S1", day=60))
    assert "for the first time in 60 days" in baselines.dormant(log)["explanation"].iloc[0]
    usual = [dict(READ, actor=a, day=d, system="claims-core") for d in range(8) for a in ("S1", "S2")]
    new = dict(READ, actor="S1", day=8, system="data-warehouse")
    found = baselines.first_use(rows(*usual, new))
    assert "S1 uses data-warehouse for the first time" in found["explanation"].iloc[0] and len(found) == 1
    assert len(baselines.first_use(rows(*usual, new, new | {"actor": "S2"}))) == 0  # it belongs to the work
    assert len(baselines.first_use(rows(*usual[:6], new))) == 0  # too new an account to say


def test_far_more_than_usual_is_told_for_a_day_and_a_session() -> None:
    usual = [
        dict(READ, actor=a, member=f"M{n}", day=d, minute=n, session=f"{a}{d}")
        for d in range(6) for a in ("S1", "S2") for n in range(10)
    ]  # fmt: skip
    wild = [dict(READ, actor="S1", member=f"X{n}", day=6, minute=n, session="wild") for n in range(90)]
    log = rows(*usual, *wild)
    assert baselines.per_day(log)["explanation"].tolist() == [
        "S1 read 90 members' records on 2026-03-08: their usual day is 10, that of claims_examiner 10."
    ]
    found = baselines.per_session(log)
    assert found["count"].tolist() == [90] and "90 members in one session" in found["explanation"].iloc[0]
    assert len(baselines.per_day(rows(*usual))) == len(baselines.per_session(rows(*usual))) == 0


def test_rules_and_baselines_go_together_and_nothing_stands_twice() -> None:
    _, _, work = weeks()
    noon = clock.micros(dt.datetime(2026, 4, 23, 16, tzinfo=dt.UTC))
    read = weeks()[1].query("role == 'claims_examiner' and site != 'remote'")
    day = read[(read["time"] - noon).abs() < clock.HOUR]
    log = with_step("adversary-in-the-middle", who=str(day["actor"].iloc[0]))
    found = together([detect(log), baselines.detect(log, work), baselines.detect(log, work)])
    assert {"outside-login", "baseline-travel"} <= set(found["rule_id"])
    assert len(found) == len(found.drop_duplicates(["rule_id", "actor", "first_event", "last_event"]))
    assert found["score"].between(0, 100).all() and found["window_start"].is_monotonic_increasing


def test_records_that_do_not_fit_are_refused() -> None:
    log = rows(dict(READ, actor="S1", member="M7"))
    with pytest.raises(InputError, match="queue: staff_id missing"):
        baselines.unrelated(log, pd.DataFrame({"time": [1], "member_id": ["M7"]}))
    with pytest.raises(InputError, match="not an event table"):
        baselines.travel(pd.DataFrame({"time": [1]}))


def test_a_log_of_nothing_gives_no_alert() -> None:
    nothing = rows(dict(READ, actor="S1")).iloc[:0]
    assert len(baselines.detect(nothing, given(("S1", "M1", 0)))) == 0


DOOR = {"class_name": "Physical Access", "activity_name": "Swipe", "system": "badge-system", "site": "ST01"}
IN, OUT = DOOR | {"status_detail": "in"}, DOOR | {"status_detail": "out"}
LOGON = {"class_name": "Authentication", "activity_name": "Logon", "site": "ST02", "actor": "S1"}


def test_whoever_is_inside_one_site_does_not_log_in_at_another() -> None:
    came = dict(IN, actor="S1")
    found = baselines.inside_elsewhere(rows(came, LOGON | {"minute": 200}))
    assert found["actor"].tolist() == ["S1"] and found["events"].tolist() == [(0, 1)]
    assert "logs in at ST02" in found["explanation"].iloc[0] and "came into ST01" in found["explanation"].iloc[0]
    for other in (
        rows(came, dict(OUT, actor="S1", minute=90), LOGON | {"minute": 200}),  # has gone there
        rows(came, LOGON | {"minute": 200, "site": "ST01"}),  # works where the badge is
        rows(came, LOGON | {"minute": 200, "status": "Failure"}),
        rows(came, LOGON | {"minute": 200, "actor": "S2"}),
        rows(came, LOGON | {"day": 1}),  # the way out was not read yesterday
    ):
        assert len(baselines.inside_elsewhere(other)) == 0


def test_a_badge_that_comes_in_twice_was_handed_back() -> None:
    came = dict(IN, actor="S1")
    found = baselines.passed_back(rows(came, came | {"minute": 2}))
    assert found["actor"].tolist() == ["S1"] and "again 2m later" in found["explanation"].iloc[0]
    for other in (
        rows(came, dict(OUT, actor="S1", minute=1), came | {"minute": 2}),
        rows(came, came | {"minute": 2, "actor": "S2"}),
        rows(came, came | {"minute": 2, "site": "ST02"}),
        rows(came, came | {"minute": 2, "activity_name": "Refuse", "status": "Failure"}),
        rows(came, came | {"minute": 300}),
    ):
        assert len(baselines.passed_back(other)) == 0


def test_the_badge_of_one_who_has_left_opens_no_door() -> None:
    log = rows(dict(IN, actor="S1", day=5), dict(IN, actor="S2", day=5))
    left = pd.to_datetime(["2026-03-02", None])
    found = baselines.gone_badge(log, pd.DataFrame({"staff_id": ["S1", "S2"], "left": left}))
    assert found["actor"].tolist() == ["S1"] and "they have left" in found["explanation"].iloc[0]
    last_day = pd.DataFrame({"staff_id": ["S1"], "left": pd.to_datetime(["2026-03-07"])})
    assert len(baselines.gone_badge(log, last_day)) == 0
    refused = rows(dict(IN, actor="S1", day=5, activity_name="Refuse", status="Failure"))
    assert len(baselines.gone_badge(refused, pd.DataFrame({"staff_id": ["S1", "S2"], "left": left}))) == 0


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        ("unbadged-login", "baseline-without-badge"),
        ("login-elsewhere", "baseline-inside-elsewhere"),
        ("lent-badge", "baseline-passed-back"),
    ],
)
def test_a_door_and_a_log_in_that_do_not_belong_together_are_told(step: str, rule: str) -> None:
    insurer, _, _ = weeks()
    found = baselines.detect(with_step(step), staff=insurer.staff)
    assert rule in set(found["rule_id"]), found["explanation"].tolist()
