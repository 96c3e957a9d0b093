"""Each kind of question, the role-play and the forms in a real browser: by mouse, by keyboard alone, and on another day."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import Lab
from tests.browser.driving import at_rest, go_to, has_focus, no_fault, opened, press_until, run_all

pytestmark = pytest.mark.browser

# Of the ranges that are issued; put together here so that no file holds one.
REAL = "-".join(("512", "48", "1190"))
PATH, FOLDER = "kinds/kinds.ipynb", "kinds"
Keep = Callable[[str], Path]
SHEET = """
objectives: [{id: choose, text: choose, ground: [T1]}]
items:
  - id: where-to-talk
    objective: choose
    practice: true
    kind: several
    stem: Where can you talk about a claim?
    hint: Who else can hear it?
    cite: 45 CFR 164.530(c)
    options:
      - {id: room, text: In the small meeting room with the door closed, right: true, feedback: Nobody hears you there.}
      - {id: lift, text: In the lift, feedback: Whoever stands in it hears you.}
      - {id: desk, text: At your desk with a low voice, right: true, feedback: The rule asks for reasonable safeguards.}
  - id: first-steps
    objective: choose
    practice: true
    kind: order
    stem: A fax went to the wrong number. Put the steps in order.
    options:
      - {id: stop, text: Stop the second page, feedback: What is still running is stopped first.}
      - {id: call, text: Call the number and ask them to keep it apart, feedback: Then you limit what is read.}
      - {id: report, text: Report it to the privacy office, feedback: Then those who decide can begin.}
  - id: who-may-hear
    objective: choose
    practice: true
    kind: match
    stem: Who may hear what?
    partners: [{id: bill, text: What the bill is for}, {id: nothing, text: Nothing yet}]
    options:
      - {id: member, text: The member after the check of identity, partner: bill, feedback: It is the member's own.}
      - {id: voice, text: A voice that gives only a name, partner: nothing, feedback: A name is no check.}
  - id: say-it
    objective: choose
    practice: true
    kind: short
    stem: What do you say to the caller?
    sample: May I call you back at the number that we have?
  - {id: kept-apart, objective: choose, kind: several, stem: What is kept apart?, options: [{id: keys, text: The keys}, {id: data, text: The data}]}
"""
DRAW = f'''from pathlib import Path

from simlab.content.loader import load_text
from simlab.exercise.answers import Answers
from simlab.exercise.items import Items
from simlab.exercise.shown import Question
from simlab.notebook import evaluate, observe, report_concern, roleplay
from simlab.notebook.quiz import draw

ITEMS = {{i.id: i for i in load_text("""{SHEET}""", Items).items}}


def show(name, first=0):
    options = ITEMS[name].options
    return draw(Question(ITEMS[name], (*options[first:], *options[:first]), Answers(Path.cwd())))'''
CELLS = [
    'show("where-to-talk")', 'show("first-steps", 1)', 'show("who-may-hear")', 'show("say-it")', 'show("kept-apart")',
    'roleplay("spouse-caller")', 'observe("spouse-caller")', 'evaluate("09-everyday")', "report_concern()",
]  # fmt: skip
REPORT = {
    "What happened?": "Three pages of an explanation of benefits lay in the printer. I locked them in my drawer.",
    "When?": "Tuesday 13:10",
    "What did you see or hear yourself?": "Somebody probably read them.",
    "Who knows of it already?": "Nobody",
}
CUT = """() => [...document.querySelectorAll(".simlab-form, .simlab-form *")].filter((e) =>
  e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline" && e.clientWidth > 1
  && !["auto", "scroll"].includes(getComputedStyle(e).overflowX)).map((e) => `${e.tagName}.${e.className} ${e.scrollWidth}/${e.clientWidth}`)"""


@pytest.fixture
def kinds(page: Page, lab: Lab) -> Page:
    """A notebook with one of each kind, run to its end, with nothing answered."""
    folder = lab.workspace / FOLDER
    for old in (folder / "answers.json", folder / ".simlab" / "answers.json"):
        old.unlink(missing_ok=True)
    folder.mkdir(exist_ok=True)
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    hidden = {"jupyter": {"source_hidden": True}}
    nb.cells = [nbformat.v4.new_markdown_cell("# Each kind"), nbformat.v4.new_code_cell(DRAW, metadata=hidden)]
    nb.cells += [nbformat.v4.new_code_cell(code) for code in CELLS]
    nbformat.write(nb, lab.workspace / PATH)
    opened(page, lab, PATH)
    run_all(page)
    return page


def answers(lab: Lab) -> dict[str, Any]:
    kept = json.loads((lab.workspace / FOLDER / "answers.json").read_text("utf-8"))["answers"]
    return {name: entry["value"] for name, entry in kept.items()}


def form(page: Page, words: str) -> Locator:
    """The form with these words in it."""
    return page.locator(".simlab-form").filter(has_text=words)


def said(where: Locator) -> Locator:
    """What was said last of a form as a whole."""
    return where.get_by_role("status").last


def to(page: Page, target: Locator) -> None:
    """From the first cell, into the page with Tab alone."""
    page.locator(".jp-Notebook .jp-Cell").first.focus()
    press_until(page, "Tab", lambda: has_focus(target), most=120)


def another_day(page: Page, lab: Lab) -> None:
    """Saved, the kernel gone, the page opened again and run."""
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-DockPanel-tabBar .jp-mod-dirty")).to_have_count(0)
    lab.stop_kernels()
    page.reload()
    at_rest(page)
    run_all(page)


def everything_said(page: Page) -> None:
    """Each form with something in it, and something said of it."""
    for question in page.locator(".simlab-choice").all():
        question.locator("input").last.check()
    for select in page.locator(".simlab-match select").all():
        select.select_option("bill")
    for text in page.locator(".simlab-short textarea").all():
        text.fill("May I call you back?")
    for radio in page.locator(".simlab-sheet fieldset input:first-child").all():
        radio.check()
    for line in page.locator(".simlab-sheet :is(input[type=text], textarea)").all():
        line.fill("ana.ito")
    play = page.locator(".simlab-roleplay")
    while play.locator("form").is_visible():
        play.locator("input").first.check()
        before = play.locator("p.why").count()
        play.get_by_role("button", name="Say this").click()
        expect(play.locator("p.why")).to_have_count(before + 1)
        at_rest(page)
    for button in page.locator(".simlab-form button[type=submit]:visible").all():
        button.click()
    at_rest(page)


def shots(page: Page, keep: Keep, name: str) -> None:
    """A picture of each form."""
    for number, each in enumerate(page.locator(".simlab-form").all()):
        each.scroll_into_view_if_needed()
        keep(f"kinds-{name}-{number}")


FAX = "A fax went to the wrong number"


def test_each_kind_is_answered_by_mouse(kinds: Page, lab: Lab, keep: Keep) -> None:
    where = form(kinds, "Where can you talk")
    where.get_by_role("button").click()
    expect(said(where)).to_have_text("Choose at least one of the answers first.")
    where.get_by_text("Hint").click()
    expect(where.get_by_text("Who else can hear it?")).to_be_visible()
    where.get_by_label("In the lift").check()
    where.get_by_role("button").click()
    expect(said(where)).to_contain_text("Not yet.")
    expect(said(where)).to_contain_text("Whoever stands in it hears you.")
    expect(said(where)).to_contain_text("Source: 45 CFR 164.530(c)")
    where.get_by_label("At your desk").check()
    expect(said(where)).to_contain_text("You have chosen another answer.")

    match = form(kinds, "Who may hear what?")
    match.get_by_role("button").click()
    expect(said(match)).to_have_text("Choose from every list first.")
    match.locator("select").nth(0).select_option("bill")
    match.locator("select").nth(1).select_option("nothing")
    match.get_by_role("button").click()
    expect(said(match)).to_contain_text("Right.")

    own = form(kinds, "What do you say to the caller?")
    own.get_by_role("textbox").fill("May I call you back?")
    own.get_by_role("button").click()
    expect(said(own)).to_contain_text("May I call you back at the number that we have?")

    marked = form(kinds, "What is kept apart?")
    marked.get_by_label("The keys").check()
    marked.get_by_role("button").click()
    expect(said(marked)).to_contain_text("Kept.")
    expect(said(marked)).to_contain_text("It is marked when you hand in.")
    given = answers(lab)
    assert given["where-to-talk"] == ["lift"] and given["kept-apart"] == ["keys"]
    assert sorted(given["who-may-hear"]) == ["member:bill", "voice:nothing"]
    where.scroll_into_view_if_needed()
    keep("kinds-by-mouse")
    no_fault(kinds)


def test_several_and_order_are_answered_by_keyboard_alone(kinds: Page, lab: Lab) -> None:
    where, fax = form(kinds, "Where can you talk"), form(kinds, FAX)
    to(kinds, where.get_by_label("In the small meeting room"))
    kinds.keyboard.press("Space")
    go_to(kinds, where.get_by_label("At your desk"))
    kinds.keyboard.press("Space")
    kinds.keyboard.press("Enter")
    expect(said(where)).to_contain_text("Right.")
    expect(where.get_by_label("At your desk")).to_be_focused()
    assert answers(lab)["where-to-talk"] == ["room", "desk"]

    up = fax.get_by_role("button", name="Move up: Stop the second page")
    go_to(kinds, up)
    for place in ("2 of 3", "1 of 3", "1 of 3"):  # the third press does nothing, and the focus stays
        kinds.keyboard.press("Enter")
        expect(up).to_be_focused()
        expect(fax.get_by_role("status").first).to_contain_text(f"Stop the second page: now {place}")
    expect(fax.locator("li").first).to_contain_text("Stop the second page")
    expect(up).to_have_attribute("aria-disabled", "true")
    go_to(kinds, fax.get_by_role("button", name="Check my answer"))
    kinds.keyboard.press("Space")
    expect(said(fax)).to_contain_text("Right.")
    assert answers(lab)["first-steps"] == ["stop", "call", "report"]
    no_fault(kinds)


def test_pairs_and_own_words_are_answered_by_keyboard_alone(kinds: Page, lab: Lab) -> None:
    match, own = form(kinds, "Who may hear what?"), form(kinds, "What do you say to the caller?")
    to(kinds, match.locator("select").first)
    kinds.keyboard.press("ArrowDown")
    kinds.keyboard.press("Tab")
    kinds.keyboard.press("ArrowDown")
    kinds.keyboard.press("Tab")
    kinds.keyboard.press("Enter")
    expect(said(match)).to_contain_text("Partly right")
    expect(said(match)).to_contain_text("A name is no check.")
    expect(match.get_by_role("button")).to_be_focused()
    assert sorted(answers(lab)["who-may-hear"]) == ["member:bill", "voice:bill"]

    go_to(kinds, own.get_by_role("textbox"))
    kinds.keyboard.type("dd My name is known")  # two D's alone would delete a cell
    kinds.keyboard.press("Tab")
    kinds.keyboard.press("Enter")
    expect(said(own)).to_contain_text("One good answer")
    assert answers(lab)["say-it"] == "dd My name is known"
    expect(kinds.locator(".jp-Notebook .jp-CodeCell")).to_have_count(len(CELLS) + 1)
    no_fault(kinds)


def test_a_role_play_is_played_and_played_again_by_keyboard_alone(kinds: Page, lab: Lab, keep: Keep) -> None:
    play = kinds.locator(".simlab-roleplay")
    to(kinds, play.locator("input").first)
    kinds.keyboard.press("Enter")
    expect(said(play)).to_have_text("Choose what you say first.")
    turns = 0
    while play.locator("form").is_visible():
        expect(play.locator("input").first).to_be_focused()  # whoever answers goes on with the next turn
        before = play.get_by_role("log").locator("p").count()
        kinds.keyboard.press("Space")
        kinds.keyboard.press("Enter")
        expect(play.get_by_role("log").locator("p.why")).to_have_count(turns + 1)
        assert play.get_by_role("log").locator("p").count() > before
        turns += 1
        at_rest(kinds)
    expect(play.locator(".after")).to_be_focused()
    for words in (
        "What was told:",
        "Who was harmed:",
        "The need:",
        "What is law.",
        "What is good practice.",
        "Source:",
    ):
        expect(play.locator(".after")).to_contain_text(words)
    assert len(answers(lab)["roleplay.spouse-caller"]) == turns
    keep("kinds-roleplay")
    go_to(kinds, play.get_by_role("button", name="Play it again"))
    kinds.keyboard.press("Enter")
    expect(play.get_by_role("log").locator("p")).to_have_count(0)
    expect(play.locator("input").first).to_be_focused()
    assert answers(lab)["roleplay.spouse-caller"] == []
    no_fault(kinds)


def test_the_observers_sheet_is_kept_and_printed_by_keyboard_alone(kinds: Page, lab: Lab) -> None:
    sheet = form(kinds, "Observer's sheet")
    to(kinds, sheet.get_by_label("Who is observed?"))
    kinds.keyboard.type("bo.lind")
    kinds.keyboard.press("Enter")
    expect(said(sheet)).to_contain_text("Not filled in yet: Who observes?")
    expect(sheet.get_by_label("Who observes?")).to_be_focused()
    kinds.keyboard.type("ana.ito")
    for scale in sheet.get_by_role("group").all():
        go_to(kinds, scale.locator("input").first)
        kinds.keyboard.press("Space")
        kinds.keyboard.press("ArrowRight")
    kinds.keyboard.press("Enter")
    expect(said(sheet)).to_contain_text("Kept.")
    kept = lab.workspace / "submissions" / "bo.lind" / "observations" / "spouse-caller-1.json"
    written = json.loads(kept.read_text("utf-8"))
    assert (written["learner"], written["observer"]) == ("bo.lind", "ana.ito")
    assert set(written["scores"].values()) == {1} and len(written["scores"]) >= 3
    go_to(kinds, sheet.get_by_role("button", name="Make a sheet to print"))
    kinds.keyboard.press("Enter")
    expect(said(sheet)).to_contain_text("Written.")
    assert "<html" in (lab.workspace / FOLDER / "spouse-caller-observer.html").read_text("utf-8")
    no_fault(kinds)


def test_evaluation_and_report_are_filled_in_by_keyboard_alone(kinds: Page, lab: Lab) -> None:
    worth, report = form(kinds, "What was this lesson worth?"), form(kinds, "Practice only.")
    to(kinds, worth.locator("input").first)
    for scale in worth.get_by_role("group").all():
        go_to(kinds, scale.locator("input").first)
        kinds.keyboard.press("Space")
        kinds.keyboard.press("ArrowRight")
    kinds.keyboard.press("Tab")
    kinds.keyboard.type("More of these")
    kinds.keyboard.press("Tab")
    kinds.keyboard.press("Enter")
    expect(said(worth)).to_contain_text("Kept.")
    assert answers(lab)["evaluation.09-everyday"] == [2, 2, 2, 2, 2, "More of these"]

    for label, words in REPORT.items():
        go_to(kinds, report.get_by_label(label))
        kinds.keyboard.type(words)
    kinds.keyboard.press("Tab")
    kinds.keyboard.press("Space")
    kinds.keyboard.press("Enter")
    expect(said(report)).to_contain_text("Nearly: 4 of 5")
    expect(said(report)).to_contain_text("“probably”")
    expect(said(report)).to_contain_text("Practice only.")
    no_fault(kinds)


def test_what_is_answered_and_what_is_begun_is_there_on_another_day(kinds: Page, lab: Lab) -> None:
    where, fax, own = form(kinds, "Where can you talk"), form(kinds, FAX), form(kinds, "What do you say to the caller?")
    where.get_by_label("In the lift").check()
    where.get_by_role("button").click()
    expect(said(where)).to_contain_text("Not yet.")
    where.get_by_label("At your desk").check()  # begun, not answered
    fax.get_by_role("button", name="Move up: Stop the second page").click()
    own.get_by_role("textbox").fill("Half a sen")
    report = form(kinds, "Practice only.")
    report.get_by_label("What happened?").fill("Three pages")
    play = kinds.locator(".simlab-roleplay")
    play.locator("input").first.check()
    play.get_by_role("button", name="Say this").click()
    expect(play.locator("p.why")).to_have_count(1)
    kinds.keyboard.press("Tab")
    kinds.wait_for_timeout(800)  # the pause after which what is typed is kept
    at_rest(kinds)
    no_fault(kinds)
    another_day(kinds, lab)
    expect(where.get_by_label("In the lift")).to_be_checked()
    expect(where.get_by_label("At your desk")).to_be_checked()
    expect(said(where)).to_contain_text("You have chosen another answer.")
    expect(fax.locator("li").nth(1)).to_contain_text("Stop the second page")
    expect(own.get_by_role("textbox")).to_have_value("Half a sen")
    expect(report.get_by_label("What happened?")).to_have_value("Three pages")
    expect(play.locator("p.why")).to_have_count(1)
    # What JupyterLab says of the outputs of the day before, until the page is run.
    ours = [e for e in kinds.watch.errors if "widget model not found" not in e]  # type: ignore[attr-defined]
    assert ours == []


def test_a_press_that_nobody_answers_is_told_of(kinds: Page, lab: Lab) -> None:
    own = form(kinds, "What do you say to the caller?")
    lab.stop_kernels()
    own.get_by_role("textbox").fill("Is anybody there?")
    own.get_by_role("button").click()
    expect(said(own)).to_contain_text("No answer yet.")
    expect(said(own)).to_contain_text("Run All Cells")


def test_a_number_that_looks_real_is_warned_of_while_it_is_typed_and_kept_masked(kinds: Page, lab: Lab) -> None:
    own = form(kinds, "What do you say to the caller?")
    own.get_by_role("textbox").press_sequentially(f"Her number is {REAL}")
    expect(own.get_by_role("status").first).to_contain_text("Take care.")
    own.get_by_role("button").click()
    expect(said(own)).to_contain_text("One good answer")
    assert REAL not in str(answers(lab))
    drafts = (lab.workspace / FOLDER / ".simlab" / "answers.json").read_text("utf-8")
    assert REAL not in drafts and "Her number is" in drafts
    no_fault(kinds)


def test_each_kind_can_be_read_in_every_light_and_size(kinds: Page, keep: Keep) -> None:
    everything_said(kinds)
    found: dict[str, Any] = {}
    for scheme in ("light", "dark"):
        kinds.emulate_media(color_scheme=scheme)
        expect(kinds.locator("body")).to_have_attribute("data-jp-theme-light", str(scheme == "light").lower())
        found[scheme] = findings(kinds)
        shots(kinds, keep, scheme)
    kinds.set_viewport_size({"width": 640, "height": 900})  # 1280 pixels at 200 %
    expect(kinds.locator(".jp-Notebook")).to_be_visible()
    found["200 %"] = findings(kinds)
    found["cut of"] = kinds.evaluate(CUT)
    shots(kinds, keep, "200")
    kinds.emulate_media(forced_colors="active")
    shots(kinds, keep, "forced")
    assert {k: v for k, v in found.items() if v} == {}
    no_fault(kinds)
