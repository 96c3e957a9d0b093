"""What the compiler finds, against pySigma's own SQLite backend on the same small log."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any, NamedTuple

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

from simlab import clock, events
from simlab.detection import read_rule, run

START = 1_772_445_600 * clock.SECOND  # 2026-03-02 10:00 UTC
TEXTS = ("actor", "role", "src_ip", "member", "activity_name", "status_detail")
PROOF = """\
level: low
x-simlab:
  hit: [{about: a, events: [{after: 0s}]}]
  miss: [{about: b, events: [{after: 0s}]}]
  cannot_see: much
  runbook: ask
"""


class Seen(NamedTuple):
    key: str
    start: int
    end: int
    events: tuple[int, ...]


def base(n: int, detection: str) -> str:
    return (
        f"title: Base {n}\nid: 6c0a1f52-7a0e-4d6b-9a55-0f3f6c1d2e7{n}\nname: base_{n}\nstatus: test\n"
        f"description: x\nlogsource: {{product: simlab, service: events}}\ndetection:\n{detection}"
    )


def correlation(kind: str, rules: list[str], group: list[str], span: str, condition: str, n: int = 0) -> str:
    more = f"  condition: {condition}\n" if condition else ""
    return (
        f"title: Count {n}\nid: 0d7c2b1e-5a94-4c0f-8f0b-3d1a9e6b7c4{n}\nname: count_{n}\nstatus: test\ndescription: x\n"
        f"correlation:\n  type: {kind}\n  rules: {json.dumps(rules)}\n  group-by: {json.dumps(group)}\n"
        f"  timespan: {span}\n{more}"
    )


# A log: (second, actor, role, address, member, activity, detail, records).
ROW = st.tuples(
    st.integers(0, 40),
    st.sampled_from(["anna", "Anna", "ben", ""]),
    st.sampled_from(["nurse", "NURSE", "it_admin", ""]),
    st.sampled_from(["192.0.2.1", "192.0.2.77", "198.51.100.9"]),
    st.sampled_from(["", "M1", "m1", "M2", "M3"]),
    st.sampled_from(["Read", "Export", "Update"]),
    st.sampled_from(["", "wrong password", "Wrong Password", "100%_sure", "a*b[c]", "it's", "back\\slash"]),
    st.integers(0, 4),
)
LOG = st.lists(ROW, min_size=1, max_size=30)


def table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    rows = sorted(rows, key=lambda r: r[0])
    columns = [list(column) for column in zip(*rows, strict=True)]
    times = [START + second * clock.SECOND for second in columns[0]]
    texts = dict(zip(TEXTS, columns[1:7], strict=True))
    more = {"class_name": "Datastore Activity", "time": times, "record_count": columns[7]}
    return events.frame({**more, **texts}, len(rows))


def database(frame: pd.DataFrame) -> sqlite3.Connection:
    """The log as the backend wants it: moments as ISO text, no value where a field is empty."""
    con = sqlite3.connect(":memory:")
    con.create_function("REGEXP", 2, lambda pattern, text: text is not None and bool(re.search(pattern, text)))
    con.execute(
        f"CREATE TABLE logs (event INTEGER PRIMARY KEY, time TEXT, record_count INTEGER, "
        f"{', '.join(f'{name} TEXT COLLATE NOCASE' for name in TEXTS)})"
    )
    for i, row in enumerate(frame.to_dict("records")):
        moment = clock.instant(row["time"]).strftime("%Y-%m-%d %H:%M:%S")
        values = [i, moment, row["record_count"], *(row[name] or None for name in TEXTS)]
        con.execute(f"INSERT INTO logs VALUES ({', '.join('?' * len(values))})", values)
    return con


def theirs(text: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows that the SQLite backend's query of the last rule gives."""
    backend = sqliteBackend(timestamp_field="time")
    found = backend.convert(SigmaCollection.from_yaml(text))
    with database(frame) as con:
        con.row_factory = sqlite3.Row
        out = [dict(row) for row in con.execute(found[-1])]
    con.close()
    return out


def windows(text: str, frame: pd.DataFrame) -> list[Seen]:
    """The windows that the backend alerts on, one for each event that ends one."""
    out = []
    for row in theirs(text, frame):
        positions = sorted(int(i.split(":")[1]) for i in json.loads(row["event_ids"]))
        key = " | ".join(json.loads(row["group_keys"]).values())
        end = round(row["window_end"]) * clock.SECOND
        out.append(Seen(key, int(frame["time"].iloc[positions[0]]), end, tuple(positions)))
    return out


def joined(found: list[Seen]) -> list[Seen]:
    """Windows of one group that overlap, as one."""
    out: list[Seen] = []
    for seen in sorted(found):
        if out and out[-1].key == seen.key and seen.start <= out[-1].end:
            last = out.pop()
            every = tuple(sorted({*last.events, *seen.events}))
            seen = Seen(seen.key, last.start, max(last.end, seen.end), every)
        out.append(seen)
    return out


def ours(text: str, frame: pd.DataFrame) -> list[Seen]:
    alerts = run(read_rule(text + PROOF, "r"), frame)
    rows = alerts[["actor", "window_start", "window_end", "events"]].itertuples(index=False)
    return sorted(Seen(who.lower(), start, end, positions) for who, start, end, positions in rows)


