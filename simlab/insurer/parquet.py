"""One table as a Parquet file, and back with the same values and kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import duckdb
import numpy as np
import pandas as pd
from pydantic import Field

from simlab.content import Model
from simlab.duck import connect
from simlab.errors import InputError
from simlab.insurer.digest import digest

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$", max_length=60)]
Kind = Annotated[str, Field(pattern=r"^(text|category|bool|u?int(8|16|32|64)|datetime64\[(s|ms|us|ns)\])$")]
# A category's words are kept in their order, unless they are as many as members.
_FEW = 1_000
_DUCK = {"text": "VARCHAR", "category": "VARCHAR", "bool": "BOOLEAN",
         "int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT"}  # fmt: skip
_AGAIN = "build the insurer again"


class Kept(Model):
    """A table as it was written: `columns` with their kinds, `words` of its shorter categories, `bytes` of the file."""

    rows: Annotated[int, Field(ge=0)]
    bytes: Annotated[int, Field(ge=0)]
    digest: Hex
    columns: dict[Name, Kind]
    words: dict[Name, tuple[str, ...]]


def write(con: duckdb.DuckDBPyConnection, frame: pd.DataFrame, path: Path) -> Kept:
    """Write a table, and say what was written. Raises duckdb.Error and OSError."""
    kinds = {str(name): _kind(frame[name]) for name in frame.columns}
    # DuckDB takes objects over faster than pandas' own text.
    con.register("rows", frame.astype({name: object for name, kind in kinds.items() if kind == "text"}))
    columns = ", ".join(f'"{name}"::{_duck(kind)} AS "{name}"' for name, kind in kinds.items())
    con.sql(f"SELECT {columns} FROM rows").write_parquet(str(path), compression="zstd")  # noqa: S608 - own names
    con.unregister("rows")
    words = {n: frame[n].cat.categories for n, kind in kinds.items() if kind == "category"}
    return Kept(
        rows=len(frame),
        bytes=path.stat().st_size,
        digest=digest(frame),
        columns=kinds,
        words={n: tuple(w) for n, w in words.items() if len(w) <= _FEW},
    )


def require_form(con: duckdb.DuckDBPyConnection, path: Path, kept: Kept) -> None:
    """Raises InputError unless the file is there, as long as it was, with its columns and rows."""
    if not path.is_file():
        raise InputError(f"{path}: is missing: {_AGAIN}")
    try:
        described = con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        found = con.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
    except duckdb.Error as e:
        if (there := path.stat().st_size) < kept.bytes:
            raise InputError(f"{path}: cut short, {there:,} of {kept.bytes:,} bytes are there: {_AGAIN}") from None
        _unreadable(path, e)
    want = {column: _duck(kind) for column, kind in kept.columns.items()}
    have = {str(row[0]): str(row[1]) for row in described}
    for column in (*want, *have):
        if have.get(column) != want.get(column):
            said = f"is {have.get(column, 'missing')}, not {want.get(column, 'one of this table')}"
            raise InputError(f"{path}: column {column} {said}: {_AGAIN}")
    if (rows := found[0] if found else 0) != kept.rows:
        raise InputError(f"{path}: has {rows:,} rows, not {kept.rows:,}: {_AGAIN}")


def read(path: Path, kept: Kept) -> pd.DataFrame:
    """The table, checked. Raises InputError where its rows are others than were written."""
    source = "read_parquet('" + str(path).replace("'", "''") + "')"
    try:
        with connect() as con:
            columns = ", ".join(_typed(con, name, kept, source) for name in kept.columns)
            frame = con.execute(f"SELECT {columns} FROM {source}").df()  # noqa: S608
    except duckdb.Error as e:
        _unreadable(path, e)
    frame = pd.DataFrame({name: _as_built(frame[name], kept, name) for name in kept.columns}, copy=False)
    if digest(frame) != kept.digest:
        raise InputError(f"{path}: its rows are not those that were written (their digest differs): {_AGAIN}")
    return frame


def _kind(values: pd.Series) -> str:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return "category"
    return "text" if isinstance(values.dtype, pd.StringDtype) else str(values.dtype)


def _duck(kind: str) -> str:
    if kind.startswith("datetime"):
        return "TIMESTAMP"  # microseconds: Parquet has no whole seconds
    return f"U{_DUCK[kind[1:]]}" if kind.startswith("u") else _DUCK[kind]


def _typed(con: duckdb.DuckDBPyConnection, name: str, kept: Kept, source: str) -> str:
    """What to select for a column: a category as an enum, which comes back without a string a row."""
    if kept.columns[name] != "category" or not kept.rows:
        return f'"{name}"'
    if name in kept.words:
        words = ", ".join("'" + word.replace("'", "''") + "'" for word in kept.words[name])
    else:
        words = f'SELECT DISTINCT "{name}" FROM {source} ORDER BY 1'  # noqa: S608 - the name has only letters
    con.execute(f'CREATE TYPE "of {name}" AS ENUM ({words})')
    return f'"{name}"::"of {name}" AS "{name}"'


def _as_built(values: pd.Series, kept: Kept, name: str) -> pd.Series:
    kind = kept.columns[name]
    if kind == "category":
        words = pd.Index(kept.words.get(name, values.cat.categories if kept.rows else ()), dtype="str")
        codes = values.cat.codes.to_numpy() if kept.rows else np.empty(0, np.int8)
        return pd.Series(pd.Categorical.from_codes(codes, words))
    return values.astype("str" if kind == "text" else kind)  # type: ignore[call-overload]


def _unreadable(path: Path, e: Exception) -> NoReturn:
    raise InputError(f"{path}: cannot be read: {' '.join(str(e).splitlines()[0].split())}: {_AGAIN}") from None
