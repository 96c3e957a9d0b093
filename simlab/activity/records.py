"""Events and links as one Parquet file, written and read back; only its form is looked at here."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from simlab import events
from simlab.activity.canonical import used
from simlab.activity.log import Links
from simlab.duck import PARQUET, connect, quoted
from simlab.errors import LogError

TEXTS = tuple(name for name in events.COLUMNS if name not in events.NUMBERS)


def write_records(con: duckdb.DuckDBPyConnection, frame: pd.DataFrame, links: Links, path: Path) -> None:
    """Write events and their links. Raises duckdb.Error where the disk does not take it."""
    if len(links) != len(frame):
        raise LogError(f"{len(frame)} records have {len(links)} links: verify the log before you write it")
    columns = {n: _written(frame[n]) for n in events.COLUMNS}
    con.register("rows", pd.DataFrame({**columns, "link": links}, copy=False))
    con.execute(f"COPY rows TO {quoted(path)} ({PARQUET})")
    con.unregister("rows")


def _written(column: pd.Series) -> pd.Categorical | np.ndarray:
    """A column as it is handed over: text as the dictionary that it is, of the values that occur in it.

    Text by text takes twice as long, and a day may carry the names of all members.
    """
    if column.name in events.NUMBERS:
        return column.to_numpy()
    coded = column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")
    codes, values = used(coded)
    return pd.Categorical.from_codes(codes, pd.Index(values, dtype="object"))


def read_records(path: Path, place: str, con: duckdb.DuckDBPyConnection | None = None) -> tuple[pd.DataFrame, Links]:
    """The events and links of a file; `place` names it in errors. Raises LogError.

    `con` is for many files in turn: opening a database takes as long as reading a small one.
    """
    if con is None:
        with connect() as own:
            return read_records(path, place, own)
    try:
        return _read(con, path, place)
    except duckdb.Error as e:
        raise LogError(f"{place}: cannot be read: {str(e).splitlines()[0]}") from None
    finally:
        for what in ("VIEW IF EXISTS log", *(f"TYPE IF EXISTS of_{name}" for name in TEXTS)):
            con.execute(f"DROP {what}")


def _read(con: duckdb.DuckDBPyConnection, path: Path, place: str) -> tuple[pd.DataFrame, Links]:
    # A view, not a table: each column is read as it is needed, and texts never lie in memory row by row.
    con.execute(f"CREATE VIEW log AS SELECT * FROM read_parquet({quoted(path)}, hive_partitioning = false)")  # noqa: S608
    _require_form(con, place)
    for name in TEXTS:
        there = f"SELECT DISTINCT {name} FROM log WHERE {name} IS NOT NULL ORDER BY 1"  # noqa: S608
        con.execute(f"CREATE TYPE of_{name} AS ENUM ({there})")
    columns = ", ".join(n if n in events.NUMBERS else f"{n}::of_{n} AS {n}" for n in events.COLUMNS)
    frame = con.execute(f"SELECT {columns}, link FROM log").df()  # noqa: S608 - rows come in the file's order
    _require_full(frame, place)
    return frame, frame.pop("link").to_numpy()


def _require_form(con: duckdb.DuckDBPyConnection, place: str) -> None:
    """Raises LogError unless the table has the columns and types of a log."""
    want = {n: "BIGINT" if n in events.NUMBERS else "VARCHAR" for n in events.COLUMNS} | {"link": "BIGINT"}
    have = {str(row[0]): str(row[1]) for row in con.execute("DESCRIBE log").fetchall()}
    for name in (*want, *have):
        if have.get(name) != want.get(name):
            raise LogError(
                f"{place}: column {name} is {have.get(name, 'missing')}, not {want.get(name, 'one of a log')}"
            )


def _require_full(frame: pd.DataFrame, place: str) -> None:
    """Raises LogError for an empty field, naming the first row that has one."""
    empty = [int(gaps.argmax()) for gaps in (frame[n].isna().to_numpy() for n in frame.columns) if gaps.any()]
    if empty:
        raise LogError(f"{place}: has an empty field", record=min(empty))
