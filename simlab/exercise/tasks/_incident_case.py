"""The incident of a seed, for `incident`: members' data came to a wrong place, and it can end in two ways.

Four kinds, each with what misleads: a vendor that works in its own way, one that the plan directs, a drive whose key was
beside it, and a colleague who kept quiet. In one ending a clinic has the data, in the other somebody whom nothing binds.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from simlab import draw
from simlab.exercise.tasks._incident_facts import Ending, Handling, Incident
from simlab.response import Facts

VENDORS = ("Amberfield Outreach", "Larchmont Scanning", "Quarry Lane Reviews", "Teasel Mailing")
WHO = ("Luca Adeyemi", "Bernice Castaneda", "Hal Okonjo", "Ruth Eastlake", "Kwame Pettway")
CLINICS = ("Wrenfield Clinic", "Otter Creek Hospital", "Sandhill Dental Care")
SHOPS = ("a tire shop", "a hair salon", "a hardware store")
STATES = ("OK", "TX", "KS", "CO", "AR", "MO", "NM")
# People by State, in the order of the States drawn: at, below and above what the rule asks.
COUNTS = ((299, 200), (500,), (501,), (200, 200, 200), (700, 600, 100))
FIRST = dt.date(2026, 8, 3)
People = dict[str, int]
T = TypeVar("T")


@dataclass(frozen=True)
class Kind:
    """How it went wrong: what and when in words with {places}, who knew first, who was told, and the facts that differ."""

    what: str
    when: str
    knew: str
    told: str
    facts: dict[str, object] = field(default_factory=dict)
    firm: str = ""  # how a vendor works, where it was one


FIRM = Kind(
    what="{who} sent a list by e-mail to a wrong address. It is in plain text, and holds {data}.",
    when="Sent on {happened}. {who} found it on {found}, and told Larkspur on {told}.",
    knew="{who} found it",
    told="{who} told Larkspur",
)
KINDS = {
    "contractor": replace(
        FIRM,
        facts={"discovered_by": "business associate contractor"},
        firm="It works with its own people, in its own way, and Larkspur sees the result. The contract calls it a partner.",
    ),
    "agent": replace(
        FIRM,
        facts={"discovered_by": "agent"},
        firm="Larkspur's team leads say each day what is done and how. The contract calls it an independent contractor.",
    ),
    "key-too": Kind(
        what="A courier left a drive at a wrong door. It holds {data}. It was encrypted. The card with its key was in the same bag.",
        when="Left on {happened}. {who} of the mail room missed it on {found}, and told nobody until {told}.",
        knew="{who} missed it",
        told="those in charge heard of it",
        facts={"secured": True, "key_compromised": True},
    ),
    "colleague": Kind(
        what="An examiner sent a list by e-mail to a wrong address. It is in plain text, and holds {data}.",
        when="Sent on {happened}. {who}, who sits beside, saw it on {found}, and told nobody until {told}.",
        knew="{who} saw it",
        told="those in charge heard of it",
    ),
}


@functools.lru_cache(maxsize=64)
def build(seed: int) -> Incident:
    """The incident of a seed."""
    name = _one(seed, "kind", tuple(KINDS))
    kind, counts, days = KINDS[name], _counts(seed), _days(seed)
    has_diagnoses = _one(seed, "data", (True, False))
    words = {ident: in_words(day) for ident, day in days.items()} | {
        "who": _one(seed, "who", VENDORS if kind.firm else WHO),
        "data": "names and diagnoses" if has_diagnoses else "names and member numbers, no diagnosis",
    }
    says = (
        ("What:", kind.what.format(**words)),
        *([("The firm:", kind.firm)] if kind.firm else []),
        ("When:", f"{kind.when.format(**words)} Larkspur's report was done on {words['ended']}."),
        ("Who:", f"{sum(counts.values()):,} members: {', '.join(f'{n:,} in {s}' for s, n in counts.items())}."),
    )
    happened = {
        "happened": "it happened",
        "found": kind.knew.format(**words),
        "told": kind.told.format(**words),
        "ended": "the report was done",
    }
    return Incident(
        seed=seed,
        kind=name,
        says=says,
        days={ident: (day, happened[ident]) for ident, day in days.items()},
        endings=_endings(seed, _facts(days, counts, kind), has_diagnoses),
    )


def _one(seed: int, label: str, of: Sequence[T]) -> T:
    return of[draw.one(seed, f"incident/{label}", 0, len(of))]


def _days(seed: int) -> dict[str, dt.date]:
    """It happened, somebody knew, those in charge were told, the report was done."""
    day = dt.timedelta(days=1)
    happened = FIRST + day * draw.one(seed, "incident/day", 0, 40)
    found = happened + day * (2 + draw.one(seed, "incident/known", 0, 9))
    told = found + day * (12 + draw.one(seed, "incident/later", 0, 20))
    ended = told + day * (10 + draw.one(seed, "incident/ended", 0, 15))
    return {"happened": happened, "found": found, "told": told, "ended": ended}


def _counts(seed: int) -> People:
    states = sorted(STATES, key=lambda s: int(draw.bits(seed, f"incident/state/{s}", 0)))
    return dict(zip(states, _one(seed, "counts", COUNTS), strict=False))


def _facts(days: dict[str, dt.date], counts: People, kind: Kind) -> Facts:
    known = (
        {"ba_discovered": days["found"], "ba_notified": days["told"]} if kind.firm else {"discovered": days["found"]}
    )
    plain: dict[str, object] = {
        "covered_entity": "Larkspur Health Plan", "occurred": days["happened"], "counts": counts, "is_phi": True,
        "permitted_use": False, "secured": False, "key_compromised": False, "in_use": False, "discovered_by": "workforce",
    }  # fmt: skip
    return Facts.of(**(plain | known | kind.facts))


def _endings(seed: int, facts: Facts, has_diagnoses: bool) -> tuple[Ending, Ending]:
    """A clinic that confirms it, of whose factors three point to low, and a shop, of whose at most one does; in drawn order."""
    clinic = Handling(has_diagnoses, is_bound=True, is_opened=not has_diagnoses, is_in_writing=True)
    shop = Handling(has_diagnoses, is_bound=False, is_opened=True, is_in_writing=False)
    opened = (
        "A nurse opened it and saw that it was not theirs."
        if clinic.is_opened
        else "Its log shows that nobody opened it."
    )
    kept = Ending(
        f"It came to {_one(seed, 'clinic', CLINICS)}, which HIPAA binds too. {opened} They wrote that no copy is left.",
        clinic.assessed(facts),
    )
    lost = Ending(
        f"It came to {_one(seed, 'shop', SHOPS)}. The owner opened it. On the phone he promises that it is gone.",
        shop.assessed(facts),
    )
    return (kept, lost) if _one(seed, "order", (True, False)) else (lost, kept)


def in_words(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
