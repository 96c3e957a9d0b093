"""Who may be told what: `Gateway` decides a `request` by rules that are data, and keeps what was told.

A decision says what goes out and what not, each part with its source, the fewest fields, the way, and
what an `accounting` shows of it. A promise of the organization is kept, and is called one.
"""

from __future__ import annotations

from simlab.controls.sharing.accounting import Accounting, Suspension, accounting
from simlab.controls.sharing.company import contract_facts, sponsor_facts, states_of
from simlab.controls.sharing.gateway import Gateway, decide_all
from simlab.controls.sharing.incidental import judge_incident
from simlab.controls.sharing.request import Decision, Disclosed, Part, Request, request
from simlab.controls.sharing.rules import Rule, data_classes, rules, safeguards
from simlab.controls.sharing.short import Several, Study, short
from simlab.controls.sharing.state import StateRule, state_rules

__all__ = [
    "Accounting",
    "Decision",
    "Disclosed",
    "Gateway",
    "Part",
    "Request",
    "Rule",
    "Several",
    "StateRule",
    "Study",
    "Suspension",
    "accounting",
    "contract_facts",
    "data_classes",
    "decide_all",
    "judge_incident",
    "request",
    "rules",
    "safeguards",
    "short",
    "sponsor_facts",
    "state_rules",
    "states_of",
]
