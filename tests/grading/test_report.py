"""The page of outcomes: every submission is on it, escaped and cut, and what has no mark is no 0."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from simlab.errors import GradingError
from simlab.grading import batch, feedback, release, report
from simlab.grading.command import grade_command
from simlab.grading.course import Course
from simlab.grading.outcome import BY_PERSON, OUTCOMES, Before, CheckResult, Outcome
from tests.grading import fakes
from tests.grading.making import NAME, make_course, released, submit

CHECK = CheckResult("essay", "text", 0.0, 2.0, "Read it: it is in own words.")
DONE = Outcome("ann", NAME, "graded", 3.0, 5.0)


class Read(HTMLParser):
    """What a browser makes of the page: tags with their attributes, rows of cells, all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += f" {data.strip()}" if data.strip() else ""

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [a for tag, a in self.tags if tag == name]


@pytest.fixture
def home(tmp_path: Path) -> Course:
    return make_course(tmp_path / "course")


def read(home: Course, *outcomes: Outcome, grader: str = "") -> Read:
    return Read(report.page(home, list(outcomes), report.place(home), grader))


def test_a_row_says_all_that_is_known(home: Course) -> None:
    whole = DONE.with_(
        outcome="repaired", repairs=("cell 'x' was missing: put back",), reason="a remark", checks=(CHECK,),
        needs_person=("essay", "drawing"), isolated=False, judged=False, grader="simlab 0.0.9",
        needs_regrade="marked with an earlier version of the exercise",
    )  # fmt: skip
    page = read(home, whole, grader="simlab 0.1.0")
    cells = dict(zip((c.strip() for c in page.rows[0]), page.rows[1], strict=True))
    assert cells["Points"].strip() == "3 of 5" and cells["Outcome"].startswith(" repaired Graded, after a repair")
    assert "essay: Read it: it is in own words." in cells["For a person"] and "drawing: it has no mark yet" in page.text
    assert "NEEDS A REGRADE: marked with an earlier version" in cells["Remarks"]
    assert "a remark" in cells["Remarks"] and "put back" in cells["Remarks"]
    assert cells["How it was marked"].strip() == "WITHOUT isolation, NOT judged outside, simlab 0.0.9"


def test_both_marks_of_a_regrade_stand_side_by_side(home: Course) -> None:
    check = CheckResult("double-ok", "function", 1.0, 3.0, "")
    page = read(home, DONE.with_(checks=(check,), before=Before("graded", 4.0, 5.0, {"double-ok": 2.0, "gone": 2.0})))
    assert (
        page.rows[1][3].split() == "3 of 5 before: 4 of 5 double-ok: was 2, now 1 gone: was 2, now not marked".split()
    )
    assert "1 with other points after a regrade" in page.text
    essay = CheckResult("essay", BY_PERSON, 2.0, 2.0, "")
    assert DONE.with_(checks=(essay,), before=Before("graded", 3.0, 5.0)).changed() == {}, "marked since, by a person"
    assert DONE.with_(checks=(essay,), before=Before("graded", 3.0, 5.0, {"essay": 1.0})).changed() == {
        "essay": (1.0, 2.0)
    }
    page = read(home, DONE.with_(before=Before("timed out", None, 5.0)))
    assert page.rows[1][3].split() == "3 of 5 before: timed out".split()


@pytest.mark.parametrize("word", OUTCOMES)
def test_what_has_no_mark_is_never_a_0(home: Course, word: str) -> None:
    page = read(home, DONE.with_(outcome=word, points=None, reason="why it is so"))
    assert page.rows[1][3].strip() == "not graded" and word in page.rows[1][2] and "why it is so" in page.rows[1][5]
    assert not re.search(r"\b0 of", page.text) and "1 without any mark" in page.text


def test_the_counts_at_the_top_are_those_of_the_rows(home: Course) -> None:
    found = [DONE, DONE.with_(outcome="repaired"), DONE.with_(outcome="unreadable", points=None), DONE]
    found.append(DONE.with_(learner="eve", needs_person=("essay",), isolated=False))
    assert dict(report.counts(found)) == {
        "submissions": 5, "graded": 3, "repaired": 1, "unreadable": 1, "without any mark": 1, "for a person": 2,
        "graded WITHOUT isolation": 1,
    }  # fmt: skip
    first = [a["href"] for a in read(home, *found).all("a")]
    assert first == ["#s3", "#s5"], "what somebody has to look at is one step away"


