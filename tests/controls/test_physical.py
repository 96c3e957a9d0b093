"""Doors, visitors, keys, desks: each rule is decided by a pair in which one fact flips the answer."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from simlab import clock, events
from simlab.content import names
from simlab.controls.physical import Floor, KeyBox, Passing, VisitorBook, decide, look, require, rounds, rules, sight
from simlab.errors import DeniedError, InputError, UnknownName
from simlab.insurer import Insurer

FILE = Path(__file__).parent / "pairs" / "physical.yml"
PAIRS = YAML(typ="safe", pure=True).load(FILE.read_text("utf-8"))["pairs"]
NOON = clock.micros(dt.datetime(2026, 5, 12, 17, 10, tzinfo=dt.UTC))
NIGHT = NOON + 14 * clock.HOUR


@functools.cache
def insurer() -> Insurer:
    return Insurer.build(7, 4_000)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["id"])
def test_one_fact_flips_the_answer(pair: dict[str, Any]) -> None:
    changed = pair["base"] | pair["change"]
    assert len(pair["change"]) == 1 and changed != pair["base"]
    for facts, expected in ((pair["base"], pair["expect"]), (changed, pair["then"])):
        answer = decide(Passing.of(**facts))
        assert answer.is_allowed == expected["allowed"], answer
        assert expected["cite"] in answer.cites and expected["cite"] in answer.reason
        assert bool(answer.next) != answer.is_allowed


def test_every_rule_decides_in_some_pair() -> None:
    decided = {
        rule for pair in PAIRS for facts in (pair["base"], pair["base"] | pair["change"])
        for rule in decide(Passing.of(**facts)).rules
    }  # fmt: skip
    assert decided == set(rules())


def test_what_is_not_known_does_not_hold() -> None:
    for act in {rule.act for rule in rules().values()}:
        assert not decide(Passing(act=act))
    with pytest.raises(UnknownName, match="did you mean 'has_escort'"):
        Passing.of(act="enter", has_escrot=True)
    with pytest.raises(InputError, match="badge"):
        Passing.of(act="enter", badge="golden")
    with pytest.raises(InputError, match="has_pin"):
        Passing.of(act="enter", has_pin="yes")


def test_a_refusal_says_all_that_is_missing_and_what_to_do() -> None:
    with pytest.raises(DeniedError, match=r"They have not signed in.*Nobody goes with them.*front desk"):
        require(Passing.of(act="enter", person="visitor", zone="office"))


def test_a_door_writes_what_the_badge_system_writes() -> None:
    told: list[dict[str, Any]] = []
    badge = Passing.of(act="enter", person="staff", badge="own")
    decide(badge, actor="S0001", site="ST01", record=lambda **e: told.append(e))
    decide(Passing.of(act="enter", person="staff", badge="lent"), actor="S1", record=lambda **e: told.append(e))
    decide(Passing.of(act="leave desk", person="staff"), record=lambda **e: told.append(e))
    assert [e["activity_name"] for e in told] == ["Swipe", "Refuse"] and told[0]["status_detail"] == "in"
    frame = events.frame({name: [e.get(name, "") for e in told] for name in told[0]}, 2)
    assert frame["status"].tolist() == ["Success", "Failure"]


def visited() -> VisitorBook:
    return VisitorBook("ST01", hosts={"S0001"})


def test_a_visitor_signs_in_is_escorted_and_signs_out() -> None:
    told: list[dict[str, Any]] = []
    book = VisitorBook("ST01", hosts={"S0001"}, record=lambda **e: told.append(e))
    visit = book.sign_in("Ola Brandt", host="S0001", purpose="mends the printer", has_id=True, at=NOON)
    assert book.inside(NOON) == (visit,) and visit.badge == "visitor-0001"
    assert book.enter(visit.badge, escort="S0001", at=NOON)
    with pytest.raises(DeniedError, match="may not be there either"):
        book.enter(visit.badge, zone="server room", escort="S0001", at=NOON)
    assert book.enter(visit.badge, zone="server room", escort="S0036", listed={"S0036"}, at=NOON)
    with pytest.raises(DeniedError, match="badge is not back"):
        book.sign_out(visit.badge, is_returned=False, at=NOON + clock.HOUR)
    book.sign_out(visit.badge, is_returned=True, at=NOON + clock.HOUR)
    assert book.inside(NOON + clock.HOUR) == () and len(book.inside(NOON)) == 1
    with pytest.raises(InputError, match="signed out already"):
        book.enter(visit.badge, escort="S0001", at=NOON + 2 * clock.HOUR)
    assert [e["activity_name"] for e in told] == ["Swipe", "Swipe", "Refuse", "Swipe", "Refuse", "Swipe"]
    assert {e["role"] for e in told} == {"visitor"} and told[0]["time"] == NOON


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"host": "S0099"}, "Nobody here expects them"),
        ({"has_id": False}, "Nobody has seen who they are"),
        ({"purpose": "  "}, "have not said what for"),
        ({"name": ""}, "Nobody has seen who they are"),
    ],
)
def test_nobody_comes_in_whom_nobody_knows(change: dict[str, Any], says: str) -> None:
    facts = {"name": "Ola Brandt", "host": "S0001", "purpose": "mends the printer", "has_id": True, "at": NOON}
    assert visited().sign_in(**facts)
    with pytest.raises(DeniedError, match=says):
        visited().sign_in(**(facts | change))


def test_odd_text_and_odd_times_are_refused() -> None:
    book = visited()
    for name in ("x" * 81, "\x1b[31mOla", "Ola\u202eBrandt"):
        with pytest.raises(InputError, match="name: at most 80"):
            book.sign_in(name, host="S0001", purpose="p", has_id=True, at=NOON)
    visit = book.sign_in("Ola", host="S0001", purpose="p", has_id=True, at=NOON)
    with pytest.raises(InputError, match="before they come"):
        book.sign_out(visit.badge, is_returned=True, at=NOON - 1)
    with pytest.raises(UnknownName, match="visitor's badge"):
        book.sign_out("visitor-0002", is_returned=True, at=NOON)
    assert book.overdue(NOON + 11 * clock.HOUR) == (visit,) and book.overdue(NOON + 9 * clock.HOUR) == ()


def test_a_key_is_out_once_and_for_those_on_its_list() -> None:
    box = KeyBox({"A00108": {"S0001"}})
    assert box.take("A00108", "S0001", NOON)
    assert box.out(NOON + clock.HOUR, since=30 * clock.MINUTE) == {"A00108": "S0001"}
    with pytest.raises(InputError, match="S0001 has it"):
        box.take("A00108", "S0001", NOON)
    box.give_back("A00108")
    with pytest.raises(DeniedError, match="not on this key's list"):
        box.take("A00108", "S0002", NOON)
    with pytest.raises(InputError, match="not out"):
        box.give_back("A00108")
    with pytest.raises(UnknownName, match="key"):
        box.take("A00109", "S0001", NOON)


def sound(table: str) -> pd.DataFrame:
    """Things of a floor on which nothing is wrong."""
    rows: dict[str, list[dict[str, Any]]] = {
        "desks": [{"id": "S1", "is_here": True, "is_manned": False, "is_locked": True, "papers": 0}
            | {"password_in_sight": False, "badge_left": False, "is_visible": False}],
        "visitors": [{"id": "visitor-0001", "host": "S1", "has_escort": True, "hours": 2}],
        "things": [
            {"id": f"A{n}", "kind": kind, "place": "hall", "holds": "claims", "lock": "key", "is_open": False}
            | {"key_in_lock": False, "papers": 0}
            for n, kind in enumerate(("filing cabinet", "printer", "badge reader", "server room"))
        ],
    }  # fmt: skip
    return pd.DataFrame(rows[table])


@pytest.mark.parametrize("kind", names("rounds"))
def test_a_walk_finds_what_is_wrong_and_nothing_on_a_sound_floor(kind: str) -> None:
    tables = {name: sound(name) for name in ("desks", "things", "visitors")}
    assert not len(look(Floor("ST01", NOON, tables)))
    of = sight(kind)
    fits = of.could_be(tables[of.table])
    assert len(fits), kind
    for column, value in of.plant.items():
        tables[of.table].at[fits.index[0], column] = value
    found = look(Floor("ST01", NOON, tables))
    assert found["kind"].tolist() == [kind] and found["where"].iloc[0] in found["says"].iloc[0]
    assert found["cite"].iloc[0].startswith("45 CFR 164.") and found["remedy"].iloc[0]


def test_a_desk_at_which_somebody_sits_is_no_finding() -> None:
    desk = sound("desks").assign(is_locked=False, papers=2, badge_left=True)
    tables = {"things": sound("things"), "visitors": sound("visitors")}
    assert len(look(Floor("ST01", NOON, {**tables, "desks": desk}))) == 3
    assert len(look(Floor("ST01", NOON, {**tables, "desks": desk.assign(is_manned=True)}))) == 0


def test_the_same_walk_shows_the_same_and_another_moment_another() -> None:
    walks = [rounds(insurer(), "ST02", NOON, seed=3).to_csv() for _ in range(2)]
    assert walks[0] == walks[1]
    others = {rounds(insurer(), "ST02", NOON + n * clock.DAY, seed=3).to_csv() for n in range(6)}
    assert len(others) > 1


def test_a_cabinet_without_a_lock_is_found_on_every_walk() -> None:
    for at in (NOON, NIGHT):
        assert ("cabinet-without-lock", "A00112") in set(
            rounds(insurer(), "ST02", at)[["kind", "where"]].itertuples(index=False, name=None)
        )


def test_at_night_no_visitor_comes_and_only_night_shifts_sit_there() -> None:
    floor = Floor.of(insurer(), "ST01", NIGHT, seed=3)
    assert not len(floor.tables["visitors"])
    staff = insurer().staff.set_index("staff_id")
    here = floor.tables["desks"].query("is_here")["id"]
    assert all(staff.loc[who, "shift_end_hour"] < staff.loc[who, "shift_start_hour"] for who in here)
    assert Floor.of(insurer(), "ST01", NOON, seed=3).tables["desks"]["is_here"].any()


def test_nobody_walks_through_homes() -> None:
    with pytest.raises(UnknownName, match="site with a door"):
        rounds(insurer(), "remote", NOON)
