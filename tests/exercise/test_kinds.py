from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simlab.errors import ContentError, SimlabError
from simlab.exercise import worlds
from simlab.exercise.kinds import KINDS, ROUNDS, drawers, drive
from simlab.exercise.kinds.text import READ_BY_A_PERSON
from simlab.exercise.probe import respond
from simlab.exercise.protocol import (
    UNANSWERED,
    Ask,
    Call,
    CheckSpec,
    Context,
    Expect,
    Expr,
    Got,
    Lit,
    Play,
    Reply,
    Verdict,
)


def spec(kind: str, *args: Lit | Expr, expect: Expect | None = None, **kwargs: Any) -> CheckSpec:
    return CheckSpec(kind, args, {k: Lit(v) for k, v in kwargs.items()}, expect, "q1", 4.0)


def play(
    check: CheckSpec, names: dict[str, Any] | None = None, *, solution: dict[str, Any] | None = None, **context: Any
) -> Verdict:
    """The verdict of a judge on learner's `names`; `solution` gives the reference."""
    reference = None if solution is None else lambda ask: respond(ask, dict(solution))
    known = Context(context.pop("seed", 5), context.pop("answers", {}), reference=reference, **context)
    return drive(KINDS[check.kind](check, known), lambda ask: respond(ask, dict(names or {})))


def expect(*args: Any, **kwargs: Any) -> Expect:
    return Expect(args, kwargs)


class AlwaysEqual:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    def __float__(self) -> float:
        return 42.0


# ------------------------------------------------------------------------------------------ choice

KEY = expect("keys-apart", because={"rotate": "Rotating helps the next backup."}, partial={"rotate": 0.5}, cite="RFC 0")


@pytest.mark.parametrize(
    ("answer", "share", "says"),
    [
        ("keys-apart", 1.0, "Right."),
        ("rotate", 0.5, "Partly right. Rotating helps the next backup."),
        ("gone", 0.0, "Not yet."),
        (None, 0.0, UNANSWERED),
        ("", 0.0, UNANSWERED),
        (["keys-apart"], 0.0, "Not yet."),
        (7, 0.0, "Not yet."),
    ],
)
def test_choice(answer: Any, share: float, says: str) -> None:
    verdict = play(spec("choice", Lit("q"), expect=KEY), answers={"q": answer})
    assert verdict.share == share and says in verdict.message
    assert verdict.message == UNANSWERED or verdict.cite == "RFC 0"


def test_choice_never_answered() -> None:
    assert play(spec("choice", Lit("q"), expect=KEY)).message == UNANSWERED


@pytest.mark.parametrize(
    ("answer", "ordered", "share"),
    [
        (["a", "b"], False, 1.0),
        (["b", "a"], False, 1.0),
        (["a"], False, 0.5),
        (["a", "b", "c"], False, 0.5),
        (["a", "b", "c", "d"], False, 0.0),
        (["a", "a"], False, 0.5),
        ("a", False, 0.5),
        (["a", "b"], True, 1.0),
        (["b", "a"], True, 0.0),
        ([1, None], False, 0.0),
    ],
)
def test_choice_of_several(answer: Any, ordered: bool, share: float) -> None:
    verdict = play(spec("choice", Lit("q"), expect=expect(["a", "b"], ordered=ordered)), answers={"q": answer})
    assert verdict.share == share
    assert verdict.message.startswith("Right" if share == 1 else "Not yet")


def test_choice_in_practice_and_without_a_key() -> None:
    assert "marked later" in play(spec("choice", Lit("q")), answers={"q": "a"}, practice=True).message
    for bad in (spec("choice", Lit("q")), spec("choice", Lit("q"), expect=expect()), spec("choice", Expr("q"))):
        with pytest.raises(ContentError, match="q1"):
            play(bad, answers={"q": "a"})


# ------------------------------------------------------------------------------------ value, close


@pytest.mark.parametrize(
    ("found", "share"),
    [
        (42, 1.0),
        (np.int64(42), 1.0),
        (41, 0.25),
        (42.0, 0.0),
        (True, 0.0),
        ("42", 0.0),
        (AlwaysEqual(), 0.0),
        (None, 0.0),
    ],
)
def test_value(found: Any, share: float) -> None:
    check = spec("value", Lit("total"), Expr("x"), expect=expect(42, because=[[41, "One member was left out.", 0.25]]))
    verdict = play(check, {"x": found})
    assert verdict.share == share
    assert ("left out" in verdict.message) == (share == 0.25)
    assert "42" not in verdict.message or share == 1.0 or found in (42.0, "42")


