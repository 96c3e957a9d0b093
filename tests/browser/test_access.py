"""Lesson and exercise 05 in a real JupyterLab: by keyboard alone, with a set of policies run."""

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
from simlab.notebook.gating import A_WAY, AGAIN, SHUT
from tests.browser.conftest import ROOT, Lab
from tests.browser.driving import at_rest, cell, go_to, has_focus, no_fault, opened, run_all, set_to

pytestmark = pytest.mark.browser

LESSON, EXERCISE = "lessons/05-access.ipynb", "exercises/05-access/05-access.ipynb"
LEARNER = "ana.ito"
Keep = Callable[[str], Path]


def desk(label: str) -> Any:
    module: Any = tasks.get("requests")
    return module.make(own_seed(LEARNER, 1, label))


def test_the_lesson_is_worked_by_keyboard(page: Page, lab: Lab, keep: Keep) -> None:
    (lab.workspace / "lessons" / "answers.json").unlink(missing_ok=True)
    opened(page, lab, LESSON)
    run_all(page)
    no_fault(page)
    expect(page.get_by_text("with a second factor: 0 of")).to_have_count(1)
    rules, six = page.locator(".simlab-lists"), page.locator(".simlab-task")
    wanted = {"Opens for:": "the role, and work on it", "Own circle:": SHUT, "Log-in:": AGAIN, "Urgent:": A_WAY}
    rules.get_by_label("Opens for:").focus()
    page.keyboard.press("Shift+Tab")
    for label, text in wanted.items():
        set_to(page, rules.get_by_label(label), text)
    said = rules.get_by_role("status")
    expect(said).to_contain_text("0 looks without need let in, 0 emergencies held up. Nobody without a need got in.")
    keep("lesson-05-rules")
    six.locator("select").first.focus()
    page.keyboard.press("Shift+Tab")
    for case in desk(in_practice("requests")).cases:
        choice = six.get_by_role("group", name=case.title, exact=True).get_by_label("Your decision")
        set_to(page, choice, "refuse")
    go_to(page, six.locator("button[type=submit]"))
    page.keyboard.press("Enter")
    said = six.get_by_role("status")
    expect(said).to_contain_text("Not yet.")
    expect(said).to_contain_text("Hours that members waited for it: 228. Members exposed without need: 0.")
    assert has_focus(six.locator("button[type=submit]"))
    keep("lesson-05-answered")
    no_fault(page)


def test_the_exercise_keeps_choices_runs_policies_and_sends_no_key(page: Page, lab: Lab, keep: Keep) -> None:
    lab.renew(EXERCISE)
    worked = nbformat.read(ROOT / "solutions" / "05-access" / "05-access.ipynb", 4)
    solved = {c.id: c.source for c in worked.cells}
    page_file = lab.workspace / EXERCISE
    book = nbformat.read(page_file, 4)
    answers = {c.id: c for c in book.cells}
    shut = solved["policies-answer"].replace('\nunless { principal == Role::"nurse_reviewer" }', "")
    answers["policies-answer"].source = shut
    answers["excess-answer"].source = solved["excess-answer"]
    nbformat.write(book, page_file)
    page.goto(lab.url(EXERCISE))
    expect(cell(page, 0)).to_be_focused()
    at_rest(page)
    run_all(page)
    no_fault(page)
    expect(page.get_by_text("Work delivered: 4 of 8 kinds.").first).to_be_visible()
    expect(page.get_by_text("Refused at first by notes-are-for-nurses, line").first).to_be_visible()
    six = page.locator(".simlab-task")
    for case in desk("requests").cases:
        six.get_by_role("group", name=case.title, exact=True).get_by_label("Your decision").select_option("colleague")
    six.locator("button[type=submit]").click()
    expect(six.get_by_role("status")).to_contain_text("Kept.")
    kept = json.loads(page_file.with_name("answers.json").read_text("utf-8"))["answers"]["requests"]["value"]
    assert sorted(kept) == [f"r{n}:colleague" for n in range(1, 7)]
    received = b"".join(page.watch.frames).decode("utf-8", "replace") + page.content()  # type: ignore[attr-defined]
    assert "Our tables" in received
    for case in desk("requests").cases:
        assert not any(text[:60] in received for text in case.follows.values())
    keep("exercise-05")
