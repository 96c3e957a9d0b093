"""What a marking leaves behind: the learner's result, the register, item analysis; and the commands on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from simlab.errors import InputError, SimlabError
from simlab.grading import evaluations, itemanalysis, recording, state
from simlab.grading.course import Course, programs_on_path
from simlab.grading.outcome import CheckResult, Outcome
from simlab.grading.records_command import records
from simlab.records import Register
from tests.grading import making
from tests.grading.making import NAME

PEOPLE = "id,name,track,team,joined\nann,=Ann,claims,Front,2026-01-01\nbob,Bob,analysts-it,Front,2026-01-01\n"


def solution() -> dict[str, Any]:
    """A choice for everybody, and a function below the analysts' line."""
    nb = making.solution()
    line = making.cell("markdown", "analysts", "---\n\n## For analysts")
    place = next(i for i, c in enumerate(nb["cells"]) if c["id"] == "double")
    nb["cells"].insert(place, line)
    return nb


@pytest.fixture
def home(tmp_path: Path) -> Course:
    found = making.make_course(tmp_path, solution())
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return found


def marked(home: Course, learner: str, pick: float, double: float, answer: str = "", **changes: Any) -> Outcome:
    """A graded submission, kept as a batch keeps it."""
    checks = (CheckResult("pick", "choice", pick, 2.0, "m"), CheckResult("double-ok", "function", double, 3.0, "m"))
    outcome = Outcome(learner, NAME, "graded", pick + double, 5.0, checks).with_(**changes)
    outcome.write(home.results / NAME / f"{learner}.json")
    state.mark(home, learner, NAME, state.DONE, state.Basis())
    folder = home.submitted / learner / NAME
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"stolen-backup": {"value": answer or "keys-apart", "at": ""}, "attempt": {"value": 2, "at": ""}}
    text = json.dumps({"version": 1, "answers": kept, "history": []})
    folder.joinpath("answers.json").write_text(text, encoding="utf-8")
    return outcome


