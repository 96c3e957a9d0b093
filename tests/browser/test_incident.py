"""Lesson and exercise 11 in a real JupyterLab: by keyboard alone, with the analysts' cells run, and no key sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from simlab.exercise import tasks
from simlab.exercise.tasks._incident_lists import FACTORS
from simlab.exercise.variant import in_practice, own_seed
from simlab.notebook.silence import APART, LEFT, NOW
from tests.browser.axe import findings
from tests.browser.conftest import ROOT, Lab
from tests.browser.driving import at_rest, cell, go_to, has_focus, no_fault, opened, run_all, set_to

pytestmark = pytest.mark.browser

LESSON, EXERCISE = "lessons/11-incident-response.ipynb", "exercises/11-incident-response/11-incident-response.ipynb"
SOLUTION = ROOT / "solutions" / "11-incident-response" / "11-incident-response.ipynb"
LEARNER = "ana.ito"
Keep = Callable[[str], Path]


def drawn(name: str, label: str = "") -> Any:
    module: Any = tasks.get(name)
    return module.make(own_seed(LEARNER, 1, label or name))


def test_silence_is_counted_and_an_hour_is_decided_by_keyboard(page: Page, lab: Lab, keep: Keep) -> None:
    (lab.workspace / "lessons" / "answers.json").unlink(missing_ok=True)
    opened(page, lab, LESSON)
    run_all(page)
    no_fault(page)
    expect(page.get_by_text("Missed: 0. Too many: 0.")).to_have_count(1)
    lists, hour = page.locator(".simlab-lists"), page.locator(".simlab-task").first
    expect(lists.get_by_role("status")).to_contain_text("and 50 days left.")
    call = lists.get_by_label("Nadia calls:")
    call.focus()
    page.keyboard.press("Shift+Tab")
    set_to(page, call, NOW)
    set_to(page, lists.get_by_label("First she:"), LEFT)
    expect(lists.get_by_role("status")).to_contain_text("225 members in 12 States, and 60 days left.")
    keep("lesson-11-silence")
    lists.get_by_label("The files are:").select_option(APART)
    expect(lists.get_by_role("status")).to_contain_text("Nobody has to be told under HIPAA's rule.")
    hour.locator("select").first.focus()
    page.keyboard.press("Shift+Tab")
    things = drawn("firsthour", in_practice("firsthour")).things
    for thing in things:
        set_to(page, hour.get_by_role("group", name=thing.text, exact=True).get_by_label("Your decision"), "now")
    go_to(page, hour.locator("button[type=submit]"))
    page.keyboard.press("Enter")
    said = hour.get_by_role("status")
    expect(said).to_contain_text("Not yet. Of what the hour asks for: 3 of 3 done. Of the rest: 0 of 5")
    assert has_focus(hour.locator("button[type=submit]"))
    keep("lesson-11-hour")
    assert findings(page) == []
    no_fault(page)


def test_the_exercise_keeps_what_is_signed_and_sends_no_key(page: Page, lab: Lab, keep: Keep) -> None:
    lab.renew(EXERCISE)
    worked = {c.id: c for c in nbformat.read(SOLUTION, 4).cells}
    page_file = lab.workspace / EXERCISE
    book = nbformat.read(page_file, 4)
    for c in book.cells:
        if c.id in ("owed-answer", "scope-answer"):
            c.source = worked[c.id].source.replace(" & ~key.isin(handed_out)", "")
    nbformat.write(book, page_file)
    page.goto(lab.url(EXERCISE))
    expect(cell(page, 0)).to_be_focused()
    at_rest(page)
    run_all(page)
    no_fault(page)
    expect(page.get_by_text("To be told and found: 12 of 18. Letters about nothing: 0.").first).to_be_visible()
    form, case = page.locator(".simlab-task").nth(1), drawn("incident")
    signed = {
        **dict.fromkeys(FACTORS.values(), "b"),
        "First ending: you find": "no-proof",
        "Second ending: you find": "low",
        "The plan discovered it on": "ended",
        "The last day for the letters to members": "ended",
        "HHS is told": "not",
        "Media are told": "none",
    }
    for label, choice in signed.items():
        form.get_by_label(label).select_option(choice)
    form.locator("button[type=submit]").click()
    expect(form.get_by_role("status")).to_contain_text("Kept.")
    kept = json.loads(page_file.with_name("answers.json").read_text("utf-8"))["answers"]["incident"]["value"]
    assert sorted(kept) == sorted(
        [
            *(f"{f}:b" for f in FACTORS),
            "by:ended",
            "first:no-proof",
            "hhs:not",
            "media:none",
            "second:low",
            "since:ended",
        ]
    )
    received = b"".join(page.watch.frames).decode("utf-8", "replace") + page.content()  # type: ignore[attr-defined]
    assert case.says[0][1] in received
    module: Any = tasks.get("incident")
    told = [d.text for d in module.judge(case, kept).details]
    assert not any(text[:60] in received for text in told)
    assert not any(thing.bad[:60] in received for thing in drawn("firsthour").things)
    keep("exercise-11")
    assert findings(page) == []
