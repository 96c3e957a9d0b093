"""The month: a learner's settings stand at the sharing gateway, and a month of requests comes in that they have not seen.

    settings() -> str      the text of the settings: rows of who, what for, and what opens it

The judge reads the text (the learner's kernel only gives it), decides every request by it, and holds
what was told against what the law says to each.

Numbers, and what `check.expect` may hold (with what holds when it says nothing):

    told      requests in which somebody was told what they may not be      at most 0
    refused   requests in which something that was due was not told         at most 0

Share of the points: one side times the other. A side is worth 1 within its limit, less as more is wrong,
and 0 where a quarter is. On each side every row counts the same, and within a row every way of asking, however often
it comes: a detective counts as much as a hundred clinics. So a gateway that tells nobody gets nothing, nor does
one that tells everybody.
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
    "Your settings stand at the gateway for a month of requests that you have not seen. Scored on both sides: who was "
    "told what is not theirs, and who went without what they need. Each row counts the same, however often it is "
    "asked. The two sides are multiplied: telling everybody and telling nobody both score nothing."
)
_NUMBERS: Mapping[str, float] = {"told": 0, "refused": 0}


def play(spec: CheckSpec, context: Context) -> Play:
    """`check.simulate("month", settings)`. Raises ContentError for a check that is not written so."""
    (name,), limits = functions(spec, "settings"), numbers(spec, _NUMBERS)
    text = yield from given(spec, Call(name), as_text, "the settings' text, between three quotes on each side")
    if isinstance(text, Verdict):
        return text
    # The requests and the rules are slow to load, and who only answers questions needs neither.
    from simlab.exercise.worlds._month_requests import build
    from simlab.exercise.worlds._month_score import CITE, Played
    from simlab.exercise.worlds._month_settings import read

    try:
        settings = read(text)
    except SimlabError as e:
        return Verdict(0.0, f"The settings cannot be used, so the old ones stay in force. {e}.", cite=CITE)
    return Played(build(context.seed), settings, limits).verdict()


def ready() -> None:
    """Make the store of requests, which is the same for all."""
    from simlab.exercise.worlds._month_requests import store

    store()


def practice_month() -> pd.DataFrame:
    """The requests on which settings are tried in practice, and what is right for each; they are marked on others."""
    import pandas as pd

    from simlab.exercise.worlds._month_requests import build

    rows = [
        {"to": ask.recipient, "for": ask.purpose, "way of asking": one.why, "data": ", ".join(ask.data),
         "right": one.expected, "because": one.says, "source": one.cite}
        for one in (due.asked for due in build(PRACTICE_SEED).dues) for ask in (one.request,)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def bases() -> str:
    """What can stand under `opens`, as lines: the legal bases of each row, and the habits that may stand in any."""
    from simlab.controls.sharing.rules import rules_for
    from simlab.exercise.worlds._month_requests import ROUTES
    from simlab.exercise.worlds._month_settings import HABITS

    lines = []
    for to, purpose in ROUTES:
        lines.append(f"{to}, for {purpose}")
        paths = [path for rule in rules_for(to, purpose) for path in rule.paths]
        lines += [f"    {path.id}: {path.because} ({path.cite})" for path in paths]
    return "\n".join([*lines, "any row", *(f"    {name}: {says}" for name, says in HABITS.items())])


__all__ = ["bases", "play", "practice_month", "promise"]
