"""Reviews are kept as lines that only grow; what was changed, cut or put in shows, and so does what is due."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from simlab.controls.documents import paper
from simlab.controls.documents.paper import Paper, Said
from simlab.controls.documents.reviews import Review, Reviews, reviewed
from simlab.errors import InputError, LogError, UnknownName

DAY = dt.date(2026, 6, 15)


@pytest.fixture(scope="module")
def notice() -> Paper:
    return paper("notice")


def _changed(of: Paper) -> Paper:
    first = dataclasses.replace(of.sections[0], said=(Said("Something else."),))
    return dataclasses.replace(of, sections=(first, *of.sections[1:]))


def _review(name: str, of: Paper, **more: Any) -> Review:
    values: dict[str, Any] = {
        "trigger": "feedback", "what": "A member could not find whom to call.", "looked_at": ("contact", "complaints"),
        "decision": "kept", "because": "The number stands in both places.", "by": "Imani Castellanos", "on": DAY,
    }  # fmt: skip
    return reviewed(name, of, **(values | more))


def test_a_review_is_kept_and_read_back(tmp_path: Path, notice: Paper) -> None:
    kept = Reviews(tmp_path / "reviews.jsonl")
    kept.add(_review("V1", notice))
    again = Reviews(tmp_path / "reviews.jsonl")
    assert again.kept == kept.kept and again.kept[0].before == notice.version == again.kept[0].after
    assert again.kept[0].next_due == dt.date(2027, 6, 15)


def test_a_material_change_of_the_notice_says_by_when_members_learn_of_it(notice: Paper) -> None:
    new = _changed(notice)
    change = {"decision": "changed materially", "before": notice.version, "effective": dt.date(2026, 8, 1)}
    posted, sent = (_review("V1", new, is_posted=p, **change) for p in (True, False))
    assert (posted.notice_by, posted.notice_cite) == (dt.date(2026, 8, 1), "45 CFR 164.520(c)(1)(v)(A)")
    assert (sent.notice_by, sent.notice_cite) == (dt.date(2026, 8, 14), "45 CFR 164.520(c)(1)(v)(B)")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"decision": "changed"}, "what is changed has another"),
        ({"before": "0" * 12}, "what is kept has the version that it had"),
        ({"trigger": "law change"}, "names the law that changed"),
        ({"trigger": "boredom"}, "trigger"),
        ({"by": ""}, "by:"),
        ({"what": "short"}, "what:"),
        ({"looked_at": ()}, "looked_at"),
        ({"next_due": DAY}, "no later than the review"),
        ({"next_due": dt.date(2027, 6, 16)}, "more than a year on"),
        ({"on": dt.datetime(2026, 6, 15, tzinfo=dt.UTC)}, "a day, not of a time"),
        ({"decision": "changed materially", "before": "0" * 12}, "has a day from which it is in effect"),
        ({"decision": "changed materially", "before": "0" * 12, "effective": dt.date(2026, 6, 1)}, "164.520\\(b\\)\\(3\\)"),
    ],
)  # fmt: skip
def test_a_review_that_says_too_little_is_refused(notice: Paper, more: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        _review("V1", notice, **more)


def test_reviews_follow_each_other(tmp_path: Path, notice: Paper) -> None:
    kept = Reviews(tmp_path / "reviews.jsonl")
    kept.add(_review("V1", notice))
    with pytest.raises(InputError, match="kept already"):
        kept.add(_review("V1", notice))
    with pytest.raises(InputError, match="before the last one"):
        kept.add(_review("V2", notice, on=DAY - dt.timedelta(days=1)))
    with pytest.raises(InputError, match="starts from version 000000000000"):
        kept.add(_review("V3", notice, decision="changed", before="0" * 12))
    assert len(Reviews(tmp_path / "reviews.jsonl").kept) == 1


@pytest.mark.parametrize("damage", ["change", "cut", "swap", "blank", "half", "list", "long"])
def test_what_was_done_to_the_file_shows_with_its_line(tmp_path: Path, notice: Paper, damage: str) -> None:
    path = tmp_path / "reviews.jsonl"
    kept = Reviews(path)
    for i in range(3):
        kept.add(_review(f"V{i}", notice))
    lines = path.read_text("utf-8").splitlines()
    bad = {
        "change": [lines[0].replace("Imani", "Someone"), *lines[1:]],
        "cut": [lines[0], lines[2]],
        "swap": [lines[1], lines[0], lines[2]],
        "blank": [lines[0], "", *lines[1:]],
        "half": [lines[0], lines[1][:-20], lines[2]],
        "list": [lines[0], "[]", *lines[1:]],
        "long": [lines[0], "x" * 30_000, *lines[1:]],
    }[damage]
    path.write_text("\n".join(bad) + "\n", encoding="utf-8", newline="\n")
    with pytest.raises(LogError) as found:
        Reviews(path)
    assert found.value.record == (1 if damage == "swap" else 2)


def test_a_line_that_was_not_written_to_its_end_shows(tmp_path: Path, notice: Paper) -> None:
    path = tmp_path / "reviews.jsonl"
    Reviews(path).add(_review("V1", notice))
    path.write_text(path.read_text("utf-8").rstrip("\n"), encoding="utf-8", newline="\n")
    with pytest.raises(LogError, match="not written to its end"):
        Reviews(path)


def test_what_wants_a_review_is_named_with_the_reason(tmp_path: Path, notice: Paper) -> None:
    kept = Reviews(tmp_path / "reviews.jsonl")
    assert kept.due((notice,), DAY) == [("notice", "it was never reviewed")]
    kept.add(_review("V1", notice))
    assert kept.due((notice,), DAY) == []
    assert "a rule or a word has changed" in kept.due((_changed(notice),), DAY)[0][1]
    assert "was due on 2027-06-15" in kept.due((notice,), dt.date(2027, 6, 15))[0][1]
    assert kept.due((notice,), dt.date(2027, 6, 14)) == []


def test_a_review_is_kept_for_six_years_from_when_its_version_was_last_in_effect(tmp_path: Path, notice: Paper) -> None:
    kept, new = Reviews(tmp_path / "reviews.jsonl"), _changed(notice)
    kept.add(_review("V1", notice))
    assert kept.kept_until("V1") == dt.date(2032, 6, 15)
    kept.add(_review("V2", new, decision="changed", before=notice.version, on=dt.date(2027, 1, 4)))
    assert kept.kept_until("V1") == dt.date(2033, 1, 4)
    with pytest.raises(UnknownName):
        kept.kept_until("V9")


def test_a_version_follows_the_words_and_nothing_else(notice: Paper) -> None:
    assert paper("notice").version == notice.version != _changed(notice).version
    assert json.loads(_review("V1", notice).model_dump_json())["before"] == notice.version
