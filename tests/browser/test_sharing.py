"""Lesson and exercise 07 in a real JupyterLab: by keyboard, in both lights, with the analysts' cells run."""

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
from tests.browser.conftest import ROOT, Lab
from tests.browser.driving import at_rest, cell, go_to, has_focus, no_fault, opened, run_all, set_to

pytestmark = pytest.mark.browser

LESSON, EXERCISE = "lessons/07-consent.ipynb", "exercises/07-consent/07-consent.ipynb"
LEARNER = "ana.ito"
RULE = {
    "Family:": "whom the member lets us tell", "Clinics, about bills:": "for a bill of this member",
    "Police and employers:": "as far as their paper goes", "Lawyers and other firms:": "with a form that has all it needs",
}  # fmt: skip
ORDER = ("counter", "form", "promises")
Keep = Callable[[str], Path]


def drawn(name: str, label: str) -> Any:
    module: Any = tasks.get(name)
    return module.make(own_seed(LEARNER, 1, label))


def form(page: Page, name: str) -> Locator:
    return page.locator(".simlab-task").nth(ORDER.index(name))


def choose_all(one: Locator, answer: list[str]) -> None:
    """Every list and box of an answer, with the mouse; the lists come in the order of the answer."""
    lists, boxes = one.locator("select"), one.locator("tbody input")
    given = [part.split(":")[1] for part in answer if ":" in part]
    for number, choice in enumerate(given):
        lists.nth(number).select_option(choice)
    assert lists.count() == len(given)
    for part in answer:
        if ":" not in part:
            boxes.nth(int(part)).check()
    one.locator("button[type=submit]").click()


def test_the_lesson_is_worked_by_keyboard_in_both_lights(page: Page, lab: Lab, keep: Keep) -> None:
    (lab.workspace / "lessons" / "answers.json").unlink(missing_ok=True)
    opened(page, lab, LESSON)
    run_all(page)
    no_fault(page)
    expect(page.get_by_text("is not who may receive it: the name only looks like the one in it")).to_have_count(1)
    rule, six = page.locator(".simlab-lists"), form(page, "counter")
    expect(rule.get_by_role("status")).to_contain_text("0 told what is not theirs,")
    rule.get_by_label("Family:").focus()
    page.keyboard.press("Shift+Tab")
    for name, text in RULE.items():
        set_to(page, rule.get_by_label(name), text)
    expect(rule.get_by_role("status")).to_contain_text("0 told what is not theirs, 0 went without.")
    keep("lesson-07-rule")
    six.locator("select").first.focus()
    page.keyboard.press("Shift+Tab")
    for one in drawn("counter", in_practice("counter")).asked:
        set_to(page, six.get_by_role("group", name=one.title, exact=True).get_by_label("Your decision"), "tell")
    keep("lesson-07-counter")
    go_to(page, six.locator("button[type=submit]"))
    page.keyboard.press("Enter")
    said = six.get_by_role("status")
    expect(said).to_contain_text("Not yet.")
    expect(said).to_contain_text("Told what was not theirs: 4 people")
    assert has_focus(six.locator("button[type=submit]"))
    blank = drawn("form", in_practice("form"))
    added = [str(list(blank.offered).index(part)) for part in tasks.get("form").full(blank) if ":" not in part]
    read = [part for part in tasks.get("form").full(blank) if ":" in part]
    choose_all(form(page, "form"), [*read, *added])
    expect(form(page, "form").get_by_role("status")).to_contain_text("As it is now, the form has all it needs.")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(scheme == "light").lower())
        for name, one in (("counter", six), ("form", form(page, "form")), ("promises", form(page, "promises"))):
            one.scroll_into_view_if_needed()
            keep(f"lesson-07-{name}-{scheme}")
        assert findings(page) == [], scheme
    no_fault(page)


def test_the_exercise_keeps_answers_runs_settings_and_sends_no_key(page: Page, lab: Lab, keep: Keep) -> None:
    lab.renew(EXERCISE)
    worked = nbformat.read(ROOT / "solutions" / "07-consent" / "07-consent.ipynb", 4)
    solved = {c.id: c.source for c in worked.cells}
    page_file = lab.workspace / EXERCISE
    book = nbformat.read(page_file, 4)
    answers = {c.id: c for c in book.cells}
    answers["listed-answer"].source = solved["listed-answer"]
    answers["settings-answer"].source = solved["settings-answer"].replace("for: notice", "for: curiosity")
    nbformat.write(book, page_file)
    page.goto(lab.url(EXERCISE))
    expect(cell(page, 0)).to_be_focused()
    at_rest(page)
    run_all(page)
    no_fault(page)
    expect(
        page.get_by_text("so the old ones stay in force. your settings:8: rows[1].for: no purpose").first
    ).to_be_visible()
    for name in ORDER:
        marked = drawn(name, name)
        given = [part for part in tasks.get(name).full(marked) if ":" in part]
        choose_all(form(page, name), given)
        expect(form(page, name).get_by_role("status")).to_contain_text("Kept.")
    kept = json.loads(page_file.with_name("answers.json").read_text("utf-8"))["answers"]
    assert sorted(kept["counter"]["value"]) == sorted(tasks.get("counter").full(drawn("counter", "counter")))
    received = b"".join(page.watch.frames).decode("utf-8", "replace") + page.content()  # type: ignore[attr-defined]
    assert "They ask" in received
    for one in drawn("counter", "counter").asked:
        assert not any(one.says(text)[:60] in received for text in one.case.follows.values())
    assert not any(s.why in received for s in drawn("promises", "promises").sentences)
    keep("exercise-07")
