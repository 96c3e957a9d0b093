from __future__ import annotations

import numpy as np
import pytest

from simlab import events
from simlab.errors import UnknownName


def logons(times: list[int], actors: list[str]):
    return events.frame({"time": times, "actor": actors, "class_name": "Authentication"}, len(times))


def test_a_frame_has_every_column_in_order() -> None:
    f = logons([2, 1], ["S0001", "S0002"])
    assert tuple(f.columns) == events.COLUMNS
    assert f["time"].dtype == np.int64 and f["status"].tolist() == ["Success", "Success"]


@pytest.mark.parametrize(
    ("column", "value"), [("malicious", "yes"), ("status", "Maybe"), ("class_name", "Logon"), ("purpose", "curiosity")]
)
def test_what_the_table_does_not_hold_is_refused(column: str, value: str) -> None:
    with pytest.raises(UnknownName):
        events.frame({"class_name": "Authentication", column: value}, 1)


def test_concat_sorts_by_time_and_keeps_ties_in_order() -> None:
    whole = events.concat([logons([5, 1], ["a", "b"]), logons([5, 0], ["c", "d"])])
    assert whole["actor"].tolist() == ["d", "b", "a", "c"]


def test_concat_of_empty_tables_keeps_the_columns() -> None:
    assert tuple(events.concat([logons([], []), logons([], [])]).columns) == events.COLUMNS
