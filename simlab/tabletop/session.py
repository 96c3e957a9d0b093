"""One session: a scenario, a seed, a company, and the actions taken so far."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simlab import clock, personal
from simlab.errors import InputError, SessionError
from simlab.tabletop.actions import Action, action
from simlab.tabletop.consequences import company
from simlab.tabletop.engine import fold, next_moment
from simlab.tabletop.outcome import Outcome, outcome
from simlab.tabletop.scenario import Scenario, load
from simlab.tabletop.state import State
from simlab.tabletop.store import Card, Record, Store
from simlab.tabletop.whatif import Difference, whatif


class Session:
    """A session that is open. What it holds can be lost at any moment: all of it is in the store."""

    def __init__(self, store: Store, card: Card, scenario: Scenario, records: list[Record]) -> None:
        self.store, self.card, self.scenario = store, card, scenario
        self._records = records
        self._state: State | None = None

    @classmethod
    def start(
        cls,
        scenario: str | Path,
        seed: int,
        store: Store | str | None = None,
        *,
        members: int = 10_000,
        by: str = "facilitator",
    ) -> Session:
        """A new session, begun at STARTEX; without a store it lasts as long as the program.

        Raises UnknownName, ContentError, InputError.
        """
        play = load(scenario)
        company(seed, members)  # a company that cannot be is told before anything is kept
        kept = _store(store)
        name = str(scenario) if Path(scenario).suffix == "" else str(Path(scenario).resolve())
        session = cls(kept, kept.create(name, play.digest(), seed, members, stem=play.id), play, [])
        session.act("start", by)
        return session

    @classmethod
    def open(cls, store: Store | str, session_id: str) -> Session:
        """A session that is kept.

        Raises UnknownName, and SessionError when its scenario's file has changed since.
        """
        kept = _store(store)
        card = kept.card(session_id)
        scenario = load(card.scenario)
        if scenario.digest() != card.scenario_hash:
            raise SessionError(
                f"session {session_id} was played on another version of scenario {scenario.id}: "
                f"its hash was {card.scenario_hash[:12]} and is now {scenario.digest()[:12]}; "
                "bring back the file as it was, or start a new session"
            )
        return cls(kept, card, scenario, kept.records(session_id))

    @property
    def id(self) -> str:
        return self.card.session

    @property
    def actions(self) -> list[Action]:
        return [record.action for record in self._records]

    @property
    def state(self) -> State:
        """Where the session stands."""
        if self._state is None:
            self._state = self._fold(self.actions)
        return self._state

    @property
    def recorded(self) -> str:
        """The digest of the state as it was when the last action was kept."""
        return self._records[-1].state if self._records else ""

    def _fold(self, actions: list[Action]) -> State:
        return fold(self.scenario, self.card.seed, self.card.members, actions)

    def act(self, kind: str, by: str, **data: Any) -> State:
        """Do something, keep it, and give the new state.

        Raises SessionError when it is not possible now, or when somebody else acted meanwhile.
        """
        # What people type may name somebody real: it goes into a log that is kept, and into a report.
        new = action(kind, by, **personal.clean(data))
        state = self._fold([*self.actions, new])
        seq = len(self._records) + 1
        self.store.append(self.id, seq, new, state.digest())
        self._records.append(Record(seq, new, state.digest()))
        self._state = state
        return state

    def decide(self, decision_id: str, option_id: str, *, by: str = "team", rationale: str = "") -> State:
        """Take a decision that is put. Raises SessionError, UnknownName."""
        return self.act("decide", by, decision=decision_id, option=option_id, rationale=rationale)

    def advance(self, to: int | str | None = None, *, by: str = "facilitator") -> State:
        """Let scenario time go on: to the next thing that happens, or to an offset such as `26h`."""
        if isinstance(to, str):
            to = clock.seconds(to)
        if to is None:
            to = self.next_moment()
            if to is None:
                raise SessionError("nothing more is due in this scenario: end the session")
        return self.act("advance", by, to=to)

    def next_moment(self) -> int | None:
        """When something next happens; None when nothing is due. What it is stays with the scenario."""
        return next_moment(self.scenario, self.card.seed, self.card.members, self.actions)

    def refresh(self) -> State:
        """Read what others did meanwhile."""
        self._records, self._state = self.store.records(self.id), None
        return self.state

    def replay(self) -> str:
        """The digest of the state, folded anew from what is kept; equal to `recorded` if all is well."""
        return self._fold([record.action for record in self.store.records(self.id)]).digest()

    def first_difference(self) -> int | None:
        """The number of the first action whose state is not what was recorded; None when all are."""
        records = self.store.records(self.id)
        for i, record in enumerate(records):
            if self._fold([r.action for r in records[: i + 1]]).digest() != record.state:
                return record.seq
        return None

    def outcome(self) -> Outcome:
        """What the session comes to as it stands."""
        return outcome(self.scenario, self.state)

    def whatif(
        self, choices: Mapping[str, str] | None = None, *, controls: Mapping[str, Any] | None = None
    ) -> Difference:
        """What changes with another option taken, or other controls in force. Nothing is kept."""
        return whatif(self.scenario, self.card.seed, self.card.members, self.actions, choices, controls)

    def report(self, path: str | Path | None = None) -> str:
        """The after-action report as HTML, written to `path` when one is given."""
        from simlab.tabletop.report import render

        html = render(self)
        if path is not None:
            try:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Path(path).write_text(html, encoding="utf-8")
            except OSError as e:
                raise InputError(f"report {path}: cannot be written: {e.strerror}") from None
        return html


def _store(store: Store | str | None) -> Store:
    return store if isinstance(store, Store) else Store(store or "sqlite://")
