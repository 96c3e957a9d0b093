"""Contracts to read and a vendor's last day: as hard for everybody, and both sides of each count."""

from __future__ import annotations

from collections import Counter

import pytest

from simlab.exercise.tasks import _last_day, contracts, offboarding

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_contract_is_whole_and_two_lack_something_that_sounds_like_it(seed: int) -> None:
    papers = contracts.make(seed).papers
    kinds = {f.id: f.kind for f in contracts.texts().faults}
    assert Counter(kinds.get(p.lacks, "whole") for p in papers) == {"looked-for": 1, "quiet": 1, "whole": 1}
    for paper in papers:
        usual = {line.id: [s.format(name=paper.title) for s in line.says] for line in contracts.texts().lines}
        assert len(paper.lines) in (len(usual), len(usual) + 1)
        assert len(set(paper.lines)) == len(paper.lines)


def test_the_surface_of_a_contract_is_no_guide() -> None:
    papers = [p for seed in SEEDS for p in contracts.make(seed).papers]
    for strict in (True, False):
        found = {p.lacks for p in papers if (len(p.lines) == 9) is strict}
        assert len(found) == 7
    assert {p.id for p in papers if p.lacks == "none"} == {"c1", "c2", "c3"}


def test_what_is_lacking_counts_only_if_the_whole_one_may_pass() -> None:
    stack = contracts.make(3)
    whole = next(p for p in stack.papers if p.lacks == "none")
    first = next(p for p in stack.papers if p.lacks != "none")
    right = dict(a.split(":") for a in contracts.full(stack))

    def share(**changed: str) -> float:
        return contracts.judge(stack, [f"{k}:{v}" for k, v in (right | changed).items()]).share

    assert (share(), share(**{first.id: "penalty"}), share(**{whole.id: "audit"})) == (1.0, 0.5, 0.5)
    assert share(**{first.id: "none", whole.id: "audit"}) == 0.25
    told = contracts.judge(stack, [f"{whole.id}:audit"]).details
    assert any("The law does not ask for that." in d.text for d in told)
    assert all("45 CFR 164." in d.text for d, p in zip(told, stack.papers, strict=True) if p.lacks != "none")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_last_day_is_as_hard_as_the_next(seed: int) -> None:
    case = offboarding.make(seed)
    assert Counter(t.sort for t in case.things) == {"door": 4, "stay": 2, "data": 3}
    assert Counter(t.slot for t in case.things) == dict.fromkeys(
        ("login", "service", "key", "rule", "twin", "other", "own", "helper", "stuck"), 1
    )
    assert Counter(t.right for t in case.things if t.sort == "data") == {"proof": 2, "protect": 1}
    for thing in case.things:
        assert len(set(thing.follows.values())) == 3
        assert not any("{" in said for said in (thing.title, *thing.lines, *thing.follows.values()))
        assert _last_day.worth(thing, thing.right) == 1.0


def test_both_sides_of_the_last_day_are_multiplied() -> None:
    case = offboarding.make(11)
    right = dict(a.split(":") for a in offboarding.full(case))
    of = {t.slot: t.id for t in case.things}

    def share(**changed: str) -> float:
        return offboarding.judge(case, [f"{k}:{v}" for k, v in (right | changed).items()]).share

    assert share() == 1.0
    assert share(**{of["key"]: "leave"}) == pytest.approx(6 / 7, abs=1e-3)
    assert share(**{of["key"]: "later"}) == pytest.approx(6.25 / 7, abs=1e-3)
    assert share(**{of["twin"]: "now"}) == share(**{of["twin"]: "later"}) == 0.5
    assert share(**{of["twin"]: "now", of["other"]: "now"}) == 0.0
    assert share(**{of["stuck"]: "proof"}) == share(**{of["own"]: "phone"}) == pytest.approx(6.25 / 7, abs=1e-3)
    assert share(**{of["own"]: "protect"}) == pytest.approx(6 / 7, abs=1e-3)


def test_the_month_is_counted_in_the_company() -> None:
    case = offboarding.make(11)
    left = offboarding.judge(case, offboarding.MISTAKES["ended-is-over"](case))
    reads = max(t.reads for t in case.things)
    assert f"Ways in that opened: 4 of 4: {reads:,} members' records could be read" in left.message
    cut = offboarding.judge(case, offboarding.MISTAKES["close-everything"](case))
    waits = sum(t.waits for t in case.things)
    assert f"Services cut that members need: 2 of 2: {waits:,} members waited" in cut.message and waits > 300
    full = offboarding.judge(case, offboarding.full(case))
    assert "Ways in that opened: 0 of 4. Services cut that members need: 0 of 2." in full.message


def test_a_choice_made_twice_or_of_another_kind_counts_for_nothing() -> None:
    case = offboarding.make(11)
    first = next(t for t in case.things if t.sort == "door")
    assert offboarding.judge(case, [*offboarding.full(case), f"{first.id}:leave"]).share < 1.0
    assert offboarding.judge(case, [f"{t.id}:{'now' if t.sort == 'data' else 'proof'}" for t in case.things]).share == 0
