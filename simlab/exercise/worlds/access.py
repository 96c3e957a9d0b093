"""The gate: a learner's policies decide a quarter of requests that they have not seen.

    policies() -> str      the text of a set of Cedar policies

The judge reads the text (the learner's kernel only gives it), and plays a quarter against it: work of four
roles, eight kinds of misuse, and emergencies. A kind of misuse is stopped when all of it is refused. A kind
of work is delivered when at most one in twenty of its requests is refused and one in four waits (for a second
factor, a sound laptop, a colleague who takes over); an emergency may not wait at all.

Numbers, and what `check.expect` may hold (with what holds when it says nothing):

    stopped     kinds of misuse of 8      all
    delivered   kinds of work of 8        all

Share of the points: each side counts from half on (0 for 4 of 8, 1 for 8), and the two are multiplied. So a
set that refuses everything and one that permits everything both get nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simlab.errors import SimlabError
from simlab.exercise.protocol import PRACTICE_SEED, Call, CheckSpec, Context, Play, Verdict
from simlab.exercise.worlds._play import as_text, functions, given, numbers

if TYPE_CHECKING:
    import pandas as pd

promise = (
    "Your policies decide a quarter of requests that you have not seen. Scored on both sides: how many of eight kinds "
    "of misuse are stopped, and how many of eight kinds of work are delivered. An emergency may not wait; other "
    "work may, a little. Each side counts from half on, and the two are multiplied: to refuse everything and to "
    "permit everything both score nothing."
)
_NUMBERS: Mapping[str, float] = {"stopped": 8, "delivered": 8}


def play(spec: CheckSpec, context: Context) -> Play:
    """`check.simulate("access", policies)`. Raises ContentError for a check that is not written so."""
    (name,), need = functions(spec, "policies"), numbers(spec, _NUMBERS)
    text = yield from given(spec, Call(name), as_text, "the text of your policies, between three quotes on each side")
    if isinstance(text, Verdict):
        return text
    # Cedar and a company's work are slow to load, and only a text that came needs them.
    from simlab.exercise.worlds import _access_quarter, _access_text
    from simlab.exercise.worlds._access_score import CITE, Played

    try:
        policies = _access_text.read(text)
    except SimlabError as e:
        return Verdict(0.0, f"The policies cannot be used. {e}.", cite=CITE)
    quarter = _access_quarter.build(context.seed)
    return Played(policies, quarter).verdict({"abuse": need["stopped"], "work": need["delivered"]})


def ready() -> None:
    """Load Cedar, and build the company, which is the same for all."""
    from simlab.exercise.worlds import _access_quarter, _access_text

    _access_text.read(_access_text.written())
    _access_quarter.company()


def practice_quarter() -> pd.DataFrame:
    """The quarter on which policies are tried in practice, to be looked at: `practice_quarter().groupby("why")`."""
    from simlab.exercise.worlds._access_quarter import build

    return build(PRACTICE_SEED)


__all__ = ["play", "practice_quarter", "promise"]
