"""One breach, several covered entities: each counts its own people, has its own thresholds and owes its own notices.

An employer's self-funded plan is a covered entity, and the insurer that runs it is its business associate:
it owes the plan notice, and a contract may have it give the plan's notices too. What falls on the insurer as
a licensee (NAIC, 23 NYCRR 500) counts all people once, whoever their plan is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from simlab.content import Model
from simlab.errors import InputError, UnknownName
from simlab.response import clocks
from simlab.response.assess import Assessment, assess
from simlab.response.duties import RESIDENTS, Duty, duties, soonest
from simlab.response.facts import Facts, as_facts
from simlab.response.law import Regime
from simlab.response.parallel import laws

INSURER = "Larkspur Health Plan"
Notice = Literal["individuals", "hhs", "media", "state"]
_HIPAA: dict[str, Notice] = {
    "hipaa.individuals": "individuals", "hipaa.hhs-large": "hhs", "hipaa.hhs-annual": "hhs", "hipaa.media": "media",
}  # fmt: skip
OF_CONTRACT = {"discovered_by": "contracts.is_agent", "ba_notified": "contracts.told"}
OWNER = "whether the plan or the insurer owns the data under this State's statute"
UNSAID = "whether the contract has the business associate give this notice for the plan"


class Contract(Model):
    """What a self-funded plan has agreed with the insurer about breaches.

    `says`: the contract and its section; `notices`: those that the insurer gives for the plan; `is_agent`:
    the plan controls how the insurer works, so that what it knows the plan knows; `told`: when it told the plan.
    """

    entity: str
    says: str = ""
    notices: tuple[Notice, ...] = ()
    is_agent: bool | None = None
    told: dt.date | None = None


@dataclass(frozen=True)
class Share:
    """A covered entity's part of a breach; `role` is the insurer's towards it."""

    entity: str
    role: Literal["covered entity", "business associate"]
    facts: Facts
    assessment: Assessment
    duties: tuple[Duty, ...]
    contract: Contract | None = None

    @property
    def people(self) -> int:
        """Its affected individuals, each counted here and nowhere else."""
        return self.facts.total or 0


def by_entity(
    facts: Facts | Mapping[str, Any],
    counts: Mapping[str, Mapping[str, int]],
    *,
    contracts: Iterable[Contract] = (),
    insurer: str = INSURER,
    at: dt.date | None = None,
    only: Iterable[str] | None = None,
) -> list[Share]:
    """The insurer's share first, then each plan's by name, from affected people by entity and State.

    Raises InputError, UnknownName: for counts that do not add up to the facts' own, for a contract of nobody here.
    """
    facts = as_facts(facts)
    everybody = total(counts)
    if facts.counts is not None and _some(facts.counts) != everybody:
        raise InputError(
            f"counts: {_some(facts.counts)}, but by entity they add up to {everybody}: leave one of them out"
        )
    agreed = _agreed(contracts, counts, insurer)
    found = laws(only)
    whole = facts.with_(counts=everybody, covered_entity=insurer)
    shares = [_own(whole, counts.get(insurer, {}), found, at)]
    for entity in sorted(set(counts) - {insurer}):
        shares.append(_plan(whole, entity, counts[entity], agreed.get(entity), found, at))
    return shares


def all_of(shares: Iterable[Share]) -> list[Duty]:
    """The duties of every entity in one list, soonest first."""
    return soonest(*(list(share.duties) for share in shares))


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {state: n for state, n in sorted(counts.items()) if n}


def total(counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Affected people by State, those of every entity together."""
    out: dict[str, int] = {}
    for states in counts.values():
        for state, n in states.items():
            out[state] = out.get(state, 0) + n
    return _some(out)


def _agreed(contracts: Iterable[Contract], counts: Mapping[str, Any], insurer: str) -> dict[str, Contract]:
    out: dict[str, Contract] = {}
    for one in contracts:
        if one.entity not in counts or one.entity == insurer:
            raise UnknownName("self-funded plan with affected people", one.entity, set(counts) - {insurer})
        if one.entity in out:
            raise InputError(f"contracts: {one.entity} stands there twice: give each plan one contract")
        out[one.entity] = one
    return out


def _own(whole: Facts, counts: Mapping[str, int], found: list[Regime], at: dt.date | None) -> Share:
    """The insurer for the people of its insured plans; as a licensee for everybody."""
    own = whole.with_(counts=dict(counts))
    owed = [duties(whole if law.bears == "licensee" else own, regime=law, at=at) for law in found]
    # Nobody of its own affected: it owes no notice as a covered entity, only what falls on a licensee or an associate.
    kept = [d for d in soonest(*owed) if own.total or d.regime in {law.id for law in found if law.bears == "licensee"}]
    return Share(whole.covered_entity, "covered entity", own, assess(own), tuple(kept))


def _plan(
    whole: Facts, entity: str, counts: Mapping[str, int], contract: Contract | None, found: list[Regime],
    at: dt.date | None,
) -> Share:  # fmt: skip
    """A self-funded plan: the insurer's discovery is its business associate's."""
    try:
        own = whole.with_(
            covered_entity=entity,
            counts=dict(counts),
            discovered=None,
            should_have_known=None,
            discovered_by=_by(contract),
            ba_discovered=clocks.day_of(start) if (start := clocks.discovery(whole).when) else None,
            ba_notified=contract.told if contract else None,
            members=None,
            deceased=None,
            minors=None,
            bad_addresses=None,
            licensed=(),
            domicile=None,
            individuals_notified=None,
            hhs_notified=None,
        )
    except InputError as e:
        raise InputError(f"{entity}: {e}") from None
    owed = soonest(*(duties(own, regime=law, at=at) for law in found if law.bears == "covered entity"))
    states = {law.id for law in found if law.applies_to == "breach of personal information"}
    owed = [_and(_named(duty), OWNER) if duty.regime in states else _named(duty) for duty in owed]
    done = tuple(_done(duty, contract, whole.covered_entity) for duty in owed) if own.total else ()
    return Share(entity, "business associate", own, assess(own), done, contract)


def _and(duty: Duty, confirm: str) -> Duty:
    return replace(duty, confirm="; ".join(c for c in (duty.confirm, confirm) if c))


def _named(duty: Duty) -> Duty:
    """What is missing about the business associate is asked of the contract, since each plan has its own."""
    return replace(duty, missing=tuple(OF_CONTRACT.get(key, key) for key in duty.missing))


def _by(contract: Contract | None) -> str | None:
    if contract is None or contract.is_agent is None:
        return None
    return "agent" if contract.is_agent else "business associate contractor"


def _done(duty: Duty, contract: Contract | None, insurer: str) -> Duty:
    """Who gives the notice: what a contract hands on stays the plan's to answer for."""
    if duty.owes == "business associate":
        said = f"{insurer} owes it to the plan as its business associate, whatever notices it gives for the plan."
        return replace(duty, done_by=said)
    kind = "individuals" if duty.owed == RESIDENTS else _HIPAA.get(duty.id, "state")
    if contract is None:
        return _and(duty, UNSAID)
    if kind not in contract.notices:
        return replace(duty, done_by="The plan gives it itself: its contract does not hand it on.")
    where = f" ({contract.says})" if contract.says else ""
    return replace(duty, done_by=f"{insurer} gives it for the plan{where}; the plan still answers for it.")
