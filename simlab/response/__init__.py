"""What is owed: is it a breach, who must be told, by when, and why.

`assess(facts)` answers the ordered tests of 45 CFR 164.402; `duties(facts)` gives the notices due under a
regime of `simlab/content/law`, `all_duties(facts)` under all of them, `by_entity` for each covered
entity; `recipients(insurer, member_ids)` says to whom each letter goes; `answer(incident)` is all of it.
`investigate(log, alert)` gives the scope of an incident, `facts_of` the facts that follow, `keep` the evidence in a
`Ledger`. All of it is training material, not legal advice.

The room in the order in which one file needs the one before:

    terms, facts, contradictions    what is known, and what cannot be
    assess                          is it a breach: the ordered tests
    holidays, law                   one body of law, from its file
    whom, clocks, holds, duties     for whom, when, how long it may wait, and what is owed under one law
    parallel, entities              under all of them, and for each covered entity
    recipients, incident, affected  to whom the letters go, from the file or the company's own tables
    forks, answer                   what is missing with both outcomes, and all of it together; cases: worked ones
    words, shown, command           the answer as text, page and JSON, and at the shell
    notices, notice_command         drafts checked against what the law lists, letters written
    ledger                          the log of breaches, evidence and its chain of custody
    scope, sittings, investigation  from an alert to what was reached; from_scope: the facts that follow
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simlab.response.answer import Answer, answer
from simlab.response.assess import SCORE_LABEL, Assessment, Step, assess
from simlab.response.duties import Duty, duties, soonest
from simlab.response.entities import Contract, Share, all_of, by_entity
from simlab.response.facts import CONDITIONS, STATES, Factor, Factors, Facts, Hold, Recount, load_facts
from simlab.response.forks import Branch, Fork, forks
from simlab.response.from_scope import facts_of, keep
from simlab.response.incident import Incident, licenses, load_incident
from simlab.response.law import Boundary, Regime, regime, regimes
from simlab.response.ledger import Breach, Ledger, Transfer, custody, require_unchanged
from simlab.response.parallel import Waiting, all_duties, boundaries, stale, unread, waiting
from simlab.response.recipients import Substitute, counted, counts, counts_by_entity, recipients, substitute_notice
from simlab.response.scope import Scope
from simlab.response.shown import as_html, as_plain, as_text
from simlab.response.terms import STATE_NAMES
from simlab.response.words import HEADER, explain, in_words

if TYPE_CHECKING:
    from simlab.response.investigation import investigate

__all__ = [
    "CONDITIONS",
    "HEADER",
    "SCORE_LABEL",
    "STATES",
    "STATE_NAMES",
    "Answer",
    "Assessment",
    "Boundary",
    "Branch",
    "Breach",
    "Contract",
    "Duty",
    "Factor",
    "Factors",
    "Facts",
    "Fork",
    "Hold",
    "Incident",
    "Ledger",
    "Recount",
    "Regime",
    "Scope",
    "Share",
    "Step",
    "Substitute",
    "Transfer",
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
    "custody",
    "duties",
    "explain",
    "facts_of",
    "forks",
    "in_words",
    "investigate",
    "keep",
    "licenses",
    "load_facts",
    "load_incident",
    "recipients",
    "regime",
    "regimes",
    "require_unchanged",
    "soonest",
    "stale",
    "substitute_notice",
    "unread",
    "waiting",
]


def __getattr__(name: str) -> Any:
    """`investigate` brings the rules and DuckDB with it: only when asked for."""
    if name == "investigate":
        from simlab.response.investigation import investigate

        return investigate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
