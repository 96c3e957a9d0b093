"""What is owed: is it a breach, who must be told, by when, and why.

`assess(facts)` answers the ordered tests of 45 CFR 164.402; `duties(facts)` gives the notices due under a
regime of `simlab/content/law`, `all_duties(facts)` under all of them, `by_entity` for each covered
entity; `recipients(insurer, member_ids)` says to whom each letter goes; `answer(incident)` is all of it. All of it is
training material, not legal advice.
"""

from __future__ import annotations

from simlab.response.answer import Answer, answer
from simlab.response.assess import SCORE_LABEL, Assessment, Step, assess
from simlab.response.duties import Duty, duties, soonest
from simlab.response.entities import Contract, Share, all_of, by_entity
from simlab.response.facts import CONDITIONS, STATES, Factor, Factors, Facts, Hold, Recount, load_facts
from simlab.response.forks import Branch, Fork, forks
from simlab.response.incident import Incident, licenses, load_incident
from simlab.response.law import Boundary, Regime, regime, regimes
from simlab.response.parallel import Waiting, all_duties, boundaries, stale, unread, waiting
from simlab.response.recipients import Substitute, counted, counts, counts_by_entity, recipients, substitute_notice
from simlab.response.shown import as_html, as_plain, as_text
from simlab.response.words import HEADER, explain, in_words

__all__ = [
    "CONDITIONS",
    "HEADER",
    "SCORE_LABEL",
    "STATES",
    "Answer",
    "Assessment",
    "Boundary",
    "Branch",
    "Contract",
    "Duty",
    "Factor",
    "Factors",
    "Facts",
    "Fork",
    "Hold",
    "Incident",
    "Recount",
    "Regime",
    "Share",
    "Step",
    "Substitute",
    "Waiting",
    "all_duties",
    "all_of",
    "answer",
    "as_html",
    "as_plain",
    "as_text",
    "assess",
    "boundaries",
    "by_entity",
    "counted",
    "counts",
    "counts_by_entity",
    "duties",
    "explain",
    "forks",
    "in_words",
    "licenses",
    "load_facts",
    "load_incident",
    "recipients",
    "regime",
    "regimes",
    "soonest",
    "stale",
    "substitute_notice",
    "unread",
    "waiting",
]
