"""A morning at the counter: as hard for everybody, and each answer is the one that the gateway gives."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from simlab.controls.consent import Registry, record
from simlab.controls.consent.rights import must_accommodate, must_restrict
from simlab.controls.sharing import Gateway, request
from simlab.dialogue.facts import fill
from simlab.exercise.tasks import counter
from simlab.exercise.tasks._counter_cases import CHOICES, Case, Proof, texts, theme, themes
from simlab.reading import grade

AT = dt.datetime(2026, 7, 14, 15, tzinfo=dt.UTC)
CASES = [(name, right) for name in themes() for right in CHOICES]
SEEDS = range(40)


def filled(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, str):
        return fill(value, words)
    if isinstance(value, dict):
        return {k: filled(v, words) for k, v in value.items()}
    return [filled(v, words) for v in value] if isinstance(value, list | tuple) else value


def gateway(member: str, held: Any) -> Gateway:
    registry = Registry({"M1": member})
    for n, one in enumerate(held):
        registry.enter(record(**{"id": f"X{n}", "member": "M1", **one}), at=AT - dt.timedelta(days=1))
    return Gateway(registry)


def answers(proof: Proof, words: dict[str, str], *, mended: bool = False) -> list[bool]:
    """Whether each class of data of each request may be told, by the gateway."""
    held = proof.mended if mended and proof.mended else proof.held
    desk = gateway(words["member"], filled(held, words))
    out = []
    for ask in filled(proof.requests, words):
        facts = ask["facts"] | (proof.opens if mended else {})
        decision = desk.decide(
            request(**{"at": AT, "member": "M1", "who": words.get("spouse", "somebody"), **ask, "facts": facts})
        )
        out += [part.is_allowed for part in decision.parts]
    return out


def right_of(case: Case, words: dict[str, str]) -> str:
    """What the controls make of a case."""
    proof = case.proof
    if proof.requests:
        allowed = answers(proof, words)
        if all(allowed):
            return "tell"
        if any(allowed):
            return "part"
        can_be_mended = bool(proof.opens or proof.mended) and all(answers(proof, words, mended=True))
        return "first" if can_be_mended else "refuse"
    wish = proof.accommodate
    if not must_accommodate("plan", **wish):
        return "first" if must_accommodate("plan", **wish | {"address": proof.mended_address}) else "refuse"
    limit = proof.restrict
    if limit and not must_restrict("plan", **limit, is_paid_in_full=False, is_required_by_law=False):  # type: ignore[arg-type]
        return "part"
    return "tell"


@pytest.mark.parametrize(("name", "right"), CASES)
def test_what_is_right_is_what_the_controls_decide(name: str, right: Any) -> None:
    found = theme(name)
    assert right_of(found.cases[right], texts(found.about, 1)) == right


@pytest.mark.parametrize("name", themes())
def test_all_words_are_filled_and_read_easily(name: str) -> None:
    found = theme(name)
    for case in found.cases.values():
        words = [case.title, case.asks, case.who, case.file, *case.follows.values()]
        for seed in range(5):
            said = " ".join(fill(w, texts(found.about, seed)) for w in words)
            assert "{" not in said, said
        assert grade(" ".join(words)) <= 8.0, (case.title, grade(" ".join(words)))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_morning_is_as_hard_as_the_next(seed: int) -> None:
    asked = counter.make(seed).asked
    assert Counter(a.right for a in asked) == {"tell": 2, "part": 1, "first": 1, "refuse": 2}
    assert len({a.theme for a in asked}) == 6
    assert counter.judge(counter.make(seed), counter.full(counter.make(seed))).share == 1.0


def test_each_case_is_met_by_somebody() -> None:
    met = {(a.theme, a.right) for seed in range(200) for a in counter.make(seed).asked}
    assert met == set(CASES)


@pytest.mark.parametrize(
    ("way", "share"),
    [
        ("tell-everybody", 0.0),
        ("tell-nobody", 0.0),
        ("a-form-for-everything", 0.328),
        ("known-is-enough", 0.5),
        ("no-halves", 0.5),
    ],
)
def test_one_answer_for_everybody_does_badly(way: str, share: float) -> None:
    for seed in SEEDS:
        morning = counter.make(seed)
        assert counter.judge(morning, counter.MISTAKES[way](morning)).share == pytest.approx(share, abs=0.001)


def test_both_sides_are_multiplied_and_all_right_is_needed() -> None:
    morning = counter.make(7)
    right = dict(a.split(":") for a in counter.full(morning))
    for one in morning.asked:
        for other in set(CHOICES) - {one.right}:
            share = counter.judge(morning, [f"{k}:{v}" for k, v in (right | {one.id: other}).items()]).share
            assert share < 1.0, (one.right, other)


def test_what_followed_is_counted_in_the_company() -> None:
    morning = counter.make(7)
    told = counter.judge(morning, counter.MISTAKES["tell-everybody"](morning))
    claims = sum(a.exposed("tell") for a in morning.asked)
    assert (
        f"Told what was not theirs: 4 people, {claims} claims. Went without what was theirs: 0 people." in told.message
    )
    nobody = counter.judge(morning, counter.MISTAKES["tell-nobody"](morning))
    assert "Told what was not theirs: 0 people, 0 claims. Went without what was theirs: 4 people." in nobody.message


def test_a_choice_made_twice_for_one_request_counts_for_neither() -> None:
    morning = counter.make(7)
    first = morning.asked[0]
    other = next(c for c in CHOICES if c != first.right)
    assert counter.judge(morning, [*counter.full(morning), f"{first.id}:{other}"]).share < 1.0
    assert counter.judge(morning, [f"{a.id}:perhaps" for a in morning.asked]).share == 0.0