def test_the_table_is_one_for_a_screen_reader_and_nothing_runs(home: Course) -> None:
    page = read(home, DONE, DONE)
    scopes = [a["scope"] for a in page.all("th")]
    assert scopes == ["col"] * 8 + ["row"] * 2 and len(page.all("caption")) == 1 and len(page.all("h1")) == 1
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy and policy.startswith("default-src 'none'") and "script" not in policy
    assert not page.all("script") and page.all("html") == [{"lang": "en"}]


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=y>\u202e\x1b[31m" + "x" * 3000


def test_hostile_text_stays_text_and_is_cut(home: Course) -> None:
    check = CheckResult(EVIL, "text", 1.0, 1.0, EVIL)
    worst = Outcome(
        EVIL, EVIL, EVIL, 1.0, 1.0, (check,) * 300, (EVIL,) * 5000, EVIL, needs_person=(EVIL,) * 300,
        needs_regrade=EVIL, grader=EVIL, before=Before(EVIL, None, 1.0, {f"{EVIL}{i}": 1.0 for i in range(300)}),
    )  # fmt: skip
    text = report.page(home, [worst], report.place(home), "now")
    page = Read(text)
    tags = {name for name, _ in page.tags}
    assert not tags & {"script", "img"} and not any(k.startswith("on") for _, attrs in page.tags for k in attrs)
    assert "\u202e" not in text and "\x1b" not in text and len(text) < 60_000
    assert "and 4992 more" in page.text and "alert(1)" in page.text


def test_links_lead_from_the_page_to_each_feedback_page_and_nowhere_else(home: Course, tmp_path: Path) -> None:
    names = ["ann", "Doe, Jane", "50% #1", "josé"]
    found = [DONE.with_(learner=n) for n in names]
    for o in found:
        feedback.write(home, o)
    odd = [DONE.with_(learner="nobody"), DONE.with_(learner="../../etc"), DONE.with_(assignment="../x")]
    for place in (report.place(home), tmp_path / "elsewhere.html"):
        links = [str(a["href"]) for a in Read(report.page(home, [*found, *odd], place)).all("a")]
        targets = [(place.parent / unquote(link)).resolve() for link in links]
        assert targets == [(home.feedback / n / NAME / f"{NAME}.html").resolve() for n in names]
        assert all(t.is_file() for t in targets) and not any(link.startswith("/") for link in links)


def test_a_thousand_submissions_are_a_thousand_rows(home: Course) -> None:
    many = [
        DONE.with_(learner=f"learner{i:04}", needs_person=("essay",) if i % 2 else (), checks=(CHECK,), repairs=("r",))
        for i in range(1000)
    ]
    text = report.page(home, many, report.place(home))
    page = Read(text)
    assert len(page.rows) == 1001 and len(text) < 2_000_000
    assert len({a["id"] for a in page.all("tr") if "id" in a}) == 1000 and "and 300 more, in the table" in page.text
    over = read(home, *([DONE] * (report.MAX_ROWS + 3)))
    assert len(over.rows) == report.MAX_ROWS + 1 and "3 more are not shown here" in over.text


def test_a_place_that_cannot_be_written_is_said_before_anything_is_graded(home: Course, tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="name a file in a folder that is there"):
        report.place(home, tmp_path / "no" / "page.html")
    done = CliRunner().invoke(
        grade_command, [str(tmp_path), "--course", str(home.root), "--report", str(tmp_path / "no" / "x.html")]
    )
    assert done.exit_code == 2 and "cannot be written" in done.stderr and "no submission" not in done.output


def test_grade_writes_the_page_and_says_where(home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = batch.grade
    monkeypatch.setattr(batch, "grade", lambda *a, **k: real(*a, **k, work=fakes.quick))
    release.release(home)
    submit(tmp_path / "in", "ann", released(home))
    submit(tmp_path / "in", "junk", b"{")
    words = [str(tmp_path / "in"), "--course", str(home.root)]
    done = CliRunner().invoke(grade_command, words)
    place = home.results / "index.html"
    assert done.exit_code == 1 and f"Page of outcomes: {place}\n" in done.stdout
    page = Read(place.read_text(encoding="utf-8"))
    assert [r[0].strip() for r in page.rows[1:]] == ["ann", "junk"]
    assert {"../feedback/ann/02-encryption/02-encryption.html", "../feedback/junk/02-encryption/02-encryption.html"} < {
        a["href"] for a in page.all("a")
    }
    other = tmp_path / "my page.html"
    done = CliRunner().invoke(grade_command, [*words, "--json", "--report", str(other)])
    assert other.is_file() and "my page" in done.stderr and len(done.stdout.splitlines()) == 2
