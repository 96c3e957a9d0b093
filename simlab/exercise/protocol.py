"""What a check and the process that holds the learner's work say to each other.

A check is a generator, the same one live and when it is marked: it yields an `Ask` (calls to make
on the learner's functions), is sent the `Reply` as plain data, may ask again with inputs computed
from earlier replies, and returns a `Verdict`. Expected values stand in `CheckSpec.expect` and never
travel with an `Ask`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One thing to evaluate: `expr` in the notebook's namespace, then called with `args` if `apply`."""

    expr: str
    args: tuple[Any, ...] = ()
    apply: bool = True


@dataclass(frozen=True)
class Ask:
    """One round: the calls in order, and how many seconds all of them may take together.

    A `fresh` round is answered by a second process in which the same notebook has run: it knows
    what is written, and nothing of what the first one remembers. In practice there is none.
    """

    calls: tuple[Call, ...]
    seconds: float = 10.0
    fresh: bool = False


@dataclass(frozen=True)
class Got:
    """What one call gave: a value as plain data (see wire), or the name and text of what it raised.

    Besides the exception's name, `error` may be "TooLarge" (the value did not fit the reply),
    "KeyboardInterrupt" (stopped for taking too long) or "NotRun" (an earlier call was stopped).
    """

    value: Any = None
    error: str = ""
    message: str = ""


Reply = tuple[Got, ...]


@dataclass(frozen=True)
class Detail:
    """One line under a verdict: a single case, attack or property, and whether it went well."""

    text: str
    ok: bool


@dataclass(frozen=True)
class Verdict:
    """`share` (0 to 1) of the check's points, and the message that teaches."""

    share: float
    message: str
    details: tuple[Detail, ...] = ()
    cite: str = ""


def lead(share: float) -> str:
    """How a message begins, by the share of the points."""
    return "Right." if share == 1 else "Not yet." if share < 0.1 else "Partly right."


Play = Generator[Ask, Reply, Verdict]


# The seed of every practice; what is marked has the learner's own.
PRACTICE_SEED = 20260302
# Said wherever a question has no answer yet, or an answer has no message of its own.
UNANSWERED = "not answered yet"
NEXT = "Read the case once more, and ask what each option would change."


@dataclass(frozen=True)
class Lit:
    """An argument of a check that is a literal value."""

    value: Any


@dataclass(frozen=True)
class Expr:
    """An argument of a check that names something in the notebook."""

    text: str


@dataclass(frozen=True)
class Expect:
    """The literals of `check.expect(...)` in the hidden block."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckSpec:
    """One check cell: kind, arguments, what is expected (None: nothing hidden), points."""

    kind: str
    args: tuple[Lit | Expr, ...] = ()
    kwargs: dict[str, Lit | Expr] = field(default_factory=dict)
    expect: Expect | None = None
    grade_id: str = ""
    points: float = 0.0


@dataclass(frozen=True)
class Context:
    """What a play may use beside the learner's work.

    `seed` is the learner's own for this check (a constant in practice), `answers` maps a question's
    id to the value given, `reference` makes the same calls on the solution (None: there is none).
    `learner` decides which of several questions was shown (see simlab.exercise.variant).
    """

    seed: int
    answers: Mapping[str, Any] = field(default_factory=dict)
    practice: bool = False
    reference: Callable[[Ask], Reply] | None = None
    learner: str = ""
