"""Every lesson is held to every rule: one test each, so that one fault fails one test."""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.content import names
from simlab.curriculum import lesson as pages
from simlab.curriculum import objectives, shape
from simlab.curriculum.rules import RULES

ROOT = Path(__file__).parents[2]
LESSONS = [each.name for each in pages.lessons(ROOT)]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", LESSONS)
def test_it_keeps_the_rule(name: str, rule: str) -> None:
    assert [str(finding) for finding in RULES[rule](shape.bundle(ROOT, name))] == []


def test_what_belongs_to_a_lesson_belongs_to_one_that_is_there() -> None:
    assert [n for kind in ("items", "aids") for n in names(kind) if n not in LESSONS] == []


def test_the_table_of_objectives_is_up_to_date() -> None:
    table = (ROOT / "lessons" / objectives.TABLE).read_text(encoding="utf-8")
    assert table == objectives.objectives_table(ROOT), "run: simlab lesson table"


@pytest.mark.parametrize("name", LESSONS)
def test_what_a_lesson_leaves_behind_is_decided_by_a_question_that_it_asks(name: str) -> None:
    from simlab import dialogue
    from simlab.curriculum.asked import item_of, sheet_of
    from simlab.curriculum.story import story

    chapter = story().chapter(name)
    asked = {a.key for a in pages.read(ROOT / "lessons" / f"{name}.ipynb").asks()}
    for leaf in chapter.leaves if chapter else ():
        if leaf.item.startswith("roleplay."):
            play = dialogue.load(leaf.item.removeprefix("roleplay."))
            options = {o.id for turn in play.turns for o in turn.options}
        else:
            item = item_of(leaf.item, sheet_of(name)) if leaf.item else None
            options = {o.id for o in item.options} if item else set()
        assert not leaf.item or leaf.item in asked, f"{leaf.id}: {leaf.item} is not asked in {name}"
        assert set(leaf.says) <= options, f"{leaf.id}: {sorted(set(leaf.says) - options)} is no option of {leaf.item}"
