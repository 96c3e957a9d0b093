"""What is asked at the sharing gateway: content models of `content/counter/*.yml`, one way of asking a file."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from simlab.clock import zone
from simlab.content import Model, load, names
from simlab.controls.consent import Record, record
from simlab.controls.consent.records import HOME

Expected = Literal["told", "refused", "partly"]
Whom = Literal[
    "adult", "couple", "minor", "minor with own care", "attorney", "executor", "not honored", "dead", "reached elsewhere",
    "in a group", "in a certified group", "in a group that did not certify", "a group", "nobody", "unknown",
]  # fmt: skip
Who = Literal[
    "named", "member", "spouse", "subscriber", "representative", "look-alike", "their provider", "another provider", "sponsor",
]  # fmt: skip
Fact = bool | int | str
# Days before (or after) the request, where a record gives days.
_DAYS = ("signed", "expires", "starts", "asked", "received", "ended")
# An authorization that has all that 45 CFR 164.508(c) asks for; a file says what is otherwise.
_WHOLE: dict[str, Any] = {
    "description": "my claims and the results of my tests",
    "discloser": "Larkspur Health Plan",
    "states": ["revocation", "conditioning", "redisclosure"],
    "in_plain_language": True,
    "is_copy_given": True,
}
# An e, a or o of the Cyrillic alphabet, which nobody can tell from the Latin one.
_LOOKS = str.maketrans("eao", "еао")


class Counter(Model):
    """One way of asking. `expected` follows from `cite` and from the facts, whatever a gateway says.

    `per_hundred_thousand`: so many a year for that many members whom it can concern. `who` asks about `whom`;
    `records` are on file by then, their days counted from the request. `{n}` in a name is a number of its own.
    """

    id: str
    says: str
    cite: str
    expected: Expected
    per_hundred_thousand: Annotated[int, Field(ge=1, le=1_000_000)]
    recipient: str
    purpose: str
    data: Annotated[tuple[str, ...], Field(min_length=1)]
    whom: Whom = "adult"
    who: Who = "named"
    named: tuple[str, ...] = ()
    facts: dict[str, Fact] = {}
    contract_for: str = ""
    records: tuple[dict[str, Fact | tuple[str, ...]], ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Counter:
        if (self.who == "named") != bool(self.named):
            raise ValueError("give the names of who asks under named, or who of the company's tables it is")
        return self


@functools.cache
def counters() -> tuple[Counter, ...]:
    """Every way of asking. Raises ContentError."""
    return tuple(load("counter", name, Counter) for name in names("counter"))


def looks_like(name: str) -> str:
    """A name that looks the same, and is not: by letters of another alphabet, or by one that nobody sees."""
    drawn = name.translate(_LOOKS)
    return drawn if drawn != name else f"{name}\u200b"


def on_file(
    counter: Counter, ident: str, member: str, name: str, who: str, day: dt.date
) -> Iterator[tuple[dt.datetime, Record]]:
    """The records of a way of asking and the time at which each came in: nine in the morning of its day."""
    last = ""
    for nth, given in enumerate(counter.records):
        values: dict[str, Any] = {"id": f"{ident}-{nth}", "member": member, **given}
        if values["kind"] == "authorization":
            values = {**_WHOLE, "recipients": [who], "signer": name} | values
        elif values["kind"] == "consent":
            values = {"signer": name} | values
        elif values["kind"] == "revocation":
            values |= {"of": last}
        values = {key: _day(key, value, day) for key, value in values.items()}
        if values.get("signer") in _SIGNS:
            values["signer"] = _SIGNS[values["signer"]](name)
        last = last or str(values["id"])
        yield _came(given, day), record(**values)


# How else than by the member's own name somebody signs.
_SIGNS: dict[str, Callable[[str], str]] = {"look-alike": looks_like, "somebody": lambda _: "Gunter Halvard"}


def _came(given: dict[str, Any], day: dt.date) -> dt.datetime:
    back = next(int(given[key]) for key in ("signed", "asked", "received") if key in given)
    # What is dated in the future came in the day before it was asked for.
    return dt.datetime.combine(day + dt.timedelta(days=min(back, -1)), dt.time(9), zone(HOME))


def _day(key: str, value: Any, day: dt.date) -> Any:
    if key not in _DAYS or type(value) is not int:
        return value
    then = day + dt.timedelta(days=value)
    return dt.datetime.combine(then, dt.time(9), zone(HOME)) if key == "received" else then