def test_numbers_too_long_to_write_are_only_wrong() -> None:
    huge = 10**5000
    assert play(spec("value", Expr("x"), expect=expect(42)), {"x": [huge]}).share == 0
    assert play(spec("close", Expr("x"), expect=expect(42)), {"x": huge}).share == 0
    assert play(spec("function", Expr("f"), expect=CASES), {"f": lambda x: huge}).share == 0
    check = spec("table", Expr("t"), expect=expect({"a": [1]}, any_order=True))
    assert play(check, {"t": pd.DataFrame({"a": [huge]}, dtype=object)}).share == 0


def test_value_missing_error_and_nan() -> None:
    check = spec("value", Expr("x"), expect=expect(42))
    assert "`x` is not there yet" in play(check).message
    broken = play(spec("value", Expr("1/0"), expect=expect(1)))
    assert broken.share == 0 and "ZeroDivisionError" in broken.message
    assert play(spec("value", Expr("x"), expect=expect(math.nan)), {"x": math.nan}).share == 0


def test_value_from_the_solution() -> None:
    check = spec("value", Expr("x"))
    assert play(check, {"x": [1, 2]}, solution={"x": [1, 2]}).share == 1
    assert play(check, {"x": [1]}, solution={"x": [1, 2]}).share == 0
    with pytest.raises(ContentError, match="the solution raised NameError"):
        play(check, {"x": 1}, solution={})
    with pytest.raises(ContentError, match=r"neither check\.expect"):
        play(check, {"x": 1})
    assert "marked later" in play(check, {"x": 1}, practice=True).message
    assert play(check, {}, practice=True).message.startswith("Not yet")


@pytest.mark.parametrize(
    ("found", "share"), [(100, 1), (100.9, 1), (102, 0), ("100", 0), (math.nan, 0), (AlwaysEqual(), 0)]
)
def test_close(found: Any, share: float) -> None:
    assert play(spec("close", Expr("x"), expect=expect(100.0, rel=0.01)), {"x": found}).share == share


# ------------------------------------------------------------------------------------------- table

ALERTS = {"actor": ["S1", "S2", "S3"], "count": [5, 7, 9]}


@pytest.mark.parametrize(
    ("table", "options", "share", "says"),
    [
        (ALERTS, {}, 1.0, "Right"),
        ({**ALERTS, "extra": [0, 0, 0]}, {}, 1.0, "Right"),
        ({**ALERTS, "count": [5, 7, 8]}, {}, 0.5, "1 of 2 columns"),
        ({"actor": ["S3", "S1", "S2"], "count": [9, 5, 7]}, {}, 0.0, "0 of 2 columns"),
        ({"actor": ["S3", "S1", "S2"], "count": [9, 5, 7]}, {"any_order": True}, 1.0, "Right"),
        ({"actor": ["S3", "S1", "S2"], "count": [9, 5, 6]}, {"any_order": True}, 2 / 3, "2 of 3 rows"),
        ({"actor": ["S3", "S1", "S2"], "count": [9.0000000001, 5, 7.0]}, {"any_order": True}, 1.0, "Right"),
        ({"actor": ["S1"], "count": [5]}, {}, 0.0, "1 rows, which is too few"),
        ({"actor": ["S1"]}, {}, 0.0, "no column 'count'"),
        ({"actor": ["S1"]}, {"columns": ["actor"]}, 0.0, "too few"),
    ],
)
def test_table(table: Any, options: dict[str, Any], share: float, says: str) -> None:
    verdict = play(
        spec("table", Lit("alerts"), Expr("t"), expect=expect(ALERTS, **options)), {"t": pd.DataFrame(table)}
    )
    assert verdict.share == pytest.approx(share) and says in verdict.message


def test_table_that_is_none_or_hostile() -> None:
    class Sly(pd.DataFrame):
        def __eq__(self, other: Any) -> Any:
            return True

    check = spec("table", Expr("t"), expect=expect(ALERTS))
    assert "a table (DataFrame) is asked for" in play(check, {"t": [1]}).message
    assert play(check, {}).message.startswith("Not yet")
    assert play(check, {"t": Sly({"actor": [0, 0, 0], "count": [0, 0, 0]})}).share == 0


@pytest.mark.parametrize("options", [{}, {"any_order": True}])
def test_a_long_number_that_is_off_by_one_is_another_number(options: dict[str, Any]) -> None:
    check = spec("table", Expr("t"), expect=expect({"id": [123456789012345, 1]}, **options))
    assert play(check, {"t": pd.DataFrame({"id": [123456789012345, 1]})}).share == 1
    assert play(check, {"t": pd.DataFrame({"id": [123456789012344, 1]})}).share < 1
    long = "x" * 20_000
    check = spec("table", Expr("t"), expect=expect({"note": [long + "a"]}, **options))
    assert play(check, {"t": pd.DataFrame({"note": [long + "b"]})}).share == 0


