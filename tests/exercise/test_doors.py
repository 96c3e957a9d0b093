"""The doors: what is shut times what goes on, and each way of thinking gets its share whatever is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simlab.errors import ContentError
from simlab.exercise.kinds import drive
from simlab.exercise.probe import respond
from simlab.exercise.protocol import CheckSpec, Context, Expect, Expr, Lit, Verdict
from simlab.exercise.worlds import doors
from simlab.exercise.worlds._doors_case import GOES_ON, build

SEEDS = range(40)
Rows = list[dict[str, str]]
Close = Callable[[Rows, Rows, Rows, str], Any]


def live(contracts: Rows, day: str) -> set[str]:
    return {c["vendor"] for c in contracts if c["start"] <= day <= min(c["end"], c["terminated"] or c["end"])}


def good(contracts: Rows, accounts: Rows, rules: Rows, day: str) -> list[str]:
    on = live(contracts, day)
    shut = [a["id"] for a in accounts if not on & set(a["vendors"].split("|"))]
    return shut + [r["id"] for r in rules if r["action"] == "allow" and r["vendor"] and r["vendor"] not in on]


def by_end_alone(contracts: Rows, accounts: Rows, rules: Rows, day: str) -> list[str]:
    return good([c | {"terminated": ""} for c in contracts], accounts, rules, day)


def people_only(contracts: Rows, accounts: Rows, rules: Rows, day: str) -> list[str]:
    return good(contracts, [x for x in accounts if x["kind"] == "named"], [], day)


def any_row_that_ended(contracts: Rows, accounts: Rows, rules: Rows, day: str) -> list[str]:
    over = {c["vendor"] for c in contracts if min(c["end"], c["terminated"] or c["end"]) < day}
    return [x["id"] for x in accounts if over & set(x["vendors"].split("|"))] + [
        x["id"] for x in rules if x["vendor"] in over
    ]


def last_day_is_over(contracts: Rows, accounts: Rows, rules: Rows, day: str) -> list[str]:
    return good([c for c in contracts if c["end"] != day], accounts, rules, day)


def guards_too(contracts: Rows, accounts: Rows, rules: Rows, day: str) -> list[str]:
    return good(contracts, accounts, [r | {"action": "allow"} for r in rules], day)


def everything(contracts: Rows, accounts: Rows, rules: Rows, day: str) -> list[str]:
    return [x["id"] for x in accounts + rules]


def nothing(contracts: Rows, accounts: Rows, rules: Rows, day: str) -> list[str]:
    return []


def judged(function: Any, seed: int = 1, **expected: Any) -> Verdict:
    spec = CheckSpec("simulate", (Lit("doors"), Expr("to_close")), expect=Expect((), expected))
    return drive(doors.play(spec, Context(seed)), lambda ask: respond(ask, {"to_close": function}))


@pytest.mark.parametrize(
    ("function", "share", "said"),
    [
        (good, 1.0, "stayed shut: 16 of 16. Services that went on: 5 of 5"),
        (by_end_alone, 0.75, "stayed shut: 12 of 16"),
        (people_only, 0.25, "stayed shut: 4 of 16"),
        (any_row_that_ended, 11 / 16 * 3 / 5, "Services that went on: 3 of 5"),
        (last_day_is_over, 0.8, "Services that went on: 4 of 5"),
        (guards_too, 15 / 16, "stayed shut: 15 of 16"),
        (everything, 0.0, "Services that went on: 0 of 5"),
        (nothing, 0.0, "stayed shut: 0 of 16"),
    ],
)
def test_each_way_of_thinking_gets_its_share_whatever_is_drawn(function: Close, share: float, said: str) -> None:
    for seed in SEEDS:
        verdict = judged(function, seed)
        assert verdict.share == pytest.approx(share, abs=1e-6) and said in verdict.message, (seed, verdict)


def test_what_opened_and_who_waited_is_said_with_its_reason() -> None:
    told = " ".join(d.text for d in judged(any_row_that_ended).details)
    for reason in (
        "it never had a contract",
        "a newer one holds",
        "one of them works on",
        "held an old, wide rule back",
    ):
        assert reason in told


def test_a_firm_that_is_gone_has_a_twin_that_is_not() -> None:
    for seed in SEEDS:
        case = build(seed)
        first, twin = case.of("ended"), case.of("look-alike")
        assert first.name.split()[0] == twin.name.split()[0] and not twin.is_gone
        assert len({v.name for v in case.vendors}) == len({v.id for v in case.vendors}) == 9
        ids = [row["id"] for row in (*case.accounts, *case.rules)]
        assert len(set(ids)) == len(ids)
    assert {v.sort for v in build(1).vendors if not v.is_gone} == set(GOES_ON)


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (None, "gave back None"),
        ("alderpoint-lead", "gave back"),
        ([1, 2], "list of ids"),
        (["no-such-account"], "is no id of an account or a rule"),
        (["<script>" * 50], "is no id"),
    ],
)
def test_what_is_no_list_of_ids_is_said(back: Any, said: str) -> None:
    verdict = judged(lambda *given: back)
    assert verdict.share == 0 and said in verdict.message


def test_a_function_that_fails_or_is_missing_is_said() -> None:
    def broken(*given: Any) -> Any:
        raise KeyError("ended")

    assert "raised KeyError" in judged(broken).message
    spec = CheckSpec("simulate", (Lit("doors"), Expr("to_close")), expect=Expect((), {}))
    assert "not there yet" in drive(doors.play(spec, Context(1)), lambda ask: respond(ask, {})).message


def test_an_author_who_expects_something_else_is_told() -> None:
    with pytest.raises(ContentError, match='"doors" scores shut, kept'):
        judged(good, 1, caught=3)
    with pytest.raises(ContentError, match="not 1: check"):
        drive(doors.play(CheckSpec("simulate", (Lit("doors"),)), Context(1)), lambda ask: [])


def test_less_may_be_enough_where_the_author_says_so() -> None:
    assert judged(by_end_alone, 1, shut=12).share == 1.0
