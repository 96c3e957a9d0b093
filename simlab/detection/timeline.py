"""An investigation: everything that one account or one member's record was part of, with what was new in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simlab import clock, events
from simlab.detection.baselines.shape import moment
from simlab.detection.source import Origin, Source, opened
from simlab.duck import quoted
from simlab.errors import InputError

# What lies so long before and after an alert belongs to its story.
AROUND = clock.DAY
MOST = 200_000  # events shown
_NEW = ("src_ip", "device", "site", "system")


@dataclass(frozen=True, eq=False)
class Timeline:
    """What was found: `summary` in plain words, and four tables.

    `events` are the log's rows with their position (`event`) and the UTC moment (`at`); `sessions` one row
    each; `places` where and with what each account was seen; `firsts` what was new for an account: an
    address, device, site or system that the log before does not know.
    """

    about: str
    events: pd.DataFrame
    sessions: pd.DataFrame
    places: pd.DataFrame
    firsts: pd.DataFrame
    summary: str

    def __str__(self) -> str:
        return self.summary


def timeline(
    log: Source,
    *,
    alert: Mapping[str, Any] | pd.Series | None = None,
    actor: str = "",
    member: str = "",
    since: int | None = None,
    until: int | None = None,
) -> Timeline:
    """Everything about an alert (a row of `detect`), an account or a member, between two moments.

    For an alert: what its accounts did from a day before it to a day after. For a member: who read or
    changed their record. Raises InputError unless one of the three is given, and for what is not there.
    """
    if sum((alert is not None, bool(actor), bool(member))) != 1:
        raise InputError("give one of alert=, actor= and member=: an alert's row, an account's id, a member's id")
    with opened(log, events.COLUMNS) as origin:
        if alert is not None:
            about, which = _of_alert(origin, alert)
            since = int(alert["window_start"]) - AROUND if since is None else since
            until = int(alert["window_end"]) + AROUND if until is None else until
        else:
            name, value = ("actor", actor) if actor else ("member", member)
            about, which = value, f"lower({name}::VARCHAR) = lower({quoted(value)})"
        bounds = [f"time >= {int(since)}"] if since is not None else []
        bounds += [f"time <= {int(until)}"] if until is not None else []
        found = _rows(origin, " AND ".join([f"({which})", *bounds]))
        if not len(found):
            raise InputError(f"{about}: the log holds nothing about it in this time")
        firsts = _firsts(origin, found)
    sessions, places = _sessions(found), _places(found)
    said = _summary(about, found, sessions, firsts)
    if alert is not None:
        said = f"{alert['explanation']}\n{said}"
    return Timeline(about, found, sessions, places, firsts, said)


def _of_alert(origin: Origin, alert: Mapping[str, Any] | pd.Series) -> tuple[str, str]:
    """What an alert is about, and the condition for what its accounts did."""
    try:
        seen = [int(event) for event in alert["events"]]
        about = str(alert["actor"])
    except (KeyError, TypeError, ValueError):
        raise InputError("alert= takes one row of what detect gives, for example alerts.iloc[0]") from None
    listed = ", ".join(map(str, seen))
    accounts = origin.con.execute(
        f"SELECT DISTINCT actor::VARCHAR FROM {origin.rows} WHERE event IN ({listed})"  # noqa: S608 - numbers
    ).fetchall()
    names = ", ".join(quoted(str(row[0])) for row in accounts)
    if not names:
        raise InputError(f"{about}: the log does not hold this alert's events: it is another log's")
    return about, f"actor::VARCHAR IN ({names})"


def _rows(origin: Origin, condition: str) -> pd.DataFrame:
    texts = ", ".join(f"{n}::VARCHAR AS {n}" if n not in events.NUMBERS else n for n in events.COLUMNS)
    query = f"SELECT event, {texts} FROM {origin.rows} WHERE {condition} ORDER BY event LIMIT {MOST}"  # noqa: S608
    found = origin.con.execute(query).df()
    found.insert(1, "at", pd.to_datetime(found["time"], unit="us", utc=True))
    return found


def _firsts(origin: Origin, found: pd.DataFrame) -> pd.DataFrame:
    """For each account, what the log knows of it since a moment within this time only, and not from its first day."""
    names = ", ".join(quoted(name) for name in sorted(set(found["actor"])))
    parts = [
        f"""SELECT min(time) AS time, actor::VARCHAR AS actor, '{name}' AS what, {name}::VARCHAR AS value,
                arg_min(event, time) AS event
            FROM {origin.rows} WHERE actor::VARCHAR IN ({names}) AND {name} <> '' GROUP BY actor, {name}"""  # noqa: S608
        for name in _NEW
    ]
    began = f"SELECT actor::VARCHAR AS actor, min(time) AS began FROM {origin.rows} GROUP BY ALL"  # noqa: S608
    query = f"""
        SELECT time, actor, what, value, event FROM ({" UNION ALL ".join(parts)}) JOIN ({began}) USING (actor)
        WHERE time BETWEEN {found["time"].min()} AND {found["time"].max()} AND time - began > {clock.DAY}
        ORDER BY time, what, value
    """  # noqa: S608 - our own words
    return origin.con.execute(query).df()


def _sessions(found: pd.DataFrame) -> pd.DataFrame:
    inside = found[found["session"] != ""]
    kept = inside.assign(members=inside["member"].where(inside["member"] != ""))
    return kept.groupby(["actor", "session"], sort=False, as_index=False).agg(
        begin=("at", "min"), end=("at", "max"), events=("event", "size"), records=("record_count", "sum"),
        members=("members", "nunique"), device=("device", "first"), site=("site", "first"), src_ip=("src_ip", "first"),
    )  # fmt: skip


def _places(found: pd.DataFrame) -> pd.DataFrame:
    keys = ["actor", "site", "src_ip", "device"]
    inside = found[(found["site"] != "") | (found["src_ip"] != "") | (found["device"] != "")]
    return inside.groupby(keys, sort=False, as_index=False).agg(
        first=("at", "min"), last=("at", "max"), events=("event", "size")
    )


def _summary(about: str, found: pd.DataFrame, sessions: pd.DataFrame, firsts: pd.DataFrame) -> str:
    """What happened, in a few sentences."""
    begin, end = moment(int(found["time"].min())), moment(int(found["time"].max()))
    accounts = found.drop_duplicates("actor")
    who = [f"{a} ({r})" if r else a for a, r in zip(accounts["actor"], accounts["role"], strict=True)]
    shown = ", ".join(who[:5]) + (f" and {len(who) - 5} more" if len(who) > 5 else "")
    lines = [f"{about}: {len(found):,} events from {begin} to {end}, by {shown or 'nobody named'}."]
    lines += _done(found)
    where = sorted({s for s in found["site"] if s}) + sorted({a for a in found["src_ip"] if a})[:5]
    lines.append(f"{len(sessions)} sessions; seen at {', '.join(where) or 'no place that is named'}.")
    for time, who_, what, value in list(firsts[["time", "actor", "what", "value"]].itertuples(index=False))[:8]:
        lines.append(f"New for {who_}: {_NAMES[what]} {value}, since {moment(int(time))}.")
    return "\n".join(lines)


_NAMES = {"src_ip": "address", "device": "device", "site": "site", "system": "system"}


def _done(found: pd.DataFrame) -> list[str]:
    """How much was read, changed and taken out, and what failed."""
    out = []
    for verb, done in (("Read", "read"), ("Update", "changed"), ("Export", "exported")):
        rows = found[(found["activity_name"] == verb) & (found["record_count"] > 0)]
        if len(rows):
            members = rows.loc[rows["member"] != "", "member"].nunique()
            named = f", {members:,} members by name" if members else ""
            out.append(f"{int(rows['record_count'].sum()):,} records {done} in {len(rows):,} events{named}.")
    failed = found[found["status"] == "Failure"]
    if len(failed):
        reasons = failed["status_detail"].where(failed["status_detail"] != "", failed["activity_name"])
        why = ", ".join(f"{many} {reason}" for reason, many in reasons.value_counts().items())
        out.append(f"{len(failed):,} failed: {why}.")
    return out
