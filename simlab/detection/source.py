"""A log as DuckDB reads it: an event table, a log in memory, one Parquet file, or a folder of them.

A year is a folder of months, read where it lies. An event's position counts from the log's beginning,
through all its files in the order of their names.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from simlab import events
from simlab.activity import Log
from simlab.activity import parts as parted
from simlab.detection.conditions import Term
from simlab.duck import connect, plain, quoted
from simlab.errors import InputError

Source = pd.DataFrame | Log | Path | str
TEXTS = tuple(name for name in events.COLUMNS if name not in events.NUMBERS)
_FEW = 500  # values that a test lists, instead of testing each event
_WIDE = ("member", "session", "status_detail")  # columns whose values are nearly as many as the events
MANY = 50_000  # from so many events on that is worth asking for them


@dataclass(frozen=True, eq=False)
class Origin:
    """A log that is open: `rows` stands behind FROM and has the log's columns and `event`, the position.

    `values` are those that a text column may have, where that is known beforehand.
    """

    con: duckdb.DuckDBPyConnection
    rows: str
    values: dict[str, list[str]] = field(default_factory=dict)
    _said: dict[Term, str] = field(default_factory=dict)

    def test(self, term: Term) -> str:
        """A test in the shortest words: which of a column's values pass is asked once, not for each event."""
        if term not in self._said:
            known = self.values.get(term.field)
            self._said[term] = self._listed(term, known) if known else term.sql
        return self._said[term]

    def _listed(self, term: Term, known: list[str]) -> str:
        query = f"SELECT {term.field} FROM (SELECT unnest($1::VARCHAR[]) AS {term.field}) WHERE {term.sql}"  # noqa: S608
        passing = {row[0] for row in self.con.execute(query, [known]).fetchall()}
        failing = [value for value in known if value not in passing]
        if not passing or not failing:
            return "true" if passing else "false"
        if min(len(passing), len(failing)) > _FEW:
            return term.sql
        word, listed = ("IN", passing) if len(passing) <= len(failing) else ("NOT IN", failing)
        return f"{term.field} {word} ({', '.join(quoted(value) for value in sorted(listed))})"

    def key(self, name: str) -> str:
        """What stands for a text without regard to case: the column itself where no two values differ in it."""
        return name if name in self._folded else f"lower(coalesce({name}::VARCHAR, ''))"

    @functools.cached_property
    def _folded(self) -> set[str]:
        return {name for name, known in self.values.items() if len({v.lower() for v in known}) == len(known)}


@contextmanager
def opened(log: Source, fields: Iterable[str], since: int | None = None, until: int | None = None) -> Iterator[Origin]:
    """The log, with at least these columns and `time` and `actor`, between two moments. Raises InputError."""
    with connect() as con:
        if isinstance(log, Log):
            log = log.records
        if isinstance(log, pd.DataFrame):
            origin = _frame(con, log, dict.fromkeys(["time", *fields, "actor"]))
        else:
            origin = _files(con, Path(log), {*fields, "actor"})
        given = (("time >=", since), ("time <", until))
        bounds = [f"{word} {int(moment)}" for word, moment in given if moment is not None]
        if bounds:
            rows = f"(SELECT * FROM {origin.rows} WHERE {' AND '.join(bounds)})"  # noqa: S608 - our own words
            origin = replace(origin, rows=rows)
        yield origin


def asked(origin: Origin, query: str, about: str) -> list[Any]:
    """A query's rows. Raises InputError where the log cannot be read."""
    try:
        return origin.con.execute(query).fetchall()
    except duckdb.Error as e:
        raise InputError(f"{about}: the log cannot be read: {str(e).splitlines()[0]}") from None


def _frame(con: duckdb.DuckDBPyConnection, log: pd.DataFrame, needed: Iterable[str]) -> Origin:
    needed = list(needed)
    missing = [name for name in needed if name not in log.columns]
    if missing:
        raise InputError(
            f"not an event table: {', '.join(missing)} missing; the columns are {', '.join(events.COLUMNS)}"
        )
    kept = pd.DataFrame({name: plain(log[name]) for name in needed})
    con.register("given", kept)
    con.execute("CREATE TABLE log AS SELECT * FROM given")  # once, not for each rule
    con.unregister("given")
    known = {name: _values(log[name]) for name in needed if name in TEXTS} if len(log) >= MANY else {}
    return Origin(con, "(SELECT *, rowid AS event FROM log)", known)


