"""Facts that contradict each other are refused, and the message names the key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simlab.errors import ContentError, InputError
from simlab.response import Facts, load_facts

NOT_LOW = {n: {"text": "x", "points_to": "not low"} for n in ("nature", "recipient", "acquired", "mitigation")}


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"occurred": "2026-03-11", "discovered": "2026-03-10"}, "discovered"),
        ({"occurred": "2026-03-11", "should_have_known": "2026-03-10"}, "should_have_known"),
        ({"occurred": "2026-03-11", "ba_discovered": "2026-03-10"}, "ba_discovered"),
        ({"ba_discovered": "2026-03-11", "ba_notified": "2026-03-10"}, "ba_notified"),
        ({"occurred": "2026-03-11", "determined": "2026-03-01T00:00:00Z"}, "determined"),
        ({"determined": "2026-03-01T00:00:00"}, "determined"),
        ({"counts": {"OH": -1}}, "counts.OH"),
        ({"counts": {"Ohio": 1}}, "counts"),
        ({"counts": {"oh": 1}}, "counts"),
        ({"counts": {"OH": 1.5}}, "counts.OH"),
        ({"counts": {"OH": 3}, "deceased": 4}, "deceased"),
        ({"counts": {"OH": 3}, "bad_addresses": 4}, "bad_addresses"),
        ({"minors": -1}, "minors"),
        ({"conditions": {"good_faith": True}}, "conditions"),
        ({"exception": "not retained", "conditions": {"inadvertent": True}}, "conditions"),
        ({"exception": "oops"}, "exception"),
        ({"snooping": True, "permitted_use": True}, "permitted_use"),
        ({"low_probability": True, "assessment_done": False}, "low_probability"),
        ({"low_probability": True, "factors": NOT_LOW}, "low_probability"),
        ({"law_enforcement": [{"kind": "oral", "statement": "2026-03-10", "until": "2026-03-09"}]}, "law_enforcement"),
        ({"discovered": "yesterday"}, "discovered"),
        ({"is_phi": "yes"}, "is_phi"),
        ({"discoverd": "2026-03-10"}, "discoverd"),
        ({"discovered": object()}, "plain value"),
    ],
)
def test_contradictions_name_the_key(facts: dict[str, Any], key: str) -> None:
    with pytest.raises(InputError, match=key):
        Facts.of(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"occurred": "2026-03-10", "discovered": "2026-03-10"},
        {"ba_discovered": "2026-03-10", "ba_notified": "2026-03-10"},
        {"counts": {"OH": 3}, "deceased": 3, "minors": 0, "bad_addresses": 3},
        {"counts": {"OH": np.int64(3)}},
    ],
)
def test_near_misses_are_accepted(facts: dict[str, Any]) -> None:
    Facts.of(**facts)


def test_the_constructor_checks_too() -> None:
    with pytest.raises(InputError, match=r"counts\.OH"):
        Facts(counts={"OH": -1})


def test_changes_are_checked() -> None:
    facts = Facts.of(occurred="2026-03-10", counts={"OH": 3})
    assert facts.with_(counts={"OH": 4}).total == 4
    with pytest.raises(InputError, match="discovered"):
        facts.with_(discovered="2026-03-09")


def test_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "facts.yml"
    path.write_text("is_phi: true\ndiscovered: 2026-03-10\ncounts: {NO: 1}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"facts\.yml: .*counts.*NO"):
        load_facts(path)
    path.write_text("is_phi: true\ndiscoverd: 2026-03-10\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"facts\.yml:2: discoverd: unknown key: did you mean 'discovered'"):
        load_facts(path)
    path.write_text("is_phi: true\ndiscovered: 2026-03-10\ncounts: {OH: 1, OR: 2}\n", encoding="utf-8")
    assert load_facts(path).total == 3
