"""The first hour, an incident to sign and a draft to mend: as hard for everybody, both sides counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from simlab.exercise.tasks import _incident_lists as lists
from simlab.exercise.tasks import firsthour, incident, letter
from simlab.exercise.tasks._incident_case import KINDS
from simlab.exercise.tasks._incident_lists import rights
from simlab.response import assess
from simlab.response.facts import Factor
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
    case, right = incident.make(seed), rights(incident.make(seed))
    assert [assess(e.facts).is_breach for e in case.endings].count(True) == 1
    for name, end in zip(lists.ENDINGS, case.endings, strict=True):
        assert (right[name] == "low") is (assess(end.facts).is_breach is False)
    start = case.days[right["since"]][0]
    assert case.owed["individuals"].due == start + dt.timedelta(days=60)
    total, counts = case.facts.total or 0, case.facts.counts or {}
    assert (right["hhs"] == "with-letters") is (total >= 500)
    assert right["media"] == ("-".join(sorted(s for s, n in counts.items() if n > 500)) or "none")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_four_factors_decide_and_no_ending_is_near_the_middle(seed: int) -> None:
    for end in incident.make(seed).endings:
        found = assess(end.facts)
        step = found.decided_by
        assert step is not None and step.number == 5 and "without a reason" not in step.reason
        pointing_low = found.teaching_score or 0
        assert pointing_low == 3 if end.finding == "low" else pointing_low <= 1
        less = end.facts.factors.model_copy(update={"mitigation": Factor()})
        assert assess(end.facts.with_(factors=less)).is_breach, "three factors show nothing"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_list_of_a_factor_holds_its_fact_once_with_either_way(seed: int) -> None:
    case = incident.make(seed)
    for name, fact in case.endings[0].facts.factors.items():
        lines = lists.lines(case, name).values()
        assert [x.worth for x in lines if x.fact == fact.text] in ([1.0, 0.5], [0.5, 1.0])
        assert [x.is_low for x in lines if x.worth == 1] == [fact.points_to == "low"]
        assert sorted(Counter(x.belongs_to for x in lines).values()) == [1, 2, 2], (
            "no fact stands out by how often it is there"
        )
        assert len({x.words for x in lines}) == 5


def test_what_a_slip_costs_is_the_same_for_everybody() -> None:
    cases = [incident.make(seed) for seed in range(60)]
    ways = incident.MISTAKES | {"right": incident.full}
    shares = {way: {incident.judge(case, answer(case)).share for case in cases} for way, answer in ways.items()}
    assert {way: len(found) for way, found in shares.items()} == dict.fromkeys(ways, 1)
    assert shares["right"] == {1.0}


def test_the_place_of_the_low_ending_and_of_each_right_line_is_drawn() -> None:
    answers = [rights(incident.make(seed)) for seed in range(200)]
    assert 60 < sum(a["first"] == "low" for a in answers) < 140
    for name in lists.FACTORS:
        assert min(Counter(a[name] for a in answers).values()) > 20
        ways = Counter(lists.lines(incident.make(seed), name)[a[name]].is_low for seed, a in enumerate(answers))
        assert len(ways) == 2, f"{name} always points one way"


@pytest.mark.parametrize("finding", lists.FINDINGS)
def test_one_finding_for_everything_earns_nothing_for_the_findings(finding: str) -> None:
    for case in map(incident.make, range(60)):
        same = rights(case) | {"first": finding, "second": finding}
        lost = 1 - incident.WEIGHTS["findings"]
        assert incident.judge(case, [f"{k}:{v}" for k, v in same.items()]).share == pytest.approx(lost)


def test_the_agent_moves_the_day_and_the_label_does_not() -> None:
    kinds = {c.kind: c for c in map(incident.make, range(200))}
    assert set(kinds) == set(KINDS)
    assert (kinds["agent"].since, kinds["contractor"].since) == ("found", "told")
    assert "independent contractor" in dict(kinds["agent"].says)["The firm:"]
    reasons = {k: sorted({e.finding for e in c.endings} - {"low"}) for k, c in kinds.items()}
    assert reasons == {k: ["key" if k == "key-too" else "presumed"] for k in KINDS}


def test_what_is_partly_right_earns_a_part() -> None:
    case = next(c for c in map(incident.make, range(20)) if c.kind == "agent" and c.endings[0].finding == "low")
    right, lines = rights(case), lists.lines(case, "recipient")

    def share(**changed: str) -> float:
        return incident.judge(case, [f"{k}:{v}" for k, v in (right | changed).items()]).share

    assert share(since="ended") == share(by="two-months") == pytest.approx(0.85)
    assert share(since="ended", by="ended") == pytest.approx(0.775)
    assert share(since="ended", by="happened") == share(since="no-day", by="no-day") == pytest.approx(0.7)
    assert incident.judge(case, [*incident.full(case), "by:ended"]).share == pytest.approx(0.85)
    assert share(recipient=next(i for i, x in lines.items() if x.worth == 0.5)) == pytest.approx(0.975)
    assert share(recipient=next(i for i, x in lines.items() if not x.worth)) == pytest.approx(0.95)
    assert share(second="key") == pytest.approx(0.8625)
    assert share(second="no-proof") == pytest.approx(0.725)


def test_each_wrong_line_of_a_factor_is_answered_in_its_own_words() -> None:
    case = incident.make(1)
    told = {ident: incident.judge(case, [f"recipient:{ident}"]).details[1] for ident in lists.lines(case, "recipient")}
    by_kind = {(x.belongs_to, x.worth): told[ident].text for ident, x in lists.lines(case, "recipient").items()}
    assert by_kind["recipient", 0.5].endswith("took it the other way.")
    assert by_kind["mitigation", 0.0].endswith("belongs to: 4. What has been done since?")
    assert by_kind["", 0.0].endswith("none of the four.")
    assert [d.ok for d in told.values()].count(True) == 1


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
