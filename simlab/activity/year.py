"""A span of days written as a log in parts: made some days at a time, never held in memory whole.

    LOG/            the log (see `parts`), the queue of work, and the company's own tables
    LOG-truth/      what only graders receive: which events were an incident, its facts, the signing key

Night shifts go past midnight, and shifts are local where the log is UTC: what lies after the next
days' earliest moment waits for them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from simlab import clock, events
from simlab.activity.incident import TRUTH_TYPES, Step, place
from simlab.activity.ordinary import Company
from simlab.activity.parts import QUEUE
from simlab.activity.tables import Table, write_table
from simlab.activity.writer import EVERY, writing
from simlab.content import Model
from simlab.draft import drafted, require_free
from simlab.duck import connect
from simlab.errors import InputError
from simlab.insurer import TABLES, Insurer

MOST_DAYS = 3_700
TRUTH, FACTS, SIGNING_KEY = "truth.parquet", "facts.json", "signing-key.pem"
# The company's own tables that whoever searches the log may look at.
COMPANY = (
    "staff",
    "roles",
    "sites",
    "devices",
    "systems",
    "vendors",
    "leave",
    "staff_changes",
    "service_accounts",
    "relations",
)
# Of the members only what a search needs: whose household, who is known, where, and who has died.
MEMBERS = ("member_id", "household_id", "is_vip", "state", "zip3", "death_date")
# About so many events are made at once; which days go together follows from the insurer's size alone.
AT_ONCE = 400_000


def truth_folder(folder: Path) -> Path:
    """Where the truth about a log lies: beside it, never in it."""
    return folder.with_name(f"{folder.name}-truth")


def write_year(
    insurer: Insurer,
    folder: Path | str,
    *,
    start: dt.date,
    days: int,
    seed: int,
    steps: Sequence[Step] = (),
    key: Ed25519PrivateKey | None = None,
    every: int = EVERY,
    on_days: Callable[[int], None] | None = None,
) -> Path:
    """Write the log of so many days from `start` with incident steps in their place; returns the folder.

    The Parquet files are the same bytes for the same arguments; the checkpoints too where the signing
    `key` is given (None: a new one, kept with the truth). `on_days` hears how many days are done.
    Raises InputError where something is already, for a span or a step that does not fit, and where
    the disk does not take it: then nothing is left.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"{days} days: give 1 to {MOST_DAYS:,}")
    if not 0 <= seed < 2**32:
        raise InputError(f"seed is {seed}: give a whole number from 0 to {2**32 - 1:,}")
    folder, key = Path(folder), key or Ed25519PrivateKey.generate()
    company = Company(insurer)
    _require_inside(steps, company.earliest(start), company.earliest(start + dt.timedelta(days=days)))
    require_free(folder)
    with drafted(truth_folder(folder)) as apart, writing(folder, key, every=every) as writer:
        _write_company(insurer, writer.draft)
        _write_apart(apart, key, steps)
        with Table(apart / TRUTH, TRUTH_TYPES) as truth, Table(writer.draft / QUEUE) as queue:
            for rows, facts, given in _spans(company, start, days, seed, steps, on_days):
                truth.add(facts.assign(event=facts["event"] + writer.count))
                writer.add(rows)
                queue.add(given)
    return folder


def _spans(
    company: Company, start: dt.date, days: int, seed: int, steps: Sequence[Step], on_days: Callable[[int], None] | None
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    """Events in order, their truth and the work given out, some days at a time."""
    log, work, since = Waiting(events.concat), Waiting(_by_time), -(2**63)
    for first, many in _together(start, days, company.per_day):
        made, given = company.days(first, many, seed)
        after = first + dt.timedelta(days=many)
        until = company.earliest(after) if after < start + dt.timedelta(days=days) else 2**63 - 1
        rows, truth = log.until(made, until), _NOTHING
        if steps:
            rows, truth = place(rows, [_between(step, since, until) for step in steps])
        yield rows, truth, company.named(work.until([given], until))
        since = until
        if on_days:
            on_days(many)


_NOTHING = pd.DataFrame({name: [] for name in events.TRUTH}).astype(TRUTH_TYPES)


class Waiting:
    """Rows that later days may still come before; `joined` puts tables together in order of time."""

    def __init__(self, joined: Callable[[list[pd.DataFrame]], pd.DataFrame]) -> None:
        self._joined, self._rest = joined, list[pd.DataFrame]()

    def until(self, rows: list[pd.DataFrame], until: int) -> pd.DataFrame:
        """Those of the waiting rows and of these that lie before `until`, in order of time."""
        every = self._joined([*self._rest, *rows])
        many = int(np.searchsorted(every["time"].to_numpy(), until))
        self._rest = [_trimmed(every.iloc[many:])]
        return every.iloc[:many].reset_index(drop=True)


def _trimmed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the values that occur in them alone: else each span hands all names so far to the next."""
    coded = [n for n in rows.columns if isinstance(rows[n].dtype, pd.CategoricalDtype)]
    return rows.assign(**{n: rows[n].cat.remove_unused_categories() for n in coded})


def _by_time(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames).sort_values("time", kind="stable", ignore_index=True)


def _together(start: dt.date, days: int, per_day: int) -> Iterator[tuple[dt.date, int]]:
    """The days in groups, cut at fixed dates: a span that begins earlier or ends later is cut alike."""
    size = min(28, max(1, AT_ONCE // max(1, per_day)))
    end = start.toordinal() + days
    at = start.toordinal()
    while at < end:
        until = min(end, (at // size + 1) * size)
        yield dt.date.fromordinal(at), until - at
        at = until


def _between(step: Step, since: int, until: int) -> Step:
    """The events of a step in a span of time, and their truth."""
    time = step.events["time"].to_numpy()
    rows = np.flatnonzero((time >= since) & (time < until))
    event = step.truth["event"].to_numpy()
    keep = np.isin(event, rows)
    truth = step.truth[keep].assign(event=np.searchsorted(rows, event[keep]))
    return Step(step.events.iloc[rows].reset_index(drop=True), truth.reset_index(drop=True), step.fact)


def _require_inside(steps: Sequence[Step], begin: int, end: int) -> None:
    for step in steps:
        time = step.events["time"].to_numpy()
        if len(time) and not begin <= time.min() <= time.max() < end:
            name = str(step.truth["step"].iloc[0]) if len(step.truth) else "a step"
            span = f"{clock.instant(begin):%Y-%m-%d %H:%M} to {clock.instant(end):%Y-%m-%d %H:%M} UTC"
            raise InputError(f"{name}: lies outside of the log, which goes from {span}: give another time, or over=")


def _write_company(insurer: Insurer, draft: Path) -> None:
    with connect(threads="1") as con:
        for name in COMPANY:
            if name in TABLES:
                write_table(con, insurer.table(name), draft / f"{name}.parquet")
        write_table(con, insurer.members[list(MEMBERS)], draft / "members.parquet")


class _Facts(Model):
    facts: list[dict[str, object]]


def _write_apart(apart: Path, key: Ed25519PrivateKey, steps: Sequence[Step]) -> None:
    """The key and the facts, where neither detection nor the log's keeper looks."""
    told = [
        {"incident": str(s.truth["incident"].iloc[0]), "step": str(s.truth["step"].iloc[0]), **asdict(s.fact)}
        for s in steps
        if s.fact and len(s.truth)
    ]
    (apart / FACTS).write_text(_Facts(facts=told).model_dump_json(indent=1), encoding="utf-8", newline="\n")
    secret = apart / SIGNING_KEY
    secret.touch(mode=0o600)
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
