"""A table cell as bytes and back, so that a column of any plain kind can be sealed.

The first byte says the kind, the rest is UTF-8 text or the bytes themselves. A missing value is
sealed too: who has no second address is nobody's business either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from simlab.errors import InputError

# Kind byte, the exact type, how it is written and how it is read. pandas' own scalars come first
# to `plain`, which turns them into these.
_KINDS: tuple[tuple[bytes, type, Callable[[Any], bytes], Callable[[bytes], Any]], ...] = (
    (b"t", str, lambda v: v.encode("utf-8"), lambda b: b.decode("utf-8")),
    (b"b", bytes, bytes, bytes),
    (b"i", int, lambda v: b"%d" % v, int),
    (b"f", float, lambda v: v.hex().encode(), lambda b: float.fromhex(b.decode())),
    (b"o", bool, lambda v: b"%d" % v, lambda b: b == b"1"),
    (b"m", dt.datetime, lambda v: v.isoformat().encode(), lambda b: dt.datetime.fromisoformat(b.decode())),
    (b"d", dt.date, lambda v: v.isoformat().encode(), lambda b: dt.date.fromisoformat(b.decode())),
)
_WRITE = {kind: (tag, write) for tag, kind, write, _ in _KINDS}
_READ = {tag[0]: read for tag, _, _, read in _KINDS}
_MISSING = b"n"


def encode(values: Sequence[Any] | pd.Series) -> list[bytes]:
    """One column's cells as bytes. Raises InputError for a kind of value that cannot be sealed."""
    return [_encode(v) for v in (values.tolist() if isinstance(values, pd.Series) else values)]


def decode(cells: list[bytes]) -> list[Any]:
    """The cells that `encode` wrote; a missing value is None."""
    return [None if c == _MISSING else _READ[c[0]](c[1:]) for c in cells]


def _encode(value: Any) -> bytes:
    if type(value) is str:  # by far the most common: a column of a million should not wait
        return b"t" + value.encode("utf-8")
    value = _plain(value)
    if value is None:
        return _MISSING
    if type(value) not in _WRITE:
        raise InputError(f"a {type(value).__name__} cannot be sealed: text, bytes, numbers, dates or nothing can")
    tag, write = _WRITE[type(value)]
    return tag + write(value)


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp) and value is not pd.NaT:
        if value.nanosecond:
            raise InputError(f"{value} has nanoseconds: round it to microseconds first")
        return value.to_pydatetime()
    if value is None or (not isinstance(value, list | dict) and pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    return value.item() if hasattr(value, "item") else value
