"""What the questions of an access review share: what is looked at, and how a finding is written."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import pandas as pd
from pydantic import Field

from simlab import clock
from simlab.content import Model, load
from simlab.detection.baselines.shape import moment
from simlab.detection.directory import Right, rights
from simlab.detection.source import Origin, asked

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
SHOWN = 50  # events that a finding names
# A day of the company's: whoever works late is done by then, and nobody has begun.
BEGINS = 9 * clock.HOUR
# The last day is over for everybody, wherever they work: as baselines have it.
OVER = clock.DAY * 3 // 2
ACCOUNT_WORK = "class_name NOT IN ('Email Activity', 'Physical Access')"


class Kind(Model):
    """A kind of finding: what it is called, how bad, on what it rests, what would be right."""

    title: str
    severity: Severity
    basis: Literal["law", "policy"]
    cite: Annotated[str, Field(pattern=r"^45 CFR 164\.\d+\([a-z]\)")]
    also: tuple[str, ...] = ()
    right: str
    cannot_see: str


@functools.cache
def kind(name: str) -> Kind:
    """A kind of finding by its name. Raises UnknownName, ContentError."""
    return load("review", name, Kind)


class Finding(NamedTuple):
    """Somebody's account, what is wrong with it, and the events and records that show it."""

    kind: str
    who: str
    says: str
    events: tuple[int, ...] = ()
    many: int = 0
    records: tuple[str, ...] = ()
    severity: str = ""


@dataclass(frozen=True, eq=False)
class Look:
    """What is looked at: the open log from `since` to `until`, the records, the list of accounts."""

    origin: Origin
    since: int
    until: int
    books: dict[str, pd.DataFrame]
    accounts: pd.DataFrame

    def rows(self, query: str, **values: str) -> list[Any]:
        """A query's rows; `{rows}` is the log, and other names in braces stand for these values, in this order."""
        query = query.replace("{rows}", self.origin.rows)
        for name, value in values.items():
            query = query.replace(f"{{{name}}}", value)
        return asked(self.origin, query, "access review")

    def beside(self, query: str, tables: dict[str, pd.DataFrame], **values: str) -> list[Any]:
        """A query over the log and these tables."""
        for name, table in tables.items():
            self.origin.con.register(name, table)
        try:
            return self.rows(query, **values)
        finally:
            for name in tables:
                self.origin.con.unregister(name)


def micros(days: pd.Series) -> pd.Series:
    """Days as microseconds since 1970, -1 where there is none."""
    stamps = pd.to_datetime(days).astype("datetime64[us]")
    return stamps.astype("int64").where(stamps.notna(), -1)


def seen(found: Iterable[int]) -> tuple[int, ...]:
    """The first events of a finding, in order."""
    return tuple(sorted(found)[:SHOWN])


def span(first: int, last: int) -> str:
    """From when to when, as findings say it."""
    return moment(first) if first == last else f"{moment(first)} to {moment(last)}"


def using(right: Right) -> str:
    """The condition for an event that uses a right; false for one that leaves no trace."""
    if not right.activities:
        return "false"
    parts = [f"system = '{right.system}'", f"class_name = '{right.kind}'", _among("activity_name", right.activities)]
    return " AND ".join([*parts, *([_among("data_class", right.data)] if right.data else [])])


def _among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def named(ids: Iterable[str]) -> str:
    """Rights in words."""
    known = rights()
    return ", ".join(known[name].says if name in known else name for name in sorted(ids))
