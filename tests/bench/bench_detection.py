"""Rules and baselines over millions of events, beside SQL that somebody writes by hand for DuckDB.

Both read the same event table, and count the same: the bench stops where they do not, or where a
detection finds nothing of what was planted for it. The hand is free to do what the compiler may not:
it knows how each word is written, so it compares as it stands.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from simlab import clock, events
from simlab.detection import baselines, detect, load_rule
from simlab.detection.baselines.places import LEAST
from simlab.detection.baselines.shape import DAY_BEGINS
from simlab.detection.baselines.work import AFTER, BEFORE, MORE, TAKEN_OVER, TIMES
from simlab.duck import connect
from tests.bench.planted import ROWS, log, queue

# --------------------------------------------------------------------------------- by hand

_READS = "class_name = 'Datastore Activity' AND activity_name = 'Read'"
_OUTSIDE = "src_ip <> '203.0.113.10' AND src_ip NOT LIKE '192.0.2.%'"
_PEOPLE = "role NOT IN ('member', 'vendor', 'service_account')"


def _window(where: str, total: str, at_least: int, span: int, key: str = "actor") -> str:
    """Bursts of a sliding window, as one writes them: first the keys that can reach it, then the windows."""
    value = {"count(*)": "count(*)"}.get(total, total)
    return f"""
        WITH m AS (SELECT {key} AS k, time, device, site, system, actor, record_count FROM log WHERE {where}),
        w AS (SELECT k, time, {value} OVER b AS n, min(time) OVER b AS since FROM m
            WHERE k IN (SELECT k FROM m GROUP BY k HAVING {value} >= {at_least})
            WINDOW b AS (PARTITION BY k ORDER BY time RANGE BETWEEN {span * clock.SECOND} PRECEDING AND CURRENT ROW)),
        f AS (SELECT k, time, since, since > max(time) OVER
            (PARTITION BY k ORDER BY since, time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS new FROM w WHERE n >= {at_least})
        SELECT count(*) FILTER (new IS NULL OR new) FROM f
    """


def _then(first: str, total: str, at_least: int, within: int, after: str, span: int) -> str:
    """So much within a window, and then one event, as one writes it: the few that reach it are joined to what follows."""
    return f"""
        WITH m AS (SELECT actor AS k, time, record_count FROM log WHERE {first}),
        e AS (SELECT actor AS k, time FROM log WHERE {after}),
        w AS (SELECT k, time, {total} OVER b AS n, min(time) OVER b AS since FROM m
            WHERE k IN (SELECT k FROM m GROUP BY k HAVING {total} >= {at_least}) AND k IN (SELECT k FROM e)
            WINDOW b AS (PARTITION BY k ORDER BY time RANGE BETWEEN {within * clock.SECOND} PRECEDING AND CURRENT ROW)),
        h AS (SELECT e.k, e.time, min(w.since) AS since FROM e JOIN w ON e.k = w.k AND w.n >= {at_least}
            AND w.time < e.time AND e.time - w.time <= {span * clock.SECOND} GROUP BY ALL),
        f AS (SELECT since > max(time) OVER
            (PARTITION BY k ORDER BY since, time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS new FROM h)
        SELECT count(*) FILTER (new IS NULL OR new) FROM f
    """


class Hand(NamedTuple):
    rule: str
    sql: str


BULK = Hand(
    "bulk-reading",
    _window(f"{_READS} AND record_count >= 1 AND role <> 'service_account'", "sum(record_count)", 150, 3600),
)
NIGHT = Hand(
    "after-hours",
    _window(
        f"{_READS} AND record_count >= 1 AND role NOT IN ('member', 'service_account') "
        "AND extract(hour FROM make_timestamp(time)) BETWEEN 5 AND 10", "count(*)", 10, 3600,
    ),
)  # fmt: skip
SITES_AT_ONCE = _window(
    "class_name IN ('Datastore Activity', 'Authentication', 'Physical Access') AND status = 'Success' AND site <> '' "
    "AND role NOT IN ('vendor', 'service_account')", "count(DISTINCT site)", 2, 1800,
)  # fmt: skip
DEVICES = _window(
    f"class_name IN ('Datastore Activity', 'Authentication') AND status = 'Success' AND device <> '' AND {_PEOPLE} "
    "AND device NOT LIKE '%kiosk%'", "count(DISTINCT device)", 2, 900,
)  # fmt: skip
HANDS = (
    BULK,
    NIGHT,
    Hand("two-sites", SITES_AT_ONCE),
    Hand("shared-login", DEVICES),
    Hand(
        "bulk-export",
        _window(
            "class_name = 'Datastore Activity' AND activity_name = 'Export' AND status = 'Success' AND role <> 'service_account'",
            "sum(record_count)", 800, 3600,
        ),
    ),
    Hand(
        "outside-login",
        _window(
            f"class_name = 'Authentication' AND activity_name = 'Logon' AND status = 'Success' AND src_ip <> '' AND {_OUTSIDE} AND {_PEOPLE}",
            "count(*)", 1, 43_200,
        ),
    ),
    Hand("privilege-grant", _window(
        "class_name = 'Account Change' AND activity_name IN ('Grant', 'Create') AND status = 'Success' "
        "AND role NOT IN ('it_admin', 'service_account')", "count(*)", 1, 43_200,
    )),
    Hand("mfa-fatigue", _window(
        "class_name = 'Authentication' AND activity_name = 'MFA Challenge' AND status = 'Failure' AND status_detail <> 'code expired'",
        "count(*)", 6, 3600,
    )),
    Hand("backup-deletion", _window(
        "class_name = 'File Activity' AND activity_name = 'Delete' AND system = 'backup-store' AND status = 'Success'",
        "count(*)", 3, 3600,
    )),
    Hand("one-member-read-often", _window(
        f"{_READS} AND member <> '' AND {_PEOPLE}", "count(*)", 5, 3600, key="(actor, member)",
    )),
    Hand("one-member-many-readers", _window(
        f"{_READS} AND member <> '' AND {_PEOPLE}", "count(DISTINCT actor)", 10, 43_200, key="member",
    )),
    Hand(
        "address-change",
        f"""
        WITH s AS (
            SELECT actor AS k, time, (src_ip LIKE '192.0.2.%' OR src_ip = '203.0.113.10') AS inside FROM log
            WHERE status = 'Success' AND src_ip <> '' AND {_PEOPLE}
        ), few AS (SELECT * FROM s WHERE k IN (SELECT k FROM s WHERE NOT inside)),
        w AS (SELECT k, time, count(DISTINCT inside) OVER b AS n, min(time) OVER b AS since FROM few
            WINDOW b AS (PARTITION BY k ORDER BY time RANGE BETWEEN {7200 * clock.SECOND} PRECEDING AND CURRENT ROW)),
        f AS (SELECT since > max(time) OVER
            (PARTITION BY k ORDER BY since, time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS new FROM w WHERE n >= 2)
        SELECT count(*) FILTER (new IS NULL OR new) FROM f
        """,
    ),
    Hand("badge-refused", _window(
        "class_name = 'Physical Access' AND activity_name = 'Refuse'", "count(*)", 6, 1800,
    )),
    Hand("database-dump", _window(
        "class_name = 'File Activity' AND activity_name IN ('Create', 'Read') AND record_count >= 1 "
        "AND role <> 'service_account'", "sum(record_count)", 1000, 14_400,
    )),
    Hand("ransomware", _window("class_name = 'File Activity' AND activity_name = 'Encrypt'", "count(*)", 12, 600)),
    Hand("network-probing", _window(
        "class_name IN ('Network Activity', 'HTTP Activity') AND status = 'Failure' AND src_ip <> ''",
        "count(DISTINCT system)", 4, 600, key="src_ip",
    )),
    Hand(
        "disabled-account-tried",
        """
        SELECT count(*) FROM log WHERE class_name = 'Authentication' AND (status_detail LIKE '%account disabled%'
            OR status_detail LIKE '%account closed%' OR status_detail LIKE '%no longer employed%')
        """,
    ),
    Hand("warehouse-by-others", _window(
        "class_name = 'Datastore Activity' AND system = 'data-warehouse' AND status = 'Success' "
        "AND role NOT IN ('analyst', 'it_admin', 'service_account')", "count(*)", 1, 86_400,
    )),
    Hand("guessed-password", _then(
        "class_name = 'Authentication' AND activity_name = 'Logon' AND status = 'Failure'", "count(*)", 5, 600,
        "class_name = 'Authentication' AND activity_name = 'Logon' AND status = 'Success'", 900,
    )),
    Hand("export-after-bulk-reading", _then(
        f"{_READS} AND record_count >= 1 AND role <> 'service_account'", "sum(record_count)", 150, 3600,
        "class_name = 'Datastore Activity' AND activity_name = 'Export' AND record_count >= 50", 43_200,
    )),
)  # fmt: skip

TRAVEL = f"""
    WITH s AS (SELECT actor, time, CASE WHEN site NOT IN ('', 'remote') THEN site::VARCHAR ELSE src_ip::VARCHAR END AS place
        FROM log WHERE status = 'Success' AND role <> 'service_account' AND (site <> '' OR src_ip <> '')),
    j AS (SELECT *, lag(place) OVER b AS place0, lag(time) OVER b AS time0 FROM s WINDOW b AS (PARTITION BY actor ORDER BY time))
    SELECT count(DISTINCT (actor, time // {12 * clock.HOUR})) FROM j WHERE place <> place0 AND time - time0 < {LEAST}
"""
UNRELATED = f"""
    WITH v AS (SELECT actor, member, (time - {DAY_BEGINS}) // {clock.DAY} AS day, min(time) AS first FROM log
        WHERE {_READS} AND {_PEOPLE} AND role <> '' AND member <> '' AND status = 'Success' GROUP BY ALL),
    o AS (SELECT v.*, q.time AS mine FROM v ASOF LEFT JOIN queue q
        ON v.actor = q.staff_id AND v.member = q.member_id AND first + {AFTER} >= q.time),
    a AS (SELECT o.*, q.time AS anybodys FROM o ASOF LEFT JOIN queue q ON o.member = q.member_id AND first + {AFTER} >= q.time),
    d AS (SELECT actor, day, count(*) FILTER (NOT coalesce(first - mine <= {BEFORE}, false)
        AND NOT coalesce(first - anybodys <= {TAKEN_OVER}, false)) AS n FROM a GROUP BY ALL),
    u AS (SELECT actor, quantile_disc(n, 0.5) AS usual FROM d GROUP BY ALL)
    SELECT count(*) FROM d JOIN u USING (actor) WHERE n >= {TIMES} * usual + {MORE}
"""


def _by_hand(frame: pd.DataFrame, queries: list[str], given: pd.DataFrame | None = None) -> list[int]:
    """The counts that queries by hand give; they share one table, as a careful hand would have it."""
    with connect() as con:
        con.register("frame", frame)
        con.execute("CREATE TABLE log AS SELECT * FROM frame")
        if given is not None:
            con.register("queue", given)
        return [int(con.execute(query).fetchall()[0][0]) for query in queries]


# --------------------------------------------------------------------------------- both


class Took(NamedTuple):
    cpu: float
    counts: list[int]


def _took(act: Callable[[], list[int]]) -> Took:
    """CPU seconds of all threads, the better of two rounds."""
    best, counts = float("inf"), []
    for _ in range(2):
        gc.collect()
        start = time.process_time()
        counts = act()
        best = min(best, time.process_time() - start)
    return Took(best, counts)


def _beside(name: str, ours: Callable[[], list[int]], hand: Callable[[], list[int]]) -> list[tuple[str, float, str]]:
    mine, theirs = _took(ours), _took(hand)
    if mine.counts != theirs.counts:
        raise AssertionError(f"{name}: {mine.counts} alerts, and by hand {theirs.counts}")
    if not all(mine.counts):
        raise AssertionError(f"{name}: {mine.counts} alerts, and something was planted for each")
    return [
        (f"{name}: {sum(mine.counts):,} alerts", mine.cpu, "CPU s"),
        (f"{name}, beside SQL by hand", mine.cpu / theirs.cpu, "ratio"),
    ]


def _needed(frame: pd.DataFrame, *rules: str) -> pd.DataFrame:
    """The columns that some rules need, for the hand as well."""
    fields = {"time", "actor", "device", "site", "system", "record_count"}
    return frame[[n for n in events.COLUMNS if n in fields.union(*(load_rule(r).fields for r in rules))]]


def bench() -> list[tuple[str, float, str]]:
    """The five reference detections and twenty rules, each kind among them, over the same events."""
    frame, out = log(), []
    work = queue(frame)
    plain = frame.assign(**{n: pd.Categorical.from_codes(frame[n].cat.codes, frame[n].cat.categories.astype(object))
        for n in events.COLUMNS if n not in events.NUMBERS})  # fmt: skip
    single = (("bulk by account and hour", BULK), ("off hours", NIGHT), ("one member again and again", HANDS[9]))
    for name, hand in single:
        mine = lambda rule=hand.rule: [len(detect(frame, [rule]))]  # noqa: E731
        theirs = lambda hand=hand: _by_hand(_needed(plain, hand.rule), [hand.sql])  # noqa: E731
        out += _beside(name, mine, theirs)
    out += _beside("impossible travel", lambda: [len(baselines.travel(frame))],
        lambda: _by_hand(plain[["time", "actor", "site", "src_ip", "status", "role"]], [TRAVEL]))  # fmt: skip
    columns = ["time", "actor", "member", "class_name", "activity_name", "status", "role"]
    out += _beside("no work relation", lambda: [len(baselines.unrelated(frame, work))],
        lambda: _by_hand(plain[columns], [UNRELATED], work))  # fmt: skip
    names = [hand.rule for hand in HANDS]
    out += _beside(
        f"{len(HANDS)} rules, each kind among them",
        lambda: detect(frame, names)["rule_id"].value_counts().reindex(names, fill_value=0).tolist(),
        lambda: _by_hand(_needed(plain, *names), [hand.sql for hand in HANDS]),
    )
    every = _took(lambda: [len(detect(frame))])
    return [*out, ("all rules that ship", ROWS / every.cpu, "events/s CPU")]
