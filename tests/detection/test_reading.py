"""What a rule file says is honoured or refused, never left out; errors name file, line and key."""

from __future__ import annotations

import datetime as dt
import textwrap
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simlab import clock, events
from simlab.detection import faults, load_rule, read_rule, run
from simlab.duck import connect
from simlab.errors import ContentError, InputError, UnknownName

PROOF = """\
x-simlab:
  hit:
    - about: a read
      events:
        - {after: 0s, class_name: Datastore Activity, activity_name: Read, actor: S0001}
  miss:
    - about: an update
      events:
        - {after: 0s, class_name: Datastore Activity, activity_name: Update, actor: S0001}
  cannot_see: much
  runbook: ask
"""
HEAD = """\
title: A rule
id: 6c0a1f52-7a0e-4d6b-9a55-0f3f6c1d2e71
name: base
status: test
description: For a test.
logsource: {product: simlab, service: events}
level: low
"""
COUNT = """\
---
title: A count
id: 0d7c2b1e-5a94-4c0f-8f0b-3d1a9e6b7c42
status: test
description: For a test.
level: low
correlation:
  type: event_count
  rules: [base]
  group-by: [actor]
  timespan: 10m
  condition: {gte: 2}
"""


def rule(detection: str, count: str = "") -> str:
    body = textwrap.indent(textwrap.dedent(detection).strip() + "\n", "  ")
    return HEAD + "detection:\n" + body + count + PROOF


def rows(**columns: Any) -> pd.DataFrame:
    many = len(next(iter(columns.values())))
    return events.frame({"class_name": "Datastore Activity", "time": range(many), **columns}, many)


def found(detection: str, **columns: Any) -> list[int]:
    return run(read_rule(rule(detection), "r"), rows(**columns))["first_event"].tolist()


ACTORS = ["S0001", "s0001", "S0002", "V_1", "VX1", "it's", "100%", "a*b", "ünï", "ÜNÏ"]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("actor: S0001", [0, 1]),
        ("actor|cased: S0001", [0]),
        ("actor|startswith: S", [0, 1, 2]),
        ("actor|cased|startswith: s", [1]),
        ("actor|contains: _", [3]),
        ("actor|contains: '%'", [6]),
        (r"actor: 'a\*b'", [7]),
        ("actor: 'v?1'", [3, 4]),
        ("actor: it's", [5]),
        ("actor: [s0002, VX1]", [2, 4]),
        ("actor|contains|all: [S0, '2']", [2]),
        ("actor: ÜNÏ", [8, 9]),
        ("actor|neq: S0001", [2, 3, 4, 5, 6, 7, 8, 9]),
        ("actor|endswith: '1'", [0, 1, 3, 4]),
    ],
)
def test_text_matches_as_sigma_says(item: str, expected: list[int]) -> None:
    assert found(f"selection:\n  {item}\ncondition: selection", actor=list(ACTORS)) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("record_count: 5", [1]),
        ("record_count|gte: 5", [1, 2]),
        ("record_count|lt: 5", [0]),
        ("record_count|gt: 5", [2]),
        ("record_count|lte: 5", [0, 1]),
        ("record_count: [0, 9]", [0, 2]),
        ("record_count|neq: 5", [0, 2]),
    ],
)
def test_numbers_compare_as_numbers(item: str, expected: list[int]) -> None:
    assert found(f"selection:\n  {item}\ncondition: selection", record_count=[0, 5, 9]) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("selection and not filter", [1]),
        ("selection or filter", [0, 1, 2]),
        ("not selection and filter", [2]),
        ("not (selection and filter)", [1, 2, 3]),
        ("1 of them", [0, 1, 2]),
        ("all of them", [0]),
        ("1 of sel* and filter", [0]),
    ],
)
def test_conditions_join_as_sigma_says(condition: str, expected: list[int]) -> None:
    text = f"selection:\n  actor: a\nfilter:\n  role: x\ncondition: {condition}"
    assert found(text, actor=["a", "a", "b", "b"], role=["x", "y", "x", "y"]) == expected


def test_an_empty_field_of_a_file_is_no_value(tmp_path: Path) -> None:
    frame = rows(actor=["a", "b"]).astype({"role": "object"})
    frame.loc[0, "role"] = None
    with connect() as con:
        con.register("f", frame)
        con.sql("SELECT * FROM f").write_parquet(str(tmp_path / "l.parquet"))
    negated = read_rule(rule("selection:\n  role: service_account\ncondition: not selection"), "r")
    assert run(negated, tmp_path / "l.parquet")["first_event"].tolist() == [0, 1]


