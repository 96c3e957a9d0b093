from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simlab import clock
from simlab.errors import InputError


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_a_duration_in_words_reads_back(total: int) -> None:
    assert clock.seconds(clock.duration(total)) == total


@pytest.mark.parametrize(("text", "total"), [("90s", 90), ("26h", 93_600), ("-61d", -61 * 86_400), ("2d 4h", 187_200)])
def test_durations(text: str, total: int) -> None:
    assert clock.seconds(text) == total


@pytest.mark.parametrize("text", ["", "26", "h", "1w", "26:30", "1h30", "--1d"])
def test_a_wrong_duration_says_what_would_be_right(text: str) -> None:
    with pytest.raises(InputError, match="26h"):
        clock.seconds(text)


@given(st.datetimes(min_value=dt.datetime(1900, 1, 1), max_value=dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)))
def test_an_instant_survives_micros(when: dt.datetime) -> None:
    assert clock.instant(clock.micros(when)) == when


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="no time zone"):
        clock.micros(dt.datetime(2026, 3, 1, 12))


def test_calendar_days_cross_leap_days() -> None:
    assert clock.after_days(dt.date(2024, 1, 15), 60) == dt.date(2024, 3, 15)
    assert clock.after_days(dt.date(2025, 1, 15), 60) == dt.date(2025, 3, 16)


def test_the_local_date_is_the_places_own() -> None:
    late = dt.datetime(2026, 3, 11, 4, 59, tzinfo=dt.UTC)  # 23:59 in Chicago the day before
    assert clock.local_date(late, "America/Chicago") == dt.date(2026, 3, 10)


@pytest.mark.parametrize("name", ["Larkspur/Plan", "../etc/passwd", "", "America"])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(InputError, match="no time zone named"):
        clock.zone(name)
