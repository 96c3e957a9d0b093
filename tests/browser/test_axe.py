"""The tool that looks for barriers sees them, and a look at nothing is no pass."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.axe import OURS, findings

pytestmark = pytest.mark.browser


def test_a_check_of_nothing_fails(page: Page) -> None:
    page.set_content("<main></main>")
    with pytest.raises(AssertionError, match=re.escape(OURS[0])):
        findings(page)


def test_axe_sees_what_is_wrong(page: Page) -> None:
    page.set_content("<div class='jp-OutputArea-output'><img src='data:,'><p style='color:#aaa'>pale</p></div>")
    rules = {found.split(" ")[0] for found in findings(page)}
    assert {"image-alt", "color-contrast"} <= rules
