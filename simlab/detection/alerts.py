"""Rules run over a log: one alert for each actor and burst.

The log comes as an event table, as the folder of a tamper-evident log, or as a Parquet file of
either; DuckDB does the counting, on a file without reading it whole into memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from simlab import clock, events
from simlab.activity import Log
from simlab.activity.duck import connect
from simlab.content import names
from simlab.detection.conditions import quoted
from simlab.detection.correlations import Window
from simlab.detection.queries import query
from simlab.detection.rule import Rule, load_rule
from simlab.errors import InputError

# One alert: who (`actor`: the values that the rule groups by), when (microseconds since 1970 UTC),
# how much in the whole burst (`count`, of what `unit` says), the burst's events (positions in the
# log: the first, the last, and a tuple of all), and all of it in words.
ALERTS = (
    "rule_id", "title", "level", "actor", "window_start", "window_end", "count", "unit",
    "first_event", "last_event", "events", "explanation",
)  # fmt: skip
_NUMBERS = ("window_start", "window_end", "count", "first_event", "last_event")

Source = pd.DataFrame | Log | Path | str


def detect(log: Source, rules: Iterable[Rule | str | Path] | None = None) -> pd.DataFrame:
    """The alerts of all rules (None: every rule that ships), in order of time; columns: ALERTS.

    Raises InputError for what is not an event table, ContentError for a rule that is wrong.
    """
    used = [r if isinstance(r, Rule) else load_rule(r) for r in (names("rules") if rules is None else rules)]
    found = [run(rule, log) for rule in used]
    kept = [frame for frame in found if len(frame)] or found[:1] or [_frame([])]
    return pd.concat(kept).sort_values(["window_start", "rule_id", "actor"], kind="stable", ignore_index=True)


def run(rule: Rule, log: Source) -> pd.DataFrame:
    """The alerts of one rule; columns: ALERTS. Raises InputError for what is not an event table."""
    with connect() as con:
        origin = _origin(con, log, rule.fields)
        try:
            rows = con.execute(query(rule, origin)).fetchall()
        except duckdb.Error as e:
            raise InputError(f"{rule.id}: the log cannot be read: {str(e).splitlines()[0]}") from None
    return _frame([_alert(rule, *row) for row in rows])


def _origin(con: duckdb.DuckDBPyConnection, log: Source, fields: tuple[str, ...]) -> str:
    """What stands behind FROM: the log's rows with their position as `event`."""
    if isinstance(log, Log):
        log = log.records
    if not isinstance(log, pd.DataFrame):
        path = Path(log) / "records.parquet" if Path(log).is_dir() else Path(log)
        if not path.is_file():
            raise InputError(f"{path.name}: no such file: give an event table, a log's folder or a Parquet file")
        rows = f"read_parquet({quoted(str(path))}, file_row_number = true)"
        return f"(SELECT *, file_row_number AS event FROM {rows})"  # noqa: S608 - the path is quoted
    needed = dict.fromkeys(["time", *fields, "actor"])
    missing = [name for name in needed if name not in log.columns]
    if missing:
        raise InputError(
            f"not an event table: {', '.join(missing)} missing; the columns are {', '.join(events.COLUMNS)}"
        )
    con.register("log", log[list(needed)].assign(event=np.arange(len(log), dtype=np.int64)))
    return "log"


def _unit(window: Window | None) -> str:
    if window is None or window.kind not in ("value_count", "value_sum"):
        return "events"
    return "records" if window.kind == "value_sum" else f"different values of {window.field}"


def _alert(rule: Rule, who: str, start: int, end: int, count: int, most: int, positions: list[int]) -> tuple[Any, ...]:
    head, words = (rule.id, rule.title, rule.level, who), _words(rule, who, start, end, count, most)
    return (*head, start, end, count, _unit(rule.window), positions[0], positions[-1], tuple(positions), words)


def _words(rule: Rule, who: str, start: int, end: int, count: int, most: int) -> str:
    """The alert as a sentence: what was seen, and from what on it is an alert."""
    begin, window = f"{clock.instant(start):%Y-%m-%d %H:%M:%S}", rule.window
    if window is None:
        return f"{who} at {begin} UTC: {rule.title}."
    unit, span = _unit(window), clock.duration(window.seconds)
    took = clock.duration((end - start) // clock.SECOND)
    seen = f"{who}: {count:,} {unit} in {took} from {begin} UTC"
    if rule.steps:
        how = "one after the other " if window.kind == "temporal_ordered" else ""
        return f"{seen}. The rule alerts when {len(rule.steps)} things happen {how}within {span}."
    peak = f", at most {most:,} in any {span}" if most != count else ""
    return f"{seen}{peak}. The rule alerts from {window.at_least:,} in {span}."


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) or [()] * len(ALERTS)
    kinds = {name: "int64" if name in _NUMBERS else "str" for name in ALERTS} | {"events": "object"}
    return pd.DataFrame({n: pd.Series(list(c), dtype=kinds[n]) for n, c in zip(ALERTS, columns, strict=True)})
