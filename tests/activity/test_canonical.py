"""The byte form of a record: fixed in width, the same however a table is held, and no two records share it."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab import events
from simlab.activity import chain
from simlab.activity.canonical import CELL, GROUPS, WIDTH, records
from simlab.errors import LogError
from tests.activity.samples import KEY, table

TEXTS = [name for name in events.COLUMNS if name not in events.NUMBERS]
Record = dict[str, Any]

# Texts around the edge between what stands in a cell and what is hashed, with zeros and long characters in them.
_PIECES = st.sampled_from(["", "\0", "a", "ab", "M0000001", "é", "\x01", "\x00\x00\x00\x01a", "ÿ", "𝄞"])
ODD = st.one_of(
    st.lists(_PIECES, max_size=6).map("".join),
    st.integers(22, 40).map(lambda n: "a" * n),
    st.integers(22, 40).map(lambda n: "a" * (n - 1) + "\0"),
    st.sampled_from(["é" * 13, "é" * 14, "é" * 16, "x" * 255, "x" * 256, "x" * 254 + "é"]),
    st.text(st.characters(codec="utf-8"), max_size=40),
)
RECORDS = st.fixed_dictionaries(
    {name: st.integers(-(2**63), 2**63 - 1) if name in events.NUMBERS else ODD for name in events.COLUMNS}
)


def held(rows: list[Record], kind: str = "object") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(events.COLUMNS))
    return frame.astype({name: "int64" if name in events.NUMBERS else kind for name in events.COLUMNS})


def raws(rows: list[Record], kind: str = "object") -> list[bytes]:
    return [row for part in records(held(rows, kind)) for row in part]


def plain(**texts: str) -> Record:
    return {name: 0 if name in events.NUMBERS else texts.get(name, "") for name in events.COLUMNS}


def defined(record: Record) -> bytes:
    """The form as the module's docstring tells it, one step after the other."""
    out = b"".join(int(record[name]).to_bytes(8, "big", signed=True) for name in events.NUMBERS)
    for names in GROUPS:
        texts = [str(record[name]).encode() for name in names]
        raw = b"".join(len(text).to_bytes(4, "big") + text for text in texts)
        short = bytes([len(raw) % 256]) + raw + bytes(31 - min(len(raw), 31))
        out += short if len(raw) <= 31 else b"\xff" + hashlib.sha256(raw).digest()[:31]
    return out


@given(rows=st.lists(RECORDS, min_size=1, max_size=12), kind=st.sampled_from(["object", "str", "category"]))
@settings(max_examples=150, deadline=None)
def test_bytes_are_what_the_docstring_says_whatever_rows_are_around(rows: list[Record], kind: str) -> None:
    rows = [*rows, *rows[:3]]
    assert raws(rows, kind) == [defined(row) for row in rows]


def test_every_column_has_one_place() -> None:
    assert sorted((*events.NUMBERS, *(name for names in GROUPS for name in names))) == sorted(events.COLUMNS)
    assert [len(row) for row in raws([plain(), plain(member="x" * 300)])] == [WIDTH, WIDTH]


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_two_different_records_never_share_their_bytes(data: st.DataObject) -> None:
    one = data.draw(RECORDS)
    name = data.draw(st.sampled_from(events.COLUMNS))
    other = one | {name: data.draw(RECORDS)[name]}
    found = raws([one, other, one])
    assert (found[0] == found[1]) == (one == other) and found[0] == found[2]


@given(text=ODD.filter(bool), names=st.permutations(TEXTS))
@settings(max_examples=100, deadline=None)
def test_a_value_moved_between_columns_changes_the_link(text: str, names: list[str]) -> None:
    one, other = plain(**{names[0]: text}), plain(**{names[1]: text})
    assert chain(held([one]), KEY).head != chain(held([other]), KEY).head


@given(text=ODD, cut=st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_a_text_split_elsewhere_between_neighbours_is_another_record(text: str, cut: int) -> None:
    if cut < len(text):
        found = raws([plain(actor=text[:cut], role=text[cut:]), plain(actor=text[: cut + 1], role=text[cut + 1 :])])
        assert found[0] != found[1]


def test_a_text_that_looks_like_a_hashed_cell_or_like_padding_is_another_record() -> None:
    long = "m" * CELL
    cell = raws([plain(member=long)])[0][-CELL:]
    assert cell[0] == 0xFF
    alike = [long, cell.decode("latin-1"), cell[1:].decode("latin-1"), cell[1:].decode("utf-8", "replace")]
    alike += ["", "\0", "\0\0", "a", "a\0", "a" * 27, "a" * 27 + "\0", "a" * 28, "ÿ"]
    assert len(set(raws([plain(member=text) for text in alike]))) == len(alike)


@pytest.mark.parametrize("few", [0, 30, 100_000])
def test_a_table_shares_its_cells_only_among_rows_that_are_alike(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that agree in the first columns and differ in a late one, many times over; numbered in either way."""
    monkeypatch.setattr("simlab.activity.canonical._FEW", few)
    rows = [plain(session=f"s{n % 7}", actor=f"a{n % 3}", role=f"r{n % 2}", site=f"t{n % 5}") for n in range(420)]
    found = raws(rows, "category")
    assert found == [defined(row) for row in rows] and len(set(found)) == 210


def test_names_that_no_row_bears_change_nothing() -> None:
    frame = table(9)
    wide = frame.assign(member=frame["member"].cat.add_categories([f"M9{n:06d}" for n in range(500)]))
    assert next(records(wide)) == next(records(frame))
    some = wide.assign(site=frame["site"].cat.add_categories(["x"]).cat.set_categories(["x", ""]))
    assert next(records(some)) == next(records(frame))


@pytest.mark.parametrize("bad", [None, float("nan"), 7, b"bytes", "\ud800"])
@pytest.mark.parametrize("name", ["actor", "status_detail", "member"])
def test_what_is_no_text_is_refused_by_its_column(name: str, bad: object) -> None:
    frame = held([plain(), plain()])
    frame.loc[1, name] = bad
    with pytest.raises(LogError, match=f"column {name} holds"):
        next(records(frame))


def test_an_empty_table_has_no_bytes() -> None:
    assert list(records(table(0))) == []
