"""What the register says to a request: which record lets it, or stops it, at that moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from simlab.clock import local_date
from simlab.controls.consent import people
from simlab.controls.consent.findings import Finding, has_begun, is_over
from simlab.controls.consent.records import (
    Authorization,
    Confidential,
    Consent,
    OptOut,
    Record,
    Representative,
    Restriction,
)
from simlab.controls.consent.registry import Registry
from simlab.controls.consent.representatives import stands_in
from simlab.controls.consent.validity import judge

PROMISE = "the organization's own promise"
_NONE = "45 CFR 164.508(a)(1)"


def authorization(
    registry: Registry, member: str, *, recipient: str, purpose: str, data: Iterable[str], at: dt.datetime
) -> Finding:
    """Whether an authorization of the member covers this at that moment; else the nearest reason why not."""
    nearest = (0, Finding(False, "no authorization of the member is on file", _NONE))
    for one in registry.held(member, at):
        if not isinstance(one, Authorization):
            continue
        met, found = _covers(registry, one, recipient, purpose, tuple(data), at)
        if found:
            return found
        nearest = max(nearest, (met, found), key=lambda pair: pair[0])
    return nearest[1]


def _covers(
    registry: Registry, one: Authorization, recipient: str, purpose: str, data: tuple[str, ...], at: dt.datetime
) -> tuple[int, Finding]:
    """How many of its tests this authorization meets, and what it comes to."""

    def no(reason: str, part: str, revoked: bool = False) -> Finding:
        return Finding(False, reason, f"45 CFR 164.508{part}", one.id, is_revoked=revoked)

    if purpose not in one.purposes:
        return 1, no(f"the authorization is for {_listed(one.purposes)}, not for {purpose}", "(c)(1)(iv)")
    if not any(people.is_same(recipient, name) for name in one.recipients):
        close = any(people.looks_like(recipient, name) for name in one.recipients)
        said = "the name only looks like the one in it" if close else f"it names {_listed(one.recipients)}"
        return 2, no(f"{recipient!r} is not who may receive it: {said}", "(c)(1)(iii)")
    if lacking := [d for d in data if d not in one.data]:
        return 3, no(f"the authorization does not describe {_listed(lacking)}", "(c)(1)(i)")
    if not (found := judge(one, at)):
        return 4, found
    if back := registry.revoked(one, at):
        return 5, no(f"it was revoked in writing on {back.received.date()}", "(b)(2)(iii)", revoked=True)
    return 6, found


def consent(
    registry: Registry, member: str, *, recipient: str, purpose: str, data: Iterable[str], at: dt.datetime
) -> Finding:
    """Whether a consent of the member covers this: it may be asked for, and is never an authorization.

    What was signed last counts. A consent and a refusal of one day contradict one another, and refuse.
    """
    last: Consent | None = None
    for one in registry.held(member, at):
        if isinstance(one, Consent) and _is_for(registry, one, recipient, purpose, tuple(data), at):
            last = one if last is None or _counts_over(one, last) else last
    if last and last.is_refusal:
        return Finding(False, "the member has refused it since, or on the same day", _OPTIONAL, last.id)
    if last:
        return Finding(True, "the member has consented", "42 CFR 2.31" if last.is_part_2 else _OPTIONAL, last.id)
    return Finding(False, "no consent of the member covers this", _OPTIONAL)


def _is_for(
    registry: Registry, one: Consent, recipient: str, purpose: str, data: tuple[str, ...], at: dt.datetime
) -> bool:
    """Whether a consent, or a refusal, is in force and speaks of this; a refusal of a part is one of the whole."""
    if registry.revoked(one, at) or (one.starts and not has_begun(one.starts, at, one.zone)):
        return False
    if one.expires and is_over(one.expires, at, one.zone):
        return False
    if one.recipients and not any(people.is_same(recipient, name) for name in one.recipients):
        return False
    if one.is_refusal:
        return _named(one.purposes, purpose) and (not one.data or bool(set(data) & set(one.data)))
    return purpose in one.purposes and set(data) <= set(one.data)


def _counts_over(one: Consent, other: Consent) -> bool:
    """Whether what was entered later counts over what was entered before."""
    mine, theirs = (_signed_on(c) for c in (one, other))
    return mine > theirs or (mine == theirs and one.is_refusal >= other.is_refusal)


def _signed_on(one: Consent) -> dt.date:
    return local_date(one.signed, one.zone) if isinstance(one.signed, dt.datetime) else one.signed


_OPTIONAL = "45 CFR 164.506(b)(1)"


def representative(
    registry: Registry, member: str, name: str, *, at: dt.datetime, needed: str = "health care"
) -> Finding:
    """Whether this person stands in the member's place at that moment."""
    found = Finding(False, f"nothing on file makes {name!r} the member's representative", "45 CFR 164.502(g)(1)")
    for one in registry.held(member, at):
        if not isinstance(one, Representative):
            continue
        if people.is_same(one.name, name):
            found = stands_in(one, at, needed)
            if found:
                return found
        elif people.looks_like(one.name, name) and not found.record:
            said = people.trick(name) or "it is spelt with other letters"
            found = Finding(False, f"the name only looks like the representative's: {said}", found.cite)
    return found


def restriction(
    registry: Registry, member: str, *, recipient: str, purpose: str, data: str, at: dt.datetime
) -> Finding:
    """Whether a restriction that the plan agreed to covers this: 45 CFR 164.522(a)(1)(iii)."""
    for one in registry.held(member, at):
        if not isinstance(one, Restriction) or not one.is_agreed or _ended(one.ended, at, one.zone):
            continue
        if _named(one.data, data) and _named(one.purposes, purpose) and _named(one.recipients, recipient):
            said = "the plan has agreed with the member not to"
            return Finding(True, said, "45 CFR 164.522(a)(1)(iii)", one.id)
    return Finding(False, "no restriction covers this", "45 CFR 164.522(a)(1)(i)")


def opt_out(registry: Registry, member: str, *, recipient: str, purpose: str, at: dt.datetime) -> Finding:
    """Whether the plan has promised the member not to. HIPAA owes no general opt-out for payment and operations."""
    for one in registry.held(member, at):
        if isinstance(one, OptOut) and one.is_granted and not _ended(one.ended, at, one.zone):
            back = registry.revoked(one, at)
            if purpose in one.purposes and _named(one.recipients, recipient) and not back:
                return Finding(True, "the member has opted out, and the plan said that it keeps to it", PROMISE, one.id)
    return Finding(False, "no opt-out covers this", "45 CFR 164.506(b)(1)")


def confidential(registry: Registry, member: str, at: dt.datetime) -> Confidential | None:
    """The last request in force on where to reach the member: 45 CFR 164.522(b)."""
    last = None
    for one in registry.held(member, at):
        if isinstance(one, Confidential) and (one.is_danger_stated or one.is_granted) and one.address:
            last = None if _ended(one.ended, at, one.zone) else one
    return last


def has_consent_only(registry: Registry, member: str, purpose: str, at: dt.datetime) -> Record | None:
    """A consent on file for this purpose, which does not stand in for an authorization: 45 CFR 164.506(b)(2)."""
    held = registry.held(member, at)
    return next((one for one in held if isinstance(one, Consent) and purpose in one.purposes), None)


def _ended(day: dt.date | dt.datetime | None, at: dt.datetime, zone: str) -> bool:
    return bool(day and has_begun(day, at, zone))


def _named(listed: tuple[str, ...], value: str) -> bool:
    """Whether a list names a value; an empty list names all."""
    return not listed or any(people.plain(one) == people.plain(value) for one in listed)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values) or "nobody"
