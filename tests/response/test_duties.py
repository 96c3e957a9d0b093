"""The dates and counts of the HIPAA rule, worked out by hand, and what must hold for all of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.clock import after_days
from simlab.errors import InputError, UnknownName
from simlab.response import STATES, Duty, Facts, Hold, duties, in_words, soonest

BREACH: dict[str, Any] = {"is_phi": True, "permitted_use": False, "secured": False}


def owed(counts: dict[str, int] | None = None, **facts: Any) -> dict[str, list[Duty]]:
    """Duties by their short id, for a plain breach."""
    known: dict[str, Any] = {"discovered": "2026-03-10", "counts": counts or {"OH": 12}}
    out: dict[str, list[Duty]] = {}
    for duty in duties(Facts.of(**{**BREACH, **known, **facts})):
        out.setdefault(duty.id.removeprefix("hipaa."), []).append(duty)
    return out


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("discovered", "individuals", "annual"),
    [
        ("2026-03-10", "2026-05-09", "2027-03-01"),  # a Saturday
        ("2024-01-15", "2024-03-15", "2025-03-01"),
        ("2025-01-15", "2025-03-16", "2026-03-01"),
        ("2027-12-31", "2028-02-29", "2028-02-29"),
        ("2028-01-01", "2028-03-01", "2029-03-01"),
        ("2026-01-01", "2026-03-02", "2027-03-01"),
        ("2026-12-31", "2027-03-01", "2027-03-01"),
        ("2027-01-01", "2027-03-02", "2028-02-29"),
        ("2024-02-29", "2024-04-29", "2025-03-01"),
    ],
)
def test_dates(discovered: str, individuals: str, annual: str) -> None:
    found = owed(discovered=discovered)
    assert found["individuals"][0].due == day(individuals)
    assert found["hhs-annual"][0].due == day(annual)


def test_saturday_does_not_roll() -> None:
    due = owed()["individuals"][0].due
    assert due is not None and due.weekday() == 5


def test_the_year_of_discovery_governs() -> None:
    found = owed({"OH": 40}, occurred="2024-06-03", discovered="2025-12-30")
    assert found["individuals"][0].due == day("2026-02-28")
    assert found["hhs-annual"][0].due == day("2026-03-01")


@pytest.mark.parametrize(
    ("discovered_by", "individuals"),
    [("agent", "2026-04-02"), ("business associate contractor", "2026-05-19"), (None, "2026-04-02")],
)
def test_agent_or_contractor(discovered_by: str | None, individuals: str) -> None:
    dates: dict[str, Any] = {"discovered": None, "ba_discovered": "2026-02-01", "ba_notified": "2026-03-20"}
    found = owed(**dates, discovered_by=discovered_by)
    assert found["individuals"][0].due == day(individuals)
    assert found["associate"][0].due == day("2026-04-02")
    assert found["associate"][0].cite == "45 CFR 164.410(b)"
    assert found["individuals"][0].confirm
    # Not knowing which it was gives the earlier date and says so.
    assert ("discovered_by" in found["individuals"][0].missing) == (discovered_by is None)


def test_nothing_is_owed_by_an_associate_that_discovered_nothing() -> None:
    assert "associate" not in owed(discovered_by="workforce")
    assert owed(discovered_by="agent")["associate"][0].missing == ("ba_discovered",)


@pytest.mark.parametrize(
    ("counts", "hhs", "media"),
    [
        ({"OH": 1}, "hhs-annual", []),
        ({"OH": 499}, "hhs-annual", []),
        ({"OH": 500}, "hhs-large", []),
        ({"OH": 501}, "hhs-large", ["OH"]),
        ({"OH": 200, "KY": 200, "IN": 200}, "hhs-large", []),
        ({"TX": 700, "OK": 600, "KS": 100}, "hhs-large", ["OK", "TX"]),
        ({"OH": 250, "KY": 249}, "hhs-annual", []),
        ({"OH": 250, "KY": 250}, "hhs-large", []),
        ({"OH": 500, "KY": 501, "PR": 501}, "hhs-large", ["KY", "PR"]),
    ],
)
def test_counts(counts: dict[str, int], hhs: str, media: list[str]) -> None:
    found = owed(counts)
    assert [d.state for d in found.get("media", [])] == media
    assert {"hhs-annual", "hhs-large"} & set(found) == {hhs}
    assert found["individuals"][0].count == sum(counts.values())
    if hhs == "hhs-large":
        assert found[hhs][0].due == found["individuals"][0].due


@pytest.mark.parametrize(
    ("holds", "earliest", "due"),
    [
        ([("oral", "2026-02-20", None)], "2026-03-22", "2026-03-22"),
        ([("oral", "2026-01-20", None)], "2026-02-19", "2026-03-06"),
        ([("written", "2026-02-20", "2026-06-30")], "2026-06-30", "2026-06-30"),
        ([("written", "2026-02-20", "2026-03-01")], "2026-03-01", "2026-03-06"),
        # A written statement within the 30 days takes the oral one's place; a second oral one adds nothing.
        ([("oral", "2026-02-20", None), ("written", "2026-03-01", "2026-04-30")], "2026-04-30", "2026-04-30"),
        ([("oral", "2026-02-20", None), ("oral", "2026-03-15", None)], "2026-03-22", "2026-03-22"),
        ([("oral", "2026-02-20", "2026-03-10")], "2026-03-10", "2026-03-10"),
        # A statement after day 60 holds the notice back and does not undo that it is late.
        ([("oral", "2026-03-20", None)], "2026-04-19", "2026-03-06"),
        ([("written", "2026-02-20", None)], None, "2026-03-06"),
        # Delays that overlap do not add up: the last day of any of them ends the hold.
        (
            [("written", "2026-02-01", "2026-03-20"), ("written", "2026-02-20", "2026-04-10")],
            "2026-04-10",
            "2026-04-10",
        ),
        (
            [("written", "2026-02-01", "2026-04-10"), ("written", "2026-02-20", "2026-03-20")],
            "2026-04-10",
            "2026-04-10",
        ),
        ([("oral", "2026-02-20", None), ("written", "2026-03-23", "2026-04-30")], "2026-04-30", "2026-03-22"),
    ],
)
def test_law_enforcement(holds: list[tuple[str, str, str | None]], earliest: str | None, due: str) -> None:
    said = [{"kind": k, "statement": s, "until": u, "official": "a detective"} for k, s, u in holds]
    found = owed(discovered="2026-01-05", law_enforcement=said)["individuals"][0]
    assert found.due == day(due)
    assert found.earliest == (day(earliest) if earliest else None)
    assert found.confirm and "law-enforcement" in found.confirm
    assert ("law_enforcement.until" in found.missing) == (earliest is None)


def test_the_report_for_the_year_does_not_go_at_once_when_a_hold_ends() -> None:
    found = owed(law_enforcement=[{"kind": "oral", "statement": "2026-03-20"}])
    assert "send it at once then" in found["individuals"][0].why
    annual = found["hhs-annual"][0]
    assert annual.due == day("2027-03-01") and annual.earliest == day("2026-04-19") and "at once" not in annual.why


def test_no_hold_no_counsel() -> None:
    found = owed()["individuals"][0]
    assert found.earliest is None and not found.confirm


def test_late_by() -> None:
    """863 people, discovered 2013-10-22, HHS told on 2014-01-31: day 101."""
    large = owed({"IL": 863}, discovered="2013-10-22")["hhs-large"][0]
    assert large.due == day("2013-12-21")
    assert large.days_late(day("2014-01-31")) == 41
    assert large.days_late(day("2013-12-21")) == 0


def test_reasonable_diligence_starts_the_clock_earlier() -> None:
    found = owed(discovered="2026-03-20", should_have_known="2026-03-02")["individuals"][0]
    assert found.trigger_date == day("2026-03-02") and found.confirm


def test_no_breach_no_duty() -> None:
    assert duties(Facts.of(is_phi=False, discovered="2026-03-10", counts={"OH": 9})) == []
    assert duties(Facts.of(**BREACH, discovered="2026-03-10", counts={})) == []
    assert "No notice is owed" in in_words([])


def test_missing_facts_are_named() -> None:
    unknown = owed(is_phi=None)
    assert {d.status for ds in unknown.values() for d in ds} == {"open"}
    assert unknown["individuals"][0].missing == ("is_phi",)
    uncounted = {d.id: d for d in duties(Facts.of(**BREACH, discovered="2026-03-10"))}
    # Both outcomes for HHS are shown, and what does not hang on the count is owed.
    assert {i for i, d in uncounted.items() if d.missing == ("counts",)} == {
        "hipaa.hhs-large", "hipaa.hhs-annual", "hipaa.media",
    }  # fmt: skip
    assert uncounted["hipaa.individuals"].is_owed
    undated = duties(Facts.of(**BREACH, counts={"OH": 9}))
    assert {d.due for d in undated} == {None} and {d.missing for d in undated} == {("discovered",)}
    told = Facts.of(**BREACH, discovered_by="business associate contractor", ba_discovered="2026-02-01")
    assert {d.missing[-1] for d in duties(told) if d.owes == "covered entity"} == {"ba_notified"}


def test_counts_argument_stands_in_for_the_facts() -> None:
    facts = Facts.of(**BREACH, discovered="2026-03-10", counts={"OH": 3})
    assert "hipaa.media" in {d.id for d in duties(facts, {"TX": 501})}
    with pytest.raises(InputError, match=r"counts\.TX"):
        duties(facts, {"TX": -1})
    with pytest.raises(InputError, match="ZZ"):
        duties(facts, {"ZZ": 1})
    with pytest.raises(UnknownName, match="hipaa"):
        duties(facts, regime="hippa")


def test_words() -> None:
    said = in_words(soonest(duties(Facts.of(**BREACH, discovered="2026-03-10", counts={"TX": 700}))))
    assert said.startswith("Training material, not legal advice")
    for part in ("by 2026-05-09", "(TX)", "45 CFR 164.406", "outer limit", "2026-11-25"):
        assert part in said
    unsure = in_words(duties(Facts.of(discovered="2026-03-10", counts={"TX": 700})))
    assert "IF OWED" in unsure and "Hangs on: is_phi" in unsure


DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2032, 12, 31))
COUNTS = st.dictionaries(st.sampled_from(sorted(STATES)), st.sampled_from([1, 199, 249, 250, 499, 500, 501]), min_size=1,
                         max_size=4)  # fmt: skip
HOLDS = st.lists(
    st.builds(
        lambda kind, said, length: Hold(kind=kind, statement=said, until=after_days(said, length)),
        st.sampled_from(["oral", "written"]),
        st.dates(dt.date(2023, 1, 1), dt.date(2033, 6, 1)),
        st.integers(0, 200),
    ),
    max_size=3,
)


def facts(discovered: dt.date, counts: dict[str, int], holds: list[Hold] | None = None) -> Facts:
    return Facts(**BREACH, discovered=discovered, counts=counts, law_enforcement=tuple(holds or ()))


def by_owed(found: list[Duty]) -> dict[tuple[str, str], dt.date]:
    out: dict[tuple[str, str], dt.date] = {}
    for duty in found:
        assert isinstance(duty.due, dt.date)
        out[duty.owed, duty.state] = duty.due
    return out


@settings(max_examples=150, deadline=None)
@given(DAYS, st.integers(0, 800), COUNTS, HOLDS)
def test_a_later_discovery_never_gives_an_earlier_deadline(
    first: dt.date, later: int, counts: dict[str, int], holds: list[Hold]
) -> None:
    early = by_owed(duties(facts(first, counts, holds)))
    late = by_owed(duties(facts(after_days(first, later), counts, holds)))
    assert early.keys() == late.keys()
    assert all(late[key] >= early[key] for key in early)


@settings(max_examples=150, deadline=None)
@given(DAYS, COUNTS, st.sampled_from(sorted(STATES)), st.integers(1, 3))
def test_adding_a_person_never_removes_a_duty_or_moves_it_later(
    when: dt.date, counts: dict[str, int], state: str, more: int
) -> None:
    before = by_owed(duties(facts(when, counts)))
    after = by_owed(duties(facts(when, {**counts, state: counts.get(state, 0) + more})))
    assert before.keys() <= after.keys()
    assert all(after[key] <= before[key] for key in before)


@settings(max_examples=150, deadline=None)
@given(DAYS, COUNTS, HOLDS)
def test_every_duty_is_cited_sorted_and_exact_whatever_the_weekday(
    when: dt.date, counts: dict[str, int], holds: list[Hold]
) -> None:
    found = duties(facts(when, counts, holds))
    dues = [d.due for d in found if isinstance(d.due, dt.date)]
    assert dues == sorted(dues) and len(dues) == len(found)
    assert all(d.cite.startswith("45 CFR 164.4") and d.why and d.checked for d in found)
    ends = {d.due for d in duties(facts(when, counts))}
    year_end = dt.date(when.year, 12, 31) + dt.timedelta(days=60)
    assert ends <= {when + dt.timedelta(days=60), year_end}
