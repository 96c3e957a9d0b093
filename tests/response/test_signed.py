"""The worked cases as `simlab respond` prints them: what a privacy officer would sign, reasons and citations."""

from __future__ import annotations

import json
import re

import pytest

from simlab.response import answer, as_html, as_plain, as_text
from simlab.response.cases import Case, case, cases

# The rows of the table of worked edge cases, each with its case; a glimpse is one with safeguards and one without.
EDGES = (
    "laptop-encrypted", "laptop-key-taped", "laptop-logged-in", "ransomware-plain", "ransomware-sealed",
    "eob-wrong-member", "eob-returned", "fax-wrong-clinic", "fax-colleague", "clerk-misrouted", "snooping",
    "screen-glimpsed", "screen-safeguarded", "vendor-without-contract", "tracking-pixel", "reidentification-code",
)  # fmt: skip


def printed(one: Case) -> str:
    return re.sub(r"\s+", " ", as_text(answer(one.facts)))


def test_every_edge_case_is_worked() -> None:
    assert set(EDGES) <= set(cases()) and len(cases()) >= 20


@pytest.mark.parametrize("name", cases())
def test_it_prints_what_a_privacy_officer_would_sign(name: str) -> None:
    one = case(name)
    said = printed(one)
    for sentence in one.signed.says:
        # A sentence of ours begins with a capital where it stands alone.
        assert sentence in said or sentence[:1].upper() + sentence[1:] in said, sentence
    assert not [s for s in one.signed.not_says if s in said]
    found = {d.id: d for d in answer(one.facts).duties}
    assert {id_: found[id_].due for id_ in one.signed.due} == one.signed.due


@pytest.mark.parametrize("name", cases())
def test_each_form_holds_every_duty_with_its_reason_and_citation(name: str) -> None:
    found = answer(case(name).facts)
    plain = json.loads(json.dumps(as_plain(found)))
    assert [d["id"] for d in plain["duties"]] == [d.id for d in found.duties]
    assert all(d["cite"] and d["why"] and d["checked"] for d in plain["duties"])
    text, page = as_text(found), as_html(found)
    for duty in found.duties:
        assert f"[{duty.cite}]" in re.sub(r"\s+", " ", text)
        assert duty.cite.replace("&", "&amp;") in page
    assert text.startswith("Training material, not legal advice") and "<script" not in page
