"""Noticing: rules over the log and the company's own records, never over the truth."""

from __future__ import annotations

from simlab.detection import baselines
from simlab.detection.access_review import FINDINGS, access_review
from simlab.detection.alerts import ALERTS, budget, detect, run, together
from simlab.detection.directory import directory
from simlab.detection.examples import faults, table
from simlab.detection.rule import Rule, load_rule, read_rule
from simlab.detection.timeline import Timeline, timeline

__all__ = [
    "ALERTS", "FINDINGS", "Rule", "Timeline", "access_review", "baselines", "budget", "detect", "directory", "faults",
    "load_rule", "read_rule", "run", "table",
    "timeline", "together",
]  # fmt: skip
