"""How much: a day, or a session, far above the account's own usual and its colleagues'."""

from __future__ import annotations

from typing import Any

import pandas as pd

from simlab.detection.alerts import together
from simlab.detection.baselines.shape import DAY, READ, STAFF, alert, alerts, date, looked_at, moment
from simlab.detection.source import Origin, Source, asked

# So many times the usual, and so many records more, before anybody is asked.
TIMES, MORE = 4, 40
_VERBS = {"Read": "read", "Export": "exported"}


def per_day(log: Source | Origin) -> pd.DataFrame:
    """Accounts that read or export far more on a day than on their usual one, and than colleagues do."""
    with looked_at(log) as origin:
        return together(_days(origin, verb) for verb in _VERBS)


def _days(origin: Origin, verb: str) -> pd.DataFrame:
    kind = f"class_name = 'Datastore Activity' AND activity_name = '{verb}' AND record_count > 0"
    query = f"""
        WITH days AS (
            SELECT actor, any_value(role) AS role, {DAY} AS day, sum(record_count)::BIGINT AS total,
                min(time) AS first, max(time) AS last
            FROM {origin.rows} WHERE {kind} AND role NOT IN ('member', 'service_account') AND status = 'Success'
            GROUP BY actor, day
        ), span AS (SELECT count(DISTINCT day) AS days FROM days),
        own AS (
            -- A day on which nothing was read or exported counts as none.
            SELECT actor, CASE WHEN 2 * count(*) <= (SELECT days FROM span) AND '{verb}' = 'Export' THEN 0
                ELSE quantile_disc(total, 0.5) END AS usual FROM days GROUP BY actor
        ), peers AS (SELECT role, quantile_disc(total, 0.5) AS usual, quantile_disc(total, 0.9) AS busy
            FROM days GROUP BY role),
        far AS (
            SELECT days.*, own.usual AS own, peers.usual AS peers, busy FROM days JOIN own USING (actor)
            JOIN peers USING (role)
            WHERE total >= {TIMES} * own.usual + {MORE} AND total >= {TIMES} * peers.usual + {MORE}
        )
        SELECT far.actor::VARCHAR, far.role::VARCHAR, far.day, total, own, peers, first, last, list(event ORDER BY event)
        FROM far JOIN {origin.rows} AS log ON log.actor = far.actor AND log.time BETWEEN first AND last
        WHERE {kind.replace("class_name", "log.class_name")}
        GROUP BY ALL ORDER BY first
    """  # noqa: S608 - made of our own words
    return alerts(_day(verb, *row) for row in asked(origin, query, f"baseline per_day, {verb}"))


def _day(
    verb: str, who: str, role: str, day: int, total: int, own: int, peers: int, first: int, last: int, seen: list[int]
) -> tuple[Any, ...]:
    done = _VERBS[verb]
    says = (
        f"{who} {done} {total:,} members' records on {date(day)}: their usual day is {own:,}, that of {role} {peers:,}."
    )
    score = 40 + 5 * min(12, total // max(1, own, peers, 10))
    return alert(
        f"{done}-per-day", f"Far more is {done} than usual", who, (first, last), total, "records", seen, says, score
    )


def per_session(log: Source | Origin) -> pd.DataFrame:
    """Sessions in which far more members are looked at than in the account's and its colleagues' usual one."""
    query = """
        WITH sessions AS (
            SELECT actor, any_value(role) AS role, session, count(DISTINCT member)::BIGINT AS total, min(time) AS first,
                max(time) AS last, list(event) AS seen
            FROM {rows} WHERE {read} AND {staff} AND member <> '' AND session <> '' GROUP BY actor, session
        ), own AS (SELECT actor, quantile_disc(total, 0.5) AS usual FROM sessions GROUP BY actor),
        peers AS (SELECT role, quantile_disc(total, 0.5) AS usual FROM sessions GROUP BY role)
        SELECT actor::VARCHAR, role::VARCHAR, total, own.usual, peers.usual, first, last, seen
        FROM sessions JOIN own USING (actor) JOIN peers USING (role)
        WHERE total >= {times} * own.usual + {more} AND total >= {times} * peers.usual + {more} ORDER BY first
    """
    with looked_at(log) as origin:
        words = query.format(rows=origin.rows, read=READ, staff=STAFF, times=TIMES - 1, more=MORE // 2)
        return alerts(_session(*row) for row in asked(origin, words, "baseline per_session"))


def _session(
    who: str, role: str, total: int, own: int, peers: int, first: int, last: int, seen: list[int]
) -> tuple[Any, ...]:
    says = (
        f"{who} looked at {total:,} members in one session from {moment(first)}: "
        f"their usual session has {own:,}, that of {role} {peers:,}."
    )
    score = 40 + 5 * min(12, total // max(1, own, peers))
    title = "Far more members in one session than usual"
    return alert("per-session", title, who, (first, last), total, "members", seen, says, score)
