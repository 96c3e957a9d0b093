"""Holds and destruction: nothing goes before its time, or while somebody must keep it; and what goes is logged."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from simlab.errors import InputError
from simlab.records.entry import Entry, keep_until, make, stamp
from simlab.records.register import Kept, Register, chained

EVERYBODY = "*"


def held(lines: Iterable[Kept]) -> dict[str, str]:
    """Who is under a legal hold (`*`: everybody), and why."""
    found: dict[str, str] = {}
    for entry in (k.entry for k in lines if k.entry):
        if entry.kind == "hold":
            found[entry.person] = entry.text
        elif entry.kind == "hold-lifted":
            found.pop(entry.person, None)
    return found


def hold(register: Register, person: str, reason: str, by: str, at: dt.datetime, salt: str, *, lift: bool) -> Kept:
    """Put a hold on a person's entries (`*`: all), or lift it. Raises InputError, LogError."""
    _needed(reason, by)
    if lift and person not in held(register.read()):
        raise InputError(f"{person}: no hold to lift")
    kind = "hold-lifted" if lift else "hold"
    return register.add([_about(kind, person, reason, by, at, salt)])[0]


def expired(lines: list[Kept], today: dt.date) -> list[Kept]:
    """What may be destroyed: kept beyond its last day, and under no hold."""
    holds = held(lines)
    return [
        k
        for k in lines
        if k.entry is not None
        and k.entry.retain_until < today
        and k.entry.kind != "destruction"  # the proof of a gap stays as long as the gap does
        and EVERYBODY not in holds
        and k.entry.person not in holds
        and not (k.entry.kind == "hold" and k.entry.person in holds)
    ]


def destroy(register: Register, reason: str, by: str, at: dt.datetime, salt: str) -> list[Kept]:
    """Take the text of every expired entry out for good, and log that; the lines that went.

    A person's name stays nowhere in the line; its salted hash does, so that the chain still verifies.
    Raises InputError, LogError.
    """
    _needed(reason, by)
    with register.locked():
        lines = register.read()
        going = expired(lines, at.astimezone(dt.UTC).date())
        if not going:
            return []
        numbers = {k.n for k in going}
        log = _about("destruction", "-", reason, by, at, salt, numbers=tuple(sorted(numbers)))
        left = [dataclasses.replace(k, entry=None) if k.n in numbers else k for k in lines]
        register.replace([*left, *chained(lines, [log])])
        return going


def _needed(reason: str, by: str) -> None:
    if not reason.strip() or not by.strip():
        raise InputError("say why (--reason) and who decided it (--by): the register keeps both")


def _about(kind: str, person: str, reason: str, by: str, at: dt.datetime, salt: str, **more: object) -> Entry:
    now = stamp(at)
    until = keep_until(at.astimezone(dt.UTC).date())
    return make(
        kind=kind, person=person, text=reason, trainer=by, at=now, entered=now, retain_until=until, salt=salt, **more
    )
