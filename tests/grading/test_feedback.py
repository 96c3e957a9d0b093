"""A learner's page says what each check gave, in words, and cannot run or load anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.exercise.protocol import Detail
from simlab.grading import feedback
from simlab.grading.course import Course
from simlab.grading.outcome import OUTCOMES, CheckResult, Outcome

CHECK = CheckResult(
    "thief", "simulate", 2.5, 5.0, "The thief read 40 members.", (Detail("nonce reused", False), Detail("moved row refused", True)),
    "45 CFR 164.312(a)(2)(iv)",
)  # fmt: skip
DONE = Outcome("ann", "02-encryption", "repaired", 2.5, 5.0, (CHECK,), ("cell 'x' was missing: put back",))


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_says_points_reasons_source_and_repairs() -> None:
    said = Tags(feedback.page(DONE)).text
    for part in (
        "2.5 of 5 points", "thief", "Part of the points: 2.5 of 5", "The thief read 40 members.", "Not yet: nonce reused",
        "Yes: moved row refused", "Source: 45 CFR 164.312(a)(2)(iv)", "cell 'x' was missing", "Feedback for ann",
    ):  # fmt: skip
        assert part in said, part
    assert "WITHOUT" not in said and "not judged" not in said


def test_stamps_say_how_it_was_graded() -> None:
    said = Tags(feedback.page(DONE.with_(isolated=False, judged=False, needs_person=("essay",)))).text
    assert "Graded WITHOUT isolation" in said and "Marks not judged outside" in said
    assert "A person will still mark: essay" in said


@pytest.mark.parametrize("word", OUTCOMES)
def test_each_outcome_has_its_words_and_none_without_points_is_a_zero(word: str) -> None:
    assert word in feedback.WORDS
    said = Tags(feedback.page(DONE.with_(outcome=word, points=None, checks=(), reason="because"))).text
    assert (
        "this is not a 0" in said and feedback.WORDS[word] in said and "because" in said and "of 5 points" not in said
    )


def test_the_page_is_shut_and_accessible() -> None:
    page = feedback.page(DONE)
    found = Tags(page).tags
    names = [t for t, _ in found]
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": policy}) in found
    assert ("html", {"lang": "en"}) in found and names.count("h1") == 1 and names.count("main") == 1
    assert not {"script", "link", "iframe", "img", "object", "form", "a"} & set(names) and "http" not in page.replace(
        "http-equiv", ""
    )
    levels = [int(t[1]) for t in names if re.fullmatch(r"h[1-6]", t)]
    assert all(b - a <= 1 for a, b in pairwise(levels))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_contrast_holds_in_both_modes() -> None:
    style = feedback.page(DONE)
    modes = re.findall(r"--ink: (#\w+); --soft: (#\w+); --paper: (#\w+); --card: (#\w+)", style)
    assert len(modes) == 2
    for ink, soft, paper, card in modes:
        for front in (ink, soft):
            for back in (paper, card):
                light, dark = sorted((_luminance(front), _luminance(back)), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (front, back)


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=60)
    | st.sampled_from(["<script>alert(1)</script>", "'\"><img src=x onerror=y>", "{{ 7*7 }}", "</style>"])
)
def test_nothing_that_a_learner_wrote_becomes_markup(text: str) -> None:
    check = CheckResult(text, "value", 0.0, 1.0, text, (Detail(text, False),), text)
    hostile = Outcome(text, text, "graded", 0.0, 1.0, (check,), (text,), text, needs_person=(text,))
    plain = Outcome("a", "a", "graded", 0.0, 1.0, (CheckResult("a", "value", 0.0, 1.0, "a", (Detail("a", False),), "a"),), ("a",), "a", needs_person=("a",))  # fmt: skip
    if text:
        assert [t for t, _ in Tags(feedback.page(hostile)).tags] == [t for t, _ in Tags(feedback.page(plain)).tags]


def test_a_page_has_a_largest_size(tmp_path: Path) -> None:
    long = "x" * 1_000_000
    checks = tuple(
        CheckResult(str(n), "value", 0.0, 1.0, long, tuple(Detail(long, False) for _ in range(60))) for n in range(3)
    )
    path = feedback.write(Course(tmp_path), DONE.with_(checks=checks, repairs=(long,) * 300))
    assert path == tmp_path / "feedback" / "ann" / "02-encryption" / "02-encryption.html"
    assert path.stat().st_size < 600_000 and "and 20 more" in path.read_text(encoding="utf-8")
