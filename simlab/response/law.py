"""One file, one regime: what starts its clocks, in which unit, above which count, owed to whom.

`regime("hipaa")` reads `simlab/content/law/hipaa.yml`. A regime is added by adding a file; its worked
examples are its tests. Nothing in it is legal advice.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from simlab.content import Model, load, names
from simlab.response.facts import Facts
from simlab.response.holidays import federal_holidays, same_day_next_year
from simlab.response.terms import STATES

Unit = Literal["hours", "calendar days", "business days"]
Trigger = Literal[
    "discovery", "business associate discovery", "determination", "awareness", "payment", "notice to HHS",
    "notice to individuals",
]  # fmt: skip

# 45 CFR 164.404(b), 6 Del. C. 12B-102(c); or a named act: NAIC Model 668 s. 6(A), Fla. Stat. 501.171(4)(a).
_SECTION = r"\d+[A-Z]?(\.\d+)?(-\d+(\.\d+)?)?(\([A-Za-z0-9]+\))*"
_CITE = rf"(\d+ (CFR|NYCRR|USC|Del\. C\.) {_SECTION}|[A-Z][A-Za-z.& ]+ [A-Za-z0-9.: -]*\d[A-Za-z0-9.:-]*(\([A-Za-z0-9]+\))*)"


def _cited(value: str) -> str:
    if not re.fullmatch(_CITE, value):
        raise ValueError("must be a citation, as in 45 CFR 164.404(b), 6 Del. C. 12B-102(c) or NY GBL 899-aa(9)")
    return value


Cite = Annotated[str, AfterValidator(_cited)]


def _state(value: str) -> str:
    if value not in STATES:
        raise ValueError("must be a State code, as in OH")
    return value


State = Annotated[str, AfterValidator(_state)]


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


class Variant(Model):
    """How States that have adopted a model law changed its time; without unit and count they kept it."""

    states: tuple[State, ...] = Field(min_length=1)
    unit: Unit | None = None
    count: int | None = Field(default=None, ge=0)
    confirm: str = ""


class Rule(Model):
    """One duty of a regime.

    `counted_from`: the trigger, or the end of the calendar year that it falls in;
    `together_with`: due at the same time as another duty of the file, instead of unit and count;
    `contingent`: owed only once its trigger has happened (a payment, a business associate's discovery);
    `states`: only for residents of these; `per_license`: owed in each State of the insurer's license, in
    that of its domicile whatever the count; `confirm`: why counsel should confirm it, "" if nothing is open;
    `is_confirmed`: false where no text of the law was compared, so that the duty is shown as unconfirmed.
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
    states: tuple[State, ...] = ()
    per_license: bool = False
    variants: tuple[Variant, ...] = ()
    unlisted: str = ""
    contingent: bool = False
    without_delay: bool = True
    cite: Cite
    notes: tuple[str, ...] = ()
    confirm: str = ""
    is_confirmed: bool = True

    @model_validator(mode="after")
    def _timed(self) -> Rule:
        if (self.unit is None or self.count is None) == (not self.together_with):
            raise ValueError("give unit and count, or together_with, not both")
        if not self.is_confirmed and not self.confirm:
            raise ValueError("is_confirmed is false: say in confirm what counsel should look at")
        if self.per_license and (self.threshold is None or self.threshold.per != "state" or not self.unlisted):
            raise ValueError("per_license takes a threshold per state, and says in unlisted what is open elsewhere")
        return self

    @functools.lru_cache(maxsize=1_000)  # noqa: B019  (rules are few, and live as long as the process)
    def in_state(self, state: str) -> Rule:
        """The rule as one State has adopted it; where the file does not list it, counsel confirms that it did."""
        if not self.variants:
            return self
        found = next((v for v in self.variants if state in v.states), None)
        if found is None:
            return self.model_copy(update={"is_confirmed": False, "confirm": _and(self.confirm, self.unlisted)})
        timed = {} if found.unit is None or found.count is None else {"unit": found.unit, "count": found.count}
        return self.model_copy(update={**timed, "confirm": _and(self.confirm, found.confirm)})


def _and(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


class HoldRule(Model):
    """What law enforcement's word does to the notices of a regime.

    `who` may ask; `takes`: the kinds of statement that hold a notice, none where this law knows no such delay;
    `holds`: ids of the duties that are held, all of them when empty; `oral_days`: how long an oral statement holds,
    without it until the agency says that it is over; `days_after`: days that run anew from the end of the hold,
    without them the later of the two dates counts, and the notice goes at once when the hold ends.
    """

    who: str = "law enforcement"
    takes: tuple[Literal["oral", "written"], ...]
    holds: tuple[str, ...] = ()
    oral_days: int | None = Field(default=None, gt=0)
    days_after: int = Field(default=0, ge=0)
    cite: Cite
    confirm: str = ""
    is_confirmed: bool = True

    @model_validator(mode="after")
    def _open(self) -> HoldRule:
        if not self.confirm and (self.takes or not self.is_confirmed):
            raise ValueError("confirm: say what counsel should look at about this delay")
        return self


class SubstituteRule(Model):
    """Notice to people whose address is missing or out of date."""

    many: int = Field(gt=0)
    days: int = Field(gt=0)
    few_means: str
    many_means: str
    few_cite: Cite
    many_cite: Cite


class Boundary(Model):
    """What somebody might take for a duty and is none here: shown when the fact or the residents are there."""

    id: str
    when: str = ""
    states: tuple[State, ...] = ()
    says: str
    cite: Cite
    confirm: str = ""

    @model_validator(mode="after")
    def _known(self) -> Boundary:
        if self.when and Facts.model_fields.get(self.when) is None:
            raise ValueError(f"when: no fact is named {self.when!r}")
        return self

    def applies(self, facts: Facts) -> bool:
        """Whether the facts make it worth saying."""
        has_people = (
            not self.states or any(facts.counts.get(s, 0) for s in self.states) if facts.counts else not self.states
        )
        return has_people and (not self.when or getattr(facts, self.when) is True)


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
    """One body of law. `checked`: when its text was last compared with the source that is named.

    `licensed_in`: it binds who is licensed there; `bears`: on whom it falls, which decides whose people are
    counted; `hipaa_deemed`: notice under HIPAA is known to stand for its notice to residents.
    """

    id: str
    name: str
    cite: Cite
    status: Literal["in force", "proposed", "comparison"]
    applies_to: Literal["breach of unsecured PHI", "breach of personal information", "security event"]
    bears: Literal["covered entity", "licensee"] = "covered entity"
    licensed_in: State | None = None
    hipaa_deemed: bool = False
    checked: dt.date
    checked_against: str
    zone: str = "UTC"
    holidays: tuple[dt.date, ...] | Literal["federal"] = ()
    hold: HoldRule | None = None
    substitute: SubstituteRule | None = None
    boundaries: tuple[Boundary, ...] = ()
    duties: tuple[Rule, ...]
    examples: tuple[Example, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _refers(self) -> Regime:
        known = {rule.id: rule for rule in self.duties}
        for rule in self.duties:
            if rule.together_with and (rule.together_with not in known or known[rule.together_with].together_with):
                raise ValueError(f"duties: {rule.id}.together_with must name a duty with unit and count")
        for id_ in self.hold.holds if self.hold else ():
            if id_ not in known:
                raise ValueError(f"hold: holds names duty {id_!r}: there are {', '.join(known)}")
        for example in self.examples:
            for id_ in (*(e.duty for e in example.expect), *example.not_owed):
                if id_ not in known:
                    raise ValueError(f"examples: {example.id} names duty {id_!r}: there are {', '.join(known)}")
        return self

    def is_off(self, day: dt.date) -> bool:
        """Whether a day is no business day: a weekend or a holiday of the regime."""
        known = federal_holidays(day.year) if self.holidays == "federal" else self.holidays
        return day.weekday() >= 5 or day in known

    def is_stale(self, at: dt.date) -> bool:
        """Whether by `at` a year has passed since its text was checked."""
        return at > same_day_next_year(self.checked)

    def rule(self, id_: str) -> Rule:
        return next(rule for rule in self.duties if rule.id == id_)

    def timed(self, rule: Rule) -> Rule:
        """The rule whose time a rule has: its own, or that of the duty which it goes together with."""
        return self.rule(rule.together_with) if rule.together_with else rule

    def hold_for(self, rule: Rule) -> HoldRule | None:
        """What law enforcement's word does to a duty; None where the file does not say."""
        held = self.hold
        is_held = held is not None and (not held.holds or self.timed(rule).id in held.holds)
        return held if is_held else None


def regimes() -> list[str]:
    """The ids of every regime that ships."""
    return names("law")


@functools.cache
def regime(name: str) -> Regime:
    """A regime by its id. Raises UnknownName, ContentError."""
    return load("law", name, Regime)
