"""The rule at the counter that one sets in lesson 07: who is told and who goes without is counted each time."""

from __future__ import annotations

import pytest

from simlab.exercise.protocol import PRACTICE_SEED
from simlab.exercise.worlds._month_requests import build
from simlab.notebook.telling import NOBODY, RULES, telling

RIGHT = {ident: list(choices)[-1] for ident, (_, _, choices) in RULES.items()}
HABIT = {ident: list(choices)[1] for ident, (_, _, choices) in RULES.items()}


def numbers(**changed: str) -> dict[str, int]:
    form = telling()
    form.chosen = RIGHT | changed
    return dict(form.rows)


def test_the_rule_that_asks_what_opens_it_does_both_jobs() -> None:
    form = telling()
    form.chosen = RIGHT
    assert "0 told what is not theirs, 0 went without. Nobody was told" in form.text()
    assert dict(form.rows)["as it should be"] == len(build(PRACTICE_SEED).dues)


@pytest.mark.parametrize("ident", list(RULES))
def test_to_tell_nobody_leaves_people_without(ident: str) -> None:
    found = numbers(**{ident: NOBODY})
    assert found["told what is not theirs"] == 0 and found["went without what they need"] > 0


@pytest.mark.parametrize("ident", ["family", "power", "forms"])
def test_a_habit_tells_what_is_not_theirs(ident: str) -> None:
    assert numbers(**{ident: HABIT[ident]})["told what is not theirs"] > 0


def test_a_consent_that_no_law_asks_for_leaves_clinics_without_an_answer() -> None:
    found = numbers(clinics=HABIT["clinics"])
    assert found["told what is not theirs"] == 0 and found["went without what they need"] > 0


def test_it_opens_with_telling_nobody() -> None:
    assert telling().text().count(NOBODY) == 4 and "0 told what is not theirs, " in telling().text()
