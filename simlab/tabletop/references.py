"""Everything in a scenario that points at something must point at something that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simlab.content.loader import fault
from simlab.errors import SimlabError
from simlab.tabletop.scenario import BUILT_IN, NOTIFIED, PLACEHOLDERS, Event, Option, Scenario

At = tuple[str | int, ...]
# One reference: where it stands, what kind of thing it names, the name, and the names there are.
Reference = tuple[At, str, Any, set[Any]]


def check(scenario: Scenario, path: Path) -> None:
    """Raises ContentError (file, line, key, nearest name) at the first reference to nothing."""
    for at, problem in _twins(scenario):
        raise fault(path, at, problem)
    for at, kind, name, known in _references(scenario):
        if name not in known:
            raise fault(path, at, _nothing(kind, name, known))
    for at, problem in _other(scenario):
        raise fault(path, at, problem)


def _nothing(kind: str, name: Any, known: set[Any]) -> str:
    words = sorted(str(k) for k in known)
    near = get_close_matches(str(name), words, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"no {kind} named {str(name)!r}: {hint}there are: {', '.join(words) or 'none'}"


def _twins(s: Scenario) -> Iterator[tuple[At, str]]:
    """Names written twice that are not called `id`; twin ids are found by the loader."""
    for key, field, items in (("msel", "control_number", s.msel), ("moves", "number", s.moves)):
        seen: set[Any] = set()
        for i, item in enumerate(items):
            name = getattr(item, field)
            if name in seen:
                yield (key, i, field), f"{field} {name!r} stands there already: give each its own"
            seen.add(name)
    for i, milestone in enumerate(s.milestones):
        if milestone.id in BUILT_IN:
            yield ("milestones", i, "id"), f"{milestone.id!r} is set by the engine: give it another name"
    tasks: set[str] = set()
    for i, objective in enumerate(s.objectives):
        for j, task in enumerate(objective.tasks):
            if task.id in tasks:
                yield ("objectives", i, "tasks", j, "id"), f"task {task.id!r} stands there already: give each its own"
            tasks.add(task.id)


def _known(s: Scenario) -> Mapping[str, set[Any]]:
    return {
        "role": {r.id for r in s.roles},
        "fact": {f.id for f in s.facts},
        "milestone": {m.id for m in s.milestones} | set(BUILT_IN),
        "decision": {d.id for d in s.decisions},
        "expectation": {e.id for e in s.expectations},
        "task": {t.id for o in s.objectives for t in o.tasks},
        "move": {m.number for m in s.moves},
    }


def _references(s: Scenario) -> Iterator[Reference]:
    known = _known(s)

    def each(kind: str, at: At, values: tuple[Any, ...]) -> Iterator[Reference]:
        for i, value in enumerate(values):
            yield (*at, i), kind, value, known[kind]

    for i, fact in enumerate(s.facts):
        yield from each("role", ("facts", i, "visible_to"), fact.visible_to)
        yield from each("milestone", ("facts", i, "when"), fact.when)
    for i, event in enumerate(s.msel):
        at: At = ("msel", i)
        yield (*at, "move"), "move", event.move, known["move"]
        yield (*at, "from"), "role", event.sender, known["role"]
        if event.after is not None:
            yield (*at, "after"), "milestone", event.after, known["milestone"]
        for field, kind in _EVENT:
            yield from each(kind, (*at, field), getattr(event, field))
    for i, decision in enumerate(s.decisions):
        at = ("decisions", i)
        if decision.owner_role:
            yield (*at, "owner_role"), "role", decision.owner_role, known["role"]
        if decision.default:
            yield (*at, "default"), "option", decision.default, {o.id for o in decision.options}
        for j, option in enumerate(decision.options):
            yield from _of_option(option, (*at, "options", j, "effects"), each)
    for i, expectation in enumerate(s.expectations):
        at = ("expectations", i)
        yield (*at, "owner_role"), "role", expectation.owner_role, known["role"]
        yield (*at, "milestone"), "milestone", expectation.milestone, known["milestone"]
        if expectation.task is not None:
            yield (*at, "task"), "task", expectation.task, known["task"]


_EVENT = (
    ("to", "role"), ("when", "milestone"), ("unless", "milestone"), ("activate", "milestone"),
    ("deactivate", "milestone"), ("reveals", "fact"), ("opens", "decision"), ("expects", "expectation"),
)  # fmt: skip


def _of_option(option: Option, at: At, each: Any) -> Iterator[Reference]:
    effects = option.effects
    yield from each("milestone", (*at, "activate"), effects.activate)
    yield from each("milestone", (*at, "deactivate"), effects.deactivate)
    yield from each("fact", (*at, "reveals"), effects.reveals)
    yield from each("fact", (*at, "asks"), effects.asks)
    if effects.say:
        yield from each("fact", (*at, "say", "rests_on"), effects.say.rests_on)
        yield from each("fact", (*at, "say", "denies"), effects.say.denies)
    for i, who in enumerate(effects.notify):
        yield (*at, "notify", i), "recipient", who, set(NOTIFIED)


def _other(s: Scenario) -> Iterator[tuple[At, str]]:
    """Faults that are not a name of nothing."""
    yield from _bad_times(s)
    for i, event in enumerate(s.msel):
        yield from _bad_placeholders(event, ("msel", i, "text"))
        for field in ("activate", "deactivate"):
            for j, name in enumerate(getattr(event, field)):
                if name in BUILT_IN:
                    yield ("msel", i, field, j), f"{name!r} is set by the engine: an event cannot"
    for i, decision in enumerate(s.decisions):
        for j, option in enumerate(decision.options):
            at = ("decisions", i, "options", j, "effects")
            for field in ("activate", "deactivate"):
                for k, name in enumerate(getattr(option.effects, field)):
                    if name in BUILT_IN:
                        yield (*at, field, k), f"{name!r} is set by the engine: use `contain` or `controls`"
            try:
                s.controls.with_(**option.effects.controls)
            except (SimlabError, ValidationError, ValueError, TypeError) as e:
                yield (*at, "controls"), _first_line(e)


def _first_line(e: Exception) -> str:
    if isinstance(e, ValidationError):
        first = e.errors(include_url=False)[0]
        return f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}"
    return str(e).splitlines()[0]


# True or not at any moment, computed; nothing can be counted from them.
_STATES = ("records-read", "records-readable")


def _bad_times(s: Scenario) -> Iterator[tuple[At, str]]:
    for i, move in enumerate(s.moves[1:], 1):
        if move.t < s.moves[i - 1].t:
            yield ("moves", i, "t"), "moves stand in order of time: this one begins before the one above"
    for i, event in enumerate(s.msel):
        if event.after in _STATES:
            yield ("msel", i, "after"), f"{event.after!r} has no moment of its own: use `when`"
        if event.after is not None and event.t < 0:
            yield ("msel", i, "t"), "with `after`, t counts from a milestone and cannot be negative"
    for i, expectation in enumerate(s.expectations):
        if expectation.milestone in _STATES:
            yield ("expectations", i, "milestone"), f"nobody is expected to reach {expectation.milestone!r}"
    for i, decision in enumerate(s.decisions):
        given = [t for t in (decision.deadline, decision.within) if t is not None]
        if len(given) != 1:
            yield ("decisions", i), "needs either `deadline` (from STARTEX) or `within` (from when it is put)"
        elif given[0] <= 0:
            key = "within" if decision.deadline is None else "deadline"
            yield ("decisions", i, key), "must lie after STARTEX: write an offset such as 4h"
        for j, option in enumerate(decision.options):
            takes = option.effects.takes
            least, most = (takes, takes) if isinstance(takes, int) else (takes.least, takes.most)
            if not 0 <= least <= most:
                yield ("decisions", i, "options", j, "effects", "takes"), "needs 0s <= least <= most"


def _bad_placeholders(event: Event, at: At) -> Iterator[tuple[At, str]]:
    for name in re.findall(r"\{(\w*)\}", event.text):
        if name not in PLACEHOLDERS:
            yield at, _nothing("placeholder", name, set(PLACEHOLDERS))
