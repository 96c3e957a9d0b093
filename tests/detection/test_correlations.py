"""Correlations: what happens together or in order, counted by hand, and what a file may not say."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab import clock, events
from simlab.detection import read_rule, run
from simlab.errors import ContentError
from tests.detection.test_reading import PROOF

HEAD = """\
title: Base {n}
id: 6c0a1f52-7a0e-4d6b-9a55-0f3f6c1d2e7{n}
name: base_{n}
status: test
description: For a test.
logsource: {{product: simlab, service: events}}
detection:
  selection:
    activity_name: {activity}
  condition: selection
---
"""
LAST = """\
title: Last
id: 0d7c2b1e-5a94-4c0f-8f0b-3d1a9e6b7c42
status: test
description: For a test.
level: low
correlation:
  type: temporal_ordered
  rules: [base_1, base_2]
  group-by: [actor]
  timespan: 10s
"""
READ, EXPORT = HEAD.format(n=1, activity="Read"), HEAD.format(n=2, activity="Export")
COUNT = """\
title: Count
id: 0d7c2b1e-5a94-4c0f-8f0b-3d1a9e6b7c43
name: many
status: test
description: For a test.
correlation:
  type: event_count
  rules: [base_1]
  group-by: [actor]
  timespan: 5s
  condition: {gte: 3}
