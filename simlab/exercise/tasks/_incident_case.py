"""An incident of a seed, for `incident`: the facts, the story that tells them, and the days that one might count from.

Five kinds, each with one fact that misleads: a vendor that works in its own way, one that the plan directs, files whose
key went too, locked files without a trace of copying, and a colleague who looked. What is right is computed by `simlab.response`.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass

from simlab import draw
from simlab.response import Duty, Facts, assess, duties

KINDS = ("contractor", "agent", "key-too", "locked", "colleague")
VENDORS = ("Amberfield Outreach", "Larchmont Scanning", "Quarry Lane Reviews", "Teasel Mailing")
WHO = ("Luca Adeyemi", "Bernice Castaneda", "Hal Okonjo", "Ruth Eastlake", "Kwame Pettway")
STATES = ("OK", "TX", "KS", "CO", "AR", "MO", "NM")
# People by State, in the order of the States drawn: at, below and above what the rule asks.
COUNTS = ((299, 200), (500,), (501,), (200, 200, 200), (700, 600, 100))
FIRST = dt.date(2026, 8, 3)
People = dict[str, int]


@dataclass(frozen=True)
class Incident:
    """Facts, the paragraphs that tell them as (lead, text), and the days by id as (day, what happened then)."""

    kind: str
    facts: Facts
    says: tuple[tuple[str, str], ...]
    days: dict[str, tuple[dt.date, str]]

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
    def reason(self) -> str:
        """Why it is a breach: `key` where it was sealed and the key went too, else `presumed`."""
        sealed = next(step for step in assess(self.facts).steps if step.number == 3)
        return "key" if "key" in sealed.reason else "presumed"

    @property
    def media(self) -> tuple[str, ...]:
        """The States whose media are told."""
        return tuple(sorted(d.state for d in self.owed.values() if d.id == "hipaa.media"))


@functools.lru_cache(maxsize=64)
def build(seed: int) -> Incident:
    """The incident of a seed."""
    kind = KINDS[draw.one(seed, "incident/kind", 0, len(KINDS))]
    counts = _counts(seed)
    happened = FIRST + dt.timedelta(days=draw.one(seed, "incident/day", 0, 40))
    known = happened + dt.timedelta(days=2 + draw.one(seed, "incident/known", 0, 9))
    later = known + dt.timedelta(days=12 + draw.one(seed, "incident/later", 0, 20))
    ended = later + dt.timedelta(days=10 + draw.one(seed, "incident/ended", 0, 15))
    who = WHO[draw.one(seed, "incident/who", 0, len(WHO))]
    vendor = VENDORS[draw.one(seed, "incident/vendor", 0, len(VENDORS))]
    return _MADE[kind](happened, known, later, ended, counts, vendor if kind in ("contractor", "agent") else who)


def _counts(seed: int) -> People:
    numbers = COUNTS[draw.one(seed, "incident/counts", 0, len(COUNTS))]
    states = sorted(STATES, key=lambda s: int(draw.bits(seed, f"incident/state/{s}", 0)))
    return dict(zip(states, numbers, strict=False))


def in_words(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _people(counts: People) -> tuple[str, str]:
    each = ", ".join(f"{n:,} in {s}" for s, n in counts.items())
    return "Who:", f"{sum(counts.values()):,} members of Larkspur: {each}."


def _facts(happened: dt.date, counts: People, **more: object) -> Facts:
    plain: dict[str, object] = {
        "covered_entity": "Larkspur Health Plan", "occurred": happened, "counts": counts, "is_phi": True, "permitted_use": False,
        "secured": False, "key_compromised": False, "in_use": False, "assessment_done": False, "discovered_by": "workforce",
    }  # fmt: skip
    return Facts.of(**(plain | more))


def _vendor(is_agent: bool) -> Callable[[dt.date, dt.date, dt.date, dt.date, People, str], Incident]:
    def make(happened: dt.date, known: dt.date, told: dt.date, ended: dt.date, counts: People, vendor: str) -> Incident:
        directs = (
            "Larkspur's team leads say each day what is done, in which order and how. The contract calls the firm an independent contractor."
            if is_agent
            else "It works with its own people, in its own way, and Larkspur sees the result. The contract calls the firm a partner."
        )
        by = "agent" if is_agent else "business associate contractor"
        facts = _facts(happened, counts, ba_discovered=known, ba_notified=told, discovered_by=by)
        says = (
            (
                "What:",
                f"A stranger copied address files with diagnoses from a server of {vendor}. They were in plain text.",
            ),
            ("The firm:", directs),
            (
                "When:",
                f"Copied on {in_words(happened)}. {vendor} found it on {in_words(known)}, and told Larkspur on {in_words(told)}. "
                f"Larkspur's own report was done on {in_words(ended)}.",
            ),
            _people(counts),
            ("Done since:", "The server was shut. Nobody knows who has the copy. No risk assessment was written."),
        )
        days = {
            "happened": (happened, "it happened"),
            "found": (known, f"{vendor} found it"),
            "told": (told, f"{vendor} told Larkspur"),
            "ended": (ended, "the report was done"),
        }
        return Incident("agent" if is_agent else "contractor", facts, says, days)

    return make


def _key_too(happened: dt.date, known: dt.date, later: dt.date, ended: dt.date, counts: People, who: str) -> Incident:
    facts = _facts(happened, counts, secured=True, key_compromised=True, discovered=known)
    says = (
        (
            "What:",
            "A drive with claims was stolen from a van. The drive was encrypted. The card with its key was in the same bag.",
        ),
        (
            "When:",
            f"Stolen on {in_words(happened)}. {who} of the mail room saw on {in_words(known)} that it had not arrived, and told nobody until "
            f"{in_words(later)}. The report was done on {in_words(ended)}.",
        ),
        _people(counts),
        ("Done since:", "The police look for the bag. No risk assessment was written."),
    )
    return Incident("key-too", facts, says, _own_days(happened, known, later, ended, f"{who} saw that it was missing"))


def _locked(happened: dt.date, known: dt.date, later: dt.date, ended: dt.date, counts: People, who: str) -> Incident:
    facts = _facts(happened, counts, discovered=known)
    says = (
        (
            "What:",
            "Malware locked a folder of claims and left a note. The claims were in plain text. No trace shows that anything left the house, and none shows that it did not.",
        ),
        (
            "When:",
            f"Locked on {in_words(happened)}. {who} could not open the folder and read the note on {in_words(known)}. "
            f"The security line heard of it on {in_words(later)}. The report was done on {in_words(ended)}.",
        ),
        _people(counts),
        ("Done since:", "The folder came back from the backup. No risk assessment was written."),
    )
    return Incident("locked", facts, says, _own_days(happened, known, later, ended, f"{who} read the note"))


def _colleague(happened: dt.date, known: dt.date, later: dt.date, ended: dt.date, counts: People, who: str) -> Incident:
    facts = _facts(happened, counts, discovered=known, snooping=True)
    says = (
        (
            "What:",
            "An examiner took a list of members home, to see who of the neighbors was on it. No work led there. The list was in plain text.",
        ),
        (
            "When:",
            f"The list was taken on {in_words(happened)}. {who}, who sits beside, saw it on {in_words(known)}, and told the privacy office on "
            f"{in_words(later)}. The report was done on {in_words(ended)}.",
        ),
        _people(counts),
        (
            "Done since:",
            "The list came back. Whether it was copied, nobody knows. No risk assessment was written.",
        ),
    )
    return Incident("colleague", facts, says, _own_days(happened, known, later, ended, f"{who} saw it"))


def _own_days(
    happened: dt.date, known: dt.date, later: dt.date, ended: dt.date, saw: str
) -> dict[str, tuple[dt.date, str]]:
    return {
        "happened": (happened, "it happened"),
        "found": (known, saw),
        "told": (later, "those in charge heard of it"),
        "ended": (ended, "the report was done"),
    }


_MADE = {
    "contractor": _vendor(is_agent=False),
    "agent": _vendor(is_agent=True),
    "key-too": _key_too,
    "locked": _locked,
    "colleague": _colleague,
}
