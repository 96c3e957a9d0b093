"""DuckDB as this project uses it: in memory, never the network; what is handed to it, and texts for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    import pandas as pd

# Without these DuckDB fetches an extension that a query seems to need.
_QUIET = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}

# How a Parquet file is written: version 2 and level 1 take two thirds of the time, for files a few hundredths larger.
PARQUET = "FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 1"


def connect(**settings: str) -> duckdb.DuckDBPyConnection:
    """An empty database in memory that reads and writes local files and nothing else.

    `settings` are DuckDB's own: `threads="1"` where the same bytes must come out on every machine.
    """
    con = duckdb.connect(":memory:", config=_QUIET | settings)
    con.execute("SET enable_progress_bar = false")  # it would draw over ours
    con.execute("SET lock_configuration = true")
    return con


def quoted(text: object) -> str:
    """A DuckDB text literal, of a path as well."""
    return "'" + str(text).replace("'", "''") + "'"


def plain(column: pd.Series) -> Any:
    """A column as DuckDB takes it over without asking pandas for each value, where it is categorical."""
    import pandas as pd

    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.array
    return pd.Categorical.from_codes(column.cat.codes.to_numpy(), column.cat.categories.astype(object))
