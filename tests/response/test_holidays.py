"""Business days: federal holidays, worked out by hand, and what is counted between them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simlab.response.clocks import add
from simlab.response.holidays import federal_holidays, same_day_next_year
from simlab.response.law import regime


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    "holiday",
    [
        "2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-07-04", "2026-09-07",
        "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25", "2021-12-31", "2027-07-05", "2028-05-29",
    ],
)  # fmt: skip
def test_a_holiday_is_known_on_its_day_and_where_it_is_observed(holiday: str) -> None:
    assert day(holiday) in federal_holidays(day(holiday).year)


@pytest.mark.parametrize("other", ["2026-11-27", "2026-12-24", "2026-12-31", "2026-07-06", "2026-05-18", "2025-12-31"])
def test_days_beside_a_holiday_are_none(other: str) -> None:
    assert day(other) not in federal_holidays(day(other).year)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-25", 5, "2026-12-03"),  # Thanksgiving
        ("2026-11-24", 5, "2026-12-02"),
        ("2026-07-02", 1, "2026-07-06"),  # Independence Day is observed on the Friday
        ("2026-12-24", 1, "2026-12-28"),
        ("2021-12-30", 1, "2022-01-03"),  # New Year's Day is observed in the old year
        ("2028-02-28", 1, "2028-02-29"),  # a leap day is a day
        ("2026-03-13", 3, "2026-03-18"),
        ("2026-03-14", 0, "2026-03-14"),  # nothing is counted, and nothing rolls
    ],
)
def test_business_days(start: str, count: int, end: str) -> None:
    law = regime("ny-gbl-899-aa")
    assert add(day(start), count, "business days", is_off=law.is_off) == day(end)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)), st.integers(1, 15))
def test_a_later_start_never_ends_earlier_and_never_on_a_day_off(start: dt.date, count: int) -> None:
    law = regime("ny-gbl-899-aa")
    end, next_ = (
        add(start + dt.timedelta(days=more), count, "business days", is_off=law.is_off) for more in (0, 1)
    )  # fmt: skip
    assert isinstance(end, dt.date) and not law.is_off(end) and next_ >= end > start


def test_a_year_on() -> None:
    assert same_day_next_year(day("2028-02-29")) == day("2029-02-28")
    assert same_day_next_year(day("2026-11-26")) == day("2027-11-26")
