"""Third parties: what a contract must say, what a vendor may get, and how it goes.

`contracts()` are the company's own, `check` finds what is wrong with one, `standing` and `clock` say what
agent or contractor means for a breach, `score` and `calendar` are the oversight, `out_of_bounds` holds
flows and log-ins against what is agreed, `facts` are what the sharing gateway asks of a vendor, `offboard` gives the steps and `left_behind` what is still open.
"""

from __future__ import annotations

from simlab.controls.vendors.agency import Clock, Standing, clock, standing
from simlab.controls.vendors.asking import Due, Gap, Score, calendar, score
from simlab.controls.vendors.bounds import differences, in_force, out_of_bounds
from simlab.controls.vendors.checking import Finding, check, is_complete, lacking
from simlab.controls.vendors.contract import Contract, Read, contract, contracts, read_folder
from simlab.controls.vendors.leaving import Certificate, Left, Step, left_behind, offboard
from simlab.controls.vendors.telling import facts
from simlab.controls.vendors.words import terms

__all__ = [
    "Certificate",
    "Clock",
    "Contract",
    "Due",
    "Finding",
    "Gap",
    "Left",
    "Read",
    "Score",
    "Standing",
    "Step",
    "calendar",
    "check",
    "clock",
    "contract",
    "contracts",
    "differences",
    "facts",
    "in_force",
    "is_complete",
    "lacking",
    "left_behind",
    "offboard",
    "out_of_bounds",
    "read_folder",
    "score",
    "standing",
    "terms",
]
