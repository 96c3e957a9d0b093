"""Those who have left, those who moved to another role, and those who have not come for long."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from simlab import clock
from simlab.detection.baselines.shape import date, moment
from simlab.detection.directory import needs, rights
from simlab.detection.reviewed.shape import (
    ACCOUNT_WORK,
    BEGINS,
    OVER,
    SHOWN,
    Finding,
    Look,
    micros,
    named,
    seen,
    span,
    using,
)

ASLEEP = 45 * clock.DAY
SETTLED = 7 * clock.DAY  # in the week after a change of role the old work is handed over
CLOSED_BY = 2 * clock.DAY  # after a last day has begun: the night after it, wherever that is


def leavers(look: Look) -> Iterator[Finding]:
    """Accounts whose holder has left: used since, still open, or closed late."""
    staff = look.books["staff"]
    left = pd.DataFrame({"who": staff["staff_id"].astype(str).astype(object), "last": micros(staff["left"])})
    left = left[(left["last"] >= 0) & (left["last"] < look.until)]
    yield from _used_after(look, left)
    yield from _badges(look, left)
    closed = dict(look.rows(_CLOSED))
    open_ = set(look.accounts.loc[look.accounts["is_open"], "account_id"])
    for who, last in left.itertuples(index=False):
        yield from _closing(look, str(who), int(last), closed.get(who), who in open_)


_CLOSED = """
    SELECT regexp_extract(status_detail, 'account of (\\S+) disabled', 1) AS who, min(time) FROM {rows}
    WHERE class_name = 'Account Change' AND activity_name = 'Disable' AND status = 'Success' GROUP BY who
