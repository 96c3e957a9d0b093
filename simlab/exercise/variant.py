"""Which questions a learner meets: drawn from who they are and how often they have tried.

Two who sit side by side see other questions, other inputs and another order; a retake is fresh. The
draw is open (a learner's page must show it), so that it decides what is asked and never what is right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

ATTEMPT = "attempt"  # kept among the answers, as it travels with them
MOST = 99


def own_seed(learner: str, attempt: int = 1, label: str = "") -> int:
    """A seed of 56 bits for this learner, this attempt and this label."""
    # A first attempt is drawn from the id alone, so that what was answered before stays what was asked.
    text = learner if attempt <= 1 and not label else f"{learner}\x1f{attempt}\x1f{label}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "little")


def in_practice(label: str) -> str:
    """The label of what a lesson draws, so that it is never what the exercise with the same task marks."""
    return f"practice {label}"


def attempt_of(answers: Mapping[str, Any]) -> int:
    """The attempt that these answers belong to: 1 or more, whatever stands there."""
    given = answers.get(ATTEMPT, 1)
    return min(MOST, max(1, given)) if type(given) is int else 1
