"""Where: an account in two places sooner than anybody can travel, and work at a site that no door saw."""

from __future__ import annotations

from typing import Any

import pandas as pd

from simlab import clock
from simlab.detection.baselines.shape import STAFF, alert, alerts, looked_at, moment
from simlab.detection.source import Origin, Source, asked

# Nobody gets from one place of the company's to another in less.
LEAST = 45 * clock.MINUTE
SHIFT = 16 * clock.HOUR
_PLACE = "CASE WHEN site NOT IN ('', 'remote') THEN site::VARCHAR ELSE src_ip::VARCHAR END"


def travel(log: Source | Origin, least: int = LEAST) -> pd.DataFrame:
    """Accounts seen in two places within less than `least` microseconds; one alert for each account and half day.

    A place is a site, or else an address.
    """
    query = f"""
        WITH seen AS (
            SELECT event, time, actor, place, lag(place) OVER before AS place0, lag(time) OVER before AS time0,
                lag(event) OVER before AS event0
            FROM (SELECT event, time, actor, {_PLACE} AS place FROM {{rows}}
                WHERE status = 'Success' AND role <> 'service_account' AND (site <> '' OR src_ip <> ''))
            WINDOW before AS (PARTITION BY actor ORDER BY time, event)
        ), jumps AS (SELECT *, time // {12 * clock.HOUR} AS half FROM seen WHERE place <> place0 AND time - time0 < {{least}})
        SELECT actor::VARCHAR, arg_min(place0, time), arg_min(place, time), min(time0), min(time), max(time), count(*),
            list(event), list(event0)
        FROM jumps GROUP BY actor, half ORDER BY min(time)
    """  # noqa: S608 - made of our own words
    with looked_at(log, ("status", "role", "site", "src_ip")) as origin:
        return alerts(
            _jump(*row) for row in asked(origin, query.format(rows=origin.rows, least=least), "baseline travel")
        )


def _jump(
    who: str, left: str, came: str, before: int, first: int, last: int, count: int, seen: list[int], seen0: list[int]
) -> tuple[Any, ...]:
    took = clock.duration((first - before) // clock.SECOND)
    says = f"{who} is seen at {left}, and {took} later, at {moment(first)}, at {came}"
    says += f"; {count} such changes in half a day." if count > 1 else "."
    positions = sorted({*seen, *seen0})
    title = "One account in two places sooner than anybody can travel"
    return alert(
        "travel", title, who, (before, last), count, "changes of place", positions, says, 65 + min(20, count), first
    )


def without_badge(log: Source | Origin) -> pd.DataFrame:
    """Log-ins at a site by somebody whose badge no door of that site has read in the shift.

    Sites that have never seen a badge are left out: they have no reader.
    """
    query = f"""
        WITH ins AS (SELECT event, time, actor, site, session FROM {{rows}}
            WHERE class_name = 'Authentication' AND activity_name = 'Logon' AND status = 'Success' AND {STAFF}
                AND site NOT IN ('', 'remote')),
        doors AS (SELECT time, actor, site FROM {{rows}} WHERE class_name = 'Physical Access' AND activity_name = 'Swipe'),
        alone AS (SELECT ins.*, doors.time AS swiped FROM ins ASOF LEFT JOIN doors
            ON ins.actor = doors.actor AND ins.site = doors.site AND ins.time >= doors.time)
        SELECT actor::VARCHAR, site::VARCHAR, time, event FROM alone
        WHERE (swiped IS NULL OR time - swiped > {SHIFT}) AND site IN (SELECT DISTINCT site FROM doors) ORDER BY time
    """  # noqa: S608 - made of our own words
    with looked_at(log) as origin:
        rows = asked(origin, query.format(rows=origin.rows), "baseline without_badge")
        return alerts(_unswiped(*row) for row in rows)


def _unswiped(who: str, site: str, time: int, event: int) -> tuple[Any, ...]:
    says = f"{who} logs in at {site} at {moment(time)}, and no door there has read their badge since the day before."
    title = "A log-in at a site that nobody was seen to enter"
    return alert("without-badge", title, who, (time, time), 1, "log-ins", [event], says, 35)
