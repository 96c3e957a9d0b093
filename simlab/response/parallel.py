"""Every body of law at once: what is owed, what would be, what is none, and which text is old."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simlab.response import clocks
from simlab.response.duties import Duty, duties, gate_of, soonest, within
from simlab.response.facts import Facts, as_facts
from simlab.response.law import Boundary, Regime, regimes
from simlab.response.law import regime as read_regime

# What starts a clock that nothing has started yet, in words.
_IF = {
    "business associate discovery": "a business associate turns out to have discovered it",
    "payment": "an extortion payment is made",
    "notice to HHS": "HHS is notified",
    "notice to individuals": "the individuals are notified",
}


@dataclass(frozen=True)
class Waiting:
    """A duty that nothing has started yet: what would start it, and the time that then runs."""

    id: str
    starts: str
    duty: str
    owed: str
    within: str
    cite: str
    confirm: str = ""


def laws(only: Iterable[str] | None = None, status: str = "in force") -> list[Regime]:
    """The regimes of a status, all or those of the ids. Raises UnknownName, ContentError."""
    return list(_laws(None if only is None else tuple(only), status))


@functools.cache
def _laws(only: tuple[str, ...] | None, status: str) -> tuple[Regime, ...]:
    return tuple(law for name in (regimes() if only is None else only) if (law := read_regime(name)).status == status)


def all_duties(
    facts: Facts | Mapping[str, Any],
    *,
    at: dt.date | None = None,
    only: Iterable[str] | None = None,
    status: str = "in force",
) -> list[Duty]:
    """The duties under every regime in force at once, soonest first: their clocks run in parallel.

    `only`: ids of regimes, for all; `status` "comparison" gives what other law would ask, never what is owed.
    Raises InputError, UnknownName.
    """
    facts = as_facts(facts)
    return soonest(*(duties(facts, regime=law, at=at) for law in laws(only, status)))


def waiting(facts: Facts | Mapping[str, Any], *, only: Iterable[str] | None = None) -> list[Waiting]:
    """The duties that start only if something more happens, such as a payment, in order of their regime."""
    facts = as_facts(facts)
    return [one for law in laws(only) if gate_of(facts, law) is not None for one in _waiting(law, facts)]


def _waiting(law: Regime, facts: Facts) -> Iterator[Waiting]:
    for rule in law.duties:
        start = clocks.TRIGGERS[rule.trigger](facts)
        has_people = not rule.states or facts.counts is None or any(facts.counts.get(s) for s in rule.states)
        if rule.contingent and start.when is None and not start.has_happened and has_people:
            text = within(rule, law)
            yield Waiting(f"{law.id}.{rule.id}", _IF[rule.trigger], rule.duty, rule.owed, text, rule.cite, rule.confirm)


def boundaries(facts: Facts | Mapping[str, Any], *, only: Iterable[str] | None = None) -> list[Boundary]:
    """What might be taken for a duty here and is none, with the reason."""
    facts = as_facts(facts)
    return [b for law in laws(only) for b in law.boundaries if b.applies(facts)]


def unread(facts: Facts | Mapping[str, Any], *, only: Iterable[str] | None = None) -> list[str]:
    """The States of affected people whose breach statute no file here holds; none where no such statute is asked."""
    facts = as_facts(facts)
    if facts.personal_information is False or facts.permitted_use:
        return []
    held = {
        state
        for law in laws(only)
        if law.applies_to == "breach of personal information"
        for rule in law.duties
        for state in rule.states
    }
    return sorted(state for state, n in (facts.counts or {}).items() if n and state not in held)


def stale(at: dt.date, *, only: Iterable[str] | None = None) -> list[str]:
    """A warning for each regime whose text was not checked for a year by `at`."""
    return [
        f"{law.id}: the text of {law.cite} was last checked on {law.checked}, more than a year before {at}: "
        f"compare it before relying on a date, and put `checked` right in content/law/{law.id}.yml"
        for law in laws(only)
        if law.is_stale(at)
    ]
