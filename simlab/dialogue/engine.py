"""A role-play as a pure fold of what was chosen: the same choices and seed give the same consequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from simlab import events
from simlab.dialogue.facts import Scene, scene
from simlab.dialogue.model import Dialogue, Option, Turn
from simlab.errors import InputError

# A working morning of the year; a role-play takes minutes, and its time is not the learner's.
START = 1_789_394_400_000_000  # 2026-09-14 14:00 UTC, 09:00 in Tulsa
STEP = 60_000_000


@dataclass(frozen=True)
class Said:
    """One turn that is over: what they said, what you did, and what came of it."""

    turn: str
    says: str
    option: Option
    text: str
    follows: str
    why: str
    beyond: tuple[str, ...]  # data classes told that were not theirs to hear
    harm: str


@dataclass(frozen=True)
class Played:
    """Where a role-play stands. `turn` is the next one, None at the end.

    `told` are (data class, to whom, whether it might be told); `score` has 1 or 0 for kept, served and unharmed;
    `passed` needs all three, and the end. `events` has events.COLUMNS, `truth` events.TRUTH.
    """

    dialogue: Dialogue
    scene: Scene
    turn: Turn | None
    transcript: tuple[Said, ...]
    told: tuple[tuple[str, str, bool], ...]
    harms: tuple[str, ...]
    served: bool
    passed: bool
    score: dict[str, int]
    _rows: tuple[dict[str, object], ...] = field(default=(), repr=False)

    @property
    def share(self) -> float:
        """From 0 to 1: everything, or a part of what is below a pass for each side that held.

        A need that was met by telling what was not theirs counts for nothing: else always helping
        would earn something in one role-play and nothing in the next.
        """
        if self.passed or self.turn:
            return float(self.passed)
        held = self.score if self.score["kept"] else self.score | {"served": 0}
        return sum(held.values()) / 4

    @property
    def events(self) -> pd.DataFrame:
        """What was told and what was refused, as rows of the event table."""
        if not self._rows:
            return events.frame({"class_name": "Disclosure"}, 0)
        names = [n for n in self._rows[0] if n != "_beyond"]
        return events.frame({n: [row[n] for row in self._rows] for n in names}, len(self._rows))

    @property
    def truth(self) -> pd.DataFrame:
        """Which of the events told what was not theirs to hear."""
        bad = [i for i, row in enumerate(self._rows) if row["_beyond"]]
        rows = [(i, self.dialogue.id, "impermissible disclosure", "") for i in bad]
        return pd.DataFrame(rows, columns=list(events.TRUTH))


def play(dialogue: Dialogue, choices: Sequence[str] = (), seed: int = 0, *, variant: str | None = None) -> Played:
    """The role-play after these choices. Raises UnknownName for an option that the turn does not have,
    InputError for choices after the end, ContentError for a text that nothing fills."""
    at = scene(dialogue, seed, variant)
    drawn = next((v for v in dialogue.variants if v.id == at.variant), None)
    start = drawn.may_be_told if drawn and drawn.may_be_told is not None else dialogue.may_be_told
    allowed, turn = {(c, "other") for c in start}, dialogue.turns[0]
    transcript: list[Said] = []
    told: list[tuple[str, str, bool]] = []
    rows: list[dict[str, object]] = []
    over = False
    for number, ident in enumerate(choices):
        if over:
            raise InputError(f"{dialogue.id}: it was over after {number} choices, and {len(choices)} are given")
        option = turn.option(ident).within(at.variant)
        allowed |= {(c, option.to) for c in option.grants}
        beyond = tuple(c for c in option.tells if (c, option.to) not in allowed)
        told += [(c, option.to, c not in beyond) for c in option.tells]
        rows += _rows(dialogue, at, option, beyond, START + number * STEP)
        transcript.append(_said(at, turn, option, beyond))
        over = not option.next
        turn = turn if over else dialogue.turn(option.next)
    return _played(dialogue, at, None if over else turn, transcript, told, rows)


def _said(at: Scene, turn: Turn, option: Option, beyond: tuple[str, ...]) -> Said:
    fill = at.fill
    return Said(
        turn.id, fill(turn.says), option, fill(option.text), fill(option.follows), fill(option.why), beyond,
        fill(option.harm),
    )  # fmt: skip


def _played(
    dialogue: Dialogue,
    at: Scene,
    turn: Turn | None,
    transcript: list[Said],
    told: list[tuple[str, str, bool]],
    rows: list[dict[str, object]],
) -> Played:
    harms = tuple(s.harm for s in transcript if s.harm)
    served = any(s.option.serves for s in transcript)
    kept = all(fine for _, _, fine in told)
    score = {"kept": int(kept), "served": int(served), "unharmed": int(not harms)}
    passed = turn is None and all(score.values())
    return Played(dialogue, at, turn, tuple(transcript), tuple(told), harms, served, passed, score, tuple(rows))


def _rows(dialogue: Dialogue, at: Scene, option: Option, beyond: tuple[str, ...], when: int) -> list[dict[str, object]]:
    base: dict[str, object] = {
        "time": when, "class_name": "Disclosure", "actor": at.staff_id, "system": dialogue.setting,
        "member": at.member_id, "session": dialogue.id, "status_detail": f"{option.id} to {option.to}",
    }  # fmt: skip
    if option.tells:
        return [
            base | {"activity_name": "Tell", "status": "Success", "data_class": c, "record_count": 1,
                    "_beyond": c in beyond}
            for c in option.tells
        ]  # fmt: skip
    if option.leans != "refuse":
        return []
    return [base | {"activity_name": "Refuse", "status": "Failure", "data_class": "none", "record_count": 0,
                    "_beyond": False}]  # fmt: skip
