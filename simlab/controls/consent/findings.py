"""What a look into the registry finds: whether something holds, why, and the source."""

from __future__ import annotations

import dataclasses
import datetime as dt

from simlab.clock import local_date
from simlab.errors import InputError

Day = dt.date | dt.datetime


@dataclasses.dataclass(frozen=True)
class Finding:
    """Whether something holds at a moment, with the reason. True in an `if` when it holds.

    `record` is the id of the record that decides it; `duties` are what is owed although it holds.
    """

    holds: bool
    reason: str
    cite: str
    record: str = ""
    is_revoked: bool = False
    duties: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.holds


def has_begun(day: Day, at: dt.datetime, zone: str) -> bool:
    """Whether a day, or an instant, has come; a day begins at its midnight in `zone`."""
    aware(at)
    if isinstance(day, dt.datetime):
        return aware(day) <= at
    return local_date(at, zone) >= day


def is_over(day: Day, at: dt.datetime, zone: str) -> bool:
    """Whether a day, or an instant, has passed; a day counts in full, to its last moment in `zone`."""
    aware(at)
    if isinstance(day, dt.datetime):
        return at > aware(day)
    return local_date(at, zone) > day


def aware(at: dt.datetime) -> dt.datetime:
    """The time, which names its zone. Raises InputError."""
    if not isinstance(at, dt.datetime) or at.tzinfo is None:
        raise InputError(f"{at!s} has no time zone: write for example 2026-06-15T15:00:00Z")
    return at
