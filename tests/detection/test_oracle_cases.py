"""One small log for each thing the compiler must keep, so that a compiler without it gives another answer.

Each is told by hand and by SQLite's Sigma alike, and found in both ways that a log is asked: event by
event, and with each column's values asked once.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.detection import read_rule, run, source
from tests.detection.test_oracle import (
    EXPORTS,
    PROOF,
    READS,
    base,
    correlation,
    ending,
    joined,
    ours,
    table,
    theirs,
    windows,
)

PLAIN = {"actor": "anna", "role": "nurse", "src_ip": "192.0.2.1", "member": "M1", "activity": "Read", "detail": ""}


def log(*rows: dict[str, Any]) -> Any:
    """A log; `at` is the second, 1 for each row after the other where it is not given."""
    whole = [PLAIN | {"at": n, "records": 1} | row for n, row in enumerate(rows)]
    order = ("at", "actor", "role", "src_ip", "member", "activity", "detail", "records")
    return table([tuple(row[name] for name in order) for row in whole])


@pytest.fixture(params=["each event", "each value"])
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "each value":
        monkeypatch.setattr(source, "MANY", 0)


def details(*texts: str) -> Any:
    return log(*[{"detail": text} for text in texts])


NAMES = log({"actor": "anna"}, {"actor": "ANNA"}, {"actor": "Ann"}, {"actor": ""}, {"actor": "joanna"})
ODD = details("100%_sure", "100x sure", "a!b", "axb", "a*b", "a\\b", "it's")
MANY = log(*[{"records": n} for n in range(5)])
ROLES = log({"role": "nurse"}, {"role": "Nurse"}, {"role": ""}, {"role": "it_admin"})
NEAR = log({"src_ip": "192.0.2.1"}, {"src_ip": "192.0.2.77"}, {"src_ip": "198.51.100.9"}, {"src_ip": ""})


@pytest.mark.parametrize(
    ("item", "value", "frame", "found"),
    [
        ("actor", "aNNa", NAMES, [0, 1]),
        ("actor|cased", "anna", NAMES, [0]),
        ("actor|contains", "NN", NAMES, [0, 1, 2, 4]),
        ("actor|contains|cased", "NN", NAMES, [1]),
        ("actor|startswith", "AN", NAMES, [0, 1, 2]),
        ("actor|startswith|cased", "An", NAMES, [2]),
        ("actor|endswith", "NNA", NAMES, [0, 1, 4]),
        ("actor|endswith|cased", "nna", NAMES, [0, 4]),
        ("actor", "?nna", NAMES, [0, 1]),
        ("actor", "*NN*", NAMES, [0, 1, 2, 4]),
        ("actor", ["ANN", "joanna"], NAMES, [2, 4]),
        ("actor|contains|all", ["JO", "nna"], NAMES, [4]),
        ("actor|re", "^an", NAMES, [0]),
        ("actor|re|i", "^an", NAMES, [0, 1, 2]),
        ("actor|exists", True, NAMES, [0, 1, 2, 4]),
        ("actor|exists", False, NAMES, [3]),
        ("status_detail|contains", "%_", ODD, [0]),
        ("status_detail|contains", "!", ODD, [2]),
        ("status_detail", "a\\*b", ODD, [4]),
        ("status_detail", "a?b", ODD, [2, 3, 4, 5]),
        ("status_detail", "a\\\\b", ODD, [5]),
        ("status_detail|endswith", "'S", ODD, [6]),
        ("src_ip|cidr", "192.0.2.0/26", NEAR, [0]),
        ("src_ip|cidr", "192.0.2.0/24", NEAR, [0, 1]),
        ("record_count", [0, 3], MANY, [0, 3]),
        ("record_count|gt", 3, MANY, [4]),
        ("record_count|gte", 3, MANY, [3, 4]),
        ("record_count|lt", 1, MANY, [0]),
        ("record_count|lte", 1, MANY, [0, 1]),
    ],
)
@pytest.mark.usefixtures("asked")
def test_each_kind_of_value(item: str, value: Any, frame: Any, found: list[int]) -> None:
    text = base(1, f"  one:\n    {json.dumps(item)}: {json.dumps(value)}\n  condition: one\n")
    assert run(read_rule(text + PROOF, "r"), frame)["first_event"].tolist() == found
    assert sorted(row["event"] for row in theirs(text, frame)) == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("not one", [2, 3]),  # an empty field is no nurse
        ("one and not two", [1]),
        ("one or two", [0, 1]),
        ("not (one and two)", [1, 2, 3]),
        ("not one and not two", [2, 3]),
        ("1 of them", [0, 1]),
        ("all of them", [0]),
    ],
)
@pytest.mark.usefixtures("asked")
def test_each_kind_of_condition(condition: str, found: list[int]) -> None:
    text = base(1, f"  one: {{role: NURSE}}\n  two: {{role|cased: nurse}}\n  condition: {condition}\n")
    if "two" not in condition and "them" not in condition:
        text = text.replace("  two: {role|cased: nurse}\n", "")
    assert run(read_rule(text + PROOF, "r"), ROLES)["first_event"].tolist() == found
    assert sorted(row["event"] for row in theirs(text, ROLES)) == found


@pytest.mark.usefixtures("asked")
def test_two_fields_of_one_event_are_compared_without_case_and_nothing_is_like_nothing() -> None:
    frame = log({"actor": "M1"}, {"actor": "m1"}, {"actor": "M2"}, {"actor": "", "member": ""}, {"member": ""})
    one = base(1, "  one: {actor|fieldref: member}\n  condition: one\n")
    other = one.replace("condition: one", "condition: not one")
    assert run(read_rule(one + PROOF, "r"), frame)["first_event"].tolist() == [0, 1]
    assert run(read_rule(other + PROOF, "r"), frame)["first_event"].tolist() == [2, 3, 4]


def count(kind: str, condition: str, group: str = "actor", span: str = "10s") -> str:
    return f"{READS}---\n{correlation(kind, ['base_1'], group.split(), span, condition)}"


TWICE = "{gte: 2}"
TWO_MEMBERS = "{gte: 2, field: member}"
FIVE = "{gte: 5, field: record_count}"
ORDERED = f"{READS}---\n{EXPORTS}---\n{correlation('temporal_ordered', ['base_1', 'base_2'], ['actor'], '10s', '')}"
TOGETHER = ORDERED.replace("temporal_ordered", "temporal")


@pytest.mark.parametrize(
    ("text", "rows", "alerts"),
    [
        # Who is written in two ways is one; what is written in two ways is one value; nobody is no group.
        (count("event_count", TWICE), [{"actor": "anna"}, {"actor": "ANNA"}], 1),
        (count("value_count", TWO_MEMBERS), [{"member": "M1"}, {"member": "m1"}], 0),
        (count("value_count", TWO_MEMBERS), [{"member": "M1"}, {"member": "m2"}], 1),
        (count("value_count", TWO_MEMBERS), [{"member": "M1"}, {"member": ""}], 0),
        (count("event_count", TWICE), [{"actor": ""}, {"actor": ""}], 0),
        (count("event_count", TWICE, "actor role"), [{"role": "nurse"}, {"role": "NURSE"}], 1),
        (count("event_count", TWICE, "actor role"), [{"role": "nurse"}, {"role": "it_admin"}], 0),
        # The window holds both of its ends, and nothing beyond.
        (count("event_count", TWICE), [{"at": 0}, {"at": 10}], 1),
        (count("event_count", TWICE), [{"at": 0}, {"at": 11}], 0),
        (count("event_count", TWICE), [{"at": 5}, {"at": 5}], 1),
        # A sum is no count, and a count no sum; from two on is not more than two.
        (count("value_sum", FIVE), [{"records": 4}, {"records": 1}], 1),
        (count("value_sum", FIVE), [{"records": 1}] * 4, 0),
        (count("event_count", TWICE), [{"records": 9}], 0),
        (count("event_count", "{gt: 2}"), [{}, {}], 0),
        (count("event_count", "{gt: 2}"), [{}, {}, {}], 1),
        # What does not match does not count.
        (count("event_count", TWICE), [{}, {"activity": "Export"}], 0),
        (count("event_count", TWICE), [{}, {"activity": "READ"}], 1),
        # One after the other, for one account, within the time.
        (ORDERED, [{"at": 0}, {"at": 10, "activity": "Export"}], 1),
        (ORDERED, [{"at": 0}, {"at": 11, "activity": "Export"}], 0),
        (ORDERED, [{"at": 0, "activity": "Export"}, {"at": 9}], 0),
        (ORDERED, [{"at": 5}, {"at": 5, "activity": "Export"}], 0),  # at one time is in no order
        (ORDERED, [{"actor": "anna"}, {"actor": "ANNA", "activity": "Export"}], 1),
        (ORDERED, [{"actor": "anna"}, {"actor": "ben", "activity": "Export"}], 0),
        (TOGETHER, [{"at": 0, "activity": "Export"}, {"at": 10}], 1),
        (TOGETHER, [{"at": 0, "activity": "Export"}, {"at": 11}], 0),
        (TOGETHER, [{"at": 0}, {"at": 1}], 0),
    ],
)
@pytest.mark.usefixtures("asked")
def test_each_kind_of_window(text: str, rows: list[dict[str, Any]], alerts: int) -> None:
    frame = log(*rows)
    found = ours(text, frame)
    assert len(found) == alerts
    assert found == joined(windows(text, frame))


# Values that differ in case alone, in every place where case must not count.
TWINS = st.lists(
    st.tuples(
        st.integers(0, 12), st.sampled_from(["anna", "ANNA"]), st.sampled_from(["nurse", "NURSE"]),
        st.just("192.0.2.1"), st.sampled_from(["M1", "m1", "M2", "m2"]), st.sampled_from(["Read", "Export"]),
        st.sampled_from(["", "Wrong", "WRONG"]), st.integers(0, 3),
    ),
    min_size=2, max_size=10,
)  # fmt: skip


@given(
    TWINS,
    st.sampled_from([TWICE, "{gte: 3}", TWO_MEMBERS, "{gte: 3, field: member}", FIVE]),
    st.sampled_from(["actor", "actor role", "role"]),
    st.integers(1, 9),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_what_differs_in_case_alone_is_one(
    rows: list[tuple[Any, ...]], condition: str, group: str, span: int, is_value: bool
) -> None:
    kind = "value_count" if "member" in condition else "value_sum" if "record_count" in condition else "event_count"
    text, frame = count(kind, condition, group, f"{span}s"), table(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "MANY", 0 if is_value else 10**9)
        assert ours(text, frame) == joined(windows(text, frame))


@given(TWINS, st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_order_holds_for_one_account_however_it_is_written(rows: list[tuple[Any, ...]], span: int) -> None:
    text, frame = ORDERED.replace("10s", f"{span}s"), table(rows)
    expected = joined(ending(windows(text, frame), EXPORTS, ["actor"], frame))
    assert [s[:3] for s in ours(text, frame)] == [s[:3] for s in expected]
