"""The watch: a rule earns what it catches times what it does not waste, and a wrong text costs nobody a traceback."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from simlab import clock
from simlab.activity.roster import ZONE
from simlab.errors import ContentError
from simlab.exercise.kinds import drive
from simlab.exercise.probe import respond
from simlab.exercise.protocol import CheckSpec, Context, Expect, Expr, Lit, Verdict
from simlab.exercise.worlds import watch
from simlab.exercise.worlds._watch_rule import written
from simlab.exercise.worlds._watch_weeks import START, WEEKS, build

GOOD = written(120, "10h", without_jobs=True)
SEEDS = range(100, 104)


def judged(rule: Any, seed: int = 100, **expected: Any) -> Verdict:
    spec = CheckSpec("simulate", (Lit("watch"), Expr("rule")), expect=Expect((), expected))
    return drive(watch.play(spec, Context(seed)), lambda ask: respond(ask, {"rule": lambda: rule}))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rule_that_looks_long_enough_earns_everything(seed: int) -> None:
    verdict = judged(GOOD, seed)
    assert verdict.share == 1.0 and all(d.ok for d in verdict.details), verdict
    assert "Caught: 3 of 3" in verdict.message and "Wasted: 0" in verdict.message


@pytest.mark.parametrize(
    ("rule", "share", "said"),
    [
        (written(1, "1h"), 0.0, "Caught: 3 of 3"),
        (written(400, "1h"), 0.0, "Caught: 0 of 3"),
        (written(10, "1h", is_night=True, without_jobs=True), 1 / 3, "Caught: 1 of 3"),
        (written(40, "1h", without_jobs=True), 2 / 3, "Caught: 2 of 3"),
        (written(120, "10h"), 1 / 3, "Wasted: 28"),
        (GOOD.replace("group-by: [actor]", "group-by: [session]"), 2 / 3, "Caught: 2 of 3"),
        (GOOD.replace("group-by: [actor]", "group-by: [class_name]").replace("10h", "28d"), 0.0, "Caught: 0 of 3"),
    ],
)
def test_each_way_of_thinking_gets_its_share(rule: str, share: float, said: str) -> None:
    for seed in SEEDS:
        verdict = judged(rule, seed)
        assert verdict.share == pytest.approx(share, abs=1e-6) and said in verdict.message, (seed, verdict)


def test_what_is_missed_and_who_was_bothered_is_said_with_its_reason() -> None:
    told = " ".join(d.text for d in judged(written(40, "1h")).details)
    assert "never fast" in told and "The rule wants 40 within 1h by actor" in told
    assert "28 for nothing: the nightly job" in told
    buried = judged(GOOD.replace("group-by: [actor]", "group-by: [class_name]").replace("10h", "28d"))
    assert sum("less than one event in 4 belonged to it" in d.text for d in buried.details) == 3


def test_a_trainer_may_ask_for_less() -> None:
    assert judged(written(40, "1h", without_jobs=True), caught=2).share == 1.0
    assert judged(written(120, "10h"), wasted=28).share == 1.0
    with pytest.raises(ContentError, match="expects 'cought'"):
        judged(GOOD, cought=2)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (GOOD.replace("class_name:", "klass_name:"), "your rule:11: detection.selection.klass_name: no event field"),
        ("\n" + GOOD.replace("class_name:", "klass_name:"), "your rule:11: "),  # counted from below the quotes
        (GOOD.replace("Datastore Activity", "Datastore"), "no class_name named 'Datastore'"),
        (GOOD.replace("field: member", "field: members"), "did you mean 'member'?"),
        (GOOD.replace("gte: 120", "lt: 120"), "a burst has at least so many"),
        (GOOD.replace("  selection:", "\tselection:"), "not valid YAML"),
        ("alert when somebody reads too much", "must be a mapping"),
        ("", "is empty"),
        ("title: &a [1]\nid: *a\n", "repeats parts of YAML"),
        ("x: " + "y" * 7_000, "at most 6,000"),
        (
            GOOD.replace("condition: selection and", "condition: " + "(" * 40 + "selection" + ")" * 40 + " and"),
            "too many",
        ),
        (GOOD.replace("condition: selection", "condition: " + "not " * 400 + "selection"), "cannot be read"),
        (7, "gave back 7. Let it return"),
        (None, "gave back None. Let it return"),
        (b"title: x", "gave back b'title: x'"),
    ],
)
def test_a_text_that_is_no_rule_is_answered_in_words(rule: Any, said: str) -> None:
    verdict = judged(rule)
    assert verdict.share == 0.0 and said in verdict.message and "Traceback" not in verdict.message


def test_a_rule_that_is_not_there_yet_says_so() -> None:
    spec = CheckSpec("simulate", (Lit("watch"), Expr("rule")), expect=Expect())
    verdict = drive(watch.play(spec, Context(1)), lambda ask: respond(ask, {}))
    assert verdict.share == 0.0 and "is not there yet" in verdict.message


@pytest.mark.parametrize("seed", SEEDS)
def test_each_incident_has_a_week_of_its_own_and_one_week_is_quiet(seed: int) -> None:
    weeks = build(seed)
    days = [clock.local_date(clock.instant(i.begin), ZONE) for i in weeks.incidents]
    assert len({(day - START).days // 7 for day in days}) == 3 and max(days) < START + dt.timedelta(days=7 * WEEKS)
    assert len({i.actor for i in weeks.incidents} | set(weeks.oddities)) == 6
    assert not {"incident", "step"} & set(weeks.log.columns)
    assert weeks.log["time"].is_monotonic_increasing


def test_who_has_left_does_no_other_work_and_who_covers_does_more() -> None:
    weeks = build(100)
    slow = next(i for i in weeks.incidents if i.id == "slow")
    left = weeks.log[weeks.log["actor"] == slow.actor]
    assert set(left.index) == slow.rows
    reads = weeks.log[weeks.log["activity_name"] == "Read"]
    covers = next(who for who, why in weeks.oddities.items() if "covered" in why)
    of_day = reads[reads["actor"] == covers].groupby(reads["time"] // clock.DAY).size()
    assert of_day.nlargest(2).min() > 1.4 * of_day.median()


def test_another_seed_is_another_four_weeks() -> None:
    first, second = build(100), build(101)
    assert {i.begin for i in first.incidents}.isdisjoint(i.begin for i in second.incidents)
    assert len(watch.practice_log()) != len(first.log)


def test_the_promise_says_both_sides() -> None:
    assert "how many of the three" in watch.promise and "find nothing" in watch.promise
    assert "never alerting both score nothing" in watch.promise
