"""Whether an authorization is valid at a moment: its elements and statements, and what makes it invalid.

Source: 45 CFR 164.508. What must be written in it is data (`content/forms/authorization.yml`).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator

from simlab.content import Model, load
from simlab.controls.consent.findings import Finding, aware, has_begun, is_over
from simlab.controls.consent.records import Authorization

# What a plan may make joining it depend on: 45 CFR 164.508(b)(4)(ii)(A).
_COVER = {"underwriting", "risk rating", "eligibility", "enrolment"}


class Part(Model):
    """One thing that a form says, what it asks, and the source."""

    id: str
    asks: str
    cite: str


class Form(Model):
    """What a form must say to be valid, and what is owed beside."""

    id: str
    elements: tuple[Part, ...]
    statements: tuple[Part, ...]
    duties: tuple[Part, ...] = ()

    def part(self, name: str) -> Part:
        return next(p for p in (*self.elements, *self.statements, *self.duties) if p.id == name)


@functools.cache
def form(name: str = "authorization") -> Form:
    """A form by its id. Raises UnknownName, ContentError."""
    return load("forms", name, Form)


def judge(of: Authorization, at: dt.datetime) -> Finding:
    """Whether it is valid at a moment, with the first thing that is wrong. Revocation is the registry's."""
    aware(at)
    for reason, cite in faults(of, at):
        return Finding(False, reason, cite, of.id)
    return Finding(True, "the authorization is complete and in force", "45 CFR 164.508(b)(1)", of.id, duties=_owed(of))


def faults(of: Authorization, at: dt.datetime) -> Iterator[tuple[str, str]]:
    """Everything that makes it invalid at a moment: the reason and the source of each."""
    yield from _unfilled(of, at)
    yield from _ended(of, at)
    yield from _compound(of)
    yield from _conditioned(of)
    if "remuneration" not in of.states:
        if "sale" in of.purposes:
            yield "a sale's authorization says that the plan is paid", "45 CFR 164.508(a)(4)(ii)"
        if "marketing" in of.purposes and of.is_paid_for:
            yield "paid marketing's authorization says that somebody pays", "45 CFR 164.508(a)(3)(ii)"
    if of.is_known_false:
        yield "something material in it is known to be false", "45 CFR 164.508(b)(2)(v)"


def _unfilled(of: Authorization, at: dt.datetime) -> Iterator[tuple[str, str]]:
    filled = {
        "description": of.description.strip(),
        "discloser": of.discloser.strip(),
        "recipients": any(r.strip() for r in of.recipients),
        "purposes": any(p.strip() for p in of.purposes),
        "expiry": of.expires or of.expires_at.strip(),
        "signature": of.signer.strip() and of.signed,
        "authority": of.authority.strip() or not of.is_signed_by_representative,
    }
    for part in form().elements:
        if not filled[part.id]:
            yield f"it lacks an element: {part.asks}", part.cite
    for part in form().statements:
        if part.id not in of.states:
            yield f"it lacks a statement: {part.asks}", part.cite
    if of.signed and not has_begun(of.signed, at, of.zone):
        yield f"it is dated {of.signed}, which has not come yet", form().part("signature").cite
    if of.expires_at.strip().casefold() == "none" and not of.expires and set(of.purposes) != {"research"}:
        yield "only one for research may have no end", form().part("expiry").cite


def _ended(of: Authorization, at: dt.datetime) -> Iterator[tuple[str, str]]:
    if of.expires and is_over(of.expires, at, of.zone):
        yield f"it expired on {of.expires}", "45 CFR 164.508(b)(2)(i)"
    if of.event_happened and has_begun(of.event_happened, at, of.zone):
        yield f"it ended with an event: {of.expires_at or 'it has happened'}", "45 CFR 164.508(b)(2)(i)"


def _compound(of: Authorization) -> Iterator[tuple[str, str]]:
    with_ = set(of.combined_with)
    if "psychotherapy_notes" in of.data:
        if with_ - {"authorization for psychotherapy notes"}:
            yield "one for psychotherapy notes goes together with another such one only", "45 CFR 164.508(b)(3)(ii)"
    elif with_ and with_ != {"authorization"} and not (with_ <= {"research consent"} and "research" in of.purposes):
        yield f"it is one document with something else: {', '.join(sorted(with_))}", "45 CFR 164.508(b)(3)"
    elif "authorization" in with_ and of.is_condition_of:
        yield "what is a condition is not combined with what is free", "45 CFR 164.508(b)(3)"


def _conditioned(of: Authorization) -> Iterator[tuple[str, str]]:
    if of.is_condition_of in ("payment", "treatment"):
        yield f"{of.is_condition_of} was made to depend on it", "45 CFR 164.508(b)(4)"
    elif of.is_condition_of:
        is_for_cover = bool(of.purposes) and set(of.purposes) <= _COVER
        if not (of.is_before_enrolment and is_for_cover and "psychotherapy_notes" not in of.data):
            said = "joining may depend on one only before it, to decide on cover, and never for psychotherapy notes"
            yield said, "45 CFR 164.508(b)(4)(ii)"


def _owed(of: Authorization) -> tuple[str, ...]:
    owed = {"plain_language": of.in_plain_language, "copy": of.is_copy_given or not of.is_asked_by_plan}
    return tuple(f"{p.asks} ({p.cite})" for p in form().duties if not owed[p.id])