def test_addresses_match_by_network() -> None:
    ips = ["192.0.2.9", "192.0.3.9", "198.51.100.129", "198.51.100.1", ""]
    assert found("selection:\n  src_ip|cidr: 192.0.2.0/24\ncondition: selection", src_ip=ips) == [0]
    assert found("selection:\n  src_ip|cidr: 198.51.100.128/25\ncondition: selection", src_ip=ips) == [2]


def test_a_list_of_mappings_is_or_and_their_keys_are_and() -> None:
    text = "selection:\n  - {actor: a, role: x}\n  - {actor: b}\ncondition: selection"
    assert found(text, actor=["a", "a", "b"], role=["x", "y", "y"]) == [0, 2]


@pytest.mark.parametrize("name", ["off", "On", "no", "YES", "true"])
def test_a_word_that_another_yaml_reads_as_false_is_refused_unless_quoted(name: str) -> None:
    for text, line, key in (
        (f"{name}:\n  actor: a\ncondition: 1 of them", 9, f"detection.{name}"),
        (f"selection:\n  actor: [a, {name}]\ncondition: selection", 10, "detection.selection.actor[1]"),
    ):
        with pytest.raises(ContentError, match="put it in quotes") as e:
            read_rule(rule(text), "r", "rules/r.yml")
        assert (e.value.line, e.value.key) == (line, key)
    text = f"'{name}':\n  actor: '{name}'\ncondition: 1 of them"
    assert found(text, actor=[name, "false", "other"]) == [0]
    assert found("y:\n  actor: n\ncondition: y", actor=["n", "y"]) == [0]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("actor|re: S0", [0, 2]),
        ("actor|re|i: ^s0", [0, 1, 2]),
        ("actor|re: [^V, '%$']", [3, 4, 6]),
        ("actor|re: 's$'", [5]),
        ("actor|re: it's", [5]),
        ("actor|re: ^a.b$", [7]),
        ("actor|exists: true", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("role|exists: true", [1]),
        ("role|exists: false", [0, 2, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_expressions_and_empty_fields_match_as_sigma_says(item: str, expected: list[int]) -> None:
    role = ["", "x", *[""] * 8]
    assert found(f"selection:\n  {item}\ncondition: selection", actor=list(ACTORS), role=role) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("time|hour: 22", [1]),
        ("time|hour: [22, 23]", [1, 2]),
        ("time|hour|gte: 22", [1, 2]),
        ("time|hour|lt: 3", [3]),
        ("time|minute: 59", [2]),
        ("time|day: 2", [3]),
        ("time|month: 3", [0, 1, 2, 3]),
        ("time|year|gt: 2026", []),
    ],
)
def test_hours_and_days_are_those_of_utc(item: str, expected: list[int]) -> None:
    first = clock.micros(dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    times = [first + h * clock.HOUR + m * clock.MINUTE for h, m in ((9, 30), (22, 0), (23, 59), (24, 0))]
    assert found(f"selection:\n  {item}\ncondition: selection", time=times) == expected


OK = "selection:\n  activity_name: Read\ncondition: selection"


@pytest.mark.parametrize(
    ("detection", "line", "key", "said"),
    [
        ("selection:\n  actr: a\ncondition: selection", 10, "detection.selection.actr", "did you mean 'actor'"),
        ("selection:\n  incident: x\ncondition: selection", 10, "detection.selection.incident", "no event field"),
        ("selection:\n  - actor: a\n  - {rolle: x}\ncondition: selection", 11, "detection.selection[1].rolle", "role"),
        ("selection:\n  activity_name: Reed\ncondition: selection", 10, "detection.selection.activity_name", "'Read'"),
        (
            "selection:\n  status|cased: success\ncondition: selection",
            10,
            "detection.selection.status|cased",
            "Success",
        ),
        (
            "selection:\n  data_class|contains: secret\ncondition: selection",
            10,
            "detection.selection.data_class|contains",
            "no data_class",
        ),
        ("selection:\n  actor|wide: x\ncondition: selection", 10, "detection.selection.actor|wide", "zero byte"),
        ("selection:\n  time|hour: 24\ncondition: selection", 10, "detection.selection.time|hour", "0 to 23"),
        ("selection:\n  time|week: 3\ncondition: selection", 10, "detection.selection.time|week", "not known"),
        ("selection:\n  actor|hour: 3\ncondition: selection", 10, "detection.selection.actor|hour", "only `time`"),
        ("selection:\n  time|re: '3'\ncondition: selection", 10, "detection.selection.time|re", "number"),
        ("selection:\n  status|re: ^x\ncondition: selection", 10, "detection.selection.status|re", "Success"),
        ("selection:\n  src_ip|cidr: here\ncondition: selection", 10, "detection.selection.src_ip|cidr", "CIDR"),
        ("selection:\n  record_count: '5'\ncondition: selection", 10, "detection.selection.record_count", "number"),
        ("selection:\n  actor: 5\ncondition: selection", 10, "detection.selection.actor", "is text"),
        ("selection:\n  actor:\ncondition: selection", 10, "detection.selection.actor", "write '' for none"),
        (
            "selection:\n  record_count|exists: true\ncondition: selection",
            10,
            "detection.selection.record_count|exists",
            "every event",
        ),
        ("selection:\n  actor|re: (?=S)x\ncondition: selection", 10, "detection.selection.actor|re", "(?="),
        (
            "selection:\n  actor|fieldref: rolle\ncondition: selection",
            10,
            "detection.selection.actor|fieldref",
            "did you mean 'role'",
        ),
        (
            "selection:\n  record_count|fieldref: time\ncondition: selection",
            10,
            "detection.selection.record_count|fieldref",
            "whole texts",
        ),
        (
            "selection:\n  actor|expand: '%x%'\ncondition: selection",
            10,
            "detection.selection.actor|expand",
            "placeholders",
        ),
        (
            "selection:\n  role: y\n  actor|nonsense: x\ncondition: selection",
            11,
            "detection.selection.actor|nonsense",
            "nonsense",
        ),
        ("selection: [a, b]\ncondition: selection", 8, "detection", "keywords"),
        ("selection:\n  actor: a\ncondition: selektion", 9, "detection.selection", "not used"),
        ("selection:\n  actor: a\nother:\n  role: x\ncondition: selection", 11, "detection.other", "not used"),
        ("selection:\n  actor: a\ncondition: selection and missing", 11, "detection.condition", "missing"),
        ("selection:\n  actor: a\ncondition: selection and", 11, "detection.condition", "not valid Sigma"),
        ("selection:\n  actor: a\ncondition: [selection, not selection]", 11, "detection.condition", "one condition"),
        ("selection:\n  actor: a\ncondition: selection | count() > 5", 11, "detection.condition", "pipe"),
        ("selection:\n  actor: a", 8, "detection", "condition"),
    ],
)
def test_what_cannot_be_honoured_is_refused(detection: str, line: int, key: str, said: str) -> None:
    with pytest.raises(ContentError) as e:
        read_rule(rule(detection), "r", "rules/r.yml")
    assert said in str(e.value) and (e.value.line, e.value.key) == (line, key), str(e.value)
    assert str(e.value).startswith(f"rules/r.yml:{line}: ")


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ("type: event_count", "type: temporal", 23, "correlation.condition"),
        ("type: event_count", "type: value_median", 18, "correlation"),
        ("  condition: {gte: 2}", "  condition: base", 23, "correlation.condition"),
        ("type: event_count", "type: nonsense", 18, "correlation"),
        ("rules: [base]", "rules: [bass]", 20, "correlation.rules[0]"),
        ("rules: [base]", "rules: [base, other]", 20, "correlation.rules[1]"),
        ("rules: [base]", "rules: [base, base]", 20, "correlation.rules[1]"),
        ("group-by: [actor]", "group-by: [user]", 21, "correlation.group-by[0]"),
        ("group-by: [actor]", "group_by: [actor]", 21, "correlation.group_by"),
        ("timespan: 10m", "timespan: soon", 22, "correlation.timespan"),
        ("timespan: 10m", "timespan: 0m", 22, "correlation.timespan"),
        ("timespan: 10m", "timespan: 2y", 22, "correlation.timespan"),
        ("timespan: 10m", "timespan: 10", 22, "correlation.timespan"),
        ("timespan: 10m", "timeframe: 10m", 22, "correlation.timeframe"),
        ("condition: {gte: 2}", "condition: {lt: 2}", 23, "correlation.condition"),
        ("condition: {gte: 2}", "condition: {eq: 2}", 23, "correlation.condition"),
        ("condition: {gte: 2}", "condition: {gte: 2.5}", 23, "correlation.condition"),
        ("condition: {gte: 2}", "condition: {gte: 2, field: member}", 23, "correlation.condition.field"),
        ("condition: {gte: 2}", "condition: {gte: 2, lte: 5}", 18, "correlation"),
        ("type: event_count", "type: value_count", 18, "correlation"),
        ("  condition: {gte: 2}", "  aliases: {a: {base: actor}}\n  condition: {gte: 2}", 23, "correlation.aliases"),
        ("level: low\ncorr", "corr", 13, "level"),
    ],
)
def test_a_count_that_cannot_be_honoured_is_refused(old: str, new: str, line: int, key: str) -> None:
    text = rule(OK, COUNT)
    assert old in text
    with pytest.raises(ContentError) as e:
        read_rule(text.replace(old, new), "r", "rules/r.yml")
    assert (e.value.line, e.value.key) == (line, key), str(e.value)


