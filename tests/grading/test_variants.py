"""The trainer sees what one learner meets, and it is what the page shows and what the judge draws."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from simlab.exercise import items, live
from simlab.exercise.kinds import KINDS
from simlab.exercise.kinds.common import show_call
from simlab.exercise.protocol import Context
from simlab.exercise.variant import own_seed
from simlab.grading import course, run, spec, trio, variants
from simlab.grading.course import Course
from simlab.grading.variant_command import variant_command
from tests.grading import making, small

ROOT = Path(__file__).parents[2]
NAMES = course.open_course(ROOT).assignments()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course's own exercises, with a secret that stays out of the repository's folder."""
    root = tmp_path_factory.mktemp("course")
    for part in ("solutions", "exercises"):
        (root / part).symlink_to(ROOT / part)
    return course.open_course(root)


def command(home: Path, *words: object) -> Result:
    return CliRunner().invoke(variant_command, [*map(str, words), "--course", str(home)])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("learner", ["ana.ito", "bo"])
def test_what_is_right_earns_everything(home: Course, name: str, learner: str) -> None:
    answers = trio.worked(home, name, learner).answers
    for met in variants.of(home, learner, name):
        if met.kind in ("choice", "task"):
            assert met.right == answers[met.kept_as] and met.shown, met.check


@pytest.mark.parametrize("attempt", [1, 2])
def test_questions_are_those_that_the_page_shows(
    home: Course, attempt: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "learner_of", lambda folder: "ana.ito")
    monkeypatch.setattr(live, "attempt_of", lambda answers: attempt)
    found = [m for m in variants.of(home, "ana.ito", "09-everyday", attempt) if m.kind == "choice"]
    for met in found:
        question = live.Check(tmp_path, "09-everyday").question(met.check)
        assert question.item.id == met.kept_as and met.shown[0] == question.item.stem
        texts = [line.split(". ", 1)[1].rsplit(" [", 1)[0] for line in met.shown[1:]]
        assert texts == [o.text for o in question.options]
    assert len(found) == 4


def test_the_first_round_is_the_one_that_the_judge_plays(home: Course) -> None:
    thief = next(m for m in variants.of(home, "ana.ito", "02-encryption") if m.check == "thief")
    check = spec.read(home.solutions / "02-encryption" / "02-encryption.ipynb")["thief"]
    marked = run.Run("ana.ito", "02-encryption", run.secret(home.root), variants.Limits())
    seed = marked.context("thief", run.Notebook()).seed
    first = next(KINDS["simulate"](check, Context(seed)))
    assert thief.seed == seed and thief.draws == tuple(map(show_call, first.calls)) and len(thief.draws) > 40
    other = next(m for m in variants.of(home, "bo", "02-encryption") if m.check == "thief")
    again = next(m for m in variants.of(home, "ana.ito", "02-encryption", 2) if m.check == "thief")
    assert len({thief.draws, other.draws, again.draws}) == 3


def test_learners_of_one_pool_meet_its_items(home: Course) -> None:
    found = {next(m for m in variants.of(home, f"learner-{n}", "09-everyday")).kept_as for n in range(20)}
    assert found == {i.id for i in items.pool("who-asks-09")}
    assert own_seed("learner-1") != own_seed("learner-2")


def test_the_text_is_in_plain_words_and_json_has_every_call(home: Course) -> None:
    text = command(home.root, "ana.ito", "02-encryption").stdout
    assert "02-encryption as ana.ito meets it, try 1" in text and "thief (simulate, 10 points)" in text
    assert "Right: nothing-without-the-wrapping-key" in text and "(--json has all)" in text and "A thief has" in text
    told = json.loads(command(home.root, "ana.ito", "--attempt", 3, "--json").stdout)
    assert (told["learner"], told["attempt"]) == ("ana.ito", 3)
    assert [e["name"] for e in told["exercises"]] == NAMES
    checks: dict[str, Any] = {c["check"]: c for e in told["exercises"] for c in e["checks"]}
    assert len(checks["thief"]["draws"]) == 92 and checks["inbox"]["right"] and checks["alone"]["right"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["../x"], "is no name for a learner"),
        (["ana", "02-encription"], "did you mean '02-encryption'?"),
        (["ana", "--attempt", "0"], "0 is not in the range"),
    ],
)
def test_what_cannot_be_shown_is_said(home: Course, words: list[str], said: str) -> None:
    done = command(home.root, *words)
    assert done.exit_code == 2 and said in done.stderr and "Traceback" not in done.output


def test_a_learner_without_solutions_is_shown_nothing(tmp_path: Path) -> None:
    (tmp_path / "exercises").symlink_to(ROOT / "exercises")
    done = command(tmp_path, "ana.ito", "02-encryption")
    assert done.exit_code == 2 and done.stdout == "" and "holds no solutions/" in done.stderr
    assert "for trainers" in done.stderr and not (tmp_path / ".simlab").exists()


def test_the_solution_gives_results_in_its_box_and_a_faulty_check_hides_no_other(tmp_path: Path) -> None:
    home = making.make_course(tmp_path, small.reference(), small.NAME)
    same, faulty = variants.of(home, "ann", small.NAME, run_solution=True)
    assert same.draws == ("triple(5) is 15", "triple(7) is 21")
    assert "at fault: " in faulty.draws[0]
    assert variants.of(home, "ann", small.NAME)[0].draws == ("triple(5)", "triple(7)"), "not run, not known"
    home = making.make_course(tmp_path, making.solution(), "03-cases")
    assert variants.of(home, "ann", "03-cases")[1].draws == ("double(21) is 42",)
