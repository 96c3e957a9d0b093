"""What strangers hand in is taken whole, mended with a log, or refused with a reason; nothing stops the rest."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simlab.errors import GradingError, UnknownName
from simlab.grading import intake, notebooks, release, untrusted
from simlab.grading.course import Course
from simlab.grading.intake import Taken
from simlab.grading.parsing import parse
from simlab.grading.repair import repair
from simlab.grading.untrusted import RefusedError
from tests.grading.making import NAME, cell, edit, graded, make_course, marks, notebook, ps1_course, released, submit


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = make_course(tmp_path_factory.mktemp("course"))
    release.release(made)
    return made


def take(folder: Path, home: Course) -> list[Taken]:
    return [intake.take(folder, f, home) for f in intake.find(folder, home)]


def one(folder: Path, home: Course) -> Taken:
    (taken,) = take(folder, home)
    return taken


def taken_in(home: Course, learner: str = "ann") -> dict[str, Any]:
    return notebooks.read(home.submitted / learner / NAME / f"{NAME}.ipynb")


def answered(home: Course) -> dict[str, Any]:
    """The release with its function filled in, as a learner would."""
    return edit(released(home), "double", "def double(n):\n    return n + n")


def sources(nb: dict[str, Any]) -> dict[str, str]:
    return {notebooks.grade_id(c): c["source"] for c in nb["cells"] if notebooks.grade_id(c)}


def test_honest_work_is_taken_as_it_is(tmp_path: Path, home: Course) -> None:
    submit(tmp_path, "ann", answered(home))
    answers = {
        "version": 1,
        "answers": {"stolen-backup": {"value": "keys-apart", "at": "2026-03-01T10:00:00Z"}},
        "history": [],
    }
    submit(tmp_path, "ann", json.dumps(answers).encode(), file="answers.json")
    submit(tmp_path, "ann", b'{"at": "2026-03-01T10:00:00+02:00"}', file="receipt.json")
    assert one(tmp_path, home) == Taken("ann", NAME)
    assert taken_in(home) == answered(home)
    there = home.submitted / "ann" / NAME
    assert json.loads((there / "answers.json").read_text(encoding="utf-8")) == answers
    assert (there / "timestamp.txt").read_text(encoding="utf-8") == "2026-03-01 08:00:00 UTC\n"


@pytest.mark.parametrize("stamp", ["2026-03-01 10:00", "yesterday", "2026-03-01 10:00:00 PST", ""])
def test_a_stamp_without_a_zone_is_not_guessed(tmp_path: Path, home: Course, stamp: str) -> None:
    submit(tmp_path, "ann", answered(home))
    submit(tmp_path, "ann", stamp.encode(), file="timestamp.txt")
    assert one(tmp_path, home).outcome == ""
    assert not (home.submitted / "ann" / NAME / "timestamp.txt").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"print('hello')", "damaged, or no notebook"),
        (b"PK\x03\x04rest", "a zip file"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b'{"cells": [', "damaged"),
        (b"[" * 200_000, "nested without end"),
        (b'{"cells": 3}', "no cells"),
        (b"[]", "no cells"),
        (b'{"nbformat": 5, "cells": []}', "format 5"),
        (b'{"nbformat": ' + b"9" * 5000 + b', "cells": []}', "damaged"),
        (bytes(range(256)), "damaged"),
    ],
)
def test_what_is_no_notebook_is_unreadable_with_the_reason(
    tmp_path: Path, home: Course, data: bytes, said: str
) -> None:
    submit(tmp_path, "ann", data)
    submit(tmp_path, "bob", answered(home))
    ann, bob = take(tmp_path, home)
    assert ann.outcome == "unreadable" and said in ann.reason and NAME in ann.reason
    assert bob == Taken("bob", NAME)
    assert not (home.submitted / "ann" / NAME).exists()


@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_any_unicode_encoding_is_read(tmp_path: Path, home: Course, code: str) -> None:
    nb = edit(answered(home), "double", "# ünï\ndouble = lambda n: 2 * n")
    submit(tmp_path, "ann", json.dumps(nb, ensure_ascii=False).encode(code))
    assert one(tmp_path, home).outcome == ""
    assert "ünï" in sources(taken_in(home))["double"]


def test_half_characters_do_not_stop_anything(tmp_path: Path, home: Course) -> None:
    text = json.dumps(answered(home)).replace("return n + n", "return n + n  # \\ud800")
    submit(tmp_path, "ann", text.encode())
    assert one(tmp_path, home).outcome == "" and "return n + n  # " in sources(taken_in(home))["double"]


# Links, special files, floods


def _link(path: Path, to: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(to)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no such files")
def test_links_and_special_files_are_never_followed(tmp_path: Path, home: Course) -> None:
    secret = home.solutions / NAME / f"{NAME}.ipynb"
    folder = tmp_path / "in"
    for who in ("a-file", "b-beside", "c-below", "d-fifo", "e-hard"):
        submit(folder, who, answered(home), file="x.ipynb" if who == "a-file" else "")
    _link(folder / "a-file" / NAME / f"{NAME}.ipynb", secret)
    _link(folder / "b-beside" / NAME / "data.csv", secret)
    _link(folder / "c-below" / NAME / "deep" / "er", secret.parent)
    os.mkfifo(folder / "d-fifo" / NAME / "answers.json")
    (folder / "e-hard" / NAME / f"{NAME}.ipynb").unlink()
    (folder / "e-hard" / NAME / f"{NAME}.ipynb").hardlink_to(secret)
    _link(folder / "f-learner", secret.parent.parent)
    _link(folder / "g-work" / NAME, secret.parent)
    submit(folder, "zoe", answered(home))
    *bad, zoe = take(folder, home)
    assert [t.outcome for t in bad] == ["quarantined"] * 7 and all(
        "link" in t.reason or "special" in t.reason for t in bad
    )
    assert zoe == Taken("zoe", NAME)
    assert not {t.learner for t in bad} & {p.name for p in home.submitted.iterdir()}


def test_a_link_swapped_in_after_looking_is_not_followed(
    tmp_path: Path, home: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    _link(tmp_path / "ann" / NAME / f"{NAME}.ipynb", home.solutions / NAME / f"{NAME}.ipynb")
    real = untrusted.Folder.kind
    monkeypatch.setattr(untrusted.Folder, "kind", lambda self, n: "file" if n.endswith(".ipynb") else real(self, n))
    taken = one(tmp_path, home)
    assert taken.outcome == "unreadable" and "cannot be read" in taken.reason


def test_too_much_is_refused(tmp_path: Path, home: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILE", 5_000)
    monkeypatch.setattr(untrusted, "MAX_ENTRIES", 20)
    submit(tmp_path, "big", b" " * 5_001)
    for n in range(25):
        submit(tmp_path, "many", b"x", file=f"{n}.txt")
    submit(tmp_path, "deep", b"x", file="/".join("abcdefgh") + ".txt")
    big, deep, many = take(tmp_path, home)
    assert {big.outcome, many.outcome, deep.outcome} == {"quarantined"}
    assert "clear all outputs" in big.reason and "more than 20 files" in many.reason and "deep" in deep.reason


# Names


def test_learners_names(tmp_path: Path, home: Course) -> None:
    good = ["Doe, Jane", "=cmd+x", "josé", "ann.b@example.org", "o'neil"]
    bad = ["a*b", "[x]", "{student_id}", "-rf", " x", "a\nb", "x" * 65, "<script>"]
    for name in good + bad:
        submit(tmp_path, name, answered(home))
    by_name = {t.learner: t for t in take(tmp_path, home)}
    assert {n for n, t in by_name.items() if t.outcome == ""} == set(good)
    assert all("no name for a learner" in t.reason for t in by_name.values() if t.outcome) and len(by_name) == 13
    assert {p.name for p in home.submitted.iterdir()} >= set(good)


def test_bytes_that_are_no_text_in_a_name(tmp_path: Path, home: Course) -> None:
    path = os.fsencode(tmp_path) + b"/b\xff\xfe/" + NAME.encode()
    try:
        Path(os.fsdecode(path)).mkdir(parents=True)
    except OSError:
        pytest.skip("this file system takes no such names")
    taken = one(tmp_path, home)
    assert taken.outcome == "quarantined" and taken.learner.encode() == b"b\\xff\\xfe"


def test_what_lies_elsewhere_is_reported_not_overlooked(tmp_path: Path, home: Course) -> None:
    (tmp_path / "stray.ipynb").write_bytes(b"{}")
    submit(tmp_path, "ann", b"{}", name="02-encription")
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "work.ipynb").write_bytes(b"{}")
    (tmp_path / "eve" / NAME).mkdir(parents=True)
    (tmp_path / ".DS_Store").write_bytes(b"")
    submit(tmp_path, "fay", answered(home), name="02-ENCRYPTION", file=f"{NAME}.ipynb")
    submit(tmp_path, "fay", b"old", name=f"{NAME}.earlier-1")
    ann, bob, eve, fay, stray = take(tmp_path, home)
    assert "did you mean '02-encryption'" in ann.reason and ann.outcome == "quarantined"
    assert "FOLDER/<learner>/<assignment>" in bob.reason and "FOLDER/<learner>/<assignment>" in stray.reason
    assert eve.outcome == "unreadable" and "empty" in eve.reason
    assert fay == Taken("fay", NAME)


def test_a_folder_that_is_not_there(tmp_path: Path, home: Course) -> None:
    with pytest.raises(GradingError, match="cannot be opened"):
        intake.find(tmp_path / "nothing", home)
    with pytest.raises(UnknownName):
        intake.find(tmp_path, home, "nothing")


# Files


def test_planted_files_are_left_out_and_said(tmp_path: Path, home: Course) -> None:
    for file in ("simlab.py", "pandas.py", "sub/solution.ipynb", ".hidden", "__pycache__/x.pyc"):
        submit(tmp_path, "ann", b"{}", file=file)
    submit(tmp_path, "ann", answered(home))
    taken = one(tmp_path, home)
    assert sorted(p.name for p in home.submitted.joinpath("ann", NAME).iterdir()) == [f"{NAME}.ipynb"]
    assert [r.split(" is not")[0] for r in sorted(taken.repairs)] == ["pandas.py", "simlab.py", "sub/solution.ipynb"]


def test_work_in_a_folder_that_hides_is_said_not_overlooked(tmp_path: Path, home: Course) -> None:
    for learner in (".ann", "bob.earlier-1"):
        submit(tmp_path, learner, answered(home))
    submit(tmp_path, "eve", answered(home), name=f".{NAME}", file="x.ipynb")
    submit(tmp_path, "__MACOSX", b"", name=NAME)
    submit(tmp_path, ".git", b"", name="refs")
    hidden, bob, eve = take(tmp_path, home)
    assert [t.outcome for t in (hidden, bob, eve)] == ["quarantined"] * 3
    assert "hidden or set aside" in hidden.reason and f"did you mean '{NAME}'" in eve.reason


@pytest.mark.parametrize(
    "file",
    [
        "02-encryption (1).ipynb",
        "final.ipynb",
        "02-Encryption.ipynb",
        "x/02-encryption.ipynb",
        "02-encryption.IPYNB",
        "02-encryption.ipynb.txt",
    ],
)
def test_a_notebook_under_another_name_is_taken_for_it(tmp_path: Path, home: Course, file: str) -> None:
    submit(tmp_path, "ann", answered(home), file=file)
    taken = one(tmp_path, home)
    assert taken.outcome == "" and taken.repairs == (f"{file} was taken for {NAME}.ipynb",)


def test_two_candidates_are_not_guessed_between(tmp_path: Path, home: Course) -> None:
    for file in ("02-encryption (1).ipynb", "02-encryption (2).ipynb"):
        submit(tmp_path, "ann", answered(home), file=file)
    assert one(tmp_path, home).outcome == "quarantined"


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"version": 1, "answers": 3}', b"\xff\xfe\x00"])
def test_damaged_answers_are_unreadable_not_unanswered(tmp_path: Path, home: Course, data: bytes) -> None:
    submit(tmp_path, "ann", answered(home))
    submit(tmp_path, "ann", data, file="answers.json")
    assert one(tmp_path, home).outcome == "unreadable"


@pytest.mark.parametrize("file", ["Answers.json", "answers (1).json", "answers copy.json", "x/answers.json"])
def test_answers_under_another_name_are_taken_for_them(tmp_path: Path, home: Course, file: str) -> None:
    submit(tmp_path, "ann", answered(home))
    submit(tmp_path, "ann", b'{"version": 1, "answers": {}, "history": []}', file=file)
    assert one(tmp_path, home).repairs == (f"{file} was taken for answers.json",)
    assert (home.submitted / "ann" / NAME / "answers.json").is_file()


def test_answers_that_cannot_be_told_apart_or_are_a_folder_are_not_no_answers(tmp_path: Path, home: Course) -> None:
    for who in ("ann", "bob"):
        submit(tmp_path, who, answered(home))
    for file in ("answers (1).json", "answers (2).json"):
        submit(tmp_path, "ann", b"{}", file=file)
    (tmp_path / "bob" / NAME / "answers.json").mkdir()
    ann, bob = take(tmp_path, home)
    assert ann.outcome == "quarantined" and "more than one file" in ann.reason
    assert bob.outcome == "unreadable" and "is a folder" in bob.reason


def test_a_missing_notebook_of_several_is_said(tmp_path: Path) -> None:
    home = ps1_course(tmp_path / "course")
    release.release(home)
    data = (home.exercises / "ps1" / "problem1.ipynb").read_bytes()
    submit(tmp_path / "in", "ann", data, name="ps1", file="problem1.ipynb")
    submit(tmp_path / "in", "ann", b"png", name="ps1", file="jupyter.png")
    assert one(tmp_path / "in", home).repairs == ("problem2.ipynb was not handed in",)


# Repair


def mended(home: Course, nb: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    return repair(nb, released(home))


def test_a_changed_locked_cell_is_put_back(home: Course) -> None:
    nb, notes = mended(home, edit(answered(home), "double-ok", "check.function = lambda f: 1"))
    assert sources(nb)["double-ok"] == "check.function(double)" and sources(nb)["double"].endswith("n + n")
    assert notes == ["locked cell 'double-ok' had been changed: put back as released"]


def test_missing_cells_come_back_where_they_belong(home: Course) -> None:
    nb = answered(home)
    nb["cells"] = [c for c in nb["cells"] if notebooks.grade_id(c) not in ("setup", "pick", "double-ok")]
    nb["cells"].insert(2, cell("code", "own", "helper = 1"))
    out, notes = mended(home, nb)
    order = [c["id"] for c in out["cells"]]
    assert order == ["title", "setup", "ask", "own", "pick", "double", "double-ok"] and len(notes) == 3


def test_an_answer_that_was_deleted_comes_back_empty(home: Course) -> None:
    nb = answered(home)
    nb["cells"] = [c for c in nb["cells"] if notebooks.grade_id(c) != "double"]
    out, notes = mended(home, nb)
    assert "NotImplementedError" in sources(out)["double"] and notes == [
        "cell 'double' was missing: put back as released"
    ]


@pytest.mark.parametrize("keep", ["id", "place", "name"])
def test_marks_that_an_editor_dropped_are_put_back(home: Course, keep: str) -> None:
    nb = answered(home)
    for i, c in enumerate(nb["cells"]):
        c["metadata"] = {}
        c["id"] = c["id"] if keep == "id" else f"n{i}"
    if keep == "name":
        nb["cells"].insert(1, cell("markdown", "mine", "my note"))
    out, notes = mended(home, nb)
    assert sources(out) == sources(answered(home)) and len(out["cells"]) == len(nb["cells"]) and len(notes) == 4


def test_of_copies_the_one_that_was_worked_on_counts(home: Course) -> None:
    nb = answered(home)
    untouched = next(c for c in released(home)["cells"] if notebooks.grade_id(c) == "double")
    nb["cells"].insert(5, untouched | {"id": "copy"})
    twice = next(c for c in nb["cells"] if notebooks.grade_id(c) == "double-ok")
    nb["cells"].append(twice | {"id": "copy2"})
    out, notes = mended(home, nb)
    assert sources(out) == sources(answered(home)) and len(notes) == 2
    assert [notebooks.grade_id(c) for c in out["cells"]].count("double-ok") == 1
    assert len({c["id"] for c in out["cells"]}) == len(out["cells"])


def test_a_check_above_its_work_is_put_back_in_its_place(home: Course) -> None:
    nb = answered(home)
    nb["cells"].insert(0, nb["cells"].pop())
    out, notes = mended(home, nb)
    assert [c["id"] for c in out["cells"]] == [c["id"] for c in released(home)["cells"]] and "above the work" in notes[
        0
    ]


def test_cells_in_any_order_leave_no_check_above_its_work() -> None:
    pairs = [(cell("code", n, f"{n} = 1", marks(n)), cell("code", f"{n}-ok", "1", graded(f"{n}-ok"))) for n in "ab"]
    whole = notebook(*(c for pair in pairs for c in pair))
    turned = copy.deepcopy(whole)
    turned["cells"].reverse()
    out, notes = repair(turned, whole)
    order = [c["id"] for c in out["cells"]]
    assert order.index("a") < order.index("a-ok") and order.index("b") < order.index("b-ok")
    assert len(order) == 4 and len(notes) == 2


def test_metadata_comes_from_the_release_alone(home: Course) -> None:
    nb = answered(home)
    nb["metadata"] = {"kernelspec": {"name": "evil", "language": "sh"}, "widgets": {"x": 1}}
    for c in nb["cells"]:
        if notebooks.grade_id(c) == "double-ok":
            c["metadata"]["nbgrader"] |= {"points": 100, "schema_version": 1}
            c["metadata"]["tags"] = ["skip-execution"]
        c.setdefault("outputs", []).append({"output_type": "stream", "text": "x" * 1000}) if c[
            "cell_type"
        ] == "code" else 0
    nb["cells"].append(cell("code", "own", "x = 1", {"tags": ["raises-exception"], "nbgrader": {"grade_id": "zzz"}}))
    out, notes = mended(home, nb)
    assert out["metadata"] == released(home)["metadata"]
    assert out["cells"][:-1] == answered(home)["cells"] and out["cells"][-1]["metadata"] == {}
    assert notes == ["the kernel was 'evil': graded with python3"]


def _junk() -> st.SearchStrategy[Any]:
    leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    return st.recursive(
        leaf, lambda s: st.lists(s, max_size=3) | st.dictionaries(st.text(max_size=8), s, max_size=3), max_leaves=6
    )


_KEYS = st.sampled_from(["cell_type", "source", "metadata", "id", "attachments", "outputs"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 5), key=_KEYS, value=_junk(), drop=st.integers(0, 6), top=_junk())
def test_no_mutation_stops_intake_or_loses_a_check(
    home: Course, at: int, key: str, value: Any, drop: int, top: Any
) -> None:
    nb = copy.deepcopy(answered(home))
    nb["cells"][at][key] = value
    nb["cells"] = [*nb["cells"][:drop], top, *nb["cells"][drop:]]
    nb["metadata"] = top
    try:
        out, _ = repair(parse(json.dumps(nb).encode(), "x.ipynb"), released(home))
    except RefusedError:
        pytest.fail("a notebook with one bad part is mended, not refused")
    assert sources(out).keys() == sources(released(home)).keys()
    assert sources(out)["double-ok"] == "check.function(double)"
    notebooks.dumps(out).encode("utf-8")