def test_table_missing_cells_agree_and_the_solution_decides() -> None:
    t = pd.DataFrame({"a": [1.0, np.nan], "b": ["x", None]})
    assert play(spec("table", Expr("t")), {"t": t.copy()}, solution={"t": t}).share == 1
    assert play(spec("table", Expr("t"), columns=["a"], any_order=True), {"t": t[["a"]]}, solution={"t": t}).share == 1
    openly = spec("table", Expr("t"), columns=["a", "z"])
    assert "no column 'z'" in play(openly, {"t": t}, practice=True).message
    assert "marked later" in play(spec("table", Expr("t")), {"t": t}, practice=True).message
    for bad in (expect({}), expect([1]), expect({"a": [1], "b": [1, 2]}), expect({"a": [1]}, columns=["z"])):
        with pytest.raises(ContentError):
            play(spec("table", Expr("t"), expect=bad), {"t": t})


# ---------------------------------------------------------------------------------------- function

CASES = expect(cases=[[[1], 2], [[2], 4], [[3], 6, "Three is the case that matters."], [[4], 8]])


@pytest.mark.parametrize(
    ("work", "share", "says"),
    [
        (lambda x: x * 2, 1.0, "Right: 4 of 4"),
        (lambda x: 2 * x if x != 3 else 0, 0.75, "Three is the case that matters"),
        (lambda x: AlwaysEqual(), 0.0, "a AlwaysEqual (not plain data)"),
        (lambda x: float(2 * x), 0.0, "Not yet"),
        (lambda: 1, 0.0, "your function raised TypeError"),
        (5, 0.0, "TypeError"),
    ],
)
def test_function(work: Any, share: float, says: str) -> None:
    verdict = play(spec("function", Expr("f"), expect=CASES), {"f": work})
    assert verdict.share == share and says in verdict.message
    assert len(verdict.details) == 4


def test_function_hidden_results_are_not_told() -> None:
    verdict = play(spec("function", Expr("f"), expect=expect(cases=[[[1], 987654]])), {"f": lambda x: 0})
    assert "987654" not in str(verdict)


def test_function_not_written_yet_and_all_or_nothing() -> None:
    def todo(x: int) -> int:
        raise NotImplementedError

    assert "is not written yet" in play(spec("function", Expr("f"), expect=CASES), {"f": todo}).message
    strict = Expect((), {**CASES.kwargs, "partial": False})
    assert play(spec("function", Expr("f"), expect=strict), {"f": lambda x: 2}).share == 0
    near = expect(cases=[[[3], 1.0]], rel=0.01)
    assert play(spec("function", Expr("f"), expect=near), {"f": lambda x: 0.999}).share == 1


def test_function_against_the_solution_on_drawn_inputs() -> None:
    check = spec("function", Expr("f"), expect=expect(draw="whole_numbers", count=30))
    assert play(check, {"f": lambda n: n % 7}, solution={"f": lambda n: n % 7}).share == 1
    half = play(check, {"f": lambda n: n % 7 if n % 2 else None}, solution={"f": lambda n: n % 7})
    assert 0 < half.share < 1
    seen: list[list[int]] = []
    for seed in (1, 2, 1):
        got: list[int] = []
        play(check, {"f": lambda n, got=got: got.append(n)}, solution={"f": lambda n: 0}, seed=seed)
        seen.append(got)
    assert seen[0] == seen[2] != seen[1]
    for name in ("byte_strings", "member_ids"):
        fixed = spec("function", Expr("f"), expect=expect(draw=name))
        assert play(fixed, {"f": len}, solution={"f": len}).share == 1


def test_small_tables_have_what_their_columns_say_and_no_names() -> None:
    tables = drawers.draw("small_tables", 5, 40)
    assert tables == drawers.draw("small_tables", 5, 40) != drawers.draw("small_tables", 6, 40)
    for rows, columns in tables:
        assert len(rows) == 8 and columns and set(columns) <= set(rows[0]) == {"zip3", "sex", "year"}
    alike = [len({tuple(r[c] for c in columns) for r in rows}) for rows, columns in tables]
    assert min(alike) < 8 < 2 * max(alike)  # some share their facts, some do not


def test_function_in_practice() -> None:
    shown = spec("function", Expr("f"), examples=[[[1], 2], [[2], 5]])
    verdict = play(shown, {"f": lambda x: 2 * x}, practice=True)
    assert verdict.share == 0.5 and "1 of 2 examples" in verdict.message
    assert "marked later" in play(spec("function", Expr("f")), {"f": len}, practice=True).message
    assert "a function is asked for" in play(spec("function", Expr("f")), {"f": 3}, practice=True).message


