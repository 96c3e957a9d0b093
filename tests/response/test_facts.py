"""Facts that contradict each other are refused, and the message names the key."""

from __future__ import annotations

import datetime as dt
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
        ({"discovered": "2026-03-10T23:59:00"}, "discovered: .* no time zone"),
        ({"discovered": "2026-03-10T25:00:00Z"}, "discovered"),
        ({"discovered": 20260310}, "discovered"),
        ({"discovered": "2062-03-10", "occurred": "2260-03-10"}, "occurred: .*look at the year"),
        ({"zone": "America/Springfield"}, "America/Springfield"),
        ({"counts": {"OH": 12}, "members": 11}, "counts: 12 people are affected, but there are 11 members"),
        ({"counts": {"OH": 3}, "counted": [{"on": "2026-03-12", "counts": {"OH": 4}}]}, "counts"),
        ({"counted": [{"on": "2026-03-12", "counts": {"ZZ": 4}}]}, r"counted\[0\]\.counts"),
        ({"counted": [{"on": d, "counts": {"OH": 4}} for d in ("2026-03-12", "2026-03-12")]}, "counted"),
        ({"counted": [{"on": d, "counts": {"OH": 4}} for d in ("2026-03-12", "2026-03-11")]}, "counted"),
        ({"licensed": ["Ohio"]}, "licensed"),
        ({"domicile": "XX"}, "domicile"),
        ({"licensed": ["OH"], "domicile": "NY"}, "licensed: OH, but domicile is NY"),
        ({"licensed": ["OH", "Texas"]}, r"licensed\[1\]: 'Texas' is no State code: write TX"),
        ({"counts": {"District of Columbia": 3}}, "write DC"),
        ({"members": -1}, "members: -1 people"),
        ({"counts": {"OH": 10**12}}, "counts.OH: .*look at the number"),
        (
            {"occurred": "2026-03-10", "counted": [{"on": "2026-03-09", "counts": {"OH": 4}}]},
            r"counted\[0\].on: .*before",
        ),
        (
            {"occurred": "2026-03-10", "law_enforcement": [{"kind": "oral", "statement": "2026-03-09"}]},
            r"law_enforcement\[0\].statement: 2026-03-09 is before occurred",
        ),
        (
            {"law_enforcement": [{"kind": "written", "statement": "2026-03-09", "until": "9999-12-31"}]},
            "look at the year",
        ),
        # 23:30 on the 9th at the plan is the 10th in UTC.
        ({"occurred": "2026-03-10", "determined": "2026-03-10T04:30:00Z"}, "determined: .* before occurred"),
        ({"discovered": "2026-03-10", "individuals_notified": "2026-03-09"}, "individuals_notified: .*before anybody"),
        ({"discovered": "2026-03-10", "hhs_notified": "2026-03-01"}, "hhs_notified: .*before anybody"),
        ({"discovered": "2026-03-10", "individuals_notified": "2026-03-01"}, "individuals_notified"),
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
        {"counts": {"OH": 12}, "members": 12},
        {"licensed": ["OH", "NY"], "domicile": "NY"},
        {"discovered": "2026-03-10", "hhs_notified": "2026-03-10"},
        {"occurred": "2026-03-10", "determined": "2026-03-10T05:30:00Z"},  # half past midnight at the plan
        {"occurred": "2026-03-10", "law_enforcement": [{"kind": "oral", "statement": "2026-03-10"}]},
    ],
)
def test_near_misses_are_accepted(facts: dict[str, Any]) -> None:
    Facts.of(**facts)


@pytest.mark.parametrize(
    ("when", "zone", "day"),
    [
        ("2026-03-10T23:59:59-05:00", "America/Chicago", "2026-03-10"),
        ("2026-03-11T04:59:59Z", "America/Chicago", "2026-03-10"),
        ("2026-03-11T05:00:00Z", "America/Chicago", "2026-03-11"),
        ("2026-03-11T04:59:59Z", "America/New_York", "2026-03-11"),
        ("2028-03-01T05:59:59Z", "America/Chicago", "2028-02-29"),
    ],
)
def test_an_instant_is_the_day_that_it_is_at_the_plan(when: str, zone: str, day: str) -> None:
    facts = Facts.of(zone=zone, discovered=when)
    assert facts.discovered is not None and facts.discovered.isoformat() == day
    assert Facts(zone=zone, discovered=dt.datetime.fromisoformat(when)) == facts


def test_the_last_count_is_the_count() -> None:
    counted = [{"on": "2026-03-12", "counts": {"OH": 499}}, {"on": "2026-04-12", "counts": {"OH": 500}}]
    facts = Facts.of(counted=counted)
    assert facts.counts == {"OH": 500}
    assert facts.with_(counts={"OH": 7}).total == 7 and facts.with_(minors=3).total == 500


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
