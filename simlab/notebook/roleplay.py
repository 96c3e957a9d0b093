"""A role-play in a notebook: what they say, what you may say, and what comes of it.

It only draws. What was said lies among the answers as the options chosen so far, and everything else
is played from them, so a reload or a new kernel goes on where it was left.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import traitlets

from simlab import dialogue as dialogues
from simlab import draw
from simlab.dialogue import Dialogue, Option, Played, Said
from simlab.errors import InputError
from simlab.exercise.answers import Answers
from simlab.exercise.live import TASKS
from simlab.exercise.shown import Work
from simlab.exercise.tasks.roleplay import SIDES
from simlab.exercise.variant import attempt_of, own_seed
from simlab.exercise.workspace import learner_of
from simlab.notebook.form import Form, css, esm, in_words
from simlab.notebook.theft import WORDS


class Roleplay(Form):
    """One role-play over the answers kept under `name`. Where it is marked, why and debrief are kept back."""

    _esm = esm("roleplay")
    _css = css("form", "roleplay")

    intro = traitlets.List().tag(sync=True)  # [lead, text]
    entries = traitlets.List().tag(sync=True)  # [kind, lead, text] of all that was said, oldest first
    fresh = traitlets.Int(0).tag(sync=True)  # how many of them the last choice brought
    legend = traitlets.Unicode().tag(sync=True)  # what they say now
    options = traitlets.List().tag(sync=True)  # [id, text]
    picked = traitlets.Unicode().tag(sync=True)
    debrief = traitlets.List().tag(sync=True)  # [lead, text], at the end

    def __init__(self, dialogue: Dialogue, seed: int, answers: Answers, name: str, *, is_marked: bool = False) -> None:
        super().__init__()
        self.dialogue, self._seed, self._answers, self._name = dialogue, seed, answers, name
        self._is_marked = is_marked
        self._choices: list[str] = []
        self.show()

    def show(self) -> Played:
        """Show the role-play as it stands among the answers."""
        self._choices = self._kept()
        played = dialogues.play(self.dialogue, self._choices, self._seed)
        entries = [list(entry) for said in played.transcript for entry in self._said(said)]
        with self.hold_sync():
            self.intro = [list(each) for each in _intro(played)]
            self.fresh = len(list(self._said(played.transcript[-1]))) if played.transcript else 0
            self.entries, self.picked = entries, ""
            self.debrief = [] if played.turn else [list(each) for each in self._end(played)]
            self.legend = f"{_other(played)}: {played.scene.fill(played.turn.says)}" if played.turn else ""
            self.options = [[o.id, played.scene.fill(o.text)] for o in self._shuffled(played)]
        return played

    def _shuffled(self, played: Played) -> list[Option]:
        """What can be said now, in an order of this learner's own: no place is the right one."""
        turn = played.turn
        label = f"said/{self.dialogue.id}/{turn.id if turn else ''}"
        return sorted(
            turn.options if turn else (), key=lambda o: (int(draw.bits(self._seed, f"{label}/{o.id}", 0)), o.id)
        )

    def _kept(self) -> list[str]:
        """The choices so far, as far as this version of the role-play knows them."""
        kept = self._answers.get(self._name)
        choices = [c for c in kept if isinstance(c, str)] if isinstance(kept, list) else []
        while choices:
            try:
                dialogues.play(self.dialogue, choices, self._seed)
                return choices
            except InputError:
                choices.pop()
        return choices

    def pressed_once(self) -> None:
        """Say what was chosen; at the end, begin again."""
        self.tell(self._go_on)

    def _go_on(self) -> tuple[str, str]:
        if self._kept() != self._choices:
            self.show()
            return "It went on elsewhere.", "Another window has gone on with this role-play. Here is where it stands."
        if self.debrief and not self.picked:
            self._answers.give(self._name, [])
        elif self.picked in [ident for ident, _ in self.options]:
            self._answers.give(self._name, [*self._choices, self.picked])
        self.show()
        return "", "\n".join(self._answers.notes)

    def say(self, ident: str) -> None:
        """What the page does when an option is said; "" at the end plays it again."""
        self.picked = ident
        self.presses += 1

    def _said(self, said: Said) -> Iterator[tuple[str, str, str]]:
        yield "them", f"{_named(self.dialogue.cast.other.name)}:", said.says
        yield "you", "You:", said.text
        yield "follows", "What follows:", said.follows
        if not self._is_marked:
            yield "why", "Why:", f"{said.why} ({said.option.cite})" if said.option.cite else said.why

    def _end(self, played: Played) -> list[tuple[str, str]]:
        if self._is_marked:
            return [("Kept.", "It is marked when you hand in. Until then you can play it again: the last time counts.")]
        return debriefed(played)

    def text(self) -> str:
        """The role-play so far, and what can be said now."""
        parts = [f"{lead} {text}" for lead, text in self.intro] + [f"{lead} {text}" for _, lead, text in self.entries]
        turn = [self.legend, *(f"  ( ) {text}" for _, text in self.options)] if self.legend else []
        return "\n".join([*parts, *turn, *(f"{lead} {text}" for lead, text in self.debrief), super().text()]).rstrip()


