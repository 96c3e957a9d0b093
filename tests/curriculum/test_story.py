from __future__ import annotations

import re
from pathlib import Path

import pytest

from simlab import reading
from simlab.content import resource
from simlab.curriculum import story
from simlab.errors import ContentError
from simlab.insurer import pools

STORY = resource("course", "story.yml")
YEAR = story.story()


def changed(tmp_path: Path, before: str, after: str, source: Path = STORY) -> Path:
    text = source.read_text(encoding="utf-8")
    assert text.count(before) >= 1, before
    path = tmp_path / source.name
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


def test_the_year_has_thirteen_lessons_in_order() -> None:
    assert [c.name[:2] for c in YEAR.lessons] == [f"{n:02}" for n in range(1, 14)]
    assert [c.month for c in YEAR.lessons] == sorted(c.month for c in YEAR.lessons)


def test_every_row_of_the_ground_is_covered_by_a_lesson() -> None:
    assert {row for c in YEAR.lessons for row in c.ground} == set(story.ground().texts())


def test_everybody_is_met_by_name_in_some_moment() -> None:
    told = " ".join(c.moment for c in YEAR.lessons)
    assert [
        p.name for p in YEAR.people if p.name not in told and p.id not in {w for c in YEAR.lessons for w in c.who}
    ] == []
    firsts = {p.id: min(c.name for c in YEAR.lessons if p.id in c.who) for p in YEAR.people}
    assert firsts == {p.id: p.first for p in YEAR.people}


@pytest.mark.parametrize("chapter", YEAR.lessons, ids=lambda c: c.name)
def test_a_moment_is_short_and_plain(chapter: story.Chapter) -> None:
    assert len(chapter.moment.split()) < 120
    for text in (chapter.moment, *(t for leaf in chapter.leaves for t in (leaf.otherwise, *leaf.says.values()))):
        assert reading.grade(text) <= 8.0, text


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("who: [sione, dolores, imani]", "who: [sione, dolores, nobody]", "who[2]: there is no person 'nobody'"),
        ("where: dallas", "where: paris", "there is no place 'paris'"),
        ("ground: [B2, ", "ground: [Z9, ", "there is no row of the ground 'Z9'"),
        ("after: [dolores-claim]", "after: [key-rotated]", "earlier lesson leaves behind 'key-rotated'"),
        ("first: 01-confidentiality", "first: 01-privacy", "there is no lesson '01-privacy'"),
        ("recalled: [13-capstone]", "recalled: []", "is recalled by ['13-capstone']"),
        ("item: dead-phone", "item: ''", "nothing is chosen"),
        ("year: 2026", "year: 2026\nyears: 2", "unknown key: did you mean 'year'?"),
    ],
)
def test_a_reference_to_nothing_is_named_with_its_line(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(ContentError, match=re.escape(said)) as caught:
        story.load_story(changed(tmp_path, before, after))
    assert re.search(r"story\.yml:\d+", str(caught.value)) or "line" in str(caught.value)


def test_what_is_told_later_follows_the_option_that_was_chosen() -> None:
    chapter = YEAR.chapter("02-encryption")
    assert chapter
    leaf = next(leaf for leaf in chapter.leaves if leaf.id == "dead-phone")
    assert "sent home" in leaf.told("monday") and "sent home" in leaf.told(["x", "monday"])
    assert leaf.told(None) == leaf.told("read-aloud") == leaf.told(3) == leaf.otherwise


def test_the_six_tracks_fit_the_insurers_roles() -> None:
    roles = [role.id for role in pools.roles()]
    path = resource("course", "tracks.yml")
    tracks = story.load_tracks(path, roles).tracks
    assert [t.id for t in tracks] == [
        "member-services",
        "claims",
        "enrolment",
        "analysts-it",
        "privacy-office",
        "managers",
    ]
    assert sorted(r for t in tracks for r in t.roles) == sorted(roles)
    assert {t.id for t in tracks if t.reads_analyst_path} == {"analysts-it", "privacy-office"}


def test_a_track_of_a_lesson_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "[01-confidentiality, 09-everyday,",
        "[01-confidential, 09-everyday,",
        resource("course", "tracks.yml"),
    )
    with pytest.raises(ContentError, match="no lesson of the story '01-confidential'"):
        story.load_tracks(path)


@pytest.mark.parametrize("term", story.glossary(), ids=lambda t: t.id)
def test_a_term_is_said_in_plain_words(term: story.Term) -> None:
    assert len(term.text.split()) <= 45


def test_the_glossary_reads_at_the_eighth_grade() -> None:
    assert reading.grade("\n\n".join(t.text for t in story.glossary())) <= 8.0


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("see: [incident, four-factors", "see: [accident, four-factors", "there is no term 'accident'"),
     ("term: Accounting of", "term: The accounting of", "keep the alphabet")],
)  # fmt: skip
def test_a_faulty_glossary_is_refused(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(ContentError, match=said):
        story.load_glossary(changed(tmp_path, before, after, resource("course", "glossary.yml")))
