"""Tasks and pictures without a page: what they show as text, what they keep, and that nothing of the key is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simlab.exercise import tasks
from simlab.exercise.live import Check
from simlab.exercise.variant import in_practice, own_seed
from simlab.exercise.workspace import PRACTICE
from simlab.notebook import statemap, timeline
from simlab.notebook.quiz import draw as draw_question
from simlab.notebook.tasks import DRAWN, Task
from simlab.notebook.timeline import PLACES


def shown(folder: Path, name: str, practice: bool) -> Task:
    return Check(folder, renderer=draw_question).task(name, practice=practice)


@pytest.mark.parametrize("name", DRAWN)
def test_an_answer_is_judged_at_once_in_practice_and_comes_back(tmp_path: Path, name: str) -> None:
    form = shown(tmp_path, name, practice=True)
    assert isinstance(form, Task) and form.answered == [] and form.text()
    module: Any = tasks.get(name)
    material = module.make(_seed(in_practice(name)))
    assert material != module.make(_seed(name))  # what is marked is not what a lesson has just answered
    form.picked = module.full(material)
    form.presses += 1
    assert form.verdict == "Right." and form.heard == form.presses
    again = shown(tmp_path, name, practice=True)
    assert sorted(again.picked) == sorted(module.full(material)) and again.verdict == "Right."
    assert "(x)" in again.text() or "=marked" in again.text()


def _seed(label: str) -> int:
    return own_seed(PRACTICE, 1, label)


@pytest.mark.parametrize("name", DRAWN)
def test_marked_work_is_kept_and_nothing_of_the_key_is_sent(tmp_path: Path, name: str) -> None:
    form = shown(tmp_path, name, practice=False)
    module: Any = tasks.get(name)
    material = module.make(_seed(name))
    sent = {k: v for k, v in form.get_state().items() if k not in ("_esm", "_css")}
    before = json.dumps(sent, default=str)
    assert not any(word in before for word in ('"bears"', '"stays"', '"goes"', '"false"', '"why"'))
    form.picked = module.full(material)
    form.presses += 1
    assert (form.verdict, form.said.splitlines()[0]) == (
        "Kept.",
        "It is marked when you hand in. You can change it until then.",
    )


def test_a_rule_shows_its_numbers(tmp_path: Path) -> None:
    form = shown(tmp_path, "policy", practice=True)
    assert form.rows == []
    form.picked = ["questions:0", "kind:card", "back:no"]
    form.presses += 1
    assert dict(form.rows)["strangers let through"] >= 50 and dict(form.rows)["members turned away"] == 0


def test_what_the_page_does_not_offer_is_not_kept(tmp_path: Path) -> None:
    form = shown(tmp_path, "eobs", practice=True)
    form.picked = ["9-9"]
    form.presses += 1
    assert form.verdict == "" and form.heard == form.presses


def test_an_answer_to_another_draw_is_not_shown(tmp_path: Path) -> None:
    form = shown(tmp_path, "inbox", practice=True)
    form.picked = [f"{m[0]}:answer" for m in [(p["id"],) for p in form.shown]]
    form.presses += 1
    from simlab.exercise.answers import Answers

    Answers(tmp_path).give("attempt", 2)
    assert shown(tmp_path, "inbox", practice=True).verdict in ("", "Not yet.")


def test_pictures_have_their_words() -> None:
    page = timeline([("09:10", "The <b>call</b>"), ("09:12", "The note")], "A morning")
    assert repr(page) == "A morning\n  09:10  The <b>call</b>\n  09:12  The note"
    assert "&lt;b&gt;" in page.data and page.data.count("<li>") == 2
    found = statemap({"OK": 1200, "TX": 40, "PR": 3})
    assert "<th scope='row'>PR</th><td>3</td>" in found.data and "OK<br>1,200" in found.data
    assert repr(found).splitlines()[1] == "  OK  1,200"
    assert len(PLACES) == 51 and len(set(PLACES.values())) == 51
