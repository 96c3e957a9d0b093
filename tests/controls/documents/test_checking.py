"""A form's check: each pair was written down before it; what is hidden does not count, what is hostile is cut."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from simlab import organization as organizations
from simlab.content import names
from simlab.controls.documents import check_form, form, intake, render
from simlab.controls.documents.checks import checks
from simlab.controls.documents.paper import page, text
from simlab.errors import ContentError, InputError

PAIRS = YAML(typ="safe", pure=True).load((Path(__file__).parents[1] / "pairs" / "forms.yml").read_text("utf-8"))
BASE: dict[str, str] = PAIRS["base"]
LARKSPUR = organizations.load(organizations.sample())


def _found(sentences: dict[str, str], look: str) -> dict[str, str]:
    checked = check_form("\n\n".join(s for s in sentences.values() if s))
    one = next((f for f in checked if f.id == look), None)
    return {"status": one.status, "cite": one.cite} if one else {"status": "none"}


@pytest.mark.parametrize("pair", [pytest.param(p, id=p["id"]) for p in PAIRS["pairs"]])
def test_one_sentence_flips_the_finding(pair: dict[str, Any]) -> None:
    before = BASE | pair.get("base", {})
    after = before | pair["change"]
    assert len(pair["change"]) == 1 and before != after
    assert _found(before, pair["look"]) == pair["expect"], check_form("\n\n".join(before.values())).in_words()
    assert _found(after, pair["look"]) == pair["then"], check_form("\n\n".join(after.values())).in_words()


@pytest.mark.parametrize("gone", [k for k in BASE if k not in ("title", "allow")])
def test_a_sentence_that_is_gone_costs_its_own_finding_only(gone: str) -> None:
    left = {k: v for k, v in BASE.items() if k != gone}
    was, now = check_form("\n\n".join(BASE.values())), check_form("\n\n".join(left.values()))
    assert was.is_complete and not was.faults
    assert len(now.faults) == 1, now.in_words()


FORMS = Path(__file__).parent / "forms"


@pytest.mark.parametrize("name", ["in-legal-words", "in-a-members-words"])
def test_a_form_in_other_words_is_complete_all_the_same(name: str) -> None:
    checked = check_form((FORMS / f"{name}.txt").read_text("utf-8"))
    assert checked.is_complete and {f.id for f in checked.faults} <= {"plain_language"}, checked.in_words()


def test_a_form_as_one_finds_them_is_told_all_that_is_wrong() -> None:
    checked = check_form((FORMS / "as-one-finds-them.txt").read_text("utf-8"))
    by = {s: {f.id for f in checked if f.status == s} for s in ("wrong", "missing", "partly")}
    assert by["wrong"] == {"expiry", "revocation", "compound", "conditioned"}
    assert by["missing"] == {"purposes", "authority", "conditioning", "redisclosure", "copy"}
    assert by["partly"] == {"description", "recipients", "signature"}


@pytest.mark.parametrize("html", [False, True])
def test_our_own_forms_are_complete_and_easy_to_read(html: bool) -> None:
    shown = page if html else text
    for made in (form.authorization(LARKSPUR), form.authorization(LARKSPUR, paid_by="Riverside Gym")):
        checked = check_form(shown(made))
        assert checked.kind == "authorization" and checked.is_complete and not checked.faults, checked.in_words()
    promise = check_form(shown(form.opt_out(LARKSPUR)))
    assert promise.kind == "opt-out" and not promise.faults, promise.in_words()
    assert {f.cite for f in promise if not f.is_duty} == {"the organization's own promise"}


@pytest.mark.parametrize(
    "section", [s.id for s in form.authorization(LARKSPUR).sections if s.id not in ("me", "questions")]
)
def test_our_own_form_without_a_section_is_not_complete(section: str) -> None:
    whole = form.authorization(LARKSPUR)
    cut = dataclasses.replace(whole, sections=tuple(s for s in whole.sections if s.id != section))
    assert not check_form(cut).is_complete


def test_each_finding_can_be_given_as_feedback() -> None:
    bare = check_form("I allow Larkspur Health Plan to share my claims of 2025.")
    for one in bare.faults:
        assert one.says.endswith(".") and one.why and one.next and one.cite, one
    assert bare["description"].sentences == ("I allow Larkspur Health Plan to share my claims of 2025.",)
    assert "Next:" in bare.in_words()


def test_how_much_is_there_is_told_in_part() -> None:
    half = BASE | {"choice": "You do not have to sign. It does not touch your treatment."}
    assert check_form("\n\n".join(half.values()))["conditioning"].share == pytest.approx(2 / 5)


def test_an_opt_out_that_says_it_is_law_is_told_what_is_law() -> None:
    claims = "I opt out of marketing and research. The law gives you the right to opt out of all sharing."
    found = check_form(claims)["promise"]
    assert (found.status, found.cite) == ("wrong", "45 CFR 164.506(b)(1)")


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='display: none'>{}</p>",
        "<p hidden>{}</p>",
        "<script>{}</script>",
        "<!-- {} -->",
        "<div style='font-size:0'><p>{}</p></div>",
        "<input type='hidden' value='{}'>",
    ],
)
def test_what_nobody_sees_on_a_page_is_not_there(hidden: str) -> None:
    shown = "".join(f"<p>{v}</p>" for k, v in BASE.items() if k != "back")
    assert check_form(f"<main>{shown}<p>{BASE['back']}</p></main>")["revocation"].is_met
    assert check_form(f"<main>{shown}{hidden.format(BASE['back'])}</main>")["revocation"].status == "missing"


def test_look_alike_letters_are_read_as_they_look_and_are_told() -> None:
    trick = BASE | {"back": BASE["back"].replace("take", "tаke").replace("writing", "wri\u200bting")}
    checked = check_form("\n\n".join(trick.values()))
    assert checked["revocation"].is_met and checked["letters"].status == "wrong" and not checked.is_complete
    assert "U+200B" in checked["letters"].says and "two alphabets" in checked["letters"].says
    assert all(f.id != "letters" for f in check_form("\n\n".join(BASE.values())))


def test_full_width_letters_and_typographic_quotes_are_plain() -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in BASE["purpose"])
    curly = BASE | {"purpose": wide, "choice": BASE["choice"].replace("do not", "don’t")}
    assert check_form("\n\n".join(curly.values())).is_complete


@pytest.mark.parametrize(
    "huge", ["a" * 2_000_000, "allow " * 200_000, "<p>" * 200_000, "I may not sign. " * 100_000, "(" * 90_000]
)
def test_a_huge_form_is_cut_and_says_so(huge: str) -> None:
    checked = check_form("\n\n".join(BASE.values()) + "\n\n" + huge)
    assert checked["length"].status == "partly" and checked["description"].is_met
    assert all(len(s) <= intake.SENTENCE for f in checked for s in f.sentences)


@given(st.text(max_size=300), st.sampled_from(["", "<p>", "I allow ", "\n# "]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_at_all_gets_findings(said: str, start: str) -> None:
    checked = check_form(start + said)
    assert checked.findings and all(f.status in ("found", "partly", "missing", "wrong") for f in checked)
    assert not any(c in checked.in_words() for c in "\x1b\u202e\u200b")


@pytest.mark.parametrize(
    "odd", ["<p>" + "<!" * 200_000, "<p hidden>" * 50_000, "", " \n\t", "\0\0", "\ud800", "<html>", "...", "____"]
)
def test_a_form_with_nothing_in_it_is_neither(odd: str) -> None:
    checked = check_form(odd)
    assert checked.kind == "unknown" and not checked.is_complete


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="not a int"):
        check_form(7)  # type: ignore[arg-type]


def test_a_form_that_lacks_a_section_is_refused_with_its_name(tree: Path) -> None:
    path = tree / "documents" / "authorization.yml"
    path.write_text(path.read_text("utf-8").replace("covers: [expiry]", "covers: []"), encoding="utf-8")
    with pytest.raises(ContentError, match=r"authorization\.yml:\d+: sections: no section covers 'expiry'"):
        render("form")


@pytest.mark.parametrize("name", names("checks"))
def test_each_kind_of_form_is_looked_at_with_a_source_for_all(name: str) -> None:
    found = checks(name)
    assert all(r.asks and r.cite for r in (*found.requirements, *found.duties))
