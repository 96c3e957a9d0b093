"""A release holds what learners may see, is stable to the byte, and says when it is out of date."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.errors import GradingError, UnknownName
from simlab.grading import notebooks, release
from tests.grading.making import (
    NAME,
    cell,
    classic,
    edit,
    graded,
    hidden,
    make_course,
    ps1_course,
    released,
    solution,
    write,
)


def test_a_release_holds_no_solution_and_no_hidden_block(tmp_path: Path) -> None:
    home = make_course(tmp_path)
    (done,) = release.release(home)
    text = (home.exercises / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert done.state == "new" and not done.findings
    assert "NotImplementedError" in text and "return 2 * n" not in text
    assert "keys-apart" not in text and "HIDDEN" not in text and "expect" not in text
    assert not home.gradebook.exists()


def test_a_rerun_gives_the_same_bytes_and_check_sees_a_change(tmp_path: Path) -> None:
    home = make_course(tmp_path)
    assert [r.state for r in release.release(home, check=True)] == ["missing"]
    assert not home.exercises.exists()
    first = release.release(home)[0]
    before = release.contents(home.exercises / NAME)
    again = release.release(home)[0]
    assert (again.state, again.version) == ("unchanged", first.version)
    assert release.contents(home.exercises / NAME) == before
    write(
        home.solutions / NAME / f"{NAME}.ipynb", edit(solution(), "double", "### BEGIN SOLUTION\n1\n### END SOLUTION")
    )
    assert [r.state for r in release.release(home, check=True)] == ["out of date"]
    assert release.contents(home.exercises / NAME) == before
    assert [r.state for r in release.release(home)] == ["changed"]


def test_the_release_says_its_own_version(tmp_path: Path) -> None:
    home = make_course(tmp_path)
    release.release(home)
    first = released(home)["metadata"]["simlab"]["release"]
    nb = solution()
    nb["cells"][2]["source"] = "Which one stops the thief, and why?"
    write(home.solutions / NAME / f"{NAME}.ipynb", nb)
    release.release(home)
    assert released(home)["metadata"]["simlab"]["release"] != first


def test_a_fault_names_file_and_cell_and_the_others_are_released(tmp_path: Path) -> None:
    home = make_course(tmp_path)
    bad = edit(solution(), "pick", 'check.choice("q")\n### BEGIN HIDDEN TEST\ncheck.expect("secret")')
    write(home.solutions / "03-keys" / "03-keys.ipynb", bad)
    with pytest.raises(GradingError, match=r"solutions/03-keys/03-keys.ipynb: cell pick: .*HIDDEN TEST.*write ###"):
        release.release(home)
    assert released(home) and not (home.exercises / "03-keys").exists()


def test_an_unknown_exercise_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean '02-encryption'"):
        release.release(make_course(tmp_path), "02-encription")
    with pytest.raises(GradingError, match="not a course folder"):
        release.release(tmp_path / "solutions")


def test_a_hidden_line_elsewhere_in_the_release_is_a_leak(tmp_path: Path) -> None:
    nb = solution()
    nb["cells"].append(cell("markdown", "notes", 'Author: check.expect("keys-apart")'))
    nb["cells"].append(cell("code", "scratch", 'check.expect("keys-apart")'))
    with pytest.raises(GradingError, match=r"(?s)cell notes: holds an expected value.*cell scratch: publishes a line"):
        release.release(make_course(tmp_path, nb))


def test_an_expected_value_in_the_visible_call_is_a_leak(tmp_path: Path) -> None:
    source = hidden('check.value("risk", 42)', "check.expect(42)")
    with pytest.raises(GradingError, match="its visible call holds the expected value 42"):
        release.release(make_course(tmp_path, notebooks_with(source)))


def notebooks_with(source: str) -> dict[str, object]:
    nb = solution()
    nb["cells"].append(cell("code", "more", source, graded("more")))
    return nb


def test_only_files_that_a_cell_names_travel_and_misconceptions_never(tmp_path: Path) -> None:
    home = make_course(tmp_path)
    write(home.solutions / NAME / "misconceptions" / "same-nonce.ipynb", solution())
    (home.solutions / NAME / "misconceptions.yml").write_text("same-nonce: 1\n", encoding="utf-8")
    assert release.release(home)[0].state == "new"
    assert list(release.contents(home.exercises / NAME)) == [f"{NAME}.ipynb"]
    (home.solutions / NAME / "key.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(GradingError, match=r"key.csv: lies beside the solution"):
        release.release(home)


def test_plain_asserts_are_refused_in_ours_and_released_in_a_classic_course(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="plain asserts"):
        release.release(make_course(tmp_path / "a", classic()))
    home = make_course(tmp_path / "b", classic(), "ps2")
    assert release.release(home)[0].findings
    text = (home.exercises / "ps2" / "ps2.ipynb").read_text(encoding="utf-8")
    assert "double(2)" in text and "double(-3)" not in text


def test_nbgraders_own_example_is_released_with_stable_ids(tmp_path: Path) -> None:
    home = ps1_course(tmp_path)
    (done,) = release.release(home)
    assert {f.is_error for f in done.findings} == {False}
    assert sorted(release.contents(home.exercises / "ps1")) == ["jupyter.png", "problem1.ipynb", "problem2.ipynb"]
    nb = notebooks.read(home.exercises / "ps1" / "problem1.ipynb")
    ids = [c["id"] for c in nb["cells"]]
    assert len(set(ids)) == len(ids) and "squares" in ids
    assert nb["metadata"]["kernelspec"]["name"] == "python3" and nb["nbformat_minor"] == 5
    assert release.release(home, check=True)[0].state == "unchanged"


def test_tidy_takes_out_what_a_run_leaves_and_keeps_the_rest(tmp_path: Path) -> None:
    nb = solution()
    nb["cells"][1] |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}], "execution_count": 4}
    nb["metadata"]["language_info"] = {"version": "3.11.7"}
    home = make_course(tmp_path, nb)
    assert release.check_notebooks(home)
    assert release.tidy(home) == [f"solutions/{NAME}/{NAME}.ipynb"]
    assert release.check_notebooks(home) == [] and release.tidy(home) == []
    assert notebooks.read(home.solutions / NAME / f"{NAME}.ipynb") == notebooks.tidy(solution())
