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
from simlab.response.holds import Held, hold
from simlab.response.law import Regime, Rule
from simlab.response.law import regime as read_regime
from simlab.response.whom import LICENSE, crossed_on, whom

RESIDENTS = "each affected resident"
NO_HOLD = "whether a law-enforcement statement holds this notice: it is counted here as if it did not"
DEEMED = "whether a notice that meets HIPAA stands for this one"


@dataclass(frozen=True)
class Duty:
    """One notice that is owed.

    `due`: the last moment (a date, or an instant for hours), an outer limit; None: the trigger's date is
    not known. `earliest`: the day on which law enforcement's hold ends, the first for a notice. `status` open: whether it is owed
    hangs on `missing`; with status owed, `missing` names facts that could move the date.
    `state`: set where the duty is owed in one State. `count`: individuals counted for it. `entity`: whose
    people were counted, `done_by`: who gives the notice for it under a contract. `unconfirmed`: citations whose
    text was not compared with the law. `is_stale`: the regime's text was last checked more than a year ago.
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
    unconfirmed: tuple[str, ...] = ()
    is_stale: bool = False
    entity: str = ""
    done_by: str = ""

    @property
    def is_owed(self) -> bool:
        return self.status == "owed"

    @property
    def is_confirmed(self) -> bool:
        return not self.unconfirmed

    def days_late(self, done: dt.date) -> int:
        """Days by which a notice given on `done` is past the outer limit; 0 when in time or no limit is known."""
        return max(0, (done - clocks.day_of(self.due)).days) if self.due is not None else 0


def duties(
    facts: Facts | Mapping[str, Any],
    counts: Mapping[str, int] | None = None,
    *,
    regime: str | Regime = "hipaa",
    at: dt.date | None = None,
) -> list[Duty]:
    """The duties under a regime, soonest first; `counts` stands in for the facts' own when given.

    Empty when it is no breach. What cannot be decided yet is listed with status "open" and the facts
    that decide it. `at`: the day on which it is asked, for `is_stale`. Raises InputError, UnknownName.
    """
    facts = as_facts(facts)
    if counts is not None:
        facts = facts.with_(counts=dict(counts))
    law = regime if isinstance(regime, Regime) else read_regime(regime)
    gate = gate_of(facts, law)
    if gate is None:
        return []
    is_stale = at is not None and law.is_stale(at)
    return sorted((d for rule in law.duties for d in _of(rule, law, facts, gate, is_stale)), key=_soonest)


def soonest(*lists: list[Duty]) -> list[Duty]:
    """The duties of several regimes in one list, soonest first."""
    return sorted((duty for some in lists for duty in some), key=_soonest)


def _soonest(duty: Duty) -> tuple[dt.datetime, str, str, str]:
    end = dt.datetime.max.replace(tzinfo=dt.UTC)
    if isinstance(duty.due, dt.datetime):
        end = duty.due
    elif duty.due is not None:
        end = dt.datetime.combine(duty.due, dt.time.max, dt.UTC)
    return end, duty.id, duty.state, duty.entity


def gate_of(facts: Facts, law: Regime) -> tuple[str, ...] | None:
    """The facts on which it hangs whether anything is owed: () for owed, None for nothing owed."""
    if law.licensed_in and facts.licensed is not None and law.licensed_in not in facts.licensed:
        return None
    license_ = (LICENSE,) if law.licensed_in and facts.licensed is None else ()
    if law.applies_to == "security event":
        return license_
    if law.applies_to == "breach of personal information":
        # A State's statute has its own tests: that HIPAA asks for no notice does not answer them.
        if facts.personal_information is False or facts.permitted_use:
            return None
        return (*license_, *(("personal_information",) if facts.personal_information is None else ()))
    verdict = assess(facts)
    if verdict.is_breach is False:
        return None
    return (*license_, *(verdict.missing if verdict.is_breach is None else ()))


def _of(rule: Rule, law: Regime, facts: Facts, gate: tuple[str, ...], is_stale: bool) -> Iterator[Duty]:
    start = clocks.TRIGGERS[rule.trigger](facts)
    if start.has_happened is False or (rule.contingent and start.has_happened is None):
        return
    waits = start.missing if start.has_happened is None else ()
    for state, count, hangs in whom(rule, facts):
        unsure = tuple(dict.fromkeys((*gate, *waits, *hangs)))
        yield _duty(rule.in_state(state) if state else rule, law, facts, start, state, count, unsure, is_stale)


def _duty(
    rule: Rule, law: Regime, facts: Facts, start: Start, state: str, count: int | None, unsure: tuple[str, ...],
    is_stale: bool,
) -> Duty:  # fmt: skip
    held = Held(dt.date.max)
    if start.when is not None:
        at_once = law.timed(rule).without_delay
        held = hold(clocks.due(rule, law, start.when), facts.law_enforcement, law.hold_for(rule), at_once=at_once)
    crossed = crossed_on(rule, facts, state)
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
        why=_why(rule, law, start, held, _counted(rule, facts, state, count)),
        note=" ".join((*rule.notes, *((crossed,) if crossed else ()))),
        earliest=held.earliest,
        state=state,
        count=count,
        status="open" if unsure else "owed",
        missing=tuple(dict.fromkeys((*unsure, *start.missing, *held.missing))),
        confirm="; ".join(c for c in (rule.confirm, start.confirm, *_counsel(rule, law, facts, crossed)) if c),
        checked=law.checked,
        unconfirmed=tuple(_unconfirmed(rule, law, facts)),
        is_stale=is_stale,
        entity=facts.covered_entity,
    )


def _counsel(rule: Rule, law: Regime, facts: Facts, crossed: str) -> Iterator[str]:
    if facts.law_enforcement:
        taken = law.hold_for(rule)
        yield taken.confirm if taken else NO_HOLD
    if law.applies_to == "breach of personal information" and rule.owed == RESIDENTS and not law.hipaa_deemed:
        yield DEEMED
    if crossed:
        yield "how the time runs where a count crosses the threshold only later is not spelt out"


def _unconfirmed(rule: Rule, law: Regime, facts: Facts) -> Iterator[str]:
    if not rule.is_confirmed:
        yield rule.cite
    taken = law.hold_for(rule) if facts.law_enforcement else None
    if taken is not None and not taken.is_confirmed:
        yield taken.cite


def _why(rule: Rule, law: Regime, start: Start, held: Held, counted: str) -> str:
    limit, timed = within(rule, law), law.timed(rule)
    counts = "which was" if timed.counted_from == "end of the year" else "counted from"
    began = f", {counts} {clocks.moment(start.when)}" if start.when else " once it is known"
    said = [
        f"together with the notice to {timed.owed}" if rule.together_with else "",
        f"{limit}{began}: {start.why}",
        "without unreasonable delay, so the date is an outer limit" if timed.without_delay else "",
        counted,
        held.why,
    ]
    return "; ".join(part for part in said if part)


def _counted(rule: Rule, facts: Facts, state: str, count: int | None) -> str:
    """Which count makes it owed, and what was counted."""
    if rule.threshold is None:
        return ""
    at_home = rule.per_license and state == facts.domicile
    bound = "owed in the State of domicile whatever the count" if at_home else f"owed for {rule.threshold}"
    return bound + ("" if count is None else f" ({count:,} here)")


def within(rule: Rule, law: Regime) -> str:
    """The time of a rule in words: 72 hours."""
    timed = law.timed(rule)
    unit = str(timed.unit).removesuffix("s") if timed.count == 1 else str(timed.unit)
    year = " after the end of the calendar year of discovery" * (timed.counted_from == "end of the year")
    return f"{timed.count} {unit}{year}"
