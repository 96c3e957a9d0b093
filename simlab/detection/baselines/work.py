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
from simlab.duck import quoted

# One's own work belongs to a read up to so long before it, and is sometimes written down after it; a
# colleague's list is taken over for a day.
BEFORE, AFTER, TAKEN_OVER = 7 * clock.DAY, 12 * clock.HOUR, clock.DAY
# How many members more than on the account's usual day, how many times as many, and how often one member.
MORE, TIMES, AGAIN = 12, 3, 4
_QUEUE = ("time", "staff_id", "member_id")
_READS = ("class_name", "activity_name", "status", "role", "member")

# Work that a visit may belong to: the reader's own, and anybody's about that member.
_OWN = f"staff_id = who AND member_id = whom AND queue.time BETWEEN first - {BEFORE} AND first + {AFTER}"
_ANYBODYS = f"member_id = whom AND queue.time BETWEEN first - {TAKEN_OVER} AND first + {AFTER}"


def _counted(origin: Origin) -> str:
    """Which reads count: those of staff whose role gets work in the queue."""
    query = f"""
        SELECT DISTINCT role::VARCHAR FROM (SELECT DISTINCT actor, role FROM {origin.rows})
        SEMI JOIN queue ON actor = staff_id
    """  # noqa: S608 - made of our own words
    roles = [quoted(role) for (role,) in asked(origin, query, "queue") if role]
    listed = f"role IN ({', '.join(roles)})" if roles else "false"
    return f"{READ} AND {STAFF} AND member <> '' AND status = 'Success' AND {listed}"


def _visits(origin: Origin, reads: str) -> str:
    """Each member whom somebody looks at on a working day, without their events: those are most of a log."""
    return f"""
        SELECT actor AS who, member AS whom, {DAY} AS day, min(time) AS first, max(time) AS last, count(*) AS many
        FROM {origin.rows} WHERE {reads} GROUP BY ALL
    """  # noqa: S608 - made of our own words


def _with_events(origin: Origin, reads: str, found: str) -> str:
    """The visits in `found`, each with its events: so they are fetched for the few that are told."""
    return f"""
        SELECT {found}.*, seen FROM {found} JOIN (
            SELECT actor AS who, member AS whom, {DAY} AS day, list(event) AS seen FROM {origin.rows}
            WHERE {reads} AND actor IN (SELECT who FROM {found}) GROUP BY ALL
        ) USING (who, whom, day)
    """  # noqa: S608 - made of our own words


def unrelated(log: Source | Origin, queue: pd.DataFrame) -> pd.DataFrame:
    """Days on which somebody looks at far more members than usual that no work is about.

    One's own work of the last week counts, and what was given to a colleague on the same day.
    `queue` has `time, staff_id, member_id`; roles that get no work there are left out.
    """
    with looked_at(log, _READS) as origin, beside(origin, "queue", queue, _QUEUE):
        reads = _counted(origin)
        query = f"""
            WITH visits AS MATERIALIZED ({_visits(origin, reads)}), without AS MATERIALIZED (
                SELECT * FROM (SELECT * FROM visits ANTI JOIN queue ON {_OWN}) ANTI JOIN queue ON {_ANYBODYS}
            ), days AS (
                SELECT who, day, members, coalesce(many, 0) AS many, first, last
                FROM (SELECT who, day, count(*) AS members, min(first) AS first, max(last) AS last FROM visits GROUP BY ALL)
                LEFT JOIN (SELECT who, day, count(*) AS many FROM without GROUP BY ALL) USING (who, day)
            ), usual AS (
                SELECT who, quantile_disc(members, 0.5) AS usual, quantile_disc(many, 0.5) AS usually FROM days GROUP BY who
            ), told AS (SELECT * FROM days JOIN usual USING (who) WHERE many >= {TIMES} * usually + {MORE}),
            few AS (SELECT who, whom, day FROM without SEMI JOIN told USING (who, day)),
            found AS ({_with_events(origin, reads, "few")})
            SELECT who::VARCHAR, day, members, told.many, usual, usually, told.first, told.last, flatten(list(seen))
            FROM told JOIN found USING (who, day) GROUP BY ALL ORDER BY told.first
        """  # noqa: S608 - made of our own words
        return alerts(_unrelated(*row) for row in asked(origin, query, "baseline unrelated"))


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
    with (
        looked_at(log, _READS) as origin,
        beside(origin, "queue", queue, _QUEUE),
        beside(origin, "known", pairs, ("staff_id", "member_id", "relation")),
    ):
        reads = _counted(origin)
        query = f"""
            WITH often AS (
                SELECT visits.*, relation FROM ({_visits(origin, reads)}) AS visits
                LEFT JOIN known ON staff_id = who AND member_id = whom WHERE many >= {AGAIN} OR relation IS NOT NULL
            ), without AS MATERIALIZED (SELECT * FROM often ANTI JOIN queue ON {_OWN}),
            nobodys AS (SELECT who, whom, day FROM without ANTI JOIN queue ON {_ANYBODYS}),
            few AS MATERIALIZED (
                SELECT * FROM without WHERE many > {2 * AGAIN} OR relation IS NOT NULL
                    OR (who, whom, day) IN (FROM nobodys)
            )
            SELECT who::VARCHAR, whom::VARCHAR, day, many, first, last, seen, coalesce(relation, '')
            FROM ({_with_events(origin, reads, "few")}) ORDER BY first, whom::VARCHAR
        """  # noqa: S608 - made of our own words
        return alerts(_prying(*row) for row in asked(origin, query, "baseline prying"))


def _prying(
    who: str, whom: str, day: int, many: int, first: int, last: int, seen: list[int], relation: str
) -> tuple[Any, ...]:
    tie = f" ({relation})" if relation else ""
    says = f"{who} opened the record of {whom}{tie} {many} times on {date(day)}; no claim, call or case leads there."
    score = (70 if relation else 45) + min(25, 3 * many)
    title = "A member's record is opened, and no work leads there"
    return alert("prying", title, who, (first, last), many, "reads", seen, says, score)
