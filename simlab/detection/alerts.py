"""Rules run over a log: one alert for each actor and burst.

The log comes as an event table, as the folder of a tamper-evident log, or as a Parquet file of
either; DuckDB does the counting, on a file without reading it whole into memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simlab import clock
from simlab.content import names
from simlab.detection.correlations import Window
from simlab.detection.queries import query
from simlab.detection.rule import Rule, load_rule
from simlab.detection.source import Origin, Source, asked, opened

# One alert: who (`actor`: the values that the rule groups by), when (microseconds since 1970 UTC),
# how much in the whole burst (`count`, of what `unit` says), the burst's events (positions in the
# log: the first, the last, and a tuple of all), and all of it in words; `told` is when the alert was
# first given, `score` how much it says, 0 to 100.
ALERTS = (
    "rule_id", "title", "level", "actor", "window_start", "window_end", "count", "unit",
    "first_event", "last_event", "events", "explanation", "told", "score",
)  # fmt: skip
NUMBERS = ("window_start", "window_end", "count", "first_event", "last_event", "told", "score")
# What a rule's alert says, by the rule's level.
SCORES = {"informational": 10, "low": 25, "medium": 50, "high": 75, "critical": 95}

# The budget: whoever looks at alerts gets through so many on a day, and looks after so many members.
A_DAY, MEMBERS_EACH = 5, 50_000


def budget(members: int, days: int) -> int:
    """How many alerts the whole set may give on ordinary days: five for each analyst and day, at least one analyst."""
    return A_DAY * days * max(1, members // MEMBERS_EACH)


def detect(
    log: Source,
    rules: Iterable[Rule | str | Path] | None = None,
    *,
    since: int | None = None,
    until: int | None = None,
) -> pd.DataFrame:
    """The alerts of all rules (None: every rule that ships), in order of time; columns: ALERTS.

    `since` and `until` (microseconds UTC) narrow the events that are looked at.
    Raises InputError for what is not an event table, ContentError for a rule that is wrong.
    """
    used = [r if isinstance(r, Rule) else load_rule(r) for r in (names("rules") if rules is None else rules)]
    with opened(log, dict.fromkeys(name for rule in used for name in rule.fields), since, until) as origin:
        return together(found(rule, origin) for rule in used)


def run(rule: Rule, log: Source) -> pd.DataFrame:
    """The alerts of one rule; columns: ALERTS. Raises InputError for what is not an event table."""
    with opened(log, rule.fields) as origin:
        return found(rule, origin)


def found(rule: Rule, origin: Origin) -> pd.DataFrame:
    """The alerts of one rule in a log that is open; made column by column, as a poor rule gives thousands."""
    rows = asked(origin, query(rule, origin), rule.id)
    if not rows:
        return frame([])
    who, start, end, told, count, most, seen = zip(*rows, strict=True)
    spans = [(until - since) // clock.SECOND for since, until in zip(start, end, strict=True)]
    took = {span: clock.duration(span) for span in set(spans)}
    begins = np.array(start, dtype="datetime64[us]").astype("datetime64[s]").astype(str).tolist()
    words = map(_said(rule), who, begins, [took[span] for span in spans], count, most)
    same = (rule.id, rule.title, rule.level, _unit(rule.window), SCORES[rule.level])
    ident, title, level, unit, score = ([value] * len(rows) for value in same)
    events = [tuple(positions) for positions in seen]
    first, last = ([positions[at] for positions in events] for at in (0, -1))
    return _table([ident, title, level, who, start, end, count, unit, first, last, events, list(words), told, score])


def together(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Alerts of several rules or baselines as one table, in order of time; an alert given twice stands once."""
    every = list(frames)
    kept = [part for part in every if len(part)] or every[:1] or [frame([])]
    whole = pd.concat(kept).drop_duplicates(["rule_id", "actor", "first_event", "last_event"])
    return whole.sort_values(["window_start", "rule_id", "actor"], kind="stable", ignore_index=True)


def _unit(window: Window | None) -> str:
    if window is None or window.kind not in ("value_count", "value_sum"):
        return "events"
    return "records" if window.kind == "value_sum" else f"different values of {window.field}"


def _said(rule: Rule) -> Callable[[str, str, str, int, int], str]:
    """How the rule's alerts are put in words: what was seen, and from what on it is an alert."""
    window, unit = rule.window, _unit(rule.window)

    def once(who: str, begin: str, *_: object) -> str:
        return f"{who} at {begin.replace('T', ' ')} UTC: {rule.title}."

    if window is None:
        return once
    span = clock.duration(window.seconds)
    wants = f"The rule alerts from {window.at_least:,} in {span}."
    if rule.steps:
        how = "one after the other " if window.kind == "temporal_ordered" else ""
        wants = f"The rule alerts when {len(rule.steps)} things happen {how}within {span}."

    def often(who: str, begin: str, took: str, count: int, most: int) -> str:
        if count == 1 and unit == "events":
            return once(who, begin)
        seen = f"{who}: {count:,} {unit} in {took} from {begin.replace('T', ' ')} UTC"
        peak = "" if rule.steps or most == count else f", at most {most:,} in any {span}"
        return f"{seen}{peak}. {wants}"

    return often


def frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows of ALERTS as a table, its types the same with and without rows."""
    return _table(list(zip(*rows, strict=True)) or [()] * len(ALERTS))


def _table(columns: Sequence[Sequence[Any]]) -> pd.DataFrame:
    kinds = {name: "int64" if name in NUMBERS else "str" for name in ALERTS} | {"events": "object"}
    return pd.DataFrame({n: pd.Series(list(c), dtype=kinds[n]) for n, c in zip(ALERTS, columns, strict=True)})
