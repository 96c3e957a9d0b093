from __future__ import annotations

from pathlib import Path

import pytest

from simlab.curriculum.search import search
from simlab.exercise.workspace import Workspace
from tests.curriculum import small


@pytest.fixture
def mine(tmp_path: Path) -> Workspace:
    return small.workspace(tmp_path / "w")


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("drawer", "70 Paper on desks: Decide first"),
        ("DRAW", "70 Paper on desks: Decide first"),
        ("power of attorney", "Personal representative"),
        ("second factor", "Multi-factor authentication (MFA)"),
        ("what is a breach", "Breach"),
        ("164.528", "Accounting of disclosures"),
    ],
)
def test_it_finds_the_place_first(mine: Workspace, query: str, title: str) -> None:
    assert search(query, mine.folder)[0].title == title


def test_links_lead_to_the_place(mine: Workspace) -> None:
    assert search("drawer", mine.folder)[0].link == "lessons/70-paper.ipynb#Decide-first"
    assert search("phishing", mine.folder)[0].link == "aids/glossary.html#phishing"
    kinds = {hit.kind: hit.link for hit in search("locked bin", mine.folder)}
    assert kinds["job aid"] == "aids/09-everyday.html"


def test_a_role_play_is_found_by_what_it_is_about(mine: Workspace) -> None:
    path = mine.folder / "lessons" / f"{small.NAME}.ipynb"
    path.write_text(small.LESSON.replace("nurse-at-two", "reporter"), encoding="utf-8")
    hit = search("reporter pages", mine.folder)[0]
    assert (hit.kind, hit.link) == ("role-play", "lessons/70-paper.ipynb#Why")


@pytest.mark.parametrize("query", ["", "   ", "?!", "zzzz", "🙂"])
def test_nothing_is_nothing(mine: Workspace, query: str) -> None:
    assert search(query, mine.folder) == []


def test_words_in_any_script_are_looked_for_without_their_marks(mine: Workspace) -> None:
    path = mine.folder / "lessons" / "71-cafe.ipynb"
    path.write_text(
        small.notebook(small.cell("markdown", "a", "## In a café\n\nZoë Nguyễn waits."), title="Café"), "utf-8"
    )
    assert [h.title for h in search("cafe nguyen", mine.folder)] == ["71 Café: In a café"]


def test_where_no_place_has_all_words_the_nearest_are_given(mine: Workspace) -> None:
    assert search("drawer zzzz", mine.folder)[0].title == "70 Paper on desks: Decide first"


def test_a_broken_lesson_stops_no_search(mine: Workspace) -> None:
    (mine.folder / "lessons" / "71-broken.ipynb").write_text("{", encoding="utf-8")
    assert search("drawer", mine.folder)


def test_a_lesson_without_its_own_words_is_found_no_more(mine: Workspace) -> None:
    assert all("analysts" not in hit.text for hit in search("drawer", mine.folder))
