"""The security assessment: weaknesses in how the company is set up, found, ranked, and itself scored.

`assess(Company.of(insurer))` gives the findings, the worst first. `plant` puts known weaknesses into a
company and `scored` compares any assessment with them, also one that a learner wrote as a list.
Source: 45 CFR 164.308(a)(1)(ii)(A) (risk analysis), 164.308(a)(8) (evaluation).
"""

from __future__ import annotations

from simlab.controls.assessment.company import ON, Company
from simlab.controls.assessment.finding import FINDINGS, assess
from simlab.controls.assessment.planting import Planting, plant
from simlab.controls.assessment.scoring import Score, scored
from simlab.controls.assessment.weakness import Weakness, weakness, weaknesses

__all__ = [
    "FINDINGS", "ON", "Company", "Planting", "Score", "Weakness", "assess", "plant", "scored", "weakness", "weaknesses",
]  # fmt: skip
