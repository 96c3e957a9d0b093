"""Lesson and exercise 10 in a real JupyterLab: by keyboard alone, with the analysts' cells run, and no key sent."""

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
from simlab.notebook.leaving import BOUND, THEIRS
from tests.browser.axe import findings
from tests.browser.conftest import ROOT, Lab
from tests.browser.driving import at_rest, cell, go_to, has_focus, no_fault, opened, run_all, set_to

pytestmark = pytest.mark.browser

LESSON, EXERCISE = "lessons/10-vendors.ipynb", "exercises/10-vendors/10-vendors.ipynb"
LEARNER = "ana.ito"
Keep = Callable[[str], Path]


def drawn(name: str, label: str = "") -> Any:
    module: Any = tasks.get(name)
    return module.make(own_seed(LEARNER, 1, label or name))


def test_a_last_day_is_set_and_three_contracts_are_read_by_keyboard(page: Page, lab: Lab, keep: Keep) -> None:
    (lab.workspace / "lessons" / "answers.json").unlink(missing_ok=True)
    opened(page, lab, LESSON)
    run_all(page)
    no_fault(page)
    expect(page.get_by_text("the stranger gets in: False; Cedarline gets in: True")).to_have_count(1)
    month, papers = page.locator(".simlab-lists"), page.locator(".simlab-task").first
    close, data = month.get_by_label("Close:"), month.get_by_label("The data:")
    close.focus()
    page.keyboard.press("Shift+Tab")
    set_to(page, close, THEIRS)
    set_to(page, data, BOUND)
    expect(month.get_by_role("status")).to_contain_text("0 of 4 ways in opened, 0 of 2 services cut")
    expect(month.get_by_role("status")).to_contain_text("Nothing opened, nobody waited")
    keep("lesson-10-last-day")
    papers.locator("select").first.focus()
    page.keyboard.press("Shift+Tab")
    for paper in drawn("contracts", in_practice("contracts")).papers:
        set_to(page, papers.get_by_role("group", name=paper.title, exact=True).get_by_label("It lacks"), "none")
    go_to(page, papers.locator("button[type=submit]"))
    page.keyboard.press("Enter")
    said = papers.get_by_role("status")
    expect(said).to_contain_text("Not yet. Found: 0 of 2. The complete one was let pass.")
    expect(said).to_contain_text("45 CFR 164.504(e)(2)")
    assert has_focus(papers.locator("button[type=submit]"))
    keep("lesson-10-contracts")
    assert findings(page, ".simlab-task", ".simlab-lists") == []
    no_fault(page)


def test_the_exercise_keeps_choices_plays_a_month_and_sends_no_key(page: Page, lab: Lab, keep: Keep) -> None:
    lab.renew(EXERCISE)
    worked = {c.id: c for c in nbformat.read(ROOT / "solutions" / "10-vendors" / "10-vendors.ipynb", 4).cells}
    page_file = lab.workspace / EXERCISE
    book = nbformat.read(page_file, 4)
    for c in book.cells:
        if c.id in ("outside-answer", "close-answer"):
            c.source = worked[c.id].source.replace(' or c["end"]', "").replace('c["terminated"]', 'c["end"]')
    nbformat.write(book, page_file)
    page.goto(lab.url(EXERCISE))
    expect(cell(page, 0)).to_be_focused()
    at_rest(page)
    run_all(page)
    no_fault(page)
    expect(page.get_by_text("Ways in that stayed shut: 12 of 16. Services that went on: 5 of 5.").first).to_be_visible()
    day, case = page.locator(".simlab-task").last, drawn("offboarding")
    for thing in case.things:
        choice = "proof" if thing.sort == "data" else "now"
        day.get_by_role("group", name=thing.title, exact=True).get_by_label("Your decision").select_option(choice)
    day.locator("button[type=submit]").click()
    expect(day.get_by_role("status")).to_contain_text("Kept.")
    kept = json.loads(page_file.with_name("answers.json").read_text("utf-8"))["answers"]["offboarding"]["value"]
    assert sorted(kept) == sorted(f"{t.id}:{'proof' if t.sort == 'data' else 'now'}" for t in case.things)
    received = b"".join(page.watch.frames).decode("utf-8", "replace") + page.content()  # type: ignore[attr-defined]
    assert drawn("contracts").papers[0].lines[0] in received
    follows = [said for t in case.things for said in t.follows.values()]
    assert not any(said[:60] in received for said in [*follows, *(p.why for p in drawn("contracts").papers)])
    keep("exercise-10")
