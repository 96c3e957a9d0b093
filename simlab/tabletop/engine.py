"""The engine: a session's state is a pure fold of its actions, and nothing else.

Scenario time moves only by `advance`. Whatever falls due on the way happens in order of time:
first what was set going (effects, facts seen), then events of the MSEL, then deadlines.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simlab import clock, draw
from simlab.controls.inforce import Controls
from simlab.errors import SessionError, UnknownName
from simlab.tabletop import reading
from simlab.tabletop.actions import Action
from simlab.tabletop.consequences import company, needing_care
from simlab.tabletop.ledger import Ledger, exposed
from simlab.tabletop.scenario import BUILT_IN, Effects, Event, Fact, Option, Scenario
from simlab.tabletop.state import Delivered, Down, Made, Note, State

# Order of what falls due in the same second.
_EFFECT, _FACT, _EVENT, _HELD, _DEADLINE = range(5)
# A year: nobody advances further by a slip of the keyboard.
FURTHEST = 366 * 86_400


def fold(
    scenario: Scenario,
    seed: int,
    insurer_size: int,
    actions: Iterable[Action],
    *,
    choices: Mapping[str, str] | None = None,
    controls: Mapping[str, Any] | None = None,
    tolerant: bool = False,
) -> State:
    """The state after these actions.

    `choices` (decision -> option) and `controls` are what a what-if changes; with `tolerant` a
    decision that this branch puts later is taken once it is put (`State.late`), and one that it
    never puts is skipped (`State.skipped`).
    Raises SessionError for an action that is not possible, UnknownName for what is not there.
    """
    run = _Run(scenario, seed, insurer_size, dict(choices or {}), scenario.controls.with_(**(controls or {})), tolerant)
    for action in actions:
        run.do(action)
    run.skipped = list(run.held)
    return run.state()


def next_moment(scenario: Scenario, seed: int, insurer_size: int, actions: Iterable[Action]) -> int | None:
    """The second at which something next happens that anybody sees; None when nothing is due any more.

    Only the moment is told, not what it brings.
    """
    run = _Run(scenario, seed, insurer_size, {}, scenario.controls, False)
    for action in actions:
        run.do(action)
    before = len(run.timeline)
    while run.agenda and len(run.timeline) == before and run.status != "ended":
        run._run_to(run.agenda[0][0])
    return run.t if len(run.timeline) > before else None


class _Run(Ledger):
    """The fold at work: actions, and what falls due as time goes on."""

    def __init__(
        self, scenario: Scenario, seed: int, size: int, choices: dict[str, str], controls: Controls, tolerant: bool
    ) -> None:
        super().__init__(scenario, seed, size, controls)
        self.choices, self.tolerant = choices, tolerant
        self.agenda: list[tuple[int, int, int, int, Any]] = []
        self.turn = 0
        # What-if: decisions taken in play before this branch puts them; taken once they are put.
        self.held: dict[str, tuple[str, Action]] = {}
        for name, option in choices.items():
            scenario.decision(name).option(option)

    # --- actions

    def do(self, action: Action) -> None:
        if action.kind != "start" and self.status == "ready":
            raise SessionError(f"{action.kind}: the session has not started: the first action is start")
        if self.status == "ended" and action.kind != "note":
            if self.tolerant:  # this branch came to its end before the one that was played
                return
            raise SessionError(f"{action.kind}: the session ended at {clock.duration(self.t)}: only notes can follow")
        getattr(self, f"_do_{action.kind}")(action)

    def _do_start(self, action: Action) -> None:
        if self.status != "ready":
            raise SessionError("start: the session has started already")
        self.status = "running"
        for i, fact in enumerate(self.s.facts):
            if fact.visible_to:
                self._due(max(0, fact.t if isinstance(fact.t, int) else 0), _FACT, i, fact)
        for i, event in enumerate(self.s.msel):
            if event.after is None:
                self._due(event.t, _EVENT, i, event)
        self.t = min([0, *(at for at, *_ in self.agenda)])
        self._run_to(0)

    def _do_advance(self, action: Action) -> None:
        to = action.data["to"]
        if to < self.t:
            raise SessionError(
                f"advance: scenario time is {clock.duration(self.t)}: it cannot go back to {clock.duration(to)}"
            )
        if to > FURTHEST:
            raise SessionError(f"advance: {clock.duration(to)} is too far: at most {clock.duration(FURTHEST)}")
        self._run_to(to)

    def _do_decide(self, action: Action) -> None:
        decision = self.s.decision(action.data["decision"])
        option = decision.option(action.data["option"])
        if decision.id not in self.open:
            if self.tolerant:
                if decision.id not in self.made:
                    self.held[decision.id] = (option.id, action)
                return
            done = self.made.get(decision.id)
            why = f"was taken at {clock.duration(done.t)}: {done.option}" if done else "has not been put yet"
            raise SessionError(f"decision {decision.id} {why}")
        rationale = action.data.get("rationale", "")
        self._take(Made(decision.id, option.id, self.t, action.by, rationale))
        self._run_to(self.t)

    def _do_inject(self, action: Action) -> None:
        data = action.data
        to, sender = tuple(data.get("to", ())), data.get("from", "")
        self._all_known("role", [*to, *([sender] if sender else [])], [r.id for r in self.s.roles])
        self._all_known("milestone", data.get("activate", ()), [m.id for m in self.s.milestones])
        self._all_known("fact", data.get("reveals", ()), [f.id for f in self.s.facts])
        if self.adjudicated_from is None:
            self.adjudicated_from = self.t
        number = f"ADJ-{1 + sum(d.adjudicated for d in self.delivered)}"
        title = data.get("title", "") or "Improvised inject"
        self.delivered.append(
            Delivered(number, self.t, "inject", "in_person", sender, to, title, data.get("text", ""), adjudicated=True)
        )
        self.log("inject", f"{title} (improvised)", number)
        self.reveal(data.get("reveals", ()), to)
        for name in data.get("activate", ()):
            self._activate(name)
        self._run_to(self.t)

    def _do_note(self, action: Action) -> None:
        self.notes.append(Note(self.t, action.by, action.data.get("text", "")))

    def _do_pause(self, action: Action) -> None:
        self.status = "paused"

    def _do_resume(self, action: Action) -> None:
        self.status = "running"

    def _do_speed(self, action: Action) -> None:
        self.speed = action.data["factor"]

    def _do_end(self, action: Action) -> None:
        self._end("ENDEX")

    @staticmethod
    def _all_known(kind: str, wanted: Iterable[str], known: list[str]) -> None:
        for name in wanted:
            if name not in known:
                raise UnknownName(kind, name, known)

    # --- time

    def _due(self, t: int, rank: int, order: int, what: Any) -> None:
        # The turn keeps two things of one rank and order in the sequence in which they were set.
        self.turn += 1
        heapq.heappush(self.agenda, (t, rank, order, self.turn, what))

    def _run_to(self, to: int) -> None:
        while self.status != "ended" and self.agenda and self.agenda[0][0] <= to:
            t, rank, _, _, what = heapq.heappop(self.agenda)
            self.t = max(self.t, t)
            _HANDLE[rank](self, what)
        if self.status != "ended":
            self.t = max(self.t, to)

    def _end(self, what: str) -> None:
        self.status = "ended"
        self.log("move", what)

    # --- what falls due

    def _see(self, fact: Fact) -> None:
        self.reveal((fact.id,), fact.visible_to)

    def _deliver(self, event: Event) -> None:
        if not all(self.is_on(m) for m in event.when) or any(self.is_on(m) for m in event.unless):
            return
        self.delivered.append(
            Delivered(
                event.control_number, self.t, event.type, event.source_type, event.sender, event.to, event.title,
                self.filled(event.text), event.artefact, event.text_alternative,
            )
        )  # fmt: skip
        self.log(event.type, event.title, event.control_number)
        self.reveal(event.reveals, event.to)
        for name in event.deactivate:
            self.active.discard(name)
        for name in event.activate:
            self._activate(name)
        for name in event.opens:
            if name not in self.open and name not in self.made:
                self.open[name] = self.t
                order = [d.id for d in self.s.decisions].index(name)
                self._due(self.s.decisions[order].due(self.t), _DEADLINE, order, name)
                if name in self.held:
                    self.late.append(name)
                    self._due(self.t, _HELD, order, name)

    def _take_held(self, name: str) -> None:
        option, action = self.held.pop(name)
        if name in self.open:
            self._take(Made(name, option, self.t, action.by, action.data.get("rationale", "")))

    def _deadline(self, name: str) -> None:
        if name in self.open:
            decision = self.s.decision(name)
            if not decision.default:
                raise SessionError(
                    f"decision {name} passed its deadline and has no default: run `simlab tabletop lint`"
                )
            self._take(Made(name, decision.default, self.t, "default", "", by_default=True))

    def _take(self, made: Made) -> None:
        """Record a decision, or what a what-if puts in its place, and set its effects going."""
        other = self.choices.get(made.decision, made.option)
        if other != made.option:
            made = Made(made.decision, other, made.t, "what-if")
        option = self.s.decision(made.decision).option(made.option)
        del self.open[made.decision]
        self.made[made.decision] = made
        how = " (by default: nobody decided in time)" if made.by_default else ""
        self.log("decision", f"{self.s.decision(made.decision).title}: {option.text}{how}", made.decision)
        self._due(self.t + self._takes(made.decision, option), _EFFECT, len(self.made), (made, option))

    def _takes(self, decision: str, option: Option) -> int:
        takes = option.effects.takes
        if isinstance(takes, int):
            return takes
        span = takes.most - takes.least + 1
        return takes.least + draw.one(self.seed, "tabletop: time an option takes", f"{decision}/{option.id}", span)

    def _work(self, what: tuple[Made, Option]) -> None:
        made, option = what
        effects, owner = option.effects, self.s.decision(made.decision).owner_role
        self.log("effect", option.outcome, made.decision)
        self._change_controls(effects)
        self.reveal([*effects.reveals, *self.told(effects.asks)], (owner,) if owner else ())
        if effects.say:
            self.say(effects.say, made, owner)
        if effects.outage:
            self._go_down(effects)
        for who in effects.notify:
            self.notified.setdefault(who, self.t)
        for name in effects.deactivate:
            self.active.discard(name)
        for name in effects.activate:
            self._activate(name)

    def _change_controls(self, effects: Effects) -> None:
        if effects.controls:
            self.in_force.append((self.t, self.in_force[-1][1].with_(**effects.controls)))
        if effects.contain:
            self.shut.append((self.t, effects.contain))
        if self.s.intrusion is None or not (effects.controls or effects.contain):
            return
        if reading.is_contained(self.s.intrusion, self.in_force, self.shut, self.t) and "contained" not in self.active:
            self._activate("contained")

    def _go_down(self, effects: Effects) -> None:
        assert effects.outage is not None
        until = self.t + effects.outage.lasts
        first, last = self.s.local(self.t).date(), self.s.local(until).date()
        needing = 0
        if effects.outage.service == "eligibility":
            needing = needing_care(company(self.seed, self.size), first, last)
        self.outages.append(Down(effects.outage.service, self.t, until, needing))

    def _activate(self, name: str) -> None:
        self.active.add(name)
        if name in self.milestones:
            return
        self.milestones[name] = self.t
        texts = {m.id: m.text for m in self.s.milestones} | BUILT_IN
        self.log("milestone", texts[name], name)
        for i, event in enumerate(self.s.msel):
            if event.after == name:
                self._due(self.t + event.t, _EVENT, i, event)
        if any(m.id == name and m.final for m in self.s.milestones):
            self._end(f"ENDEX: {texts[name]}")


_HANDLE: dict[int, Callable[[_Run, Any], None]] = {
    _EFFECT: _Run._work,
    _FACT: _Run._see,
    _EVENT: _Run._deliver,
    _HELD: _Run._take_held,
    _DEADLINE: _Run._deadline,
}


__all__ = ["FURTHEST", "exposed", "fold"]
