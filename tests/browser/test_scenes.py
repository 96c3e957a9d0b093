"""Each kind of task in a real JupyterLab: by mouse and by keyboard alone, reloaded, and opened another day."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from simlab.exercise import tasks
from simlab.exercise.variant import in_practice, own_seed
from tests.browser.axe import findings
from tests.browser.conftest import Lab
from tests.browser.driving import at_rest, go_to, has_focus, opened, press_until, run_all

pytestmark = pytest.mark.browser

NAMES = ("eobs", "redact", "inbox", "policy", "casefile")
LEARNER = "ana.ito"


def full(name: str) -> list[str]:
    module: Any = tasks.get(name)
    return list(module.full(module.make(own_seed(LEARNER, 1, in_practice(name)))))


@pytest.fixture
def scenes(lab: Lab, request: pytest.FixtureRequest) -> str:
    """A page with each task and both pictures, in a folder of its own for each test."""
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    names = ", ".join(["statemap", "task", "timeline"])
    book.cells = [
        nbformat.v4.new_markdown_cell("# Scenes"),
        nbformat.v4.new_code_cell(f"from simlab.notebook import {names}"),
    ]
    book.cells += [nbformat.v4.new_code_cell(f'task("{name}")') for name in NAMES]
    book.cells += [nbformat.v4.new_code_cell('timeline([("09:10", "The call"), ("09:12", "The note")])')]
    book.cells += [nbformat.v4.new_code_cell('statemap({"OK": 1200, "TX": 410, "KS": 96})')]
    folder = lab.workspace / request.node.name
    folder.mkdir()
    nbformat.write(book, folder / "scenes.ipynb")
    return f"{folder.name}/scenes.ipynb"


def form(page: Page, name: str) -> Locator:
    return page.locator(".simlab-task").nth(NAMES.index(name))


def answer(lab: Lab, scenes: str, name: str) -> Any:
    return json.loads((lab.workspace / scenes).with_name("answers.json").read_text("utf-8"))["answers"][name]["value"]


def test_each_task_is_worked_by_mouse_and_comes_back(
    page: Page, lab: Lab, scenes: str, keep: Callable[[str], Path]
) -> None:
    opened(page, lab, scenes)
    run_all(page)
    for name in NAMES:
        one = form(page, name)
        for part in full(name):
            work(one, name, part)
        one.locator("button[type=submit]").click()
        expect(one.get_by_role("status")).to_contain_text("Right.")
        assert sorted(answer(lab, scenes, name)) == sorted(full(name))
        one.scroll_into_view_if_needed()
        keep(f"task-{name}")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(scheme == "light").lower())
        assert findings(page) == [], scheme
        form(page, "eobs").scroll_into_view_if_needed()
        keep(f"task-eobs-{scheme}")
    assert page.watch.errors == [] and page.watch.outside == []  # type: ignore[attr-defined]
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-DockPanel-tabBar .jp-mod-dirty")).to_have_count(0)
    lab.stop_kernels()
    page.reload()
    at_rest(page)  # the kernel is a new one
    run_all(page)
    for name in NAMES:
        expect(form(page, name).get_by_role("status")).to_contain_text("Right.")


def work(one: Locator, name: str, part: str) -> None:
    """Mark, choose or turn one part of the answer with the mouse."""
    ident, _, choice = part.partition(":")
    material: Any = tasks.get(name).make(own_seed(LEARNER, 1, in_practice(name)))
    if choice:
        label = {"inbox": "It goes", "casefile": "Your finding"}.get(name)
        box = (
            one
            if name != "inbox"
            else one.get_by_role("group", name=next(m.subject for m in material.messages if m.id == ident), exact=True)
        )
        names = {
            "questions": "Questions that a caller must answer",
            "kind": "They ask for",
            "back": "Call back when in doubt",
        }
        box.get_by_label(label or names[ident]).select_option(choice)
    elif name == "eobs":
        one.locator("tbody input").nth([line.id for line in material.lines].index(ident)).check()
    elif name == "redact":
        one.locator("button.mark").nth([p.id for p in material.letter.phrases()].index(ident)).click()
    else:
        title = next(p.title for p in material.pieces if p.id == ident)
        one.get_by_role("tab", name=title, exact=True).click()
        one.get_by_label(f"This supports the finding: {title}").check()


def test_a_task_is_worked_by_keyboard_alone(page: Page, lab: Lab, scenes: str) -> None:
    opened(page, lab, scenes)
    run_all(page)
    # A statement: Tab to the box of the line, Space.
    one, ids = form(page, "eobs"), full("eobs")
    material: Any = tasks.get("eobs").make(own_seed(LEARNER, 1, in_practice("eobs")))
    one.locator("tbody input").first.focus()
    target = one.locator("tbody input").nth([line.id for line in material.lines].index(ids[0]))
    go_to(page, target)
    page.keyboard.press("Space")
    go_to(page, one.locator("button[type=submit]"))
    page.keyboard.press("Enter")
    expect(one.get_by_role("status")).to_contain_text("Right.")
    # A paper: each phrase is a toggle.
    paper = form(page, "redact")
    paper.locator("button.mark").first.focus()
    page.keyboard.press("Space")
    expect(paper.locator("button.mark").first).to_have_attribute("aria-pressed", "true")
    expect(paper.locator("button.mark").first).to_be_focused()
    # Evidence: the arrow keys go from tab to tab, Tab goes into the panel.
    case = form(page, "casefile")
    tabs = case.get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("End")
    expect(tabs.last).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tabs.first).to_be_focused()
    box = case.get_by_role("tabpanel").locator("input")
    press_until(page, "Tab", lambda: has_focus(box.locator("visible=true")), most=4)
    page.keyboard.press("Space")
    expect(box.locator("visible=true")).to_be_checked()
    # A rule: lists by the arrow keys; what is missing is said and focused.
    rule = form(page, "policy")
    first = rule.get_by_label("Questions that a caller must answer")
    first.focus()
    page.keyboard.press("ArrowDown")
    go_to(page, rule.locator("button[type=submit]"))
    page.keyboard.press("Enter")
    expect(rule.get_by_role("status")).to_contain_text("Choose from every list first.")
    expect(rule.get_by_label("They ask for")).to_be_focused()
    assert page.watch.errors == []  # type: ignore[attr-defined]
