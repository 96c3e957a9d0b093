"""Data that may leave: Safe Harbor, limited data sets, notes; how alike people are, and who is found again."""

from __future__ import annotations

from simlab.controls.deidentify.attack import Attack, as_released, reidentify
from simlab.controls.deidentify.harbor import Release, limited_data_set, safe_harbor
from simlab.controls.deidentify.identifiers import safe_harbor_rules, treatment
from simlab.controls.deidentify.measure import Alike, k_anonymity, l_diversity
from simlab.controls.deidentify.notes import scrub
from simlab.controls.deidentify.papers import judge_agreement, judge_codes, judge_expert, new_codes

__all__ = [
    "Alike",
    "Attack",
    "Release",
    "as_released",
    "judge_agreement",
    "judge_codes",
    "judge_expert",
    "k_anonymity",
    "l_diversity",
    "limited_data_set",
    "new_codes",
    "reidentify",
    "safe_harbor",
    "safe_harbor_rules",
    "scrub",
    "treatment",
]
