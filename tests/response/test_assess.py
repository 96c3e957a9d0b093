"""The ordered tests: each ends the matter, leaves it open, or passes on; and the worked cases."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from simlab.content.loader import CONTENT
from simlab.errors import InputError
from simlab.response import CONDITIONS, HEADER, SCORE_LABEL, Facts, answer, assess, explain
from simlab.response.cases import case

BREACH: dict[str, Any] = {"is_phi": True, "permitted_use": False, "secured": False}
FOUR = ("nature", "recipient", "acquired", "mitigation")
LOW = {name: {"text": f"what was found on {name}", "points_to": "low"} for name in FOUR}


@pytest.mark.parametrize("path", sorted((CONTENT / "cases").glob("*.yml")), ids=lambda p: p.stem)
def test_worked_case(path: Path) -> None:
    one = case(path.stem)
    assert one.id == path.stem and one.basis
    found = assess(one.facts)
    assert found.is_breach is one.expect.is_breach
    assert found.decided_by is not None and found.decided_by.number == one.expect.decided_by
    owed = [d.id for d in answer(one.facts).duties if d.regime == "hipaa"]
    assert sorted(owed) == sorted(f"hipaa.{id_}" for id_ in one.expect.notices)
    said = explain(found)
    assert said.startswith(HEADER)
    assert all(step.cite in said and step.reason for step in found.steps)


def test_a_plain_breach_is_presumed_and_says_what_could_rebut_it() -> None:
    found = assess(BREACH)
    assert found.is_breach is True and found.presumed
    assert found.missing == ("assessment_done",)
    assert [s.answer for s in found.steps] == ["yes", "no", "no", "no", "unknown"]


@pytest.mark.parametrize(
    ("unknown", "missing"),
    [
        ({"is_phi": None}, ("is_phi",)),
        ({"permitted_use": None}, ("permitted_use",)),
        ({"secured": None}, ("secured", "key_compromised", "in_use")),
        ({"secured": True}, ("key_compromised", "in_use")),
        ({"secured": True, "key_compromised": False}, ("in_use",)),
        ({"secured": None, "key_compromised": False, "in_use": False}, ("secured",)),
        ({"exception": "not retained", "conditions": {"good_faith": True}}, ("conditions.could_not_retain",)),
    ],
)
def test_a_missing_fact_leaves_it_open_and_is_named(unknown: dict[str, Any], missing: tuple[str, ...]) -> None:
    found = assess({**BREACH, **unknown})
    assert found.is_breach is None and found.decided_by is None
    assert found.missing == missing
    assert all(key in explain(found) for key in missing)


@pytest.mark.parametrize(
    "known",
    [{"secured": True, "key_compromised": True}, {"secured": True, "in_use": True}, {"secured": None, "in_use": True}],
)
def test_what_is_unknown_does_not_matter_once_it_cannot_help(known: dict[str, Any]) -> None:
    assert assess({**BREACH, **known}).is_breach is True


def test_a_later_test_can_decide_what_an_earlier_one_left_open() -> None:
    held = {"good_faith": True, "could_not_retain": True}
    found = assess({**BREACH, "is_phi": None, "exception": "not retained", "conditions": held})
    assert found.is_breach is False and found.missing == ()


@pytest.mark.parametrize("name", CONDITIONS)
def test_an_exception_needs_every_condition(name: str) -> None:
    keys = list(CONDITIONS[name])
    for values in product([True, False], repeat=len(keys)):
        found = assess({**BREACH, "exception": name, "conditions": dict(zip(keys, values, strict=True))})
        assert found.is_breach is not all(values)
    for key in keys:
        # One unknown leaves it open, but one that fails already decides.
        rest = {k: True for k in keys if k != key}
        assert assess({**BREACH, "exception": name, "conditions": rest}).is_breach is None
        rest[next(iter(rest))] = False
        assert assess({**BREACH, "exception": name, "conditions": rest}).is_breach is True


def test_snooping_is_never_the_first_exception() -> None:
    held = dict.fromkeys(CONDITIONS["unintentional workforce"], True)
    facts = {**BREACH, "exception": "unintentional workforce", "conditions": held}
    assert assess(facts).is_breach is False
    found = assess({**facts, "snooping": True})
    assert found.is_breach is True
    assert "scope of that person's authority" in found.steps[3].reason


def test_low_probability_needs_all_four_factors_in_writing() -> None:
    claim = {**BREACH, "assessment_done": True, "low_probability": True}
    assert assess({**claim, "factors": LOW}).is_breach is False
    for name in FOUR:
        for thin in ({"text": " ", "points_to": "low"}, {"text": "found", "points_to": None}):
            found = assess({**claim, "factors": {**LOW, name: thin}})
            assert found.is_breach is True
            assert found.missing == (f"factors.{name}",)
    assert assess(claim).is_breach is True


def test_an_assessment_that_does_not_show_it_leaves_the_breach() -> None:
    found = assess({**BREACH, "assessment_done": True, "low_probability": False, "factors": LOW})
    assert found.is_breach is True and not found.presumed


def test_the_score_is_labelled_and_decides_nothing() -> None:
    found = assess({**BREACH, "factors": LOW})
    assert found.teaching_score == 4 and found.is_breach is True
    assert SCORE_LABEL in explain(found) and "teaching device" in SCORE_LABEL
    assert assess(BREACH).teaching_score is None and SCORE_LABEL not in explain(assess(BREACH))


@pytest.mark.parametrize("facts", [None, 3, "facts.yml", [("is_phi", True)]])
def test_what_are_no_facts_is_told(facts: Any) -> None:
    with pytest.raises(InputError, match=r"facts: .*give Facts, or a mapping of its keys to values"):
        assess(facts)


def test_facts_as_model_or_mapping_give_the_same() -> None:
    assert assess(BREACH) == assess(Facts.of(**BREACH))
