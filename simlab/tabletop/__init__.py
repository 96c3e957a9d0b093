"""Room 8, the exercise: scenarios, sessions that are nothing but their actions, what-ifs, reports.

What follows from a decision is computed from the company's tables and the controls in force:
`exposure` says who is exposed, `outcome` what is owed, `Session.whatif` what would have changed.
"""

from __future__ import annotations

from simlab.tabletop.actions import Action, action
from simlab.tabletop.consequences import Exposure, company, exposure
from simlab.tabletop.engine import fold
from simlab.tabletop.lint import Finding, lint
from simlab.tabletop.outcome import Outcome, outcome
from simlab.tabletop.scenario import Scenario, load, scenarios
from simlab.tabletop.session import Session
from simlab.tabletop.state import State
from simlab.tabletop.store import Store, default_url
from simlab.tabletop.whatif import Difference, whatif

__all__ = [
    "Action",
    "Difference",
    "Exposure",
    "Finding",
    "Outcome",
    "Scenario",
    "Session",
    "State",
    "Store",
    "action",
    "company",
    "default_url",
    "exposure",
    "fold",
    "lint",
    "load",
    "outcome",
    "scenarios",
    "whatif",
]
