"""Six years, holds, and destruction that leaves a gap which can be verified."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from simlab.errors import InputError, LogError
from simlab.records import Register, keep_until, retention
from simlab.records.register import verify
from tests.records.samples import AT, SALT, entry

DAY = dt.date(2026, 3, 2)
LATER = AT.replace(year=2033)


@pytest.mark.parametrize(
    ("created", "effective", "until"),
    [
        (DAY, None, dt.date(2032, 3, 2)),
        (DAY, dt.date(2027, 3, 2), dt.date(2033, 3, 2)),
        (DAY, dt.date(2020, 1, 1), dt.date(2032, 3, 2)),
        (dt.date(2028, 2, 29), None, dt.date(2034, 3, 1)),
    ],
)
def test_six_years_from_the_later_day(created: dt.date, effective: dt.date | None, until: dt.date) -> None:
    assert keep_until(created, effective) == until


@pytest.fixture
def register(tmp_path: Path) -> Register:
    found = Register(tmp_path)
    found.add([entry("ana.lopez"), entry("bo.chen"), entry("cy.okafor", moment=LATER)])
    return found


def test_nothing_goes_on_its_last_day_and_all_that_is_over_goes_after_it(register: Register) -> None:
    assert retention.expired(register.read(), dt.date(2032, 3, 2)) == []
    assert [k.n for k in retention.expired(register.read(), dt.date(2032, 3, 3))] == [1, 2]


def test_a_hold_keeps_and_lifting_it_lets_go(register: Register) -> None:
    retention.hold(register, "ana.lopez", "inquiry", "Tess", AT, SALT, lift=False)
    assert [k.n for k in retention.expired(register.read(), LATER.date())] == [2]
    retention.hold(register, "*", "claim", "Tess", AT, SALT, lift=False)
    assert retention.expired(register.read(), LATER.date()) == []
    for who in ("*", "ana.lopez"):
        retention.hold(register, who, "over", "Tess", AT, SALT, lift=True)
    assert {1, 2} <= {k.n for k in retention.expired(register.read(), LATER.date())}
    with pytest.raises(InputError, match="no hold to lift"):
        retention.hold(register, "ana.lopez", "over", "Tess", AT, SALT, lift=True)


def test_what_is_destroyed_is_gone_and_logged_and_the_chain_still_verifies(register: Register) -> None:
    last = verify(register.read())
    assert [k.n for k in retention.destroy(register, "six years are over", "Tess", LATER, SALT)] == [1, 2]
    text = register.path.read_text("utf-8")
    assert "ana.lopez" not in text and "bo.chen" not in text and "cy.okafor" in text
    found = register.read()
    assert verify(found, last) and found[-1].entry is not None
    assert (found[-1].entry.numbers, found[-1].entry.trainer) == ((1, 2), "Tess")
    assert retention.destroy(register, "again", "Tess", LATER, SALT) == []


def test_an_entry_that_went_without_a_log_is_told(register: Register) -> None:
    import dataclasses

    register.replace([dataclasses.replace(k, entry=None) if k.n == 2 else k for k in register.read()])
    with pytest.raises(LogError) as e:
        verify(register.read())
    assert e.value.record == 2


@pytest.mark.parametrize(("reason", "by"), [("", "Tess"), ("over", " ")])
def test_nobody_destroys_without_a_reason_and_a_name(register: Register, reason: str, by: str) -> None:
    with pytest.raises(InputError, match="why"):
        retention.destroy(register, reason, by, LATER, SALT)
    assert len(register.entries()) == 3
