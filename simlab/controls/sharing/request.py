"""A request to be told something, and the decision on it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
from typing import Any

from pydantic import AwareDatetime, Field, ValidationError

from simlab.content import Model
from simlab.errors import InputError


class Request(Model):
    """Who asks, about whom, what for, for which classes of data, on which legal basis.

    `basis` is what they claim; `facts` are what is known to be so. What is not known does not hold.
    `member` is "" where nobody in particular is asked about.
    """

    at: AwareDatetime
    recipient: str
    purpose: str
    who: str = Field(min_length=1, max_length=200)
    address: str = Field("", max_length=400)
    member: str = ""
    data: tuple[str, ...] = Field(min_length=1, max_length=50)
    basis: str = ""
    facts: dict[str, bool | int | str] = {}
    actor: str = ""  # who at the organization would tell it


def request(**values: Any) -> Request:
    """A request from plain values. Raises InputError, which says which value is wrong."""
    try:
        return Request.model_validate_json(json.dumps(values, default=_plain))
    except ValidationError as e:
        fault = e.errors(include_url=False, include_input=False)[0]
        raise InputError(f"request: {'.'.join(str(p) for p in fault['loc'])}: {fault['msg']}") from None


def _plain(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise InputError(f"a {type(value).__name__} cannot be part of a request")


@dataclasses.dataclass(frozen=True)
class Disclosed:
    """An entry for the accounting: 45 CFR 164.528(b)(2). `is_counted`: whether an accounting shows it."""

    at: dt.datetime
    member: str
    to: str
    address: str
    what: str
    purpose: str
    rule: str
    is_counted: bool
    cite: str


@dataclasses.dataclass(frozen=True)
class Part:
    """The answer for one class of data. `is_promise`: good practice that was promised decides, not law.

    `is_state`: a State rule that is stricter than HIPAA decides; `state_cite`: the State rule that was asked.
    """

    data: str
    is_allowed: bool
    reason: str
    cite: str
    rule: str = ""
    path: str = ""
    fields: tuple[str, ...] = ()
    minimum: bool = False
    is_promise: bool = False
    counted: bool = False
    accounting_cite: str = ""
    channel: str = ""
    minimum_cite: str = ""
    is_state: bool = False
    state_cite: str = ""


@dataclasses.dataclass(frozen=True)
class Decision:
    """The decision on a request: the parts that may be told and those that may not, each with its source.

    True in an `if` when something may be told. `reason` and `cite` are the first allowed part's, or the
    first refused one's where nothing is allowed.
    """

    request: Request
    parts: tuple[Part, ...]
    channel: str = ""
    entry: Disclosed | None = None

    def __bool__(self) -> bool:
        return self.is_allowed

    @functools.cached_property
    def allowed(self) -> tuple[Part, ...]:
        return tuple(p for p in self.parts if p.is_allowed)

    @functools.cached_property
    def withheld(self) -> tuple[Part, ...]:
        return tuple(p for p in self.parts if not p.is_allowed)

    @property
    def is_allowed(self) -> bool:
        return bool(self.allowed)

    @property
    def first(self) -> Part:
        return (self.allowed or self.withheld)[0]

    @property
    def reason(self) -> str:
        return self.first.reason

    @property
    def cite(self) -> str:
        return self.first.cite

    @property
    def is_promise(self) -> bool:
        return self.first.is_promise

    @property
    def is_state(self) -> bool:
        return self.first.is_state

    @property
    def minimum(self) -> bool:
        return any(p.minimum for p in self.allowed)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that may go out, each once."""
        return tuple(dict.fromkeys(f for p in self.allowed for f in p.fields))

    def in_words(self) -> str:
        """The decision as sentences: what may be told and why, what not and why."""
        ask = self.request
        lines = [f"{ask.who} ({ask.recipient}) asks about {ask.member or 'nobody in particular'} for {ask.purpose}."]
        for part in self.parts:
            law = "promise, not law" if part.is_promise else part.cite
            if part.is_state:
                law = f"State law, stricter than HIPAA: {law}"
            elif part.state_cite:
                law = f"{law}; {part.state_cite} asks for nothing more"
            lines.append(f"- {part.data}: {'yes' if part.is_allowed else 'no'}, {part.reason} ({law})")
        if self.is_allowed:
            lines.append(f"Way: {self.channel}. Fields: {', '.join(self.fields)}.")
        return "\n".join(lines)
