"""The clocks of members' rights: one extension, in time and with a reason; what is late shows."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from simlab.content import names
from simlab.controls.consent import rights
from simlab.errors import InputError, UnknownName

DAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize("name", names("rights"))
def test_each_right_has_one_extension_of_thirty_days_or_is_a_promise(name: str) -> None:
    right = rights.right(name)
    if right.days:
        assert right.days in (30, 60) and right.more == 30 and right.cite != right.more_cite
    else:
        assert rights.due(name, DAY).is_promise and rights.due(name, DAY).cite == "the organization's own promise"


def test_an_extension_ends_when_it_says_and_never_after_thirty_days() -> None:
    sent = rights.due("access", DAY).day
    for until, day in ((dt.date(2026, 4, 10), dt.date(2026, 4, 10)), (dt.date(2026, 7, 1), dt.date(2026, 5, 1))):
        found = rights.due("access", DAY, extended=rights.Extension(sent, "the vendor has them", until))
        assert found.day == day and bool(found.refused) == (until != day)


def test_the_day_it_is_due_is_not_late_and_the_next_is() -> None:
    due = rights.due("access", DAY)
    last = dt.datetime(2026, 4, 2, 4, 59, tzinfo=dt.UTC)  # 23:59 in Chicago on 1 April
    assert not due.is_late(last) and due.is_late(last + dt.timedelta(minutes=1))
    with pytest.raises(InputError, match="no time zone"):
        due.is_late(dt.datetime(2026, 4, 2))


def test_what_is_late_shows_open_or_closed() -> None:
    table = pd.DataFrame(
        {
            "right": ["access", "access", "amendment", "access"],
            "received": pd.to_datetime(["2026-03-02"] * 4),
            "closed": pd.to_datetime([None, "2026-04-01", None, "2026-04-02"]),
        }
    )
    found = rights.overdue(table, dt.datetime(2026, 4, 5, 12, tzinfo=dt.UTC))
    assert list(found["is_late"].sort_index()) == [True, False, False, True]
    assert list(found["due"].dt.date.sort_index()) == [dt.date(2026, 4, 1)] * 2 + [
        dt.date(2026, 5, 1),
        dt.date(2026, 4, 1),
    ]


def test_a_right_that_is_not_there_says_which_are() -> None:
    with pytest.raises(UnknownName, match="did you mean 'access'"):
        rights.due("acces", DAY)
