"""The eighteen identifiers as data: which columns carry them, and what becomes of each."""

from __future__ import annotations

import functools
from typing import Literal

from pydantic import Field, model_validator

from simlab.content import Model, load
from simlab.errors import UnknownName

How = Literal["drop", "zip3", "age", "year", "keep", "note"]
HARBOR = "45 CFR 164.514(b)(2)(i)"
LIMITED = "45 CFR 164.514(e)(2)"
ZIP3 = r"^\d{3}$"


class Identifier(Model):
    """One of the eighteen. `limited`: its paragraph in the list of sixteen; None: it may stay there."""

    id: str
    letter: str = Field(pattern="^[A-R]$")
    name: str
    limited: str | None = None
    columns: dict[str, Literal["drop", "zip3", "age", "year"]]
    kept_limited: tuple[str, ...] = ()

    @property
    def cite(self) -> str:
        return f"{HARBOR}({self.letter})"


class SafeHarbor(Model):
    """The method that removes the eighteen: 45 CFR 164.514(b)(2)."""

    id: str
    identifiers: tuple[Identifier, ...]
    keep: tuple[str, ...]
    notes: tuple[str, ...] = ()
    zip3_census_2000: tuple[str, ...]
    zip3_census_2010: tuple[str, ...]

    @model_validator(mode="after")
    def _whole(self) -> SafeHarbor:
        if "".join(i.letter for i in self.identifiers) != "ABCDEFGHIJKLMNOPQR":
            raise ValueError("the eighteen are A to R, each once and in order")
        named = [c for i in self.identifiers for c in i.columns] + [*self.keep, *self.notes]
        if twice := sorted({c for c in named if named.count(c) > 1}):
            raise ValueError(f"each column once: {', '.join(twice)}")
        return self

    @functools.cached_property
    def small(self) -> frozenset[str]:
        """ZIP3 areas that become 000: the union of both lists."""
        return frozenset(self.zip3_census_2000) | frozenset(self.zip3_census_2010)

    def identifier(self, column: str) -> Identifier | None:
        """Which of the eighteen a column carries; None for one that stays. Raises UnknownName."""
        for one in self.identifiers:
            if column in one.columns:
                return one
        if column in self.keep or column in self.notes:
            return None
        raise UnknownName("column in safe-harbor.yml", column, [*self.keep, *self.known()])

    def known(self) -> tuple[str, ...]:
        return tuple(c for i in self.identifiers for c in i.columns)


@functools.cache
def safe_harbor_rules() -> SafeHarbor:
    """The eighteen. Raises ContentError."""
    return load("deidentify", "safe-harbor", SafeHarbor)


def treatment(column: str, *, limited: bool = False) -> tuple[How, str]:
    """What becomes of a column, and the source. Raises UnknownName for one that nobody has looked at."""
    found = safe_harbor_rules().identifier(column)
    if found is None:
        how: How = "note" if column in safe_harbor_rules().notes else "keep"
        return how, LIMITED if limited else HARBOR
    if limited:
        if found.limited is None or column in found.kept_limited:
            return "keep", LIMITED
        return "drop", f"{LIMITED}({found.limited})"
    return found.columns[column], found.cite
