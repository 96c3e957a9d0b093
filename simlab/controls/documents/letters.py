"""Letters to a member who has asked for something by right: the answer, the extension, the denial.

Each has the parts that its rule asks for, and is looked at by `check_letter` before it is given out:
45 CFR 164.524(b)(2)(ii), (d)(2); 164.526(b)(2)(ii), (c)(2), (d)(1); 164.528(c)(1)(ii).
"""

from __future__ import annotations

import datetime as dt

from simlab.content import names
from simlab.controls.consent import rights
from simlab.controls.documents.checking import FormCheck, check_letter
from simlab.controls.documents.paper import Paper, Section
from simlab.controls.documents.requests import Request
from simlab.controls.documents.words import Filler, written
from simlab.errors import InputError, UnknownName
from simlab.organization import Organization

LONGEST = 600  # characters of a reason
EXTENDED = ("access", "amendment", "accounting")


def extension(request: Request, organization: Organization, *, on: dt.date, reason: str, until: dt.date) -> Paper:
    """The letter that it takes longer. Raises InputError where the law knows no such extension, or not this one."""
    if request.right not in EXTENDED:
        raise InputError(f"{request.right}: the law names no days for it, so nothing is extended")
    said = rights.Extension(on, reason, until)
    found = rights.due(request.right, request.day, extended=said)
    if found.refused:
        raise InputError(f"{request.id}: {found.refused} ({found.cite})")
    return _letter("extension", "extension", request, organization, on, reason=reason, until=_day(until))


def answer(request: Request, organization: Organization, *, on: dt.date) -> Paper:
    """The letter that it is done, as far as each right goes. Raises UnknownName."""
    return _letter(f"{request.right}-answer", "answer", request, organization, on)


def denial(
    request: Request, organization: Organization, *, on: dt.date, reason: str, is_reviewable: bool = False
) -> Paper:
    """The letter that says no and why, with every part that the rule asks for.

    `is_reviewable`: a licensed professional found danger (45 CFR 164.524(a)(3)), so the member may have it reviewed.
    Raises InputError without a reason, UnknownName where the right knows no denial.
    """
    if is_reviewable and request.right != "access":
        raise InputError("a review by a licensed professional is for access: 45 CFR 164.524(a)(4)")
    kind = "access-denial-reviewable" if is_reviewable else f"{request.right}-denial"
    return _letter(kind, kind, request, organization, on, reason=reason)


def _letter(
    name: str, check: str, request: Request, of: Organization, on: dt.date, *, reason: str = "", until: str = ""
) -> Paper:
    if f"letter-{name}" not in names("documents"):
        known = [n.removeprefix("letter-") for n in names("documents") if n.startswith("letter-")]
        raise UnknownName("letter", name, known)
    needs_reason = check != "answer"
    if needs_reason and not reason.strip():
        raise InputError(f"{request.id}: a letter says why: give the reason")
    if len(reason) > LONGEST:
        raise InputError(f"{request.id}: a reason is at most {LONGEST} characters, in plain words")
    if on < request.day:
        raise InputError(f"{request.id}: the letter of {on} is older than the request of {request.day}")
    made = _paper(name, request, of, on, reason.strip().rstrip("."), until)
    if needs_reason:
        _complete(made, check_letter(check, made))
    return made


def _paper(name: str, request: Request, of: Organization, on: dt.date, reason: str, until: str) -> Paper:
    text, law = written(f"letter-{name}"), rights.right(request.right)
    fill = Filler(
        of, member=request.member, day=_day(on), received=_day(request.day), reason=reason, until=until,
        right=law.asked or law.name,
    )  # fmt: skip
    sections = tuple(Section(p.id, fill(p.title), fill.said(p.says), fill.said(p.points)) for p in text.sections)
    foot = tuple(fill(f) for f in text.foot)
    return Paper("letter", fill(text.title), of.name, sections, lead=fill(text.lead), foot=foot, is_example=of.is_example)  # fmt: skip


def _complete(made: Paper, checked: FormCheck) -> None:
    """Raises InputError where a letter lacks a part: the reason may have been one that takes another back."""
    if faults := [f for f in checked.faults if not f.is_duty]:
        raise InputError(f"{made.title}: {faults[0].says} ({faults[0].cite})")


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
