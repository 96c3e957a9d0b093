"""The sharing policy and the notice of privacy practices, from the rules that the gateway enforces.

A rule that changes changes them. A sentence that names a rule which is not there is refused: members are
told nothing that the system does not do.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from simlab.content import Model, load, load_file, names, resource
from simlab.content.loader import fault
from simlab.controls.consent import rights
from simlab.controls.documents import telling
from simlab.controls.documents.paper import Entry, Paper, Said, Section
from simlab.controls.documents.words import Filler, Part, Written, whole, written
from simlab.controls.sharing.rules import Cite, rules, rules_by_id, safeguards
from simlab.controls.sharing.state import StateRule, state_rules
from simlab.organization import Organization


class Language(Model):
    """One language in which help is offered."""

    tag: str
    name: str
    says: str


class Assistance(Model):
    """The notice of language assistance; `confirm`: what of the law is not confirmed."""

    id: str
    cite: Cite
    confirm: str
    languages: tuple[Language, ...]


class _Duty(BaseModel):
    """A duty of `content/law/`, of which only its days are told here."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    id: str
    count: int = 0


class _Law(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    duties: tuple[_Duty, ...]


def sharing(organization: Organization) -> Paper:
    """The sharing policy: every rule, what guards the most delicate facts, rights, breach, complaints."""
    return _paper("sharing", organization, has_contents=True)


def notice(organization: Organization, *, effective: dt.date | None = None) -> Paper:
    """The notice of privacy practices (45 CFR 164.520), first in effect on a day, with the language notice."""
    return _paper("notice", organization, effective=effective, others=assistance(organization))


def assistance(organization: Organization) -> tuple[tuple[str, str, str], ...]:
    """The notice of language assistance (45 CFR 92.11): tag, name and text of each language."""
    found = load("languages", "assistance", Assistance)
    phone = organization.privacy_officer.phone
    return tuple((one.tag, one.name, one.says.format(phone=phone)) for one in found.languages)


def _paper(
    kind: str,
    of: Organization,
    *,
    effective: dt.date | None = None,
    has_contents: bool = False,
    others: tuple[tuple[str, str, str], ...] = (),
) -> Paper:
    text = written(kind)
    _backed(text)
    fill = Filler(of, **_numbers(effective or of.policies[0].effective))
    sections = tuple(s for s in (_section(p, fill) for p in text.sections) if not s.is_empty)
    foot = tuple(fill(f) for f in text.foot)
    return Paper(
        kind, fill(text.title), of.name, sections, fill(text.banner), fill(text.lead), foot,
        is_example=of.is_example, has_contents=has_contents, others=others,
    )  # fmt: skip


def _numbers(effective: dt.date) -> dict[str, str]:
    """What is filled in from rights and law: days, and the day from which it is in effect."""
    law = {r: rights.right(r) for r in ("access", "amendment")}
    days = {f"{name}_days": str(r.days) for name, r in law.items()}
    more = {f"{name}_more": str(r.more) for name, r in law.items()}
    day = f"{effective.day} {effective:%B %Y}"
    return days | more | {"breach_days": str(breach_days()), "effective": day}


def breach_days() -> int:
    """The days within which individuals are told of a breach, from `content/law/`."""
    found = load_file(resource("law", "hipaa.yml"), _Law)
    return next(d.count for d in found.duties if d.id == "individuals")


def _section(part: Part, fill: Filler) -> Section:
    section = Section(part.id, fill(part.title), fill.said(part.says), fill.said(part.points))
    what, _, which = part.draws.partition(" ")
    return _DRAWN[what](section, which) if what else section


def _group(section: Section, group: str) -> Section:
    entries = tuple(telling.entry(r) for r in telling.in_group(group))
    return dataclasses.replace(section, entries=entries) if entries else Section(section.id, section.title)


def _part(section: Section, part: str) -> Section:
    mine = sorted((r for r in rules() if telling.telling(r).part == part), key=lambda r: not telling.telling(r).example)
    points = [p for r in mine for p in telling.in_notice(r)]
    return dataclasses.replace(section, points=(*points, *section.points))


def _guards(section: Section, _: str) -> Section:
    return dataclasses.replace(section, points=tuple(telling.guard(s) for s in safeguards()))


def _channels(section: Section, _: str) -> Section:
    used: dict[str, list[str]] = {}
    for rule in rules():
        if rule.paths:
            used.setdefault(telling.channel(rule.channel), []).append(rule.id)
    return dataclasses.replace(section, points=tuple(Said(way, tuple(ids)) for way, ids in used.items() if way))


def _rights(section: Section, _: str) -> Section:
    return dataclasses.replace(section, entries=tuple(_right(rights.right(n)) for n in names("rights")))


def _right(of: rights.Right) -> Entry:
    """A right with its clock: the law's, or else the organization's own promise."""
    said = [Said(one) for one in of.told or of.notes]
    if of.days:
        act = f"We act within {of.days} days of getting your request."
        more = f"We may take {of.more} more days, once. If so, we first write to you why, and until when."
        said[:0] = [Said(act, cites=(of.cite,)), Said(more, cites=(of.more_cite,))]
    else:
        said[:0] = [Said(f"We answer within {of.promise_days} days.", is_promise=True)]
    return Entry(of.title or f"{of.name[:1].upper()}{of.name[1:]}", tuple(said), f"right-{of.id}", (), (of.cite,))


def _states(section: Section, _: str) -> Section:
    """What the member's State shuts beyond HIPAA: 45 CFR 164.520(b)(1)(ii)(C)."""
    held = {one.id: one for one in state_rules().values()}.values()
    points = [_state(one) for one in held if one.authorization or one.functions]
    same = [one for one in held if not (one.authorization or one.functions)]
    if same:
        said = f"We look at State law too if you live in {', '.join(map(_place, same))}. There our system shuts nothing more."
        points.append(Said(said, tuple(one.id for one in same), tuple(one.cite for one in same)))
    return dataclasses.replace(section, points=(*section.points, *points)) if points else Section(section.id, "")


def _state(of: StateRule) -> Said:
    said, cites = f"If you live in {_place(of)}:", [of.cite]
    if of.functions:
        said += " we need your permission for all that is not the work of an insurer."
    if of.authorization:
        said += f" a permission that you sign holds for {of.authorization.months} months at most."
        cites.append(of.authorization.cite)
    return Said(said, (of.id,), tuple(dict.fromkeys(cites)))


def _place(of: StateRule) -> str:
    return of.id.replace("-", " ").title()


_DRAWN: dict[str, Callable[[Section, str], Section]] = {"group": _group, "part": _part, "safeguards": _guards, "channels": _channels, "rights": _rights, "states": _states}  # fmt: skip


def _backed(text: Written) -> None:
    """Raises ContentError where a sentence names a rule or a safeguard that is not there."""
    where = resource("documents", f"{text.id}.yml")
    known = {*rules_by_id(), *(s.id for s in safeguards())}
    for i, part in enumerate(text.sections):
        for said in map(whole, (*part.says, *part.points)):
            for name in said.rules:
                if name not in known:
                    raise fault(where, ["sections", i], f"{said.says!r} rests on {name!r}, which is no rule: members would be told what nothing keeps")  # fmt: skip
    _told_without_rule()


def _told_without_rule() -> None:
    for name in telling.without_rule():
        said = "tells members of a rule that is not there: take it out, or bring the rule back"
        raise fault(resource("telling", f"{name}.yml"), ["id"], said)
