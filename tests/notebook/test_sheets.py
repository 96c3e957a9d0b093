"""The observer's sheet, the evaluation and the practice report: filled in, kept, begun, printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simlab import dialogue as dialogues
from simlab.exercise import workspace as workspaces
from simlab.exercise.answers import Answers
from simlab.notebook import evaluate, observe, report_concern
from simlab.notebook.sheet import Field, Sheet

# Of the ranges that are issued; put together here so that no file holds one.
REAL = "-".join(("512", "48", "1190"))
NAME = "spouse-caller"
REPORT = {
    "what": "Three pages of an explanation of benefits lay in the printer. I locked them in my drawer.",
    "when": "Tuesday 13:10",
    "seen": "A visitor's badge lay beside it.",
    "told": "Nobody",
    "route": "privacy",
}


@pytest.fixture(autouse=True)
def lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspaces.prepare(tmp_path / "w", "ana.ito")
    monkeypatch.chdir(tmp_path / "w" / "lessons")
    return tmp_path / "w" / "lessons"


def press(sheet: Sheet | None, button: str, values: dict[str, str]) -> Sheet:
    """What the page does when a button is pressed."""
    assert sheet is not None
    sheet.values = values
    sheet.pressed = button
    sheet.presses += 1
    return sheet


def scored(learner: str = "bo.lind", observer: str = "ana.ito") -> dict[str, str]:
    scores = {c.id: str(n % 3) for n, c in enumerate(dialogues.load(NAME).observer)}
    return {"learner": learner, "observer": observer, "note": "calm", **scores}


def test_an_observers_sheet_lies_with_what_the_learner_hands_in(lessons: Path) -> None:
    sheet = press(observe(NAME), "keep", scored())
    assert sheet.verdict == "Kept."
    folder = lessons.parent / "submissions" / "bo.lind" / "observations"
    written = json.loads((folder / f"{NAME}-1.json").read_text("utf-8"))
    assert set(written) == {"dialogue", "learner", "observer", "at", "scores", "note"}
    assert written["dialogue"] == NAME and written["at"].endswith("Z") and written["note"] == "calm"
    assert written["scores"] == {c.id: n % 3 for n, c in enumerate(dialogues.load(NAME).observer)}
    press(observe(NAME), "keep", scored())
    assert sorted(p.name for p in folder.iterdir()) == [f"{NAME}-1.json", f"{NAME}-2.json"]


@pytest.mark.parametrize("learner", ["Ana.Ito", "../bo", "con", ""])
def test_nobody_observes_themselves_and_an_id_is_an_id(learner: str, lessons: Path) -> None:
    sheet = press(observe(NAME), "keep", scored(learner))
    assert sheet.verdict != "Kept." and not list((lessons.parent / "submissions").rglob("*.json"))


def test_a_sheet_that_is_not_filled_in_is_not_kept(lessons: Path) -> None:
    values = scored()
    del values[dialogues.load(NAME).observer[0].id]
    assert press(observe(NAME), "keep", values).verdict == ""
    assert not list((lessons.parent / "submissions").rglob("*.json"))


def test_the_sheet_to_print_is_written_without_filling_it_in(lessons: Path) -> None:
    sheet = press(observe(NAME), "print", {})
    page = (lessons / f"{NAME}-observer.html").read_text("utf-8")
    assert sheet.verdict == "Written." and '<html lang="en"' in page
    assert all(criterion.text in page for criterion in dialogues.load(NAME).observer)


def test_an_unknown_role_play_has_no_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    assert observe("spouse-calller") is None and "did you mean" in capsys.readouterr().out


def test_an_evaluation_is_five_numbers_and_a_note(lessons: Path) -> None:
    marks = dict(zip(("use", "differently", "clear", "fair", "time"), "54321", strict=True))
    sheet = press(evaluate("02-encryption"), "keep", marks | {"note": "more of it"})
    assert sheet.verdict == "Kept."
    assert Answers(lessons).get("evaluation.02-encryption") == [5, 4, 3, 2, 1, "more of it"]
    again = evaluate("02-encryption")
    assert again is not None and again.values == marks | {"note": "more of it"} and again.verdict == "Kept."


def test_the_note_may_be_left_out_and_a_line_may_not(lessons: Path) -> None:
    marks = dict.fromkeys(("use", "differently", "clear", "fair", "time"), "3")
    press(evaluate("02-encryption"), "keep", marks | {"time": "9"})
    assert Answers(lessons).get("evaluation.02-encryption") is None
    press(evaluate("02-encryption"), "keep", marks)
    assert Answers(lessons).get("evaluation.02-encryption") == [3, 3, 3, 3, 3, ""]


def test_what_was_begun_on_a_sheet_outlives_the_kernel(lessons: Path) -> None:
    sheet = evaluate("02-encryption")
    assert sheet is not None
    sheet.values = {"use": "4", "note": "half a"}
    again = evaluate("02-encryption")
    assert again is not None and again.values == {"use": "4", "note": "half a"} and again.verdict == "Begun."
    assert Answers(lessons).values() == {}


def test_a_good_report_is_told_so_and_that_it_was_practice() -> None:
    sheet = press(report_concern(), "try", REPORT)
    assert sheet.verdict == "A good first report." and "Practice only." in sheet.said
    again = report_concern()
    assert again is not None and again.values == REPORT and again.verdict == sheet.verdict


def test_a_report_shows_the_ways_of_the_organization(lessons: Path) -> None:
    sheet = report_concern()
    assert sheet is not None and "Speak-up line" in sheet.text() and "Larkspur is the example" in sheet.text()
    own = (Path(__file__).parents[2] / "simlab/content/organization/larkspur.yml").read_text("utf-8")
    own = own.replace("Speak-up line", "Open Door").replace("is_example: true\n", "")
    (lessons.parent / ".simlab" / "organization.yml").write_text(own, encoding="utf-8")
    text = report_concern().text()  # type: ignore[union-attr]
    assert "Open Door" in text and "is the example" not in text


def test_a_damaged_overlay_is_told_of_in_words(lessons: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (lessons.parent / ".simlab" / "organization.yml").write_text("name: [", encoding="utf-8")
    assert report_concern() is None and "organization.yml" in capsys.readouterr().out


def test_a_sheet_keeps_only_what_its_fields_offer() -> None:
    fields = [Field("a", "A", options=(("x", "ex"),)), Field("b", "B")]
    sheet = Sheet(fields, [("go", "Go", True)], lambda button, values: (button, str(sorted(values))))
    press(sheet, "stop", {"a": "x", "b": "words"})
    assert sheet.verdict == ""
    press(sheet, "go", {"a": "y", "b": "words"})
    assert sheet.verdict == "" and sheet.missing() == ["A"]
    press(sheet, "go", {"a": "x", "b": " words ", "c": "more"})
    assert sheet.verdict == "go" and sheet.values == {"a": "x", "b": "words"}
    assert sheet.text() == "A\n  (x) ex\nB\n  words\ngo ['a', 'b']"


def test_what_looks_real_is_warned_of_in_its_own_field_and_kept_masked(lessons: Path) -> None:
    sheet = press(report_concern(), "try", REPORT | {"told": f"Her number, {REAL}"})
    assert set(sheet.warnings) == {"told"} and "Members' data: you give" in sheet.said
    assert REAL not in "".join(p.read_text("utf-8") for p in lessons.rglob("*.json"))
