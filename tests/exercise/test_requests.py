"""Six requests: as hard for everybody, what is right is what Larkspur's policies decide, and each choice had consequences."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from simlab.content import names, resource
from simlab.content.loader import load_named
from simlab.controls import access
from simlab.dialogue.facts import company
from simlab.errors import ContentError
from simlab.exercise.tasks import requests
from simlab.exercise.tasks._request_cases import Asking
from simlab.exercise.tasks._request_facts import house

SEEDS = range(60)
GATE = access.Gate()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_desk_is_as_hard_as_the_next(seed: int) -> None:
    cases = requests.make(seed).cases
    assert Counter(c.right for c in cases) == dict(requests.SHOWN)
    people = [p for c in cases for p in house().people(c.asked.actor, c.asked.member)]
    assert len(people) == len(set(people)) and len({c.title for c in cases}) == 6
    for case in cases:
        assert set(case.follows) == dict(requests.CHOICES).keys() == set(requests.WORTH[case.right])
        assert len(set(case.follows.values())) == 5
        assert max(requests.WORTH[case.right], key=requests.WORTH[case.right].__getitem__) == case.right


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_right_is_what_the_policies_decide(seed: int) -> None:
    for case in requests.make(seed).cases:
        assert bool(GATE.decide(case.asked)) == (case.right == "open"), case.kind
        if case.then:
            assert GATE.decide(case.asked.with_(**case.then)), case.kind
        if case.right == "refuse":
            assert "no-policy" in GATE.decide(case.asked.with_(kin="none")).policies
        if case.right == "colleague":
            assert not GATE.decide(case.asked.with_(is_whole_record=False, data="claims", has_glass=True))


def test_who_asks_for_whose_record_is_as_the_company_has_it() -> None:
    known = access.Known.of(company())
    for seed in range(20):
        for case in requests.make(seed).cases:
            seen = known.seen(case.asked, at=1_780_000_000_000_000)
            assert (seen.role, seen.kin, seen.years_dead) == (case.asked.role, case.asked.kin, -1), case.kind


def test_the_surface_is_no_guide() -> None:
    """Well-known names, colleagues' records and nurses stand on more than one side; every request is met."""
    cases = [c for seed in range(200) for c in requests.make(seed).cases]
    assert {c.kind for c in cases} == set(names("requests"))
    famous = house().members["is_vip"]
    for sort in (
        lambda c: bool(famous[c.asked.member]),
        lambda c: c.asked.kin == "co-worker",
        lambda c: c.asked.role == "nurse_reviewer",
        lambda c: c.asked.role == "claims_examiner",
    ):
        assert len({c.right for c in cases if sort(c)}) >= 2
    assert len({c.id for c in cases if c.right == "glass"}) == 6


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("given to {who} {number}", "given to {whom} {number}", r"well-known.yml:11: tables\[0\]: no fact is called 'whom'"),
        ("  need: a decision", "  ned: a decision", "words: no fact is called 'need'"),
        ("relation: claim", "relaton: claim", "asked: no fact of a request named 'relaton': did you mean 'relation'"),
        ("words:", "follows: {opne: x}\nwords:", "follows: no choice named 'opne': did you mean 'open'"),
        ("right: open", "right: opened", "right: "),
    ],
)  # fmt: skip
def test_a_slip_in_a_request_is_told_with_its_place(was: str, becomes: str, says: str, tmp_path: Path) -> None:
    text = resource("requests", "well-known.yml").read_text(encoding="utf-8")
    (tmp_path / "well-known.yml").write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(ContentError, match=says):
        load_named(tmp_path / "well-known.yml", Asking).case(house(), 1, set())


def test_one_fact_flips_it() -> None:
    """The nurse at a door that is not hers: an emergency opens it, a free hour does not."""
    urgent = next(c for s in range(200) for c in requests.make(s).cases if c.kind == "urgent")
    lunch = next(c for s in range(200) for c in requests.make(s).cases if c.kind == "lunch")
    asked = replace(urgent.asked, has_glass=True)
    assert GATE.decide(asked) and not GATE.decide(asked.with_(is_emergency=False))
    assert not GATE.decide(lunch.asked) and GATE.decide(lunch.asked.with_(is_emergency=True))


def test_both_sides_are_multiplied() -> None:
    desk = requests.make(7)
    right = {c.id: c.right for c in desk.cases}
    of = {kind: [c.id for c in desk.cases if c.right == kind] for kind in dict(requests.CHOICES)}

    def share(**changed: str) -> float:
        return requests.judge(desk, [f"{k}:{v}" for k, v in (right | changed).items()]).share

    assert share() == 1.0
    assert share(**dict.fromkeys(right, "refuse")) == share(**dict.fromkeys(right, "open")) == 0.0
    assert share(**{of["glass"][0]: "refuse"}) == pytest.approx(2 / 3, abs=1e-3)
    assert share(**{of["colleague"][0]: "open"}) == pytest.approx(2 / 3, abs=1e-3)
    assert share(**{of["open"][0]: "glass"}) == pytest.approx(5 / 6, abs=1e-3)


def test_what_followed_is_counted() -> None:
    desk = requests.make(7)
    nobody = requests.judge(desk, requests.MISTAKES["refuse-everything"](desk))
    assert f"Hours that members waited for it: {2 * 48 + 60 + 48 + 24}." in nobody.message
    assert "Members exposed without need: 0." in nobody.message
    everybody = requests.judge(desk, requests.MISTAKES["the-role-is-enough"](desk))
    people = sum(c.people for c in desk.cases if c.right in ("part", "colleague", "refuse"))
    assert f"exposed without need: {people:,}." in everybody.message and people >= 3
    assert requests.judge(desk, requests.full(desk)).message.count(": 0") == 2


def test_a_choice_made_twice_for_one_request_counts_for_neither() -> None:
    desk = requests.make(7)
    first = desk.cases[0]
    other = next(c for c, _ in requests.CHOICES if c != first.right)
    assert requests.judge(desk, [*requests.full(desk), f"{first.id}:{other}"]).share < 1.0
    assert requests.judge(desk, [f"{c.id}:perhaps" for c in desk.cases]).share == 0.0
