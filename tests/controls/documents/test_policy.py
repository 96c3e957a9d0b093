"""What members are told is what the gateway does: every rule is told, every sentence of sharing has its rule."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simlab import organization as organizations
from simlab.content import loader, names
from simlab.controls.consent import Registry
from simlab.controls.documents import check_notice, paper, policy, render, telling
from simlab.controls.documents.paper import page, text
from simlab.controls.sharing import Gateway, data_classes, request, rules, safeguards, state_rules
from simlab.curriculum import sources
from simlab.errors import ContentError, UnknownName
from simlab.reading import grade
from tests.controls.documents.conftest import forget

PAIRS = YAML(typ="safe", pure=True).load((Path(__file__).parents[1] / "pairs" / "notices.yml").read_text("utf-8"))
BASE: dict[str, str] = PAIRS["base"]
LARKSPUR = organizations.load(organizations.sample())
KINDS = ("sharing", "notice", "form", "opt-out", "answers")
# A sentence that says that something goes out, or is used.
TELLS = re.compile(r"\b[Ww]e (?:may |also |must )*(?:share|tell|give|send|disclose|use|show)\b|\bgets?\b what")
# Such as "we tell you" and "you tell us": about the member, to the member.
TO_YOU = re.compile(
    r"\b(?:tell|give|send|write to) (?:to )?(?:you|us)\b|\bwe use or share\b|\btell (?:it )?nothing\b|^We also tell the U\.S\.",
    re.I,
)


class _Backed(HTMLParser):
    """Each element of a page that holds text: its text and the rules that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, list[str]]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "li"):
            self.said.append(("", (dict(attrs).get("data-rules") or "").split()))
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag not in ("p", "li")

    def handle_data(self, data: str) -> None:
        if self._open and self.said:
            said, ids = self.said[-1]
            self.said[-1] = (said + data, ids)


@functools.cache
def _said(kind: str) -> list[tuple[str, list[str]]]:
    parser = _Backed()
    parser.feed(render(kind))
    return [(re.sub(r"\s+", " ", said).strip(), ids) for said, ids in parser.said]


def test_each_rule_and_each_of_its_ways_is_told() -> None:
    told = {i for _, ids in _said("sharing") for i in ids}
    for rule in rules():
        assert {rule.id, *(f"{rule.id}/{p.id}" for p in rule.paths)} <= told


def test_each_safeguard_is_told_with_what_opens_it() -> None:
    told = {i: said for said, ids in _said("sharing") for i in ids}
    for one in safeguards():
        assert one.id in told
        for need in (n for way in one.unless for n in way):
            assert telling.phrase(need) in told[one.id]


@pytest.mark.parametrize("kind", ["sharing", "notice"])
def test_each_sentence_that_says_that_something_is_shared_has_its_rule(kind: str) -> None:
    known = (
        {r.id for r in rules()} | {f"{r.id}/{p.id}" for r in rules() for p in r.paths} | {s.id for s in safeguards()}
    )
    known |= {s.id for s in state_rules().values()}
    backed = 0
    for said, ids in _said(kind):
        assert set(ids) <= known, said
        if TELLS.search(said) and not TO_YOU.search(said):
            assert ids, f"nothing backs: {said}"
            backed += 1
    assert backed > 10


@pytest.mark.parametrize("kind", ["sharing", "notice"])
def test_each_state_whose_law_the_gateway_asks_is_told(kind: str) -> None:
    told = {i: said for said, ids in _said(kind) for i in ids}
    for one in state_rules().values():
        assert one.id.replace("-", " ").title() in told[one.id]
        assert not one.authorization or f"{one.authorization.months} months" in told[one.id]


def test_a_state_rule_that_changes_changes_what_members_are_told(tree: Path) -> None:
    path = tree / "state_privacy" / "illinois.yml"
    path.write_text(path.read_text("utf-8").replace("months: 12", "months: 11"), encoding="utf-8")
    forget()
    assert "11 months at most" in render("notice", form="text")


def test_each_rule_with_a_way_is_in_the_notice_too() -> None:
    told = {i for _, ids in _said("notice") for i in ids}
    assert {r.id for r in rules() if r.paths} <= told


def test_each_condition_is_told_in_a_members_words() -> None:
    needs = [n for r in rules() for p in r.paths for n in (*p.needs, *p.unless)]
    needs += [n for s in safeguards() for way in s.unless for n in way]
    assert not [n for n in needs if not telling.phrase(n)], "say it in content/phrases/sharing.yml"
    assert all(telling.phrases().channels.get(r.channel) for r in rules() if r.paths)
    assert set(data_classes()) <= set(telling.phrases().data)


