"""Law and promise kept apart: as hard for everybody, and no one answer for all of it earns anything."""

from __future__ import annotations

from collections import Counter

import pytest

from simlab.curriculum import sources
from simlab.exercise.tasks import promises
from simlab.reading import grade

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_page_is_as_hard_as_the_next(seed: int) -> None:
    page = promises.make(seed)
    assert Counter(s.is_ for s in page.sentences) == promises.MANY
    assert promises.judge(page, promises.full(page)).share == 1.0


@pytest.mark.parametrize("kind", list(promises.MANY))
def test_one_answer_for_all_earns_nothing(kind: str) -> None:
    for seed in SEEDS:
        page = promises.make(seed)
        assert promises.judge(page, [f"{s.id}:{kind}" for s in page.sentences]).share == 0.0


@pytest.mark.parametrize(
    ("way", "share"), [("all-is-law", 0.0), ("a-promise-is-law", 0.5), ("only-law-binds", 0.5), ("it-sounds-kind", 0.5)]
)
def test_each_way_of_thinking_gets_its_share(way: str, share: float) -> None:
    for seed in SEEDS:
        page = promises.make(seed)
        assert promises.judge(page, promises.MISTAKES[way](page)).share == share


def test_what_a_sentence_is_is_said_with_its_source() -> None:
    page = promises.make(2)
    said = promises.judge(page, promises.MISTAKES["all-is-law"](page)).details
    assert len(said) == 5 and all("45 CFR 164." in d.text for d in said)


def test_every_sentence_reads_easily_and_cites_what_is_on_the_list() -> None:
    for one in promises.sentences():
        assert not list(sources.unknown(one.cite)), one.id
    assert grade(" ".join(s.text for s in promises.sentences())) <= 8.0
    assert len({s.id for s in promises.sentences()}) == len(promises.sentences())
