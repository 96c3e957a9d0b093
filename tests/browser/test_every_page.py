"""Every page of the course in a real JupyterLab: it runs to its end, and can be read in every light and size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import cut_off, findings
from tests.browser.conftest import ROOT, SIZE, Lab, watched
from tests.browser.driving import FAULTS, at_rest, opened, opened_beside, run_all, shut

pytestmark = pytest.mark.browser

PAGES = [
    *sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "lessons").glob("[0-9]*.ipynb")),
    *sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "exercises").glob("*/*.ipynb")),
    "home.ipynb",
]


@pytest.fixture(scope="module")
def desk(chromium: Browser, lab: Lab) -> Iterator[Page]:
    """One JupyterLab for all pages, as a learner has it: loading it costs more than a page does."""
    with watched(chromium) as page:
        opened(page, lab, "home.ipynb")
        shut(page)
        yield page


@pytest.fixture
def page(desk: Page, lab: Lab, path: str) -> Iterator[Page]:
    """The desk with this page open, and nothing of the last one."""
    desk.watch.forget()  # type: ignore[attr-defined]
    opened_beside(desk, lab, path)
    yield desk
    desk.set_viewport_size(SIZE)
    desk.emulate_media(color_scheme="light")
    shut(desk)


@pytest.mark.parametrize("path", PAGES)
def test_it_runs_to_its_end_and_is_accessible_in_every_light_and_size(
    path: str, page: Page, keep: Callable[[str], Path]
) -> None:
    name = path.rsplit("/", 1)[-1].removesuffix(".ipynb") + ("-exercise" if path.startswith("exercises") else "")
    run_all(page)
    at_rest(page)
    assert page.locator(FAULTS).all_inner_texts() == []
    words = page.locator(".jp-Notebook").inner_text()
    assert "Traceback" not in words and "could not be shown" not in words and "could not run" not in words
    found: dict[str, list[str]] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(scheme == "light").lower())
        found[scheme] = findings(page)
        keep(f"page-{name}-{scheme}")
    # 1280 pixels at 200 % are 640 (WCAG 2.2, 1.4.10 and 1.4.4).
    page.set_viewport_size({"width": 640, "height": 900})
    expect(page.locator(".jp-Notebook")).to_be_visible()
    found["200 %"] = findings(page)
    found["cut off at 200 %"] = cut_off(page)
    keep(f"page-{name}-200")
    assert {k: v for k, v in found.items() if v} == {}
    assert page.watch.errors == [] and page.watch.outside == []  # type: ignore[attr-defined]
