"""What is wrong, or weak, in a scenario that loads: errors stop an author, warnings make one think."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Literal

from simlab import clock
from simlab.tabletop.scenario import Decision, Event, Scenario


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing to look at; `key` says where in the file."""

    level: Literal["error", "warning"]
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.level}: {self.key}: {self.text}"


def lint(scenario: Scenario) -> list[Finding]:
    """Findings, errors first, in the order of the file."""
    found = [f for rule in RULES for f in rule(scenario)]
    return sorted(found, key=lambda f: f.level != "error")


@dataclasses.dataclass
class _Reach:
    """What can come about in some play, and how soon at the soonest."""

    milestones: dict[str, int]
    events: dict[str, int]
    decisions: dict[str, int]


def _reach(s: Scenario) -> _Reach:
    """The soonest second of everything that some play can reach; grows until nothing more is added."""
    first = dict.fromkeys(("records-read", "records-readable"), s.intrusion.first_read) if s.intrusion else {}
    reach = _Reach(first, {}, {})
    for _ in range(len(s.msel) + len(s.decisions) + 2):
        before = (dict(reach.milestones), dict(reach.events), dict(reach.decisions))
        for event in s.msel:
            _event(event, reach)
        for decision in s.decisions:
            if decision.id in reach.decisions:
                _decision(s, decision, reach)
        if before == (reach.milestones, reach.events, reach.decisions):
            break
    return reach


def _event(event: Event, reach: _Reach) -> None:
    needs = [*event.when, *([event.after] if event.after else [])]
    if any(m not in reach.milestones for m in needs) or set(event.when) & set(event.unless):
        return
    start = event.t + (reach.milestones[event.after] if event.after else 0)
    # An event at a fixed time whose milestone cannot be on by then is never delivered.
    if any(reach.milestones[m] > start for m in event.when):
        return
    _sooner(reach.events, event.control_number, start)
    for name in event.activate:
        _sooner(reach.milestones, name, start)
    for name in event.opens:
        _sooner(reach.decisions, name, start)


def _decision(s: Scenario, decision: Decision, reach: _Reach) -> None:
    put = reach.decisions[decision.id]
    for option in decision.options:
        takes = option.effects.takes
        when = put + (takes if isinstance(takes, int) else takes.least)
        for name in option.effects.activate:
            _sooner(reach.milestones, name, when)
        if option.effects.contain or option.effects.controls:
            _sooner(reach.milestones, "contained", when)


def _sooner(of: dict[str, int], name: str, when: int) -> None:
    of[name] = min(when, of.get(name, when))


def _unreachable(s: Scenario) -> Iterator[Finding]:
    reach = _reach(s)
    for i, event in enumerate(s.msel):
        if event.control_number not in reach.events:
            needs = ", ".join([*event.when, *([event.after] if event.after else [])])
            said = f"event {event.control_number} is never delivered: nothing reaches {needs} in time"
            yield Finding("error", f"msel[{i}]", said)
    for i, decision in enumerate(s.decisions):
        if decision.id not in reach.decisions:
            yield Finding("error", f"decisions[{i}]", f"decision {decision.id} is never put: no event opens it")
    for i, e in enumerate(s.expectations):
        at = reach.milestones.get(e.milestone)
        if at is None:
            said = f"nobody can meet {e.id}: no option and no event reaches {e.milestone}"
            yield Finding("error", f"expectations[{i}].milestone", said)
        elif at > e.by:
            said = f"nobody can meet {e.id}: {e.milestone} is reached after {clock.duration(at)} at the soonest"
            yield Finding("error", f"expectations[{i}].by", said)


def _undecided(s: Scenario) -> Iterator[Finding]:
    roles = {r.id: r for r in s.roles}
    for i, d in enumerate(s.decisions):
        if not d.owner_role:
            yield Finding("error", f"decisions[{i}].owner_role", f"decision {d.id} has no owner: name the role")
        elif roles[d.owner_role].kind != "player":
            said = f"decision {d.id} belongs to {d.owner_role}, which nobody plays"
            yield Finding("error", f"decisions[{i}].owner_role", said)
        if not d.default:
            said = f"decision {d.id} has no default: say what happens when nobody decides in time"
            yield Finding("error", f"decisions[{i}].default", said)
        if all(not o.effects.model_fields_set for o in d.options):
            yield Finding(
                "warning", f"decisions[{i}].options", f"no option of {d.id} has an effect: the choice is empty"
            )
        twins = {o.effects.model_dump_json() for o in d.options}
        if len(twins) == 1 and len(d.options) > 1 and d.options[0].effects.model_fields_set:
            yield Finding("warning", f"decisions[{i}].options", f"all options of {d.id} do the same")