def run(home: Course, *args: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(records, [*args, "--course", str(home.root)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


# result.json


@pytest.mark.parametrize(
    ("learner", "pick", "double", "passes"),
    [
        ("ann", 2, 0, True),  # staff: what stands above the line
        ("ann", 1.5, 3, False),
        ("bob", 2, 0, False),  # analysts: that, and everything
        ("bob", 2, 2, True),
        ("bob", 1, 3, False),
        ("who", 2, 0, True),  # not on the list
    ],
)
def test_passed_is_the_staffs_part_and_for_analysts_the_whole_too(
    home: Course, learner: str, pick: float, double: float, passes: bool
) -> None:
    told = recording.result(recording.desk(home), marked(home, learner, pick, double), "2026-03-02T09:00:00Z")
    assert told["passed"] is passes
    assert told["staff"] == {"points": pick, "maximum": 2.0} and told["maximum"] == 5.0
    assert [(c["name"], c["is_staff"]) for c in told["checks"]] == [("pick", True), ("double-ok", False)]


def test_the_pass_mark_is_the_organizations(home: Course) -> None:
    from simlab import organization

    text = organization.sample().read_text("utf-8").replace("pass_mark: 0.8", "pass_mark: 0.5")
    (home.root / "organization.yml").write_text(text, encoding="utf-8")
    assert recording.result(recording.desk(home), marked(home, "ann", 1, 0), "")["passed"] is True


def test_an_exercise_without_an_analysts_line_is_everybodys(tmp_path: Path) -> None:
    home = making.make_course(tmp_path)
    told = recording.result(recording.desk(home), marked(home, "ann", 2, 0), "")
    assert (told["passed"], told["staff"]["maximum"]) == (False, 5.0)


def test_work_that_could_not_be_graded_is_no_result(home: Course) -> None:
    gone = marked(home, "ann", 2, 3).with_(points=None, checks=(), outcome="unreadable")
    path = recording.write(recording.desk(home), gone, "2026-03-02T09:00:00Z")
    told = json.loads(path.read_text("utf-8"))
    assert told["points"] is None and told["staff"]["points"] is None and told["passed"] is False


@pytest.mark.parametrize(("file", "text"), [("people.csv", "wage\n1\n"), ("organization.yml", "name: 3\n")])
def test_a_faulty_list_or_organization_stops_it_in_words(home: Course, file: str, text: str) -> None:
    (home.root / file).write_text(text, encoding="utf-8")
    with pytest.raises(SimlabError, match=file):
        recording.desk(home)


# The register


def test_results_enter_once_and_a_new_mark_enters_again(home: Course) -> None:
    marked(home, "ann", 2, 3)
    marked(home, "eve", 2, 3, needs_person=("essay",))
    code, out, _ = run(home, "import", "--trainer", "Tess", "--json")
    assert code == 1 and json.loads(out) == {"added": [1], "known": 0, "waiting": [f"eve {NAME}"], "refused": []}
    assert json.loads(run(home, "import", "--json")[1])["known"] == 1
    marked(home, "ann", 1, 3)
    assert json.loads(run(home, "import", "--json")[1])["added"] == [2]
    (_, first), (_, second) = Register(home.root / "records").entries()
    assert (first.name, first.track, first.trainer, first.attempt, first.passed) == ("=Ann", "claims", "Tess", 2, True)
    assert second.passed is False and first.policies["incidents"] == "2026.1" and first.content_hash
    assert (first.retain_until.year - first.day.year) == 7  # in effect until its yearly refresh, then six years
    assert (home.root / "records" / "content" / first.content_hash[:16]).is_dir()


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own models
def test_a_mark_that_a_person_gave_counts(home: Course) -> None:
    marked(home, "ann", 0, 3, needs_person=("pick",))
    recording.write(recording.desk(home), marked(home, "ann", 0, 3), "2026-03-02T09:00:00Z")
    with programs_on_path(), Gradebook(home.db_url) as gb:
        gb.add_assignment(NAME)
        gb.add_notebook(NAME, NAME)
        gb.add_grade_cell("pick", NAME, NAME, max_score=2, cell_type="code")
        gb.add_student("ann")
        gb.add_submission(NAME, "ann")
        grade = gb.find_grade("pick", NAME, NAME, "ann")
        grade.manual_score, grade.needs_manual_grade = 2, False
        gb.db.commit()
    assert run(home, "import")[0] == 0
    ((_, entry),) = Register(home.root / "records").entries()
    assert (entry.score, entry.passed) == (2.0, True)
    told = json.loads((home.feedback / "ann" / NAME / "result.json").read_text("utf-8"))
    assert told["passed"] is True and told["staff"]["points"] == 2.0


def test_from_marks_to_a_certificate_a_view_and_a_file(home: Course, tmp_path: Path) -> None:
    for who in ("ann", "bob"):
        marked(home, who, 2, 3)
    run(home, "import")
    code, out, _ = run(home, "certificates", "--json")
    done = json.loads(out)
    assert code == 0 and [(d["person"], d["track"]) for d in done] == [("ann", "claims"), ("bob", "analysts-it")]
    assert json.loads(run(home, "certificates", "--json")[1]) == done  # issued once
    file = done[0]["file"]
    assert "is as it was issued: =Ann" in run(home, "verify", "--certificate", file)[1]
    Path(file).write_text(Path(file).read_text("utf-8").replace("=Ann", "Eve"), encoding="utf-8")
    code, _, err = run(home, "verify", "--certificate", file)
    assert code == 1 and "not as it was issued" in err
    out_file = tmp_path / "view.html"
    assert run(home, "team", "--out", str(out_file))[0] == 0
    page = out_file.read_text("utf-8")
    assert "Bob" in page and "1 of 1" in page and "keys-apart" not in page and "pick" not in page
    assert run(home, "export", str(tmp_path / "all.csv"), "--columns", "person,name,passed")[0] == 0
    assert (
        (tmp_path / "all.csv").read_bytes().startswith(b'\xef\xbb\xbf"person","name","passed"\r\n"ann","\'=Ann","yes"')
    )
    with pytest.raises(InputError, match="did you mean 'person'"):
        run(home, "export", str(tmp_path / "x.csv"), "--columns", "persons")


def test_a_changed_register_is_told_with_its_record(home: Course) -> None:
    marked(home, "ann", 2, 3)
    marked(home, "bob", 2, 3)
    run(home, "import")
    path = home.root / "records" / "training.jsonl"
    path.write_text(path.read_text("utf-8").replace('"passed":true', '"passed":false', 1), encoding="utf-8")
    code, out, _ = run(home, "verify", "--json")
    assert code == 1 and json.loads(out)["problem"].startswith("record 1:")


def test_training_elsewhere_holds_and_destruction(home: Course) -> None:
    args = ("--lesson", "town-hall", "--trainer", "Tess", "--minutes", "40")
    assert "kept until 2020" in run(home, "attest", "ann", *args, "--on", "2013-03-01")[1]
    with pytest.raises(InputError, match="still to come"):
        run(home, "attest", "ann", *args, "--on", "2099-03-01")
    with pytest.raises(InputError, match="people"):
        run(home, "attest", "nobody", *args)
    why = ("--reason", "an inquiry", "--by", "Tess")
    run(home, "hold", "ann", *why)
    assert run(home, "destroy", *why, "--yes")[1].startswith("0 entries")
    run(home, "hold", "ann", *why, "--lift")
    assert run(home, "destroy", *why)[1].startswith("1 entries are past")
    assert run(home, "destroy", *why, "--yes")[1].startswith("1 entries destroyed")
    assert run(home, "verify")[0] == 0 and "town-hall" not in run(home, "list", "--json")[1]


# Evaluations


def workspace(folder: Path, learner: str, marks: list[Any]) -> str:
    (folder / ".simlab").mkdir(parents=True)
    (folder / ".simlab" / "learner.json").write_text(json.dumps({"learner": learner}), encoding="utf-8")
    (folder / "lessons").mkdir()
    kept = {f"evaluation.{NAME}": {"value": marks, "at": ""}}
    text = json.dumps({"version": 1, "answers": kept, "history": []})
    (folder / "lessons" / "answers.json").write_text(text, encoding="utf-8")
    return str(folder)


def test_evaluations_are_kept_without_names_and_once(home: Course, tmp_path: Path) -> None:
    five = [workspace(tmp_path / f"w{i}", f"p{i}", [5, 4, 3, 2, i, "my boss reads this"]) for i in range(1, 6)]
    odd = workspace(tmp_path / "odd", "odd", [9, 4, 3, 2, 1, ""])
    code, out, err = run(home, "evaluations", *five, odd, str(tmp_path / "none"))
    assert code == 1 and "5 forms taken in" in out and "no workspace" in err
    assert "0 forms taken in, 5 known" in run(home, "evaluations", *five)[1]
    (found,) = evaluations.means(home.root / "records")
    assert (found.people, found.means) == (5, (5.0, 4.0, 3.0, 2.0, 3.0))
    kept = "".join(p.read_text("utf-8") for p in (home.root / "records").glob("*.jsonl"))
    assert "my boss" not in kept and "p1" not in (home.root / "records" / evaluations.NAME).read_text("utf-8")


# Items


def test_items_say_how_hard_how_telling_and_what_was_chosen(home: Course) -> None:
    for i, (pick, double) in enumerate([(2, 3), (2, 3), (2, 2), (0, 1), (0, 0), (0, 0)]):
        marked(home, f"p{i}", pick, double, "" if pick else ("=keys" if i < 5 else "sealed"))
    frame = itemanalysis.itemanalysis(home).set_index("check")
    assert frame.loc["pick", "n"] == 6 and frame.loc["pick", "difficulty"] == 0.5
    assert frame.loc["pick", "discrimination"] == 0.9272  # 3.5 / sqrt(1.5 * 9.5)
    assert frame.loc["pick", "wrong"] == "=keys (2); sealed (1)"
    assert ',"\'=keys (2); sealed (1)"\r\n' in itemanalysis.as_csv(itemanalysis.itemanalysis(home))
    few = itemanalysis.itemanalysis(home, {"p0", "p3"}).set_index("check")
    assert few.loc["pick", "n"] == 2 and few["discrimination"].isna().all()


def test_no_results_no_items(home: Course) -> None:
    assert itemanalysis.itemanalysis(home).empty
