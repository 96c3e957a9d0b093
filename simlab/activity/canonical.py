"""The one byte form of an event: what the log hashes, and what a digest of events covers.

A record has WIDTH bytes: its numbers, `time` and `record_count`, as 8 bytes each (big-endian, two's
complement), and then three cells of CELL bytes, for who did it, what was done, and to whom (GROUPS).
A cell stands for the group's texts, each as its length in UTF-8 (4 bytes, big-endian) and then the
UTF-8 itself, all joined: up to CELL - 1 bytes stand in it after one byte that says how many, and
zeros behind; of more stand 0xFF and the first CELL - 1 bytes of their SHA-256.

No two different records have the same bytes. The numbers and cells have fixed places; a column is in
one group, so it has one place. In a group each text says where it ends. The first byte of a cell
tells which kind it is, as no length in it is 0xFF; a cell of the first kind holds the texts
themselves, and two of the second kind are equal only where SHA-256, cut to 248 bits, collides.
The form follows from the record alone: not from the rows around it, nor from how the table is held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab import events
from simlab.errors import LogError

# Who and what have few combinations among many events, so most cells are hashed once for many rows.
GROUPS = (
    ("actor", "role", "device", "site", "src_ip", "session"),
    ("class_name", "activity_name", "status", "system", "data_class", "purpose", "status_detail"),
    ("member",),
)
CELL = 32
_LONG = b"\xff"
WIDTH = 8 * len(events.NUMBERS) + CELL * len(GROUPS)
# Rows turned into bytes at a time: they are hashed while they are still near.
CHUNK = 4_000

# So many combinations may be numbered beforehand, whether they occur or not.
_FEW = 100_000

Codes = npt.NDArray[np.integer]


class _Column(NamedTuple):
    """A column of text: row i has the value `values[codes[i]]`, and none where the code is -1."""

    name: str
    codes: Codes
    values: pd.Index


class _Cells(NamedTuple):
    """A group of columns: row i has the cell `cells[codes[i]]`."""

    codes: Codes
    cells: npt.NDArray[np.void]


def records(frame: pd.DataFrame, prefix: bytes = b"") -> Iterator[list[bytes]]:
    """The bytes of each row, `prefix` put before each, in lists of up to CHUNK rows.

    Raises LogError for a table that has other columns than an event table, or other types.
    """
    check_columns(frame)
    columns: list[npt.NDArray[Any] | _Cells] = [frame[name].to_numpy() for name in events.NUMBERS]
    if len(frame):
        columns += [_cells([_coded(frame[name]) for name in names]) for names in GROUPS]
    for start in range(0, len(frame), CHUNK):
        yield _chunk(columns, slice(start, min(start + CHUNK, len(frame))), prefix)


def _chunk(columns: list[npt.NDArray[Any] | _Cells], at: slice, prefix: bytes) -> list[bytes]:
    """Some rows: one matrix, filled column by column and cut into its rows."""
    forms = [">i8" if isinstance(column, np.ndarray) else f"V{CELL}" for column in columns]
    out = np.empty(at.stop - at.start, dtype=",".join([f"V{len(prefix)}", *forms]))
    out["f0"] = np.void(prefix)
    for place, column in enumerate(columns, 1):
        out[f"f{place}"] = column[at] if isinstance(column, np.ndarray) else column.cells[column.codes[at]]
    return out.view(f"V{out.itemsize}").tolist()


def check_columns(frame: pd.DataFrame) -> None:
    """Raises LogError unless the columns are those of the event table: no hash covers any other."""
    found = tuple(str(c) for c in frame.columns)
    if found != events.COLUMNS:
        odd = sorted(set(found) ^ set(events.COLUMNS)) or ["their order"]
        raise LogError(f"not an event table: differs in {', '.join(odd)}; the columns are {', '.join(events.COLUMNS)}")
    for name in events.NUMBERS:
        if frame[name].dtype != np.int64:
            raise LogError(f"column {name} holds {frame[name].dtype}, not int64")


def _coded(column: pd.Series) -> _Column:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _Column(str(column.name), column.cat.codes.to_numpy(), column.cat.categories)
    codes, values = pd.factorize(column.to_numpy(dtype=object))
    return _Column(str(column.name), codes, pd.Index(values, dtype=object))


def used(column: pd.Series) -> tuple[Codes, list[object]]:
    """A categorical column's codes into the values that occur in it; where none stands, the value is None."""
    codes, names = column.cat.codes.to_numpy(), column.cat.categories
    seen = np.zeros(len(names) + 1, dtype=bool)
    seen[codes] = True  # none stands as -1, so it marks the last place
    if seen[:-1].all() and not seen[-1]:
        return codes, names.to_numpy(dtype=object).tolist()
    there = np.flatnonzero(seen[:-1])
    place = np.zeros(len(seen), dtype=np.int64)
    place[there] = np.arange(len(there)) + int(seen[-1])
    return place[codes], [None] * int(seen[-1]) + names.to_numpy(dtype=object)[there].tolist()


