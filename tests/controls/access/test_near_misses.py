"""Pairs of requests that differ in one fact: what was written down before the policies is what they decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from simlab.controls import access
from simlab.controls.access.place import statements

FILE = YAML(typ="safe").load((Path(__file__).parent / "near_misses.yml").read_text(encoding="utf-8"))
PAIRS: list[dict[str, Any]] = FILE["pairs"]


def requests(pair: dict[str, Any]) -> list[access.Request]:
    before = {**FILE["usual"], **pair["facts"]}
    return [access.Request.of(before), access.Request.of({**before, **pair["change"]})]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: p["id"])
def test_one_fact_flips_the_decision_and_the_section_is_cited(pair: dict[str, Any]) -> None:
    assert len(pair["change"]) == 1 and set(pair["expected"]) == {"allow", "deny"}
    decisions = access.Gate().decide_all(requests(pair))
    assert [("deny", "allow")[d.is_allowed] for d in decisions] == pair["expected"], [d.reason for d in decisions]
    cited = [c for d in decisions for n in d.notes for c in (n.cite, *n.also)]
    assert pair["cite"] in cited, f"{pair['cite']} is not among {cited}"


def test_the_twin_decides_every_pair_alike() -> None:
    both = [r for pair in PAIRS for r in requests(pair)]
    table = pd.DataFrame([r.facts() for r in both])
    assert access.allowed(table).tolist() == [d.is_allowed for d in access.Gate().decide_all(both)]


def test_no_policy_is_idle() -> None:
    """Without any one of them, some pair is decided otherwise or for another reason."""
    table = pd.DataFrame([r.facts() for pair in PAIRS for r in requests(pair)])
    usual = access.decide_many(table)["policy"].tolist()
    text = access.shipped_text()
    cut = statements(text)
    for i, policy in enumerate(access.shipped()):
        less = text[: cut[i].start] + text[cut[i].start + len(cut[i].text) :]
        assert access.decide_many(table, access.parse(less))["policy"].tolist() != usual, policy.id
