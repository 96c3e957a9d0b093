from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from IPython.display import Markdown

from simlab.curriculum.search import Hit
from simlab.curriculum.story import story
from simlab.exercise.answers import Answers
from simlab.exercise.workspace import Workspace
from simlab.notebook import finding
from simlab.notebook import story as thread
from simlab.notebook.finding import Search, search
from tests.curriculum import small


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    it = small.workspace(tmp_path / "w", "claims")
    monkeypatch.chdir(it.folder / "lessons")
    return it


def test_what_was_decided_before_is_remembered(mine: Workspace) -> None:
    leaf = next(leaf for c, leaf in story().before("09-everyday") if leaf.item == "cafe-laptop")
    assert leaf.otherwise in thread.before("09-everyday")
    Answers(mine.folder / "lessons").give("cafe-laptop", "report")
    assert leaf.says["report"] in thread.before("09-everyday")
    Answers(mine.folder / "lessons").give("cafe-laptop", "no-such-option")
    assert leaf.otherwise in thread.before("09-everyday")


def test_the_first_lesson_says_who_is_who(mine: Workspace) -> None:
    said = thread.before("01-confidentiality")
    assert "**Sione Tuala**, 24, member services representative." in said and "nobody here exists" in said


def test_a_lesson_that_the_story_does_not_have_tells_nothing(mine: Workspace) -> None:
    assert thread.before("71-visitors") == ""


def test_answers_that_cannot_be_read_leave_the_story_whole(mine: Workspace) -> None:
    (mine.folder / "lessons" / "answers.json").write_text(
        '{"version": 9, "answers": {}, "history": []}', encoding="utf-8"
    )
    assert "What went before" in thread.before("09-everyday")


def test_the_aid_stands_in_the_lesson_and_beside_it(mine: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown()
    monkeypatch.setattr(thread, "display", shown.display)
    thread.jobaid("02-encryption")
    text, papers = shown.seen
    assert "Call the security line first" in text.data and papers.papers == [
        ["The page to print", "aids/02-encryption.html"]
    ]
    assert (mine.folder / "aids" / "02-encryption.html").is_file()


def test_where_nothing_can_be_written_the_aid_is_there(mine: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simlab.curriculum.aids.write_pages", full)
    said = thread.aid("02-encryption")
    assert "Call the security line first" in said and "could not be written (No space left on device)" in said


def test_outside_a_workspace_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lessons").mkdir()
    monkeypatch.chdir(tmp_path / "lessons")
    assert "Call the security line first" in thread.aid("02-encryption")
    assert [p.name for p in tmp_path.rglob("*")] == ["lessons"]


def test_a_name_that_is_none_is_said_in_words(mine: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    thread.jobaid("02-encrypton")
    assert "did you mean '02-encryption'" in capsys.readouterr().out


class Shown:
    """What is displayed, and the display that is updated."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def display(self, it: Any, **_: Any) -> Shown:
        self.seen.append(it)
        return self

    def update(self, it: Markdown) -> None:
        self.seen.append(it)


def test_what_is_found_stands_below_as_links_from_this_page(mine: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown()
    monkeypatch.setattr(finding, "display", shown.display)
    search()
    form = shown.seen[0]
    assert isinstance(form, Search)
    form.find("drawer")
    assert form.verdict == "Found in 1 place." and "](../lessons/70-paper.ipynb#Decide-first)" in shown.seen[-1].data
    form.find("zzzz")
    assert form.verdict == "Nothing found." and shown.seen[-1].data == ""
    form.find("  ")
    assert form.said.startswith("Type a word first") and form.text().startswith("A word, or a few")


def test_search_with_words_finds_at_once(mine: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown()
    monkeypatch.setattr(finding, "display", shown.display)
    search("phishing")
    assert "](../aids/glossary.html#phishing)" in shown.seen[-1].data


def test_what_is_found_cannot_draw_anything_but_text(mine: Workspace) -> None:
    hit = Hit("lesson", "A [link](x)", "<img src=x>", "lessons/a.ipynb")
    assert finding.hits_text([hit]) == "- [A (link)(x)](lessons/a.ipynb) (lesson). &lt;img src=x>"


def test_the_glossary_shows_every_term(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown()
    monkeypatch.setattr(finding, "display", shown.display)
    finding.glossary()
    assert shown.seen[0].data.count("\n- ") > 35 and "45 CFR 164.402" in shown.seen[0].data
