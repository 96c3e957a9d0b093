"""The page that a learner gets back: read by all, in the dark, at 200 %, and dead to whatever stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from simlab.exercise.protocol import Detail
from simlab.grading import feedback
from simlab.grading.course import Course
from simlab.grading.outcome import CheckResult, Outcome
from tests.browser.axe import findings
from tests.browser.conftest import ARTEFACTS

pytestmark = pytest.mark.browser
LIVE = "<script>window.planted = 1</script><img src=x onerror='window.planted = 1'>"
SAID = "What was lost: It names some of her data and leaves the rest open. (1 of 2) [45 CFR 164.404(c)(1)(B)]\n\nKind, and clear."
CHECKS = (
    CheckResult("days-ok", "value", 3.0, 3.0, "Right: days is 60.", cite="45 CFR 164.404(b)"),
    CheckResult("thief", "simulate", 2.5, 5.0, "The thief read 40 members.", (Detail("nonce reused", False), Detail("moved row refused", True)), "45 CFR 164.312(a)(2)(iv)"),
    CheckResult("log-entry", "tests", 0.0, 3.0, LIVE + "long" * 80),
    CheckResult("letter", "by a person", 3.0, 4.0, ""),
)  # fmt: skip
DONE = Outcome(
    "ana.ito", "12-letters", "repaired", 8.5, 15.0, CHECKS, ("cell 'x' was missing: put back",), LIVE,
    isolated=False, judged=False, needs_person=("log-entry",), comments=(("letter", SAID), ("days", LIVE)),
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return feedback.write(Course(tmp_path), DONE)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 640), ("dark", 320)])
def test_the_feedback_page_can_be_read_by_all(chromium: Browser, place: Path, scheme: str, width: int) -> None:
    page = chromium.new_page(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)  # type: ignore[arg-type]
    page.goto(place.as_uri())
    assert findings(page, "body") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"feedback-{scheme}-{width}.png", full_page=True)
    page.close()


def test_nothing_in_the_feedback_page_runs_or_loads(chromium: Browser, place: Path) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.goto(place.as_uri())
    assert page.locator("body").inner_text().count("<script>window.planted = 1</script>") == 3
    assert page.evaluate("window.planted") is None and asked == [place.as_uri()]
    assert "Your trainer: What was lost: It names" in page.locator("section", has_text="letter").last.inner_text()
    page.close()
