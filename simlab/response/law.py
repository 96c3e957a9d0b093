"""One file, one regime: what starts its clocks, in which unit, above which count, owed to whom.

`regime("hipaa")` reads `simlab/content/law/hipaa.yml`. A regime is added by adding a file; its worked
examples are its tests. Nothing in it is legal advice.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simlab.content import Model, load, names
from simlab.response.facts import Facts

Unit = Literal["hours", "calendar days", "business days"]
Trigger = Literal[
    "discovery", "business associate discovery", "determination", "awareness", "payment", "notice to HHS"
]  # fmt: skip

# 45 CFR 164.404(b), 23 NYCRR 500.17(a)(1); or a named act: NAIC Model 668 s. 6(A), GDPR Art. 33(1).
_SECTION = r"\d+(\.\d+)?(-\d+(\.\d+)?)?(\([A-Za-z0-9]+\))*"
_CITE = rf"^(\d+ (CFR|NYCRR|USC) {_SECTION}|[A-Z][A-Za-z.& ]+ [A-Za-z0-9.: -]*\d[A-Za-z0-9.:-]*(\([A-Za-z0-9]+\))*)$"
Cite = Annotated[str, Field(pattern=_CITE)]


class Threshold(Model):
    """A count of individuals, of all together or of the residents of one State."""

    per: Literal["total", "state"] = "total"
    at_least: int | None = None
    more_than: int | None = None
    fewer_than: int | None = None

    @model_validator(mode="after")
    def _one(self) -> Threshold:
        if sum(bound is not None for bound in (self.at_least, self.more_than, self.fewer_than)) != 1:
            raise ValueError("give exactly one of at_least, more_than, fewer_than")
        return self

    def is_met(self, count: int) -> bool:
        """Whether a count of affected individuals meets it; nobody affected never does."""
        if count < 1:
            return False
        if self.at_least is not None:
            return count >= self.at_least
        if self.more_than is not None:
            return count > self.more_than
        return self.fewer_than is not None and count < self.fewer_than

    def __str__(self) -> str:
        bounds = {"at least": self.at_least, "more than": self.more_than, "fewer than": self.fewer_than}
        bound = next(f"{word} {value:,}" for word, value in bounds.items() if value is not None)
        return f"{bound} individuals in all" if self.per == "total" else f"{bound} residents of one State"


class Rule(Model):
    """One duty of a regime.

    `counted_from`: the trigger, or the end of the calendar year that it falls in;
    `together_with`: due at the same time as another duty of the file, instead of unit and count;
    `contingent`: owed only once its trigger has happened (a payment, a business associate's discovery);
    `states`: only for residents of these; `confirm`: why counsel should confirm it, "" if nothing is open.
    """

    id: str
    duty: str
    owes: str
    owed: str
    trigger: Trigger
    unit: Unit | None = None
    count: int | None = Field(default=None, ge=0)
    counted_from: Literal["trigger", "end of the year"] = "trigger"
    together_with: str = ""
    threshold: Threshold | None = None
    states: tuple[str, ...] = ()
    contingent: bool = False
    without_delay: bool = True
    cite: Cite
    notes: tuple[str, ...] = ()
    confirm: str = ""

    @model_validator(mode="after")
    def _timed(self) -> Rule:
        if (self.unit is None or self.count is None) == (not self.together_with):
            raise ValueError("give unit and count, or together_with, not both")
        return self


class HoldRule(Model):
    """How long a law-enforcement official's statement holds a notice."""

    oral_days: int = Field(gt=0)
    cite: Cite
    confirm: str


class SubstituteRule(Model):
    """Notice to people whose address is missing or out of date."""

    many: int = Field(gt=0)
    days: int = Field(gt=0)
    few_means: str
    many_means: str
    few_cite: Cite
    many_cite: Cite


class Expected(Model):
    """What a worked example expects of one duty."""

    duty: str
    due: dt.date | dt.datetime
    earliest: dt.date | None = None
    states: tuple[str, ...] = ()


class Example(Model):
    """Facts worked out by hand: what they make due, and what they do not."""

    id: str
    note: str = ""
    facts: Facts
    expect: tuple[Expected, ...]
    not_owed: tuple[str, ...] = ()


class Regime(Model):
    """One body of law. `checked`: when its text was last compared with the source that is named."""

    id: str
    name: str
    cite: Cite
    status: Literal["in force", "proposed", "comparison"]
    applies_to: Literal["breach of unsecured PHI", "security event"]
    checked: dt.date
    checked_against: str
    zone: str = "UTC"
    holidays: tuple[dt.date, ...] = ()
    hold: HoldRule | None = None
    substitute: SubstituteRule | None = None
    duties: tuple[Rule, ...]
    examples: tuple[Example, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _refers(self) -> Regime:
        known = {rule.id: rule for rule in self.duties}
        for rule in self.duties:
            if rule.together_with and (rule.together_with not in known or known[rule.together_with].together_with):
                raise ValueError(f"duties: {rule.id}.together_with must name a duty with unit and count")
        for example in self.examples:
            for id_ in (*(e.duty for e in example.expect), *example.not_owed):
                if id_ not in known:
                    raise ValueError(f"examples: {example.id} names duty {id_!r}: there are {', '.join(known)}")
        return self

    def rule(self, id_: str) -> Rule:
        return next(rule for rule in self.duties if rule.id == id_)


def regimes() -> list[str]:
    """The ids of every regime that ships."""
    return names("law")


@functools.cache
def regime(name: str) -> Regime:
    """A regime by its id. Raises UnknownName, ContentError."""
    return load("law", name, Regime)
