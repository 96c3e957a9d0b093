"""The whole answer to an incident: the assessment, every duty in order of time, to whom, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simlab.response.affected import affected
from simlab.response.assess import Assessment, assess
from simlab.response.duties import Duty
from simlab.response.entities import INSURER, Contract, Share, all_of, by_entity, total
from simlab.response.facts import Facts
from simlab.response.forks import Fork, Judge, forks
from simlab.response.incident import Incident
from simlab.response.law import Boundary
from simlab.response.parallel import Waiting, all_duties, boundaries, stale, unread, waiting
from simlab.response.recipients import SUBSTITUTE, Substitute, substitute_notice


@dataclass(frozen=True)
class Answer:
    """What a privacy officer signs. `recipients`: a row a letter, empty where the facts name no insurer;
    `unread`: States of affected people whose breach statute no file here holds; `compared`: what law that does not
    bind here would ask; `warnings`: texts of law not checked for a year.
    """

    title: str
    at: dt.date | None
    facts: Facts
    assessment: Assessment
    duties: tuple[Duty, ...]
    shares: tuple[Share, ...]
    waiting: tuple[Waiting, ...]
    boundaries: tuple[Boundary, ...]
    forks: tuple[Fork, ...]
    unread: tuple[str, ...]
    compared: tuple[Duty, ...]
    recipients: pd.DataFrame
    substitutes: tuple[tuple[str, Substitute], ...]
    warnings: tuple[str, ...]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """How many letters of each kind go out, for each covered entity."""
        if self.recipients.empty:
            return []
        by = ["covered_entity", "notice_to", "method", "address_kind"]
        found = self.recipients.groupby(by, sort=True).agg(letters=("member_id", "size"), look_first=("confirm", "sum"))
        return [{str(k): _plain(v) for k, v in row.items()} for row in found.reset_index().to_dict("records")]


def answer(incident: Incident, *, at: dt.date | None = None) -> Answer:
    """Everything that follows from an incident. `at`: the day on which it is asked. Raises InputError."""
    found = affected(incident)
    facts, people, entities = found.facts, found.people, found.entities
    shares: tuple[Share, ...] = ()
    if entities is not None:
        shares = tuple(by_entity(facts, entities, contracts=incident.contracts, at=at))
        facts = facts.with_(counts=total(entities), covered_entity=INSURER)

    def judge(then: Facts, contracts: tuple[Contract, ...] = incident.contracts) -> list[Duty]:
        if entities is None or then.counts != facts.counts:
            return all_duties(then, at=at)
        return all_of(by_entity(then, entities, contracts=contracts, at=at))

    owed = all_of(shares) if shares else all_duties(facts, at=at)
    return Answer(
        title=incident.title,
        at=at,
        facts=facts,
        assessment=assess(facts),
        duties=tuple(owed),
        shares=shares,
        waiting=tuple(waiting(facts)),
        boundaries=tuple(boundaries(facts)),
        forks=tuple(forks(facts, at=at, judge=judge, others=_contracts(incident, shares, judge, at))),
        unread=tuple(unread(facts)),
        compared=tuple(all_duties(facts, at=at, status="comparison")) if facts.aware else (),
        recipients=people,
        substitutes=tuple(_substitutes(people, facts)) if any(d.id == "hipaa.individuals" for d in owed) else (),
        warnings=tuple(stale(at)) if at else (),
    )


def _contracts(
    incident: Incident, shares: tuple[Share, ...], judge: Callable[[Facts, tuple[Contract, ...]], list[Duty]],
    at: dt.date | None,
) -> dict[str, list[tuple[str, Judge]]]:  # fmt: skip
    """What contracts leave open, answered for every plan that does not say it."""
    known = {c.entity: c for c in incident.contracts}
    plans = [known.get(s.entity, Contract(entity=s.entity)) for s in shares if s.role == "business associate"]
    day = at or incident.discovered

    def judged(**missing: Any) -> Judge:
        said = tuple(c.model_copy(update={k: v for k, v in missing.items() if getattr(c, k) is None}) for c in plans)
        return lambda facts: judge(facts, said)

    out: dict[str, list[tuple[str, Judge]]] = {
        "contracts.is_agent": [
            ("yes: what the insurer knew, the plan knew", judged(is_agent=True)),
            ("no: the insurer's word starts the plan's clock", judged(is_agent=False)),
        ]
    }
    if day is not None:
        days = (day, day + dt.timedelta(days=1))
        out["contracts.told"] = [(f"if it is {d} (each day later moves it by a day)", judged(told=d)) for d in days]
    return out


def _substitutes(people: pd.DataFrame, facts: Facts) -> list[tuple[str, Substitute]]:
    """Substitute notice for each entity: only those whose address is bad count, not the deceased."""
    if people.empty:
        some = substitute_notice(max(0, facts.bad_addresses or 0))
        return [(facts.covered_entity, some)] if some else []
    bad = people.loc[people["method"] == SUBSTITUTE, "covered_entity"].value_counts().sort_index()
    return [(str(entity), found) for entity, n in bad.items() if (found := substitute_notice(int(n)))]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