def test_a_sum_of_what_is_no_number_is_refused() -> None:
    text = rule(OK, COUNT.replace("event_count", "value_sum").replace("{gte: 2}", "{gte: 2, field: member}"))
    with pytest.raises(ContentError, match="record_count can"):
        read_rule(text, "r")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("actor: S0001", "actr: S0001", r"hit\[0\]\.events\[0\]\.actr: unknown key: did you mean 'actor'"),
        ("after: 0s", "after: soon", r"hit\[0\]\.events\[0\]\.after"),
        ("  runbook: ask\n", "", r"x-simlab\.runbook: is missing"),
        (
            "  cannot_see: much",
            "  cannot_see: much\n  missed: x",
            r"x-simlab\.missed: unknown key: did you mean 'miss'",
        ),
        ("status: test", "status: tested", "status"),
        ("service: events", "service: mail", r"logsource\.service"),
        ("level: low", "level: low\nlevel: low", "each key once"),
        ("title: A rule", "title: [", "not valid YAML"),
    ],
)
def test_a_wrong_file_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(ContentError, match=r"rules/r\.yml:\d+: .*" + said):
        read_rule(rule(OK).replace(old, new, 1), "r", "rules/r.yml")


def test_a_rule_without_its_proof_is_refused() -> None:
    with pytest.raises(ContentError, match="x-simlab: is missing"):
        read_rule(HEAD + "detection:\n  selection:\n    actor: a\n  condition: selection\n", "r")
    for text in ("", "# nothing\n", rule(OK) + "---\na: 1\n---\nb: 2\n"):
        with pytest.raises(ContentError):
            read_rule(text, "r")


