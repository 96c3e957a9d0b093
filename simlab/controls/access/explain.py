"""Why a request is allowed or refused, in plain words with the citation, and what would turn it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from simlab.controls.access import twin
from simlab.controls.access.gate import Decision, Gate, standing
from simlab.controls.access.request import FIELDS, SWITCHES, WORDS, Request, strange

# Facts that honest work can differ in. Who somebody is, what they are to the member and whether there is an
# emergency are not for choosing.
_TURNING = (
    "purpose", "relation", "data", "action", "place", "device", "mfa_minutes", "is_justified", "is_verified", "wish",
    "is_relevant", "is_in_scope", "authorization", "has_part2_consent", "channel", "is_whole_record",
)  # fmt: skip
_MINUTES = (0,)


@dataclass(frozen=True)
class Explanation:
    """A decision in words. `turned_by` are single facts, each of which would have it allowed were it so."""

    request: Request
    decision: Decision
    turned_by: tuple[tuple[str, object], ...]

    def __str__(self) -> str:
        asked = self.request
        lines = [f"{'Allowed' if self.decision else 'Refused'}: {_said(asked)}."]
        lines += [f"- {n.says} [{', '.join((n.cite, *n.also))}]" for n in self.decision.notes]
        if not self.decision:
            lines += [f"- Next: {step}" for step in dict.fromkeys(n.next for n in self.decision.notes if n.next)]
        if self.turned_by:
            said = "; ".join(f"{_named(fact)}: {_value(value)}" for fact, value in self.turned_by)
            lines.append(f"- It would be allowed if one of these were true: {said}.")
        return "\n".join(lines)


def explain(request: Request, gate: Gate | None = None) -> Explanation:
    """Why the policies in force decide so. Nothing is recorded."""
    gate = standing() if gate is None else gate
    decision = gate.decide(request)
    unseen = bool(strange(request)) or "unknown-member" in decision.policies
    turned = () if decision or unseen else tuple(_turning(request, gate))
    return Explanation(request, decision, turned)


def _turning(request: Request, gate: Gate) -> Iterator[tuple[str, object]]:
    """The single facts that would have it allowed."""
    names = (*_TURNING, "has_glass") if request.is_emergency else _TURNING
    changes = [(name, value) for name in names for value in _values(name) if value != getattr(request, name)]
    table = pd.DataFrame([request.facts() | {name: value} for name, value in changes], columns=list(FIELDS))
    fits = twin.allowed(table, gate.policies)
    return (change for change, fit in zip(changes, fits, strict=True) if fit)


def _values(name: str) -> tuple[object, ...]:
    return WORDS.get(name) or ((False, True) if name in SWITCHES else _MINUTES)


def _said(request: Request) -> str:
    about = request.data if isinstance(request.data, str) else "something unknown"
    return f"{request.actor} as {str(request.role).replace('_', ' ')} to {request.action} {about} of {request.member}, for {request.purpose}"


def _named(fact: str) -> str:
    return "glass broken" if fact == "has_glass" else fact.removeprefix("is_").replace("_", " ")


def _value(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
