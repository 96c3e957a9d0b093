"""Requests as columns of small whole numbers, from parts that say only what they know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab import draw
from simlab.activity.requests.asks import Value
from simlab.controls.access.request import FACTS, NUMBERS, SWITCHES, WORDS, Request
from simlab.draw import I64

LABELS = ("legitimate", "abuse")
_LEAST = {f.name: f.default for f in fields(Request) if f.default is not MISSING}
_CODE = {name: {word: np.int8(i) for i, word in enumerate(words)} for name, words in WORDS.items()}
Columns = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Part:
    """Some requests of one kind. `actor` is an index into the workers, `member` a number, -1 for nobody."""

    why: str
    label: str
    time: I64
    actor: I64
    member: I64
    facts: Columns

    def only(self, keep: npt.NDArray[np.bool_]) -> Part:
        """The requests for which `keep` holds."""
        cut = {name: values[keep] for name, values in self.facts.items()}
        return Part(self.why, self.label, self.time[keep], self.actor[keep], self.member[keep], cut)


def code(name: str, value: Value) -> Any:
    """How a fact stands in its column."""
    if name in _CODE:
        return _CODE[name][str(value)]
    return np.bool_(value) if name in SWITCHES else np.int32(value)


def drawn(seed: int, label: str, key: I64, facts: Mapping[str, Value | tuple[Value, ...]]) -> Columns:
    """Facts for each key: of several values one is drawn."""
    out: Columns = {}
    for name, given in facts.items():
        if isinstance(given, tuple):
            choices = np.array([code(name, one) for one in given])
            out[name] = choices[draw.below(seed, f"{label} {name}", key, len(given))]
        else:
            out[name] = np.full(len(key), code(name, given))
    return out


def least(name: str, many: int) -> npt.NDArray[Any]:
    """The value that permits least, as a request has it that does not say."""
    return np.full(many, code(name, _LEAST[name]))


def frame(parts: Sequence[Part], actors: pd.Index, members: pd.Index, whys: Sequence[str]) -> pd.DataFrame:
    """All parts as one table in order of time, the columns those of a request, with `label`, `why`, `time`."""
    time = _joined([p.time for p in parts], np.int64)
    order = np.argsort(time, kind="stable")
    out: dict[str, Any] = {"time": time[order]}
    out["actor"] = pd.Categorical.from_codes(_joined([p.actor for p in parts], np.int32)[order], actors)
    # The last of the members' names is "".
    out["member"] = pd.Categorical.from_codes(
        _joined([p.member % len(members) for p in parts], np.int32)[order], members
    )
    for name in FACTS:
        given = [p.facts[name] if name in p.facts else least(name, len(p.time)) for p in parts]
        column = _joined(given, bool if name in SWITCHES else np.int32 if name in NUMBERS else np.int8)[order]
        out[name] = pd.Categorical.from_codes(column, pd.Index(WORDS[name], dtype="str")) if name in WORDS else column
    for name, words in (("label", LABELS), ("why", whys)):
        place = {word: n for n, word in enumerate(words)}
        codes = np.repeat([place[getattr(p, name)] for p in parts], [len(p.time) for p in parts])
        out[name] = pd.Categorical.from_codes(codes[order].astype(np.int16), pd.Index(list(words), dtype="str"))
    return pd.DataFrame(out)


def _joined(parts: Sequence[npt.NDArray[Any]], kind: Any) -> npt.NDArray[Any]:
    return np.concatenate([np.asarray(p).astype(kind, copy=False) for p in parts]) if parts else np.empty(0, kind)
