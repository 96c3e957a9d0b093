"""What is owed to whom, by when, and why: the duties that the facts make due under a regime."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simlab.response import clocks
from simlab.response.assess import assess
from simlab.response.clocks import Moment, Start
from simlab.response.facts import Facts, as_facts
from simlab.response.law import Regime, Rule
from simlab.response.law import regime as read_regime


@dataclass(frozen=True)
class Duty:
    """One notice that is owed.

    `due`: the last moment (a date, or an instant for hours), an outer limit; None: the trigger's date is
    not known. `earliest`: the day on which law enforcement's hold ends, the first for a notice. `status` open: whether it is owed
    hangs on `missing`; with status owed, `missing` names facts that could move the date.
    `state`: set where the duty is owed in one State. `count`: individuals counted for it.
    """

    id: str
    regime: str
    duty: str
    owes: str
    owed: str
    due: Moment | None
    cite: str
    trigger: str
    trigger_date: Moment | None
    why: str
    note: str = ""
    earliest: dt.date | None = None
    state: str = ""
    count: int | None = None
    status: Literal["owed", "open"] = "owed"
    missing: tuple[str, ...] = ()
    confirm: str = ""
    checked: dt.date | None = None

    @property
    def is_owed(self) -> bool:
        return self.status == "owed"

    @property
    def confirm_with_counsel(self) -> bool:
        return bool(self.confirm)

    def days_late(self, done: dt.date) -> int:
        """Days by which a notice given on `done` is past the outer limit; 0 when in time or no limit is known."""
        return max(0, (done - clocks.day_of(self.due)).days) if self.due is not None else 0


def duties(
    facts: Facts | Mapping[str, Any],
    counts: Mapping[str, int] | None = None,
    *,
    regime: str | Regime = "hipaa",
) -> list[Duty]:
    """The duties under a regime, soonest first; `counts` stands in for the facts' own when given.

    Empty when it is no breach. What cannot be decided yet is listed with status "open" and the facts
    that decide it. Raises InputError, UnknownName.
    """
    facts = as_facts(facts)
    if counts is not None:
        facts = facts.with_(counts=dict(counts))
    law = regime if isinstance(regime, Regime) else read_regime(regime)
    gate = _gate(facts, law)
    if gate is None:
        return []
    return sorted((d for rule in law.duties for d in _of(rule, law, facts, gate)), key=_soonest)


def soonest(*lists: list[Duty]) -> list[Duty]:
    """The duties of several regimes in one list, soonest first."""
    return sorted((duty for some in lists for duty in some), key=_soonest)


def _soonest(duty: Duty) -> tuple[dt.datetime, str, str]:
    end = dt.datetime.max.replace(tzinfo=dt.UTC)
    if isinstance(duty.due, dt.datetime):
        end = duty.due
    elif duty.due is not None:
        end = dt.datetime.combine(duty.due, dt.time.max, dt.UTC)
    return end, duty.id, duty.state


def _gate(facts: Facts, law: Regime) -> tuple[str, ...] | None:
    """The facts on which it hangs whether anything is owed: () for owed, None for nothing owed."""
    if law.applies_to == "security event":
        return ()
    verdict = assess(facts)
    if verdict.is_breach is False:
        return None
    return verdict.missing if verdict.is_breach is None else ()


def _of(rule: Rule, law: Regime, facts: Facts, gate: tuple[str, ...]) -> Iterator[Duty]:
    start = clocks.TRIGGERS[rule.trigger](facts)
    if start.has_happened is False or (rule.contingent and start.has_happened is None):
        return
    for state, count in _whom(rule, facts):
        unsure = (*gate, *(("counts",) if count is None and (rule.threshold or rule.states) else ()))
        yield _duty(rule, law, facts, start, state, count, unsure)


def _whom(rule: Rule, facts: Facts) -> list[tuple[str, int | None]]:
    """Each (State or "", count) for which the threshold is met; a count None means not known."""
    if facts.counts is None:
        return [("", None)]
    held = {s: n for s, n in facts.counts.items() if not rule.states or s in rule.states}
    if rule.threshold is None or rule.threshold.per == "total":
        total = sum(held.values())
        is_met = rule.threshold.is_met(total) if rule.threshold else total > 0
        return [("", total)] if is_met else []
    return [(s, n) for s, n in sorted(held.items()) if rule.threshold.is_met(n)]


def _duty(
    rule: Rule, law: Regime, facts: Facts, start: Start, state: str, count: int | None, unsure: tuple[str, ...]
) -> Duty:
    held = clocks.Held(dt.date.max)
    if start.when is not None:
        held = clocks.hold(clocks.due(rule, law, start.when), facts.law_enforcement, law.hold)
    confirm = [rule.confirm, start.confirm, law.hold.confirm if law.hold and facts.law_enforcement else ""]
    return Duty(
        id=f"{law.id}.{rule.id}",
        regime=law.id,
        duty=rule.duty,
        owes=rule.owes,
        owed=rule.owed,
        due=None if start.when is None else held.due,
        cite=rule.cite,
        trigger=rule.trigger,
        trigger_date=start.when,
        why=_why(rule, law, start, held, count),
        note=" ".join(rule.notes),
        earliest=held.earliest,
        state=state,
        count=count,
        status="open" if unsure else "owed",
        missing=tuple(dict.fromkeys((*unsure, *start.missing, *held.missing))),
        confirm="; ".join(c for c in confirm if c),
        checked=law.checked,
    )


def _why(rule: Rule, law: Regime, start: Start, held: clocks.Held, count: int | None) -> str:
    timed = law.rule(rule.together_with) if rule.together_with else rule
    limit = f"{timed.count} {timed.unit}"
    if timed.counted_from == "end of the year":
        limit += " after the end of the calendar year of discovery"
    said = [
        f"{limit}, counted from {start.when}: {start.why}" if start.when else f"{limit} once it is known: {start.why}"
    ]
    if rule.together_with:
        said.insert(0, f"together with the notice to {timed.owed}")
    if timed.without_delay:
        said.append("without unreasonable delay, so the date is an outer limit")
    if rule.threshold:
        said.append(f"owed for {rule.threshold}" + ("" if count is None else f" ({count:,} here)"))
    if held.why:
        said.append(held.why)
    return "; ".join(said)
