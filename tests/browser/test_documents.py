"""What members are told, as they meet it: with a screen reader, on a telephone, and on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from simlab.controls.documents import KINDS, render
from tests.browser.axe import findings

pytestmark = pytest.mark.browser
PAGES = {"form": 2, "opt-out": 2, "notice": 5, "answers": 8, "sharing": 20}  # sheets of paper at most


@pytest.mark.parametrize("kind", KINDS)
def test_each_document_can_be_read_by_all(chromium: Browser, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.html"
    path.write_text(render(kind), encoding="utf-8", newline="\n")
    for width in (1280, 320):
        page = chromium.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
        page.goto(path.as_uri())
        assert findings(page, "body") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=tmp_path / f"{kind}-{width}.png")
        page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_each_document_goes_on_a_few_sheets(chromium: Browser, tmp_path: Path, kind: str) -> None:
    page = chromium.new_page()
    page.set_content(render(kind))
    printed = page.pdf(path=tmp_path / f"{kind}.pdf", format="Letter", prefer_css_page_size=False)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= PAGES[kind]


def test_a_form_is_filled_in_by_keyboard_and_each_blank_has_its_label(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(render("form"))
    page.get_by_label("My name").focus()
    page.keyboard.type("Dolores Reyes")
    page.keyboard.press("Tab")
    page.keyboard.type("1 May 1970")
    assert page.get_by_label("My date of birth").input_value() == "1 May 1970"
    page.get_by_label("Telephone and e-mail").focus()
    page.keyboard.press("Space")
    assert page.get_by_label("Telephone and e-mail").is_checked()
    page.close()
