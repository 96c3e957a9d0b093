"""The forms that members sign: an authorization with all that 45 CFR 164.508(c) asks for, and an opt-out.

An opt-out is the organization's own promise. The two are never one paper (164.508(b)(3)).
"""

from __future__ import annotations

from simlab.content import resource
from simlab.content.loader import fault
from simlab.controls.consent.validity import form as required
from simlab.controls.documents.paper import Blank, Paper, Section
from simlab.controls.documents.telling import phrases
from simlab.controls.documents.words import Filler, Part, Written, written
from simlab.controls.sharing.rules import GROUPED, data_classes, rules
from simlab.organization import Organization

# Kept apart, or about nobody: these are not ticked on a common form (164.508(b)(3)(ii), 164.502(d)(2)).
_NOT_HERE = (*GROUPED, "psychotherapy_notes", "litigation_material")


def authorization(organization: Organization, *, paid_by: str = "") -> Paper:
    """The form for an authorization; `paid_by`: who pays the plan for what is shared, if anybody does."""
    text, fill = written("authorization"), Filler(organization, payer=paid_by)
    _complete(text)
    parts = [_section(p, fill) for p in text.sections]
    if paid_by:
        parts[-1:-1] = [_section(p, fill) for p in written("paid-authorization").sections]
    title = written("paid-authorization").title if paid_by else text.title
    return _paper("form", title, text, organization, tuple(parts), fill)


def opt_out(organization: Organization) -> Paper:
    """The form by which a member asks that data are not used for some purposes: granted, it is a promise."""
    text, fill = written("opt-out"), Filler(organization)
    return _paper("opt-out", text.title, text, organization, tuple(_section(p, fill) for p in text.sections), fill)


def purposes_to_refuse() -> tuple[str, ...]:
    """The purposes at which an opt-out stops something at the gateway: where no law demands it."""
    return tuple(sorted({r.purpose for r in rules() if not r.is_compelled and r.paths and r.about == "member"}))


def _paper(
    kind: str, title: str, text: Written, of: Organization, sections: tuple[Section, ...], fill: Filler
) -> Paper:
    foot = tuple(fill(f) for f in text.foot)
    return Paper(
        kind, fill(title), of.name, sections, lead=fill(text.lead), foot=foot, is_example=of.is_example
    )  # fmt: skip


def _section(part: Part, fill: Filler) -> Section:
    drawn = {"data classes": _classes, "purposes": _purposes}.get(part.draws, tuple)()
    blanks = (*drawn, *fill.blanks(part.blanks))
    return Section(part.id, fill(part.title), fill.said(part.says), fill.said(part.points), blanks=blanks)


def _classes() -> tuple[Blank, ...]:
    return tuple(
        Blank(c.name[:1].upper() + c.name[1:].split(" (")[0], "box")
        for c in data_classes().values()
        if c.id not in _NOT_HERE
    )


def _purposes() -> tuple[Blank, ...]:
    """What may be ticked on an opt-out. Raises ContentError for a purpose at which the gateway would not stop."""
    offered = phrases().opt_outs
    for purpose in offered:
        if purpose not in purposes_to_refuse():
            said = "no opt-out stops this at the gateway: a promise that nothing keeps"
            raise fault(resource("phrases", "sharing.yml"), ["opt_outs", purpose], said)
    return tuple(Blank(said, "box") for said in offered.values())


def _complete(text: Written) -> None:
    """Raises ContentError where the form has no section for something that an authorization must say."""
    covered = {c for p in text.sections for c in p.covers}
    asked = required()
    for part in (*asked.elements, *asked.statements):
        if part.id not in covered:
            said = f"no section covers {part.id!r}, {part.asks} ({part.cite})"
            raise fault(resource("documents", f"{text.id}.yml"), ["sections"], said)
