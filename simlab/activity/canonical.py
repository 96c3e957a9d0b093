"""The one byte form of an event: what the log hashes, and what a digest of events covers.

A record is its columns in the order of `events.COLUMNS`: a number as 8 bytes (big-endian, two's
complement), a text as its length in UTF-8 (4 bytes, big-endian) and then the UTF-8 itself. Each part
says where it ends, so no two different records have the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab import events
from simlab.errors import LogError

# Rows turned into bytes at a time: large enough to be fast, small enough for ten million rows.
CHUNK = 250_000

Codes = npt.NDArray[np.int64]


class _Part(NamedTuple):
    """Some neighbouring columns: row i has the bytes `table[codes[i]]`."""

    codes: Codes
    table: list[bytes]


def records(frame: pd.DataFrame, prefix: bytes = b"") -> Iterator[list[bytes]]:
    """The bytes of each row, `prefix` put before each, in lists of up to CHUNK rows.

    Raises LogError for a table that has other columns than an event table, or other types.
    """
    return map(list, streams(frame, prefix))


def streams(frame: pd.DataFrame, prefix: bytes = b"") -> Iterator[Iterator[bytes]]:
    """The same, each row made when it is asked for: it is hashed while it is still near."""
    check_columns(frame)
    for start in range(0, len(frame), CHUNK):
        yield _chunk(frame.iloc[start : start + CHUNK], prefix)


def check_columns(frame: pd.DataFrame) -> None:
    """Raises LogError unless the columns are those of the event table: no hash covers any other."""
    found = tuple(str(c) for c in frame.columns)
    if found != events.COLUMNS:
        odd = sorted(set(found) ^ set(events.COLUMNS)) or ["their order"]
        raise LogError(f"not an event table: differs in {', '.join(odd)}; the columns are {', '.join(events.COLUMNS)}")
    for name in events.NUMBERS:
        if frame[name].dtype != np.int64:
            raise LogError(f"column {name} holds {frame[name].dtype}, not int64")


def _chunk(rows: pd.DataFrame, prefix: bytes) -> Iterator[bytes]:
    parts = [_number(rows[name]) if name in events.NUMBERS else _text(rows[name]) for name in events.COLUMNS[1:]]
    columns = [_stamps(rows["time"].to_numpy(), prefix)]
    for part in _folded(parts, len(rows) // 8):
        columns.append(np.array(part.table, dtype=object)[part.codes].tolist())
    return map(b"".join, zip(*columns, strict=True))


def _stamps(times: npt.NDArray[np.int64], prefix: bytes) -> list[bytes]:
    """Each time as bytes, after the prefix; times are nearly all different, so no table helps."""
    width = len(prefix)
    out = np.empty((len(times), width + 8), dtype=np.uint8)
    out[:, :width] = np.frombuffer(prefix, dtype=np.uint8)
    out[:, width:] = times.astype(">i8").view(np.uint8).reshape(-1, 8)
    return out.reshape(-1).view(f"V{width + 8}").tolist()


def _number(column: pd.Series) -> _Part:
    codes, values = pd.factorize(column.to_numpy())
    return _Part(codes, [v.to_bytes(8, "big", signed=True) for v in values.tolist()])


def _text(column: pd.Series) -> _Part:
    if isinstance(column.dtype, pd.CategoricalDtype):
        # Only the values in use: a ten-row log may carry the names of ten thousand members.
        codes, values = used(column)
    else:
        codes, found = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=False)
        values = list(found)
    return _Part(codes, _utf8(values, str(column.name)))


def used(column: pd.Series) -> tuple[Codes, list[object]]:
    """A categorical column's codes into the values that occur in it; where none stands, the value is None."""
    codes, there = _marked(column.cat.codes.to_numpy().astype(np.int64) + 1, len(column.cat.categories) + 1)
    names = column.cat.categories.take(there[there > 0] - 1).to_numpy(dtype=object).tolist()
    return codes, [None] * int((there == 0).any()) + names


def _distinct(values: Codes, size: int) -> tuple[Codes, Codes]:
    """Each value as a place among those that occur; all are under `size`."""
    if size <= 4 * len(values):
        return _marked(values, size)
    codes, found = pd.factorize(values)
    return codes, found


def _marked(values: Codes, size: int) -> tuple[Codes, Codes]:
    """The same by a mark for each possible value, which is faster while they are few."""
    seen = np.zeros(size, dtype=bool)
    seen[values] = True
    return (np.cumsum(seen, dtype=np.int64) - 1)[values], np.flatnonzero(seen)


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


def _folded(parts: list[_Part], limit: int) -> list[_Part]:
    """The parts with neighbours joined where they occur in few combinations: fewer joins a row.

    An actor has one role and few devices, so 15 columns become about four.
    """
    out = parts[:1]
    for part in parts[1:]:
        left, width = out[-1], len(part.table)
        codes, pairs = _distinct(left.codes * width + part.codes, len(left.table) * width)
        if len(pairs) <= limit:
            table = [left.table[p // width] + part.table[p % width] for p in pairs.tolist()]
            out[-1] = _Part(codes, table)
        else:
            out.append(part)
    return out
