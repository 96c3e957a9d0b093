"""Short forms of an accounting: what they leave out, and what they may not."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from simlab.controls.sharing import Accounting, Disclosed, Several, Study, accounting, short
from simlab.errors import InputError

ASKED = dt.date(2026, 6, 15)
STUDY = Study(
    "Statins", "Do they help?", "adults on statins", "claims", dt.date(2026, 1, 1), dt.date(2026, 5, 31),
    ("Foundation", "1 Prairie Way, Tulsa, OK", "918-555-0100"), ("University", "2 Prairie Way, Tulsa, OK", "918-555-0101"), 200,
)  # fmt: skip


def told(day: int, rule: str = "law-enforcement-process", to: str = "Police") -> Disclosed:
    at = dt.datetime(2026, 3, day, 18, tzinfo=dt.UTC)
    return Disclosed(at, "M1", to, "4 Elm", "claims", "legal process", rule, True, "45 CFR 164.528(b)(2)")


def given(*entries: Disclosed) -> Accounting:
    return accounting(entries, "M1", ASKED)


def test_several_disclosures_are_the_first_in_full_the_number_and_the_last_day() -> None:
    (one,) = short(given(told(9), told(2), told(20)))
    assert one == Several(told(2), 3, dt.date(2026, 3, 20))


def test_one_disclosure_stays_as_it_is() -> None:
    assert short(given(told(2))) == (told(2),)


def test_a_study_is_shown_to_who_may_have_been_in_it_although_no_entry_is_known() -> None:
    assert short(given(), [STUDY]) == (STUDY,)
    assert "may or may not" in STUDY.statement
    old = dataclasses.replace(STUDY, first=dt.date(2019, 1, 1), last=dt.date(2020, 6, 14))
    assert short(given(), [old]) == ()
    assert short(given(), [dataclasses.replace(old, last=dt.date(2020, 6, 15))])


def test_a_study_takes_the_place_of_its_own_disclosures_only() -> None:
    research = told(5, "researcher-research", "University")
    assert short(given(research, told(2)), [STUDY]) == (STUDY, told(2))
    late = dataclasses.replace(research, at=dt.datetime(2026, 6, 2, 18, tzinfo=dt.UTC))
    assert short(given(late), [STUDY]) == (STUDY, late)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sponsor": ("Foundation", "1 Prairie Way", " ")}, "sponsor 3 must be said"),
        ({"describes": ""}, "describes must be said"),
        ({"individuals": 49}, "below 50"),
        ({"last": dt.date(2025, 1, 1)}, "before it begins"),
    ],
)
def test_a_study_says_all_that_it_must(change: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        dataclasses.replace(STUDY, **change)  # type: ignore[arg-type]
