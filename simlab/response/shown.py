"""An answer to an incident as text, as JSON and as a page."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simlab.clock import zone
from simlab.pages import template
from simlab.response.answer import Answer
from simlab.response.clocks import Moment, moment
from simlab.response.duties import Duty
from simlab.response.forks import Branch
from simlab.response.recipients import SELF
from simlab.response.words import HEADER, VERDICT, duty_lines, steps, wrapped

# How many are counted differs from entity to entity, and stands beside its name.
_COUNTED = re.compile(r" \([\d,]+ here\)")
_TEMPLATES = Path(__file__).parent / "templates"


def as_text(answer: Answer) -> str:
    """The answer as plain text, one section after the other, in words that a screen reader can read."""
    lines = [HEADER, "", *([answer.title, ""] if answer.title else [])]
    lines += ["AT A GLANCE", *(wrapped(line) for line in _summed_up(answer)), ""]
    for title, body in sections(answer):
        lines += [title.upper(), *(wrapped(line) for line in body), ""]
    return "\n".join(lines)


def as_html(answer: Answer) -> str:
    """The answer as one page without scripts; everything that the facts say is escaped."""
    parts = [(name, [line for line in lines if line]) for name, lines in sections(answer)]
    page = template(_TEMPLATES, "answer.html.j2")
    verdict = VERDICT[answer.assessment.is_breach]
    return str(
        page.render(
            header=HEADER, title=answer.title or "An incident", verdict=verdict, glance=glance(answer), sections=parts
        )
    )


def as_plain(answer: Answer) -> dict[str, Any]:
    """The answer as values that JSON can hold, dates as ISO text; letters as groups, not by name."""
    plain = {
        field.name: _plain(getattr(answer, field.name))
        for field in dataclasses.fields(answer)
        if field.name not in ("facts", "recipients", "shares")
    }
    plain["facts"] = answer.facts.model_dump(mode="json", exclude_defaults=True)
    plain["by_entity"] = [{"entity": s.entity, "role": s.role, "people": s.people} for s in answer.shares]
    plain["recipients"] = answer.groups
    return {"note": HEADER, **plain}


def sections(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """(title, lines) of each part that has something to say, in the order in which one reads them."""
    if answer.warnings:
        yield "Check first", list(answer.warnings)
    yield "Is it a breach", _assessed(answer)
    yield "What is owed, soonest first", list(_owed(answer.duties, answer.at)) or ["Nothing, on these facts."]
    if answer.shares:
        yield "Each covered entity", [f"{s.entity}: {s.people:,} people. The insurer is its {s.role}." if s.role != "covered entity"
                                      else f"{s.entity}: {s.people:,} people of its own insured plans." for s in answer.shares]  # fmt: skip
    if answer.groups or answer.substitutes:
        yield "To whom", list(_to_whom(answer))
    if answer.waiting:
        yield (
            "Starts only if it happens",
            [f"If {w.starts}: {w.duty} within {w.within}. Owed to {w.owed} [{w.cite}]." for w in answer.waiting],
        )
    if answer.boundaries:
        yield (
            "What is no duty here",
            [
                f"{b.says} [{b.cite}]" + f" Confirm with counsel: {b.confirm}." * bool(b.confirm)
                for b in answer.boundaries
            ],
        )
    if answer.unread:
        yield (
            "What was not looked at",
            [f"The breach statute of {', '.join(answer.unread)}: every State has one, and content/law holds none there. "
             "Ask counsel what it asks, of whom and by when."],
        )  # fmt: skip
    if answer.forks:
        yield "What is missing, and both outcomes", list(_forks(answer))
    if answer.compared:
        yield "For comparison only: not owed here", list(_owed(answer.compared, answer.at))


def _summed_up(answer: Answer) -> Iterator[str]:
    yield f"{VERDICT[answer.assessment.is_breach]}."
    yield from (f"{when}: {what}. {id_}" for when, what, id_ in glance(answer))


def _assessed(answer: Answer) -> list[str]:
    return list(steps(answer.assessment))


def glance(answer: Answer) -> list[tuple[str, str, str]]:
    """(by when, what is done, its id in this answer) of each duty, those of several entities in one."""
    out = []
    for group in _alike(answer.duties):
        first = group[0]
        when = f"by {_local(first.due, answer.facts.zone)}" if first.due else "date not known"
        where = f" ({first.state})" if first.state else ""
        whose = f", for {len(group)} covered entities" if len(group) > 1 else ""
        out.append((when + ("" if first.is_owed else ", if owed"), f"{first.duty}{where}{whose}", first.id))
    return out


def _local(when: Moment, zone_name: str) -> str:
    """A moment, and what the plan's own clock shows then."""
    if not isinstance(when, dt.datetime):
        return moment(when)
    return f"{moment(when)} ({when.astimezone(zone(zone_name)):%H:%M} in {zone_name})"


