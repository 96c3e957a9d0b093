"""A JupyterLab page, driven as a person drives it: menu, keys, and what has the focus."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Lab

FOCUS = """() => {
  const e = document.activeElement;
  return `${e.tagName} ${e.type ?? ""} ${(e.ariaLabel ?? e.innerText ?? "").slice(0, 60)}`;
}"""
FAULTS = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type='application/vnd.jupyter.error']"
# WCAG 2.2, 1.4.3: the contrast of an element's text with what lies behind it.
CONTRAST = """(element) => {
  const rgba = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = (e) => {
    if (!e) return [255, 255, 255, 1];
    const colour = rgba(getComputedStyle(e).backgroundColor);
    return colour[3] === 1 ? colour : over(colour, behind(e.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = behind(element);
  const two = [light(over(rgba(getComputedStyle(element).color), ground)), light(ground)].sort();
  return (two[1] + 0.05) / (two[0] + 0.05);
}"""


def opened(page: Page, lab: Lab, path: str) -> None:
    """A page as it was handed out, open, with its kernel at rest and the focus on its first cell."""
    lab.renew(path)
    page.goto(lab.url(path))
    expect(cell(page, 0)).to_be_focused()
    at_rest(page)


def opened_beside(page: Page, lab: Lab, path: str) -> None:
    """A page as it was handed out, opened in the JupyterLab that is there: File > Open from Path."""
    lab.renew(path)
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Open from Path")).click()
    page.get_by_role("dialog").get_by_role("textbox").fill(path)
    page.keyboard.press("Enter")
    expect(cell(page, 0)).to_be_focused()
    at_rest(page)


def shut(page: Page) -> None:
    """The notebook that is open closed, and its kernel ended: File > Close and Shut Down Notebook."""
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Close and Shut Down Notebook")).click()
    page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    expect(page.locator(".jp-Notebook")).to_have_count(0)


def at_rest(page: Page) -> None:
    """Wait until the kernel has nothing to do."""
    expect(page.locator(".jp-StatusBar-TextItem", has_text="(ipykernel) | Idle")).to_be_visible()


def cell(page: Page, number: int) -> Locator:
    """A cell of the notebook that is open."""
    return page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{number}']")


def run_all(page: Page) -> None:
    """Run > Run All Cells, from the menu, until the last cell has its number."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    # A folded cell has no number at its input; what it gives back has one.
    prompts = page.locator(".jp-CodeCell").last.locator(".jp-InputPrompt, .jp-OutputPrompt")
    expect(prompts.filter(has_text=re.compile(r"\[\d+\]:")).first).to_be_visible()
    at_rest(page)


def no_fault(page: Page) -> None:
    """No error in any output, none in the console, and nothing asked of another machine."""
    assert page.locator(FAULTS).all_inner_texts() == []
    assert "Traceback" not in " ".join(page.locator(".jp-Notebook").all_inner_texts())
    assert page.watch.errors == [] and page.watch.outside == []  # type: ignore[attr-defined]


def press_until(page: Page, key: str, reached: Callable[[], bool], most: int = 30) -> None:
    """Press a key until something is so; fails with the trail of the focus."""
    trail = []
    for _ in range(most):
        if reached():
            return
        page.keyboard.press(key)
        trail.append(page.evaluate(FOCUS))
    assert reached(), f"{most} times {key}: {trail}"


def go_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Move the focus to something with Tab or Shift+Tab alone."""
    press_until(page, key, lambda: has_focus(target))


def set_to(page: Page, select: Locator, text: str) -> None:
    """A list, reached with Tab and turned with the arrow keys."""
    go_to(page, select)
    press_until(page, "ArrowDown", lambda: select.input_value() == text)


def has_focus(target: Locator) -> bool:
    return target.count() == 1 and bool(target.evaluate("e => e === document.activeElement"))


def choose(page: Page, form: Locator, option: str) -> None:
    """With the focus on the radios of a form: the arrow keys, until that option is chosen."""
    radio = form.locator(f"input[value='{option}']")
    press_until(page, "ArrowDown", radio.is_checked, most=6)
    expect(radio).to_be_focused()


def contrast(target: Locator) -> float:
    return float(target.evaluate(CONTRAST))
