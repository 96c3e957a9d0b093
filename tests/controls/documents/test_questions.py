"""The sheet for those who take calls says what the gateway does, and a question in other words finds its answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab import organization as organizations
from simlab.content import names
from simlab.controls.documents import paper, questions, render
from simlab.errors import ContentError
from tests.controls.documents.conftest import forget

LARKSPUR = organizations.load(organizations.sample())


def test_each_answer_has_what_to_do_and_its_law() -> None:
    found = questions.answers(LARKSPUR)
    assert len(found) == len(names("answers")) > 30
    for one in found:
        assert one.says and one.do and one.cite
        assert one.is_promise == (one.cite == "the organization's own promise")


def test_the_first_word_says_what_the_gateway_says() -> None:
    for one in questions.answers(LARKSPUR):
        first = one.says.split(",")[0].split(".")[0].split()[0]
        if first in ("Yes", "No", "Not"):
            assert one.is_open is None or (first == "Yes") == one.is_open, one.id


def test_a_sheet_that_differs_from_the_gateway_is_refused(tree: Path) -> None:
    path = tree / "sharing" / "provider-payment.yml"
    path.write_text(path.read_text("utf-8").replace("fact: for_member", "fact: treats_member"), encoding="utf-8")
    forget()
    with pytest.raises(
        ContentError, match=r"answers/clinic-payment\.yml:\d+: expect: says yes, and the gateway says no"
    ):
        render("answers")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("may my husband ask about my claim", "husband-asks"),
        ("Can my WIFE call about my bills?", "husband-asks"),
        ("can you tell my boss what I was treated for", "employer-job"),
        ("a police officer is here and wants a file", "police-ask"),
        ("how do I revoke my authorization", "take-back"),
        ("do you sell my data to advertisers", "ads"),
        ("I am afraid of violence at home and need another address", "policyholder-danger"),
        ("may I see my therapist's notes", "therapy-notes"),
        ("what will the weather be tomorrow", None),
        ("", None),
        ("\u202e\0" + "x" * 100_000, None),
    ],
)
def test_a_question_in_other_words_finds_its_answer_or_none(asked: str, found: str | None) -> None:
    answer = questions.answer(asked, LARKSPUR)
    assert (answer.id if answer else None) == found


def test_days_come_from_the_rights(tree: Path) -> None:
    path = tree / "rights" / "accounting.yml"
    path.write_text(path.read_text("utf-8").replace("days: 60", "days: 59"), encoding="utf-8")
    forget()
    assert "It is due in 59 days." in render("answers", form="text")


def test_the_sheet_is_ordered_as_the_policy_is() -> None:
    titles = [s.title for s in paper("answers").sections]
    policy = [s.title for s in paper("sharing").sections]
    assert titles[:-1] == [t for t in policy if t in titles]
