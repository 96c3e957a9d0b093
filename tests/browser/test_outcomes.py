"""The page of outcomes, as a trainer reads it: with a screen reader, in the dark, on half a window."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from simlab.grading import feedback, report
from simlab.grading.course import Course
from simlab.grading.outcome import Before, CheckResult, Outcome
from tests.browser.axe import findings

pytestmark = pytest.mark.browser
DONE = Outcome("ana.ito", "02-encryption", "graded", 3.0, 5.0, (CheckResult("thief", "simulate", 3.0, 5.0, "m"),))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "solutions" / DONE.assignment).mkdir(parents=True)
    (tmp_path / "solutions" / DONE.assignment / "a.ipynb").touch()
    home = Course(tmp_path)
    found = [
        DONE.with_(before=Before("graded", 5.0, 5.0, {"thief": 5.0})),
        DONE.with_(learner="Wolfeschlegelsteinhausenbergerdorff" * 2, outcome="timed out", points=None, reason="why"),
        DONE.with_(learner="あな 伊藤", repairs=("put back",), needs_person=("essay",), needs_regrade="changed"),
    ]
    for o in found:
        feedback.write(home, o)
    report.write(home, found * 20, report.place(home), "now")
    return report.place(home)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 640), ("dark", 320)])
def test_the_page_of_outcomes_can_be_read_by_all(chromium: Browser, place: Path, scheme: str, width: int) -> None:
    page = chromium.new_page(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)  # type: ignore[arg-type]
    page.goto(place.as_uri())
    assert findings(page, "body") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width  # the table scrolls in a part of its own
    page.screenshot(path=place.with_name(f"outcomes-{scheme}-{width}.png"))
    page.locator("td a").first.click()
    assert page.locator("h1").inner_text() == DONE.assignment, "the link leads to the feedback page"
    page.close()
