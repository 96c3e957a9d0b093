"""The watch: a learner's rule runs over four weeks that they have not seen.

    rule() -> str      the text of a Sigma rule: plain, or with a correlation behind it

The judge reads the text (the learner's kernel only gives it), runs it over a log of four weeks
drawn for the learner, and holds its alerts against what really happened.

Numbers, and what `check.expect` may hold (with what holds when it says nothing):

    caught   incidents of 3 that an alert shows                        at least 3
    wasted   alerts that show none: investigations for nothing          at most 4

Share of the points: caught / 3, times 1 within the limit of wasted investigations, falling evenly to 0
at 40. So a rule that is always silent and one that always cries both get nothing. An alert shows an
incident if at least a quarter of its events belong to it: one alert over everything shows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simlab.errors import SimlabError
from simlab.exercise.protocol import PRACTICE_SEED, Call, CheckSpec, Context, Play, Verdict
from simlab.exercise.worlds import _watch_rule
from simlab.exercise.worlds._play import as_text, functions, given, numbers
from simlab.exercise.worlds._watch_score import CITE, Watch
from simlab.exercise.worlds._watch_weeks import build, ordinary_day

if TYPE_CHECKING:
    import pandas as pd

promise = (
    "Your rule watches four weeks at Larkspur that you have not seen. In three of them somebody collects members' "
    "records. Scored on both sides: how many of the three incidents an alert of yours shows, and how many "
    "investigations find nothing (4 in four weeks are no fault, 40 leave no time for anything). The two are "
    "multiplied: alerting on everything and never alerting both score nothing."
)
_NUMBERS: Mapping[str, float] = {"caught": 3, "wasted": 4}


def play(spec: CheckSpec, context: Context) -> Play:
    """`check.simulate("watch", rule)`. Raises ContentError for a check that is not written so."""
    (name,), limits = functions(spec, "rule"), numbers(spec, _NUMBERS)
    text = yield from given(spec, Call(name), as_text, "the rule's text, between three quotes on each side")
    if isinstance(text, Verdict):
        return text
    from simlab.detection import detect  # Sigma and DuckDB are slow to load, and who looks at the log needs neither

    weeks = build(context.seed)
    try:
        rule = _watch_rule.read(text)
        alerts = detect(weeks.log, [rule])
    except SimlabError as e:
        return Verdict(0.0, f"The rule cannot be used. {e}.", cite=CITE)
    return Watch(weeks, rule, alerts, limits).verdict()


def ready() -> None:
    """Load what searches a log, and build the company, which is the same for all."""
    from simlab import detection

    detection.detect(ordinary_day(), ["bulk-reading"])


def practice_log() -> pd.DataFrame:
    """The log on which a rule is tried in practice, to be looked at: `practice_log().groupby("actor")`."""
    return build(PRACTICE_SEED).log.copy(deep=False)


__all__ = ["play", "practice_log", "promise"]
