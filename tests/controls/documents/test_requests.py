"""Clocks and letters of members' rights, and the duties around documents: each pair flips on one fact."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simlab import organization as organizations
from simlab.controls.consent.rights import Extension
from simlab.controls.documents import handling, letters
from simlab.controls.documents.checking import check_letter
from simlab.controls.documents.paper import Paper, page, text
from simlab.controls.documents.requests import Request, due
from simlab.errors import InputError, UnknownName
from simlab.reading import grade

PAIRS = Path(__file__).parents[1] / "pairs"
LARKSPUR = organizations.load(organizations.sample())
DAY, ON = dt.date(2026, 3, 2), dt.date(2026, 3, 20)
NOON = dt.datetime(2026, 3, 20, 17, tzinfo=dt.UTC)
Facts = dict[str, Any]


def _clock(facts: Facts) -> Facts:
    sent = tuple(Extension(*one) for one in facts["extensions"])
    found = due(Request("R1", "M1", facts["right"], facts["received"], sent, facts.get("answered")), facts["at"])
    return {
        "due": found.day, "state": found.state, "cite": found.cite, "refused": len(found.refused),
        "promise": found.is_promise,
    }  # fmt: skip


def _administrative(facts: Facts) -> Facts:
    asked = {k: v for k, v in facts.items() if k != "ask"}
    if facts["ask"] == "retaliation":
        found = handling.retaliation(asked.pop("act"), **asked)
    elif facts["ask"] == "notice_change":
        day, _, cite = handling.notice_change(**asked)
        return {"day": day, "cite": cite}
    else:
        found = getattr(handling, facts["ask"])(**asked)
    return {"holds": found.holds, "cite": found.cite}


ANSWERS = {"clocks": _clock, "administrative": _administrative}
READ = {name: YAML(typ="safe", pure=True).load((PAIRS / f"{name}.yml").read_text("utf-8")) for name in ANSWERS}


@pytest.mark.parametrize(
    ("file", "pair"), [pytest.param(f, p, id=f"{f}-{p['id']}") for f in READ for p in READ[f]["pairs"]]
)
def test_one_fact_flips_the_answer(file: str, pair: Facts) -> None:
    before = READ[file]["base"] | pair.get("base", {})
    after = before | pair["change"]
    assert len(pair["change"]) == 1 and pair["expect"] != pair["then"]
    for facts, expected in ((before, pair["expect"]), (after, pair["then"])):
        given = ANSWERS[file](facts)
        assert {key: given[key] for key in expected} == expected, given


def test_what_does_not_count_is_told_with_its_reason_and_source() -> None:
    sent = (Extension(ON, "the vendor", dt.date(2026, 4, 10)), Extension(ON, "the vendor again", dt.date(2026, 5, 1)))
    found = due(Request("R1", "M1", "access", DAY, sent), NOON)
    assert found.refused == (("there is one extension only, and it was used", "45 CFR 164.524(b)(2)(ii)"),)
    assert found.left == 21 and not found.is_late


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: Request("R1", "M1", "access", dt.datetime(2026, 3, 2)), "no time zone \\(midnight of which place"),
        (lambda: Request("R1", "M1", "access", dt.datetime(2026, 3, 2, 9, 30)), "no time zone: write a day"),
        (lambda: Request("R1", "M1", "access", "2026-03-02"), "is no day"),
        (lambda: Request("R1", "M1", "access", DAY, (Extension(dt.datetime(2026, 3, 9, tzinfo=dt.UTC), "x"),)), "a day, not a time"),
        (lambda: Request("R1", "M1", "erasure", DAY), "no right named 'erasure'"),
        (lambda: Request("R1", "M1", "access", DAY, zone="Mars/Base"), ""),
        (lambda: due(Request("R1", "M1", "access", DAY), dt.datetime(2026, 3, 20)), "has no time zone"),
        (lambda: due(Request("R1", "M1", "access", dt.date(2026, 3, 21)), NOON), "which is after 2026-03-20"),
        (lambda: due(Request("R1", "M1", "access", DAY, zone="Mars/Base"), NOON), "no time zone named"),
        (lambda: handling.kept_until(ON, DAY), "before it was made"),
        (lambda: handling.notice_change(effective=DAY, is_posted=True, revised=ON), "45 CFR 164.520\\(b\\)\\(3\\)"),
        (lambda: handling.notice_owed(event="birthday"), "no event named"),
        (lambda: handling.notice_owed(event="reminder"), "give both"),
        (lambda: handling.retaliation("frown at", because="access"), "no act against somebody"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_reason(wrong: Callable[[], object], said: str) -> None:
    if not said:
        wrong()
        return
    with pytest.raises(InputError, match=said):
        wrong()


def _request(right: str) -> Request:
    return Request("R1", "M0000001", right, DAY)


LETTERS: dict[str, Callable[[], Paper]] = {
    "extension": lambda: letters.extension(_request("access"), LARKSPUR, on=ON, reason="the records lie with a vendor", until=dt.date(2026, 4, 20)),
    "access-denial": lambda: letters.denial(_request("access"), LARKSPUR, on=ON, reason="they are notes that a therapist keeps apart"),
    "access-denial-reviewable": lambda: letters.denial(_request("access"), LARKSPUR, on=ON, reason="a licensed nurse found that it could put somebody in danger", is_reviewable=True),
    "amendment-denial": lambda: letters.denial(_request("amendment"), LARKSPUR, on=ON, reason="the record is right and complete"),
    "restriction-denial": lambda: letters.denial(_request("restriction"), LARKSPUR, on=ON, reason="we could not pay your claims then"),
    **{f"{r}-answer": (lambda r=r: letters.answer(_request(r), LARKSPUR, on=ON)) for r in ("access", "amendment", "accounting", "restriction", "confidential")},
}  # fmt: skip


@pytest.mark.parametrize("name", LETTERS)
def test_each_letter_has_its_parts_and_reads_easily(name: str) -> None:
    made = LETTERS[name]()
    assert grade(made.prose()) <= 8.0 and "2 March 2026" in text(made) and "<h1>" in page(made)
    if not name.endswith("-answer"):
        checked = check_letter(name, made)
        assert checked.is_complete and not checked.faults, checked.in_words()


CUTS = {
    "extension": {"why": "reason", "when": "day"},
    "access-denial": {"why": "basis", "complain": "secretary"},
    "access-denial-reviewable": {"why": "basis", "review": "review", "complain": "complain"},
    "amendment-denial": {"why": "basis", "answer": "disagree", "complain": "secretary"},
}


@pytest.mark.parametrize(("name", "section", "lacks"), [(n, s, f) for n, cuts in CUTS.items() for s, f in cuts.items()])
def test_a_letter_without_a_part_lacks_it(name: str, section: str, lacks: str) -> None:
    made = LETTERS[name]()
    cut = dataclasses.replace(made, foot=(), sections=tuple(s for s in made.sections if s.id != section))
    assert check_letter(name, cut)[lacks].status == "missing"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: letters.extension(_request("restriction"), LARKSPUR, on=ON, reason="much to do", until=ON), "names no days"),
        (lambda: letters.extension(_request("access"), LARKSPUR, on=dt.date(2026, 4, 2), reason="much to do", until=dt.date(2026, 5, 1)), "is written by 2026-04-01"),
        (lambda: letters.extension(_request("access"), LARKSPUR, on=ON, reason=" ", until=dt.date(2026, 5, 1)), "gives its reason"),
        (lambda: letters.extension(_request("access"), LARKSPUR, on=ON, reason="much to do", until=dt.date(2026, 5, 2)), "30 days at most"),
        (lambda: letters.denial(_request("access"), LARKSPUR, on=ON, reason=""), "give the reason"),
        (lambda: letters.denial(_request("access"), LARKSPUR, on=ON, reason="x" * 601), "at most 600"),
        (lambda: letters.denial(_request("access"), LARKSPUR, on=dt.date(2026, 3, 1), reason="no"), "older than the request"),
        (lambda: letters.denial(_request("amendment"), LARKSPUR, on=ON, reason="no", is_reviewable=True), "164.524\\(a\\)\\(4\\)"),
        (lambda: letters.denial(_request("accounting"), LARKSPUR, on=ON, reason="no"), "no letter named 'accounting-denial'"),
    ],
)  # fmt: skip
def test_a_letter_that_would_be_wrong_is_refused(wrong: Callable[[], object], said: str) -> None:
    with pytest.raises((InputError, UnknownName), match=said):
        wrong()


def test_what_somebody_typed_as_a_reason_stays_text() -> None:
    made = letters.denial(_request("access"), LARKSPUR, on=ON, reason="<b>{member}</b> it is kept apart")
    assert "&lt;b&gt;{member}&lt;/b&gt;" in page(made)
