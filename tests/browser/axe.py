"""What axe-core finds in the parts of a page that are ours: WCAG 2.0 to 2.2, levels A and AA."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# JupyterLab draws the frame, the editor and the prompts; what a lesson says and shows is ours.
OURS = (".jp-RenderedMarkdown", ".jp-OutputArea-output")

# What is cut off at the side without a way to scroll to it.
CUT = """(ours) => [...document.querySelectorAll(ours)].filter((e) => {
  const style = getComputedStyle(e);
  return e.scrollWidth > e.clientWidth + 1 && !["auto", "scroll"].includes(style.overflowX) && style.display !== "inline";
}).map((e) => `${e.className} ${e.scrollWidth} in ${e.clientWidth}`)"""


def findings(page: Page, *within: str) -> list[str]:
    """Each violation as "rule (impact): selector: what is wrong"; an empty list is what is wanted.

    `within` are CSS selectors of what is looked at (left out: the notebook's texts and outputs).
    Fails where nothing matches: a check of nothing finds nothing.
    """
    chosen = within or OURS
    context: list[str] = [s for s in chosen if page.locator(s).count()]
    assert context, f"nothing on the page is {' or '.join(chosen)}"
    options: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": WCAG}}
    found = Axe().run(page, {"include": [[s] for s in context]}, options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in found
        for node in rule["nodes"]
    ]


def cut_off(page: Page) -> list[str]:
    """The parts of ours that are wider than what shows them, without a way to scroll; an empty list is what is wanted."""
    found: list[str] = page.evaluate(CUT, ".simlab-form, .simlab-page")
    return found
