"""Who is affected, as far as the facts name a company: its tables, a row for each of its people, and the counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from simlab.errors import InputError
from simlab.insurer import Insurer
from simlab.response.entities import total
from simlab.response.facts import Facts
from simlab.response.incident import Incident
from simlab.response.recipients import counted, recipients


@dataclass(frozen=True)
class Affected:
    """The facts with their counts. `people`: a row a letter, empty where no insurer is named; `entities`: people
    by covered entity and State, None where the facts know of one entity alone.
    """

    facts: Facts
    entities: dict[str, dict[str, int]] | None = None
    insurer: Insurer | None = None
    people: pd.DataFrame = field(default_factory=pd.DataFrame)


def affected(incident: Incident) -> Affected:
    """Who is affected by an incident. Raises InputError where its counts are not those of its people."""
    facts = incident.facts()
    if incident.insurer is None or incident.member_ids is None:
        return Affected(facts, incident.entities)
    insurer = incident.insurer.build()
    everybody = isinstance(incident.member_ids, str)
    people = recipients(insurer, insurer.members["member_id"] if everybody else incident.member_ids)
    entities = counted(people)
    found = total(entities)
    if facts.counts is not None and {s: n for s, n in facts.counts.items() if n} != found:
        raise InputError(f"counts: {facts.counts}, but member_ids are {found}: leave counts out, they follow")
    return Affected(facts.with_(counts=found, members=len(insurer.members)), entities, insurer, people)
