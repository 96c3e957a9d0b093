"""What is known of an incident, as one frozen record; None always means "not known".

A contradiction (discovered before it occurred, fewer than no people, a State that is none) raises
InputError naming the key, whether the facts come from code or from a YAML file.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from simlab.clock import local_date
from simlab.content import Model, first_fault, load_file
from simlab.errors import InputError
from simlab.response.contradictions import require_consistent
from simlab.response.terms import CONDITIONS, EXCEPTION_CITE, STATES

__all__ = [
    "CONDITIONS", "EXCEPTION_CITE", "STATES", "Factor", "Factors", "Facts", "Hold", "Recount", "as_facts", "load_facts",
]  # fmt: skip

Discoverer = Literal["workforce", "agent", "business associate contractor"]
ExceptionName = Literal["unintentional workforce", "inadvertent internal", "not retained"]
# Where the plan's calendar days are counted, unless the facts say otherwise.
ZONE = "America/Chicago"


def _when(value: Any, info: ValidationInfo) -> Any:
    """A calendar date, or an instant with its zone, from text; what is neither stays, and is refused."""
    when = value
    if isinstance(value, str):
        try:
            is_day = len(value) <= len("2026-03-10")
            when = dt.date.fromisoformat(value) if is_day else dt.datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(when, dt.datetime) and when.tzinfo is None:
        raise InputError(
            f"{info.field_name}: {when.isoformat()} has no time zone, so its day is not sure: add the place's offset, as "
            f"in {when.isoformat()}-06:00, or write the date alone, {when.date()}"
        )
    return when


def _day(value: Any, info: ValidationInfo) -> Any:
    """A calendar date, or the one that an instant is in the plan's zone."""
    when = _when(value, info)
    return local_date(when, info.data.get("zone", ZONE)) if isinstance(when, dt.datetime) else when


def _last(value: dict[str, int] | None, info: ValidationInfo) -> dict[str, int] | None:
    """The last of several counts, where the count itself is not given."""
    counted = info.data.get("counted") or ()
    return counted[-1].counts if value is None and counted else value


Day = Annotated[dt.date | None, BeforeValidator(_day)]
When = Annotated[AwareDatetime | dt.date | None, BeforeValidator(_when)]
Counts = Annotated[dict[str, int] | None, Field(validate_default=True), AfterValidator(_last)]


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
    """Law enforcement's statement that notice would impede an investigation: 45 CFR 164.412, and the States' own.

    `until`: the day to which it asks for delay, or on which the agency said that notice may go; `official`: who said it.
    """

    kind: Literal["oral", "written"]
    statement: dt.date
    until: dt.date | None = None
    official: str = ""


class Recount(Model):
    """Affected individuals by State as they were counted on a day: an investigation finds more as it goes on."""

    on: dt.date
    counts: dict[str, int]


class Facts(Model):
    """An incident as it is known now. Dates are the plan's local calendar dates, at `zone`.

    `discovered`: the first day on which the plan's own people knew, the person who did it left out;
    `should_have_known`: an earlier day on which reasonable diligence would have shown it;
    `secured`: encrypted or destroyed as the HHS guidance says; `in_use`: open in clear when taken;
    `counts`: affected individuals (not records, not policies) by State of residence; `counted`: each count
    with its day, the last of which is `counts`; `members`: of the covered entity, former ones among them.
    """

    covered_entity: str = ""
    zone: str = ZONE
    occurred: Day = None
    discovered: Day = None
    discovered_by: Discoverer | None = None
    should_have_known: Day = None
    ba_discovered: Day = None
    ba_notified: Day = None

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

    counted: tuple[Recount, ...] = ()
    counts: Counts = None
    members: int | None = None
    deceased: int | None = None
    minors: int | None = None
    bad_addresses: int | None = None

    law_enforcement: tuple[Hold, ...] = ()

    # What other bodies of law ask. `personal_information`: a State's breach statute covers what was taken;
    # `licensed`, `domicile`: the States of the insurer's license; `material_harm`: harm that a commissioner is told of.
    personal_information: bool | None = None
    licensed: tuple[str, ...] | None = None
    domicile: str | None = None
    material_harm: bool | None = None
    part2_records: bool | None = None

    # What starts the clocks of other regimes: a calendar date, or an instant with its zone.
    determined: When = None
    aware: When = None
    paid: When = None
    individuals_notified: When = None
    hhs_notified: When = None

    @classmethod
    def of(cls, **values: Any) -> Self:
        """Facts from plain values, dates as dates or as text 2026-03-10. Raises InputError naming the key."""
        try:
            return cls.model_validate_json(json.dumps(values, default=_plain))
        except ValidationError as e:
            raise InputError(first_fault(e, None, cls, "").told) from None

    def with_(self, **changes: Any) -> Self:
        """The same facts with some of them changed, checked anew. Raises InputError."""
        kept = {key: value for key, value in self if key != "counted" or "counts" not in changes}
        return type(self).of(**{**kept, **changes})

    @property
    def total(self) -> int | None:
        """How many individuals are affected, None while the counts are not known."""
        return None if self.counts is None else sum(self.counts.values())

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        # InputError is no ValueError: it passes through pydantic as it is, key and all.
        require_consistent(self)
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


def as_facts(facts: Facts | Mapping[str, Any]) -> Facts:
    """Facts as they are, or from a mapping of plain values. Raises InputError."""
    if isinstance(facts, Facts):
        return facts
    if not isinstance(facts, Mapping):
        raise InputError(f"facts: {facts!r}: give Facts, or a mapping of its keys to values")
    return Facts.of(**facts)
