"""Values as tagged JSON: how plain data leaves the learner's process, and never more than data.

What travels: None, bool, int, float (NaN and infinities too), str, bytes, list, tuple, dict, set,
frozenset, date, datetime; numpy scalars become Python's, arrays and Series become lists, a
DataFrame becomes a `Frame` of columns (its index does not travel). Types are exact: an instance of
a subclass, or of anything else, arrives as `Other(type name)`, so an object that claims to equal
everything never gets across. Nothing is pickled and reading runs no code of the sender.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simlab.errors import InputError
from simlab.exercise.protocol import Ask, Call, Got, Reply

CAP = 4_000_000  # characters of JSON in one message
DEPTH = 60
# Integers can be chosen so that all their hashes collide, and a dict of them is built in
# quadratic time: text and bytes cannot (their hash is salted).
ENTRIES = 10_000  # in one message
SAFE_INT = 2**53
TEXT_CAP = 300
_WILD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Other:
    """Stands for a value that does not travel; `type` is the name of its type."""

    type: str


@dataclass(frozen=True)
class Frame:
    """A table as columns: `names`, and one list of plain values a column (missing: None or NaN)."""

    names: tuple[Any, ...]
    columns: tuple[list[Any], ...]

    @property
    def rows(self) -> int:
        return len(self.columns[0]) if self.columns else 0


class TooLarge(InputError):
    """A value does not fit the message."""


def encode(value: Any, cap: int = CAP) -> str:
    """`value` as ASCII JSON text. Raises TooLarge (an InputError) over `cap` characters."""
    text = json.dumps(_Writer(cap).plain(value, 0), separators=(",", ":"), allow_nan=False)
    if len(text) > cap:
        raise TooLarge(f"the value takes more than {cap} characters: return less")
    return text


def decode(text: str, cap: int = CAP, *, frames: bool = False) -> Any:
    """The value of a wire text; `frames` turns tables into pandas DataFrames instead of `Frame`.

    Raises InputError for anything that `encode` would not write, and over `cap` characters.
    """
    if type(text) is not str:
        raise InputError("a wire text must be text")
    if len(text) > cap:
        raise TooLarge(f"the message has {len(text)} characters, over the limit of {cap}")
    try:
        return _Reader(frames).value(json.loads(text, parse_constant=_no_constant), 0)
    except InputError:
        raise
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, AttributeError) as e:
        raise InputError(f"not a wire text: {type(e).__name__}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


# ---------------------------------------------------------------------------------------- writing


class _Writer:
    """Turns values into what json can write, within a budget that a cycle or a giant exhausts."""

    def __init__(self, cap: int) -> None:
        self.left, self.cap = cap, cap

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooLarge(f"the value takes more than {self.cap} characters: return less")

    def plain(self, value: Any, depth: int) -> Any:
        self.spend(1)
        if depth > DEPTH:
            return {"t": "other", "type": "nested too deep"}
        write = _WRITERS.get(type(value))
        if write is not None:
            return write(self, value, depth)
        return self.scientific(value, depth)

    def many(self, values: Any, depth: int) -> list[Any]:
        return [self.plain(v, depth + 1) for v in values]

    def scientific(self, value: Any, depth: int) -> Any:
        """A numpy or pandas value as plain data, if those libraries are loaded at all."""
        numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
        name = type(value).__name__[:80]
        try:
            if pandas is not None:
                if value is pandas.NA or value is pandas.NaT:
                    return None
                if isinstance(value, pandas.Timestamp):
                    return self.plain(value.to_pydatetime(warn=False), depth + 1)
                if isinstance(value, pandas.DataFrame):
                    return self.frame(value, depth)
                if isinstance(value, pandas.Series | pandas.Index):
                    return self.many(_cells(pandas.Series(value)), depth)
            if numpy is not None and isinstance(value, numpy.generic):
                return self.plain(value.item(), depth + 1)
            if numpy is not None and isinstance(value, numpy.ndarray):
                self.spend(value.size)
                return self.plain(value.tolist(), depth + 1)
        except InputError:
            raise
        except Exception:  # a library's object that only half works is as good as any other object
            name = name or "object"
        self.spend(len(name))
        return {"t": "other", "type": name}

    def frame(self, table: Any, depth: int) -> Any:
        self.spend(table.size)
        columns = [self.many(_cells(table.iloc[:, i]), depth) for i in range(table.shape[1])]
        return {"t": "frame", "names": self.many(list(table.columns), depth), "v": columns}


def _cells(column: Any) -> list[Any]:
    """A Series as a list; what is missing is None, and NaN in a column of floats."""
    values = column.tolist()
    if column.dtype.kind == "f":
        return values
    return [None if missing else v for v, missing in zip(values, column.isna().tolist(), strict=True)]


def _text(w: _Writer, value: str, depth: int) -> Any:
    w.spend(len(value))
    return value


def _int(w: _Writer, value: int, depth: int) -> Any:
    if -SAFE_INT <= value <= SAFE_INT:
        return value
    w.spend(value.bit_length() // 4)
    return {"t": "int", "v": hex(value)}


def _float(w: _Writer, value: float, depth: int) -> Any:
    return value if math.isfinite(value) else {"t": "float", "v": repr(value)}


def _bytes(w: _Writer, value: bytes, depth: int) -> Any:
    w.spend(len(value) * 4 // 3)
    return {"t": "bytes", "v": base64.b64encode(value).decode("ascii")}


def _set(w: _Writer, value: Any, depth: int) -> Any:
    # A set has no order of its own: sorted by its text, the same set is the same message.
    items = sorted(w.many(value, depth), key=lambda v: json.dumps(v, sort_keys=True))
    return {"t": type(value).__name__, "v": items}


def _dict(w: _Writer, value: dict[Any, Any], depth: int) -> Any:
    return {"t": "dict", "v": [[w.plain(k, depth + 1), w.plain(v, depth + 1)] for k, v in value.items()]}


def _moment(w: _Writer, value: dt.date, depth: int) -> Any:
    try:
        return {"t": type(value).__name__, "v": value.isoformat()}
    except Exception:  # a time zone of the learner's own making may raise anything
        return {"t": "other", "type": type(value).__name__}


def _frame(w: _Writer, value: Frame, depth: int) -> Any:
    return {"t": "frame", "names": w.many(value.names, depth), "v": [w.many(c, depth) for c in value.columns]}


_WRITERS: dict[type, Callable[[_Writer, Any, int], Any]] = {
    type(None): lambda w, v, d: None,
    bool: lambda w, v, d: v,
    int: _int,
    float: _float,
    str: _text,
    bytes: _bytes,
    list: lambda w, v, d: w.many(v, d),
    tuple: lambda w, v, d: {"t": "tuple", "v": w.many(v, d)},
    dict: _dict,
    set: _set,
    frozenset: _set,
    dt.date: _moment,
    dt.datetime: _moment,
    Frame: _frame,
    Other: lambda w, v, d: {"t": "other", "type": v.type},
}


# ---------------------------------------------------------------------------------------- reading


class _Reader:
    def __init__(self, frames: bool) -> None:
        self.frames, self.keys = frames, 0

    def value(self, node: Any, depth: int) -> Any:
        if depth > DEPTH + 1:
            raise InputError(f"not a wire text: nested deeper than {DEPTH}")
        if type(node) is list:
            return self.many(node, depth)
        if type(node) is not dict:
            return node
        return getattr(self, "_" + _TAGS[node["t"]])(node, depth)

    def many(self, nodes: Any, depth: int) -> list[Any]:
        if type(nodes) is not list:
            raise InputError("not a wire text: a list is missing")
        return [self.value(n, depth + 1) for n in nodes]

    def count(self, keys: list[Any]) -> None:
        self.keys += sum(type(k) not in (str, bytes) for k in keys)
        if self.keys > ENTRIES:
            raise TooLarge(f"more than {ENTRIES} keys that are not text")

    def _int(self, node: Any, depth: int) -> int:
        return int(node["v"], 16)

    def _float(self, node: Any, depth: int) -> float:
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[node["v"]]

    def _bytes(self, node: Any, depth: int) -> bytes:
        return base64.b64decode(node["v"], validate=True)

    def _tuple(self, node: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self.many(node["v"], depth))

    def _set(self, node: Any, depth: int) -> Any:
        items = self.many(node["v"], depth)
        self.count(items)
        return frozenset(items) if node["t"] == "frozenset" else set(items)

    def _dict(self, node: Any, depth: int) -> dict[Any, Any]:
        if type(node["v"]) is not list or not all(type(p) is list and len(p) == 2 for p in node["v"]):
            raise InputError("not a wire text: a dict needs pairs")
        keys = [self.value(k, depth + 1) for k, _ in node["v"]]
        self.count(keys)
        return dict(zip(keys, (self.value(v, depth + 1) for _, v in node["v"]), strict=True))

    def _date(self, node: Any, depth: int) -> dt.date:
        return dt.date.fromisoformat(node["v"])

    def _datetime(self, node: Any, depth: int) -> dt.datetime:
        return dt.datetime.fromisoformat(node["v"])

    def _other(self, node: Any, depth: int) -> Other:
        return Other(clip(node["type"], 80))

    def _frame(self, node: Any, depth: int) -> Any:
        names, columns = tuple(self.many(node["names"], depth)), tuple(self.many(node["v"], depth))
        if len(names) != len(columns) or len({len(c) if type(c) is list else -1 for c in columns} | {-2}) > 2:
            raise InputError("not a wire text: a table's columns differ in length")
        if not all(type(c) is list for c in columns):
            raise InputError("not a wire text: a table's column is not a list")
        return _pandas(names, columns) if self.frames else Frame(names, columns)


_TAGS = {t: t for t in ("int", "float", "bytes", "tuple", "set", "dict", "date", "datetime", "other", "frame")}
_TAGS["frozenset"] = "set"


def _pandas(names: tuple[Any, ...], columns: tuple[list[Any], ...]) -> Any:
    import pandas as pd

    table = pd.DataFrame({i: pd.Series(c, dtype=None if c else object) for i, c in enumerate(columns)})
    table.columns = pd.Index(list(names))
    return table


def clip(text: Any, cap: int = TEXT_CAP) -> str:
    """`text` if it is text, cut to `cap` characters. Raises InputError for anything else."""
    if type(text) is not str:
        raise InputError("not a wire text: text is missing")
    return tame(text if len(text) <= cap else text[: cap - 3] + "...")


def tame(text: str) -> str:
    """Text fit to be written and shown: what would steer a terminal, turn a line round or be no UTF-8 is marked."""
    return _WILD.sub("\ufffd", text)


# --------------------------------------------------------------------------------- asks and replies


def pack_ask(ask: Ask) -> str:
    """An `Ask` as wire text."""
    return encode([[c.expr, tuple(c.args), c.apply] for c in ask.calls] + [float(ask.seconds)])


def unpack_ask(text: str) -> Ask:
    """The `Ask` of a wire text, tables as DataFrames: read in the learner's process, in good faith."""
    *calls, limit = decode(text, frames=True)
    return Ask(tuple(Call(expr, args, apply) for expr, args, apply in calls), limit)


def pack_got(got: Got, cap: int = CAP) -> str:
    """One `Got` as wire text; a value over `cap` becomes the error TooLarge."""
    try:
        return encode([got.value, got.error, got.message], cap)
    except TooLarge as e:
        return encode([None, "TooLarge", str(e)])


def unpack_reply(text: str, cap: int = CAP) -> Reply:
    """The `Reply` of a wire text from the learner's process, believed in nothing. Raises InputError."""
    parts = decode(text, cap)
    if type(parts) is not list or not all(type(p) is list and len(p) == 3 for p in parts):
        raise InputError("not a reply: it must be a list of value, error, message")
    return tuple(Got(value, clip(error, 80), clip(message)) for value, error, message in parts)
