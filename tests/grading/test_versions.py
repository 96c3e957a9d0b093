"""A changed exercise: marks made before are kept and named, a regrade shows both, and nothing counts twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

import simlab
from simlab.errors import GradingError
from simlab.grading import batch, history, pipeline, release, results, state, versions
from simlab.grading.command import grade_command, release_command, results_command
from simlab.grading.course import Course, programs_on_path
from simlab.grading.outcome import Outcome, from_json
from tests.grading import fakes, making, small
from tests.grading.making import NAME, edit, hidden, make_course, released, solution, submit, write
from tests.grading.test_batch import ENV, ROOT, calls, grade, hand_in


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    home = make_course(tmp_path_factory.mktemp("made") / "course")
    release.release(home)
    return home


@pytest.fixture
def home(made: Course, tmp_path: Path) -> Course:
    shutil.copytree(made.root, tmp_path / "course")
    return Course(tmp_path / "course")


def change(home: Course, worth: float = 1.0, cases: str = "[[4], 8]") -> None:
    """Another hidden case, by which everybody's function is worth something else."""
    source = hidden("check.function(double)", f"check.expect(cases=[[[21], 42], {cases}])")
    write(home.solutions / NAME / f"{NAME}.ipynb", edit(solution(), "double-ok", source))
    assert release.release(home)[0].state == "unchanged", "the hidden part alone does not touch the release"
    (home.state / "worth").write_text(str(worth), encoding="utf-8")


