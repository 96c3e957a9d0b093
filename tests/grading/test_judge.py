from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader import utils

from simlab.errors import GradingError
from simlab.exercise.protocol import Ask, Call, CheckSpec, Detail, Expect, Expr, Got, Lit, Play, Reply, Verdict
from simlab.grading import spec
from simlab.grading.judge import Judge, points_of
from simlab.grading.outcome import Limits
from simlab.grading.rounds import MOST_ROUNDS, Line, Meter, run_play
from simlab.grading.run import Run
from simlab.grading.withhold import PLACE, Withhold

RESOURCES = {"nbgrader": {"notebook": "nb", "assignment": "a", "student": "s"}}
CHECK = (
    'check.simulate("thief", seal, open_, 3)\n### BEGIN HIDDEN TESTS\ncheck.expect(recovered=0)\n### END HIDDEN TESTS'
)


def graded(source: str, grade_id: str = "g", points: float = 4, **extra: Any) -> Any:
    marks = {"grade": True, "grade_id": grade_id, "locked": True, "solution": False, "points": points} | extra
    return new_code_cell(source, metadata={"nbgrader": marks | {"schema_version": 3}})


def run_with(found: CheckSpec | None) -> Run:
    specs = {"nb": {found.grade_id: found}} if found else {}
    return Run("s", "a", b"secret", Limits(), specs=specs)


# ----------------------------------------------------------------------------------------- reading


def test_a_check_cell_is_read() -> None:
    found = spec.parse(CHECK, "g", 4)
    assert found == CheckSpec(
        kind="simulate",
        args=(Lit("thief"), Expr("seal"), Expr("open_"), Lit(3)),
        expect=Expect((), {"recovered": 0}),
        grade_id="g",
        points=4.0,
    )


def test_a_classic_cell_is_none() -> None:
    assert spec.parse("assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert 1\n### END HIDDEN TESTS", "g", 1) is None


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('check.value("a", a)\ncheck.expect(1)', "one check call"),
        ('check.value("a", a)\n### BEGIN HIDDEN TESTS\ncheck.expect(answer)\n### END HIDDEN TESTS', "not a literal"),
        ("check.value(*names)", r"\* or \*\*"),
    ],
)
def test_a_check_that_cannot_be_read_is_refused(source: str, said: str) -> None:
    with pytest.raises(GradingError, match=said):
        spec.parse(source, "g", 1)


# ------------------------------------------------------------------------------ withhold and judge


def test_withhold_takes_hidden_blocks_out_and_judge_restores_the_release() -> None:
    run = run_with(spec.parse(CHECK, "g", 4))
    shown = new_code_cell("x = 1\n### BEGIN HIDDEN TESTS\nkey = 99\n### END HIDDEN TESTS")
    shown.metadata["nbgrader"] = {"grade": False, "grade_id": "ro", "locked": True, "solution": False}
    nb = new_notebook(cells=[shown, graded(CHECK)])
    nb.cells[1].metadata["tags"] = ["skip-execution"]
    nb, _ = Withhold(run)(nb, RESOURCES)
    assert nb.cells[1].source == PLACE
    assert "tags" not in nb.cells[1].metadata
    assert not any("expect" in c.source or "99" in c.source for c in nb.cells)
    nb.cells[1].outputs = [new_output("stream", text="noise")]
    run.notebook("nb").verdicts["g"] = Verdict(0.5, "half", (Detail("d", True),), "cite")
    nb, _ = Judge(run)(nb, RESOURCES)
    assert nb.cells[1].source == 'check.simulate("thief", seal, open_, 3)'
    assert [o.data["text/plain"] for o in nb.cells[1].outputs] == ["2.0"]
    assert run.results["g"].message == "half"


def test_a_check_without_verdict_scores_zero_and_not_full() -> None:
    run = run_with(spec.parse(CHECK, "g", 4))
    nb = new_notebook(cells=[graded(CHECK)])
    nb, _ = Withhold(run)(nb, RESOURCES)
    nb, _ = Judge(run)(nb, RESOURCES)
    assert utils.determine_grade(nb.cells[0]) == (0.0, 4.0)


@given(st.one_of(st.floats(), st.integers(-5, 5), st.text(), st.none()), st.floats(0, 100))
@settings(max_examples=60, deadline=None)
def test_points_stay_within_the_maximum_in_the_form_nbgrader_takes(share: Any, maximum: float) -> None:
    points = points_of(share, maximum)
    assert 0 <= points <= maximum
    cell = graded("", points=maximum)
    cell.outputs = [new_output("execute_result", data={"text/plain": repr(points)})]
    assert utils.determine_grade(cell) == (points, maximum)


def test_a_warning_does_not_undo_a_right_answer_and_an_error_stays_one() -> None:
    run = run_with(None)
    right, wrong = graded("assert 1", "right"), graded("assert 0", "wrong")
    right.outputs = [new_output("stream", name="stderr", text="a warning")]
    failed = new_output("error", ename="AssertionError", evalue="secret", traceback=["secret"])
    wrong.outputs = [new_output("stream", name="stderr", text="a warning"), failed]
    nb, _ = Judge(run)(new_notebook(cells=[right, wrong]), RESOURCES)
    assert [utils.determine_grade(c)[0] for c in nb.cells] == [4.0, 0]
    assert nb.cells[0].outputs[0].text == "a warning"
    assert run.results["right"].points == 4.0
    assert (run.results["wrong"].points, run.results["wrong"].message) == (0.0, "Stopped with AssertionError.")
    assert not run.judged


