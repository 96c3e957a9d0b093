"""Five alerts: as hard for everybody, no person twice, and each choice has what followed from it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from simlab.content import names, resource
from simlab.content.loader import load_named
from simlab.errors import ContentError
from simlab.exercise.tasks import alerts
from simlab.exercise.tasks._alert_cases import Alert
from simlab.exercise.tasks._alert_facts import office

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_morning_is_as_hard_as_the_next(seed: int) -> None:
    cases = alerts.make(seed).cases
    assert Counter(c.right for c in cases) == {"escalate": 2, "dismiss": 2, "ask": 1}
    assert {"stolen", "snooping"} <= {c.kind for c in cases}
    who = [re.sub(r"^Alert \d\. ", "", c.title).split(",")[0] for c in cases]
    assert len(set(who)) == 5, who
    for case in cases:
        assert [name for name, _ in case.pieces] == ["Why it alerted", "The account", "Queue", "Roster"]
        assert set(case.follows) == {"dismiss", "ask", "escalate"} == set(alerts.WORTH[case.right])
        assert len(set(case.follows.values())) == 3


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        (
            "{read} members' records at",
            "{reed} members' records at",
            r"alerts/stolen.yml:9: why: no fact is called 'reed'",
        ),
        ("{back:,} more", "{bakc:,} more", "stolen.yml:19: follows.dismiss: no fact is called 'bakc'"),
        ("opened {read} ", "opened {} ", "stolen.yml:9: why: "),
        ("facts: stolen-login", "facts: stolen", "facts: is none of stolen-login, snoop"),
        ("  ask: ", "  aks: ", "follows"),
        ("id: stolen", "id: stollen", "the name is the id"),
    ],
)
def test_a_slip_in_an_alert_is_told_with_its_place(was: str, becomes: str, says: str, tmp_path: Path) -> None:
    text = resource("alerts", "stolen.yml").read_text(encoding="utf-8")
    (tmp_path / "stolen.yml").write_text(text.replace(was, becomes), encoding="utf-8")
    room = office()
    with pytest.raises(ContentError, match=says):
        load_named(tmp_path / "stolen.yml", Alert).case(room, room.cast(1), 1)


def test_the_surface_is_no_guide() -> None:
    """Of alerts at night, and of those about one of the staff, some are true and some are not."""
    cases = [c for seed in SEEDS for c in alerts.make(seed).cases]
    for sort in (lambda c: c.is_night, lambda c: c.person, lambda c: not c.is_night):
        assert len({c.right for c in cases if sort(c)}) >= 2
    assert len({c.id for c in cases if c.kind == "stolen"}) == 5  # anywhere among the five
    assert {c.kind for c in cases} == set(names("alerts"))


def test_both_sides_are_multiplied() -> None:
    morning = alerts.make(7)
    right = dict(a.split(":") for a in alerts.full(morning))
    true, closed, open_ = (
        [c.id for c in morning.cases if c.right == kind] for kind in ("escalate", "dismiss", "ask")
    )  # fmt: skip

    def share(**changed: str) -> float:
        return alerts.judge(morning, [f"{k}:{v}" for k, v in (right | changed).items()]).share

    assert share() == 1.0
    assert share(**{true[0]: "dismiss"}) == 0.5 and share(**{true[0]: "ask"}) == 0.75
    assert share(**{closed[0]: "escalate"}) == pytest.approx(2 / 3, abs=1e-3)
    assert share(**{closed[0]: "ask"}) == pytest.approx(5 / 6, abs=1e-3)
    assert share(**{open_[0]: "dismiss"}) == share(**{open_[0]: "escalate"}) == 0.75
    assert share(**dict.fromkeys(true, "dismiss")) == 0.0


def test_what_followed_is_counted_in_the_company() -> None:
    morning = alerts.make(7)
    closed = alerts.judge(morning, alerts.MISTAKES["close-everything"](morning))
    more = sum(c.more["dismiss"] for c in morning.cases if c.right == "escalate")
    assert f"Records read because an alert was closed or waited: {more:,}." in closed.message and more > 500
    accused = alerts.judge(morning, alerts.MISTAKES["escalate-everything"](morning))
    people = sum(c.person for c in morning.cases if c.right != "escalate")
    waits = sum(c.waits for c in morning.cases if c.right != "escalate")
    assert f"accused without cause: {people}. Members who waited for it: {waits:,}." in accused.message and waits
    stolen = next(c for c in morning.cases if c.kind == "stolen")
    reached = office().among(7, 0, stolen.more["dismiss"])
    assert reached["member_id"].is_unique and "States" in stolen.follows["dismiss"]


def test_a_choice_made_twice_for_one_alert_counts_for_neither() -> None:
    morning = alerts.make(7)
    first = morning.cases[0]
    other = next(c for c in ("dismiss", "ask") if c != first.right)
    assert alerts.judge(morning, [*alerts.full(morning), f"{first.id}:{other}"]).share < 1.0
    assert alerts.judge(morning, [f"{c.id}:perhaps" for c in morning.cases]).share == 0.0
