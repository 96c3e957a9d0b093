"""A slip of a trainer is found before learners see it, and said with cell, fault and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simlab.grading import checkcell, markers
from simlab.grading.lint import Finding, lint_notebook, lint_solution
from tests.grading.making import cell, classic, graded, hidden, marks, notebook, solution, write

SLIPS = (
    "### BEGIN HIDDEN TEST",
    "### begin hidden tests",
    "### BEGIN HIDEN TESTS",
    "### BEGIN HIDDEN_TESTS",
    "### BEGINHIDDENTESTS",
    "# Begin Hidden Tests",
    "### START HIDDEN TESTS",
    "###BEGIN HIDDEN  TESTS",
    "### END HIDDEN TEST",
    "### begin solution",
    "BEGIN HIDDEN TEST",
    "#### BEGIN MARKING SCHEME",
)
PROSE = (
    "# At the end of this solution we test whether the hidden key is gone",
    "end = solution.end()",
    "begin_hidden = 3",
    "print('BEGIN')",
    "# a test of the solution",
    "# the end",
    "x = tests[-1]",
    "## Part B: the solution",
)


@pytest.mark.parametrize("line", [s for s in SLIPS if not markers.marks(s)])
def test_a_slip_in_a_marker_is_found(line: str) -> None:
    assert markers.near_misses(f"a = 1\n{line}\nassert a == 1"), line


@pytest.mark.parametrize("line", PROSE)
def test_plain_lines_are_left_alone(line: str) -> None:
    assert not markers.near_misses(line)


def test_the_exact_markers_are_no_slips() -> None:
    text = "\n".join(f"### {p}" for p in markers.PHRASES)
    assert not markers.near_misses(text) and len(markers.marks(text)) == len(markers.PHRASES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("### BEGIN SOLUTION\nx", "without its END"),
        ("x\n### END SOLUTION", "would be published"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "inside the SOLUTION"),
        ("### BEGIN SOLUTION\n### END HIDDEN TESTS", "closes the SOLUTION"),
    ],
)
def test_unbalanced_markers_are_found(text: str, said: str) -> None:
    assert said in markers.balance(text)[0][1]


def test_split_gives_both_halves() -> None:
    assert markers.split(hidden("a", "b\nc")) == ("a", "b\nc")


@pytest.mark.parametrize(
    "source",
    [
        hidden('check.choice("q")\nprint(1)', 'check.expect("a")'),
        hidden('check.choice("q")', "assert True"),
        hidden('check.choice("q")', "check.expect(len([1]))"),
        hidden('check.choice("q")', "check.expect(1)\ncheck.expect(2)"),
        'check.choice("q")\ncheck.expect("a")',
        "check.choice(3)",
        'check.guess("q")',
        'check.choice("q", *more)',
        'check.choice("q"',
    ],
)
def test_a_check_that_the_judge_cannot_read_is_found(source: str) -> None:
    faults = checkcell.faults(source, frozenset({"choice", "value"}))
    assert faults and all(right for _, right in faults)


def test_a_sound_check_has_no_fault() -> None:
    source = hidden('# Your choice\ncheck.choice("q", help="look twice")', 'check.expect("a", because={"b": "no"})')
    assert not checkcell.faults(source)
    assert checkcell.expected(source) == ["a", "b", "no"]


def faults(tmp_path: Path, nb: dict[str, Any], *, strict: bool = True) -> list[Finding]:
    return lint_solution(write(tmp_path / "x.ipynb", nb), strict=strict)


def test_our_solution_is_sound(tmp_path: Path) -> None:
    assert faults(tmp_path, solution()) == []


def _changed(**changes: Any) -> dict[str, Any]:
    nb = solution()
    nb["cells"][4] |= changes
    return nb


@pytest.mark.parametrize(
    ("nb", "said"),
    [
        (_changed(metadata=marks("double") | {"author": "me"}), "metadata 'author'"),
        (_changed(outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}]), "keeps its output"),
        (_changed(execution_count=3), "execution count"),
        (_changed(id="title"), "shares its id"),
        (_changed(metadata=marks("pick")), "the same grade_id"),
        (_changed(metadata=marks("")), "no usable grade_id"),
        (_changed(metadata=marks("double", schema_version=1)), "schema_version 1"),
        (_changed(source="open('/home/ann/data.csv')"), "/home/ann"),
        (_changed(source=r"open('C:\\Users\\ann\\data.csv')"), "a path of one machine"),
        (_changed(metadata=graded("double")), "SOLUTION in a cell that is no answer"),
        (_changed(source=hidden("x", "y")), "HIDDEN TESTS in a cell that is not a test"),
        (solution() | {"metadata": {"widgets": {}, "kernelspec": {"name": "python3"}}}, "state of widgets"),
        (solution() | {"metadata": {"kernelspec": {"name": "ir", "language": "R"}}}, "its language is 'R'"),
        (solution() | {"metadata": {"kernelspec": {"name": "conda"}}}, "its kernel is 'conda'"),
        (notebook(cell("code", "a", "assert f(1)", graded("a"))), "plain asserts"),
        (notebook(cell("code", "a", 'check.value("x")', graded("a", float("nan")))), "points nan"),
        (notebook(cell("code", "a", 'check.value("x")', graded("a", -1))), "points -1"),
    ],
)
def test_each_fault_is_said_with_its_cell(tmp_path: Path, nb: dict[str, Any], said: str) -> None:
    found = [f for f in faults(tmp_path, nb) if said in str(f)]
    assert found and found[0].is_error and found[0].file == "x.ipynb" and found[0].right


def test_attachments_of_a_cleared_cell_are_refused(tmp_path: Path) -> None:
    answer = cell("markdown", "a", "![](attachment:p.png)", marks("a", grade=True, points=1))
    nb = notebook(answer | {"attachments": {"p.png": {"image/png": "aGk="}}})
    assert any("attachments would be published" in str(f) for f in faults(tmp_path, nb))


def test_a_classic_notebook_gets_warnings_not_refusals(tmp_path: Path) -> None:
    nb = classic()
    nb["metadata"] = {"kernelspec": {"name": "python", "language": "python"}, "language_info": {"version": "3.4"}}
    found = faults(tmp_path, nb, strict=False)
    assert found and not any(f.is_error for f in found)


def test_a_slip_in_a_classic_notebook_is_still_refused(tmp_path: Path) -> None:
    nb = classic()
    nb["cells"][2]["source"] = nb["cells"][2]["source"].replace("HIDDEN TESTS", "HIDDEN TEST")
    assert any(f.is_error and "would be published" in str(f) for f in faults(tmp_path, nb, strict=False))


def test_a_lesson_is_checked_for_what_a_run_leaves(tmp_path: Path) -> None:
    sound = write(tmp_path / "a.ipynb", notebook(cell("markdown", "m", "# Hello")))
    assert lint_notebook(sound) == []
    sound.write_text("{", encoding="utf-8")
    assert "not a notebook" in str(lint_notebook(sound)[0])
    big = write(tmp_path / "b.ipynb", notebook(cell("markdown", "m", "x" * 120_000)))
    assert any("under 100 kB" in str(f) for f in lint_notebook(big))
