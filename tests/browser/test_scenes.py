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
from tests.browser.axe import cut_off, findings
from tests.browser.conftest import Lab
from tests.browser.driving import at_rest, go_to, has_focus, opened, press_until, run_all

pytestmark = pytest.mark.browser

NAMES = ("eobs", "redact", "inbox", "policy", "casefile", "alerts")
LEARNER = "ana.ito"
LISTS = {
    "questions": "Questions that a caller must answer", "kind": "They ask for", "back": "Call back when in doubt",
    "finding": "Your finding",
}  # fmt: skip


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
    page.set_viewport_size({"width": 640, "height": 900})  # 1280 pixels at 200 %
    assert (findings(page), cut_off(page)) == ([], [])
    keep("task-200")
    page.set_viewport_size({"width": 1280, "height": 1000})
    assert page.watch.errors == [] and page.watch.outside == []  # type: ignore[attr-defined]
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-DockPanel-tabBar .jp-mod-dirty")).to_have_count(0)
    lab.stop_kernels()
    page.reload()
    at_rest(page)  # the kernel is a new one
    run_all(page)
    for name in NAMES:
        expect(form(page, name).get_by_role("status")).to_contain_text("Right.")


def place(one: Locator, name: str, part: str) -> Locator:
    """Where one part of an answer is given: a box, a phrase, or a list."""
    ident, _, choice = part.partition(":")
    material: Any = tasks.get(name).make(own_seed(LEARNER, 1, in_practice(name)))
    if name == "inbox":
        subject = next(m.subject for m in material.messages if m.id == ident)
        return one.get_by_role("group", name=subject, exact=True).get_by_label("It goes")
    if name == "alerts":
        title = next(c.title for c in material.cases if c.id == ident)
        return one.get_by_role("group", name=title, exact=True).get_by_label("Your decision")
    if choice:
        return one.get_by_label(LISTS[ident])
    if name == "eobs":
        return one.locator("tbody input").nth([line.id for line in material.lines].index(ident))
    if name == "redact":
        return one.locator("button.mark").nth([p.id for p in material.letter.phrases()].index(ident))
    return one.get_by_label(f"This supports the finding: {next(p.title for p in material.pieces if p.id == ident)}")


def tab_of(one: Locator, part: str) -> Locator:
    """The tab behind which a piece of evidence stands."""
    material: Any = tasks.get("casefile").make(own_seed(LEARNER, 1, in_practice("casefile")))
    return one.get_by_role("tab", name=next(p.title for p in material.pieces if p.id == part), exact=True)


def work(one: Locator, name: str, part: str) -> None:
    """Mark, choose or turn one part of the answer with the mouse."""
    if name == "casefile" and ":" not in part:
        tab_of(one, part).click()
    target = place(one, name, part)
    if part.startswith("questions:"):
        target.fill(part.split(":")[1])  # a slider
    elif ":" in part:
        target.select_option(part.split(":")[1])
    else:
        target.click()


def work_by_keys(page: Page, one: Locator, name: str, part: str) -> None:
    """The same with Tab, the arrow keys and Space."""
    if name == "casefile" and ":" not in part:
        tabs, tab = one.get_by_role("tab"), tab_of(one, part)
        go_to(page, tabs.and_(one.locator("[aria-selected=true]")), "Shift+Tab" if started(one) else "Tab")
        press_until(page, "ArrowRight", lambda: has_focus(tab))
        expect(tab).to_have_attribute("aria-selected", "true")
    target = place(one, name, part)
    go_to(page, target)
    if ":" in part:
        key = "ArrowRight" if part.startswith("questions:") else "ArrowDown"  # a slider, or a list
        press_until(page, key, lambda: target.input_value() == part.split(":")[1])
    else:
        page.keyboard.press("Space")
        expect(target).to_be_focused()


def started(one: Locator) -> bool:
    """Whether something of a case file is marked, so that the focus stands in a panel."""
    return one.locator("input:checked").count() > 0


def test_each_task_is_worked_by_keyboard_alone(page: Page, lab: Lab, scenes: str) -> None:
    opened(page, lab, scenes)
    run_all(page)
    for name in NAMES:
        one = form(page, name)
        one.locator("input, button, select").first.focus()
        page.keyboard.press("Shift+Tab")  # in front of the form, as one comes to it
        for part in full(name):
            work_by_keys(page, one, name, part)
        go_to(page, one.locator("button[type=submit]"))
        page.keyboard.press("Enter")
        expect(one.get_by_role("status")).to_contain_text("Right.")
        assert sorted(answer(lab, scenes, name)) == sorted(full(name))
    assert page.watch.errors == []  # type: ignore[attr-defined]


def test_what_is_missing_is_said_and_gets_the_focus(page: Page, lab: Lab, scenes: str) -> None:
    opened(page, lab, scenes)
    run_all(page)
    rule = form(page, "policy")
    rule.get_by_label(LISTS["questions"]).focus()
    page.keyboard.press("ArrowRight")
    expect(rule.locator(".value")).to_have_text("1")
    go_to(page, rule.locator("button[type=submit]"))
    page.keyboard.press("Enter")
    expect(rule.get_by_role("status")).to_contain_text("Choose from every list first.")
    expect(rule.get_by_label(LISTS["kind"])).to_be_focused()
    # Evidence: the arrow keys go round, Home and End to the ends.
    tabs = form(page, "casefile").get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("End")
    expect(tabs.last).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tabs.first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(tabs.last).to_have_attribute("aria-selected", "true")
