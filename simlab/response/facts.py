"""What is known of an incident, as one frozen record; None always means "not known".

A contradiction (discovered before it occurred, fewer than no people, a State that is none) raises
InputError naming the key, whether the facts come from code or from a YAML file.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, ValidationError, model_validator

from simlab.content import Model, load_file
from simlab.errors import InputError, UnknownName

# The States and the jurisdictions that stand beside them (45 CFR 164.406 speaks of both).
STATES = frozenset(
    (
        "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA",
        "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR",
        "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AS", "GU", "MP", "PR", "VI",
    )
)  # fmt: skip

# The conditions of each exception, all of which must hold: 45 CFR 164.402, definition of breach, (1).
CONDITIONS: dict[str, dict[str, str]] = {
    "unintentional workforce": {
        "under_authority": "a workforce member, or someone acting under the plan's or associate's authority, did it",
        "unintentional": "it was unintentional",
        "good_faith": "it was made in good faith",
        "within_authority": "it was within the scope of that person's authority",
        "no_further_use": "nothing was used or disclosed further in a way that the Privacy Rule does not permit",
    },
    "inadvertent internal": {
        "inadvertent": "the disclosure was inadvertent",
        "sender_authorized": "the person who disclosed it is authorized to access PHI",
        "recipient_authorized": "the person who received it is authorized to access PHI",
        "same_entity": "both belong to the same plan, business associate or organized health care arrangement",
        "no_further_use": "nothing was used or disclosed further in a way that the Privacy Rule does not permit",
    },
    "not retained": {
        "good_faith": "the plan or associate believes it in good faith",
        "could_not_retain": "the recipient could not reasonably have been able to retain the information",
    },
}
EXCEPTION_CITE = {
    "unintentional workforce": "45 CFR 164.402(1)(i)",
    "inadvertent internal": "45 CFR 164.402(1)(ii)",
    "not retained": "45 CFR 164.402(1)(iii)",
}

Discoverer = Literal["workforce", "agent", "business associate contractor"]
ExceptionName = Literal["unintentional workforce", "inadvertent internal", "not retained"]


class Factor(Model):
    """One factor of the risk assessment: what was found, and which way it points."""

    text: str = ""
    points_to: Literal["low", "not low"] | None = None

    @property
    def is_documented(self) -> bool:
        return bool(self.text.strip()) and self.points_to is not None


class Factors(Model):
    """The four factors of 45 CFR 164.402, definition of breach, (2)(i)-(iv)."""

    nature: Factor = Factor()
    recipient: Factor = Factor()
    acquired: Factor = Factor()
    mitigation: Factor = Factor()

    def items(self) -> list[tuple[str, Factor]]:
        return [(name, getattr(self, name)) for name in type(self).model_fields]


class Hold(Model):
    """A law-enforcement official's statement that notice would impede an investigation: 45 CFR 164.412.

    `until` is the day that a written statement gives; `official` who made the statement.
    """

    kind: Literal["oral", "written"]
    statement: dt.date
    until: dt.date | None = None
    official: str = ""


class Facts(Model):
    """An incident as it is known now. Dates are the plan's local calendar dates.

    `discovered`: the first day on which the plan's own people knew, the person who did it left out;
    `should_have_known`: an earlier day on which reasonable diligence would have shown it;
    `secured`: encrypted or destroyed as the HHS guidance says; `in_use`: open in clear when taken;
    `counts`: affected individuals (not records, not policies) by State of residence.
    """

    covered_entity: str = ""
    occurred: dt.date | None = None
    discovered: dt.date | None = None
    discovered_by: Discoverer | None = None
    should_have_known: dt.date | None = None
    ba_discovered: dt.date | None = None
    ba_notified: dt.date | None = None

    is_phi: bool | None = None
    permitted_use: bool | None = None
    secured: bool | None = None
    key_compromised: bool | None = None
    in_use: bool | None = None
    snooping: bool = False
    exception: ExceptionName | None = None
    conditions: dict[str, bool | None] = {}
    assessment_done: bool | None = None
    low_probability: bool | None = None
    factors: Factors = Factors()

    counts: dict[str, int] | None = None
    deceased: int | None = None
    minors: int | None = None
    bad_addresses: int | None = None

    law_enforcement: tuple[Hold, ...] = ()

    # What starts the clocks of other regimes: a calendar date, or an instant with its zone.
    determined: AwareDatetime | dt.date | None = None
    aware: AwareDatetime | dt.date | None = None
    paid: AwareDatetime | dt.date | None = None
    hhs_notified: AwareDatetime | dt.date | None = None

    @classmethod
    def of(cls, **values: Any) -> Facts:
        """Facts from plain values, dates as dates or as text 2026-03-10. Raises InputError naming the key."""
        try:
            return cls.model_validate_json(json.dumps(values, default=_plain))
        except ValidationError as e:
            fault = e.errors(include_url=False)[0]
            key = ".".join(str(part) for part in fault["loc"])
            known = f": known keys are {', '.join(cls.model_fields)}" if fault["type"] == "extra_forbidden" else ""
            raise InputError(f"{key}: {fault['msg'].removeprefix('Value error, ')}{known}") from None

    def with_(self, **changes: Any) -> Facts:
        """The same facts with some of them changed, checked anew. Raises InputError."""
        return type(self).of(**{**self.model_dump(), **changes})

    @property
    def total(self) -> int | None:
        """How many individuals are affected, None while the counts are not known."""
        return None if self.counts is None else sum(self.counts.values())

    @model_validator(mode="after")
    def _consistent(self) -> Facts:
        # InputError is no ValueError: it passes through pydantic as it is, key and all.
        for check in (_dates, _people, _exception, _assessment, _holds):
            check(self)
        return self


def load_facts(path: Path) -> Facts:
    """Facts from a YAML file. Raises ContentError (form) or InputError (contradiction), naming file and key."""
    try:
        return load_file(path, Facts)
    except InputError as e:
        raise InputError(f"{path.name}: {e}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, Model):
        return value.model_dump()
    if hasattr(value, "item"):  # a count that comes out of a table is a numpy number
        return value.item()
    raise InputError(f"{value!r} is not a plain value: give text, a number, yes or no, or a date")


def _day(value: dt.date | dt.datetime) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _dates(facts: Facts) -> None:
    for key in ("discovered", "should_have_known", "ba_discovered", "ba_notified"):
        when = getattr(facts, key)
        if when and facts.occurred and when < facts.occurred:
            raise InputError(f"{key}: {when} is before occurred, {facts.occurred}: nobody can know of it earlier")
    if facts.ba_notified and facts.ba_discovered and facts.ba_notified < facts.ba_discovered:
        raise InputError(
            f"ba_notified: {facts.ba_notified} is before ba_discovered, {facts.ba_discovered}: "
            "a business associate cannot tell what it does not know yet"
        )
    for key in ("determined", "aware", "paid", "hhs_notified"):
        when = getattr(facts, key)
        # A day of grace, since the instant is in UTC and `occurred` in the plan's own calendar.
        if when and facts.occurred and _day(when) < facts.occurred - dt.timedelta(days=1):
            raise InputError(f"{key}: {when} is before occurred, {facts.occurred}")


def _people(facts: Facts) -> None:
    for state, count in (facts.counts or {}).items():
        if state not in STATES:
            raise UnknownName("State code (counts)", state, STATES)
        if count < 0:
            raise InputError(f"counts.{state}: {count} people: a count is 0 or more")
    for key in ("deceased", "minors", "bad_addresses"):
        count = getattr(facts, key)
        if count is not None and count < 0:
            raise InputError(f"{key}: {count} people: a count is 0 or more")
        if count is not None and facts.total is not None and count > facts.total:
            raise InputError(f"{key}: {count} people, but counts adds up to {facts.total} affected")


def _exception(facts: Facts) -> None:
    if facts.exception is None and facts.conditions:
        raise InputError(f"conditions: stand without an exception: name one of {', '.join(CONDITIONS)}")
    if facts.exception is not None:
        for key in facts.conditions:
            if key not in CONDITIONS[facts.exception]:
                raise UnknownName(f"condition of {facts.exception!r} (conditions)", key, CONDITIONS[facts.exception])
    if facts.snooping and facts.permitted_use:
        raise InputError("permitted_use: looking up records for one's own reasons (snooping) is never permitted")


def _assessment(facts: Facts) -> None:
    if facts.low_probability and facts.assessment_done is False:
        raise InputError("low_probability: is said, but assessment_done is false: it takes a documented assessment")
    if facts.low_probability and all(factor.points_to == "not low" for _, factor in facts.factors.items()):
        raise InputError("low_probability: is said, but all four factors point to 'not low'")


def _holds(facts: Facts) -> None:
    for i, hold in enumerate(facts.law_enforcement):
        if hold.until and hold.until < hold.statement:
            raise InputError(f"law_enforcement[{i}].until: {hold.until} is before the statement, {hold.statement}")


def as_facts(facts: Facts | Mapping[str, Any]) -> Facts:
    """Facts as they are, or from a mapping of plain values. Raises InputError."""
    return facts if isinstance(facts, Facts) else Facts.of(**facts)
