"""The form of a rule file: what stands in it, with the examples that prove it.

A file holds one Sigma rule, or Sigma rules and the Sigma correlation that counts what they find, as
YAML documents. The last document carries `x-simlab`, which other Sigma tools ignore.
Source: Sigma specification 2.1 (rules, correlation rules).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, create_model, field_validator

from simlab import clock, events
from simlab.content import Model
from simlab.errors import InputError

Text = Annotated[str, Field(min_length=1)]
Level = Literal["informational", "low", "medium", "high", "critical"]


class LogSource(Model):
    """The only log there is: the one event table."""

    product: Literal["simlab"]
    service: Literal["events"]


class Counting(Model):
    """What is counted, over what time, and from how many on there is an alert; temporal ones need no condition."""

    type: str
    rules: Annotated[list[str], Field(min_length=1)]
    group_by: Annotated[list[str], Field(alias="group-by", min_length=1)]
    timespan: str
    condition: dict[str, Any] | None = None


_Columns: Any = {n: (int | None if n in events.NUMBERS else str | None, None) for n in events.COLUMNS if n != "time"}
Columns: type[Model] = create_model("Columns", __base__=Model, **_Columns)


class Event(Columns):
    """`repeat` events, the first `after` the example's start, then one every `every`."""

    after: str
    repeat: Annotated[int, Field(ge=1, le=100_000)] = 1
    every: str = "0s"

    @field_validator("after", "every")
    @classmethod
    def _duration(cls, value: str) -> str:
        try:
            clock.seconds(value)
        except InputError as e:
            raise ValueError(str(e)) from None
        return value

    def columns(self) -> dict[str, Any]:
        """The event table's columns that this example sets."""
        return self.model_dump(include=set(Columns.model_fields), exclude_none=True)


class Example(Model):
    """A few events and what they are about; `each` holds the columns that all have in common."""

    about: Text
    each: Columns = Columns()
    events: Annotated[list[Event], Field(min_length=1)]


class Proof(Model):
    """What makes a rule fit for use: what it finds, what it leaves alone, what it cannot see, what to do."""

    hit: Annotated[list[Example], Field(min_length=1)]
    miss: Annotated[list[Example], Field(min_length=1)]
    cannot_see: Text
    runbook: Text


class _Document(Model):
    title: Text
    id: Text
    status: Literal["experimental", "test", "stable"]
    description: Text
    references: list[str] = []
    author: str = ""
    date: str = ""
    modified: str = ""
    tags: list[str] = []
    falsepositives: list[str] = []
    level: Level | None = None
    proof: Annotated[Proof | None, Field(alias="x-simlab")] = None


class Base(_Document):
    """A Sigma rule: which events it is about."""

    name: Text | None = None
    logsource: LogSource
    detection: dict[str, Any]


class Correlation(_Document):
    """A Sigma correlation: how many of those events, or which after which, by whom, in what time."""

    name: Text | None = None
    correlation: Counting
