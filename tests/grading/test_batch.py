"""Each submission gets exactly one outcome, whatever happens to its process, to the batch, or to the machine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbgrader.api import Gradebook

import simlab.grading.worker as worker
from simlab.errors import GradingError, SandboxError
from simlab.grading import batch, release, state
from simlab.grading.course import Course
from simlab.grading.outcome import Limits, Outcome
from tests.grading import fakes
from tests.grading.making import NAME, edit, make_course, ps1_course, released, solution, submit, write

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    home = make_course(tmp_path_factory.mktemp("made") / "course")
    release.release(home)
    return home


@pytest.fixture
def home(made: Course, tmp_path: Path) -> Course:
    shutil.copytree(made.root, tmp_path / "course")
    return Course(tmp_path / "course")


# Where bytecode is not written, each fresh Python compiles nbgrader again.
ENV = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
ENV["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def grade(folder: Path, home: Course, **options: Any) -> dict[str, Outcome]:
    found = batch.grade(folder, home.root, **{"work": fakes.quick} | options)
    assert len({(o.learner, o.assignment) for o in found}) == len(found)
    return {o.learner: o for o in found}


def calls(home: Course) -> Counter[str]:
    """How many times each learner's work was graded."""
    return Counter(p.name.split("-")[0] for p in home.state.joinpath("calls").glob("*"))


def hand_in(folder: Path, home: Course, *learners: str) -> Path:
    for learner in learners:
        submit(folder, learner, released(home))
    return folder


