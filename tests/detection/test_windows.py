"""Bursts, against a plain count of every window by hand."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab import clock, events
from simlab.detection import Rule, load_rule, run
from simlab.detection.conditions import Term
from simlab.detection.correlations import Window


class Seen(NamedTuple):
    actor: str
    start: int
    end: int
    total: int
    first: int
    last: int


def rule(kind: str, at_least: int, seconds: int, group_by: tuple[str, ...] = ("actor",)) -> Rule:
    base = load_rule("bulk-reading")
    field = {"event_count": "", "value_count": "member", "value_sum": "record_count"}[kind]
    fields = {*base.fields, *group_by, field} - {""}
    window = Window(kind, field, group_by, seconds, at_least)
    kept = tuple(n for n in events.COLUMNS if n in fields)
    return Rule(
        **{**vars(base), "condition": Term("activity_name", "activity_name = 'Read'"), "fields": kept, "window": window}
    )


def table(rows: list[tuple[int, str, str, int, str]]) -> pd.DataFrame:
    """Events from (second, actor, member, count, activity), in order of time."""
    rows = sorted(rows, key=lambda r: r[0])
    second, actor, member, count, activity = zip(*rows, strict=True)
    columns = {"time": [s * clock.SECOND for s in second], "class_name": "Datastore Activity", "actor": list(actor)}
    more = {"member": list(member), "record_count": list(count), "activity_name": list(activity)}
    return events.frame({**columns, **more}, len(rows))


def total(kind: str, rows: pd.DataFrame) -> int:
    if kind == "event_count":
        return len(rows)
    return int(rows["record_count"].sum()) if kind == "value_sum" else len(set(rows["member"]) - {""})


def by_hand(frame: pd.DataFrame, kind: str, at_least: int, seconds: int) -> list[Seen]:
    """Each window that reaches the threshold, joined where they overlap."""
    out = []
    reads = frame[frame["activity_name"] == "Read"]
    for actor in sorted(set(reads["actor"])):
        mine = reads[reads["actor"] == actor]
        spans: list[tuple[int, int]] = []
        for end in sorted(set(mine["time"])):
            inside = mine[(mine["time"] >= end - seconds * clock.SECOND) & (mine["time"] <= end)]
            if total(kind, inside) >= at_least:
                start = int(inside["time"].min())
                if spans and start <= spans[-1][1]:
                    start = min(start, spans.pop()[0])
                spans.append((start, int(end)))
        for start, end in spans:
            burst = mine[mine["time"].between(start, end)]
            out.append(Seen(actor, start, end, total(kind, burst), int(burst.index[0]), int(burst.index[-1])))
    return sorted(out, key=lambda s: (s.start, s.actor))


events_of = st.tuples(
    st.integers(0, 60),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["", "M1", "M2", "M3"]),
    st.integers(0, 4),
    st.sampled_from(["Read", "Read", "Read", "Update"]),
)


@given(
    rows=st.lists(events_of, min_size=1, max_size=40),
    kind=st.sampled_from(["event_count", "value_count", "value_sum"]),
    at_least=st.integers(1, 8),
    seconds=st.integers(1, 30),
)
@settings(max_examples=120, deadline=None)
def test_bursts_are_those_counted_by_hand(
    rows: list[tuple[int, str, str, int, str]], kind: str, at_least: int, seconds: int
) -> None:
    frame = table(rows)
    alerts = run(rule(kind, at_least, seconds), frame)
    numbers = alerts[["actor", "window_start", "window_end", "count", "first_event", "last_event"]]
    assert [Seen(*row) for row in numbers.itertuples(index=False)] == by_hand(frame, kind, at_least, seconds)


def test_one_alert_for_a_burst_and_two_for_two() -> None:
    night = [(s * 10, "a", "M1", 1, "Read") for s in range(100)]
    later = [(90_000 + s * 10, "a", "M1", 1, "Read") for s in range(100)]
    alerts = run(rule("event_count", 50, 600), table(night + later))
    assert alerts["count"].tolist() == [100, 100]
    assert "at most 61 in any 10m" in alerts["explanation"].iloc[0]


def test_slow_reading_stays_under_the_window() -> None:
    """One an hour for sixty hours: a count without a window would alert."""
    slow = [(s * 3600, "a", "M1", 1, "Read") for s in range(60)]
    assert len(run(rule("event_count", 3, 3599), table(slow))) == 0


def test_a_burst_may_be_of_several_fields_together() -> None:
    rows = [(s, actor, "M1", 1, "Read") for s in range(5) for actor in ("a", "b")]
    found = run(rule("event_count", 5, 60, ("actor", "member")), table(rows))
    assert found["actor"].tolist() == ["a | M1", "b | M1"]


def test_a_rule_without_a_window_alerts_on_each_event() -> None:
    alone = Rule(**{**vars(rule("event_count", 5, 60)), "window": None})
    rows = table([(1, "a", "M1", 1, "Update"), (2, "a", "M1", 1, "Read"), (2, "b", "M1", 1, "Read")])
    found = run(alone, rows)
    assert found["first_event"].tolist() == [1, 2] and found["actor"].tolist() == ["a", "b"]
