"""Plain tables as Parquet files: written at once, or row group by row group as they come."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import duckdb
import pandas as pd

from simlab.duck import PARQUET, connect, plain, quoted


def write_table(con: duckdb.DuckDBPyConnection, frame: pd.DataFrame, path: Path) -> None:
    """Write a table; what is categorical is written as text."""
    con.register("rows", pd.DataFrame({n: plain(frame[n]) for n in frame.columns}, copy=False))
    con.execute(f"COPY rows TO {quoted(path)} ({PARQUET})")
    con.unregister("rows")


class Table:
    """A Parquet file that grows: rows in the order in which they are added, whole when it is left.

    `types` are the columns of a table to which nothing was added.
    """

    def __init__(self, path: Path, types: Mapping[str, str] | None = None) -> None:
        self._path, self._types, self._many = path, types or {}, 0
        self._parts = path.with_name(f".{path.name}")

    def __enter__(self) -> Table:
        self._parts.mkdir()
        self._con = connect(threads="1")
        return self

    def add(self, frame: pd.DataFrame) -> None:
        """Add rows."""
        if len(frame):
            write_table(self._con, frame, self._parts / f"{self._many:05d}.parquet")
            self._many += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._con as con:
            if error is None and self._many:
                files = [self._parts / f"{n:05d}.parquet" for n in range(self._many)]
                listed = ", ".join(map(quoted, files))
                rows = f"FROM read_parquet([{listed}], hive_partitioning = false)"
                con.execute(f"COPY ({rows}) TO {quoted(self._path)} ({PARQUET})")
            elif error is None:
                empty = pd.DataFrame({name: [] for name in self._types}).astype(dict(self._types))
                write_table(con, empty, self._path)
        shutil.rmtree(self._parts)
