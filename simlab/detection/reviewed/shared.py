"""One account, several people: two sessions at once in two places, and a colleague's machine."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from simlab.detection.baselines.shape import STAFF, moment
from simlab.detection.reviewed.shape import Finding, Look, seen

_SESSIONS = f"""
    SELECT actor::VARCHAR AS who, session::VARCHAR AS session, device::VARCHAR AS device, site::VARCHAR AS site,
        src_ip::VARCHAR AS src_ip, min(time) AS first, max(time) AS last, min(event, 10) AS found
    FROM {{rows}} WHERE session <> '' AND status = 'Success' AND {STAFF} GROUP BY ALL HAVING count(*) > 1
"""  # noqa: S608
# First those in whose sessions the latest end so far lies after the next beginning, then which two they are.
_AT_ONCE = f"""
    WITH inside AS MATERIALIZED ({_SESSIONS}), twice AS (
        SELECT DISTINCT who FROM (SELECT who, first, max(last) OVER (PARTITION BY who ORDER BY first, last, session
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM inside) WHERE first < before
    )
    SELECT a.who, count(*), min(b.first), arg_min(a.device || ' at ' || a.site || ' ' || a.src_ip, b.first),
        arg_min(b.device || ' at ' || b.site || ' ' || b.src_ip, b.first), flatten(list(a.found || b.found))
    FROM inside AS a JOIN inside AS b USING (who)
    WHERE who IN (FROM twice) AND a.session <> b.session AND a.first <= b.first AND b.first < a.last
        AND (a.device, a.site, a.src_ip) <> (b.device, b.site, b.src_ip) GROUP BY a.who
"""  # noqa: S608
_BORROWED = f"""
    SELECT actor::VARCHAR, any_value(log.device)::VARCHAR, owner, count(*), min(time), min(event, 50)
    FROM {{rows}} AS log JOIN devices ON log.device::VARCHAR = devices.device
    WHERE owner <> actor::VARCHAR AND status = 'Success' AND {STAFF} GROUP BY actor, owner
"""  # noqa: S608


def at_once(look: Look) -> Iterator[Finding]:
    """Accounts with two sessions at the same time in two places, or at work on a colleague's machine."""
    told: dict[str, Finding] = {}
    for who, many, at, one, other, found in look.rows(_AT_ONCE):
        says = f"{who} works in two sessions at once: {_place(one)} and {_place(other)} at {moment(at)}"
        more = f"; {many} such pairs." if many > 1 else "."
        told[who] = Finding("shared-account", who, says + more, seen(set(found)), many)
    devices = look.books["devices"]
    owned = pd.DataFrame({"device": devices["device_id"].astype(str).astype(object)}).assign(
        owner=devices["staff_id"].astype(str).astype(object)
    )
    for who, device, owner, many, at, found in look.beside(_BORROWED, {"devices": owned}):
        says = f"{who} is used {many:,} times on {device}, which is {owner}'s, from {moment(at)} on."
        record = (f"devices: {device} is {owner}'s",)
        before = told.get(who)
        told[who] = (
            Finding("shared-account", who, says, seen(found), many, record)
            if before is None
            else before._replace(
                says=f"{before.says} {says}", events=seen({*before.events, *found}), records=(*before.records, *record)
            )
        )
    yield from told.values()


def _place(said: str) -> str:
    """Where a session is, without the parts that are not known."""
    device, _, place = said.partition(" at ")
    return " at ".join(part for part in (device.strip(), place.strip()) if part) or "no named place"