def _values(column: pd.Series) -> list[str]:
    """All values of a column, or none where that is not known or one is missing."""
    if not isinstance(column.dtype, pd.CategoricalDtype) or column.hasnans:
        return []
    return [str(value) for value in column.cat.categories]


def _files(con: duckdb.DuckDBPyConnection, path: Path, needed: Iterable[str]) -> Origin:
    """A log that lies in files, read where it lies."""
    paths = parts(path)
    begins, many = [], 0
    for part in paths:
        begins.append(many)
        many += _rows(con, part)
    listed = ", ".join(quoted(part) for part in paths)
    read = f"read_parquet([{listed}], file_row_number = true, hive_partitioning = false)"
    place = f"file_row_number + ({begins}::BIGINT[])[(file_index + 1)::BIGINT]" if len(paths) > 1 else "file_row_number"
    rows = f"(SELECT {', '.join(events.COLUMNS)}, {place} AS event FROM {read})"  # noqa: S608 - the paths are quoted
    return Origin(con, rows, _asked(con, rows, needed) if many >= MANY else {})


def _asked(con: duckdb.DuckDBPyConnection, rows: str, needed: Iterable[str]) -> dict[str, list[str]]:
    """The values of the columns that have few, by one look at the whole log."""
    names = [name for name in TEXTS if name in needed and name not in _WIDE]
    told = ", ".join(f"list(DISTINCT {name}), count({name}) = count(*)" for name in names)
    try:
        found = con.execute(f"SELECT {told} FROM {rows}").fetchall()[0]  # noqa: S608 - our own words
    except duckdb.Error as e:
        raise InputError(f"the log cannot be read: {str(e).splitlines()[0]}") from None
    return {name: sorted(found[2 * i] or []) for i, name in enumerate(names) if found[2 * i + 1]}


def _rows(con: duckdb.DuckDBPyConnection, part: Path) -> int:
    """How many rows a Parquet file has. Raises InputError for one that is no part of a log of this version."""
    shown = "/".join(part.parts[-2:]) if part.parent.name.startswith("month=") else part.name
    try:
        have = {str(r[0]): str(r[1]) for r in con.execute("DESCRIBE SELECT * FROM read_parquet(?, "
            "hive_partitioning = false)", [str(part)]).fetchall()}  # fmt: skip
        (row,) = con.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(part)]).fetchall()
    except duckdb.Error as e:
        said = str(e).splitlines()[0]
        raise InputError(f"{shown}: the log cannot be read, the file may be cut off or no Parquet: {said}") from None
    want = {name: "BIGINT" if name in events.NUMBERS else "VARCHAR" for name in events.COLUMNS}
    odd = [name for name in (*want, *have) if have.get(name) != want.get(name) and name != "link"]
    if odd:
        name = odd[0]
        right = f"it must be {want[name]}" if name in want else "a log of this version has no such column"
        raise InputError(f"{shown}: column {name} is {have.get(name, 'missing')}: {right}")
    return int(row[0])


def parts(path: Path) -> list[Path]:
    """The Parquet files of a log, in order. Raises InputError where there are none."""
    if path.is_file():
        return [path]
    if (path / "records.parquet").is_file():
        return [path / "records.parquet"]
    if parted.is_parted(path):
        index = parted.read_index(path)
        parted.require_files(path, index)
        return [path / part.file for part in index.parts]
    found = sorted(path.glob("month=*/*.parquet"))
    if not found:
        what = "no log lies here" if path.is_dir() else "no such file"
        raise InputError(f"{path.name}: {what}: give an event table, a log's folder or a Parquet file")
    return found


def require_order(log: Path | str) -> None:
    """Raises InputError where a log's files hold an event that is earlier than the one before it."""
    at, last = 0, -(2**63)
    with connect() as con:
        for part in parts(Path(log)):
            _rows(con, part)
            con.execute("SELECT time FROM read_parquet(?, hive_partitioning = false)", [str(part)])
            while len(times := con.fetch_df_chunk(64)["time"].to_numpy()):
                back = np.flatnonzero(times < np.concatenate([[last], times[:-1]]))
                if len(back):
                    said = "is earlier than the one before it: a log is in order of time, sort it first"
                    raise InputError(f"{part.name}: event {at + int(back[0]):,} {said}")
                at, last = at + len(times), int(times[-1])
