"""State insurance privacy rules beside HIPAA, as data of their own: the stricter of the two decides.

`content/state_privacy/`, one rule a file, each with its citation, the day on which it was last checked, and
what counsel must confirm. Most follow NAIC model regulation 672: an authorization for health information
outside insurance functions, and nothing more for what HIPAA permits without one.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Annotated

from pydantic import Field, model_validator

from simlab.clock import local_date
from simlab.content import Model, load, names
from simlab.controls.consent import asking
from simlab.controls.consent.records import HOME, Authorization, When
from simlab.controls.consent.registry import Registry
from simlab.controls.sharing.request import Request
from simlab.controls.sharing.rules import GROUPED, Ground
from simlab.controls.sharing.weighing import Weighed

Text = Annotated[str, Field(min_length=5, max_length=400)]


class Source(Model):
    """Something that a State rule says, and where."""

    says: Text
    cite: Text


class Life(Model):
    """For how many months an authorization serves from the day on which it was signed."""

    months: Annotated[int, Field(ge=1, le=120)]
    says: Text
    cite: Text
    except_recipients: tuple[str, ...] = ()


class StateRule(Model):
    """A State's rule for what an insurer tells of its members who live there.

    Without `hipaa_suffices` it asks for an authorization for every purpose that is not among `functions`.
    """

    id: str
    name: Text
    states: Annotated[tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...], Field(min_length=1)]
    family: Text
    cite: Text
    checked: dt.date
    checked_against: Text
    confirm: Text
    hipaa_suffices: Source | None = None
    functions: tuple[str, ...] = ()
    authorization: Life | None = None

    @model_validator(mode="after")
    def _one(self) -> StateRule:
        if bool(self.hipaa_suffices) == bool(self.functions):
            raise ValueError("say hipaa_suffices, or else the functions that need no authorization")
        return self


def state_rule(name: str) -> StateRule:
    """A State rule by its id. Raises UnknownName, ContentError."""
    return load("state_privacy", name, StateRule)


@functools.cache
def state_rules() -> dict[str, StateRule]:
    """The rule of each State that has one. Raises ContentError."""
    return {state: rule for name in names("state_privacy") for rule in (state_rule(name),) for state in rule.states}


def stopped(rule: StateRule, ask: Request, data: str, path: Ground, registry: Registry) -> Weighed | None:
    """Why the State stops what HIPAA lets through on this path; None where it asks for nothing more."""
    if data in GROUPED:
        return None
    found = asking.authorization(registry, ask.member, recipient=ask.who, purpose=ask.purpose, data=[data], at=ask.at)
    if not any(need.on_file == "authorization" for need in path.needs):
        if rule.hipaa_suffices or ask.purpose in rule.functions or found.holds:
            return None
        return Weighed(False, f"{rule.name}: outside insurance functions it takes an authorization", rule.cite)
    life = rule.authorization
    if not life or ask.recipient in life.except_recipients:
        return None
    held = (one for one in registry.held(ask.member, ask.at) if isinstance(one, Authorization))
    signed = next((one.signed for one in held if one.id == found.record), None)
    if signed and local_date(ask.at, HOME) <= _after(signed, life.months):
        return None
    return Weighed(False, life.says, life.cite)


def _after(signed: When, months: int) -> dt.date:
    """The last day so many months after a day; the month's last where it has no such day."""
    day = local_date(signed, HOME) if isinstance(signed, dt.datetime) else signed
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_after = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_after - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))
