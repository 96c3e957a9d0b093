"""Doors, visitors, cabinets and keys, server rooms, desks, screens and media: who may, and what a walk finds.

`decide` answers a passing with reason and section, `require` raises; `VisitorBook` and `KeyBox` are the
books at the front desk; `rounds` walks through a site. Rules and findings are data.
Source: 45 CFR 164.310(a)-(d); for paper, 164.530(c)(1). What badges and log-ins say together: `detection`.
"""

from __future__ import annotations

from simlab.controls.physical.books import KeyBox, Visit, VisitorBook
from simlab.controls.physical.gate import Answer, decide, require
from simlab.controls.physical.rounds import FINDINGS, Floor, Sight, look, rounds, sight
from simlab.controls.physical.rules import Passing, Rule, rules

__all__ = [
    "FINDINGS", "Answer", "Floor", "KeyBox", "Passing", "Rule", "Sight", "Visit", "VisitorBook", "decide", "look",
    "require", "rounds", "rules", "sight",
]  # fmt: skip
