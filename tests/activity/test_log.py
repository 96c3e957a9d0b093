"""The tamper-evident log: an honest one verifies, and any single change is found."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab import events
from simlab.activity import Checkpoint, Log, chain, head, verify
from simlab.activity.canonical import records
from simlab.errors import InputError, LogError
from tests.activity.samples import KEY, table

PUBLIC = KEY.public_key()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
TEXT = [n for n in events.COLUMNS if n not in events.NUMBERS]


def refused(log: Log, **more: Any) -> LogError:
    with pytest.raises(LogError) as e:
        verify(log, PUBLIC, **more)
    return e.value


def rows_of(log: Log, order: list[int]) -> Log:
    """The log with these rows in this order, each with its own link, as a thief would leave it."""
    rows = np.array(order, dtype=np.int64)
    return dataclasses.replace(log, records=log.records.iloc[order].reset_index(drop=True), links=log.links[rows])


def changed(log: Log, row: int, column: str, value: Any) -> Log:
    frame = log.records.astype(dict.fromkeys(TEXT, "object"))
    frame.loc[row, column] = value
    return dataclasses.replace(log, records=frame)


def rechained(log: Log) -> Log:
    """All links made anew, which needs no key: only the signatures stay what they were."""
    return dataclasses.replace(log, links=chain(log.records, OTHER).links)


@given(rows=st.integers(0, 30), every=st.integers(1, 12), cut=st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_honest_logs_verify(rows: int, every: int, cut: int) -> None:
    frame = table(rows)
    whole = chain(frame, KEY, every)
    verify(whole, PUBLIC)
    at = min(cut, rows)
    early = chain(frame.iloc[:at], KEY, every)
    grown = early.extend(frame.iloc[at:], KEY)
    verify(grown, PUBLIC, at_least=early.last, origin="access log")
    assert np.array_equal(grown.links, whole.links) and grown.checkpoints[-1].head == whole.head
    assert len(grown) == rows


@given(data=st.data(), rows=st.integers(1, 25), every=st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_any_single_change_is_found(data: st.DataObject, rows: int, every: int) -> None:
    log = chain(table(rows), KEY, every)
    row = data.draw(st.integers(0, rows - 1))
    column = data.draw(st.sampled_from(events.COLUMNS))
    old = log.records[column].iloc[row]
    values = st.integers(-(2**63), 2**63 - 1) if column in events.NUMBERS else st.text(st.characters(codec="utf-8"))
    bad = changed(log, row, column, data.draw(values.filter(lambda v: v != old)))
    assert refused(bad).record == row
    # The same change by one who makes every link anew: the checkpoint over that record tells.
    starts = [0, *(c.count for c in log.checkpoints)]
    assert refused(rechained(bad)).record == max(s for s in starts if s <= row)


@given(data=st.data(), rows=st.integers(2, 25), every=st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_dropped_moved_and_doubled_records_are_found(data: st.DataObject, rows: int, every: int) -> None:
    log = chain(table(rows), KEY, every)
    order = list(range(rows))
    how = data.draw(st.sampled_from(["drop", "move", "double", "cut"]))
    at, to = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, rows - 1))
    if how == "drop":
        del order[at]
    elif how == "double":
        order.insert(at, order[at])
    elif how == "cut":
        order = order[:at]
    else:
        order.insert(to, order.pop(at))
    first = next((i for i, j in enumerate(order) if i != j), len(order))
    bad = rows_of(log, order)
    if order == list(range(rows)):
        verify(bad, PUBLIC)
        return
    assert refused(bad).record == first
    refused(rechained(bad))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_or_missing_checkpoint_is_found(data: st.DataObject) -> None:
    log = chain(table(20), KEY, 6)
    marks = list(log.checkpoints)
    at = data.draw(st.integers(0, len(marks) - 1))
    how = data.draw(st.sampled_from(["drop", "double", "forge", "bit", "head", "count", "final", "swap"]))
    old = marks[at]
    if how == "drop":
        del marks[at]
    elif how == "double":
        marks.insert(at, old)
    elif how == "swap":
        other = (at + 1) % len(marks)
        marks[at], marks[other] = marks[other], old
    else:
        kinds: dict[str, dict[str, Any]] = {
            "forge": {"signature": OTHER.sign(old.body())},
            "bit": {"signature": bytes([old.signature[0] ^ 1]) + old.signature[1:]},
            "head": {"head": hashlib.sha256(old.head).digest()},
            "count": {"count": old.count + 1},
            "final": {"is_final": not old.is_final},
        }
        marks[at] = dataclasses.replace(old, **kinds[how])
    refused(dataclasses.replace(log, checkpoints=tuple(marks)))


def test_cut_off_at_a_checkpoint_is_found() -> None:
    log = chain(table(20), KEY, 5)
    cut = dataclasses.replace(rows_of(log, list(range(10))), checkpoints=log.checkpoints[:2])
    error = refused(cut)
    assert error.record == 10 and "no final checkpoint" in str(error)


def test_rolled_back_to_an_older_end_needs_the_last_checkpoint_seen() -> None:
    early = chain(table(10), KEY, 4)
    later = early.extend(table(20).iloc[10:], KEY)
    verify(early, PUBLIC)  # by itself it is a whole log: nothing in it can tell
    error = refused(early, at_least=later.last)
    assert error.record == 10 and "rolled back" in str(error)


def test_rewritten_by_the_holder_of_the_key_needs_the_last_checkpoint_seen() -> None:
    log = chain(table(12), KEY, 4)
    again = chain(changed(log, 3, "actor", "S0009").records, KEY, 4)
    verify(again, PUBLIC)
    assert "rewritten" in str(refused(again, at_least=log.last))


def test_the_wrong_key_and_a_forged_checkpoint_seen_are_refused() -> None:
    log = chain(table(12), KEY, 5)
    with pytest.raises(LogError, match="not signed by this key"):
        verify(log, OTHER.public_key())
    forged = dataclasses.replace(log.last, count=0)
    refused(log, at_least=forged)


def test_a_log_does_not_pass_for_another_of_the_same_key() -> None:
    portal = chain(table(5), KEY, origin="portal log")
    assert "portal log" in str(refused(portal, origin="access log"))
    refused(dataclasses.replace(portal, origin="access log"))


def test_a_hidden_column_or_another_type_is_refused() -> None:
    log = chain(table(5), KEY)
    assert "note" in str(refused(dataclasses.replace(log, records=log.records.assign(note="x"))))
    floats = log.records.astype({"record_count": "float64"})
    assert "record_count" in str(refused(dataclasses.replace(log, records=floats)))
    gap = changed(log, 2, "site", None)
    assert "site" in str(refused(gap))
    assert "site" in str(refused(dataclasses.replace(log, records=gap.records.astype({"site": "category"}))))


def test_links_alone_changed_are_found() -> None:
    log = chain(table(6), KEY)
    for links, record in ((log.links[:-1], 5), (np.append(log.links, 0), 6), (np.append(0, log.links[1:]), 0)):
        assert refused(dataclasses.replace(log, links=links)).record == record


def test_the_same_events_have_the_same_bytes_however_they_are_held() -> None:
    frame = table(50)
    text = frame.astype(dict.fromkeys(TEXT, "str"))
    assert head(frame) == head(text) == head(frame.astype(dict.fromkeys(TEXT, "object")))
    assert head(frame) != head(frame.iloc[::-1])
    assert head(frame.iloc[:0]) == head(text.iloc[:0])


def test_long_tables_are_chained_as_short_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = table(40)
    whole = chain(frame, KEY)
    monkeypatch.setattr("simlab.activity.canonical.CHUNK", 7)
    assert chain(frame, KEY).head == whole.head and np.array_equal(chain(frame, KEY).links, whole.links)


def test_link_follows_its_definition() -> None:
    log = chain(table(2), KEY)
    before = hashlib.sha256("\x1f".join(("\x02access log", *events.COLUMNS)).encode()).digest()
    for row, kept in zip(next(records(log.records)), log.links.tolist(), strict=True):
        before = hashlib.sha256(b"\x01" + row + before).digest()
        assert kept == int.from_bytes(before[:8], "big", signed=True)
    assert log.head == before


def test_checkpoints_stand_where_they_should() -> None:
    log = chain(table(10), KEY, 4).extend(table(3), KEY)
    assert [(c.position, c.count, c.is_final) for c in log.checkpoints] == [
        (0, 4, False), (1, 8, False), (2, 10, True), (3, 12, False), (4, 13, True),
    ]  # fmt: skip
    assert isinstance(log.last, Checkpoint) and log.last.head == log.head
    with pytest.raises(InputError, match="every 0 records"):
        chain(table(1), KEY, 0)


def test_a_number_of_the_widest_kind_survives() -> None:
    frame = table(2).assign(time=np.array([-(2**63), 2**63 - 1]))
    verify(chain(pd.DataFrame(frame), KEY), PUBLIC)


def test_a_checkpoint_is_kept_as_a_line_of_text() -> None:
    last = chain(table(12), KEY, 5).last
    line = last.text()
    assert "\n" not in line and Checkpoint.read(line) == last
    for bad in ("", "{}", line.replace('"count":12', '"count":"12"'), line.replace(last.head.hex(), "00")):
        with pytest.raises(LogError, match="not a checkpoint"):
            Checkpoint.read(bad)
