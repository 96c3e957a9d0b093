"""DuckDB as this project uses it: in memory, never the network."""

from __future__ import annotations

import duckdb

# Without these DuckDB fetches an extension that a query seems to need.
_QUIET = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


def connect(**settings: str) -> duckdb.DuckDBPyConnection:
    """An empty database in memory that reads and writes local files and nothing else.

    `settings` are DuckDB's own: `threads="1"` where the same bytes must come out on every machine.
    """
    con = duckdb.connect(":memory:", config=_QUIET | settings)
    con.execute("SET enable_progress_bar = false")  # it would draw over ours
    con.execute("SET lock_configuration = true")
    return con
