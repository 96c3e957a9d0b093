"""What an incident of `incident` is: a story, two endings as facts, and what `simlab.response` makes of them.

The four factors follow from the facts of an ending, and the finding follows from the factors.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

from simlab.response import Duty, Facts, assess, duties
from simlab.response.facts import Factor, Factors

# What the facts say to each factor, by whether that points to a low probability of compromise.
STATEMENTS = {
    "nature": {True: "it holds names and numbers, no diagnosis", False: "it holds names with diagnoses"},
    "recipient": {True: "HIPAA binds whoever had it", False: "nothing binds whoever had it"},
    "acquired": {True: "a log shows that nobody opened it", False: "it was opened there"},
    "mitigation": {True: "they wrote that no copy is left", False: "there is a promise on the phone, no more"},
}


@dataclass(frozen=True)
class Handling:
    """What is known of the data and of whoever had them, as far as a factor asks for it."""

    has_diagnoses: bool
    is_bound: bool  # must itself protect such data
    is_opened: bool
    is_in_writing: bool  # what they say of its end

    @property
    def points_to_low(self) -> dict[str, bool]:
        """Each factor, and whether it points to a low probability of compromise."""
        return {
            "nature": not self.has_diagnoses,
            "recipient": self.is_bound,
            "acquired": not self.is_opened,
            "mitigation": self.is_in_writing,
        }

    @property
    def factors(self) -> Factors:
        """The four factors as an assessment documents them."""
        found = {
            name: {"text": STATEMENTS[name][is_low], "points_to": "low" if is_low else "not low"}
            for name, is_low in self.points_to_low.items()
        }
        return Factors.model_validate(found)

    @property
    def is_low(self) -> bool:
        """Whether they show a low probability together. The rule gives no weights: here the data must be gone for sure,
        and whoever had them be bound or never have opened them."""
        low = self.points_to_low
        return low["mitigation"] and (low["recipient"] or low["acquired"])

    def assessed(self, facts: Facts) -> Facts:
        """The facts with the assessment that follows from these."""
        return facts.with_(assessment_done=True, factors=self.factors, low_probability=self.is_low)


@dataclass(frozen=True)
class Ending:
    """How it ended: in words, and as facts with the assessment in them."""

    text: str
    facts: Facts

    @functools.cached_property
    def finding(self) -> str:
        """`low` where the factors show it; else a breach: `key` if it was sealed and the key went too, or `presumed`."""
        if not assess(self.facts).is_breach:
            return "low"
        return "key" if self.facts.secured and self.facts.key_compromised else "presumed"

    def factor(self, name: str) -> Factor:
        return dict(self.facts.factors.items())[name]


@dataclass(frozen=True)
class Incident:
    """The paragraphs that tell it as (lead, text), the days by id as (day, what happened then), and the endings in order."""

    seed: int
    kind: str
    says: tuple[tuple[str, str], ...]
    days: dict[str, tuple[dt.date, str]]
    endings: tuple[Ending, Ending]

    @property
    def facts(self) -> Facts:
        """Those of the ending that is a breach: what is owed is owed for it."""
        return next(e.facts for e in self.endings if e.finding != "low")

    @functools.cached_property
    def owed(self) -> dict[str, Duty]:
        """The duties under HIPAA by id; media by State, as media-TX."""
        found = duties(self.facts)
        return {f"{d.id.removeprefix('hipaa.')}{f'-{d.state}' if d.state else ''}": d for d in found}

    @property
    def since(self) -> str:
        """The id of the day of discovery."""
        day = self.owed["individuals"].trigger_date
        return next(ident for ident, (when, _) in self.days.items() if when == day)

    @property
    def media(self) -> tuple[str, ...]:
        """The States whose media are told."""
        return tuple(sorted(d.state for d in self.owed.values() if d.id == "hipaa.media"))
