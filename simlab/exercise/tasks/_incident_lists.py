"""The lists of `incident`: what each offers, and what is right in it as `simlab.response` has it.

In the list of a factor stand a fact that belongs to it, one that belongs to another, and a slogan, each with the way it is
said to point. The ids of its lines say nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from simlab import draw
from simlab.exercise.tasks._incident_case import in_words
from simlab.exercise.tasks._incident_facts import Ending, Incident
from simlab.response.terms import STATE_NAMES

# The four as the lesson asks them.
FACTORS = {
    "nature": "1. What data?",
    "recipient": "2. Who had them?",
    "acquired": "3. Were they really got or seen?",
    "mitigation": "4. What has been done since?",
}
# Whose fact stands in the list as well. It is true, and belongs to the other factor.
BESIDE = {"nature": "acquired", "recipient": "mitigation", "acquired": "nature", "mitigation": "recipient"}
SLOGAN = "nobody can prove that anybody read it"
ENDINGS = {"first": "First ending", "second": "Second ending"}
BREACHES = {
    "presumed": "A breach: open to read, and no low risk is shown",
    "key": "A breach: its key went too, and no low risk is shown",
}
FINDINGS = BREACHES | {
    "low": "No breach: a low risk is shown. Kept for six years",
    "no-proof": "No breach: nothing proves that it was read",
    "sealed": "Nothing to tell: it was sealed",
    "excepted": "No breach: our people or firm did it in good faith",
}
HHS = {
    "with-letters": "At the same time as the members",
    "after-year": "In the log, and by 1 March 2027",
    "not": "Not at all",
}
NO_DAY = {"no-day": "No day: nothing is owed"}


@dataclass(frozen=True)
class Line:
    """One line of a factor's list; `belongs_to` is "" for the slogan."""

    fact: str
    is_low: bool
    belongs_to: str
    worth: float  # 1 for the right one, half where only the way is wrong

    @property
    def words(self) -> str:
        return f"{'Low' if self.is_low else 'Not low'}: {self.fact}"


def lines(material: Incident, factor: str) -> dict[str, Line]:
    """The lines of a factor's list in the order shown, drawn."""
    out = [Line(SLOGAN, True, "", 0.0)]
    for name in (factor, BESIDE[factor]):
        said = material.endings[0].factor(name)
        for is_low in (True, False):
            worth = 0.0 if name != factor else 1.0 if is_low is (said.points_to == "low") else 0.5
            out.append(Line(said.text, is_low, name, worth))
    order = draw.bits(material.seed, f"incident/{factor}", range(len(out))).argsort()
    return {ident: out[i] for ident, i in zip("abcde", order, strict=True)}


def slogan(material: Incident, factor: str) -> str:
    return next(ident for ident, line in lines(material, factor).items() if not line.belongs_to)


def ending(material: Incident, name: str) -> Ending:
    return material.endings[list(ENDINGS).index(name)]


def dates(material: Incident) -> dict[str, dt.date]:
    """Sixty days from each day that one might count from, and the same day two months later."""
    found = {ident: when + dt.timedelta(days=60) for ident, (when, _) in material.days.items()}
    start = material.days[material.since][0]
    month = start.month + 2
    months = dt.date(start.year + (month > 12), (month - 1) % 12 + 1, min(start.day, 28))
    if months not in found.values():
        found["two-months"] = months
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def media(material: Incident) -> dict[str, str]:
    """No media, those of the largest State, of each with 500 or more, of each State."""
    counts = material.facts.counts or {}
    largest = max(counts, key=lambda s: (counts[s], s))
    sets = [(), (largest,), tuple(sorted(s for s, n in counts.items() if n >= 500)), tuple(sorted(counts))]
    return {"-".join(s) or "none": _in(s) for s in sets}


def _in(states: tuple[str, ...]) -> str:
    return f"Those of {' and '.join(STATE_NAMES[s] for s in states)}" if states else "None"


def offered(material: Incident) -> dict[str, dict[str, str]]:
    """The choices of each list, by its id."""
    return {
        **{name: {i: line.words for i, line in lines(material, name).items()} for name in FACTORS},
        **dict.fromkeys(ENDINGS, FINDINGS),
        "since": {i: f"{in_words(when)}: {what}" for i, (when, what) in material.days.items()} | NO_DAY,
        "by": {i: in_words(when) for i, when in dates(material).items()} | NO_DAY,
        "hhs": HHS,
        "media": media(material),
    }


def rights(material: Incident) -> dict[str, str]:
    """What is right in each list."""
    due = material.owed["individuals"].due
    return {
        **{name: next(i for i, line in lines(material, name).items() if line.worth == 1) for name in FACTORS},
        **{name: ending(material, name).finding for name in ENDINGS},
        "since": material.since,
        "by": next(ident for ident, when in dates(material).items() if when == due),
        "hhs": "with-letters" if "hhs-large" in material.owed else "after-year",
        "media": "-".join(material.media) or "none",
    }
