"""The course as people meet it: in a real browser, with the keyboard, from the first page to the gradebook."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from simlab.exercise import items
from simlab.exercise.answers import Answers
from simlab.exercise.workspace import choose_role
from simlab.grading import spec
from simlab.notebook.ahead import write_ahead
from simlab.notebook.theft import APART, STOLEN, theft
from tests.browser.conftest import ROOT, Lab
from tests.browser.driving import (
    at_rest,
    cell,
    choose,
    contrast,
    go_to,
    has_focus,
    no_fault,
    opened,
    press_until,
    run_all,
)

pytestmark = pytest.mark.browser

LESSON, EXERCISE = "lessons/02-encryption.ipynb", "exercises/02-encryption/02-encryption.ipynb"
Keep = Callable[[str], Path]
AUTHORS = re.compile(r"nbgrader|formgrader|create assignment|validate", re.IGNORECASE)
# Every text, tooltip, label and command of the page, not of its scripts.
WORDS = """() => [...document.querySelectorAll("body, body *:not(script):not(style)")].flatMap((e) =>
  [e.title, e.ariaLabel, e.dataset?.command, ...[...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data)])
  .filter(Boolean)"""


# The learner's first page


def test_home_by_keyboard_from_the_choice_of_work_to_handing_in(page: Page, lab: Lab, keep: Keep) -> None:
    state = lab.workspace / ".simlab" / "learner.json"
    state.write_text('{"learner": "ana.ito"}', encoding="utf-8")
    answers = Answers(lab.workspace / "exercises" / "02-encryption")
    answers.give("stolen-session", "what-marcus-may-open")
    opened(page, lab, "home.ipynb")
    run_all(page)
    no_fault(page)
    keep("home-first")
    work = page.locator(".simlab-choice").first
    press_until(page, "ArrowUp", lambda: has_focus(cell(page, 0)))
    go_to(page, work.locator("input").first)
    choose(page, work, "claims")
    page.keyboard.press("Enter")
    expect(work.get_by_role("status")).to_contain_text("Your lessons are now those for claims and care management.")
    expect(page.get_by_role("heading", name="Your lessons")).to_be_visible()
    assert json.loads(state.read_text("utf-8"))["role"] == "claims"
    button = page.get_by_role("button", name="Hand in exercise 02-encryption")
    go_to(page, button)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Handed in 02-encryption of ana.ito")).to_be_visible()
    expect(button).to_be_focused()
    expect(page.get_by_role("row").filter(has_text="02 Encryption")).to_contain_text("Handed in, not marked yet")
    handed = lab.workspace / "submissions" / "ana.ito" / "02-encryption"
    assert {p.name for p in handed.iterdir()} >= {"02-encryption.ipynb", "receipt.json"}
    keep("home")
    no_fault(page)


def test_a_word_is_found_and_its_link_opens_the_lesson(page: Page, lab: Lab, keep: Keep) -> None:
    opened(page, lab, "home.ipynb")
    run_all(page)
    box = page.get_by_role("searchbox")
    box.fill("stolen laptop")
    box.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Found in")).to_be_visible()
    expect(box).to_be_focused()
    keep("home-search")
    page.get_by_role("link", name="02 Encryption").last.press("Enter")
    expect(page.locator(".lm-TabBar-tab.lm-mod-current", has_text="02-encryption.ipynb")).to_be_visible()
    no_fault(page)


def test_a_page_to_print_opens_in_a_tab_of_its_own(page: Page, lab: Lab, keep: Keep) -> None:
    opened(page, lab, LESSON)
    run_all(page)
    with page.context.expect_page() as opened_tab:
        page.get_by_role("link", name="The page to print").press("Enter")
    expect(
        opened_tab.value.get_by_role("heading", name="If something with members' data on it is gone")
    ).to_be_visible()
    assert opened_tab.value.url.startswith(lab.base)
    no_fault(page)


def test_the_next_step_stands_there_before_anything_is_run(page: Page, lab: Lab, keep: Keep) -> None:
    lab.renew("home.ipynb")
    choose_role(lab.workspace, "claims")
    assert write_ahead(lab.workspace, dt.date(2026, 2, 4))
    page.goto(lab.url("home.ipynb"))
    expect(page.get_by_role("heading", name="Your next step")).to_be_visible()
    keep("home-ahead")
    page.locator(".jp-OutputArea-output").get_by_role("link").first.click()
    expect(page.locator(".lm-TabBar-tab.lm-mod-current", has_text=re.compile(r"\d\d-.*ipynb"))).to_be_visible()
    no_fault(page)


def test_home_asks_nothing_and_shows_no_authors_tools(page: Page, lab: Lab) -> None:
    opened(page, lab, "home.ipynb")
    page.keyboard.press("Control+Shift+C")  # the palette holds every command there is
    page.get_by_role("textbox", name="Command palette").or_(page.locator(".lm-CommandPalette-input")).first.fill(
        "grade"
    )
    expect(page.locator(".lm-CommandPalette-content")).not_to_contain_text(AUTHORS)
    assert [w for w in page.evaluate(WORDS) if AUTHORS.search(w)] == []
    assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0
    assert [url for url in page.watch.asked if "/news" in url] == []  # type: ignore[attr-defined]
    assert page.watch.outside == []  # type: ignore[attr-defined]


# A lesson


def quiz(page: Page) -> Locator:
    return page.locator(".simlab-choice").first


def test_a_quiz_is_answered_by_keyboard_and_the_answer_stays(page: Page, lab: Lab, keep: Keep) -> None:
    answers = lab.workspace / "lessons" / "answers.json"
    answers.unlink(missing_ok=True)
    opened(page, lab, LESSON)
    run_all(page)
    expect(page.locator(".simlab-choice")).to_have_count(5)
    no_fault(page)
    press_until(page, "ArrowUp", lambda: has_focus(cell(page, 4)))  # the part above the question
    item, form = items.find("cafe-laptop", "02-encryption"), quiz(page)
    go_to(page, form.locator("input").first)
    said = form.get_by_role("status")
    for option, verdict, key in (("report", "Right.", "Enter"), ("password", "Not yet.", "Space")):
        choose(page, form, option)
        if key == "Space":  # on a radio it chooses; on the button it presses
            expect(said).to_contain_text("You have chosen another answer.")
            page.keyboard.press("Tab")
        page.keyboard.press(key)
        expect(said).to_contain_text(verdict)
        expect(said).to_contain_text(item.option(option).feedback[:60])
    expect(form.get_by_role("button")).to_be_focused()
    keep("lesson-02-quiz")
    no_fault(page)
    assert json.loads(answers.read_text("utf-8"))["answers"]["cafe-laptop"]["value"] == "password"
    another_day(page, lab)
    expect(quiz(page).locator("input[value='password']")).to_be_checked()
    expect(quiz(page).get_by_role("status")).to_contain_text(item.option("password").feedback[:60])


def another_day(page: Page, lab: Lab) -> None:
    """Saved, the kernel gone, the page opened again: it says what to do, and running it brings all back."""
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-DockPanel-tabBar .jp-mod-dirty")).to_have_count(0)
    lab.stop_kernels()
    page.reload()
    gone = cell(page, 5).locator(".jp-OutputArea-output.jupyter-widgets")
    expect(gone).to_have_css("font-size", "0px")
    assert "Run All Cells" in gone.evaluate("e => getComputedStyle(e, '::before').content")
    at_rest(page)
    run_all(page)


def test_the_lists_of_the_theft_are_changed_by_keyboard(page: Page, lab: Lab, keep: Keep) -> None:
    opened(page, lab, LESSON)
    for _ in range(8):  # part by part, down to the lists
        page.keyboard.press("Shift+Enter")
    form = page.locator(".simlab-lists")
    stolen, sealed, keys = (form.get_by_label(name) for name in ("Stolen:", "Columns:", "Keys:"))
    expect(stolen).to_be_visible()
    go_to(page, stolen, "Shift+Tab")
    for number in range(len(STOLEN)):
        if number:
            go_to(page, stolen, "Shift+Tab")
            page.keyboard.press("ArrowDown")
        follows(form)
        for select, back, arrow in (
            (keys, "Tab", "ArrowDown"),
            (sealed, "Shift+Tab", "ArrowDown"),
            (keys, "Tab", "ArrowUp"),
            (sealed, "Shift+Tab", "ArrowUp"),
        ):
            go_to(page, select, back)
            page.keyboard.press(arrow)
            expect(select).to_be_focused()
            follows(form)
    keep("lesson-02-theft")
    no_fault(page)


def follows(form: Locator) -> None:
    """What stands below the lists is what the room works out for them; nothing is read in two ways only."""
    chosen = {
        n: s.input_value() for n, s in zip(("stolen", "sealed", "keys"), form.locator("select").all(), strict=True)
    }
    worked_out = theft()
    worked_out.chosen = chosen
    expect(form.get_by_role("status")).to_have_text(f"{worked_out.verdict} {worked_out.said}")
    expect(form.locator("tbody tr")).to_have_count(len(worked_out.rows))
    nothing = chosen["stolen"] != "an open session" and (chosen["sealed"], chosen["keys"]) == ("sealed", APART)
    assert ("reads nothing" in form.get_by_role("status").inner_text()) == nothing


def test_what_we_draw_can_be_read_in_both_themes(page: Page, lab: Lab, keep: Keep) -> None:
    opened(page, lab, LESSON)
    run_all(page)
    form = quiz(page)
    form.locator("input").first.check()
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).not_to_be_empty()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(scheme == "light").lower())
        parts = (
            form.locator("button, legend, label span, .said p"),
            page.locator(".simlab-lists :is(select, label, td)"),
        )
        low = {p.inner_text()[:30]: c for part in parts for p in part.all() if (c := contrast(p)) < 4.5}
        assert not low, scheme
    keep("lesson-02-dark")


# The exercise


def test_marked_answers_are_kept_and_nothing_of_the_key_is_sent(page: Page, lab: Lab, keep: Keep) -> None:
    opened(page, lab, EXERCISE)
    run_all(page)
    form = quiz(page)
    press_until(page, "ArrowUp", lambda: has_focus(cell(page, 2)))
    go_to(page, form.locator("input").first)
    choose(page, form, "short-values")
    page.keyboard.press("Enter")
    expect(form.get_by_role("status")).to_contain_text("Kept.")
    kept = json.loads((lab.workspace / "exercises" / "02-encryption" / "answers.json").read_text("utf-8"))
    assert kept["answers"]["stolen-backup"]["value"] == "short-values"
    at_rest(page)
    served = (lab.workspace / EXERCISE).read_text("utf-8")
    received = served + b"".join(page.watch.frames).decode("utf-8", "replace") + page.content()  # type: ignore[attr-defined]
    assert "A thief has copied last night" in received  # so what was received can be read
    for text in because():
        assert text not in received and json.dumps(text)[1:-1] not in received
    keep("exercise-02")
    no_fault(page)


def because() -> list[str]:
    """What is said of each wrong choice when it is marked: it stands in the solution alone."""
    checks = spec.read(ROOT / "solutions" / "02-encryption" / "02-encryption.ipynb").values()
    texts = [t for c in checks if c.expect for t in c.expect.kwargs.get("because", {}).values()]
    assert len(texts) == 9
    return texts


# A tabletop


def test_a_tabletop_is_played_by_keyboard(page: Page, lab: Lab, keep: Keep) -> None:
    table = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    code = nbformat.v4.new_code_cell("from simlab.notebook import console\n\nconsole()")
    table.cells = [nbformat.v4.new_markdown_cell("# A tabletop"), code, nbformat.v4.new_markdown_cell("## After it")]
    nbformat.write(table, lab.workspace / "tabletop.ipynb")
    opened(page, lab, "tabletop.ipynb")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    buttons, form = page.locator(".simlab-buttons"), quiz(page)
    go_on = buttons.get_by_role("button", name="Go on to the next event")
    expect(go_on).to_be_visible()
    press_until(page, "Shift+Tab", lambda: has_focus(form.get_by_role("button")))
    press_until(page, "Shift+Tab", lambda: bool(form.evaluate("f => document.activeElement.type === 'radio'")))
    choose(page, form, "call-and-check")
    page.keyboard.press("Tab")
    page.keyboard.type("dd: the account is theirs")  # two D's alone would delete a cell
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said = form.get_by_role("status")
    expect(said).to_contain_text("Decided.")
    expect(said).to_be_focused()  # what was pressed is gone; the focus is not
    go_to(page, go_on)
    page.keyboard.press("Enter")
    expect(buttons.get_by_role("status")).to_contain_text("It is not our clerk")
    expect(go_on).to_be_focused()
    expect(go_on).to_be_in_viewport()
    expect(page.locator(".simlab-choice")).to_have_count(2)
    keep("console")
    go_to(page, buttons.get_by_role("button", name="Write the after-action report"))
    page.keyboard.press("Enter")
    expect(buttons.get_by_role("status")).to_contain_text("Written.")
    report = (lab.workspace / "vendor-portal-1-report.html").read_text("utf-8")
    assert "the account is theirs" in report and '<html lang="en"' in report
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(3)
    no_fault(page)


# The trainer


def test_nbgraders_formgrader_opens_our_gradebook(page: Page, trainer: Lab, keep: Keep) -> None:
    page.goto(f"{trainer.base}/formgrader?token={trainer.token}")
    row = page.get_by_role("row").filter(has_text="02-encryption")
    expect(row).to_be_visible()
    row.get_by_role("link", name="1", exact=True).click()  # the number of submissions
    learner = page.get_by_role("row").filter(has_text="ana.ito")
    expect(learner).to_contain_text("graded")
    expect(learner).to_contain_text("20 / 20")
    keep("formgrader")
    page.goto(f"{trainer.base}/formgrader/gradebook/02-encryption/02-encryption")
    expect(page.get_by_role("row").filter(has_text="20 / 20")).to_be_visible()
    assert page.watch.outside == []  # type: ignore[attr-defined]
