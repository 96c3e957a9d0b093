"""A session played from a file of decisions, with nobody at the table.

    seed: 7
    members: 10000
    until: 90d
    decisions:
      d1: call-and-check
      d2: {option: disable-account, at: 1h 30m, rationale: only the account is misused}

A decision is taken when it is put, or at `at` when that is later; one that the file leaves out is
left to its deadline.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from simlab.content.loader import Model, fault, load_file
from simlab.errors import SimlabError
from simlab.tabletop.scenario import Offset, Scenario
from simlab.tabletop.session import Session


class Choice(Model):
    option: str
    at: Offset | None = None
    rationale: str = ""


def _short(value: Any) -> Any:
    """`d1: option` is short for `d1: {option: option}`."""
    return {"option": value} if isinstance(value, str) else value


class Plan(Model):
    """A file of decisions."""

    seed: int | None = None
    members: int | None = None
    until: Offset | None = None
    by: str = "team"
    decisions: dict[str, Annotated[Choice, BeforeValidator(_short)]] = {}

    def choice(self, decision: str) -> Choice | None:
        """What the file says for a decision; None when it says nothing."""
        return self.decisions.get(decision)


def load_plan(path: Path, scenario: Scenario) -> Plan:
    """The file, held against its scenario. Raises ContentError naming file, line and key."""
    plan = load_file(path, Plan)
    for name, choice in plan.decisions.items():
        try:
            scenario.decision(name).option(choice.option)
        except SimlabError as e:
            raise fault(path, ["decisions", name], str(e)) from None
    if plan.until is not None and plan.until < 0:
        raise fault(path, ["until"], "lies before STARTEX: write an offset such as 90d")
    return plan


def play(session: Session, plan: Plan) -> list[str]:
    """Play a session to the end of the scenario, or to `until`; gives the decisions that were never put."""
    while session.state.status != "ended":
        _decide(session, plan)
        target = _next(session, plan)
        if target is None or session.state.status == "ended":
            break
        session.advance(target)
    if session.state.status != "ended":
        session.act("end", plan.by)
    return [name for name in plan.decisions if session.state.choice(name) is None]


def _decide(session: Session, plan: Plan) -> None:
    for name in session.state.open:
        choice = plan.choice(name)
        if choice and (choice.at is None or choice.at <= session.state.t) and name in session.state.open:
            session.decide(name, choice.option, by=plan.by, rationale=choice.rationale)
            _decide(session, plan)  # deciding may put the next one
            return


def _next(session: Session, plan: Plan) -> int | None:
    """The next moment to stop at; None when the session is over."""
    t = session.state.t
    if plan.until is not None and t >= plan.until:
        return None
    planned = [c.at for name in session.state.open if (c := plan.choice(name)) and c.at is not None]
    times = [x for x in (session.next_moment(), plan.until, *planned) if x is not None]
    return min(times, default=None)
