"""A scope beside the truth: who was found, who was missed, who was taken for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from simlab import clock
from simlab.errors import InputError
from simlab.grading.scopes import compare

LOG = pd.DataFrame({
    "time": [0, 10 * clock.HOUR, 11 * clock.HOUR, 12 * clock.HOUR], "member": ["M0", "M1", "M2", ""],
    "record_count": [1, 1, 1, 5],
})  # fmt: skip
TRUTH = pd.DataFrame({"event": [1, 2, 3], "incident": "i", "step": "s", "technique": ""})


def scope(members: tuple[str, ...], first: int, events: list[int]) -> Any:
    return SimpleNamespace(members=members, first=first, events=pd.DataFrame({"event": events}))


@pytest.mark.parametrize(
    ("members", "first", "events", "missed", "extra", "is_exact"),
    [
        (("M1", "M2"), 10, [1, 2, 3], (), (), True),
        (("M1",), 10, [1], ("M2",), (), False),
        (("M0", "M1", "M2"), 10, [0, 1, 2, 3], (), ("M0",), False),
        (("M1", "M2"), 12, [1, 2, 3], (), (), False),
        ((), 10, [], ("M1", "M2"), (), False),
    ],
)
def test_who_is_missed_and_who_is_too_many(
    members: tuple[str, ...], first: int, events: list[int], missed: tuple[str, ...], extra: tuple[str, ...],
    is_exact: bool,
) -> None:  # fmt: skip
    found = compare(scope(members, first * clock.HOUR, events), TRUTH, LOG)
    assert (found.missed, found.extra, found.is_exact) == (missed, extra, is_exact)
    assert found.late == (first - 10) * clock.HOUR


def test_people_whom_no_event_names_count_too() -> None:
    found = compare(scope(("M1", "M2"), 10 * clock.HOUR, [1, 2, 3]), TRUTH, LOG, members=["M9"])
    assert found.missed == ("M9",) and not found.is_exact
    assert compare(scope(("M1",), 0, [1]), TRUTH, LOG).events_found == pytest.approx(1 / 3)


def test_the_truth_of_another_log_is_refused() -> None:
    for events in ([9], []):
        with pytest.raises(InputError, match="not of this log"):
            compare(scope((), 0, []), TRUTH.iloc[:0] if not events else TRUTH.assign(event=9), LOG)
