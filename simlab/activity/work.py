"""What each role does on a day: content models of `simlab/content/work/*.yml`, read once."""

from __future__ import annotations

import functools
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simlab import events
from simlab.content import Model, load, names
from simlab.errors import ContentError

PerMillion = Annotated[int, Field(ge=0, le=1_000_000)]
Range = Annotated[tuple[Annotated[int, Field(ge=0, le=10_000)], Annotated[int, Field(ge=0, le=10_000)]], Field()]


def _rising(span: tuple[int, int], key: str) -> None:
    if span[0] > span[1]:
        raise ValueError(f"{key}: the least, then the most, not {list(span)}")


class Step(Model):
    """One thing done in `percent` of the cases, to `records` members' records."""

    kind: Annotated[str, Field(alias="class")] = "Datastore Activity"
    activity: str
    system: str
    data: Literal["none", "demographic", "claims", "sensitive", "financial", "credential"]
    percent: Annotated[int, Field(ge=1, le=100)]
    records: Range = (1, 1)

    @model_validator(mode="after")
    def _known(self) -> Step:
        known = events.ACTIVITIES.get(self.kind, ())
        if self.activity not in known:
            raise ValueError(f"no activity {self.activity!r} of {self.kind!r}: there are {', '.join(known) or 'none'}")
        _rising(self.records, "records")
        return self


class Work(Model):
    """A role's day: so many cases, each about one member; `weekend`: chance to work on a day of it.

    `queue` is what the company's own list calls a case (none: it keeps no list of them).
    """

    cases: Range
    about: Literal["members", "claims"]
    queue: Literal["claim", "call", "case"] | None = None
    purpose: Literal["treatment", "payment", "operations", "member request"]
    weekend: PerMillion
    mail: Range
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ranges(self) -> Work:
        _rising(self.cases, "cases")
        _rising(self.mail, "mail")
        return self


@functools.cache
def work(role: str) -> Work:
    """What a role does. Raises ContentError where no file says."""
    if role not in names("work"):
        raise ContentError(
            f"work/{role}.yml", f"is missing: the insurer has a role {role!r}, and nothing says what it does"
        )
    return load("work", role, Work)
