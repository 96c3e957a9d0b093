"""What would have happened had the team decided otherwise, or had another control been in force.

The same actions are folded again with the changed choice. Every draw is keyed, so chance is the
same in both branches, and whatever differs follows from the change.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from simlab import clock
from simlab.errors import InputError
from simlab.tabletop.actions import Action
from simlab.tabletop.engine import fold
from simlab.tabletop.outcome import Outcome, outcome
from simlab.tabletop.scenario import Scenario
from simlab.tabletop.state import Entry


@dataclasses.dataclass(frozen=True)
class Change:
    """One thing that differs, before and after, in words."""

    topic: str
    what: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the two timelines side by side; None: it did not happen in that branch."""

    kind: str
    what: str
    before: int | None
    after: int | None

    @property
    def is_same(self) -> bool:
        return self.before == self.after


@dataclasses.dataclass(frozen=True)
class Difference:
    """Two branches of one session. `before` was played, `after` is what-if."""

    choices: Mapping[str, str]
    controls: Mapping[str, Any]
    before: Outcome
    after: Outcome
    changes: tuple[Change, ...]
    timeline: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the change made no difference at all."""
        return not self.changes and all(row.is_same for row in self.timeline)

    @property
    def label(self) -> str:
        """The change in short: `d2=disable-account, mfa=passkey`."""
        return ", ".join(f"{k}={v}" for k, v in [*self.choices.items(), *self.controls.items()])

    def text(self) -> str:
        """The difference as plain text for a console."""
        if self.is_same:
            return "\n".join([f"What if {self.label}: nothing changes.", *self.notes])
        lines = [f"What if {self.label}:", ""]
        for topic in dict.fromkeys(c.topic for c in self.changes):
            lines.append(topic)
            lines += [f"  {c.what}: {c.before} -> {c.after}" for c in self.changes if c.topic == topic]
        lines += ["", "Timeline (as played | what if)"]
        lines += [
            f"  {_at(row.before):>12} | {_at(row.after):>12}  {row.kind}: {row.what}"
            for row in self.timeline
            if not row.is_same
        ]
        return "\n".join([*lines, *(["", *self.notes] if self.notes else [])])


def whatif(
    scenario: Scenario,
    seed: int,
    members: int,
    actions: Iterable[Action],
    choices: Mapping[str, str] | None = None,
    controls: Mapping[str, Any] | None = None,
) -> Difference:
    """Both branches and what differs. Raises InputError when nothing is asked, UnknownName."""
    choices, controls, actions = dict(choices or {}), dict(controls or {}), list(actions)
    if not choices and not controls:
        raise InputError("what if what? give a decision with another option, or a control with another value")
    before = fold(scenario, seed, members, actions)
    after = fold(scenario, seed, members, actions, choices=choices, controls=controls, tolerant=True)
    first, second = outcome(scenario, before), outcome(scenario, after)
    return Difference(
        choices, controls, first, second,
        tuple(_changes(first, second)), tuple(side_by_side(before.timeline, after.timeline)),
        tuple(_notes(first, second, choices)),
    )  # fmt: skip


def side_by_side(before: Iterable[Entry], after: Iterable[Entry]) -> list[Row]:
    """Two timelines as one, in order of time; what happened in both stands in one row."""
    one = {(e.kind, e.key, e.what): e.t for e in before}
    two = {(e.kind, e.key, e.what): e.t for e in after}
    keys = sorted(one.keys() | two.keys(), key=lambda k: (min(t[k] for t in (one, two) if k in t), k))
    return [Row(kind, what, one.get((kind, key, what)), two.get((kind, key, what))) for kind, key, what in keys]


def _at(t: int | None) -> str:
    return "-" if t is None else clock.duration(t)


def _changes(before: Outcome, after: Outcome) -> Iterable[Change]:
    for topic, facts, absent in (
        ("Exposure", _exposure, "0"),
        ("Duties", _duties, "not owed"),
        ("Statements", _statements, "not said"),
        ("Members refused care", _care, "0"),
        ("Expectations", _expectations, "-"),
        ("Times", _times, "-"),
    ):
        one, two = facts(before), facts(after)
        for what in dict.fromkeys([*one, *two]):
            was, is_ = one.get(what, absent), two.get(what, absent)
            if was != is_:
                yield Change(topic, what, was, is_)


def _exposure(o: Outcome) -> dict[str, str]:
    if o.exposure is None:
        return {}
    states = {f"in {state}": f"{n:,}" for state, n in sorted(o.exposure.by_state.items())}
    return {
        "individuals whose information can be read": f"{o.exposure.count:,}",
        "what the thief holds": o.exposure.readable,
        "because": o.exposure.reason,
    } | states


def _duties(o: Outcome) -> dict[str, str]:
    return {
        f"{x.duty.duty}{f' ({x.duty.state})' if x.duty.state else ''} [{x.duty.cite}]": (
            f"due {x.duty.due or 'on a day not known'}, {x.status}"
        )
        for x in o.owed
    }


def _statements(o: Outcome) -> dict[str, str]:
    return {f'"{s.text}"': ", ".join(s.faults) or "stands" for s in o.statements}


def _care(o: Outcome) -> dict[str, str]:
    return {"members whose care could not be confirmed": f"{o.turned_away:,}"}


def _expectations(o: Outcome) -> dict[str, str]:
    return {x.expectation.text: x.status for x in o.expected}


def _times(o: Outcome) -> dict[str, str]:
    return {m.name: str(m) for m in o.metrics}


def _notes(before: Outcome, after: Outcome, choices: Mapping[str, str]) -> Iterable[str]:
    for name in choices:
        if after.state.choice(name) is None:
            yield f"Decision {name} is not taken in this branch, so the change has nothing to act on."
    for name in after.state.skipped:
        yield f"Decision {name} was taken in play, and is not put in this branch."
    for name in after.state.late:
        yield f"Decision {name} is put later in this branch, and is taken then as it was in play."
    if before.state.adjudicated_from is not None:
        since = clock.duration(before.state.adjudicated_from)
        yield f"From {since} on the facilitator improvised; the branch repeats that, though it might have gone otherwise."


@dataclasses.dataclass(frozen=True)
class Branch:
    """One line of a sweep: a single change and what the session comes to with it."""

    label: str
    words: str
    outcome: Outcome
    is_same: bool


# One other value of each control that bears on who is exposed.
FLIPS: tuple[dict[str, Any], ...] = (
    {"mfa": "none"}, {"mfa": "sms"}, {"mfa": "push"}, {"mfa": "passkey"}, {"sealed_fields": False},
    {"sealed_fields": True}, {"keys_apart": False}, {"keys_apart": True}, {"bulk_read_limit": 20},
    {"session_minutes": 30},
)  # fmt: skip


def sweep(scenario: Scenario, seed: int, members: int, actions: Iterable[Action]) -> list[Branch]:
    """The session as it would have gone with each other option, and with each control turned."""
    actions = list(actions)
    played = fold(scenario, seed, members, actions)
    before = outcome(scenario, played)
    out = []
    for change, words in _single(scenario, played.choice):
        after = fold(scenario, seed, members, actions, **change, tolerant=True)
        label = ", ".join(f"{k}={v}" for part in change.values() for k, v in part.items())
        out.append(_branch(label, words, before, outcome(scenario, after)))
    for flip in FLIPS:
        if any(getattr(scenario.controls, name) == value for name, value in flip.items()):
            continue
        after = fold(scenario, seed, members, actions, controls=flip, tolerant=True)
        name, value = next(iter(flip.items()))
        words = f"Control {name.replace('_', ' ')} at STARTEX: {_value(value)}"
        out.append(_branch(f"{name}={value}", words, before, outcome(scenario, after)))
    return out


def _branch(label: str, words: str, before: Outcome, after: Outcome) -> Branch:
    return Branch(label, words, after, not any(_changes(before, after)))


def _value(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _single(scenario: Scenario, choice: Any) -> Iterable[tuple[dict[str, dict[str, str]], str]]:
    """Every other option of every decision that was taken."""
    for decision in scenario.decisions:
        made = choice(decision.id)
        for option in decision.options if made else ():
            if option.id != made.option:
                yield {"choices": {decision.id: option.id}}, f"{decision.title}: {option.text}"