@pytest.mark.parametrize(
    "bad", [expect(), expect(cases=[[1, 2]]), expect(cases=[[[1]]]), expect(inputs=[3]), expect(draw="nothing")]
)
def test_function_written_wrongly_is_the_authors_error(bad: Expect) -> None:
    with pytest.raises(SimlabError):
        play(spec("function", Expr("f"), expect=bad), {"f": len}, solution={"f": len})
    with pytest.raises(ContentError, match="one name"):
        play(spec("function", Lit(3), expect=CASES))


# ------------------------------------------------------------------------------------------ raises


def refuse_negative(x: int) -> int:
    if x < 0:
        raise ValueError("negative")
    return x


REFUSE = expect("ValueError", inputs=[[-1], [-2]], fine=[[1], [2]])


def always(x: int) -> int:
    raise ValueError


@pytest.mark.parametrize(
    ("work", "share"),
    [(refuse_negative, 1.0), (lambda x: x, 0.5), (always, 0.5), (lambda x: x / 0, 0.0), (lambda: 1, 0.0)],
)
def test_raises(work: Callable[..., Any], share: float) -> None:
    assert play(spec("raises", Expr("f"), expect=REFUSE), {"f": work}).share == share


def test_raises_missing_practice_and_author() -> None:
    assert "is not there yet" in play(spec("raises", Expr("f"), expect=REFUSE)).message
    shown = spec("raises", Expr("f"), error="ValueError", examples=[[-1]])
    assert play(shown, {"f": refuse_negative}, practice=True).share == 1
    assert "marked later" in play(spec("raises", Expr("f")), {"f": len}, practice=True).message
    two = expect(["KeyError", "ValueError"], inputs=[[-1]])
    assert play(spec("raises", Expr("f"), expect=two), {"f": refuse_negative}).share == 1
    for bad in (expect(), expect("ValueError"), expect("NotRun", inputs=[[1]]), expect(ValueError, inputs=[[1]])):
        with pytest.raises(ContentError):
            play(spec("raises", Expr("f"), expect=bad), {"f": len})


# ------------------------------------------------------------------------------------ text, simulate


def test_text() -> None:
    words = expect(words=["key", ["apart", "separate"]])
    check = spec("text", Lit("why"), expect=words)
    assert play(check, answers={"why": "The KEY is kept separate."}).share == 1
    assert play(check, answers={"why": "The keyboard is apart."}).share == 0.5
    assert play(check, answers={}).message == UNANSWERED
    assert play(check, answers={"why": 7}).message == UNANSWERED
    read = play(spec("text", Lit("why")), answers={"why": "Because."})
    assert (read.share, read.message) == (0.0, READ_BY_A_PERSON)
    assert "marked later" in play(spec("text", Lit("why")), answers={"why": "x"}, practice=True).message
    named = spec("text", Lit("why"), Expr("reason"), expect=words)
    assert play(named, {"reason": "key, apart"}).share == 1
    assert "is not there yet" in play(named).message


class EchoWorld:
    promise = "Echoes are scored."

    @staticmethod
    def play(check: CheckSpec, context: Context) -> Play:
        first = yield Ask((Call("f", (context.seed,)),))
        second = yield Ask((Call("f", (first[0].value,)),))
        return Verdict(float(second[0].value == first[0].value == context.seed), "echoed")


def test_simulate_plays_its_world_over_several_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "get", lambda name: {"echo": EchoWorld}[name])
    assert play(spec("simulate", Lit("echo"), Expr("f")), {"f": lambda x: x}, seed=9).share == 1
    assert play(spec("simulate", Lit("echo"), Expr("f")), {"f": lambda x: x + 1}).share == 0
    with pytest.raises(ContentError):
        play(spec("simulate", Expr("f")))


def test_an_unknown_world_says_which_there_are() -> None:
    with pytest.raises(SimlabError, match="no world named 'theif'"):
        play(spec("simulate", Lit("theif"), Expr("f")))


# ------------------------------------------------------------------------------------------- drive


def test_a_reply_that_is_too_short_is_no_mark() -> None:
    def nothing(ask: Ask) -> Reply:
        return ()

    check = spec("function", Expr("f"), expect=CASES)
    verdict = drive(KINDS["function"](check, Context(1)), nothing)
    assert verdict.share == 0 and "was not run" in verdict.message


def test_too_many_rounds_and_odd_shares_are_held() -> None:
    def endless() -> Play:
        while True:
            yield Ask((Call("f"),))

    def generous(share: float) -> Play:
        yield Ask(())
        return Verdict(share, "")

    with pytest.raises(ContentError, match=str(ROUNDS)):
        drive(endless(), lambda ask: (Got(),))
    assert [drive(generous(s), lambda ask: ()).share for s in (7, -1, math.nan, math.inf)] == [1, 0, 0, 0]