@pytest.mark.parametrize("text", ["9", "nan", "inf", "-1", ""])
def test_a_number_that_cannot_be_marks_is_none(text: str) -> None:
    run, cell = run_with(None), graded("1")
    cell.outputs = [new_output("execute_result", data={"text/plain": text})]
    nb, _ = Judge(run)(new_notebook(cells=[cell]), RESOURCES)
    assert run.results["g"].points == 0.0
    assert utils.determine_grade(nb.cells[0])[0] == 0.0


def test_a_cell_for_a_person_is_named() -> None:
    run = run_with(None)
    Judge(run)(new_notebook(cells=[graded("my essay", solution=True, locked=False)]), RESOURCES)
    assert run.needs_person == ["g"]
    assert run.judged


def test_seeds_differ_by_learner_check_and_course() -> None:
    one, two = run_with(None), run_with(None)
    two.learner = "t"
    other = Run("s", "a", b"other", Limits())
    seeds = {r.context(g, r.notebook("nb")).seed for r in (one, two, other) for g in ("x", "y")}
    assert len(seeds) == 6
    assert all(0 <= s < 2**63 for s in seeds)


# ------------------------------------------------------------------------------------------ rounds


def test_a_play_may_ask_with_what_came_back() -> None:
    def play() -> Play:
        first = yield Ask((Call("f", (1,)),))
        second = yield Ask((Call("f", (first[0].value,)),))
        return Verdict(1.0, str(second[0].value))

    async def ask(request: Ask) -> Reply:
        return (Got(request.calls[0].args[0] + 1),)

    assert asyncio.run(run_play(play(), ask)).message == "3"


def test_a_play_without_end_is_stopped() -> None:
    def play() -> Play:
        while True:
            yield Ask(())

    async def ask(request: Ask) -> Reply:
        return ()

    with pytest.raises(RuntimeError, match=str(MOST_ROUNDS)):
        asyncio.run(run_play(play(), ask))


class Kernel:
    """A client and manager whose kernel sends what a test wants."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages, self.token = list(messages), ""

    def execute(self, source: str, **options: Any) -> str:
        self.token = next(w for w in source.split("'") if len(w) == 32)
        return "mine"

    async def get_iopub_msg(self, timeout: float) -> dict[str, Any]:
        message = self.messages.pop(0)
        held = message["content"].get("data", {}).get("application/vnd.simlab.reply+json")
        if isinstance(held, dict) and held.get("token") == "TOKEN":
            held["token"] = self.token
        return message

    async def is_alive(self) -> bool:
        return True


def shown(data: Any, parent: str = "mine") -> dict[str, Any]:
    content = {"data": {"application/vnd.simlab.reply+json": data}}
    return {"msg_type": "display_data", "parent_header": {"msg_id": parent}, "content": content}


IDLE = {"msg_type": "status", "parent_header": {"msg_id": "mine"}, "content": {"execution_state": "idle"}}
RIGHT = {"token": "TOKEN", "reply": '[[42,"",""]]'}


@pytest.mark.parametrize(
    ("messages", "value"),
    [
        ([shown(dict(RIGHT))], 42),
        ([], "NoReply"),
        ([shown(dict(RIGHT), parent="another")], "NoReply"),
        ([shown({"token": "f" * 32, "reply": '[[42,"",""]]'})], "NoReply"),
        ([shown(dict(RIGHT)), shown(dict(RIGHT))], "NoReply"),
        ([shown({"token": "TOKEN", "reply": 42})], "NoReply"),
        ([shown({"token": "TOKEN", "reply": "[" * 100_000})], "NoReply"),
        ([shown({"token": "TOKEN", "reply": '[[42,"",""],[43,"",""]]'})], "NoReply"),
        ([shown({"token": "TOKEN", "reply": '[["' + "x" * 9_000 + '","",""]]'})], "NoReply"),
        ([shown("text")], "NoReply"),
        ([{"msg_type": "display_data", "parent_header": {"msg_id": "mine"}, "content": {"data": [1]}}], "NoReply"),
    ],
)
def test_only_one_reply_of_its_own_round_is_taken(messages: list[dict[str, Any]], value: Any) -> None:
    kernel = Kernel(*messages, IDLE)
    if messages and isinstance(messages[0]["content"]["data"], list):
        kernel.get_iopub_msg = _plain(kernel)  # type: ignore[method-assign]
    line = Line(kernel, kernel, reply_cap=8_000, meter=Meter(1 << 20))
    (got,) = asyncio.run(line.ask(Ask((Call("f"),))))
    assert (got.error or got.value) == value


def _plain(kernel: Kernel) -> Any:
    async def get(timeout: float) -> dict[str, Any]:
        return kernel.messages.pop(0)

    return get


def test_the_name_of_an_error_steers_nothing() -> None:
    run, cell = run_with(None), graded("assert 0", "wrong")
    cell.outputs = [new_output("error", ename="\x1b]0;x\x07\u202e", evalue="", traceback=[])]
    Judge(run)(new_notebook(cells=[cell]), RESOURCES)
    assert run.results["wrong"].message == "Stopped with \ufffd]0;x\ufffd\ufffd."