CHANGES = {
    "another way": ("provider-payment", "channel: encrypted transfer", "channel: mail", "By mail."),
    "another condition": ("provider-payment", "fact: for_member", "fact: treats_member", "if they treat you"),
    "other facts": ("named-insured-notice", "data: [enrolment, claims]", "data: [enrolment]", "Who is in which plan and since when."),
    "the law demands it": ("provider-payment", "restrictable: true", "is_compelled: true", "An opt-out does not stop it."),
    "it is counted": ("provider-payment", "is_counted: false", "is_counted: true", "Yes."),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_rule_that_changes_changes_what_members_are_told(tree: Path, change: tuple[str, str, str, str]) -> None:
    name, old, new, told = change
    was = paper("sharing")
    path = tree / "sharing" / f"{name}.yml"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")
    forget()
    now = paper("sharing")
    assert told in _entry(now, name) and told not in _entry(was, name)
    assert now.version != was.version


def _entry(of: Any, name: str) -> str:
    found = next(e for s in of.sections for e in s.entries if e.id == f"rule-{name}")
    return " ".join([*(s.text for s in found.said), *(v for _, v in found.facts)])


def test_the_gateway_and_the_page_change_together(tree: Path) -> None:
    ask = request(
        at="2026-06-15T15:00:00Z", recipient="plan sponsor", purpose="enrolment", who="Cedar Falls Foundry",
        member="M1", data=["claims"], facts={"identity_verified": True},
    )  # fmt: skip
    assert not Gateway(Registry({"M1": "Monique Fontaine"})).decide(ask)
    path = tree / "sharing" / "plan-sponsor-enrolment.yml"
    changed = path.read_text("utf-8").replace("data: [enrolment]", "data: [enrolment, claims]")
    changed = changed.replace("fields:\n", "fields:\n  claims: [claims.status]\n")
    path.write_text(changed, encoding="utf-8")
    forget()
    assert Gateway(Registry({"M1": "Monique Fontaine"})).decide(ask)
    assert "what was claimed" in _entry(paper("sharing"), "plan-sponsor-enrolment")


def test_a_new_rule_is_told_although_nobody_has_found_words_for_it(tree: Path) -> None:
    new = (tree / "sharing" / "workers-compensation.yml").read_text("utf-8")
    new = new.replace("id: workers-compensation", "id: school-nurse").replace(
        "recipient: workers' compensation", "recipient: school nurse"
    )
    new = new.replace("fact: authorized_by_law", "fact: asked_in_june").replace(
        "A program for injuries at work asks about one", "A school nurse asks about a pupil"
    )
    (tree / "sharing" / "school-nurse.yml").write_text(new, encoding="utf-8")
    forget()
    assert "A school nurse asks about a pupil." in _entry(paper("sharing"), "school-nurse")
    assert "But not if no workers' compensation law calls for it." in _entry(paper("sharing"), "school-nurse")
    assert "A school nurse asks about a pupil." in render("notice", form="text")


def test_a_rule_that_is_gone_may_not_be_told_any_more(tree: Path) -> None:
    (tree / "sharing" / "coroner-death.yml").unlink()
    forget()
    with pytest.raises(
        ContentError, match=r"telling/coroner-death\.yml:1: id: tells members of a rule that is not there"
    ):
        paper("sharing")


def test_a_sentence_that_rests_on_nothing_is_refused_with_its_place(tree: Path) -> None:
    path = tree / "documents" / "notice.yml"
    path.write_text(
        path.read_text("utf-8").replace("rules: [genetic-underwriting]", "rules: [genetic]"), encoding="utf-8"
    )
    with pytest.raises(ContentError, match=r"notice\.yml:\d+: sections\[3\].*'genetic', which is no rule"):
        paper("notice")


def test_days_come_from_the_rights_and_the_law(tree: Path) -> None:
    for name, old, new in (("rights/access.yml", "days: 30", "days: 31"), ("law/hipaa.yml", "count: 60", "count: 61")):
        path = tree / name
        path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    forget()
    assert "We act within 31 days" in render("notice", form="text")
    assert "no later than 61 days" in re.sub(r"\s+", " ", render("sharing", form="text"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_document_reads_at_the_eighth_grade_or_below(kind: str) -> None:
    made = paper(kind)
    assert grade(made.prose()) <= 8.0
    long = [s.text for s in made.statements() if len(s.text.split()) > 25 and grade(s.text) > 12.0]
    assert not long, long


@pytest.mark.parametrize("shown", [text, page])
def test_our_own_notice_has_all_that_the_rule_asks_for(shown: Any) -> None:
    checked = check_notice(shown(policy.notice(LARKSPUR)))
    assert checked.is_complete and not checked.faults, checked.in_words()


@pytest.mark.parametrize(
    "section", [s.id for s in policy.notice(LARKSPUR).sections if s.id not in ("drugs", "family", "states")]
)
def test_our_own_notice_without_a_section_is_not_complete(section: str) -> None:
    whole = policy.notice(LARKSPUR)
    cut = dataclasses.replace(whole, lead="", sections=tuple(s for s in whole.sections if s.id != section))
    assert not check_notice(cut).is_complete


@pytest.mark.parametrize("pair", [pytest.param(p, id=p["id"]) for p in PAIRS["pairs"]])
def test_one_sentence_of_a_notice_flips_the_finding(pair: dict[str, Any]) -> None:
    for changed, expected in (({}, pair["expect"]), (pair["change"], pair["then"])):
        checked = check_notice("\n\n".join(s for s in (BASE | changed).values() if s))
        one = next((f for f in checked if f.id == pair["look"]), None)
        assert ({"status": one.status, "cite": one.cite} if one else {"status": "none"}) == expected, checked.in_words()


def test_the_notice_of_the_pairs_is_complete() -> None:
    assert check_notice("\n\n".join(BASE.values())).is_complete


def test_the_language_notice_goes_with_the_notice_in_each_language() -> None:
    shown = render("notice")
    for tag, name, said in policy.assistance(LARKSPUR):
        assert f'<p lang="{tag}">' in shown and name in shown and said in shown and "555-0117" in said


def test_an_opt_out_is_offered_only_where_the_gateway_keeps_to_it(tree: Path) -> None:
    assert "[ ] Research\n" in render("opt-out", form="text")
    path = tree / "phrases" / "sharing.yml"
    path.write_text(path.read_text("utf-8").replace("  research: Research", "  proceeding: Courts"), encoding="utf-8")
    forget()
    with pytest.raises(ContentError, match=r"sharing\.yml:\d+: opt_outs\.proceeding: no opt-out stops this"):
        render("opt-out")


def test_a_promise_is_called_one_and_law_names_its_source() -> None:
    for section in paper("sharing").sections:
        for one in (*section.points, *(s for e in section.entries for s in e.said)):
            assert "our word" not in one.text or one.is_promise, one.text
    assert "Our promise, not law" in render("sharing") and "Our promise, not law" in render("sharing", form="text")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_runs_nothing_loads_nothing_and_escapes(kind: str) -> None:
    evil = LARKSPUR.model_copy(update={"name": "<script>alert(1)</script> & Co {phone}"})
    shown = render(kind, organization=evil)
    assert "<script" not in shown and "&lt;script&gt;" in shown and "http" not in shown.replace("http-equiv", "")
    assert "default-src 'none'" in shown and '<html lang="en">' in shown


@pytest.mark.parametrize("folder", ["checks", "documents", "answers", "rights", "languages", "phrases"])
def test_each_law_that_is_cited_is_on_the_list_of_sources(folder: str) -> None:
    ours = {n.cite for r in rules() for n in r.paths} | {s.cite for s in safeguards()}
    for path in sorted((loader.CONTENT / folder).glob("*.yml")):
        missing = [c for c in sources.unknown(path.read_text("utf-8")) if not any(o.startswith(c) for o in ours)]
        assert not missing, f"{path.name}: {missing}"


@pytest.mark.parametrize("kind", KINDS)
def test_no_document_gives_legal_advice_or_holds_an_unfilled_word(kind: str) -> None:
    shown = render(kind, form="text")
    assert not re.search(r"\{\w+\}", shown) and "is legal advice" not in shown


def test_the_day_from_which_a_notice_holds_is_given() -> None:
    shown = text(policy.notice(LARKSPUR, effective=dt.date(2027, 2, 1)))
    assert "first in effect on 1 February 2027" in re.sub(r"\s+", " ", shown)


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match="there are: answers, form, notice, opt-out, sharing"):
        render("policy")
    with pytest.raises(UnknownName, match="no language of documents named 'fr'"):
        render("notice", "fr")
    with pytest.raises(UnknownName, match="form of a document"):
        render("notice", form="pdf")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", names("telling"))
def test_words_for_a_rule_have_a_place_in_the_policy_and_in_the_notice(name: str) -> None:
    rule = next(r for r in rules() if r.id == name)
    words = telling.telling(rule)
    assert bool(words.part and words.notice) == bool(rule.paths)
    assert grade(words.says) <= 10.0 and (len(words.notice.split()) < 8 or grade(words.notice) <= 10.0)
