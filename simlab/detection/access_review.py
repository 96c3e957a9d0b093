"""The access review: who can do what, who did, and what of it should not be.

It sees the log and the company's own records, never the truth. Each finding names who, the evidence,
what would be right and on what that rests; what it cannot see stands with its kind (`content/review`).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable

import pandas as pd

from simlab import clock
from simlab.detection.directory import ACCOUNTS, KINDS, Books, directory, records
from simlab.detection.reviewed import alone, held, people, shared
from simlab.detection.reviewed.shape import SEVERITIES, Finding, Look, kind
from simlab.detection.source import Source, asked, opened
from simlab.errors import InputError, UnknownName

# One finding: what kind, whose account (or which role), how bad, in words; the events that show it
# (positions in the log, at most 50, of `count`) and the records; what would be right, and on what that rests.
FINDINGS = ("kind", "who", "severity", "says", "events", "count", "records", "right", "cite", "basis")
_FIELDS = (
    "class_name", "activity_name", "status", "role", "device", "site", "src_ip", "system", "data_class", "session",
    "status_detail",
)  # fmt: skip


def access_review(
    log: Source,
    books: Books,
    accounts: pd.DataFrame | None = None,
    *,
    since: int | None = None,
    until: int | None = None,
    asleep: int = people.ASLEEP,
) -> pd.DataFrame:
    """What is wrong with who may do what, the worst first; columns: FINDINGS.

    `books` is the insurer, its tables, or the folder of a log, beside which they lie. `accounts` is the
    directory as it really is (columns: ACCOUNTS), None for what the books say (`directory`). `since` and
    `until` (microseconds UTC) are the time reviewed; an account that slept for `asleep` is dormant.
    Raises InputError for what is no event table, an empty log, and tables that lack a column.
    """
    with opened(log, _FIELDS, since, until) as origin:
        query = f"SELECT min(time), max(time) FROM {origin.rows}"  # noqa: S608 - our own words
        first, last = asked(origin, query, "access review")[0]
        if first is None:
            raise InputError("access review: the log holds nothing in this time")
        found = records(books)
        # What the log does not cover says nothing: nobody slept through months that were not written down.
        begin, end = max(first, first if since is None else since), min(last, last if until is None else until)
        known = directory(found, _day(end)) if accounts is None else _checked(accounts)
        return table(_findings(Look(origin, begin, end, found, known), asleep))


def _day(moment: int) -> dt.date:
    return clock.instant(moment).date()


def _checked(accounts: pd.DataFrame) -> pd.DataFrame:
    """A directory that somebody handed in, without gaps. Raises InputError."""
    missing = [name for name in ACCOUNTS if name not in accounts.columns]
    if missing:
        raise InputError(f"accounts: {', '.join(missing)} missing; the columns are {', '.join(ACCOUNTS)}")
    texts = {name: accounts[name].astype(object).where(accounts[name].notna(), "").astype(str) for name in ACCOUNTS}
    known = pd.DataFrame(texts).astype(object).assign(is_open=accounts["is_open"].astype(bool)).reset_index(drop=True)
    twice = known.loc[known["account_id"].duplicated(), "account_id"]
    if len(twice):
        raise InputError(f"accounts: {twice.iloc[0]} stands there twice: one row for each account")
    odd = known.loc[~known["kind"].isin(KINDS), "kind"]
    if len(odd):
        raise UnknownName("kind of account", odd.iloc[0], KINDS)
    return known


def _findings(look: Look, asleep: int) -> Iterable[Finding]:
    used, together = held.use(look)
    return itertools.chain(
        people.leavers(look), people.movers(look), people.dormant(look, asleep), people.on_leave(look),
        held.beyond(look, used), held.idle(look, used), held.pairs(look, used, together), shared.at_once(look),
        alone.owners(look), alone.sleeping_jobs(look), alone.by_hand(look), alone.kiosks(look), alone.vendors(look),
    )  # fmt: skip


def table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Findings as a table, the worst first."""
    rows = []
    for found in findings:
        of = kind(found.kind)
        severity = found.severity or of.severity
        cite = "; ".join((of.cite, *of.also))
        rows.append(
            (
                found.kind,
                found.who,
                severity,
                found.says,
                found.events,
                found.many,
                found.records,
                of.right,
                cite,
                of.basis,
            )
        )
    rows.sort(key=lambda row: (SEVERITIES.index(row[2]), row[0], row[1], row[3]))
    return pd.DataFrame(rows, columns=list(FINDINGS)).astype({"count": "int64"})
