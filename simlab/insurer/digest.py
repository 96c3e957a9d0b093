"""A fingerprint of tables that is the same on every computer and library version."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd

from simlab.errors import InputError


def digest(frame: pd.DataFrame) -> str:
    """SHA-256 (hex) over a table's canonical bytes.

    For each column: its name, its kind (int, bool, time, text), then little-endian int64 (time in
    microseconds). Text is the distinct values in order of first row, UTF-8 with lengths, and
    int64 positions into them, so that a categorical and plain strings of the same words agree.
    Raises InputError for a column of any other kind: floats differ in their last bits between
    library versions and have no canonical form here.
    """
    out = hashlib.sha256(f"{len(frame)} rows".encode())
    for name in frame.columns:
        kind, parts = _canonical(str(name), frame[name])
        out.update(f"\x1e{name}\x1f{kind}\x1f".encode())
        for part in parts:
            out.update(part)
    return out.hexdigest()


def _canonical(name: str, values: pd.Series) -> tuple[str, list[bytes]]:
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype | pd.StringDtype) or dtype.kind == "O":
        return "text", _text(name, values)
    if dtype.kind == "b":
        return "bool", [_int64(values.to_numpy())]
    if dtype.kind in "iu":
        return "int", [_int64(values.to_numpy())]
    if dtype.kind == "M":
        return "time", [_int64(values.to_numpy().astype("datetime64[us]").view(np.int64))]
    raise InputError(f"column {name!r} is {dtype}: a digest takes whole numbers, booleans, times and text")


def _int64(values: Any) -> bytes:
    return np.ascontiguousarray(values, dtype="<i8").tobytes()


def _text(name: str, values: pd.Series) -> list[bytes]:
    codes, found = pd.factorize(values)
    words = [str(w).encode() for w in found] if all(isinstance(w, str) for w in found) else None
    if words is None:
        raise InputError(f"column {name!r} mixes text with other values: a digest takes one kind a column")
    lengths = _int64([len(words), *map(len, words)])
    return [lengths, b"".join(words), _int64(codes)]
