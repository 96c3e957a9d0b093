"""Notices: what each must hold is found or missed, and what is written from the facts holds it all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simlab.content import Model, load_file, load_text
from simlab.content.loader import CONTENT
from simlab.errors import ContentError, InputError, UnknownName
from simlab.insurer import Insurer
from simlab.response import Facts, recipients
from simlab.response.notices import (
    Addressee,
    Contact,
    Kind,
    Story,
    check,
    fields,
    kind,
    kinds,
    merge,
    write,
    write_batch,
)
from simlab.response.notices.dates import dates, in_words

FACTS = Facts.of(
    covered_entity="Larkspur Health Plan", occurred="2026-03-08", discovered="2026-03-10", determined="2026-03-11",
    counts={"OH": 1501},
)  # fmt: skip
STORY = Story(
    happened="A list of claims was sent by e-mail to a broker who had no right to it.",
    types=("name", "member number", "dates and kinds of care"),
    steps=("Read the statements that we send you.", "If you see care that you did not have, please call us."),
    doing=("We asked the broker to delete the list, and the broker has told us that it is gone.",
           "We now check each list before it is sent."),
    contact=Contact(toll_free="1-800-555-0142", email="privacy@larkspur.example.org"),
    kind="unauthorized disclosure", location="e-mail", safeguards="access by role",
)  # fmt: skip
TO = Addressee(member_id="M1", name="Dolores Ray", about="Dolores Ray", address="1 Larch Lane, Dayton, OH")
PROSE = [name for name in kinds() if kind(name).form == "prose"]


def written(name: str, **changes: Any) -> str:
    return write(name, STORY, FACTS, **{"to": TO, "state": "OH", **changes})


@pytest.mark.parametrize("name", sorted(p.stem for p in (CONTENT / "notices").glob("*.yml")))
def test_each_kind_is_cited_and_what_is_no_laws_list_says_so(name: str) -> None:
    what = kind(name)
    assert what.id == name and all(e.cite and e.say.rstrip('"').endswith(".") for e in what.elements)
    assert what.basis == "law" or what.confirm


@pytest.mark.parametrize("name", PROSE)
def test_what_is_written_from_the_facts_holds_everything(name: str) -> None:
    found = check(written(name), name, FACTS)
    assert found.is_ready, [str(f) for f in found.findings]
    assert set(found.says) == {e.id for e in kind(name).elements}
    assert found.reading is not None and found.reading < 8


@pytest.mark.parametrize(("name", "element"), [(n, e.id) for n in PROSE for e in kind(n).elements])
def test_without_the_sentence_that_says_it_it_is_missing(name: str, element: str) -> None:
    text = written(name)
    for _ in range(10):
        found = check(text, name, FACTS)
        said = found.says.get(element)
        if said is None:
            break
        flat = " ".join(text.split())
        assert said in flat
        text = flat.replace(said, "")
    assert element in {f.element for f in check(text, name, FACTS).findings}
    finding = next(f for f in check(text, name, FACTS).findings if f.element == element)
    assert finding.cite and finding.mend in str(finding)


class Mend(Model):
    """What somebody who reads a message does: put something instead of words, or after them."""

    put: str
    find: str = ""
    after: str = ""

    def __call__(self, draft: str) -> str:
        assert (self.find or self.after) in draft
        return draft.replace(self.find, self.put) if self.find else draft.replace(self.after, self.after + self.put)


class Draft(Model):
    """A learner's draft with gaps, and how each message is followed."""

    kind: str
    draft: str
    planted: tuple[str, ...]
    mends: dict[str, Mend]


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "drafts").glob("*.yml")), ids=lambda p: p.stem)
def test_a_draft_with_gaps_is_mended_by_following_the_messages(path: Path) -> None:
    one = load_file(path, Draft)
    draft = one.draft
    assert {f.element for f in check(draft, one.kind, FACTS).findings} >= set(one.planted)
    for _ in range(10):
        findings = check(draft, one.kind, FACTS).findings
        if not findings:
            break
        draft = one.mends[findings[0].element](draft)
    assert check(draft, one.kind, FACTS).is_ready
    assert draft != one.draft


