"""Who may see it and who may be told: Cedar policies, their reasons, and what they cost.

`require(request)` raises where it is refused, `explain(request)` says why, `who_can(member, action)` lists
who could. `Gate` holds the policies in force, `Glass` the glass that is broken for care, `score` counts
work refused and delayed beside abuse let through, `Known` fills in what the company's tables know of a
request, `decide_many` decides a table of requests, `conflicts`
names policies that contradict one another.
"""

from __future__ import annotations

from simlab.controls.access.conflicts import Conflict, conflicts
from simlab.controls.access.explain import Explanation, explain
from simlab.controls.access.gate import Decision, Gate, require
from simlab.controls.access.glass import Breaking, Glass, Review
from simlab.controls.access.known import Known
from simlab.controls.access.policies import Note, Notes, Policies, Policy, parse, shipped, shipped_text
from simlab.controls.access.request import Request
from simlab.controls.access.scoring import Score, score
from simlab.controls.access.twin import allowed
from simlab.controls.access.twin import decide as decide_many
from simlab.controls.access.who import who_can

__all__ = [
    "Breaking",
    "Conflict",
    "Decision",
    "Explanation",
    "Gate",
    "Glass",
    "Known",
    "Note",
    "Notes",
    "Policies",
    "Policy",
    "Request",
    "Review",
    "Score",
    "allowed",
    "conflicts",
    "decide_many",
    "explain",
    "parse",
    "require",
    "score",
    "shipped",
    "shipped_text",
    "who_can",
]
