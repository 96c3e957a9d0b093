"""All bodies of law at once: their clocks run in parallel, and what is not sure says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.clock import after_days
from simlab.response import (
    STATES,
    Duty,
    Facts,
    Hold,
    all_duties,
    boundaries,
    duties,
    in_words,
    regime,
    regimes,
    stale,
    unread,
    waiting,
)

CASE: dict[str, Any] = {
    "is_phi": True, "permitted_use": False, "secured": False, "personal_information": True,
    "licensed": ["OH", "NY", "TX", "SC"], "domicile": "OH", "discovered": "2026-03-10",
    "determined": "2026-03-12T15:00:00-05:00",
    "counts": {"OH": 900, "NY": 501, "TX": 250, "CA": 501, "CO": 12, "FL": 500, "DE": 3},
}  # fmt: skip


def found(**changes: Any) -> dict[str, list[Duty]]:
    out: dict[str, list[Duty]] = {}
    for duty in all_duties(Facts.of(**{**CASE, **changes})):
        out.setdefault(duty.id, []).append(duty)
    return out


def test_ten_regimes_and_a_comparison_ship() -> None:
    assert set(regimes()) >= {
        "hipaa", "ny-dfs", "naic-668", "ny-gbl-899-aa", "california", "texas", "colorado", "florida", "delaware",
        "part-2", "gdpr-33",
    }  # fmt: skip


def test_clocks_run_in_parallel_and_the_soonest_is_first() -> None:
    ids = list(found())
    # 72 hours come first; HIPAA's 60 days are last but for one State's.
    assert ids[:2] == ["naic-668.commissioner", "ny-dfs.incident"]
    assert ids.index("california.residents") < ids.index("texas.attorney-general") < ids.index("hipaa.individuals")
    dues = [d.due for d in all_duties(Facts.of(**CASE))]
    ends = [d if isinstance(d, dt.datetime) else dt.datetime.combine(d, dt.time.max, dt.UTC) for d in dues if d]
    assert ends == sorted(ends) and len(ends) == len(dues)


def test_what_is_only_a_comparison_is_never_owed() -> None:
    assert not any("gdpr" in id_ for id_ in found(aware="2026-03-10T12:00:00Z"))
    compared = all_duties(Facts.of(aware="2026-03-10T12:00:00Z"), status="comparison")
    assert [d.id for d in compared] == ["gdpr-33.authority"]


def test_state_law_has_its_own_tests() -> None:
    """That HIPAA asks for no notice answers no other law."""
    sealed = found(secured=True, key_compromised=False, in_use=False)
    assert not any(id_.startswith("hipaa") for id_ in sealed) and "california.residents" in sealed
    unknown = found(personal_information=None)["california.residents"][0]
    assert not unknown.is_owed and unknown.missing == ("personal_information",)
    assert "california.residents" not in found(personal_information=False)
    assert "california.residents" not in found(permitted_use=True)


def test_a_license_decides_who_is_told() -> None:
    assert "ny-dfs.incident" not in found(licensed=["OH"])
    unknown = found(licensed=None, domicile=None)
    assert unknown["ny-dfs.incident"][0].missing == ("licensed",)
    assert unknown["naic-668.commissioner"][0].missing == ("licensed",)
    no_home = found(domicile=None, counts={"OH": 3}, licensed=["OH"])
    assert no_home["naic-668.commissioner"][0].missing == ("domicile",)


@pytest.mark.parametrize(("people", "states"), [(249, ["OH"]), (250, ["OH", "SC"]), (251, ["OH", "SC"])])
def test_the_commissioner_away_from_home_hears_of_250(people: int, states: list[str]) -> None:
    got = found(counts={"SC": people}, licensed=["OH", "SC"])["naic-668.commissioner"]
    assert [d.state for d in got] == states


def test_harm_that_is_not_known_leaves_another_state_open() -> None:
    got = found(is_phi=False, licensed=["OH", "SC"], counts={"SC": 400})["naic-668.commissioner"]
    assert [(d.state, d.status, d.missing) for d in got] == [("OH", "owed", ()), ("SC", "open", ("material_harm",))]


def test_a_state_that_the_file_does_not_list_is_unconfirmed() -> None:
    got = {d.state: d for d in found(counts={"OH": 900, "TX": 400})["naic-668.commissioner"]}
    assert got["OH"].is_confirmed and not got["TX"].is_confirmed
    assert "whether this State has adopted" in got["TX"].confirm
    assert "UNCONFIRMED" in in_words([got["TX"]]) and "UNCONFIRMED" not in in_words([got["OH"]])


def test_what_was_not_compared_with_a_text_is_shown_as_unconfirmed() -> None:
    for name in regimes():
        for rule in regime(name).duties:
            assert rule.is_confirmed or rule.confirm, f"{name}.{rule.id}"
    assert not found()["texas.residents"][0].is_confirmed


def test_an_undetermined_event_is_open() -> None:
    duty = found(determined=None)["ny-dfs.incident"][0]
    assert duty.due is None and not duty.is_owed and duty.missing == ("determined",)


def test_determination_is_not_discovery() -> None:
    """Colorado counts from the determination, New York from the discovery, each by its own days."""
    got = found(determined="2026-03-20")
    assert got["colorado.residents"][0].due == dt.date(2026, 4, 19)
    assert got["ny-gbl-899-aa.residents"][0].due == dt.date(2026, 4, 9)


def test_what_waits_for_something_to_happen_is_told() -> None:
    facts = Facts.of(**CASE)
    told = {w.id: w for w in waiting(facts)}
    assert told["ny-dfs.payment"].within == "24 hours" and "payment" in told["ny-dfs.payment"].starts
    assert told["ny-gbl-899-aa.attorney-general"].within == "5 business days"
    assert "california.attorney-general" in told
    paid = facts.with_(paid="2026-03-13T10:00:00Z")
    assert "ny-dfs.payment" not in {w.id for w in waiting(paid)} and "ny-dfs.payment" in {
        d.id for d in all_duties(paid)
    }
    assert "california.attorney-general" not in {w.id for w in waiting(facts.with_(counts={"OH": 3}))}


def test_part_2_gives_a_plan_no_second_clock() -> None:
    facts = Facts.of(**CASE, part2_records=True)
    assert duties(facts, regime="part-2") == []
    said = {b.id: b for b in boundaries(facts)}
    assert "no second clock" in said["no-second-clock"].says and said["no-second-clock"].confirm
    assert "no-second-clock" not in {b.id for b in boundaries(Facts.of(**CASE))}
    assert "clinics" in said and "clinics" not in {b.id for b in boundaries(facts.with_(counts={"OH": 1}))}


@pytest.mark.parametrize(("at", "is_old"), [("2026-11-26", False), ("2027-11-26", False), ("2027-11-27", True)])
def test_a_text_not_checked_for_a_year_warns(at: str, is_old: bool) -> None:
    day = dt.date.fromisoformat(at)
    assert bool(stale(day, only=["texas"])) is is_old
    duty = next(d for d in all_duties(Facts.of(**CASE), at=day) if d.regime == "texas")
    assert duty.is_stale is is_old and ("MORE THAN A YEAR AGO" in in_words([duty])) is is_old
    if is_old:
        assert "content/law/texas.yml" in stale(day, only=["texas"])[0]


def asked(kind: str, statement: str, until: str | None = None) -> list[dict[str, Any]]:
    return [{"kind": kind, "statement": statement, "until": until, "official": "a detective"}]


def test_each_law_takes_the_same_word_in_its_own_way() -> None:
    """Asked by telephone on 20 March, and told on 20 June that notice may go."""
    got = {id_: ds[0] for id_, ds in found(law_enforcement=asked("oral", "2026-03-20", "2026-06-20")).items()}
    assert got["hipaa.individuals"].due == dt.date(2026, 5, 9)  # an oral statement holds for 30 days
    assert got["california.residents"].due == got["texas.residents"].due == dt.date(2026, 6, 20)
    assert got["colorado.residents"].due == dt.date(2026, 7, 20)  # 30 days from the end of the hold
    assert got["florida.residents"].due == dt.date(2026, 4, 11)  # Florida takes a written request only
    assert "only a written request" in got["florida.residents"].why
    assert got["texas.attorney-general"].due == dt.date(2026, 4, 11) and got["texas.attorney-general"].earliest is None
    assert got["ny-dfs.incident"].due == dt.datetime(2026, 3, 15, 20, 0, tzinfo=dt.UTC)


def test_a_hold_whose_text_was_not_compared_is_unconfirmed_and_only_where_it_is_asked() -> None:
    held = found(law_enforcement=asked("written", "2026-03-20", "2026-06-20"))["florida.residents"][0]
    assert held.unconfirmed == ("Fla. Stat. 501.171(4)(b)",)
    assert "UNCONFIRMED: the text of Fla. Stat. 501.171(4)(b) was not compared" in in_words([held])
    assert found()["florida.residents"][0].is_confirmed


def test_a_hold_without_an_end_leaves_the_date_and_says_what_could_move_it() -> None:
    got = found(law_enforcement=asked("oral", "2026-03-20"))["california.residents"][0]
    assert got.due == dt.date(2026, 4, 9) and got.missing == ("law_enforcement.until",) and got.is_owed
    assert "no day is known on which it ends" in got.why
    late = found(law_enforcement=asked("oral", "2026-04-10"))["california.residents"][0]
    assert (
        late.due == dt.date(2026, 4, 9)
        and late.missing == ()
        and "only after that day, which it cannot move" in late.why
    )


def test_what_a_files_hold_does_not_name_is_left_to_counsel() -> None:
    got = found(law_enforcement=asked("oral", "2026-03-20", "2026-06-20"))["texas.attorney-general"][0]
    assert "counted here as if it did not" in got.confirm


def test_a_count_that_crosses_later_says_since_when() -> None:
    counts = [{"on": "2026-03-20", "counts": {"OH": 499}}, {"on": "2026-04-20", "counts": {"OH": 501}}]
    facts = Facts.of(**{**CASE, "counts": None, "counted": counts})
    assert facts.total == 501
    got = {d.id: d for d in duties(facts)}
    assert "2026-04-20" in got["hipaa.media"].note and "2026-04-20" in got["hipaa.hhs-large"].note
    assert got["hipaa.media"].due == dt.date(2026, 5, 9) and got["hipaa.media"].confirm
    assert "first met" not in got["hipaa.individuals"].note and "hipaa.hhs-annual" not in got
    steady = Facts.of(**{**CASE, "counts": None, "counted": [counts[1]]})
    assert not any("first met" in d.note for d in duties(steady))


def test_a_state_whose_statute_no_file_holds_is_named() -> None:
    facts = Facts.of(**CASE)
    assert unread(facts) == ["OH"] and unread(facts.with_(counts={"CA": 3, "KS": 1, "OH": 0})) == ["KS"]
    assert unread(facts.with_(personal_information=False)) == unread(facts.with_(permitted_use=True)) == []


COUNTS = st.dictionaries(
    st.sampled_from(sorted(STATES)), st.sampled_from([1, 249, 250, 499, 500, 501]), min_size=1, max_size=5
)
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31))


def told(when: dt.date, counts: dict[str, int]) -> dict[tuple[str, str], dt.datetime]:
    facts = Facts.of(**{
        **CASE, "discovered": when, "determined": when, "paid": when, "hhs_notified": when, "individuals_notified": when,
        "counts": counts,
    })  # fmt: skip
    out = {}
    for duty in all_duties(facts):
        assert duty.cite and duty.why and duty.checked and duty.due is not None
        due = duty.due if isinstance(duty.due, dt.datetime) else dt.datetime.combine(duty.due, dt.time(), dt.UTC)
        out[duty.regime + duty.owed, duty.state] = due
    return out


@settings(max_examples=40, deadline=None)
@given(DAYS, st.integers(0, 400), COUNTS)
def test_under_no_law_a_later_day_gives_an_earlier_deadline(when: dt.date, more: int, counts: dict[str, int]) -> None:
    early, late = told(when, counts), told(after_days(when, more), counts)
    assert early.keys() == late.keys() and all(late[key] >= early[key] for key in early)


@settings(max_examples=40, deadline=None)
@given(DAYS, COUNTS, st.sampled_from(sorted(STATES)))
def test_under_no_law_one_person_more_takes_a_duty_away(when: dt.date, counts: dict[str, int], state: str) -> None:
    before, after = told(when, counts), told(when, {**counts, state: counts.get(state, 0) + 1})
    assert before.keys() <= after.keys() and all(after[key] <= before[key] for key in before)


HELD = dt.date(2026, 3, 10)


def statements(kinds: tuple[str, ...], lasts: st.SearchStrategy[int | None], after: int) -> st.SearchStrategy[Hold]:
    """Statements within so many days of the discovery, before any of the dates."""
    return st.builds(
        lambda kind, said, days: Hold(
            kind=kind, statement=after_days(HELD, said), until=None if days is None else after_days(HELD, said + days)
        ),
        st.sampled_from(kinds),
        st.integers(0, after),
        lasts,
    )


ANY = statements(("oral", "written"), st.none() | st.integers(0, 120), 29)
WRITTEN = statements(("written",), st.none() | st.integers(0, 120), 29)
SHORT = statements(("oral", "written"), st.integers(0, 15), 15)  # over before the first of the dates
EVERYWHERE = {"OH": 501, "NY": 501, "TX": 250, "CA": 501, "CO": 500, "FL": 500, "DE": 501}


def dates(holds: list[Hold]) -> dict[tuple[str, str], dt.datetime]:
    facts = Facts.of(**{**CASE, "counts": EVERYWHERE, "determined": HELD, "law_enforcement": holds})
    return {
        (d.id, d.state): d.due if isinstance(d.due, dt.datetime) else dt.datetime.combine(d.due, dt.time.max, dt.UTC)
        for d in all_duties(facts)
        if d.due is not None
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY, min_size=1, max_size=3))
def test_under_no_law_a_hold_gives_an_earlier_deadline(holds: list[Hold]) -> None:
    free, held = dates([]), dates(holds)
    assert free.keys() == held.keys() and all(held[key] >= free[key] for key in free)


@settings(max_examples=60, deadline=None)
@given(st.lists(WRITTEN, min_size=2, max_size=3))
def test_holds_that_overlap_are_as_the_longest(holds: list[Hold]) -> None:
    together, alone = dates(holds), [dates([one]) for one in holds]
    assert all(together[key] == max(one[key] for one in alone) for key in together)


@settings(max_examples=60, deadline=None)
@given(SHORT)
def test_a_hold_that_ends_before_the_deadline_moves_no_date_that_is_the_later_of_two(one: Hold) -> None:
    free, held = dates([]), dates([one])
    anew = {(f"{name}.{d}", "CO") for name in regimes() if (h := regime(name).hold) and h.days_after for d in h.holds}
    assert {key for key in free if held[key] != free[key]} <= anew