def test_a_mixed_batch_ends_with_one_outcome_each(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann", "crash", "fault", "unfit", "noisy", "Doe, Jane", "=1+1")
    submit(folder, "empty", b"")
    submit(folder, "junk", b"\x00\x01\x02")
    (folder / "stray.ipynb").write_bytes(b"{}")
    missing = edit(released(home), "double", "x = 1")
    missing["cells"] = missing["cells"][:-1]
    submit(folder, "zoe", missing)
    seen: list[tuple[int, int]] = []
    found = grade(folder, home, progress=lambda done, total, _: seen.append((done, total)))
    assert {n: o.outcome for n, o in found.items()} == {
        "=1+1": "graded",
        "Doe, Jane": "graded",
        "ann": "graded",
        "crash": "quarantined",
        "empty": "unreadable",
        "fault": "quarantined",
        "junk": "unreadable",
        "noisy": "graded",
        "stray.ipynb": "quarantined",
        "unfit": "quarantined",
        "zoe": "repaired",
    }
    assert sorted(seen) == [(i, 11) for i in range(1, 12)]
    assert all((o.points is None) == (o.outcome not in ("graded", "repaired")) for o in found.values())
    assert "signal 9" in found["crash"].reason and "ZeroDivisionError" in found["fault"].reason
    assert found["unfit"].reason == "the solution cannot be read" and found["junk"].maximum == 5.0
    assert "was missing" in found["zoe"].repairs[0]
    with Gradebook(home.db_url) as gb:
        assert {s.id for s in gb.students} == set(found) - {"stray.ipynb"}
        assert [a.name for a in gb.assignments] == [NAME]
    for name in ("ann", "zoe", "empty", "crash"):
        assert (home.feedback / name / NAME / f"{NAME}.html").is_file()


def test_what_is_done_is_not_done_again_until_something_changes(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann", "bob", "fault")
    first = grade(folder, home)
    assert grade(folder, home)["ann"] == first["ann"]
    assert calls(home) == {"ann": 1, "bob": 1, "fault": 2}, "only what failed through the grader is tried again"
    submit(folder, "ann", edit(released(home), "double", "def double(n):\n    return 2"))
    grade(folder, home)
    assert calls(home)["ann"] == 2 and calls(home)["bob"] == 1
    grade(folder, home, regrade=True)
    assert calls(home)["bob"] == 2
    grade(folder, home, sandbox=False)
    assert calls(home)["bob"] == 2, "marks from inside the box stand"


def test_marks_from_outside_the_box_never_stand_for_marks_from_inside(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    assert not grade(folder, home, sandbox=False)["ann"].isolated
    assert not grade(folder, home, sandbox=False)["ann"].isolated and calls(home)["ann"] == 1
    assert grade(folder, home)["ann"].isolated and calls(home)["ann"] == 2


def test_started_without_done_is_graded_again(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    grade(folder, home)
    state.mark(home, "ann", NAME, state.STARTED, state.basis(state.recall(home, "ann", NAME)))
    grade(folder, home)
    assert calls(home)["ann"] == 2


def test_an_unreadable_hand_in_takes_the_place_of_an_earlier_mark(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    assert grade(folder, home)["ann"].points == 3.0
    submit(folder, "ann", b"{")
    assert grade(folder, home)["ann"].points is None
    hand_in(folder, home, "ann")
    assert grade(folder, home)["ann"].points == 3.0


def test_a_stuck_process_is_ended_with_all_that_it_began(
    tmp_path: Path, home: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "SPARE_SECONDS", 4)
    folder = hand_in(tmp_path / "in", home, "ann", "brood")
    found = grade(folder, home, limits=Limits(notebook_seconds=0))
    assert found["ann"].outcome == "graded" and found["brood"].outcome == "timed out" and found["brood"].points is None
    left = int((home.state / "left").read_text(encoding="utf-8"))
    _gone(left)


def _gone(pid: int) -> None:
    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.1)
    pytest.fail(f"process {pid} is still there")


def test_a_box_that_does_not_hold_stops_the_batch(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann", "unboxed")
    with pytest.raises(SandboxError, match="does not hold"):
        grade(folder, home)


# A shell that runs the tests in the background has its programs ignore Ctrl-C, and theirs too.
DRIVER = """
import signal, sys
from simlab.grading import batch
from tests.grading import fakes
signal.signal(signal.SIGINT, signal.default_int_handler)
batch.grade(sys.argv[1], sys.argv[2], work=fakes.quick, progress=lambda d, t, o: print(o.learner, flush=True))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not there")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_batch_goes_on_with_exactly_the_missing_ones(
    tmp_path: Path, home: Course, how: signal.Signals
) -> None:
    folder = hand_in(tmp_path / "in", home, "ann", *(f"slow{n}" for n in range(4)), "zoe")
    run = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(folder), str(home.root)],
        cwd=ROOT, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert run.stdout is not None
    done = {run.stdout.readline().strip(), run.stdout.readline().strip()}
    run.send_signal(how)
    done |= set(run.stdout.read().split())
    run.wait(30)
    run.stdout.close()
    before = calls(home)
    assert run.returncode != 0 and len(done) < 6
    found = grade(folder, home)
    assert {o.outcome for o in found.values()} == {"graded"} and len(found) == 6
    # A process that had ended its work when the batch was stopped may have done one more than was said.
    again = {n for n in calls(home) if calls(home)[n] > before[n]}
    assert not again & done and again | done == set(found)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system cannot tie a process to its parent")
def test_a_killed_batch_leaves_no_process_behind(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "stuck")
    run = subprocess.Popen([sys.executable, "-c", DRIVER, str(folder), str(home.root)], cwd=ROOT, env=ENV)
    for _ in range(600):
        if calls(home):
            break
        time.sleep(0.1)
    begun = psutil.Process(run.pid).children(recursive=True)
    assert calls(home)["stuck"] == 1 and len(begun) >= 2
    run.kill()
    run.wait(30)
    for process in begun:
        _gone(process.pid)


def test_a_script_that_grades_is_not_run_again_in_each_process(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    script = tmp_path / "mine.py"
    script.write_text(f"print('top')\n{DRIVER}", encoding="utf-8")
    env = ENV | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, str(script), str(folder), str(home.root)], capture_output=True, text=True, timeout=120, env=env
    )
    assert run.stdout.split() == ["top", "ann"], run.stderr


def test_two_batches_at_once_are_refused(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    with state.only_one(home), pytest.raises(GradingError, match="another `simlab grade`"):
        grade(folder, home)


def test_the_gradebook_is_backed_up_and_five_copies_are_kept(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    grade(folder, home)
    backups = home.state / "backups"
    backups.mkdir()
    for n in range(8):
        (backups / f"gradebook-2020-01-0{n + 1}T000000Z.db").touch()
    grade(folder, home, regrade=True)
    kept = sorted(p.name for p in backups.iterdir())
    assert len(kept) == 5 and kept[0].startswith("gradebook-2020-01-05")
    with sqlite3.connect(backups / kept[-1]) as db:
        assert db.execute("select id from student").fetchall() == [("ann",)]
    db.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda home, folder: shutil.rmtree(home.exercises), "is missing: run `simlab release 02-encryption`"),
        (
            lambda home, folder: write(home.solutions / NAME / f"{NAME}.ipynb", _other()),
            "is out of date with its solution",
        ),
        (lambda home, folder: home.gradebook.write_bytes(b"no database" * 500), "gradebook.db: cannot be backed up"),
        (lambda home, folder: shutil.rmtree(folder / "ann"), "no submission"),
    ],
)
def test_what_keeps_grading_from_starting_is_said(tmp_path: Path, home: Course, spoil: Any, said: str) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    spoil(home, folder)
    with pytest.raises(GradingError, match=said):
        grade(folder, home)


def _other() -> dict[str, Any]:
    nb = solution()
    nb["cells"][2]["source"] = "Another question?"
    return nb


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_renamed_checks_after_grading_are_refused_with_the_way_out(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann")
    grade(folder, home)
    with Gradebook(home.db_url) as gb:
        gb.update_or_create_submission(NAME, "ann")
    nb = solution()
    nb["cells"][-1]["metadata"]["nbgrader"]["grade_id"] = "renamed"
    write(home.solutions / NAME / f"{NAME}.ipynb", nb)
    release.release(home)
    assert grade(folder, home)["ann"].needs_regrade, "what is kept needs no gradebook"
    with pytest.raises(GradingError, match="grade everything again with --regrade"):
        grade(folder, home, regrade=True)


def test_one_exercise_can_be_graded_alone(tmp_path: Path, home: Course) -> None:
    write(home.solutions / "03-keys" / "03-keys.ipynb", solution())
    release.release(home)
    folder = hand_in(tmp_path / "in", home, "ann")
    submit(folder, "ann", released(home), name="03-keys", file="03-keys.ipynb")
    found = batch.grade(folder, home.root, assignment="03-keys", work=fakes.quick)
    assert [(o.learner, o.assignment) for o in found] == [("ann", "03-keys")]


@pytest.mark.skipif(os.name == "nt", reason="no fork server there")
def test_a_process_finds_its_imports_done() -> None:
    assert len(worker.Server().start(fakes.loaded, seconds=60).result().split()) == 3


def test_memory_that_a_process_cannot_answer_with_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Course
) -> None:
    monkeypatch.setattr(worker, "MAX_ANSWER", 40)
    found = grade(hand_in(tmp_path / "in", home, "ann"), home)
    assert found["ann"].outcome == "quarantined"


# For real: nbgrader's own example, beside stock nbgrader


def _right_and_wrong(home: Course, folder: Path) -> None:
    """One learner who hands in the solution, one who hands in the exercise with one wrong function."""
    shutil.copytree(home.solutions / "ps1", folder / "right" / "ps1")
    shutil.copytree(home.exercises / "ps1", folder / "wrong" / "ps1")
    path = folder / "wrong" / "ps1" / "problem1.ipynb"
    nb = json.loads(path.read_text(encoding="utf-8"))
    for c in nb["cells"]:
        text = "".join(c["source"])
        if text.startswith("def squares"):
            c["source"] = "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]"
        if text.startswith("def sum_of_squares"):
            c["source"] = "def sum_of_squares(n):\n    return n * (n + 1) * (2 * n + 1) // 6"
    path.write_text(json.dumps(nb), encoding="utf-8")


def _auto_scores(path: Path) -> dict[tuple[str, str, str], float | None]:
    """(learner, notebook, cell) -> the automatic score, from a gradebook."""
    with Gradebook(f"sqlite:///{path}") as gb:
        return {
            (s.student.id, n.name, g.name): g.auto_score
            for s in gb.assignment_submissions("ps1")
            for n in s.notebooks
            for g in n.grades
        }


def stock(root: Path, home: Course, folder: Path) -> Path:
    """Grade the same files with stock nbgrader in one batch; its gradebook."""
    shutil.copytree(home.solutions, root / "source")
    shutil.copytree(folder, root / "submitted")
    for step in ("generate_assignment", "autograde"):
        command = [sys.executable, "-m", "simlab.lean", "nbgrader", step, "ps1"]
        subprocess.run(command, cwd=root, env=ENV, check=True, capture_output=True)
    return root / "gradebook.db"


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_nbgraders_example_gets_the_points_that_stock_nbgrader_gives(tmp_path: Path) -> None:
    home = ps1_course(tmp_path / "course")
    release.release(home)
    folder = tmp_path / "in"
    _right_and_wrong(home, folder)
    found = {o.learner: o for o in batch.grade(folder, home.root)}
    (tmp_path / "stock").mkdir()
    theirs = _auto_scores(stock(tmp_path / "stock", home, folder))
    assert _auto_scores(home.gradebook) == theirs
    assert found["right"].points == 3.0 and found["wrong"].points == 1.5
    for name, o in found.items():
        marks = {(name, c.name): c.points for c in o.checks}
        assert marks == {(w, c): p for (w, _, c), p in theirs.items() if w == name and p is not None}
        assert o.outcome == "graded" and o.isolated and not o.judged and o.maximum == 13.0
    assert "part-a" in found["right"].needs_person


def test_each_outcome_is_handed_back_as_a_result(tmp_path: Path, home: Course) -> None:
    folder = hand_in(tmp_path / "in", home, "ann", "fault")
    submit(folder, "junk", b"\x00\x01\x02")
    (folder / "ann" / "observations").mkdir()  # an observer's sheets are no exercise
    assert set(grade(folder, home)) == {"ann", "fault", "junk"}

    def told(who: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((home.feedback / who / NAME / "result.json").read_text("utf-8"))
        return found

    assert (told("ann")["points"], told("ann")["maximum"], told("ann")["passed"]) == (3.0, 5.0, False)
    assert told("fault")["points"] is None and told("junk")["points"] is None
    first = told("ann")
    (home.feedback / "ann" / NAME / "result.json").unlink()  # a course that was marked before results were handed back
    grade(folder, home)
    assert told("ann") | {"at": ""} == first | {"at": ""}
