"""What the baselines share: a log that is open, a working day, and an alert from a few numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from simlab import clock, events
from simlab.detection.alerts import frame
from simlab.detection.source import Origin, Source, opened
from simlab.errors import InputError

# A working day begins at 11:00 UTC, before the first shift: a late evening belongs to the day before.
DAY_BEGINS = 11 * clock.HOUR
DAY = f"((time - {DAY_BEGINS}) // {clock.DAY})"
STAFF = "role NOT IN ('member', 'vendor', 'service_account', '')"
READ = "class_name = 'Datastore Activity' AND activity_name = 'Read'"
FIELDS = tuple(name for name in events.COLUMNS if name not in ("data_class", "purpose", "status_detail"))


@contextmanager
def looked_at(log: Source | Origin, fields: Iterable[str] = FIELDS) -> Iterator[Origin]:
    """The log with these columns, opened unless it is open already. Raises InputError for what is not an event table."""
    if isinstance(log, Origin):
        yield log
    else:
        with opened(log, fields) as origin:
            yield origin


@contextmanager
def beside(origin: Origin, name: str, table: pd.DataFrame, columns: Iterable[str]) -> Iterator[None]:
    """A record of the company's as a table beside the log. Raises InputError where columns are missing."""
    wanted = list(columns)
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        raise InputError(f"{name}: {', '.join(missing)} missing; it needs {', '.join(wanted)}")
    origin.con.register(name, pd.DataFrame({column: _fitting(origin, table[column]) for column in wanted}))
    try:
        yield
    finally:
        origin.con.unregister(name)


# Which column of the log a record's column names somebody of.
_SAME = {"staff_id": "actor", "member_id": "member"}


def _fitting(origin: Origin, column: pd.Series) -> Any:
    """A column as DuckDB joins it to the log: the same codes where the log's values are known, else texts."""
    if column.name == "time":
        return column.to_numpy(dtype="int64")
    known = origin.values.get(_SAME.get(str(column.name), ""))
    if known:
        whole, values = pd.Index(known, dtype="object"), column.astype("category").cat
        place = np.append(whole.get_indexer(values.categories.astype("object")), -1)  # -1: the log has none such
        return pd.Categorical.from_codes(place[values.codes], whole)
    return column if column.dtype == bool else column.astype("object").array


def date(day: int) -> str:
    """The date of a working day."""
    return f"{clock.instant(day * clock.DAY + DAY_BEGINS):%Y-%m-%d}"


def moment(time: int) -> str:
    """A moment as alerts write it."""
    return f"{clock.instant(time):%Y-%m-%d %H:%M:%S} UTC"


def alert(
    ident: str, title: str, actor: str, times: tuple[int, int], count: int, unit: str, seen: list[int], says: str,
    score: int, told: int | None = None,
) -> tuple[Any, ...]:  # fmt: skip
    """A row of ALERTS; a baseline's level follows from its score."""
    score = max(0, min(100, score))
    level = "high" if score >= 75 else "medium" if score >= 50 else "low"
    positions = tuple(sorted(seen))
    head = (f"baseline-{ident}", title, level, actor, *times, count, unit, positions[0], positions[-1], positions)
    return (*head, says, times[1] if told is None else told, score)


def alerts(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows of ALERTS as a table, in order of time."""
    return frame(sorted(rows, key=lambda row: (row[4], row[3])))