def debriefed(played: Played) -> list[tuple[str, str]]:
    """What came of a role-play that is over, as (lead, text): told, harmed, served, law, practice, sources."""
    held = [_sentence(SIDES[part][0 if ok else 1]) for part, ok in played.score.items()]
    of = played.dialogue.debrief
    return [
        ("It went well." if played.passed else "Not yet.", " ".join(held)),
        ("What was told:", _told(played)),
        ("Who was harmed:", " ".join(dict.fromkeys(played.harms)) or "Nobody."),
        (
            "The need:",
            f"{played.scene.fill(played.dialogue.need)} {_sentence(SIDES['served'][0 if played.served else 1])}",
        ),
        ("What is law.", played.scene.fill(of.law)),
        ("What is good practice.", played.scene.fill(of.practice)),
        ("Source:", "; ".join(of.cite)),
    ]


def _told(played: Played) -> str:
    lines = []
    for kind, to, fine in dict.fromkeys(played.told):
        whom = played.scene.fill(played.dialogue.cast.other.name) if to == "other" else to.replace("-", " ")
        lines.append(f"{WORDS.get(kind) or kind} to {whom}{'' if fine else ', who had no right to it'}")
    return f"{'; '.join(lines)}." if lines else "Nothing."


def _intro(played: Played) -> list[tuple[str, str]]:
    of, fill = played.dialogue, played.scene.fill
    you = f"{fill(of.cast.you.name)}{f', {of.cast.you.job}' if of.cast.you.job else ''}"
    return [(f"{fill(of.title)}.", f"You are {you}."), ("", fill(of.moment))]


def _other(played: Played) -> str:
    return _named(played.scene.fill(played.dialogue.cast.other.name))


def _sentence(words: str) -> str:
    return f"{_named(words)}."


def _named(who: str) -> str:
    """A name, or "the caller", as it stands at the beginning of a line."""
    return f"{who[:1].upper()}{who[1:]}"


def roleplay(name: str) -> Roleplay | None:
    """A role-play to practise, by its id; it goes on where it was left. What is wrong is said in words."""
    return in_words(lambda: _practice(name))


def _practice(name: str) -> Roleplay:
    answers = Answers(Path.cwd())
    seed = own_seed(learner_of(answers.folder), attempt_of(answers.values()))
    return Roleplay(dialogues.load(name), seed, answers, f"roleplay.{name}")


def draw_task(work: Work) -> Roleplay:
    """A role-play that is set as a task: of the same form, and where it is marked, without why and debrief."""
    made = work.material
    return Roleplay(dialogues.load(made.dialogue), made.seed, work.answers, work.name, is_marked=not work.practice)


TASKS["roleplay"] = draw_task