def test_an_example_with_a_value_that_no_event_has_is_refused() -> None:
    wrong = read_rule(rule(OK).replace("class_name: Datastore Activity", "class_name: Dance", 1), "r")
    with pytest.raises(InputError, match="Dance"):
        faults(wrong)


def test_an_example_that_does_not_do_as_it_says_is_told() -> None:
    swapped = rule(OK).replace("hit:", "MISS:").replace("miss:", "hit:").replace("MISS:", "miss:")
    said = faults(read_rule(swapped, "r"))
    assert len(said) == 2 and "x-simlab.hit[0]: 'an update' does not alert" in said[0]
    assert "x-simlab.miss[0]: 'a read' alerts:" in said[1]


def test_rules_are_found_by_name_or_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yml"
    file.write_text(rule(OK), encoding="utf-8")
    assert load_rule(file).id == load_rule(str(file)).id == "mine"
    with pytest.raises(UnknownName, match="did you mean 'bulk-reading'"):
        load_rule("bulk-readin")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ContentError, match=r"mine\.yml: is not UTF-8"):
        load_rule(file)


def test_what_is_not_a_log_is_refused(tmp_path: Path) -> None:
    good = read_rule(rule(OK), "r")
    with pytest.raises(InputError, match="activity_name"):
        run(good, pd.DataFrame({"time": [1], "actor": ["a"]}))
    with pytest.raises(InputError, match="no such file"):
        run(good, tmp_path / "nothing.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"no")
    with pytest.raises(InputError, match="cannot be read"):
        run(good, tmp_path / "bad.parquet")
