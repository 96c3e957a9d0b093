from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import simlab.exercise
from simlab.exercise import items, worlds
from simlab.exercise.answers import Answers
from simlab.exercise.kinds import KINDS
from simlab.exercise.live import Check
from simlab.exercise.protocol import PRACTICE_SEED, Ask, Call, CheckSpec, Context, Detail, Expr, Lit, Play, Verdict
from simlab.exercise.shown import Question, Result
from tests.exercise.test_items import FIXTURE

ECHO: list[tuple[CheckSpec, Context]] = []


class EchoWorld:
    promise = "Echoes are scored."

    @staticmethod
    def play(spec: CheckSpec, context: Context) -> Play:
        ECHO.append((spec, context))
        names = [a.text for a in spec.args if isinstance(a, Expr)]
        reply = yield Ask(tuple(Call(n, (i,)) for i, n in enumerate(names)))
        slips = tuple(Detail(f"{n} lost its echo", False) for n, g in zip(names, reply, strict=True) if g.error)
        return Verdict(1 - len(slips) / len(names), f"{len(slips)} lost.", slips, "RFC 862")


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    (tmp_path / "02-encryption.yml").write_text(FIXTURE, encoding="utf-8")
    monkeypatch.setattr(items, "names", lambda kind: ["02-encryption"])
    monkeypatch.setattr(items, "resource", lambda kind, name: tmp_path / name)
    monkeypatch.setattr(worlds, "get", lambda name: {"echo": EchoWorld}[name])
    ECHO.clear()
    return Check(tmp_path)


def test_the_object_is_the_rooms(capsys: pytest.CaptureFixture[str]) -> None:
    assert simlab.exercise.check is simlab.exercise.check
    assert isinstance(simlab.exercise.check, simlab.exercise.Check)
    assert set(KINDS) <= set(dir(simlab.exercise.check))
    with pytest.raises(AttributeError):
        simlab.exercise.nothing  # noqa: B018