def _leaks(s: Scenario) -> Iterator[Finding]:
    """The words of a fact in a text that players read, unless that very text is what reveals it."""
    for fact in s.facts:
        words = _plain(fact.text)
        for key, text, reveals in _visible(s):
            if fact.id not in reveals and words in _plain(text):
                yield Finding("error", key, f"says fact {fact.id} to players, in its own words, before it is revealed")


def _visible(s: Scenario) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield "summary", s.summary, ()
    yield "title", s.title, ()
    yield "facilitator.read_aloud", s.facilitator.read_aloud, ()
    for i, o in enumerate(s.objectives):
        yield f"objectives[{i}].text", o.text, ()
        for j, task in enumerate(o.tasks):
            yield f"objectives[{i}].tasks[{j}].text", task.text, ()
    for i, m in enumerate(s.moves):
        yield f"moves[{i}].situation", f"{m.title} {m.situation}", ()
    for i, e in enumerate(s.msel):
        if e.type != "facilitation":
            yield f"msel[{i}].text", f"{e.title} {e.text} {e.text_alternative}", e.reveals
    for i, d in enumerate(s.decisions):
        yield f"decisions[{i}].question", f"{d.title} {d.question}", ()
        for j, option in enumerate(d.options):
            yield f"decisions[{i}].options[{j}].text", option.text, ()
            effects = option.effects
            yield f"decisions[{i}].options[{j}].outcome", option.outcome, (*effects.reveals, *effects.asks)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())


def _table(s: Scenario) -> Iterator[Finding]:
    players = {r.id for r in s.roles if r.kind == "player"}
    if not players:
        yield Finding("error", "roles", "nobody plays: give at least one role the kind player")
    for i, e in enumerate(s.msel):
        if e.type != "facilitation" and not players & set(e.to):
            yield Finding("error", f"msel[{i}].to", f"event {e.control_number} reaches no player: it cannot be played")
        if e.artefact and not e.text_alternative:
            said = f"artefact {e.artefact} has no text_alternative: say in words what it shows"
            yield Finding("error", f"msel[{i}].text_alternative", said)
    for i, role in enumerate(s.roles):
        if role.id in players and not any(role.id in e.to for e in s.msel):
            yield Finding("warning", f"roles[{i}]", f"nothing is ever sent to {role.id}: a player with nothing to do")


def _clock(s: Scenario) -> Iterator[Finding]:
    if s.intrusion and not any(f.discovers == "known" for f in s.facts):
        said = "no fact has discovers: known, so no notice ever gets a date"
        yield Finding("error", "facts", said)
    told = {f for e in s.msel for f in e.reveals}
    told |= {f for d in s.decisions for o in d.options for f in (*o.effects.reveals, *o.effects.asks)}
    for i, f in enumerate(s.facts):
        if f.discovers == "known" and f.id not in told and not f.visible_to:
            said = f"nothing reveals {f.id}: the clock of the notices can never start"
            yield Finding("error", f"facts[{i}]", said)


def _quality(s: Scenario) -> Iterator[Finding]:
    reached = _reach(s).milestones
    for i, m in enumerate(s.milestones):
        if m.id not in reached:
            yield Finding("warning", f"milestones[{i}]", f"nothing ever reaches milestone {m.id}")
    tasks = {e.task for e in s.expectations}
    for i, o in enumerate(s.objectives):
        for j, task in enumerate(o.tasks):
            if task.id not in tasks:
                said = f"no expectation measures task {task.id}"
                yield Finding("warning", f"objectives[{i}].tasks[{j}]", said)
    if not s.facilitator.hot_wash:
        yield Finding("warning", "facilitator.hot_wash", "no question for the hot wash")
    if not any(m.final for m in s.milestones):
        yield Finding("warning", "milestones", "no milestone is final: play ends only when somebody ends it")


RULES = (_unreachable, _undecided, _leaks, _table, _clock, _quality)
