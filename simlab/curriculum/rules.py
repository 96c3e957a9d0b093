"""Every rule that a lesson is held to, by name, and all of them at once."""

from __future__ import annotations

from pathlib import Path

from simlab.curriculum import shape, wording
from simlab.curriculum.shape import Finding, Rule

RULES: dict[str, Rule] = {
    "sections": shape.sections,
    "start": shape.start,
    "metadata": shape.metadata,
    "calls": shape.calls,
    "code": shape.code_out_of_sight,
    "size": shape.size,
    "moment": shape.moment,
    "trio": shape.trio,
    "asks": wording.asks,
    "objectives": wording.objectives,
    "explained": wording.explained,
    "citations": wording.citations,
    "reading": wording.reading,
}


def check(root: Path, name: str) -> list[Finding]:
    """Every finding of every rule about one lesson. Raises ContentError where it cannot be read."""
    b = shape.bundle(root, name)
    return [finding for rule in RULES.values() for finding in rule(b)]