@pytest.mark.parametrize(
    ("text", "element", "said"),
    [
        ("We sent it on March 9, 2026 to the wrong office.", "date-of-breach", "says March 9, 2026, and the facts say"),
        ("We sent it to the wrong office last week.", "date-of-breach", "no date"),
        ("Your number 000-12-3456 was in it.", "types", "Social Security number"),
        ("We found out on [date].", "", "A blank is left: [date]"),
        ("We found out on ____.", "", "A blank is left: ____"),
    ],
)
def test_what_is_wrong_is_shown_with_its_sentence(text: str, element: str, said: str) -> None:
    found = [f for f in check(text, "individual", FACTS).findings if f.element == element and f.sentence]
    assert found and said in found[0].problem and found[0].sentence == text


def test_the_two_days_are_told_apart() -> None:
    text = "We found out on March 10, 2026 that a list was with the wrong broker."
    missing = {f.element for f in check(text, "individual", FACTS).findings}
    assert "date-of-breach" in missing and "date-of-discovery" not in missing
    unknown = check(f"{text} We do not know when it happened.", "individual", FACTS)
    assert "date-of-breach" not in {f.element for f in unknown.findings}


@pytest.mark.parametrize(
    ("text", "day"),
    [("March 8, 2026", "2026-03-08"), ("8 March 2026", "2026-03-08"), ("3/8/2026", "2026-03-08"), ("2026-03-08", "2026-03-08"),
     ("february 29, 2028", "2028-02-29"), ("March 8th, 2026", "2026-03-08")],
)  # fmt: skip
def test_dates_as_people_write_them(text: str, day: str) -> None:
    assert dates(f"It was {text}, we think.") == [dt.date.fromisoformat(day)]
    assert in_words(dt.date(2026, 3, 8)) == "March 8, 2026"


@pytest.mark.parametrize("text", ["February 30, 2026", "13/13/2026", "March 2026", "8.3.2026", ""])
def test_what_is_no_day_is_none(text: str) -> None:
    assert dates(text) == []


def test_a_form_is_filled_in_from_the_facts_and_each_empty_field_is_named() -> None:
    full = fields(STORY, FACTS, notified=dt.date(2026, 4, 1))
    assert check(full, "hhs", FACTS).is_ready
    for name in full:
        found = check({**full, name: " "}, "hhs", FACTS).findings
        assert [f.element for f in found] == [name]
    assert "facts say 1,501" in check({**full, "individuals": "1,500"}, "hhs", FACTS).findings[0].problem
    assert check({**full, "individuals": "1,501"}, "hhs", FACTS).is_ready
    assert check({**full, "individuals": "many"}, "hhs", FACTS).findings[0].element == "individuals"
    assert check({**full, "colour": "red"}, "hhs", FACTS).findings[0].element == "colour"
    assert "March 10, 2026" in check({**full, "date_of_discovery": "March 9, 2026"}, "hhs", FACTS).findings[0].problem


def test_what_cannot_be_checked_or_written_is_refused() -> None:
    for bad, name in (("text", "hhs"), ({}, "individual"), ("x" * 60_000, "individual")):
        with pytest.raises(InputError):
            check(bad, name)
    with pytest.raises(UnknownName, match="individual"):
        check("text", "indvidual")
    with pytest.raises(InputError, match="goes to somebody"):
        written("individual", to=None)
    with pytest.raises(UnknownName, match="State"):
        written("media", state="Ohio")
    assert {f.element for f in check("", "individual").findings} == {e.id for e in kind("individual").elements}


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "Ray\r\nCall 1-900-555-0199", "a\u202eb", "{{ 7 * 7 }}", "&lt;b&gt;"]
)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    to = TO.model_copy(update={"name": name, "about": name, "address": name})
    text, page = written("individual", to=to), written("individual", to=to, form="html")
    assert "<script" not in page and "<b>" not in page and "49" not in page
    assert "\u202e" not in text and "\u202e" not in page
    # A line that the name begins is still the name's: nothing is put under the letter's own lines.
    assert len(text.splitlines()) == len(written("individual").splitlines())
    assert name in text or "\n" in name or "\u202e" in name


