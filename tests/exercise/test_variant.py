"""What one learner meets another does not; a retake is fresh, and a first attempt stays what it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simlab.errors import ContentError, UnknownName
from simlab.exercise import items, live, tasks, workspace
from simlab.exercise.answers import Answers
from simlab.exercise.kinds import KINDS, drive
from simlab.exercise.protocol import CheckSpec, Context, Expect, Lit, Verdict
from simlab.exercise.variant import attempt_of, in_practice, own_seed

POOL = """\
objectives: [{id: react, text: react, ground: [T4]}]
items:
  - &one {id: door-a, objective: react, pool: door, stem: Who may enter?, options: [{id: x, text: X}, {id: y, text: Y}]}
  - {<<: *one, id: door-b, stem: Who else?}
"""


@pytest.fixture(autouse=True)
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "01-a.yml").write_text(POOL, encoding="utf-8")
    monkeypatch.setattr(items, "names", lambda kind: ["01-a"])
    monkeypatch.setattr(items, "resource", lambda kind, name: tmp_path / name)


def pool_check(expect: Any, **hidden: Any) -> CheckSpec:
    return CheckSpec("choice", (Lit("door"),), {}, Expect((expect,), hidden), "door", 2)


def judged(spec: CheckSpec, answers: dict[str, Any], learner: str) -> Verdict:
    return drive(KINDS[spec.kind](spec, Context(7, answers, learner=learner)), lambda ask: ())


def test_seeds_differ_by_learner_attempt_and_label() -> None:
    seeds = {own_seed(who, n, label) for who in ("ana", "bo") for n in (1, 2) for label in ("", "eobs")}
    assert len(seeds) == 8
    assert own_seed("ana") == own_seed("ana", 1, "") == own_seed("ana", 0)


@pytest.mark.parametrize(
    ("kept", "attempt"), [({}, 1), ({"attempt": 3}, 3), ({"attempt": "3"}, 1), ({"attempt": True}, 1),
                          ({"attempt": -4}, 1), ({"attempt": 10**9}, 99), ({"attempt": 2.0}, 1), ({"attempt": [2]}, 1)]
)  # fmt: skip
def test_an_attempt_is_a_small_number_whatever_stands_there(kept: dict[str, Any], attempt: int) -> None:
    assert attempt_of(kept) == attempt


def shown(learner: str, attempt: int = 1) -> str:
    return items.meet("door", "01-a", "", own_seed(learner, attempt)).id


def test_only_the_item_that_was_shown_counts() -> None:
    spec = pool_check(
        {"door-a": "x", "door-b": "y"}, because={"door-a": {"y": "not by a"}, "door-b": {"x": "not by b"}}
    )
    learners = [f"learner-{n}" for n in range(40)]
    assert {shown(who) for who in learners} == {"door-a", "door-b"}
    for who in learners:
        mine, other = shown(who), ({"door-a", "door-b"} - {shown(who)}).pop()
        right = {"door-a": "x", "door-b": "y"}
        assert judged(spec, right, who).share == 1.0
        assert judged(spec, {other: right[other]}, who).message == "not answered yet"
        wrong = judged(spec, {mine: right[other]}, who)
        assert (wrong.share, wrong.message) == (0.0, f"Not yet. not by {mine[-1]}")


def test_a_retake_may_draw_another_one() -> None:
    assert any(shown(f"learner-{n}", 1) != shown(f"learner-{n}", 2) for n in range(20))


def test_a_pool_whose_key_is_incomplete_is_the_authors_error() -> None:
    with pytest.raises(ContentError, match=r"its pool holds \['door-a', 'door-b'\]"):
        judged(pool_check({"door-a": "x"}), {"door-a": "x"}, "ana")


class Number:
    """A task: which number was drawn?"""

    MISTAKES = {"one more": lambda material: material + 1}

    @staticmethod
    def make(seed: int, *, most: int = 1000) -> int:
        return seed % most

    @staticmethod
    def judge(material: int, answer: Any) -> Verdict:
        return Verdict(float(answer == material), "Right." if answer == material else "Not yet.")

    @staticmethod
    def text(material: int, answer: Any) -> str:
        return f"The number is {material}. Your answer: {answer}"

    @staticmethod
    def full(material: int) -> int:
        return material


@pytest.fixture
def number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "get", lambda name: Number)


def test_a_task_is_worked_from_a_terminal_and_judged_alike(
    number: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.prepare(tmp_path / "w", "ana.ito")
    folder = tmp_path / "w" / "exercises" / "01-a"
    folder.mkdir(parents=True, exist_ok=True)
    check = live.Check(folder)
    check.task("number", most=50)
    mine = own_seed("ana.ito", 1, "number") % 50
    assert f"The number is {mine}." in capsys.readouterr().out
    check.give("number", mine)
    assert "marked later" in capsys.readouterr().out
    answers = Answers(folder).values()
    spec = CheckSpec("task", (Lit("number"),), {"most": Lit(50)}, Expect(), "number", 3)
    assert judged(spec, answers, "ana.ito").share == 1.0
    assert judged(spec, {"number": mine + 1}, "ana.ito").share == 0.0
    assert judged(spec, {}, "ana.ito").message == "not answered yet"
    assert judged(spec, {"number": mine}, "bo").share in (0.0, 1.0) and own_seed("bo", 1, "number") % 50 != mine


def test_practice_says_at_once_what_an_answer_is_worth(
    number: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = live.Check(tmp_path)
    check.task("number", practice=True, name="again")
    check.give("again", own_seed(workspace.PRACTICE, 1, in_practice("again")) % 1000)
    assert capsys.readouterr().out.endswith("Right.\n")
    check.give("nothing", 1)
    assert "no task on this page named 'nothing'" in capsys.readouterr().out


def test_options_that_a_task_does_not_know_are_the_authors_error(number: None) -> None:
    spec = CheckSpec("task", (Lit("number"),), {"least": Lit(1)}, Expect(), "number", 3)
    with pytest.raises(ContentError, match="cannot be made so"):
        judged(spec, {"number": 1}, "ana")


def test_an_unknown_task_is_named() -> None:
    with pytest.raises(UnknownName):
        tasks.get("no-such-task")


def test_a_role_is_kept_beside_the_id(tmp_path: Path) -> None:
    workspace.prepare(tmp_path / "w", "ana.ito")
    assert workspace.role_of(tmp_path / "w") == ""
    workspace.choose_role(tmp_path / "w", "claims")
    workspace.prepare(tmp_path / "w")
    assert workspace.role_of(tmp_path / "w" / "lessons") == "claims"
    assert workspace.find(tmp_path / "w").learner == "ana.ito"
    assert workspace.role_of(tmp_path) == ""
