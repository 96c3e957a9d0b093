"""Reads of members' records that no work of the reader's leads to: no claim, call or case.

The company's own record says who was given which work (`activity.queue`). Somebody covers for a
colleague, or asks across a desk: so one such read says nothing, and many, or the same member again
and again, do.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from simlab import clock
from simlab.detection.baselines.shape import DAY, READ, STAFF, alert, alerts, beside, date, looked_at
from simlab.detection.source import Origin, Source, asked

# One's own work belongs to a read up to so long before it, and is sometimes written down after it; a
# colleague's list is taken over for a day.
BEFORE, AFTER, TAKEN_OVER = 7 * clock.DAY, 12 * clock.HOUR, clock.DAY
# How many members more than on the account's usual day, how many times as many, and how often one member.
MORE, TIMES, AGAIN = 12, 3, 4
_QUEUE = ("time", "staff_id", "member_id")
_READS = ("class_name", "activity_name", "status", "role", "member")

# Each member looked at on a working day, with the latest work about them: the reader's own, and anybody's.
_VISITS = f"""
    WITH reads AS (
        SELECT actor::VARCHAR AS who, any_value(role::VARCHAR) AS role, member::VARCHAR AS whom, {DAY} AS day,
            min(time) AS first, max(time) AS last, count(*) AS many, list(event) AS seen
        FROM {{rows}} WHERE {READ} AND {STAFF} AND member <> '' AND status = 'Success' GROUP BY actor, member, day
    ), own AS (
        SELECT reads.*, queue.time AS mine FROM reads ASOF LEFT JOIN queue
        ON who = queue.staff_id AND whom = queue.member_id AND first + {AFTER} >= queue.time
    ), work AS (
        SELECT own.*, queue.time AS anybodys FROM own ASOF LEFT JOIN queue
        ON whom = queue.member_id AND first + {AFTER} >= queue.time
    ), visits AS (
        SELECT *, coalesce(first - mine <= {BEFORE}, false) AS is_own,
            coalesce(first - anybodys <= {TAKEN_OVER}, false) AS is_anybodys
        FROM work WHERE role IN (
            SELECT DISTINCT role::VARCHAR FROM {{rows}} WHERE actor::VARCHAR IN (SELECT staff_id FROM queue)
        )
    )
"""  # noqa: S608 - made of our own words


def unrelated(log: Source | Origin, queue: pd.DataFrame) -> pd.DataFrame:
    """Days on which somebody looks at far more members than usual that no work is about.

    One's own work of the last week counts, and what was given to a colleague on the same day.
    `queue` has `time, staff_id, member_id`; roles that get no work there are left out.
    """
    query = f"""
        {_VISITS}, days AS (
            SELECT who, role, day, count(*) AS members, count(*) FILTER (NOT (is_own OR is_anybodys)) AS without,
                min(first) AS first, max(last) AS last, list(seen) FILTER (NOT (is_own OR is_anybodys)) AS seen
            FROM visits GROUP BY who, role, day
        ), usual AS (SELECT who, quantile_disc(members, 0.5) AS usual, quantile_disc(without, 0.5) AS usually
            FROM days GROUP BY who)
        SELECT who, day, members, without, usual, usually, first, last, flatten(seen) FROM days JOIN usual USING (who)
        WHERE without >= {TIMES} * usually + {MORE} ORDER BY first
    """  # noqa: S608 - made of our own words
    with looked_at(log, _READS) as origin, beside(origin, "queue", queue, _QUEUE):
        rows = asked(origin, query.format(rows=origin.rows), "baseline unrelated")
        return alerts(_unrelated(*row) for row in rows)


def _unrelated(
    who: str, day: int, members: int, without: int, usual: int, usually: int, first: int, last: int, seen: list[int]
) -> tuple[Any, ...]:
    says = (
        f"{who} read {members:,} members' files on {date(day)}, {without:,} without a claim, call or case in any queue; "
        f"their usual day is {usual:,}, with {usually:,} such."
    )
    score = 50 + min(45, 2 * (without - usually))
    title = "Members' files are read that no work leads to"
    return alert("unrelated", title, who, (first, last), without, "members", seen, says, score)


def prying(log: Source | Origin, queue: pd.DataFrame, known: pd.DataFrame | None = None) -> pd.DataFrame:
    """Members whose record somebody opens again and again on a day, while nobody has any work about them.

    `known` may name pairs (`staff_id`, `member_id`, `relation`), such as relatives and neighbors, for
    whom one look without work is enough.
    """
    pairs = pd.DataFrame({"staff_id": [], "member_id": [], "relation": []}) if known is None else known
    query = f"""
        {_VISITS} SELECT who, whom, day, many, first, last, seen, coalesce(relation, '') FROM visits
        LEFT JOIN known ON who = known.staff_id AND whom = known.member_id
        WHERE NOT is_own AND ((many >= {AGAIN} AND NOT is_anybodys) OR many > {2 * AGAIN} OR relation IS NOT NULL)
        ORDER BY first, whom
    """  # noqa: S608 - made of our own words
    with (
        looked_at(log, _READS) as origin,
        beside(origin, "queue", queue, _QUEUE),
        beside(origin, "known", pairs, ("staff_id", "member_id", "relation")),
    ):
        rows = asked(origin, query.format(rows=origin.rows), "baseline prying")
        return alerts(_prying(*row) for row in rows)


def _prying(
    who: str, whom: str, day: int, many: int, first: int, last: int, seen: list[int], relation: str
) -> tuple[Any, ...]:
    tie = f" ({relation})" if relation else ""
    says = f"{who} opened the record of {whom}{tie} {many} times on {date(day)}; no claim, call or case leads there."
    score = (70 if relation else 45) + min(25, 3 * many)
    title = "A member's record is opened, and no work leads there"
    return alert("prying", title, who, (first, last), many, "reads", seen, says, score)
