"""`simlab mark` and `simlab feedback`: sheets, the terminal, and two markers, as a trainer uses them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nbgrader.api import Gradebook

from simlab.errors import GradingError, InputError
from simlab.grading import gradebook, marking, marksheet
from simlab.grading.course import Course
from simlab.grading.mark_command import feedback_command, mark
from tests.grading import written
from tests.grading.written import LETTER, NAME, TASK

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own models
Row = dict[str, str]


@pytest.fixture
def home(tmp_path: Path) -> Course:
    home = written.waiting(tmp_path / "course", "ann", "bob")
    written.with_rubric(home)
    return home


def run(home: Course, *words: object, typed: str = "", exits: int = 0) -> Result:
    done = CliRunner().invoke(mark, [*map(str, words), "--course", str(home.root)], input=typed)
    assert done.exit_code == exits, done.output + repr(done.exception)
    return done


def sheet(home: Course, fill: Callable[[Row], str], *words: str, sign: str = ",", encoding: str = "utf-8-sig") -> Path:
    """A sheet as a spreadsheet gives it back, `level` filled in by `fill`."""
    path = home.root.parent / "marks.csv"
    run(home, "sheet", "--out", path, *words)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    out = io.StringIO()
    writer = csv.DictWriter(out, marksheet.COLUMNS, delimiter=sign)
    writer.writeheader()
    writer.writerows(row | {"level": fill(row)} for row in rows)
    path.write_text(out.getvalue(), encoding=encoding, newline="")
    return path


def full(row: Row) -> str:
    return "full" if row["cell"] == LETTER else "3"


def scores(home: Course) -> dict[str, float | None]:
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        return {
            f"{who} {c}": gb.find_grade(c, NAME, NAME, who).manual_score
            for who in ("ann", "bob")
            for c in (LETTER, TASK)
        }


def test_what_waits_is_listed_and_shown(home: Course) -> None:
    said = run(home, "list", exits=1).stdout
    assert "4 answers to be marked" in said and "The letter to Dolores" in said and "to be marked" in said
    shown = run(home, "show", "ann", NAME).stdout
    assert "| Dear Dolores, a laptop is lost. ann" in shown and "2 part (1): It names some" in shown
    with pytest.raises(InputError, match="no graded submission"):
        mark.main(["show", "eve", NAME, "--course", str(home.root)], standalone_mode=False)


@pytest.mark.parametrize(("sign", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16")])
def test_a_filled_in_sheet_is_taken_as_any_spreadsheet_saves_it(home: Course, sign: str, encoding: str) -> None:
    done = run(home, "import", sheet(home, full, sign=sign, encoding=encoding), "--marker", "rosa")
    assert "6 marks taken, 0 rows left, 0 not filled in" in done.stdout and "4 agreed" in done.stdout
    assert scores(home) == {f"{who} {c}": p for who in ("ann", "bob") for c, p in ((LETTER, 4), (TASK, 3))}
    assert "10 of 10 points" in (home.feedback / "bob" / NAME / f"{NAME}.html").read_text("utf-8")
    assert "0 answers to be marked" in run(home, "list").stdout


def test_a_bad_row_is_named_with_what_is_right_and_the_rest_is_taken(home: Course) -> None:
    wrong = {("ann", "what-to-do"): "ful", ("bob", "points"): "4"}
    path = sheet(home, lambda row: wrong.get((row["learner"], row["criterion"]), full(row)))
    text = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([*text, text[1].replace("ann", "eve", 1), ",".join(["x"] * 3)]), encoding="utf-8")
    done = run(home, "import", path, "--marker", "rosa", exits=1)
    assert done.stderr.splitlines() == [
        "error: line 3: level 'ful' of what-to-do: it is one of none, full (did you mean full?)",
        "error: line 7: level '4' of points: a number from 0 to 3",
        f"error: line 8: eve {NAME} letter: no such answer waits here: leave learner, exercise and cell as the sheet has them",
    ]
    assert "4 marks taken, 3 rows left, 1 not filled in" in done.stdout
    assert scores(home) == {f"ann {LETTER}": None, f"ann {TASK}": 3, f"bob {LETTER}": 4, f"bob {TASK}": None}


def test_a_sheet_of_an_earlier_answer_and_two_minds_in_one_sheet_are_left(home: Course) -> None:
    path = sheet(home, full)
    written.hand_in(home, "ann", "Another letter.", "2 March, ann")
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([*lines, lines[6].replace(",3,", ",2,")]), encoding="utf-8")
    said = run(home, "import", path, "--marker", "rosa", exits=1).stderr
    assert "line 2: ann 12-letters letter: the answer has changed since this sheet was made: make a new one" in said
    assert "line 8: marked twice in this sheet, with different levels" in said


@pytest.mark.parametrize(("text", "said"), [("", "has no column 'learner'"), ("learner,level\n", "no column 'exercise'"), ('learner,exercise,cell,criterion,level\n"' + "x" * 200_000, "is no CSV")])  # fmt: skip
def test_what_is_no_sheet_is_refused(home: Course, text: str, said: str) -> None:
    path = home.root.parent / "no.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        marksheet.read(path, marking.answers(home), "rosa")


def test_no_cell_of_a_sheet_is_a_formula_and_each_row_is_one_line(home: Course) -> None:
    written.hand_in(home, "=1+1", "=HYPERLINK(1)\n\n@x\x1b[2J", "2 March")
    path = sheet(home, full)
    for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) or "\n" in cell or "\x1b" in cell for cell in row)
    assert "9 marks taken, 0 rows left" in run(home, "import", path, "--marker", "rosa").stdout


def test_marking_in_the_terminal(home: Course) -> None:
    typed = "\n".join(["2", "Say it all.", "what", "full", "", "1,5", "", "s", "q"])
    done = run(home, "give", NAME, "--marker", "rosa", typed=typed)
    assert "'what' is no level: 1 or 2 or none or full" in done.stdout and "2 agreed" in done.stdout
    assert scores(home) == {f"ann {LETTER}": 3, f"ann {TASK}": 1.5, f"bob {LETTER}": None, f"bob {TASK}": None}
    again = run(home, "give", NAME, "--marker", "rosa", typed="q\n").stdout
    assert "ann" not in again and "bob" in again and "nothing was marked" in again
    broken_off = run(home, "give", NAME, "--marker", "rosa", typed="full\n\nfull\n\n2").stdout  # then Ctrl-C
    assert "1 agreed" in broken_off and scores(home)[f"bob {LETTER}"] == 4


def test_two_markers_are_compared_and_a_third_settles(home: Course, tmp_path: Path) -> None:
    run(home, "import", sheet(home, full), "--marker", "rosa")
    other = sheet(home, lambda row: "none" if (row["learner"], row["criterion"]) == ("ann", "what-was-lost") else full(row), "--marker", "omar")  # fmt: skip
    assert "markers differ" in run(home, "import", other, "--marker", "omar", exits=1).stdout
    said = run(home, "compare", NAME).stdout
    assert "omar and rosa: 4 answers marked by both" in said and "no one is systematically stricter" in said
    assert "more than a level apart: ann letter what-was-lost: none, full" in said and "Fewer than 10" in said
    (found,) = json.loads(run(home, "compare", NAME, "--json", "--csv", tmp_path / "c.csv").stdout)
    assert found["criteria"][0]["equal"] == 0.5 and found["stricter"] == "" and found["apart"][0]["learner"] == "ann"
    assert len((tmp_path / "c.csv").read_text("utf-8-sig").splitlines()) == 4
    typed = "part\n\nfull\n\n"
    done = run(home, "give", NAME, "--marker", "lea", "--settle", typed=typed)
    assert "  omar: what-was-lost none\n" in done.stdout and "  rosa: what-was-lost full\n" in done.stdout
    assert "1 settled" in done.stdout and scores(home)[f"ann {LETTER}"] == 3


def test_pages_are_written_again_on_demand(home: Course) -> None:
    with Gradebook(gradebook.url(home.gradebook)) as gb:
        gb.find_grade(LETTER, NAME, NAME, "ann").manual_score = 2
        gb.db.commit()
    done = CliRunner().invoke(feedback_command, [NAME, "--course", str(home.root)])
    assert done.exit_code == 0 and "2 pages" in done.output
    assert "5 of 10 points" in (home.feedback / "ann" / NAME / f"{NAME}.html").read_text("utf-8")


def test_before_anything_is_graded_it_says_so(tmp_path: Path) -> None:
    home = written.course(tmp_path)
    with pytest.raises(GradingError, match="nothing is graded yet"):
        mark.main(["list", "--course", str(home.root)], standalone_mode=False)
