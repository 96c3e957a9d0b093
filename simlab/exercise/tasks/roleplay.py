"""A role-play as a task: `check.task("roleplay", dialogue="spouse-caller")`, or one drawn from several; the answer is what was chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simlab import dialogue as dialogues
from simlab import draw
from simlab.dialogue import lint
from simlab.dialogue.command import debrief
from simlab.dialogue.model import Leans
from simlab.errors import InputError, SimlabError
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict

SIDES = {
    "kept": ("nobody was told what was not theirs to hear", "somebody was told what was not theirs to hear"),
    "served": ("the need was met", "the need was not met"),
    "unharmed": ("nobody was harmed", "somebody was harmed"),
}


@dataclass(frozen=True)
class Scene:
    """Which role-play, and the seed that draws its member and its variant."""

    dialogue: str
    seed: int


def make(seed: int, *, dialogue: str) -> Scene:
    """The role-play of that id, or one drawn from several ids with spaces between. Raises UnknownName."""
    found = [dialogues.load(name).id for name in dialogue.split()]
    if not found:
        raise InputError("name a role-play, or several with spaces between")
    return Scene(found[draw.one(seed, "roleplay/which", 0, len(found))], seed)


def judge(material: Scene, answer: Any) -> Verdict:
    """Both sides count, and the end: what was told, whether the need was met, whether anybody was harmed."""
    choices = [answer] if isinstance(answer, str) else answer if isinstance(answer, list) else []
    if not choices:
        return Verdict(0.0, UNANSWERED)
    it = dialogues.load(material.dialogue)
    try:
        played = dialogues.play(it, choices, material.seed)
    except SimlabError:
        return Verdict(0.0, "What was chosen does not fit this role-play. Play it again from the start.")
    if played.turn is not None:
        return Verdict(0.0, "The role-play was not played to its end.")
    details = tuple(Detail(SIDES[part][0 if held else 1], bool(held)) for part, held in played.score.items())
    lead = "Right." if played.passed else "Not yet."
    said = "; ".join(d.text for d in details)
    return Verdict(played.share, f"{lead} {said[:1].upper()}{said[1:]}.", details, "; ".join(it.debrief.cite))


def text(material: Scene, answer: Any) -> str:
    it = dialogues.load(material.dialogue)
    choices = answer if isinstance(answer, list) else []
    played = dialogues.play(it, choices, material.seed)
    lines = [it.title, played.scene.fill(it.moment)]
    for said in played.transcript:
        lines += [f"{played.scene.fill(it.cast.other.name)}: {said.says}", f"You: {said.text}", said.follows]
    if played.turn is None:
        return "\n".join([*lines, debrief(it, played)])
    options = [f"  {o.id}: {played.scene.fill(o.text)}" for o in played.turn.options]
    return "\n".join(
        [*lines, f"{played.scene.fill(it.cast.other.name)}: {played.scene.fill(played.turn.says)}", *options]
    )


def full(material: Scene) -> list[str]:
    """The choices of one way that passes."""
    it = dialogues.load(material.dialogue)
    variant = dialogues.play(it, (), material.seed).scene.variant or None
    passing = next(p for p in lint.paths(it, variant) if p.passed)
    return [said.option.id for said in passing.transcript]


def _always(leans: Leans) -> Callable[[Scene], list[str]]:
    def choices(material: Scene) -> list[str]:
        played = lint.slogan(dialogues.load(material.dialogue), leans, seed=material.seed)
        return [said.option.id for said in played.transcript]

    return choices


MISTAKES: dict[str, Callable[[Scene], Any]] = {"always-help": _always("help"), "always-refuse": _always("refuse")}
