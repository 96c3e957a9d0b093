"""A person's marks: typed into nbgrader's formgrader over what `simlab grade` has made, and kept everywhere."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Locator, Page, expect

from simlab.grading import gradebook
from simlab.grading.course import Course
from tests.browser.conftest import ROOT, Lab, trainers_lab
from tests.grading import making, written
from tests.grading.written import CHECK, LETTER, NAME, TASK

pytestmark = pytest.mark.browser
Keep = Callable[[str], Path]

PLANTED = "window.planted = 1; alert(1)"
LIVE = f"""<script>{PLANTED}</script>
<img src="x" onerror="{PLANTED}"><svg onload="{PLANTED}"></svg>
<details open ontoggle="{PLANTED}">more</details>
[press](javascript:{PLANTED.replace(" ", "%20")}) $\\href{{javascript:{PLANTED}}}{{x}}$
"""
SHOWS = f"""
from IPython.display import HTML, SVG, Javascript, Markdown, display
days = 60
class Live:
    def _repr_html_(self): return {LIVE!r}
display(HTML({LIVE!r}), Javascript({PLANTED!r}), Markdown({LIVE!r}), Live())
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" onload="{PLANTED}"><script>{PLANTED}</script></svg>'))
print({LIVE!r})
raise ValueError({LIVE!r})
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with two written answers and a check; three submissions, graded in the box."""
    folder = tmp_path_factory.mktemp("written") / "course"
    made = written.course(folder)
    shutil.copy2(ROOT / "nbgrader_config.py", folder)
    inbox = folder.parent / "inbox"
    making.submit(inbox, "ann", written.answered(made, "Dear Dolores, a laptop is lost.", entry="2 March: lost."), NAME)
    making.submit(inbox, "bob", written.answered(made, "Dear Dolores.", days="days = 30"), NAME)
    making.submit(inbox, "mallory", written.answered(made, LIVE, days=SHOWS, entry=LIVE), NAME)
    assert "3 graded, 3 for a person" in simlab(made, "grade", inbox, "--workers", "1", exits=1)
    return made


@pytest.fixture(scope="module")
def formgrader(home: Course) -> Iterator[Lab]:
    with trainers_lab(home.root) as lab:
        yield lab


def simlab(home: Course, *words: object, exits: int = 0) -> str:
    """A command of ours in the course, as a trainer gives it; what it says."""
    command = [sys.executable, "-m", "simlab", *map(str, words), "--course", str(home.root)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == exits, done.stderr
    return done.stdout


def nbgrader(home: Course, *words: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "simlab.lean", "nbgrader", *words]
    done = subprocess.run(command, cwd=home.root, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def show(page: Page, at: Lab, view: str) -> None:
    """A page of formgrader, signed in first: its other addresses do not take a token."""
    page.goto(f"{at.base}/formgrader?token={at.token}")
    page.goto(f"{at.base}/formgrader/{view}")


def opened(page: Page, at: Lab, home: Course, learner: str) -> None:
    """The form of one learner's work, ready to be filled in."""
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        number = gb.find_submission_notebook(NAME, NAME, learner).id
    show(page, at, f"submissions/{number}/")
    page.wait_for_function("formgrader.loaded && formgrader.grades.loaded && formgrader.comments.loaded")


def give(page: Page, field: Locator, text: str, kind: str) -> None:
    """Type into a field and leave it: formgrader saves by itself."""
    field.fill(text)
    with page.expect_response(lambda r: f"/api/{kind}/" in r.url and r.request.method == "PUT") as saved:
        field.press("Escape")
    assert saved.value.ok


def cells(home: Course, learner: str) -> dict[str, str]:
    """A learner's row of `simlab results --csv`."""
    target = home.root / "out.csv"
    simlab(home, "results", "--csv", target)
    rows = csv.DictReader(io.StringIO(target.read_text("utf-8-sig")))
    return next(r for r in rows if r["learner"] == learner)


def test_marks_and_comments_typed_into_formgrader_are_kept_everywhere(
    page: Page, formgrader: Lab, home: Course, keep: Keep
) -> None:
    opened(page, formgrader, home, "ann")
    expect(page.locator(f"#{CHECK}")).to_have_attribute("placeholder", "3")
    expect(page.locator(".needs_manual_grade")).to_have_count(2)
    give(page, page.locator(f"#{LETTER}"), "3.5", "grade")
    give(page, page.locator(f"#{LETTER}-comment"), "Kind and clear. Say by when you write again.", "comment")
    give(page, page.locator(f"#{TASK}"), "2", "grade")
    expect(page.locator(".needs_manual_grade")).to_have_count(0)
    keep("formgrader-marked")
    assert page.watch.errors == [] and page.watch.outside == []  # type: ignore[attr-defined]
    row = cells(home, "ann")
    assert (row["points"], row["maximum"], row["needs_person"], row["outcome"]) == ("8.5", "10", "", "graded")
    stamp = row["graded_at"]
    said = simlab(home, "grade", home.root.parent / "inbox", "--workers", "1", exits=1)
    assert "8.5 of 10" in said and "3 graded, 2 for a person" in said
    assert cells(home, "ann") == row and cells(home, "ann")["graded_at"] == stamp
    given_back = (home.feedback / "ann" / NAME / f"{NAME}.html").read_text("utf-8")
    assert "Kind and clear. Say by when you write again." in given_back and "8.5 of 10 points" in given_back
    nbgrader(home, "export", "--to", "grades.csv")
    exported = csv.DictReader(io.StringIO((home.root / "grades.csv").read_text("utf-8-sig")))
    assert {r["student_id"]: float(r["score"]) for r in exported} == {"ann": 8.5, "bob": 0.0, "mallory": 3.0}


def test_nothing_of_a_hostile_submission_runs_in_the_trainers_browser(
    page: Page, formgrader: Lab, home: Course, keep: Keep
) -> None:
    asked: list[str] = []
    page.on("dialog", lambda d: (asked.append(d.message), d.dismiss()))
    opened(page, formgrader, home, "mallory")
    work = page.get_by_role("main")
    expect(work).to_contain_text("<script>window.planted")  # so the text was shown, as text
    keep("formgrader-hostile")
    for element in work.locator("a, summary").all():
        element.dispatch_event("click")
    assert page.evaluate("window.planted") is None and asked == []
    assert work.locator("script, img[onerror], svg, details, a[href^='javascript']").count() == 0
    assert page.watch.errors == [] and page.watch.outside == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("view", ["manage_submissions/" + NAME, "gradebook/" + NAME, f"gradebook/{NAME}/{NAME}", "manage_students/ann"])  # fmt: skip
def test_formgraders_lists_show_our_output(page: Page, formgrader: Lab, view: str, keep: Keep) -> None:
    show(page, formgrader, view)
    expect(page.locator("tbody tr").first).to_contain_text("10")
    keep("formgrader-" + view.split("/")[0])
    assert page.watch.errors == [] and page.watch.outside == []  # type: ignore[attr-defined]
