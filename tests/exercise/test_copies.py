"""A renamed or copied notebook is found; nothing real of a person is handed in; an update says what changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from simlab.exercise import submit as submitting
from simlab.exercise import workspace
from simlab.exercise.answers import Answers
from simlab.grading import evaluations, notebooks

NAME = "02-encryption"
REAL = "-".join(("321", "54", "9876"))  # put together here: no file holds a number that could be somebody's


@pytest.fixture
def own(tmp_path: Path) -> workspace.Workspace:
    workspace.prepare(tmp_path / "w", "ana.ito")
    return workspace.find(tmp_path / "w")


def work(path: Path, text: str = "my_work = 1") -> None:
    nb = notebooks.read(path)
    next(c for c in nb["cells"] if notebooks.graded_meta(c).get("solution"))["source"] = text
    path.write_text(notebooks.dumps(nb), encoding="utf-8")


def handed_in(own: workspace.Workspace) -> tuple[str, str]:
    """(text of the notebook that was handed in, what the learner was told)."""
    receipt = submitting.submit(own, "02")
    return (receipt.folder / f"{NAME}.ipynb").read_text("utf-8"), receipt.text()


def test_a_renamed_notebook_is_handed_in_under_its_name(own: workspace.Workspace) -> None:
    folder = own.exercise("02")
    work(folder / f"{NAME}.ipynb")
    (folder / f"{NAME}.ipynb").rename(folder / "mine.ipynb")
    text, said = handed_in(own)
    assert "my_work = 1" in text and "mine.ipynb is taken for 02-encryption.ipynb" in said
    workspace.prepare(own.folder)  # brings a fresh one beside it
    text, said = handed_in(own)
    assert "my_work = 1" in text and "as your work is in it" in said


def test_of_two_with_work_the_named_one_is_handed_in_and_the_other_is_told(own: workspace.Workspace) -> None:
    folder = own.exercise("02")
    work(folder / f"{NAME}.ipynb", "first = 1")
    shutil.copy(folder / f"{NAME}.ipynb", folder / f"{NAME}-Copy1.ipynb")
    work(folder / f"{NAME}-Copy1.ipynb", "second = 2")
    text, said = handed_in(own)
    assert "first = 1" in text and "and not 02-encryption-Copy1.ipynb: rename" in said


def test_notes_of_ones_own_beside_it_are_none(own: workspace.Workspace) -> None:
    folder = own.exercise("02")
    nb = notebooks.read(folder / f"{NAME}.ipynb")
    (folder / "notes.ipynb").write_text(notebooks.dumps({**nb, "cells": nb["cells"][:1]}), encoding="utf-8")
    (folder / "torn.ipynb").write_text("{", encoding="utf-8")
    work(folder / f"{NAME}.ipynb")
    text, said = handed_in(own)
    assert "my_work = 1" in text and "notes.ipynb" not in said and "torn.ipynb" not in said


def test_nothing_real_of_a_person_is_handed_in(own: workspace.Workspace) -> None:
    folder = own.exercise("02")
    work(folder / f"{NAME}.ipynb", f"note = 'call about {REAL}'")
    answers = Answers(folder)
    answers.give("why", f"her number is {REAL}")
    assert "not kept" in answers.notes[0] and REAL not in answers.path.read_text("utf-8")
    text, said = handed_in(own)
    assert REAL not in text and "removed: looked like a Social Security number" in text
    assert "is masked in what you hand in" in said
    assert REAL in (folder / f"{NAME}.ipynb").read_text("utf-8")  # theirs is left alone


def test_an_update_says_what_changed_by_its_title(own: workspace.Workspace) -> None:
    lesson = own.folder / "lessons" / f"{NAME}.ipynb"
    lesson.unlink()
    path = own.folder / ".simlab" / "manifest.json"
    state = json.loads(path.read_text("utf-8"))
    state["questions"] |= {"cafe-laptop": "an older wording", "no-longer-there": "x"}
    path.write_text(json.dumps(state), encoding="utf-8")
    said = workspace.prepare(own.folder).text()
    assert "Added: Encryption: what a thief can read (lessons/02-encryption.ipynb)" in said
    assert "Questions asked in other words now: 1; no longer asked: 1." in said
    assert "up to date" in workspace.prepare(own.folder).text()


def test_authors_tables_stay_with_the_authors(own: workspace.Workspace) -> None:
    assert not (own.folder / "lessons" / "OBJECTIVES.md").exists()


@pytest.mark.parametrize("part", ["lessons/01-confidentiality.ipynb", f"exercises/{NAME}/{NAME}.ipynb", "home.ipynb"])
def test_a_kernel_without_the_course_says_so_in_words(
    own: workspace.Workspace, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = next(c["source"] for c in notebooks.read(own.folder / part)["cells"] if c["cell_type"] == "code")
    for name in ("simlab", "simlab.notebook"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(SystemExit, match="open it with: simlab lab"):
        exec(compile(source, part, "exec"), {})


def test_the_numbers_of_an_evaluation_go_along_and_its_note_does_not(own: workspace.Workspace, tmp_path: Path) -> None:
    Answers(own.folder / "lessons").give(f"evaluation.{NAME}", [5, 4, 4, 3, 5, "Ask Bo about it"])
    submitting.submit(own, "02", to=tmp_path)
    sent = (tmp_path / "ana.ito" / "evaluations" / f"{NAME}.json").read_text("utf-8")
    assert json.loads(sent) == {"learner": "ana.ito", "lesson": NAME, "marks": [5, 4, 4, 3, 5]}
    (form,) = evaluations.read(tmp_path)
    assert (form.person, form.lesson, form.marks) == ("ana.ito", NAME, (5, 4, 4, 3, 5))
    for text in ("{", "[]", '{"marks": [9, 9, 9, 9, 9]}', '{"marks": "55555"}', "[" * 9_000):
        (tmp_path / "ana.ito" / "evaluations" / f"{NAME}.json").write_text(text, encoding="utf-8")
        assert evaluations.read(tmp_path) == []


def test_an_answer_to_a_question_of_a_pool_and_a_task_are_answers(own: workspace.Workspace) -> None:
    answers = Answers(own.exercise("01"))
    assert "safe-way-01" in submitting.submit(own, "01").text()
    for name in ("phi-on-the-table", "wifi-portal", "reported-slip", "volunteer-badge"):
        answers.give(name, "x")
    assert "not answered yet: eobs" in submitting.submit(own, "01").text()
    answers.give("eobs", ["1-1"])
    assert "not answered yet" not in submitting.submit(own, "01").text()
