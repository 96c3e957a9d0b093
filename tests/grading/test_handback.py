"""What a learner gets back holds a person's marks and words, and nbgrader hands it out as it lies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchFeedback, ExchangeReleaseFeedback
from traitlets.config import PyFileConfigLoader

from simlab.exercise import returned, workspace
from simlab.grading import gradebook, handback, outcome, recording, state
from simlab.grading.course import Course, programs_on_path
from simlab.grading.outcome import Outcome
from tests.grading import making, written
from tests.grading.written import CHECK, LETTER, NAME

CONFIG = Path(__file__).parents[2] / "nbgrader_config.py"
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own models


@pytest.fixture
def home(tmp_path: Path) -> Course:
    return written.waiting(tmp_path / "course", "ann", "bob")


def kept(home: Course, learner: str = "ann") -> Outcome:
    return outcome.read(home.results / NAME / f"{learner}.json")


def mark(home: Course, cell: str, points: float, comment: str = "", extra: float | None = None) -> None:
    """What formgrader does when a person types into its form."""
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        grade = gb.find_grade(cell, NAME, NAME, "ann")
        grade.manual_score, grade.needs_manual_grade, grade.extra_credit = points, False, extra
        if comment:
            gb.find_comment(cell, NAME, NAME, "ann").manual_comment = comment
        gb.db.commit()


def folder(home: Course, learner: str = "ann") -> Path:
    return home.feedback / learner / NAME


def told(home: Course) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder(home) / "result.json").read_text("utf-8"))
    return found


def test_a_mark_given_since_is_on_the_page_and_in_the_result(home: Course) -> None:
    desk = recording.desk(home)
    first = handback.write(desk, kept(home), "2026-03-02T10:00:00Z")
    assert first.points == 3 and told(home)["points"] == 3 and told(home)["page"] == f"{NAME}.html"
    mark(home, LETTER, 3.5, "Kind & <b>clear</b>.\nSay by when.", extra=0.25)
    mark(home, CHECK, 1.0)
    marked = handback.refresh(desk, kept(home))
    page = (folder(home) / f"{NAME}.html").read_text("utf-8")
    assert marked.points == told(home)["points"] == 4.75
    assert "Kind &amp; &lt;b&gt;clear&lt;/b&gt;." in page and "4.75 of 10 points" in page and "3.75 of 4" in page
    assert told(home)["waiting"] == [written.TASK] and told(home)["at"] > "2026-03-02T10:00:00Z"
    before = told(home)
    handback.refresh(desk, kept(home))
    assert told(home) == before  # nothing new, nothing written


def test_a_comment_on_an_answer_without_marks_is_on_the_page(home: Course) -> None:
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        gb.find_comment("days", NAME, NAME, "ann").manual_comment = "Where did you look it up?"
        gb.db.commit()
    handback.write(recording.desk(home), kept(home), state.now())
    assert "Where did you look it up?" in (folder(home) / f"{NAME}.html").read_text("utf-8")


def config_of(home: Course) -> Any:
    shutil.copy(CONFIG, home.root)
    c = PyFileConfigLoader(CONFIG.name, path=str(home.root)).load_config()
    c.CourseDirectory.root = str(home.root)
    c.CourseDirectory.db_url = gradebook.url(home.gradebook)
    return c


def test_nbgraders_own_feedback_step_writes_our_page_and_keeps_what_lies_beside_it(home: Course) -> None:
    handback.write(recording.desk(home), kept(home), state.now())
    mark(home, LETTER, 4, "Well told.")
    c = config_of(home)
    with programs_on_path():
        GenerateFeedback(coursedir=CourseDirectory(config=c, assignment_id=NAME), config=c, force=True).start()
    page = (folder(home) / f"{NAME}.html").read_text("utf-8")
    assert "Content-Security-Policy" in page and "Well told." in page and "<script" not in page
    assert told(home)["points"] == 7 and (folder(home) / "submission_secret.txt").is_file()
    assert {p.suffix for p in folder(home).iterdir()} == {".html", ".json", ".txt"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # nbgrader leaves a file open
def test_nbgrader_releases_our_pages_and_the_learner_takes_them_in(home: Course, tmp_path: Path) -> None:
    """ann handed in through the exchange, bob did not: neither stops the other."""
    secret = "ab" * 64
    (home.submitted / "ann" / NAME / "submission_secret.txt").write_text(secret)
    for learner in ("ann", "bob"):
        handback.write(recording.desk(home), kept(home, learner), state.now())
    c = config_of(home)
    c.Exchange.root = str(tmp_path / "exchange")
    c.Exchange.assignment_dir, c.Exchange.cache = str(tmp_path / "own"), str(tmp_path / "cache")
    (tmp_path / "exchange").mkdir(mode=0o777)
    (tmp_path / "exchange").chmod(0o777)
    ExchangeReleaseFeedback(coursedir=CourseDirectory(config=c, assignment_id=NAME), config=c).start()
    assert len(list((tmp_path / "exchange" / "larkspur" / "feedback").glob("*.html"))) == 2
    handed_in = tmp_path / "cache" / "larkspur" / f"ann+{NAME}+2026-03-02 10:00:00 UTC"
    making.write(handed_in / f"{NAME}.ipynb", making.released(home, NAME))
    (handed_in / "submission_secret.txt").write_text(secret)
    ExchangeFetchFeedback(coursedir=CourseDirectory(config=c, assignment_id=NAME, student_id="ann"), config=c).start()
    (fetched,) = (tmp_path / "own").rglob("*.html")
    page = (folder(home) / f"{NAME}.html").read_bytes()
    assert fetched.name == f"{NAME}.html" and fetched.read_bytes() == page and b"Feedback for ann" in page
    # An exercise of the course itself, so that a learner's workspace knows it.
    (tmp_path / "own" / NAME).rename(tmp_path / "own" / "02-encryption")
    workspace.prepare(tmp_path / "w", "ann")
    own = workspace.find(tmp_path / "w")
    assert returned.take(own, tmp_path / "own") == [f"02-encryption/{NAME}.html"]
    assert (own.folder / "feedback" / "02-encryption" / f"{NAME}.html").read_bytes() == page
