"""Marks of people: kept by marker, counted where enough agree, written as formgrader writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from simlab.errors import GradingError, InputError
from simlab.grading import gradebook, marking, results, settling
from simlab.grading.course import Course
from simlab.grading.marking import Answer
from tests.grading import written
from tests.grading.written import LETTER, NAME, RUBRIC, TASK

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own models


@pytest.fixture
def home(tmp_path: Path) -> Course:
    home = written.waiting(tmp_path / "course", "ann")
    written.with_rubric(home)
    return home


def letter(home: Course, learner: str = "ann") -> Answer:
    return next(a for a in marking.answers(home, NAME) if (a.learner, a.cell) == (learner, LETTER))


def say(home: Course, marker: str, lost: str, do: str, settles: bool = False, comment: str = "") -> settling.Decision:
    answer = letter(home)
    levels = {"what-was-lost": lost, "what-to-do": do}
    marking.add(home, [marking.mark_of(answer, marker, c, level, comment, settles) for c, level in levels.items()])
    return settling.settle(home, [answer])[0]


def kept(home: Course) -> tuple[float | None, bool, str | None]:
    """What formgrader shows of ann's letter: manual score, whether it waits, the comment."""
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        grade = gb.find_grade(LETTER, NAME, NAME, "ann")
        comment = gb.find_comment(LETTER, NAME, NAME, "ann").manual_comment
        return grade.manual_score, grade.needs_manual_grade, comment


def test_answers_hold_what_was_written_below_a_task_too(home: Course) -> None:
    found = {a.cell: a for a in marking.answers(home)}
    assert list(found) == [LETTER, TASK] and all(a.waits for a in found.values())
    assert found[LETTER].text == "Dear Dolores, a laptop is lost. ann"
    assert found[TASK].text == "2 March, ann" and found[TASK].criteria[0].id == "points"


def test_a_mark_by_rubric_is_what_formgrader_and_the_page_show(home: Course) -> None:
    made = say(home, "rosa", "part", "full", comment="Say <by when>.")
    assert (made.word, made.points) == ("agreed", 3)
    score, waits, comment = kept(home)
    assert (score, waits) == (3, False) and comment
    assert (
        "What was lost: It names some of her data and leaves the rest open. (1 of 2) [45 CFR 164.404(c)(1)(B)]"
        in comment
    )
    page = (home.feedback / "ann" / NAME / f"{NAME}.html").read_text("utf-8")
    assert "leaves the rest open. (1 of 2)" in page and "Say &lt;by when&gt;." in page and "6 of 10 points" in page
    (row,) = results.rows(home)
    assert (row.points, row.needs_person) == (6, (TASK,))


def test_a_second_marker_who_differs_makes_it_wait_until_it_is_settled(home: Course) -> None:
    say(home, "rosa", "full", "full")
    assert say(home, "omar", "none", "full").word == "markers differ"
    assert kept(home) == (None, True, None)  # nobody's mark stands while they differ
    settled = say(home, "lea", "part", "full", settles=True)
    assert (settled.word, settled.markers) == ("settled", ("omar", "rosa")) and kept(home)[:2] == (3, False)


def test_a_mark_typed_into_formgrader_is_not_taken_back(home: Course) -> None:
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        gb.find_grade(LETTER, NAME, NAME, "ann").manual_score = 2.5
        gb.db.commit()
    written.with_rubric(home, RUBRIC.replace("markers: 1", "markers: 2"))
    say(home, "rosa", "full", "none")
    assert kept(home)[:2] == (2.5, True)


def test_both_markers_words_reach_the_learner_where_they_agree(home: Course) -> None:
    say(home, "rosa", "full", "full", comment="Clear.")
    say(home, "omar", "full", "full", comment="Kind.")
    comment = kept(home)[2] or ""
    assert comment.index("Kind.") < comment.index("Clear.") and comment.count("Kind.") == 2  # said of both criteria


def test_two_markers_must_agree_where_the_rubric_says_so(home: Course) -> None:
    written.with_rubric(home, RUBRIC.replace("markers: 1", "markers: 2"))
    assert say(home, "rosa", "full", "none").word == "one marker of two"
    assert kept(home)[:2] == (None, True)
    assert say(home, "omar", "full", "none").word == "agreed" and kept(home)[:2] == (2, False)


def test_half_a_sheet_and_marks_of_another_text_do_not_count(home: Course) -> None:
    answer = letter(home)
    marking.add(home, [marking.mark_of(answer, "rosa", "what-was-lost", "full")])
    assert settling.settle(home, [answer])[0].word == "to be marked" and kept(home)[0] is None
    assert say(home, "rosa", "full", "full").is_final
    written.hand_in(home, "ann", "Another letter.")
    assert settling.decisions(home, [letter(home)])[0].word == "to be marked"


def test_lines_are_only_added_and_the_last_counts(home: Course) -> None:
    path = marking.folder(home, NAME) / "rosa.jsonl"
    say(home, "rosa", "none", "none")
    first = path.read_bytes()
    path.write_bytes(first + b'{"half a li')
    say(home, "rosa", "full", "full")
    lines = path.read_bytes().splitlines()
    assert path.read_bytes().startswith(first) and len(lines) == 5
    assert json.loads(lines[-1])["level"] == "full" and kept(home)[0] == 4


@pytest.mark.parametrize(
    ("text", "worth"), [("2", 2), ("2.5", 2.5), ("2,5", 2.5), ("3", 3), ("3.1", None), ("-1", None), ("nan", None), ("good", None)]
)  # fmt: skip
def test_plain_points_are_numbers_within_the_cells(home: Course, text: str, worth: float | None) -> None:
    task = next(a for a in marking.answers(home) if a.cell == TASK)
    assert marking.points(task.criteria[0], text, task.maximum) == worth


@pytest.mark.parametrize("name", ["", "../rosa", "a/b", "a\nb", "*"])
def test_a_marker_is_a_name(home: Course, name: str) -> None:
    with pytest.raises(InputError, match="not a marker's name"):
        say(home, name, "full", "full")


def test_a_hostile_answer_is_tamed_and_cut(home: Course) -> None:
    written.hand_in(home, "ann", "\x1b[2J\u202e" + "x" * 50_000)
    text = marking.shown(letter(home))
    assert "\x1b" not in text and "\u202e" not in text and len(text) < 7000 and "more characters" in text


def test_marks_that_cannot_be_kept_are_an_error_in_words(home: Course) -> None:
    home.results.joinpath("marks").write_text("in the way")
    with pytest.raises(GradingError, match="cannot be written"):
        say(home, "rosa", "full", "full")
