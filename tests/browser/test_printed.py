"""The pages of the training register, as a manager reads them and a learner prints them."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request

from simlab import organization
from simlab.records import Register, certificate, keep_until, team
from simlab.records.entry import make
from simlab.records.people import Person
from tests.browser.axe import findings

pytestmark = pytest.mark.browser
LARKSPUR = organization.load(organization.sample())
TODAY = dt.date(2026, 3, 2)
LESSONS = {"01-confidentiality": "Confidentiality: who may know", "02-encryption": "Encryption: what a thief can read"}
STAMP = "2026-03-02T09:00:00Z"


@pytest.fixture
def register(tmp_path: Path) -> Register:
    found = Register(tmp_path / "records")
    common = {"kind": "result", "at": STAMP, "entered": STAMP, "passed": True, "score": 5.0, "maximum": 6.0}
    kept = {"retain_until": keep_until(TODAY), "salt": "0" * 32, "content": "0.1.0"}
    found.add(make(person="ana.ito", lesson=name, **common, **kept) for name in LESSONS)
    return found


def _pages(register: Register) -> dict[str, str]:
    done = certificate.whole("ana.ito", LESSONS, LESSONS, certificate.passes(register.read()))
    assert done
    people = [
        Person(f"p{i}", "Wolfeschlegelsteinhausenbergerdorff " * 2, "claims", "Front desk", TODAY) for i in (1, 2)
    ]
    people += [
        Person("ana.ito", "あな 伊藤", "claims", "Front desk", dt.date(2026, 1, 1)),
        Person("bo", "سيرين أوكافور"),
    ]
    late = Person("cy", "Cy Okafor", "claims", "Front desk", dt.date(2025, 1, 1))
    found = team.standings([*people, late], {"claims": list(LESSONS)}, register.read(), LARKSPUR, TODAY)
    hard = [team.Hard("02-encryption", "thief", 7, 0.4, "decide whether stolen data can be read")]
    rated = [team.Evaluation("02-encryption", 7, (4.0, 4.5, 3.5, 4.1, 3.9))]
    words = ["I can use this in my work this week.", "b", "c", "d", "e"]
    return {
        "certificate": certificate.page("あな 伊藤", "Claims", done, LARKSPUR, at=STAMP, number="ab" * 32),
        "team": team.page(found, hard, rated, words, LARKSPUR, TODAY, titles=LESSONS, title="Front desk"),
    }


def _note(asked: list[str], request: Request) -> None:
    asked.append(request.url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_pages_can_be_read_by_all(
    chromium: Browser, register: Register, tmp_path: Path, scheme: str, width: int
) -> None:
    for name, text in _pages(register).items():
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        page = chromium.new_page(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)  # type: ignore[arg-type]
        asked: list[str] = []
        page.on("request", functools.partial(_note, asked))
        page.goto(path.as_uri())
        assert findings(page, "body") == []
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width  # tables scroll in a part of their own
        page.screenshot(path=tmp_path / f"{name}-{scheme}-{width}.png", full_page=True)
        page.close()


def test_a_certificate_is_one_page_to_print(chromium: Browser, register: Register, tmp_path: Path) -> None:
    page = chromium.new_page()
    page.set_content(_pages(register)["certificate"])
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    page.close()