"""


def _used_after(look: Look, left: pd.DataFrame) -> list[Finding]:
    query = f"""
        SELECT who, any_value(last), min(time), max(time), count(*), min(event, 50)
        FROM {{rows}} AS log JOIN gone ON log.actor::VARCHAR = gone.who
        WHERE status = 'Success' AND {ACCOUNT_WORK} AND log.time >= gone.last + {OVER} GROUP BY who
    """  # noqa: S608 - made of our own words
    return [
        Finding(
            "leaver-used", who, f"{who} left on {_day(last)}; the account was used {many:,} times, {span(first, end)}.",
            seen(found), many, (f"staff: {who} left {_day(last)}",),
        )
        for who, last, first, end, many, found in look.beside(query, {"gone": left})
    ]  # fmt: skip


def _badges(look: Look, left: pd.DataFrame) -> Iterator[Finding]:
    query = f"""
        SELECT who, any_value(last), any_value(site)::VARCHAR, min(time), max(time), count(*), min(event, {SHOWN})
        FROM {{rows}} AS log JOIN gone ON log.actor::VARCHAR = gone.who
        WHERE class_name = 'Physical Access' AND activity_name = 'Swipe' AND status = 'Success'
            AND log.time >= gone.last + {OVER} GROUP BY who
    """  # noqa: S608 - made of our own words
    for who, last, site, first, end, many, found in look.beside(query, {"gone": left}):
        says = f"{who} left on {_day(last)}; the badge opened doors of {site} {many} times, {span(first, end)}."
        yield Finding("leaver-badge", who, says, seen(found), many, (f"staff: {who} left {_day(last)}",))


def _closing(look: Look, who: str, last: int, closed: int | None, is_open: bool) -> Iterator[Finding]:
    """Whether the account of one who left was closed, and when."""
    record = (f"staff: {who} left {_day(last)}",)
    if is_open:
        says = f"{who} left on {_day(last)}, and the directory still lists the account as open."
        yield Finding("leaver-open", who, says, records=(*record, f"accounts: {who} is open"))
    elif last >= look.since and closed is None and look.until > last + CLOSED_BY:
        days = (look.until - last) // clock.DAY
        says = f"{who} left on {_day(last)}; {days} days later the log holds no event that closes the account."
        yield Finding("leaver-open", who, says, records=record)
    elif closed is not None and closed > last + CLOSED_BY:
        says = f"{who} left on {_day(last)}; the account was closed at {moment(closed)}."
        yield Finding("closed-late", who, says, records=record)


def _day(micro: int) -> str:
    return f"{clock.instant(micro):%Y-%m-%d}"


def movers(look: Look) -> Iterator[Finding]:
    """Those who changed their role and still hold, or still use, what only the old one needs."""
    changes, accounts = look.books["staff_changes"], look.accounts.set_index("account_id")
    at = micros(changes["date"])
    moved = changes[(changes["kind"].astype(str) == "transferred") & (at < look.until)].assign(at=at)
    old: dict[tuple[str, str, int], frozenset[str]] = {}
    for row in moved.to_dict("records"):
        who, before = str(row["staff_id"]), str(row["from_role"])
        if who in accounts.index and accounts.loc[who, "is_open"]:
            old[who, before, int(row["at"])] = needs(before) - needs(str(accounts.loc[who, "role"]))
    used = _used(look, [(who, when + SETTLED, right) for (who, _, when), ids in old.items() for right in sorted(ids)])
    for (who, before, when), ids in old.items():
        held = ids & set(str(accounts.loc[who, "rights"]).split("|"))
        mine = {right: used[who, right] for right in sorted(ids) if (who, right) in used}
        if held or mine:
            yield _moved(who, before, when, held, mine)


def _used(look: Look, asked: list[tuple[str, int, str]]) -> dict[tuple[str, str], tuple[int, list[int]]]:
    """Of these accounts, moments and rights, which were used from then on, how often, and the first events."""
    known = rights()
    ways = " OR ".join(
        f"(may = '{name}' AND {using(known[name])})" for name in sorted({right for _, _, right in asked})
    )
    wanted = pd.DataFrame(asked, columns=["who", "after", "may"]).astype(
        {"who": object, "may": object, "after": "int64"}
    )
    query = f"""
        SELECT who, may, count(*), min(event, {SHOWN}) FROM {{rows}} AS log
        JOIN wanted ON log.actor::VARCHAR = who AND log.time >= after
        WHERE status = 'Success' AND ({ways or "false"}) GROUP BY who, may
    """  # noqa: S608 - made of our own words
    return {(who, may): (many, list(found)) for who, may, many, found in look.beside(query, {"wanted": wanted})}


def _moved(who: str, before: str, at: int, held: frozenset[str], used: dict[str, tuple[int, list[int]]]) -> Finding:
    found, many = [event for _, part in used.values() for event in part], sum(times for times, _ in used.values())
    told = [f"still holds what only that role needs: {named(held)}"] if held else []
    told += [f"used it {many:,} times since: {named(used)}"] if found else []
    says = f"{who} was {before} until {_day(at)} and {'; '.join(told)}."
    records = (f"staff_changes: {who} left the role {before} {_day(at)}",)
    severity = "high" if found else ""
    return Finding("mover-kept", who, says, seen(found), many, records, severity)


def dormant(look: Look, asleep: int = ASLEEP) -> Iterator[Finding]:
    """Open accounts of people and vendors that nobody has used for long; leave does not count."""
    ids = look.accounts[look.accounts["is_open"] & look.accounts["kind"].isin(["person", "vendor"])]
    last = dict(look.rows(_LAST))
    hired = dict(zip(look.books["staff"]["staff_id"].astype(str), micros(look.books["staff"]["hired"]), strict=True))
    for who in ids["account_id"]:
        begin = max(look.since, int(hired.get(who, -1)), int(last.get(who, -1)))
        if look.until - begin <= asleep:
            continue
        away = _away(look, who, begin)
        if look.until - begin - away > asleep:
            yield _slept(who, begin, last.get(who), (look.until - begin) // clock.DAY, away // clock.DAY)


_LAST = f"SELECT actor::VARCHAR, max(time) FROM {{rows}} WHERE status = 'Success' AND {ACCOUNT_WORK} GROUP BY ALL"  # noqa: S608


def _away(look: Look, who: str, begin: int) -> int:
    """How long somebody was on leave since a moment."""
    leave = look.books["leave"]
    mine = leave[leave["staff_id"].astype(str) == who]
    first, after = micros(mine["first"]).to_numpy(), micros(mine["last"]).to_numpy() + clock.DAY
    length = np.minimum(after, look.until) - np.maximum(first, begin)
    return int(np.maximum(length, 0).sum())


def _slept(who: str, begin: int, last: int | None, days: int, away: int) -> Finding:
    since = f"was last used at {moment(last)}" if last is not None else f"is not used once from {_day(begin)} on"
    on_leave = f", of which {away} on leave" if away else ""
    return Finding("dormant", who, f"{who} is open and {since}: {days} days{on_leave}.", records=(f"accounts: {who}",))


def on_leave(look: Look) -> Iterator[Finding]:
    """Log-ins while the account's holder was on leave.

    A day begins after the latest evening; for night shifts a day later, as theirs end on the next.
    """
    leave, staff = look.books["leave"], look.books["staff"]
    nights = set(staff.loc[staff["shift_end_hour"] < staff["shift_start_hour"], "staff_id"].astype(str))
    who = leave["staff_id"].astype(str).astype(object)
    first, last = micros(leave["first"]) + BEGINS, micros(leave["last"]) + clock.DAY + BEGINS
    away = pd.DataFrame({"who": who, "first": first + clock.DAY * who.isin(nights), "last": last})
    query = """
        SELECT who, min(time), max(time), count(*), min(event, 50) FROM {rows} AS log
        JOIN away ON log.actor::VARCHAR = away.who AND log.time BETWEEN away.first AND away.last - 1
        WHERE class_name = 'Authentication' AND activity_name = 'Logon' AND status = 'Success' GROUP BY who
    """
    for name, begin, end, many, found in look.beside(query, {"away": away}):
        says = f"{name} was on leave, and the account logged in {many} times, {span(begin, end)}."
        day = date((begin - 11 * clock.HOUR) // clock.DAY)
        yield Finding("used-on-leave", name, says, seen(found), many, (f"leave: {name} around {day}",))