WORDS = st.sampled_from(["anna", "ANN", "n", "nurse", "it_", "192.0.2.1", "Wrong", "100%", "*b[", "s", "\\\\", "'"])
TEXT_ITEM = st.tuples(
    st.sampled_from(["actor", "role", "status_detail", "src_ip"]),
    st.sampled_from(["", "|contains", "|startswith", "|endswith", "|cased", "|contains|cased", "|contains|all"]),
    st.lists(WORDS, min_size=1, max_size=2),
)
OTHER_ITEM = st.sampled_from(
    [
        ("record_count|gte", 2), ("record_count|gt", 2), ("record_count|lt", 2), ("record_count|lte", 1),
        ("record_count", [0, 3]), ("src_ip|cidr", "192.0.2.0/26"), ("src_ip|cidr", "192.0.2.0/24"),
        ("role|exists", True), ("role|exists", False), ("actor|re", "^[aA]n"), ("actor|re|i", "N{2}"),
        ("status_detail|re", "[%']"), ("activity_name", ["read", "EXPORT"]), ("actor", "?nn*"), ("role", "nu*"),
        ("time|minute", 0), ("time|hour|gte", 11), ("time|hour", [9, 10]), ("activity_name|endswith", "e?d"),
    ]
)  # fmt: skip
ITEM = TEXT_ITEM.map(lambda t: (t[0] + t[1], t[2])) | OTHER_ITEM
SELECTION = st.lists(ITEM, min_size=1, max_size=2, unique_by=lambda i: i[0]).map(dict)
CONDITION = st.sampled_from(
    ["one and not two", "one or two", "one and two", "not (one and two)", "not one and not two", "1 of them"]
)


@given(LOG, SELECTION, SELECTION, CONDITION)
@settings(max_examples=60, deadline=None)
def test_a_rule_finds_the_events_that_sqlite_finds(
    rows: list[tuple[Any, ...]], one: dict[str, Any], two: dict[str, Any], condition: str
) -> None:
    text = base(1, f"  one: {json.dumps(one)}\n  two: {json.dumps(two)}\n  condition: {condition}\n")
    frame = table(rows)
    found = run(read_rule(text + PROOF, "r"), frame)["first_event"].tolist()
    assert sorted(found) == sorted(row["event"] for row in theirs(text, frame))


READS = base(1, "  selection:\n    activity_name: read\n  condition: selection\n")
EXPORTS = base(2, "  selection:\n    activity_name: export\n  condition: selection\n")
MANY = base(3, "  selection:\n    record_count|gte: 2\n  condition: selection\n")
GROUP = st.sampled_from([["actor"], ["role"], ["src_ip", "role"]])
SPAN = st.integers(1, 25).map("{}s".format)


@given(LOG, st.sampled_from(["event_count", "value_count", "value_sum"]), GROUP, SPAN, st.integers(1, 6), st.booleans())
@settings(max_examples=50, deadline=None)
def test_counts_are_the_windows_that_sqlite_finds(
    rows: list[tuple[Any, ...]], kind: str, group: list[str], span: str, at_least: int, is_both: bool
) -> None:
    field = {"event_count": "", "value_count": ", field: member", "value_sum": ", field: record_count"}[kind]
    rules = ["base_1", "base_3"] if is_both else ["base_1"]
    last = correlation(kind, rules, group, span, f"{{gte: {at_least}{field}}}")
    text = "---\n".join([READS, *([MANY] if is_both else []), last])
    frame = table(rows)
    assert ours(text, frame) == joined(windows(text, frame))


@given(LOG, GROUP, SPAN, st.booleans())
@settings(max_examples=30, deadline=None)
def test_what_happens_together_is_what_sqlite_finds(
    rows: list[tuple[Any, ...]], group: list[str], span: str, is_three: bool
) -> None:
    rules = ["base_1", "base_2", *(["base_3"] if is_three else [])]
    last = correlation("temporal", rules, group, span, "")
    text = "---\n".join([READS, EXPORTS, *([MANY] if is_three else []), last])
    frame = table(rows)
    assert ours(text, frame) == joined(windows(text, frame))


def ending(found: list[Seen], last: str, group: list[str], frame: pd.DataFrame) -> list[Seen]:
    """Those windows that end with an event of the rule `last`: the others only still hold what was found."""
    ends = {
        (" | ".join(str(row[name] or "").lower() for name in group), int(frame["time"].iloc[row["event"]]))
        for row in theirs(last, frame)
    }
    return [seen for seen in found if (seen.key, seen.end) in ends]


@given(LOG, GROUP, SPAN, st.booleans())
@settings(max_examples=30, deadline=None)
def test_what_happens_in_order_is_what_sqlite_finds(
    rows: list[tuple[Any, ...]], group: list[str], span: str, is_three: bool
) -> None:
    bases = [READS, *([MANY] if is_three else []), EXPORTS]
    names = ["base_1", *(["base_3"] if is_three else []), "base_2"]
    text = "---\n".join([*bases, correlation("temporal_ordered", names, group, span, "")])
    frame = table(rows)
    expected = joined(ending(windows(text, frame), EXPORTS, group, frame))
    found = ours(text, frame)
    assert [s[:3] for s in found] == [s[:3] for s in expected]
    assert all({*other.events} <= {*mine.events} for mine, other in zip(found, expected, strict=True))


@given(LOG, SPAN, SPAN, st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_so_many_and_then_one_is_what_sqlite_finds(
    rows: list[tuple[Any, ...]], inner: str, outer: str, at_least: int
) -> None:
    count = correlation("event_count", ["base_1"], ["actor"], inner, f"{{gte: {at_least}}}", 1)
    last = correlation("temporal_ordered", ["count_1", "base_2"], ["actor"], outer, "")
    frame = table(rows)
    text = "---\n".join([READS, count, EXPORTS, last])
    expected = joined(ending(windows(text, frame), EXPORTS, ["actor"], frame))
    assert [s[:3] for s in ours(text, frame)] == [s[:3] for s in expected]