def lines(home: Course, learner: str) -> list[dict[str, Any]]:
    text = history.path_of(home, learner, NAME).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_marks_by_an_earlier_version_are_kept_and_named(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann", "bob")
    grade(folder, home)
    change(home)
    assert versions.need_regrading(home, NAME) == ["ann", "bob"]
    submit(folder, "bob", edit(released(home), "double", "def double(n):\n    return 2"))
    found = grade(folder, home)
    assert calls(home) == {"ann": 1, "bob": 2}
    assert found["ann"].points == 3.0 and found["ann"].needs_regrade == versions.EARLIER
    assert found["bob"].points == 1.0 and not found["bob"].needs_regrade, "handed in again: graded anew"
    assert found["bob"].before is None, "other work is no comparison"
    assert versions.need_regrading(home, NAME) == ["ann"]


def test_a_changed_question_is_another_version(home: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = versions.of(home, NAME)
    items = tmp_path / "items.yml"
    items.write_text("items: []\n", encoding="utf-8")
    monkeypatch.setattr(versions, "resource", lambda *parts: items)
    assert versions.of(home, NAME) != now


def test_a_regrade_shows_both_marks_and_keeps_the_old_ones(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann", "bob")
    submit(folder, "junk", b"{")
    grade(folder, home)
    change(home)
    ann = grade(folder, home, regrade=True)["ann"]
    assert ann.before is not None and (ann.before.points, ann.points) == (3.0, 1.0)
    assert ann.changed() == {"double-ok": (3.0, 1.0)} and not ann.needs_regrade
    assert grade(folder, home)["ann"] == ann, "later calls go on showing it"
    (line,) = lines(home, "ann")
    assert line["outcome"]["points"] == 3.0 and line["version"] != versions.of(home, NAME)
    assert [r.outcome.learner for r in results.rows(home)] == ["ann", "bob", "junk"], "history is no result"
    change(home, 2.0, "[[5], 10]")
    ann = grade(folder, home, regrade=True)["ann"]
    assert ann.before is not None and ann.before.points == 1.0
    assert [x["outcome"]["points"] for x in lines(home, "ann")] == [3.0, 1.0]


def test_work_that_is_handed_in_again_and_damaged_keeps_its_old_marks_in_history(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    grade(folder, home)
    submit(folder, "ann", b"{")
    assert grade(folder, home)["ann"].points is None
    assert [x["outcome"]["points"] for x in lines(home, "ann")] == [3.0]


def test_a_torn_line_of_history_is_passed_over(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    grade(folder, home)
    path = history.path_of(home, "ann", NAME)
    path.parent.mkdir()
    path.write_bytes(b'{"outcome": {"poi')
    change(home)
    ann = grade(folder, home, regrade=True)["ann"]
    assert ann.before is not None and ann.before.points == 3.0
    assert path.read_bytes().startswith(b'{"outcome": {"poi\n') and path.read_bytes().endswith(b"}\n")


DRIVER = """
import sys
from simlab.grading import batch
from tests.grading import fakes
batch.grade(sys.argv[1], sys.argv[2], work=fakes.quick, regrade=True, progress=lambda d, t, o: print(o.learner, flush=True))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not there")
def test_a_regrade_that_is_killed_goes_on_and_compares_with_what_was_before(tmp_path: Path, home: Course) -> None:
    names = ["ann", *(f"slow{n}" for n in range(4)), "zoe"]
    folder = hand_in(tmp_path / "in", home, *names)
    grade(folder, home)
    change(home)
    run = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(folder), str(home.root)],
        cwd=ROOT, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert run.stdout is not None
    done = {run.stdout.readline().strip(), run.stdout.readline().strip()}
    run.send_signal(signal.SIGKILL)
    done |= set(run.stdout.read().split())
    run.wait(30)
    run.stdout.close()
    assert len(done) < 6
    before = calls(home)
    kept = grade(folder, home, regrade=True)
    again = {n for n in names if calls(home)[n] > before[n]}
    assert not again & done, "what was regraded is not regraded again"
    assert all(o.before is not None and (o.before.points, o.points) == (3.0, 1.0) for o in kept.values())
    assert all(len(lines(home, n)) == 1 for n in names), "nothing is kept twice"
    grade(folder, home, regrade=True)
    assert all(calls(home)[n] > before[n] for n in names), "a regrade that ended is over: the next one does all"
    assert {o.before.points for o in grade(folder, home).values() if o.before} == {3.0}


def test_only_a_regrade_that_would_give_the_same_marks_goes_on(home: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    first = versions.begin(home, [NAME])
    assert versions.begin(home, [NAME]) == first
    monkeypatch.setattr(simlab, "__version__", "9.9.9")
    second = versions.begin(home, [NAME])
    assert second != first
    change(home)
    third = versions.begin(home, [NAME])
    assert third != second
    versions.end(home, third)
    assert versions.begin(home, [NAME]) != third
    (home.state / "regrading.json").write_text("[]", encoding="utf-8")
    assert versions.begin(home, [NAME]), "what cannot be read is no regrade under way"


def test_an_old_state_file_counts_as_an_unknown_version(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    grade(folder, home)
    path = home.state / "state" / NAME / "ann.json"
    path.write_text('{"key": "ab12", "state": "done", "at": "2026-03-01T10:00:00Z"}\n', encoding="utf-8")
    ann = grade(folder, home)["ann"]
    assert ann.points == 3.0 and ann.needs_regrade == versions.UNKNOWN and calls(home)["ann"] == 1
    assert versions.need_regrading(home, NAME) == ["ann"]
    ann = grade(folder, home, regrade=True)["ann"]
    assert ann.before is not None and ann.before.at == "2026-03-01T10:00:00Z" and not ann.needs_regrade


def test_a_result_of_an_older_simlab_is_read() -> None:
    old = {"learner": "a", "assignment": "b", "outcome": "graded", "points": 1.0, "maximum": 2.0, "checks": []}
    assert from_json(json.dumps(old)) == Outcome("a", "b", "graded", 1.0, 2.0)
    with pytest.raises(GradingError, match="not an outcome file"):
        from_json(json.dumps(old | {"before": 3}))


def test_running_a_solution_is_no_new_version_and_another_word_is(home: Course) -> None:
    path = home.solutions / NAME / f"{NAME}.ipynb"
    first, nb = versions.of(home, NAME), solution()
    code = next(c for c in nb["cells"] if c["cell_type"] == "code")
    code |= {"execution_count": 3, "outputs": [{"output_type": "stream", "name": "stdout", "text": "ran"}]}
    write(path, nb)
    assert versions.of(home, NAME) == first
    nb["cells"][0]["source"] += "!"
    write(path, nb)
    assert versions.of(home, NAME) != first


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(words[0], [str(w) for w in words[1:]])  # type: ignore[arg-type]
    assert done.exit_code == code, done.output
    return done.stdout


def test_the_commands_name_who_needs_a_regrade_and_what_it_changed(
    tmp_path: Path, home: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batch.grade
    monkeypatch.setattr(batch, "grade", lambda *a, **k: real(*a, **k, work=fakes.quick))
    folder = hand_in(tmp_path / "in", home, "ann", "bob")
    words = (folder, "--course", home.root)
    run(grade_command, *words)
    change(home)
    said = run(release_command, NAME, "--course", home.root)
    assert said == f"{NAME}: unchanged\n{NAME}: 2 learners need regrading: ann, bob; `simlab grade FOLDER --regrade`\n"
    assert "NEEDS A REGRADE" in run(results_command, "--course", home.root)
    table = run(grade_command, *words)
    assert "NEEDS A REGRADE" in table and "2 need a regrade" in table and "--regrade" in table
    assert [json.loads(x)["needs_regrade"] for x in run(grade_command, *words, "--json").splitlines()] == [
        versions.EARLIER
    ] * 2
    first, _ = [json.loads(x) for x in run(grade_command, *words, "--regrade", "--json").splitlines()]
    assert first["before"]["points"] == 3.0 and first["before"]["checks"] == {"double-ok": 3.0}
    table = run(grade_command, *words)
    assert "1 of 5 (before: 3 of 5)" in table and "double-ok: was 3, now 1" in table
    assert run(release_command, NAME, "--course", home.root) == f"{NAME}: unchanged\n"
    monkeypatch.setattr(simlab, "__version__", "9.9.9")
    table = run(grade_command, *words)
    assert "marked by simlab" in table and "REGRADE" not in table, "another grader is shown, and forces nothing"


def test_work_from_an_earlier_release_is_told(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann", "bob")
    stampless = released(home)
    stampless["metadata"]["simlab"] = {"release": 7}
    submit(folder, "bob", stampless)
    nb = solution()
    nb["cells"][2]["source"] = "Another question?"
    write(home.solutions / NAME / f"{NAME}.ipynb", nb)
    release.release(home)
    hand_in(folder, home, "zoe")
    found = grade(folder, home)
    assert [n for n, o in found.items() if any("earlier release" in r for r in o.repairs)] == ["ann"]
    assert found["ann"].points == 3.0


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_a_persons_mark_survives_a_regrade(tmp_path: Path) -> None:
    nb = small.checks()
    nb["cells"].append(making.cell("markdown", "essay", "Why?", making.marks("essay", grade=True, points=4)))
    home = small.course(tmp_path, (small.NAME, nb))
    small.hand_in(home, "ann", small.solved(home))
    pipeline.autograde(home.root, "ann", small.NAME)
    with programs_on_path(), Gradebook(home.db_url) as gb:
        grade = gb.find_grade("essay", small.NAME, small.NAME, "ann")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gb.db.commit()
    again = pipeline.autograde(home.root, "ann", small.NAME)
    assert again.points == 5.0
    with programs_on_path(), Gradebook(home.db_url) as gb:
        assert gb.find_grade("essay", small.NAME, small.NAME, "ann").manual_score == 2.5
    state.mark(home, "ann", small.NAME, state.DONE, state.Basis())
    (row,) = results.rows(home)
    assert row.points == 7.5
