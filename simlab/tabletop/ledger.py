"""Truth, belief and statement: what is so, who knows it since when, and what was said about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from simlab.controls.inforce import Controls
from simlab.tabletop import reading
from simlab.tabletop.consequences import Exposure, company, exposure, readable
from simlab.tabletop.scenario import Fact, Say, Scenario
from simlab.tabletop.state import Delivered, Down, Entry, Made, Note, Seen, State, Statement


def exposed(scenario: Scenario, state: State, until: int | None = None) -> Exposure | None:
    """Who is exposed at the moment of `state` (or at `until`); None without an intrusion."""
    intrusion = scenario.intrusion
    if intrusion is None:
        return None
    t = state.t if until is None else until
    read = reading.members_read(intrusion, state.in_force, state.shut, t, size=state.members)
    at_theft = controls_of_path(scenario, state.in_force)
    return exposure(
        company(state.seed, state.members),
        at_theft,
        intrusion.path,
        system=intrusion.system,
        read=read,
        seed=state.seed,
    )


def controls_of_path(scenario: Scenario, in_force: reading.InForce) -> Controls:
    """The controls that decide whether what was taken can be read.

    They are those at the first read, or for a password the first ones that let it in: what was
    read in plain stays read when a control is turned on afterwards.
    """
    assert scenario.intrusion is not None
    at_first = reading.controls_at(in_force, scenario.intrusion.first_read)
    let_in = [c for t, c in in_force if t >= scenario.intrusion.first_read and not reading.stops_password(c)]
    if scenario.intrusion.path == "password" and reading.stops_password(at_first) and let_in:
        return let_in[0]
    return at_first


def contradicts(number: int | None, bound: str, truth: int) -> bool:
    """Whether a stated number is contradicted by the true one; no number contradicts nothing."""
    if number is None:
        return False
    if bound == "at_least":
        return truth < number
    if bound == "at_most":
        return truth > number
    return truth != number


class Ledger:
    """The state while it is being folded; nothing of it leaves but the frozen State."""

    def __init__(self, scenario: Scenario, seed: int, size: int, controls: Controls) -> None:
        self.s, self.seed, self.size = scenario, seed, size
        self.t, self.status, self.speed = 0, "ready", 1
        self.facts: dict[str, Fact] = {f.id: f for f in scenario.facts}
        self.delivered: list[Delivered] = []
        self.open: dict[str, int] = {}
        self.made: dict[str, Made] = {}
        self.milestones: dict[str, int] = {}
        self.active: set[str] = set()
        first = scenario.intrusion.first_read if scenario.intrusion else 0
        self.in_force: list[tuple[int, Controls]] = [(min(0, first), controls)]
        self.shut: list[tuple[int, str]] = []
        self.belief: dict[str, dict[str, int]] = {r.id: {} for r in scenario.roles}
        self.discovered: int | None = None
        self.statements: list[Statement] = []
        self.notified: dict[str, int] = {}
        self.outages: list[Down] = []
        self.notes: list[Note] = []
        self.timeline: list[Entry] = []
        self.adjudicated_from: int | None = None
        self.skipped: list[str] = []
        self.late: list[str] = []

    def log(self, kind: str, what: str, key: str = "") -> None:
        self.timeline.append(Entry(self.t, kind, what, key))

    def is_on(self, milestone: str) -> bool:
        if milestone == "records-read":
            return self.read() > 0
        if milestone == "records-readable":
            return self.count() > 0
        return milestone in self.active

    def reveal(self, facts: Iterable[str], roles: Iterable[str]) -> None:
        for name in facts:
            fact = self.facts[name]
            is_past = not isinstance(fact.t, int) or fact.t <= self.t
            if not is_past or not all(self.is_on(m) for m in fact.when):
                continue
            for role in roles:
                self.belief[role].setdefault(name, self.t)
            if fact.discovers == "known" and self.discovered is None and list(roles):
                self.discovered = self.t
                self.log("milestone", "the incident is known to the plan", "discovered")

    def say(self, say: Say, made: Made, owner: str) -> None:
        truth = self.count()
        number = self.read() if say.affected == "as_logged" else say.affected
        true_now = [f for f in say.denies if all(self.is_on(m) for m in self.facts[f].when)]
        missing = tuple(f for f in say.rests_on if f not in self.belief.get(owner, {}))
        faults = [
            *(["false"] if true_now or contradicts(number, say.bound, truth) else []),
            *(["unsupported"] if missing else []),
            *(["late"] if say.due is not None and self.t > say.due else []),
        ]
        self.statements.append(
            Statement(
                made.decision, self.t, owner, say.to, self.filled(say.text), number, say.bound, say.basis, truth,
                tuple(true_now), missing, tuple(faults),
            )
        )  # fmt: skip
        self.log("statement", f"to {say.to}: {self.filled(say.text)}", made.decision)

    def read(self) -> int:
        if self.s.intrusion is None:
            return 0
        return reading.members_read(self.s.intrusion, self.in_force, self.shut, self.t, size=self.size)

    def count(self) -> int:
        """Individuals whose information can be read at this moment."""
        if self.s.intrusion is None:
            return 0
        state, _ = readable(controls_of_path(self.s, self.in_force), self.s.intrusion.path)
        return self.read() if state == "plain" else 0

    def told(self, facts: Iterable[str]) -> list[str]:
        """Those of the facts that some player at the table holds."""
        players = [role.id for role in self.s.roles if role.kind == "player"]
        return [fact for fact in facts if any(fact in self.belief[role] for role in players)]

    def seen(self) -> Seen | None:
        found = exposed(self.s, self._frozen(None))
        if found is None:
            return None
        return Seen(
            found.path, found.readable, len(found.taken), found.count, found.by_state, found.data_classes, found.reason
        )

    def filled(self, text: str) -> str:
        """The text with the numbers of this company in it; a brace that is no placeholder stays."""
        if "{" not in text:
            return text
        return re.sub(r"\{(read|members|states)\}", lambda m: self._number(m[1]), text)

    def _number(self, name: str) -> str:
        if name == "states":
            seen = self.seen()
            return ", ".join(seen.by_state) if seen and seen.by_state else "no State"
        return f"{self.read() if name == 'read' else self.size:,}"

    def state(self) -> State:
        return self._frozen(self.seen())

    def _frozen(self, seen: Seen | None) -> State:
        moves = [m.number for m in self.s.moves if m.t <= self.t]
        return State(
            scenario=self.s.id, seed=self.seed, members=self.size, t=self.t, status=self.status, speed=self.speed,
            move=moves[-1] if moves else self.s.moves[0].number, delivered=tuple(self.delivered),
            open=tuple(self.open), made=tuple(self.made.values()), milestones=dict(self.milestones),
            active=tuple(sorted(self.active)), in_force=tuple(self.in_force), shut=tuple(self.shut),
            contained=self.milestones.get("contained"), discovered=self.discovered,
            belief={role: dict(facts) for role, facts in self.belief.items()}, statements=tuple(self.statements),
            notified=dict(self.notified), outages=tuple(self.outages), notes=tuple(self.notes),
            timeline=tuple(self.timeline), exposure=seen, adjudicated_from=self.adjudicated_from,
            skipped=tuple(self.skipped),
            late=tuple(self.late),
        )  # fmt: skip