def _cells(columns: list[_Column]) -> _Cells:
    """The cells of a group, each made once for all rows that have the same values in it."""
    codes, rows = _combined(sorted(columns, key=lambda column: -len(column.values)))
    texts = [_texts(column, rows) for column in columns]
    return _Cells(codes, _filled(list(map(b"".join, zip(*texts, strict=True)))))


def _filled(raws: list[bytes]) -> npt.NDArray[np.void]:
    """The cell of each: what is short stands in it, what is long by its hash."""
    lengths = np.fromiter(map(len, raws), dtype=np.int64, count=len(raws))
    out = np.empty((len(raws), CELL), dtype=np.uint8)
    out[:, 0] = np.minimum(lengths, CELL)
    out[:, 1:] = np.array(raws, dtype=f"S{CELL - 1}").view(np.uint8).reshape(len(raws), -1)
    long = np.flatnonzero(lengths >= CELL)
    if len(long):
        hashes = b"".join([_LONG + hashlib.sha256(raws[at]).digest()[: CELL - 1] for at in long.tolist()])
        out[long] = np.frombuffer(hashes, dtype=np.uint8).reshape(-1, CELL)
    return out.reshape(-1).view(f"V{CELL}")


def _combined(columns: list[_Column]) -> tuple[Codes, Codes]:
    """Which combination of values each row has, and for each combination a row that has it.

    Most columns follow from the first (a session has one actor), so each is only compared with what
    one row of the combination so far has in it; only rows that have something else are looked up.
    """
    codes, size = columns[0].codes.astype(np.intp) + 1, len(columns[0].values) + 1
    for column in columns[1:]:
        if size * (len(column.values) + 1) <= _FEW:
            codes, size = codes * (len(column.values) + 1) + column.codes + 1, size * (len(column.values) + 1)
            continue
        usual = np.zeros(size, dtype=column.codes.dtype)
        usual[codes] = column.codes
        other = np.flatnonzero(usual[codes] != column.codes)
        if len(other):
            pair = codes[other] * (len(column.values) + 1) + column.codes[other] + 1
            more, found = pd.factorize(pair)
            codes[other] = size + more
            size += len(found)
    row = np.full(size, -1, dtype=np.intp)
    row[codes] = np.arange(len(codes))
    there = row >= 0
    return (np.cumsum(there) - 1)[codes], row[there]


def _texts(column: _Column, rows: Codes) -> list[bytes]:
    """What a column has in these rows, each after its length. Raises LogError for what is no text."""
    seen, back = np.unique(column.codes[rows], return_inverse=True)
    values = column.values.take(seen[seen >= 0]).to_numpy(dtype=object)
    made = np.array(_utf8([None] * int((seen < 0).sum()) + values.tolist(), column.name), dtype=object)
    return made[back].tolist()


def _utf8(values: list[object], name: str) -> list[bytes]:
    """Each text after its length. Raises LogError for what is no text."""
    try:
        raws = [value.encode() for value in values]  # type: ignore[attr-defined]
        return [len(raw).to_bytes(4, "big") + raw for raw in raws]
    except (AttributeError, TypeError, UnicodeEncodeError):
        bad = next(v for v in values if not isinstance(v, str) or not _is_unicode(v))
        said = "which is not Unicode text" if isinstance(bad, str) else "not text"
        raise LogError(f"column {name} holds {bad!r}, {said}") from None


def _is_unicode(value: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in value)
