"""Badges joined with log-ins and with the books: somebody is inside here and works there, or should not come at all.

What a door does not do (a swipe that is missing) is `places.without_badge`.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from simlab import clock
from simlab.detection.baselines.shape import DAY, STAFF, alert, alerts, beside, date, looked_at, moment
from simlab.detection.source import Origin, Source, asked

INSIDE = 12 * clock.HOUR  # so long a swipe in says that somebody is there, if no swipe out follows
BACK = 30 * clock.MINUTE
_SWIPES = "class_name = 'Physical Access' AND activity_name = 'Swipe' AND status = 'Success'"
_FIELDS = ("class_name", "activity_name", "status", "role", "site", "src_ip", "status_detail")


def inside_elsewhere(log: Source | Origin) -> pd.DataFrame:
    """Log-ins at one place by somebody whose badge says that they are inside another site."""
    query = f"""
        WITH swipes AS (SELECT time, event, actor, site, status_detail AS way FROM {{rows}} WHERE {_SWIPES}),
        ins AS (SELECT time, event, actor, site FROM {{rows}}
            WHERE class_name = 'Authentication' AND activity_name = 'Logon' AND status = 'Success' AND {STAFF} AND site <> '')
        SELECT ins.actor::VARCHAR, swipes.site::VARCHAR, ins.site::VARCHAR, swipes.time, ins.time, swipes.event, ins.event
        FROM ins ASOF JOIN swipes ON ins.actor = swipes.actor AND ins.time >= swipes.time
        WHERE way = 'in' AND swipes.site <> ins.site AND ins.time - swipes.time < {INSIDE} ORDER BY ins.time
    """  # noqa: S608 - made of our own words
    with looked_at(log, _FIELDS) as origin:
        rows = asked(origin, query.format(rows=origin.rows), "baseline inside_elsewhere")
        return alerts(_elsewhere(*row) for row in rows)


def _elsewhere(who: str, here: str, there: str, came: int, time: int, door: int, event: int) -> tuple[Any, ...]:
    says = (
        f"{who} logs in at {there} at {moment(time)}; their badge came into {here} at {moment(came)} and has not left."
    )
    title = "Inside one site by badge, at another by log-in"
    return alert("inside-elsewhere", title, who, (came, time), 1, "log-ins", [door, event], says, 75, time)


def passed_back(log: Source | Origin) -> pd.DataFrame:
    """Badges that come in twice at one site within half an hour, with no way out between: handed to a second person."""
    query = f"""
        SELECT actor::VARCHAR, site::VARCHAR, time0, time, event0, event FROM (
            SELECT actor, site, time, event, status_detail AS way, lag(time) OVER before AS time0,
                lag(event) OVER before AS event0, lag(status_detail) OVER before AS way0, lag(site) OVER before AS site0
            FROM {{rows}} WHERE {_SWIPES} WINDOW before AS (PARTITION BY actor ORDER BY time, event)
        ) WHERE way = 'in' AND way0 = 'in' AND site = site0 AND time - time0 < {BACK} ORDER BY time
    """  # noqa: S608 - made of our own words
    with looked_at(log, _FIELDS) as origin:
        return alerts(_back(*row) for row in asked(origin, query.format(rows=origin.rows), "baseline passed_back"))


def _back(who: str, site: str, first: int, second: int, event0: int, event: int) -> tuple[Any, ...]:
    took = clock.duration((second - first) // clock.SECOND)
    says = (
        f"The badge of {who} comes into {site} at {moment(first)} and again {took} later, and went out nowhere between."
    )
    title = "One badge comes in twice"
    return alert("passed-back", title, who, (first, second), 2, "swipes", [event0, event], says, 60, second)


def gone_badge(log: Source | Origin, staff: pd.DataFrame) -> pd.DataFrame:
    """Doors that open to the badge of somebody who has left (`staff`: staff_id, and `left`, a day or NaT)."""
    left = staff[staff["left"].notna()]
    over = left["left"].astype("datetime64[us]").astype("int64") + clock.DAY * 3 // 2
    gone = pd.DataFrame({"staff_id": left["staff_id"].astype("object"), "time": over.to_numpy(dtype="int64")})
    query = f"""
        SELECT actor::VARCHAR, {DAY.replace("time", "log.time")} AS day, any_value(site)::VARCHAR, min(log.time),
            max(log.time), count(*), list(event)
        FROM {{rows}} AS log JOIN gone ON gone.staff_id = log.actor
        WHERE {_SWIPES} AND log.time >= gone.time GROUP BY actor, day ORDER BY min(log.time)
    """  # noqa: S608 - made of our own words
    with looked_at(log, _FIELDS) as origin, beside(origin, "gone", gone, ("staff_id", "time")):
        return alerts(_gone(*row) for row in asked(origin, query.format(rows=origin.rows), "baseline gone_badge"))


def _gone(who: str, day: int, site: str, first: int, last: int, count: int, seen: list[int]) -> tuple[Any, ...]:
    says = f"A door of {site} opens to the badge of {who} {count} times on {date(day)}, from {moment(first)} on: they have left."
    title = "The badge of somebody who is gone opens a door"
    return alert("gone-badge", title, who, (first, last), count, "swipes", seen, says, 85, first)