def _alike(duties: tuple[Duty, ...]) -> Iterator[list[Duty]]:
    """Duties that several entities owe on the same day, together."""
    for _, same in itertools.groupby(duties, key=lambda d: (d.due, d.id, d.state, d.status)):
        yield list(same)


def _owed(duties: tuple[Duty, ...], at: dt.date | None) -> Iterator[str]:
    """Each duty once: entities that owe the same on the same day are named together, and what differs by name."""
    several = len({d.entity for d in duties}) > 1
    for group in _alike(duties):
        head, *_ = duty_lines(group[0])
        late = group[0].days_late(at) if at else 0
        yield head + (f" {late} day{'s' if late > 1 else ''} past on {at}." if late else "")
        yield from _together(group) if several else (f"  {line}" for line in duty_lines(group[0])[1:])


def _together(group: list[Duty]) -> Iterator[str]:
    """What only some owe so under their names, then what all say alike."""
    said: dict[str, list[str]] = {}
    counted = {d.entity: f"{d.entity} ({d.count:,})" if d.count else d.entity for d in group}
    for duty in group:
        for line in duty_lines(duty)[1:]:
            said.setdefault(_COUNTED.sub("", line) if len(group) > 1 else line, []).append(duty.entity)
    by_names: dict[tuple[str, ...], list[str]] = {}
    for line, who in said.items():
        by_names.setdefault(tuple(who), []).append(line)
    for names in sorted(by_names, key=lambda names: len(names) == len(group)):
        all_of_several = len(names) == len(group) and len(by_names) > 1
        yield "  For all of them:" if all_of_several else f"  For {'; '.join(counted[n] for n in names)}:"
        yield from (f"    {line}" for line in by_names[names])


def _to_whom(answer: Answer) -> Iterator[str]:
    """For each covered entity, how many letters of a kind go out, and what is owed where none can arrive."""
    instead = dict(answer.substitutes)
    for entity in dict.fromkeys([*(g["covered_entity"] for g in answer.groups), *instead]):
        yield f"{entity or 'The plan'}:"
        for g in (g for g in answer.groups if g["covered_entity"] == entity):
            who = "the member" if g["notice_to"] == SELF else g["notice_to"]
            look = f"; {g['look_first']:,} to look at before they go out" if g["look_first"] else ""
            yield f"  {g['letters']:,} to {who}, {g['address_kind']}, {g['method']}{look}."
        if entity in instead:
            s = instead[entity]
            yield f"  Substitute notice for {s.people:,}: {s.means} [{s.cite}]."


def _forks(answer: Answer) -> Iterator[str]:
    for fork in answer.forks:
        yield f"{fork.asks} ({fork.fact})" + (f" It decides: {', '.join(fork.hangs)}." if fork.hangs else "")
        yield from (f"  {line}" for branch in fork.branches for line in _branch(branch))


def _branch(branch: Branch) -> Iterator[str]:
    if branch.impossible:
        yield f"{branch.answer}: cannot be, {branch.impossible}"
        return
    said = []
    owed = [f"{d.id}{f' ({d.state})' if d.state else ''} by {moment(d.due) if d.due else 'a day not known'}"
            for d in branch.owed if d.is_owed]  # fmt: skip
    if owed:
        said.append("owed: " + ", ".join(dict.fromkeys(owed)))
    still = dict.fromkeys(key for d in branch.owed if not d.is_owed for key in d.missing)
    if still:
        said.append("still open: " + ", ".join(still))
    if branch.gone:
        said.append("falls away: " + ", ".join(branch.gone))
    yield f"{branch.answer}: {'; '.join(said) or 'nothing changes'}."


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value
