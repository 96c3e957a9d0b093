"""What a session comes to: exposure, duties and their dates, statements, expectations, times.

Nothing here is scripted: individuals are counted in the company's tables, the duties are computed
by the room `response`, and the times are read off the timeline. Training material, not legal advice.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Literal

from simlab import clock, response
from simlab.response import Assessment, Duty, Facts
from simlab.tabletop.consequences import Exposure, company
from simlab.tabletop.ledger import controls_of_path, exposed
from simlab.tabletop.scenario import Expectation, Scenario
from simlab.tabletop.state import State, Statement

Met = Literal["met", "late", "never", "open", "not needed"]

# The duties of the Breach Notification Rule, and which notice of the session fulfils each.
_FULFILS = {"individuals": "individuals", "hhs-large": "hhs", "hhs-annual": "hhs", "media": "media"}


@dataclasses.dataclass(frozen=True)
class Owed:
    """A duty, the day on which it was done (None: not done), and how that stands to its limit."""

    duty: Duty
    done: dt.date | None
    status: str


@dataclasses.dataclass(frozen=True)
class Expected:
    """An expectation, when its milestone was reached (None: never), and how that stands."""

    expectation: Expectation
    reached: int | None
    status: Met


@dataclasses.dataclass(frozen=True)
class Metric:
    """A time in whole seconds; None when what ends it has not happened."""

    id: str
    name: str
    seconds: int | None

    def __str__(self) -> str:
        return "has not happened" if self.seconds is None else clock.duration(self.seconds)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The session, summed up at the moment of its state."""

    state: State
    exposure: Exposure | None
    facts: Facts | None
    assessment: Assessment | None
    owed: tuple[Owed, ...]
    expected: tuple[Expected, ...]
    metrics: tuple[Metric, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        return self.state.statements

    @property
    def turned_away(self) -> int:
        """Members whose care could not be confirmed while a service was off."""
        return sum(down.members for down in self.state.outages)


def outcome(scenario: Scenario, state: State) -> Outcome:
    """What the session comes to at the moment of `state`."""
    found = exposed(scenario, state)
    facts = facts_of(scenario, state, found) if found is not None and found.taken else None
    owed: list[Owed] = []
    if facts is not None:
        owed = [_owed(scenario, state, duty) for duty in response.duties(facts)]
    return Outcome(
        state=state,
        exposure=found,
        facts=facts,
        assessment=response.assess(facts) if facts is not None else None,
        owed=tuple(owed),
        expected=tuple(_expected(scenario, state, e) for e in scenario.expectations),
        metrics=_metrics(scenario, state),
    )


def facts_of(scenario: Scenario, state: State, found: Exposure) -> Facts:
    """The incident as `response` asks for it; individuals are counted from the members' table.

    Sealed fields are encrypted as the guidance says; their keys go with a backup or a drive unless
    they lie apart, and what the application opened for a log-in or a session was in use.
    """
    assert scenario.intrusion is not None
    controls = controls_of_path(scenario, state.in_force)
    occurred = scenario.local(scenario.intrusion.first_read).date()
    discovered = None if state.discovered is None else scenario.local(state.discovered).date()
    return Facts(
        covered_entity="Larkspur Health Plan",
        occurred=occurred,
        discovered=discovered,
        discovered_by="workforce",
        should_have_known=_should_have_known(scenario, state, occurred),
        is_phi=True,
        permitted_use=False,
        secured=controls.sealed_fields,
        key_compromised=found.path in ("backup", "drive") and not controls.keys_apart,
        in_use=found.path in ("password", "session"),
        counts=response.counts(company(state.seed, state.members), found.taken),
        hhs_notified=_day(scenario, state.notified, "hhs"),
    )


def _should_have_known(scenario: Scenario, state: State, occurred: dt.date) -> dt.date | None:
    days = [
        scenario.local(fact.t).date()
        for fact in scenario.facts
        if fact.discovers == "should_have_known" and isinstance(fact.t, int) and fact.t <= state.t
    ]
    return min((day for day in days if day >= occurred), default=None)


def _day(scenario: Scenario, notified: Mapping[str, int], who: str) -> dt.date | None:
    return scenario.local(notified[who]).date() if who in notified else None


def _owed(scenario: Scenario, state: State, duty: Duty) -> Owed:
    done = _day(scenario, state.notified, _FULFILS.get(duty.id.split(".")[-1], ""))
    if not duty.is_owed:
        return Owed(duty, done, f"hangs on {', '.join(duty.missing)}")
    if duty.due is None:
        return Owed(duty, done, "no date known")
    if done is not None:
        late = duty.days_late(done)
        return Owed(duty, done, f"{late} day{'s' if late > 1 else ''} late" if late else "in time")
    late = duty.days_late(scenario.local(state.t).date())
    return Owed(duty, None, f"not done, {late} day{'s' if late > 1 else ''} past its limit" if late else "still to do")


def _expected(scenario: Scenario, state: State, expectation: Expectation) -> Expected:
    reached = state.milestones.get(expectation.milestone)
    if reached is not None:
        return Expected(expectation, reached, "met" if reached <= expectation.by else "late")
    if scenario.intrusion is not None and state.exposure is not None and not state.exposure.taken:
        return Expected(expectation, None, "not needed")
    if state.status != "ended" and state.t <= expectation.by:
        return Expected(expectation, None, "open")
    return Expected(expectation, None, "never")


def _metrics(scenario: Scenario, state: State) -> tuple[Metric, ...]:
    first = scenario.intrusion.first_read if scenario.intrusion else None
    if state.exposure is None or not state.exposure.taken:
        first = None

    def between(start: int | None, end: int | None) -> int | None:
        return None if start is None or end is None else end - start

    told = state.notified.get
    return (
        Metric("detect", "from the first record read to discovery", between(first, state.discovered)),
        Metric("contain", "from the first record read to the way in being shut", between(first, state.contained)),
        Metric("contain-known", "from discovery to the way in being shut", between(state.discovered, state.contained)),
        Metric(
            "notify", "from discovery to the letters to individuals", between(state.discovered, told("individuals"))
        ),
        Metric("notify-hhs", "from discovery to the notice to HHS", between(state.discovered, told("hhs"))),
        Metric("police", "from STARTEX to law enforcement", told("law_enforcement")),
    )
