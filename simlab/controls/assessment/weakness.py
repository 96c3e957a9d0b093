"""Weaknesses as data: what each looks like in a company's settings, how bad it is, what mends it, what asks for that.

One file each in `simlab/content/weaknesses/`; the file's name is the weakness's. Code here knows none of them.
"""

from __future__ import annotations

import functools
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field, model_validator

from simlab.content import Model, load, names, resource
from simlab.content.loader import fault
from simlab.controls.assessment.company import TABLES

Severity = Literal["critical", "high", "medium", "low"]
POINTS: dict[Severity, int] = {"critical": 40, "high": 30, "medium": 20, "low": 10}
Value = bool | int | str


class Condition(Model):
    """What one setting is like; exactly one of the comparisons is given."""

    column: str
    equals: Value | None = None
    differs: Value | None = None
    above: int | None = None
    below: int | None = None
    has: str | None = None
    among: tuple[str, ...] | None = None
    same_as: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Condition:
        given = [n for n in type(self).model_fields if n not in ("column", "by") and getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError("give one of equals, differs, above, below, has, among, same_as")
        return self

    def holds(self, table: pd.DataFrame) -> pd.Series:
        """For each row, whether it holds."""
        value = table[self.column]
        if self.equals is not None:
            return value == self.equals
        if self.differs is not None:
            return value != self.differs
        if self.above is not None or self.below is not None:
            return value > self.above if self.above is not None else value < self.below
        if self.has is not None:
            return pd.Series([self.has in str(v).split("|") for v in value], value.index, dtype=bool)
        return value.isin(self.among) if self.among is not None else value == table[str(self.same_as)]


class Raise(Condition):
    """What makes a weakness worse than others of its severity, and by how many points."""

    by: Annotated[int, Field(ge=1, le=9)]


class Weakness(Model):
    """A kind of weakness. `basis`: law (the section asks for it) or policy (a choice that the section leaves).

    `plant` are the settings that make a sound thing weak; `says` is filled in from the thing's settings.
    """

    title: str
    table: str
    severity: Severity
    basis: Literal["law", "policy"]
    cite: Annotated[str, Field(pattern=r"^45 CFR 164\.\d+(\([A-Za-z0-9]+\))*$")]
    when: Annotated[tuple[Condition, ...], Field(min_length=1)]
    plant: Annotated[dict[str, Value], Field(min_length=1)]
    raised: tuple[Raise, ...] = ()
    says: str
    remedy: str
    note: str = ""

    def found(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows that are weak in this way."""
        return table[_all(self.when, table)]

    def could_be(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows that are not weak in this way, and would be with the settings of `plant`."""
        given = tuple(c for c in self.when if c.column not in self.plant)
        return table[_all(given, table) & ~_all(self.when, table)]

    def score(self, row: dict[str, Any]) -> int:
        """How bad it is for a thing: points of its severity and of what is at stake there."""
        one = pd.DataFrame([row])
        return POINTS[self.severity] + sum(r.by for r in self.raised if bool(r.holds(one).iloc[0]))


def _all(conditions: tuple[Condition, ...], table: pd.DataFrame) -> pd.Series:
    keep = pd.Series(True, table.index)
    for condition in conditions:
        keep &= condition.holds(table)
    return keep


@functools.cache
def weakness(name: str) -> Weakness:
    """A kind of weakness by name. Raises UnknownName, ContentError."""
    found = load("weaknesses", name, Weakness)
    path = resource("weaknesses", f"{name}.yml")
    if found.table not in TABLES:
        raise fault(path, ["table"], f"{found.table!r} is none of {', '.join(TABLES)}")
    columns = TABLES[found.table]
    for key, conditions in (("when", found.when), ("raised", found.raised)):
        for n, condition in enumerate(conditions):
            for column in filter(None, (condition.column, condition.same_as)):
                if column not in columns:
                    raise fault(path, [key, n], f"{found.table} has no {column!r}: it has {', '.join(columns)}")
    for column in found.plant:
        if column not in columns:
            raise fault(path, ["plant", column], f"{found.table} has no {column!r}: it has {', '.join(columns)}")
    try:
        found.says.format(**dict.fromkeys(columns, ""))
    except (KeyError, ValueError, IndexError) as e:
        raise fault(path, ["says"], f"{e}: name settings of {found.table} in braces") from None
    return found


def weaknesses() -> dict[str, Weakness]:
    """All kinds of weakness, by name."""
    return {name: weakness(name) for name in names("weaknesses")}
