"""Whose account: one that has left, one that has slept, one that opens a system for the first time."""

from __future__ import annotations

from typing import Any

import pandas as pd

from simlab import clock
from simlab.detection.baselines.shape import DAY, STAFF, alert, alerts, beside, date, looked_at, moment
from simlab.detection.source import Origin, Source, asked

ASLEEP = 45 * clock.DAY
WARM = 7  # working days of an account's own before something of it is new
_WORK = "class_name IN ('Authentication', 'Datastore Activity', 'File Activity', 'Account Change')"


def departed(
    log: Source | Origin, staff: pd.DataFrame | None = None, members: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Accounts used after their owner has left or died, one alert for each account and working day.

    `staff` has `staff_id`, and `left` (the first moment after the last day, microseconds UTC, -1 for
    none) or `is_active`, whose owners have left for good where it is false; `members` has `member_id`,
    and `death_date` (a day) or `is_deceased`.
    """
    query = f"""
        SELECT actor::VARCHAR, {DAY.replace("time", "log.time")} AS day, min(log.time), max(log.time), count(*), list(event),
            any_value(why)
        FROM {{rows}} AS log JOIN gone ON gone.owner = log.actor::VARCHAR
        WHERE status = 'Success' AND log.time >= gone.time AND {_WORK} GROUP BY actor, day ORDER BY min(log.time)
    """  # noqa: S608 - made of our own words
    with looked_at(log) as origin, beside(origin, "gone", _gone(staff, members), ("owner", "time", "why")):
        rows = asked(origin, query.format(rows=origin.rows), "baseline departed")
        return alerts(_departed(*row) for row in rows)


def _gone(staff: pd.DataFrame | None, members: pd.DataFrame | None) -> pd.DataFrame:
    """Whose accounts must rest, since when, and why."""
    parts = [pd.DataFrame({"owner": [], "time": [], "why": []})]
    if staff is not None:
        left = _left(staff)
        parts.append(pd.DataFrame({"owner": staff["staff_id"], "time": left, "why": "has left"})[left >= 0])
    if members is not None:
        died = _died(members)
        parts.append(pd.DataFrame({"owner": members["member_id"], "time": died, "why": "has died"})[died >= 0])
    return pd.concat([part.astype({"owner": "object", "why": "object", "time": "int64"}) for part in parts])


def _left(staff: pd.DataFrame) -> pd.Series:
    """Since when each one's account must rest, -1 for those who stay; a day of leaving ends with its night shift."""
    if "left" not in staff.columns:
        return pd.Series(-1, staff.index).where(staff["is_active"], 0)
    return staff["left"] if staff["left"].dtype.kind != "M" else _after(staff["left"])


def _died(members: pd.DataFrame) -> pd.Series:
    """Since when each one's account must rest, -1 for the living."""
    if "death_date" not in members.columns:
        return pd.Series(-1, members.index).where(~members["is_deceased"], 0)
    return _after(members["death_date"])


def _after(days: pd.Series) -> pd.Series:
    """Since when a day is over for everybody, -1 where there is none."""
    return (days.astype("datetime64[us]").astype("int64") + clock.DAY * 3 // 2).where(days.notna(), -1)


def _departed(who: str, day: int, first: int, last: int, count: int, seen: list[int], why: str) -> tuple[Any, ...]:
    says = f"{who} is used {count} times on {date(day)}, from {moment(first)} on: its owner {why}."
    title = "The account of somebody who is gone is used"
    return alert("departed", title, who, (first, last), count, "events", seen, says, 90, first)


def dormant(log: Source | Origin, asleep: int = ASLEEP) -> pd.DataFrame:
    """Accounts of staff, vendors and jobs that are used again after a long time (`asleep`, microseconds)."""
    query = """
        SELECT actor::VARCHAR, before, time, event FROM (
            SELECT actor, time, event, lag(time) OVER (PARTITION BY actor ORDER BY time, event) AS before
            FROM {rows} WHERE role <> 'member' AND class_name <> 'Email Activity' AND status = 'Success'
        ) WHERE time - before > {asleep} ORDER BY time
    """
    with looked_at(log) as origin:
        words = query.format(rows=origin.rows, asleep=asleep)
        return alerts(_woken(*row) for row in asked(origin, words, "baseline dormant"))


def _woken(who: str, before: int, time: int, event: int) -> tuple[Any, ...]:
    days = (time - before) // clock.DAY
    says = f"{who} is used at {moment(time)}, for the first time in {days} days."
    return alert("dormant", "An account that has slept is used", who, (time, time), days, "days", [event], says, 45)


def first_use(log: Source | Origin, warm: int = WARM) -> pd.DataFrame:
    """Staff who use a system for the first time after `warm` working days, and whose colleagues do not.

    A colleague has the same role; where one in twenty uses the system, it belongs to the work.
    """
    query = f"""
        WITH used AS (
            SELECT actor, role, system, min(time) AS first, max(time) AS last, count(*) AS many,
                list(event ORDER BY event) AS seen
            FROM {{rows}} WHERE {STAFF} AND system <> '' AND status = 'Success' GROUP BY actor, role, system
        ), before AS (
            SELECT used.actor, used.system, count(DISTINCT {DAY}) AS days FROM used JOIN {{rows}} AS log USING (actor)
            WHERE log.time < used.first GROUP BY used.actor, used.system
        ), colleagues AS (SELECT role, count(DISTINCT actor) AS many FROM used GROUP BY role),
        users AS (SELECT role, system, count(DISTINCT actor) AS many FROM used GROUP BY role, system)
        SELECT actor::VARCHAR, role::VARCHAR, system::VARCHAR, first, last, used.many, colleagues.many, users.many, seen
        FROM used JOIN before USING (actor, system) JOIN colleagues USING (role) JOIN users USING (role, system)
        WHERE days >= {warm} AND 20 * (users.many - 1) < colleagues.many ORDER BY first
    """  # noqa: S608 - made of our own words
    with looked_at(log) as origin:
        rows = asked(origin, query.format(rows=origin.rows), "baseline first_use")
        return alerts(_first(*row) for row in rows)


def _first(
    who: str, role: str, system: str, first: int, last: int, many: int, colleagues: int, users: int, seen: list[int]
) -> tuple[Any, ...]:
    rest = f"{users - 1} of {colleagues - 1} colleagues ({role}) use it" if users > 1 else f"no other {role} uses it"
    says = f"{who} uses {system} for the first time at {moment(first)}, {many} times in all: {rest}."
    return alert(
        "first-use", "A system used for the first time", who, (first, last), many, "events", seen, says, 55, first
    )
