"""The after-action report: whole, escaped, and fit for a keyboard and a screen reader."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import itertools
import re
from pathlib import Path

import pytest

from simlab.errors import InputError
from simlab.tabletop.report import SECTIONS
from simlab.tabletop.session import Session
from tests.tabletop.samples import played

NASTY = "<script>alert('x')</script><img src=x onerror=alert(1)>\"' & {{ 7*7 }}"


class Page(html.parser.HTMLParser):
    """The tags of a page in order, and the text of the headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.tags if t == tag]


@pytest.fixture(scope="module")
def report() -> str:
    session = Session.start("vendor-portal", 7, members=4_000)
    session.act("note", NASTY, text=NASTY)
    session.act("inject", "facilitator", to=["security"], text=NASTY, title=NASTY)
    session.decide("d1", "call-and-check", rationale=NASTY, by=NASTY)
    session.advance("1h")
    session.decide("d2", "shut-eligibility")
    session.advance("5h")
    session.decide("d5", "nothing-seen")
    session.advance("90d")
    return session.report()


def test_nothing_that_was_typed_becomes_a_tag(report: str) -> None:
    page = Page(report)
    assert not page.all("script") and not page.all("img")
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "&lt;script&gt;" in report
    assert "{{ 7*7 }}" in report and "49" not in re.findall(r"&amp; (\S+)", report)


def test_the_page_loads_and_runs_nothing(report: str) -> None:
    (policy,) = [m["content"] for m in Page(report).all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None and "default-src 'none'" in policy
    style = re.search(r"<style>(.*?)</style>", report, re.S)
    assert style is not None
    assert base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in policy
    assert not re.search(r"(?:src|href)=\"(?!#)", report)


def test_a_screen_reader_finds_its_way(report: str) -> None:
    page = Page(report)
    assert page.all("html") == [{"lang": "en"}]
    levels = [int(t[1]) for t, _ in page.tags if re.fullmatch(r"h[1-6]", t)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert len(page.all("caption")) == len(page.all("table")) > 8
    assert all(a.get("scope") in ("col", "row") for a in page.all("th"))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids)) and {s for s, _ in SECTIONS} <= set(ids)


def test_colours_have_contrast_enough() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    def contrast(one: str, two: str) -> float:
        a, b = sorted((light(one), light(two)), reverse=True)
        return (a + 0.05) / (b + 0.05)

    for text, ground in (
        ("#1b1f24", "#ffffff"), ("#1b1f24", "#e6ecf2"), ("#1b1f24", "#f2f5f8"), ("#ffffff", "#1f4e79"),
        ("#145a32", "#ffffff"), ("#8e1b1b", "#ffffff"), ("#174a7c", "#ffffff"),
    ):  # fmt: skip
        assert contrast(text, ground) >= 4.5


def test_it_says_what_was_false_what_is_owed_and_what_to_mend(report: str) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", report))
    assert "false, unsupported" in text
    assert "45 CFR 164.404(b)" in text and "45 CFR 164.408(b)" in text
    assert "members&#39; care could not be confirmed while eligibility was off" in text
    assert "not legal advice" in text
    assert "nobody: the default at the deadline" in text
    assert "From 0s on the facilitator improvised" in text
    assert "None that the session shows by itself" not in text.split("Areas for improvement")[-1].split("hot wash")[0]


def test_a_good_session_has_strengths_and_no_blame() -> None:
    session = played(members=4_000)
    text = re.sub(r"<[^>]+>", " ", session.report())
    assert "was true, grounded and in time" in text
    assert "in time" in text
    assert session.state.digest() in text


def test_it_is_written_where_it_is_asked_for_and_the_same_each_time(tmp_path: Path) -> None:
    session = Session.start("vendor-portal", 7, members=200)
    path = tmp_path / "deep" / "report.html"
    assert session.report(path) == path.read_text(encoding="utf-8") == session.report()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        session.report(tmp_path / "file" / "report.html")
