"""A rule's own examples, run: each hit must alert, each miss must not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from simlab import clock, events
from simlab.detection.alerts import run
from simlab.detection.model import Example
from simlab.detection.rule import Rule

# Examples say only how much later one event is than another; they all start here.
START = clock.micros(dt.datetime(clock.YEAR, 3, 2, 9, tzinfo=dt.UTC))


def table(example: Example) -> pd.DataFrame:
    """An example's events as an event table. Raises InputError for a value that no event has."""
    shared = example.each.model_dump(exclude_none=True)
    return events.concat([_rows(event, shared | event.columns()) for event in example.events])


def _rows(event: Any, columns: dict[str, Any]) -> pd.DataFrame:
    first, step = (clock.seconds(text) * clock.SECOND for text in (event.after, event.every))
    times = START + first + step * np.arange(event.repeat, dtype=np.int64)
    return events.frame({**columns, "time": times}, event.repeat)


def faults(rule: Rule) -> list[str]:
    """What the rule's examples show to be wrong with it; empty when each does what it must."""
    out = []
    for kind, examples in (("hit", rule.proof.hit), ("miss", rule.proof.miss)):
        for i, example in enumerate(examples):
            alerts = run(rule, table(example))
            if (len(alerts) > 0) != (kind == "hit"):
                what = f"alerts: {alerts['explanation'].iloc[0]}" if len(alerts) else "does not alert"
                out.append(f"rules/{rule.id}.yml: x-simlab.{kind}[{i}]: {example.about!r} {what}")
    return out
