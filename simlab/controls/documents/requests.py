"""A member's request under one of their rights: when it is due, what an extension changes, what was wrong with it.

Access 30 days and 30 more once (45 CFR 164.524(b)(2)), amendment and accounting 60 and 30 (164.526(b)(2),
164.528(c)(1)). For restriction and confidential communication the law names no days: the organization
promises some. `due(request, at)` refuses what cannot be read, with the reason.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from simlab.clock import local_date
from simlab.controls.consent import rights
from simlab.controls.consent.findings import Day, aware
from simlab.controls.consent.records import HOME
from simlab.errors import InputError

NAMED = {"confidential communication": "confidential"}  # as people say it, and as the file is called


@dataclasses.dataclass(frozen=True)
class Request:
    """A request: the right, the day or the time of receipt, letters of extension, when it was answered.

    A time names its zone; a day is one in `zone`. Raises UnknownName, InputError.
    """

    id: str
    member: str
    right: str
    received: Day
    extensions: tuple[rights.Extension, ...] = ()
    answered: dt.date | None = None
    zone: str = HOME

    def __post_init__(self) -> None:
        object.__setattr__(self, "right", NAMED.get(self.right, self.right))
        rights.right(self.right)
        for what, day in (("received", self.received), ("answered", self.answered)):
            _readable(self.id, what, day)
        for one in self.extensions:
            _readable(self.id, "extension sent", one.sent)

    @property
    def day(self) -> dt.date:
        """The day of receipt where the member's day is counted."""
        return local_date(self.received, self.zone) if isinstance(self.received, dt.datetime) else self.received


@dataclasses.dataclass(frozen=True)
class Clock:
    """Where a request stands at a moment. `refused`: why an extension does not count, each with its source."""

    request: Request
    day: dt.date
    cite: str
    state: str  # open, answered, late, answered late
    left: int
    refused: tuple[tuple[str, str], ...] = ()
    is_promise: bool = False

    @property
    def is_late(self) -> bool:
        return self.state.endswith("late")


def due(request: Request, at: dt.datetime) -> Clock:
    """Where a request stands at a moment. Raises InputError for a moment without a zone, or before the request."""
    today = local_date(aware(at), request.zone)
    if request.day > today:
        raise InputError(f"{request.id}: was received on {request.day}, which is after {today}: one of them is wrong")
    known = tuple(e for e in request.extensions if e.sent <= today)
    found, refused = _extended(request, known)
    end = request.answered if request.answered and request.answered <= today else None
    is_late = (end or today) > found.day
    state = ("answered" + (" late" if is_late else "")) if end else ("late" if is_late else "open")
    left = (found.day - today).days
    return Clock(request, found.day, found.cite, state, left, refused, found.is_promise)


def _extended(request: Request, sent: tuple[rights.Extension, ...]) -> tuple[rights.Due, tuple[tuple[str, str], ...]]:
    """The last day, with the one extension that counts; the others are refused, each with its source."""
    found, refused = rights.due(request.right, request.day), []
    law, is_used = rights.right(request.right), False
    for one in sorted(sent, key=lambda e: e.sent):
        stop = _stopped(request, law, one, is_used)
        if stop:
            refused.append((stop, law.more_cite or law.cite))
            continue
        found, is_used = rights.due(request.right, request.day, extended=one), True
    return found, tuple(refused)


def _stopped(request: Request, law: rights.Right, one: rights.Extension, is_used: bool) -> str:
    """Why this extension does not count; "" where it does."""
    if not law.days:
        return "the law names no days here, and the organization's own promise has no extension"
    if is_used:
        return "there is one extension only, and it was used"
    first = rights.due(request.right, request.day).day
    if one.sent < request.day:
        return f"it was sent on {one.sent}, before the request of {request.day}"
    if not one.until:
        return "it does not say by which day it will be done"
    if one.until <= first:
        return f"it ends on {one.until}, which is no later than {first}"
    return rights.due(request.right, request.day, extended=one).refused


def _readable(name: str, what: str, day: object) -> None:
    if day is None:
        return
    if isinstance(day, dt.datetime):
        if day.tzinfo is None:
            at = " (midnight of which place?)" if (day.hour, day.minute) == (0, 0) else ""
            raise InputError(f"{name}: {what} {day} has no time zone{at}: write a day, or a time with its zone")
        if what != "received":
            raise InputError(f"{name}: {what} is a day, not a time: write for example {day.date()}")
    elif not isinstance(day, dt.date):
        raise InputError(f"{name}: {what} {day!r} is no day: write for example 2026-03-02")