@pytest.mark.parametrize(
    ("notice_to", "line"),
    [
        ("self", ""),
        ("parent or personal representative", "To the parent or personal representative of Tim Ray"),
        ("next of kin or personal representative", "To the next of kin or personal representative of Tim Ray"),
    ],
)
def test_a_letter_says_whose_information_it_is_about(notice_to: str, line: str) -> None:
    to = TO.model_copy(update={"about": "Tim Ray", "notice_to": notice_to})
    text = written("individual", to=to)
    assert line in text and ("This letter is about information of Tim Ray." in text) is bool(line)


def test_a_batch_writes_to_whom_it_may_and_holds_back_the_rest(tmp_path: Path) -> None:
    insurer = Insurer.build(7, members=400)
    people = recipients(insurer, insurer.members["member_id"])
    batch = merge(STORY, FACTS, people, insurer)
    sent, held = {x.member_id for x in batch.letters}, {h.member_id for h in batch.held}
    assert not sent & held and sent | held == set(people["member_id"])
    look = set(people.loc[people["confirm"], "member_id"])
    assert look and look <= held and set(people.loc[people["method"] != "first-class mail", "member_id"]) <= held
    asked = people[(people["address_kind"] == "confidential address") & ~people["confirm"]]
    address = dict(zip(asked["member_id"], asked["address"], strict=True))
    assert address and all(x.address == address[x.member_id] for x in batch.letters if x.member_id in address)
    assert all(check(x.text, "individual", FACTS).is_ready for x in batch.letters[:20])
    entity = people.set_index("member_id")["covered_entity"]
    assert all(x.text.rstrip().endswith(entity[x.member_id]) for x in batch.letters)
    # Once somebody has looked, theirs goes out too.
    some = next(iter(look & set(people.loc[people["method"] == "first-class mail", "member_id"])))
    assert some in {x.member_id for x in merge(STORY, FACTS, people, insurer, looked_at=frozenset({some})).letters}
    folder = write_batch(batch, tmp_path / "letters")
    assert len(list(folder.glob("letter-*.txt"))) == len(batch.letters)
    assert len(pd.read_csv(folder / "held.csv")) == len(batch.held)
    with pytest.raises(InputError, match="never written over"):
        write_batch(batch, tmp_path / "letters")


def test_a_batch_is_small_and_of_recipients() -> None:
    insurer = Insurer.build(7, members=400)
    people = recipients(insurer, insurer.members["member_id"])
    with pytest.raises(InputError, match="at most"):
        merge(STORY, FACTS, pd.concat([people] * 13), insurer)
    with pytest.raises(InputError, match="no column why"):
        merge(STORY, FACTS, people.drop(columns="why"), insurer)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("signs: [['\\bx\\b']]", "signs: [['(x']]", "no regular expression"),
        ("signs: [['\\bx\\b']]", "signs: []", "known by signs"),
        ("cite: 45 CFR 164.404(c)}", "cite: somewhere}", "cite"),
        ("id: e,", "id: e, fact: weather,", "weather"),
    ],
)
def test_a_wrong_kind_is_named(old: str, new: str, said: str) -> None:
    text = "id: k\ntitle: K\ncite: 45 CFR 164.404(c)\nelements:\n  - {id: e, asks: x, say: X., signs: [['\\bx\\b']], cite: 45 CFR 164.404(c)}\n"
    assert load_text(text, Kind, "k.yml").id == "k" and old in text
    with pytest.raises(ContentError, match=said):
        load_text(text.replace(old, new), Kind, "k.yml")
