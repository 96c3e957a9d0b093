"""Tasks: whoever thinks earns everything, no slogan passes, and each learner meets another one."""

from __future__ import annotations

from typing import Any

import pytest

from simlab.exercise import tasks
from simlab.exercise.tasks import _parts as parts
from simlab.exercise.tasks import eobs
from simlab.exercise.wire import decode, encode

OPTIONS: dict[str, dict[str, Any]] = {"roleplay": {"dialogue": "spouse-caller"}}
NAMES = tasks.names()
DRAWN = [name for name in NAMES if name != "roleplay"]
SEEDS = range(60)


def made(name: str, seed: int) -> Any:
    return tasks.get(name).make(seed, **OPTIONS.get(name, {}))


@pytest.mark.parametrize("name", NAMES)
def test_thinking_earns_everything_and_no_slogan_passes(name: str) -> None:
    task = tasks.get(name)
    assert len(task.MISTAKES) >= 2
    for seed in SEEDS:
        material = made(name, seed)
        assert task.judge(material, task.full(material)).share == 1.0, seed
        assert task.judge(material, None).share == 0.0
        for way, wrong in task.MISTAKES.items():
            verdict = task.judge(material, wrong(material))
            assert verdict.share < 0.8, (seed, way, verdict)
            assert verdict.message


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("answer", [[], "", 7, ["no such thing"], ["x:y"], [3, 4], {"a": 1}, True])
def test_whatever_was_kept_is_judged(name: str, answer: Any) -> None:
    assert tasks.get(name).judge(made(name, 1), answer).share < 0.8


@pytest.mark.parametrize("name", DRAWN)
def test_everything_and_nothing_both_fail(name: str) -> None:
    task: Any = tasks.get(name)
    for seed in range(20):
        material = made(name, seed)
        everything = sorted(parts.offered(task.view(material)))
        assert task.judge(material, everything).share < 0.8
        assert task.judge(material, []).share == 0.0


@pytest.mark.parametrize("name", DRAWN)
def test_a_page_is_the_same_for_a_seed_and_another_for_another(name: str) -> None:
    task: Any = tasks.get(name)
    pages = [str(task.view(made(name, seed))) for seed in range(30)]
    assert pages == [str(task.view(made(name, seed))) for seed in range(30)]
    assert len(set(pages)) >= 6
    assert len({str(task.full(made(name, seed))) for seed in range(30)}) >= 2


@pytest.mark.parametrize("name", NAMES)
def test_its_text_shows_it_all_and_what_was_answered(name: str) -> None:
    task: Any = tasks.get(name)
    material = made(name, 3)
    assert task.text(material, None) != task.text(material, task.full(material))
    if name in DRAWN:
        assert set(parts.given(task.full(material))) <= parts.offered(task.view(material))


@pytest.mark.parametrize("name", NAMES)
def test_its_answer_can_be_kept(name: str) -> None:
    answer = tasks.get(name).full(made(name, 5))
    assert decode(encode(answer)) == answer and isinstance(answer, list | str | int)


def test_of_two_lines_that_look_the_same_either_is_the_false_one() -> None:
    twice = [m for m in map(eobs.make, SEEDS) if m.way == "twice"]
    assert twice
    for material in twice:
        false = next(line for line in material.lines if line.id == material.false)
        twins = [
            x.id for x in material.lines if (x.day, x.provider, x.service) == (false.day, false.provider, false.service)
        ]
        assert len(twins) == 2
        assert [eobs.judge(material, [one]).share for one in twins] == [1.0, 1.0]
        assert eobs.judge(material, twins).share == 0.5