---
"""
TEXT = READ + EXPORT + LAST + PROOF
CHAIN = READ + COUNT + EXPORT + LAST.replace("base_1", "many") + PROOF


def found(text: str, rows: list[tuple[int, str, str]]) -> list[tuple[str, int, int, tuple[int, ...]]]:
    """Alerts over events of (second, actor, activity): who, first and last second, positions."""
    second, actor, activity = zip(*rows, strict=True)
    columns = {"time": [s * clock.SECOND for s in second], "actor": list(actor), "activity_name": list(activity)}
    alerts = run(read_rule(text, "r"), events.frame({"class_name": "Datastore Activity", **columns}, len(rows)))
    spans = [(a // clock.SECOND, b // clock.SECOND) for a, b in alerts[["window_start", "window_end"]].to_numpy()]
    return [(w, a, b, p) for w, (a, b), p in zip(alerts["actor"], spans, alerts["events"], strict=True)]


def test_one_after_the_other_is_an_alert_and_the_other_way_round_is_none() -> None:
    assert found(TEXT, [(0, "a", "Read"), (10, "a", "Export")]) == [("a", 0, 10, (0, 1))]
    assert found(TEXT, [(0, "a", "Export"), (10, "a", "Read")]) == []
    assert found(TEXT, [(0, "a", "Read"), (11, "a", "Export")]) == []
    assert found(TEXT, [(0, "a", "Read"), (0, "a", "Export")]) == []
    assert found(TEXT, [(0, "a", "Read"), (1, "b", "Export")]) == []
    assert found(TEXT, [(0, "Ann", "Read"), (1, "ANN", "Export")]) == [("Ann", 0, 1, (0, 1))]
    assert found(TEXT, [(0, "", "Read"), (1, "", "Export")]) == []  # nobody is no group


def test_one_alert_for_a_run_of_windows_and_two_for_two() -> None:
    rows = [(s, "a", what) for s in range(0, 40, 4) for what in ("Read",)] + [(41, "a", "Export"), (100, "a", "Read")]
    rows += [(101, "a", "Export"), (103, "a", "Export")]
    assert found(TEXT, rows) == [("a", 32, 41, (8, 9, 10)), ("a", 100, 103, (11, 12, 13))]


def test_a_count_may_be_a_step_and_the_alert_lists_its_events() -> None:
    reads = [(s, "a", "Read") for s in (0, 2, 4)]
    assert found(CHAIN, [*reads, (14, "a", "Export")]) == [("a", 0, 14, (0, 1, 2, 3))]
    assert found(CHAIN, [*reads[:2], (14, "a", "Export")]) == []
    assert found(CHAIN, [*reads, (15, "a", "Export")]) == []


def test_in_words_an_alert_says_what_the_rule_waits_for() -> None:
    columns = {"time": [0, 5 * clock.SECOND], "actor": ["a", "a"], "activity_name": ["Read", "Export"]}
    frame = events.frame({"class_name": "Datastore Activity", **columns}, 2)
    said = run(read_rule(TEXT, "r"), frame)["explanation"].iloc[0]
    assert said.endswith("The rule alerts when 2 things happen one after the other within 10s.")


EVENT = st.tuples(st.integers(0, 30), st.sampled_from("ab"), st.sampled_from(["Read", "Export", "Update"]))


@given(st.lists(EVENT, min_size=1, max_size=14))
@settings(max_examples=60, deadline=None)
def test_three_in_order_are_those_found_by_trying_all(rows: list[tuple[int, str, str]]) -> None:
    rows = sorted(rows, key=lambda r: r[0])
    wanted = ("Read", "Update", "Export")
    ends = {
        (last[1], last[0])
        for first, middle, last in itertools.combinations(rows, 3)
        if (first[2], middle[2], last[2]) == wanted and first[1] == middle[1] == last[1]
        if first[0] < middle[0] < last[0] <= first[0] + 10
    }
    text = READ + HEAD.format(n=3, activity="Update") + EXPORT
    alerts = found(text + LAST.replace("base_1, base_2", "base_1, base_3, base_2") + PROOF, rows)
    inside = {(who, t) for who, start, end, _ in alerts for w, t in ends if w == who and start < t <= end}
    assert inside == ends and {(who, end) for who, _, end, _ in alerts} <= ends


@pytest.mark.parametrize(
    ("text", "old", "new", "line", "key", "said"),
    [
        (TEXT, "[base_1, base_2]", "[base_1, base_7]", 30, "correlation.rules[1]", "did you mean 'base_"),
        (TEXT, "[base_1, base_2]", "[base_1]", 14, "name", "counted by no correlation"),
        (TEXT, "name: base_2", "name: base_1", 14, "name", "already"),
        (TEXT, "timespan: 10s", "timespan: 10s\n  condition: {gte: 1}", 33, "correlation.condition", "leave"),
        (TEXT, "timespan: 10s", "timespan: 10s\n  condition: base_1 and base_2", 33, "correlation.condition", ""),
        (TEXT, "timespan: 10s", "timespan: ten", 32, "correlation.timespan", "Timespan"),
        (TEXT, "timespan: 10s", "timespan: 10s\n  generate: true", 33, "correlation.generate", "unknown key"),
        (TEXT, "temporal_ordered", "in_order", 28, "correlation", "no valid Sigma correlation type"),
        (TEXT, "temporal_ordered", "event_count", 28, "correlation", "without condition"),
        (CHAIN, "[many, base_2]", "[base_1, base_2]", 14, "name", "counted by no correlation"),
        (CHAIN, "rules: [base_1]", "rules: [base_2]", 19, "correlation.rules[0]", "no rule before it"),
        (
            CHAIN,
            "group-by: [actor]\n  timespan: 5s",
            "group-by: [role]\n  timespan: 5s",
            42,
            "correlation.rules[0]",
            "same",
        ),
    ],
)
def test_a_correlation_that_cannot_be_honoured_is_refused(
    text: str, old: str, new: str, line: int, key: str, said: str
) -> None:
    assert old in text
    with pytest.raises(ContentError) as e:
        read_rule(text.replace(old, new), "r", "rules/r.yml")
    assert (e.value.line, e.value.key) == (line, key) and said in str(e.value), str(e.value)


def test_a_count_takes_no_correlation() -> None:
    last = (
        LAST.replace("temporal_ordered", "event_count").replace("[base_1, base_2]", "[many]")
        + "  condition: {gte: 2}\n"
    )
    with pytest.raises(ContentError, match="only temporal ones take one"):
        read_rule(READ + COUNT + last + PROOF, "r")
