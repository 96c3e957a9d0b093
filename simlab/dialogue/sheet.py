"""The observer's sheet: one page to print, so that two play a role-play aloud and a third scores it."""

from __future__ import annotations

from pathlib import Path

from simlab.dialogue.facts import scene
from simlab.dialogue.model import Dialogue
from simlab.pages import template

TEMPLATES = Path(__file__).parent / "templates"
SCORES = ("0 not seen", "1 in part", "2 done well")


def sheet(dialogue: Dialogue, seed: int = 0) -> str:
    """The sheet as an HTML page: the moment, both parts' lines, what to look for, and the scores."""
    at = scene(dialogue, seed)
    turns = [
        (at.fill(t.says), [(at.fill(o.text), at.fill(o.within(at.variant).follows), o.next) for o in t.options], t.id)
        for t in dialogue.turns
    ]
    return str(template(TEMPLATES, "sheet.html").render(it=dialogue, fill=at.fill, turns=turns, scores=SCORES))
