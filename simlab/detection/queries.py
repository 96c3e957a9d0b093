"""A rule as one DuckDB query: a row for each alert.

Its columns: who, first and last time and when it was first told (microseconds), how much in all, most
in one window, and the alert's events (positions in the log). An event that leaves a field of `group-by` empty is in no group.
"""

from __future__ import annotations

from simlab import clock, events
from simlab.detection.conditions import Condition, sql
from simlab.detection.correlations import TEMPORAL, Step, Window
from simlab.detection.rule import Rule
from simlab.detection.source import Origin

_TOTAL = {"event_count": "count(*)", "value_count": "count(DISTINCT value)", "value_sum": "sum(value)"}


def query(rule: Rule, origin: Origin) -> str:
    """The query over a log that is open."""
    if rule.window is None:
        return f"""
            SELECT coalesce(actor::VARCHAR, ''), time, time, time, 1, 1, [event] FROM {origin.rows}
            WHERE {sql(rule.condition, origin.test)} ORDER BY time, event
        """  # noqa: S608 - made of our own column names and quoted texts
    matched = _matched(rule.condition, rule.window, origin)
    if rule.window.kind not in TEMPORAL:
        return _bursts(matched, _reached(rule.window), rule.window)
    firing = _together if rule.window.kind == "temporal" else _in_order
    return _bursts(matched, f"{_steps(rule, rule.window, origin)}, {firing(rule.window, len(rule.steps))}", rule.window)


def _matched(condition: Condition, window: Window, origin: Origin) -> str:
    """The events that count, each with its group: as it is written, and as `key`, without regard to case."""
    there = " AND ".join([sql(condition, origin.test), *(f"{name} <> ''" for name in window.group_by)])
    keys = [origin.key(name) for name in window.group_by]
    key = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
    return f"""
        SELECT event, time, {", ".join(window.group_by)}, {key} AS key, {_value(window, origin)} AS value
        FROM {origin.rows} WHERE {there}
    """  # noqa: S608 - made of our own column names and quoted texts


def _value(window: Window, origin: Origin) -> str:
    """The value that counts: an empty text is no value, and case makes no difference."""
    if not window.field:
        return "1"
    return window.field if window.field in events.NUMBERS else f"nullif({origin.key(window.field)}, '')"


def _back(window: Window) -> str:
    """A window ends at each event and reaches back over the timespan."""
    return f"PARTITION BY key ORDER BY time RANGE BETWEEN {window.seconds * clock.SECOND} PRECEDING AND CURRENT ROW"


def _reached(window: Window, matched: str = "matched") -> str:
    """`firing`: the events whose window reaches the threshold, and since when.

    Whoever stays under it in total is set aside first, which is most.
    """
    total = _TOTAL[window.kind]
    return f"""
        likely AS (
            SELECT key, time, value FROM {matched} SEMI JOIN
            (SELECT key FROM {matched} GROUP BY key HAVING {total} >= {window.at_least}) USING (key)
        ), firing AS (
            SELECT * FROM (
                SELECT *, {total} OVER reach AS total, min(time) OVER reach AS since
                FROM likely WINDOW reach AS ({_back(window)})
            ) WHERE total >= {window.at_least}
        )
    """  # noqa: S608 - made of our own column names


def _steps(rule: Rule, window: Window, origin: Origin) -> str:
    """`s0`, `s1` and so on: when each step happens, for those alone for whom every step does."""
    many = range(len(rule.steps))
    every = [f"every{i} AS ({_step(step, window, origin)})" for i, step in enumerate(rule.steps)]
    both = " INTERSECT ".join(f"SELECT key FROM every{i}" for i in many)  # noqa: S608 - our own names
    few = [f"s{i} AS (SELECT * FROM every{i} SEMI JOIN able USING (key))" for i in many]  # noqa: S608 - our own names
    return ", ".join([*every, f"able AS ({both})", *few])


def _step(step: Step, outer: Window, origin: Origin) -> str:
    """When one step of a temporal window happens, and since when its events reach back."""
    if step.window is None:
        return f"SELECT key, time, time AS since FROM ({_matched(step.condition, outer, origin)})"  # noqa: S608
    return f"""
        WITH inside AS ({_matched(step.condition, step.window, origin)}), {_reached(step.window, "inside")}
        SELECT key, time, since FROM firing
    """  # noqa: S608 - made of our own column names and quoted texts


def _together(window: Window, steps: int) -> str:
    """`firing`: the moments at which all steps lie within the window."""
    union = " UNION ALL ".join(f"SELECT *, {i} AS step FROM s{i}" for i in range(steps))  # noqa: S608
    return f"""
        taken AS ({union}), firing AS (
            SELECT * FROM (
                SELECT key, time, count(DISTINCT step) OVER reach AS total, min(since) OVER reach AS since
                FROM taken WINDOW reach AS ({_back(window)})
            ) WHERE total >= {window.at_least}
        )
    """  # noqa: S608 - made of our own column names


def _in_order(window: Window, steps: int) -> str:
    """`firing`: the moments of the last step before which the others came in order, all within the window.

    `begun` is the latest moment at which such a row of steps can have begun: the window fires if that lies
    in it. It reaches back to the first step's first event in it. Two steps at one time are in no order.
    """
    tables = ["c0 AS (SELECT key, time, time AS begun FROM s0)"]
    for i in range(1, steps):
        tables.append(f"""
            c{i} AS (SELECT key, time, before AS begun FROM (
                SELECT *, max(begun) OVER (
                    PARTITION BY key ORDER BY time RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS before
                FROM (SELECT key, time, begun, false AS is_next FROM c{i - 1}
                      UNION ALL SELECT key, time, NULL, true FROM s{i})
            ) WHERE is_next)
        """)  # noqa: S608 - made of our own column names
    return f"""
        {", ".join(tables)}, firing AS (
            SELECT key, time, first AS since, {steps} AS total FROM (
                SELECT *, min(since) OVER reach AS first FROM (
                    SELECT key, time, begun, NULL AS since FROM c{steps - 1}
                    UNION ALL SELECT key, time, NULL, since FROM s0
                ) WINDOW reach AS ({_back(window)})
            ) WHERE time - begun <= {window.seconds * clock.SECOND}
        )
    """  # noqa: S608 - made of our own column names


def _bursts(matched: str, firing: str, window: Window) -> str:
    """One row for each burst: windows that fire and overlap are one."""
    total = _TOTAL.get(window.kind, "count(*)")
    who = " || ' | ' || ".join(f"arg_min({name}::VARCHAR, event)" for name in window.group_by)
    return f"""
        WITH matched AS ({matched}), {firing}, numbered AS (
            SELECT *, count(*) FILTER (is_new) OVER (PARTITION BY key ORDER BY since, time) AS burst FROM (
                SELECT *, since > max(time) OVER (
                    PARTITION BY key ORDER BY since, time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS is_new FROM firing
            )
        ), bursts AS (
            SELECT key, min(since) AS first_time, max(time) AS last_time, min(time) AS told, max(total)::BIGINT AS most
            FROM numbered GROUP BY key, burst
        )
        SELECT {who} AS name, first_time, last_time, any_value(told), {total}::BIGINT, any_value(most),
            list(event ORDER BY event)
        FROM bursts JOIN matched USING (key) WHERE time BETWEEN first_time AND last_time
        GROUP BY key, first_time, last_time ORDER BY first_time, lower(name)
    """  # noqa: S608 - made of our own column names and quoted texts
