"""What is done in a session, as ordered plain records; a session is nothing but these."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from simlab.errors import SessionError, UnknownName

# kind -> the data it may carry
KINDS: dict[str, frozenset[str]] = {
    "start": frozenset(),
    "advance": frozenset({"to"}),
    "decide": frozenset({"decision", "option", "rationale"}),
    "inject": frozenset({"title", "text", "to", "from", "activate", "reveals"}),
    "note": frozenset({"text"}),
    "pause": frozenset(),
    "resume": frozenset(),
    "speed": frozenset({"factor"}),
    "end": frozenset(),
}
_NEEDED = {
    "advance": ("to",),
    "decide": ("decision", "option"),
    "inject": ("text", "to"),
    "note": ("text",),
    "speed": ("factor",),
}
TEXT_LIMIT = 20_000


@dataclasses.dataclass(frozen=True)
class Action:
    """One thing that somebody did; `data` is JSON."""

    kind: str
    by: str
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def canonical(self) -> str:
        """The one JSON text of this action."""
        return canonical({"kind": self.kind, "by": self.by, "data": dict(self.data)})


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def action(kind: str, by: str, **data: Any) -> Action:
    """An action whose shape is sound. Raises UnknownName, SessionError."""
    if kind not in KINDS:
        raise UnknownName("action", kind, KINDS)
    for key, value in data.items():
        if key not in KINDS[kind]:
            raise UnknownName(f"data of action {kind!r}", key, KINDS[kind])
        _sound(kind, key, value)
    for key in _NEEDED.get(kind, ()):
        if key not in data:
            raise SessionError(f"action {kind}: {key} is missing: {_WANTED.get(key, 'must be text')}")
    return Action(kind, by, data)


def _sound(kind: str, key: str, value: Any) -> None:
    if key == "to" and kind == "advance":
        good = type(value) is int
    elif key == "factor":
        good = type(value) is int and 1 <= value <= 10_000
    elif key in ("to", "activate", "reveals"):
        good = isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)
    else:
        good = isinstance(value, str)
    if not good:
        raise SessionError(f"action {kind}: {key} is {value!r}: {_WANTED.get(key, 'must be text')}")
    if isinstance(value, str) and len(value) > TEXT_LIMIT:
        raise SessionError(f"action {kind}: {key} has {len(value)} characters: at most {TEXT_LIMIT}")
    if isinstance(value, str) and any(0xD800 <= ord(c) <= 0xDFFF or c == "\0" for c in value):
        raise SessionError(f"action {kind}: {key} holds characters that are no text: write it again")


_WANTED = {
    "to": "must be seconds of scenario time, or for an inject a list of roles",
    "factor": "must be a whole number from 1 to 10000",
    "activate": "must be a list of milestones",
    "reveals": "must be a list of facts",
}
