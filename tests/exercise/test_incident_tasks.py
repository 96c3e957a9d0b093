"""The first hour, an incident to sign and a draft to mend: as hard for everybody, both sides counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from simlab.exercise.tasks import firsthour, incident, letter
from simlab.response import assess
from simlab.response.notices import check

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_hour_is_as_hard_as_the_next(seed: int) -> None:
    hour = firsthour.make(seed)
    assert Counter(t.when for t in hour.things) == {"now": 3, "theirs": 3, "never": 2}
    assert firsthour.judge(hour, firsthour.full(hour)).share == 1.0
    for way in ("do-it-all-myself", "leave-it-all"):
        assert firsthour.judge(hour, firsthour.MISTAKES[way](hour)).share == 0.0


def test_what_follows_from_a_choice_is_said_of_that_choice() -> None:
    hour = firsthour.make(1)
    thing = next(t for t in hour.things if t.when == "never")
    told = {
        choice: next(
            d.text for d in firsthour.judge(hour, [f"{thing.id}:{choice}"]).details if d.text.startswith(thing.text)
        )
        for choice in ("now", "theirs", "never")
    }
    assert (
        len(set(told.values())) == 3 and thing.bad in told["now"] and told["never"].startswith(f"{thing.text}: right.")
    )
    assert firsthour.judge(hour, [*firsthour.full(hour), f"{thing.id}:now"]).share < 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_signed_is_what_the_rule_makes_of_the_facts(seed: int) -> None:
    case, right = incident.build(seed), incident.rights(incident.build(seed))
    assert assess(case.facts).is_breach
    start = case.days[right["since"]][0]
    assert case.owed["individuals"].due == start + dt.timedelta(days=60)
    total, counts = case.facts.total or 0, case.facts.counts or {}
    assert (right["hhs"] == "with-letters") is (total >= 500)
    assert right["media"] == ("-".join(sorted(s for s, n in counts.items() if n > 500)) or "none")
    assert incident.judge(case, incident.full(case)).share == 1.0
    assert all(incident.judge(case, way(case)).share < 0.8 for way in incident.MISTAKES.values())


def test_the_agent_moves_the_day_and_the_label_does_not() -> None:
    kinds = {c.kind: c for c in map(incident.build, range(200))}
    assert set(kinds) == {"contractor", "agent", "key-too", "locked", "colleague"}
    assert (kinds["agent"].since, kinds["contractor"].since) == ("found", "told")
    assert "independent contractor" in dict(kinds["agent"].says)["The firm:"]
    assert {k: c.reason for k, c in kinds.items()} == dict.fromkeys(kinds, "presumed") | {"key-too": "key"}


def test_a_right_date_for_a_wrong_reason_earns_a_part() -> None:
    case = incident.build(7)
    right = incident.rights(case)

    def share(**changed: str) -> float:
        return incident.judge(case, [f"{k}:{v}" for k, v in (right | changed).items()]).share

    assert share(since="ended") == share(by="two-months") == pytest.approx(0.8)
    assert share(since="ended", by="ended") == pytest.approx(0.7)
    assert share(since="ended", by="happened") == pytest.approx(0.6)
    assert incident.judge(case, [*incident.full(case), "by:ended"]).share == pytest.approx(0.8)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_gap_of_a_draft_is_found_by_the_check_and_each_sound_sentence_passes(seed: int) -> None:
    draft = letter.make(seed)
    right = dict(a.split(":") for a in letter.full(draft))
    assert check(letter.written(draft, right), "individual", draft.facts).is_ready
    assert sum(x.is_gap for x in draft.lines) == letter.PLANTED
    for line in draft.lines:
        for wording in set(letter.CHOICES) - {line.sound}:
            changed = letter.judge(draft, [f"{k}:{v}" for k, v in (right | {line.slot.id: wording}).items()])
            assert changed.share == pytest.approx(2 / 3, abs=1e-3)
            assert [d.text.split(":")[0] for d in changed.details if not d.ok] == [line.slot.title]


def test_a_draft_left_as_it_is_and_one_written_anew_come_to_nothing() -> None:
    draft = letter.make(3)
    assert letter.judge(draft, letter.MISTAKES["keep-it-all"](draft)).share == 0.0
    assert letter.judge(draft, letter.MISTAKES["write-it-all-anew"](draft)).share == 0.0