def test_a_choice_is_shown_answered_and_explained(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    check.choice("lost-printout")
    shown = capsys.readouterr().out
    assert "  1. " in shown and "  3. " in shown and "check.answer('lost-printout', 2)" in shown
    assert "Hint: Who else walks here?" in shown and "not answered yet" in shown
    question = check.question("lost-printout")
    number = [o.id for o in question.options].index("walk-on") + 1
    result = check.answer("lost-printout", number)
    assert capsys.readouterr().out == f"{result}\n"
    assert repr(result) == "Not yet. The next person reads it.\nSource: 45 CFR 164.530(c)"
    assert check.answer("lost-printout", "pick-up").share == 1.0
    assert Answers(check.folder).get("lost-printout") == "pick-up"
    capsys.readouterr()
    check.choice("lost-printout")
    assert "Pick it up and cover it. (your answer)" in capsys.readouterr().out


def test_a_marked_choice_tells_nothing_of_its_key(check: Check) -> None:
    assert "marked later" in check.answer("marked-one", "plain").message
    assert check.answer("marked-one", "sealed").message == check.answer("marked-one", "plain").message
    assert check.choice("marked-one").share == 0


def test_several_order_and_short(check: Check) -> None:
    assert check.answer("both", "a", "b").share == 1
    assert check.answer("both", "a").share == 0.5
    assert check.answer("steps", "see", "tell", "mend").share == 1
    assert "One good answer" in check.answer("why", "so").message
    assert "Your answer: so" in check.question("why").text()
    assert "One good answer" in check.text("why").message


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((), "no answer given"), ((0,), "from 1 to 3"), ((4,), "from 1 to 3"), ((True,), "from 1 to 3"),
        (("pickup",), "no option named 'pickup'"), ((1, 2), "give one answer"), ((None,), "by its number"), (([1],), "by its number"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_told_and_not_kept(check: Check, answer: tuple[Any, ...], says: str) -> None:
    assert says in check.answer("lost-printout", *answer).message
    assert not (check.folder / "answers.json").exists()
    assert "each option once" in check.answer("both", "a", "a").message


def test_names_that_are_not_there_are_told(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no question named 'lost-print'" in check.choice("lost-print").message
    assert "no check named 'chioce': did you mean 'choice'" in str(check.chioce("x"))  # type: ignore[attr-defined]
    assert not hasattr(check, "_repr_html_")
    assert "Traceback" not in capsys.readouterr().out


def test_two_learners_see_another_order(check: Check, tmp_path: Path) -> None:
    orders = set()
    for name in ("ana", "ben", "cy", "di", "eve", "flo"):
        (tmp_path / ".simlab").mkdir(exist_ok=True)
        (tmp_path / ".simlab/learner.json").write_text(f'{{"learner": "{name}"}}', encoding="utf-8")
        orders.add(tuple(o.id for o in check.question("lost-printout").options))
    assert len(orders) > 1


def test_a_renderer_draws_the_question_and_answers_through_it(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    drawn: list[Question] = []

    def draw(question: Question) -> str:
        drawn.append(question)
        return "a widget"

    check.renderer = draw
    assert check.choice("lost-printout") == "a widget"
    assert capsys.readouterr().out == ""
    assert drawn[0].given is None and drawn[0].answer("shred").share == 0.0 and drawn[0].given == "shred"
    check.renderer = lambda question: 1 / 0
    assert "This check could not run (ZeroDivisionError" in check.choice("lost-printout").message


def test_values_are_recorded_and_their_errors_told(check: Check) -> None:
    assert check.value("total", 42).message.startswith("`total` is 42. Recorded: it is marked later")
    assert "`your_value` is 'text'" in check.value("text").message
    assert "`your_value` is 0.5" in check.close(0.5).message
    table = pd.DataFrame({"a": [1]})
    assert "has no column 'b'" in check.table("t", table, columns=["b"]).message
    assert "needs one name" in check.value().message


def test_functions_are_tried_on_what_is_stated(check: Check) -> None:
    def double(x: int) -> int:
        return x * 2

    assert "`double` is there" in check.function(double).message
    assert check.function(double, examples=[[[2], 4], [[3], 6]]).share == 1
    broken = check.function(lambda x: x + "a", examples=[[[2], 4], [[3], 6]])
    assert "your function raised TypeError" in broken.message and "your_function(2)" in broken.message
    assert broken.message.count("\n- ") == 2
    assert check.raises(double, error="TypeError", examples=[[None]]).share == 1


def test_simulate_has_a_practice_seed_and_says_why(check: Check) -> None:
    good = check.simulate("echo", lambda x: x, lambda x: x)
    assert good.message.startswith("0 lost.\nSource: RFC 862\nThis was practice.")
    spec, context = ECHO[0]
    assert spec.args == (Lit("echo"), Expr("your_function"), Expr("your_function_2"))
    assert context.seed == PRACTICE_SEED and context.practice and context.reference is None
    bad = check.simulate("echo", *[lambda: 0] * 7)
    assert "- and 2 more" in bad.message and bad.message.count("lost its echo") == 5
    assert "could not run (KeyError" in check.simulate("nowhere", len).message
    assert "could not run (ZeroDivisionError" in check.simulate("echo").message


def test_expect_plays_the_check_above_with_its_key(check: Check) -> None:
    assert "stands below the check" in check.expect(1).message
    check.value("total", 42)
    assert check.expect(42).share == 1 and check.expect(41).share == 0
    check.answer("marked-one", "sealed")
    check.choice("marked-one")
    verdict = check.expect("plain", because={"sealed": "The key lies elsewhere."})
    assert verdict.message == "Not yet. The key lies elsewhere."
    check.answer("why", "because")
    check.text("why")
    assert check.expect(words=["because"]).share == 1


def test_damaged_answers_do_not_stop_a_check(check: Check) -> None:
    (check.folder / "answers.json").write_text("{", encoding="utf-8")
    first = check.answer("lost-printout", "pick-up")
    assert first.share == 1 and "kept as answers.damaged-1.json" in first.message
    assert "damaged" not in check.answer("lost-printout", "pick-up").message
    assert (check.folder / "answers.damaged-1.json").exists()


@pytest.mark.parametrize("use", [lambda c: c.value("x", 1), lambda c: c.choice("marked-one")])
def test_a_damaged_file_is_told_by_whatever_meets_it(check: Check, use: Callable[[Check], Result]) -> None:
    (check.folder / "answers.json").write_text("{", encoding="utf-8")
    assert "kept as answers.damaged-1.json" in use(check).message


def test_a_result_is_its_text_and_shows_itself_once(capsys: pytest.CaptureFixture[str]) -> None:
    result = Result(Verdict(0.5, "Half."))
    assert repr(result) == str(result) == "Half."
    result._ipython_display_()
    assert capsys.readouterr().out == ""


def test_a_probe_loads_little() -> None:
    code = "import sys, simlab.exercise.probe; print([m for m in ('pandas','numpy','pydantic','IPython') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
