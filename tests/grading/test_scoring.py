"""Precision, recall and time to detect, on alerts whose truth is known."""

from __future__ import annotations

import pandas as pd
import pytest

from simlab import clock, events
from simlab.detection.alerts import frame
from simlab.errors import InputError
from simlab.grading.scoring import score

LOG = events.frame({"time": [n * clock.MINUTE for n in range(10)], "class_name": "Email Activity"}, 10)
TRUTH = pd.DataFrame(
    [(2, "i", "theft", "T1213"), (3, "i", "theft", "T1213"), (7, "i", "theft-report", ""), (8, "i", "exit", "")],
    columns=list(events.TRUTH),
)


def alert(rule: str, seen: tuple[int, ...], told: int) -> tuple[object, ...]:
    words = (rule, "t", "low", "a", seen[0], seen[-1], len(seen), "events")
    return (*words, seen[0], seen[-1], seen, "x", told * clock.MINUTE, 25)


def test_a_step_is_caught_by_an_alert_that_holds_one_of_its_events() -> None:
    alerts = frame([alert("one", (1, 2), 4), alert("two", (3,), 3), alert("none", (5, 6), 6)])
    found = score(alerts, TRUTH, LOG)
    assert (found.alerts, found.right, found.wasted, found.precision_percent) == (3, 2, 1, 66)
    theft, left = found.steps.set_index("step").loc["theft"], found.steps.set_index("step").loc["exit"]
    assert theft[["events", "caught", "seconds", "rules"]].tolist() == [2, 2, 60, "one, two"]
    assert left[["events", "caught", "seconds", "rules"]].tolist() == [1, 0, -1, ""]
    assert (found.caught, found.recall_percent) == (1, 50)


def test_an_alert_about_the_report_is_right_and_catches_no_step() -> None:
    found = score(frame([alert("one", (7,), 7)]), TRUTH, LOG)
    assert (found.right, found.caught) == (1, 0) and found.steps["step"].tolist() == ["theft", "exit"]


def test_no_alerts_and_no_truth_are_scored_too() -> None:
    silent = score(frame([]), TRUTH, LOG)
    assert (silent.precision_percent, silent.recall_percent, silent.caught) == (100, 0, 0)
    calm = score(frame([alert("one", (1,), 1)]), TRUTH.iloc[:0], LOG)
    assert (calm.precision_percent, calm.recall_percent, len(calm.steps)) == (0, 100, 0)


def test_truth_of_another_log_is_refused() -> None:
    with pytest.raises(InputError, match="event 12, which the log does not hold"):
        score(frame([]), TRUTH.assign(event=12), LOG)
    with pytest.raises(InputError, match="incident missing"):
        score(frame([]), TRUTH.drop(columns="incident"), LOG)
