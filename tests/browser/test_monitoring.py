"""Lesson and exercise 06 in a real JupyterLab: by keyboard alone, with the analysts' cells run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from simlab.exercise import tasks
from simlab.exercise.variant import in_practice, own_seed
from tests.browser.conftest import ROOT, Lab
from tests.browser.driving import at_rest, cell, go_to, has_focus, no_fault, opened, run_all, set_to

pytestmark = pytest.mark.browser

LESSON, EXERCISE = "lessons/06-monitoring.ipynb", "exercises/06-monitoring/06-monitoring.ipynb"
LEARNER = "ana.ito"
Keep = Callable[[str], Path]


def morning(label: str) -> Any:
    module: Any = tasks.get("alerts")
    return module.make(own_seed(LEARNER, 1, label))


def test_the_lesson_is_worked_by_keyboard(page: Page, lab: Lab, keep: Keep) -> None:
    (lab.workspace / "lessons" / "answers.json").unlink(missing_ok=True)
    opened(page, lab, LESSON)
    run_all(page)
    no_fault(page)
    expect(page.get_by_text("150 within ten hours: 1 alerts")).to_have_count(1)
    rule, five = page.locator(".simlab-lists"), page.locator(".simlab-task")
    lists = {name: rule.get_by_label(name) for name in ("Alert from:", "Read within:", "The nightly job:")}
    lists["Alert from:"].focus()
    page.keyboard.press("Shift+Tab")
    for (name, select), text in zip(lists.items(), ("120 files", "a working day (ten hours)", "left out"), strict=True):
        set_to(page, select, text)
        expect(rule.get_by_role("status")).not_to_be_empty()
        assert name
    expect(rule.get_by_role("status")).to_contain_text("3 of 3 caught, 0 asked for nothing.")
    keep("lesson-06-rule")
    first = five.locator("select").first
    first.focus()
    page.keyboard.press("Shift+Tab")
    for case in morning(in_practice("alerts")).cases:
        set_to(page, five.get_by_role("group", name=case.title, exact=True).get_by_label("Your decision"), "escalate")
    keep("lesson-06-alerts")
    go_to(page, five.locator("button[type=submit]"))
    page.keyboard.press("Enter")
    said = five.get_by_role("status")
    expect(said).to_contain_text("Not yet.")
    expect(said).to_contain_text("Colleagues accused without cause")
    assert has_focus(five.locator("button[type=submit]"))
    keep("lesson-06-answered")
    no_fault(page)


def test_the_exercise_keeps_choices_runs_a_rule_and_sends_no_key(page: Page, lab: Lab, keep: Keep) -> None:
    lab.renew(EXERCISE)
    worked = nbformat.read(ROOT / "solutions" / "06-monitoring" / "06-monitoring.ipynb", 4)
    rule = next(c.source for c in worked.cells if c.id == "rule-answer")
    page_file = lab.workspace / EXERCISE
    book = nbformat.read(page_file, 4)
    answers = {c.id: c for c in book.cells}
    answers["rule-answer"].source = rule.replace("gte: 120", "gte: 400")
    answers["unexplained-answer"].source = next(c.source for c in worked.cells if c.id == "unexplained-answer")
    nbformat.write(book, page_file)
    page.goto(lab.url(EXERCISE))
    expect(cell(page, 0)).to_be_focused()
    at_rest(page)
    run_all(page)
    no_fault(page)
    expect(page.get_by_text("Caught: 0 of 3 incidents. Wasted: 0").first).to_be_visible()
    five = page.locator(".simlab-task")
    for case in morning("alerts").cases:
        five.get_by_role("group", name=case.title, exact=True).get_by_label("Your decision").select_option("ask")
    five.locator("button[type=submit]").click()
    expect(five.get_by_role("status")).to_contain_text("Kept.")
    kept = json.loads(page_file.with_name("answers.json").read_text("utf-8"))["answers"]["alerts"]["value"]
    assert sorted(kept) == [f"a{n}:ask" for n in range(1, 6)]
    received = b"".join(page.watch.frames).decode("utf-8", "replace") + page.content()  # type: ignore[attr-defined]
    assert "Why it alerted" in received
    for case in morning("alerts").cases:
        assert not any(text[:60] in received for text in case.follows.values())
    keep("exercise-06")
