"""How good alerts are, against the truth: caught steps, wasted alerts, and how long it took.

Only graders see the truth. An alert is right if one of its events belongs to an incident; a step is
caught if one of its events is in an alert, and as soon as such an alert was first given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab import clock, events
from simlab.detection.source import Source, opened
from simlab.errors import InputError

REPORT = "-report"  # what follows a step, such as the letter of who noticed


@dataclass(frozen=True, eq=False)
class Score:
    """`steps`: one row for each incident step; `alerts` in all, and how many of them were `right`.

    Columns of `steps`: incident, step, technique, events, caught (events in alerts), seconds (from the
    step's first event to the first alert; -1 where it was missed), rules (which alerted).
    """

    steps: pd.DataFrame
    alerts: int
    right: int

    @property
    def wasted(self) -> int:
        """Alerts about nothing."""
        return self.alerts - self.right

    @property
    def caught(self) -> int:
        """Steps that an alert tells of."""
        return int((self.steps["seconds"] >= 0).sum())

    @property
    def precision_percent(self) -> int:
        """Right alerts of a hundred; 100 where there was none."""
        return 100 * self.right // self.alerts if self.alerts else 100

    @property
    def recall_percent(self) -> int:
        """Caught steps of a hundred; 100 where there was nothing to catch."""
        return 100 * self.caught // len(self.steps) if len(self.steps) else 100


def score(alerts: pd.DataFrame, truth: pd.DataFrame, log: Source) -> Score:
    """The score of a set of alerts about a log whose truth is known. Raises InputError.

    `alerts` has `detection.ALERTS`, `truth` `events.TRUTH`; both name positions in `log`.
    """
    _require(truth)
    pairs = _pairs(alerts)
    right = pairs["alert"][pairs["event"].isin(truth["event"])].nunique()
    told = truth.assign(time=_times(truth["event"].to_numpy(), log)).merge(pairs, on="event", how="left")
    # What is reported afterwards is no step to be caught: it is how one hears of what was not.
    told = told[~told["step"].str.endswith(REPORT)]
    rows = [_scored(names, part) for names, part in told.groupby(["incident", "step"], sort=False)]
    columns = ["incident", "step", "technique", "events", "caught", "seconds", "rules"]
    return Score(pd.DataFrame(rows, columns=columns), len(alerts), int(right))


def _require(truth: pd.DataFrame) -> None:
    missing = [name for name in events.TRUTH if name not in truth.columns]
    if missing:
        raise InputError(f"not a table of truth: {', '.join(missing)} missing; it has {', '.join(events.TRUTH)}")


def _pairs(alerts: pd.DataFrame) -> pd.DataFrame:
    """One row for each alert and event in it."""
    many = [len(found) for found in alerts["events"]]
    event = np.concatenate([np.asarray(found, dtype=np.int64) for found in alerts["events"]] or [np.empty(0, np.int64)])
    rule, given = (np.repeat(alerts[name].to_numpy(), many) for name in ("rule_id", "told"))
    return pd.DataFrame({"alert": np.repeat(np.arange(len(alerts)), many), "event": event, "rule": rule, "told": given})


def _scored(names: object, part: pd.DataFrame) -> list[object]:
    incident, step = names if isinstance(names, tuple) else ("", "")
    seen = part[part["alert"].notna()]
    seconds = max(0, int(seen["told"].min() - part["time"].min()) // clock.SECOND) if len(seen) else -1
    technique = next((t for t in part["technique"] if t), "")
    rules = ", ".join(sorted(set(seen["rule"])))
    return [incident, step, technique, part["event"].nunique(), seen["event"].nunique(), seconds, rules]


def _times(positions: np.ndarray, log: Source) -> np.ndarray:
    """When events happened. Raises InputError for a position that the log does not have."""
    with opened(log, ()) as origin:
        origin.con.register("wanted", pd.DataFrame({"event": np.unique(positions)}))
        query = f"SELECT event, time FROM {origin.rows} JOIN wanted USING (event)"  # noqa: S608 - our own words
        found = dict(origin.con.execute(query).fetchall())
    odd = [int(p) for p in positions if p not in found]
    if odd:
        raise InputError(f"the truth names event {odd[0]}, which the log does not hold: it is another log's")
    return np.array([found[p] for p in positions], dtype=np.int64)
