"""A breach that touches self-funded plans: each is counted, notified and timed on its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer
from simlab.response import Contract, Facts, Share, all_of, by_entity, counts, counts_by_entity, in_words

CASE: dict[str, Any] = {
    "is_phi": True, "permitted_use": False, "secured": False, "personal_information": True, "licensed": ["OH"],
    "domicile": "OH", "discovered": "2026-03-10", "determined": "2026-03-10T15:00:00-05:00",
}  # fmt: skip
INSURER, MILL, FREIGHT = "Larkspur Health Plan", "Mill Plan", "Freight Plan"


def shares(people: dict[str, dict[str, int]], *contracts: Contract, **changes: Any) -> dict[str, Share]:
    return {s.entity: s for s in by_entity(Facts.of(**{**CASE, **changes}), people, contracts=contracts)}


def due(share: Share, id_: str) -> dt.date | dt.datetime | None:
    return next(d.due for d in share.duties if d.id == id_)


def ids(share: Share) -> set[str]:
    return {d.id for d in share.duties}


def test_thresholds_are_recounted_for_each_entity() -> None:
    """1,200 people in Ohio, and no entity of them has more than 500."""
    got = shares({INSURER: {"OH": 500}, MILL: {"OH": 499}, FREIGHT: {"OH": 201}})
    assert "hipaa.hhs-large" in ids(got[INSURER]) and "hipaa.media" not in ids(got[INSURER])
    assert "hipaa.hhs-annual" in ids(got[MILL]) and "hipaa.hhs-large" not in ids(got[MILL])
    assert not any("hipaa.media" in ids(s) for s in got.values())
    assert [s.people for s in got.values()] == [500, 201, 499]


@pytest.mark.parametrize(
    ("people", "media", "hhs"), [(499, False, "annual"), (500, False, "large"), (501, True, "large")]
)
def test_one_more_in_a_plan_is_that_plans_threshold(people: int, media: bool, hhs: str) -> None:
    got = shares({INSURER: {"OH": 3}, MILL: {"OH": people}})
    assert ("hipaa.media" in ids(got[MILL])) is media and f"hipaa.hhs-{hhs}" in ids(got[MILL])
    assert "hipaa.hhs-annual" in ids(got[INSURER])


def test_the_insurer_owes_each_plan_notice_as_its_business_associate() -> None:
    got = shares({INSURER: {"OH": 3}, MILL: {"OH": 1}, FREIGHT: {"TX": 1}})
    for plan in (MILL, FREIGHT):
        owed = [d for d in got[plan].duties if d.id == "hipaa.associate"]
        assert [(d.due, d.cite, d.entity) for d in owed] == [(dt.date(2026, 5, 9), "45 CFR 164.410(b)", plan)]
        assert "business associate" in owed[0].done_by
    assert "hipaa.associate" not in ids(got[INSURER])
    assert got[INSURER].role == "covered entity" and got[MILL].role == "business associate"


@pytest.mark.parametrize(
    ("is_agent", "told", "individuals"),
    [
        (True, "2026-03-20", dt.date(2026, 5, 9)),
        (True, None, dt.date(2026, 5, 9)),
        (False, "2026-03-20", dt.date(2026, 5, 19)),
        (False, None, None),
        (None, "2026-03-20", dt.date(2026, 5, 9)),  # not known: the earlier date, and the fact is named
    ],
)
def test_the_plans_own_clock(is_agent: bool | None, told: str | None, individuals: dt.date | None) -> None:
    contract = Contract(entity=MILL, is_agent=is_agent, told=dt.date.fromisoformat(told) if told else None)
    plan = shares({INSURER: {"OH": 3}, MILL: {"OH": 9}}, contract)[MILL]
    assert due(plan, "hipaa.individuals") == individuals
    missing = {m for d in plan.duties for m in d.missing}
    assert ("contracts.is_agent" in missing) is (is_agent is None)
    assert ("contracts.told" in missing) is (is_agent is False and told is None)


def test_delegation_is_recorded_and_does_not_move_who_owes() -> None:
    contract = Contract(entity=MILL, says="ASO-12, section 7", notices=("individuals",), is_agent=True)
    plan = shares({INSURER: {"OH": 3}, MILL: {"OH": 900}}, contract)[MILL]
    by_id = {d.id: d for d in plan.duties}
    letter = by_id["hipaa.individuals"]
    assert letter.owes == "covered entity" and letter.entity == MILL
    assert letter.done_by.startswith(INSURER) and "ASO-12, section 7" in letter.done_by
    assert by_id["hipaa.media"].done_by == "The plan gives it itself: its contract does not hand it on."
    assert "ASO-12, section 7" in in_words(plan.duties)
    silent = shares({INSURER: {"OH": 3}, MILL: {"OH": 900}})[MILL]
    assert "contract" in next(d.confirm for d in silent.duties if d.id == "hipaa.individuals")


def test_whose_data_it_is_under_state_law_is_confirmed_for_a_plan_only() -> None:
    got = shares({INSURER: {"CA": 3}, MILL: {"CA": 9}})
    said = {entity: next(d.confirm for d in s.duties if d.id == "california.residents") for entity, s in got.items()}
    assert "owns the data" in said[MILL] and "owns the data" not in said[INSURER]
    assert "owns the data" not in next(d.confirm for d in got[MILL].duties if d.id == "hipaa.individuals")


def test_a_licensee_is_counted_once_over_all_plans() -> None:
    got = shares({INSURER: {"SC": 100}, MILL: {"SC": 100}, FREIGHT: {"SC": 50}}, licensed=["OH", "SC"])
    told = [(d.entity, d.state, d.count) for s in got.values() for d in s.duties if d.regime == "naic-668"]
    assert told == [(INSURER, "OH", 0), (INSURER, "SC", 250)]


def test_an_insurer_without_people_of_its_own_owes_no_letters() -> None:
    got = shares({MILL: {"OH": 9}})
    assert ids(got[INSURER]) == {"naic-668.commissioner"} and got[INSURER].people == 0
    assert "hipaa.individuals" in ids(got[MILL])


def test_no_breach_owes_nobody() -> None:
    got = shares({INSURER: {"OH": 3}, MILL: {"OH": 9}}, is_phi=False, personal_information=False, determined=None,
                 licensed=[], domicile=None)  # fmt: skip
    assert all(s.duties == () and s.assessment.is_breach is False for s in got.values())


@pytest.mark.parametrize(
    ("contracts", "changes", "said"),
    [
        ([Contract(entity="Nobody")], {}, "Nobody"),
        ([Contract(entity=INSURER)], {}, INSURER),
        ([Contract(entity=MILL), Contract(entity=MILL)], {}, "twice"),
        ([Contract(entity=MILL, told=dt.date(2026, 3, 9))], {}, f"{MILL}: ba_notified"),
        ([], {"counts": {"OH": 11}}, "add up to"),
    ],
)
def test_what_does_not_fit_is_refused(contracts: list[Contract], changes: dict[str, Any], said: str) -> None:
    with pytest.raises((InputError, UnknownName), match=said):
        shares({INSURER: {"OH": 3}, MILL: {"OH": 9}}, *contracts, **changes)


def test_of_the_whole_company_nobody_is_counted_twice() -> None:
    insurer = Insurer.build(7, members=1_000)
    ids_ = insurer.members["member_id"]
    got = by_entity(Facts.of(**CASE, counts=counts(insurer, ids_)), counts_by_entity(insurer, ids_))
    assert sum(s.people for s in got) == 1_000 and len(got) > 3
    letters = [d for d in all_of(got) if d.id == "hipaa.individuals"]
    assert sum(d.count or 0 for d in letters) == 1_000 and len({d.entity for d in letters}) == len(letters)
    dues = [d.due for d in all_of(got) if isinstance(d.due, dt.date) and not isinstance(d.due, dt.datetime)]
    assert dues == sorted(dues)


ENTITIES = st.dictionaries(
    st.sampled_from([INSURER, MILL, FREIGHT, "Red Mesa Plan"]),
    st.dictionaries(st.sampled_from(["OH", "TX", "NY"]), st.sampled_from([1, 249, 499, 500, 501]), min_size=1),
    min_size=1,
)


@settings(max_examples=40, deadline=None)
@given(ENTITIES)
def test_what_each_owes_is_what_it_would_owe_alone(found: dict[str, dict[str, int]]) -> None:
    together = shares(found)
    assert sum(s.people for s in together.values()) == sum(n for states in found.values() for n in states.values())
    for entity in found:
        alone = shares({entity: found[entity]})[entity]
        mine = [d for d in together[entity].duties if d.regime != "naic-668"]
        assert mine == [d for d in alone.duties if d.regime != "naic-668"]
        assert all(d.cite and d.entity == entity for d in mine)
