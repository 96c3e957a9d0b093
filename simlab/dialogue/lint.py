"""What a role-play must hold before anybody plays it: no slogan passes, somebody who thinks does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simlab.dialogue.engine import Played, play
from simlab.dialogue.facts import PLACE, candidates, unknown
from simlab.dialogue.model import Dialogue, Leans
from simlab.errors import ContentError

DEEPEST, MOST_WORDS = 6, 120
SLOGANS: tuple[Leans, ...] = ("help", "refuse")


@dataclass(frozen=True)
class Finding:
    """One fault: where, what is wrong, what would be right. A warning is no error."""

    dialogue: str
    problem: str
    right: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"dialogues/{self.dialogue}.yml: {self.problem}: {self.right}"


def lint(dialogue: Dialogue) -> list[Finding]:
    """The faults of a role-play, in every variant."""
    return [Finding(dialogue.id, *found) for found in _faults(dialogue)]


def slogan(dialogue: Dialogue, leans: Leans, variant: str | None = None, seed: int = 0) -> Played:
    """How somebody fares who always does the same: the first option that leans so, else the first."""
    choices: list[str] = []
    played = play(dialogue, (), seed, variant=variant)
    while played.turn is not None and len(choices) <= 2 * DEEPEST:
        options = played.turn.options
        choices.append(next((o for o in options if o.leans == leans), options[0]).id)
        played = play(dialogue, choices, seed, variant=variant)
    return played


def paths(dialogue: Dialogue, variant: str | None = None) -> Iterator[Played]:
    """Every way in which the role-play can go to its end. Raises ContentError where one has no end."""
    stack: list[list[str]] = [[]]
    while stack:
        choices = stack.pop()
        played = play(dialogue, choices, variant=variant)
        if played.turn is None:
            yield played
        elif len(choices) >= DEEPEST:
            said = f"after {DEEPEST} turns ({', '.join(choices)}) it is not over"
            raise ContentError(f"dialogues/{dialogue.id}.yml", said, key="turns")
        else:
            stack += [[*choices, o.id] for o in played.turn.options]


def _faults(dialogue: Dialogue) -> Iterator[tuple[str, str, bool]]:
    fault = unknown(dialogue)
    if fault:
        yield str(fault.problem), "use one that is known, or give it in every variant's `set`", True
        return
    yield from _shape(dialogue)
    try:
        drawn: list[str | None] = [v.id for v in dialogue.variants]
        for variant in drawn or [None]:
            yield from _plays(dialogue, variant)
        # A turn may belong to one variant only; it must be reached in some.
        reached = {s.turn for v in drawn or [None] for p in paths(dialogue, v) for s in p.transcript}
        for turn in dialogue.turns:
            if turn.id not in reached:
                yield f"turn {turn.id!r} is never reached", "lead there, or take it out", True
    except ContentError as e:
        yield e.problem, "let each way end", True


def _shape(dialogue: Dialogue) -> Iterator[tuple[str, str, bool]]:
    if len(dialogue.moment.split()) > MOST_WORDS:
        yield f"the moment has {len(dialogue.moment.split())} words", f"up to {MOST_WORDS}", True
    if not len(candidates(dialogue.member)):
        yield "no member of the company fits its pick", "choose another", True
    for turn in dialogue.turns:
        leans = {o.leans for o in turn.options}
        for slogan_ in SLOGANS:
            if slogan_ not in leans:
                yield f"turn {turn.id!r} has no option that leans to {slogan_}", "give each turn one", True
        longest = sorted((len(PLACE.sub("xxxx", o.text)), o.id) for o in turn.options)
        if longest[-1][0] > 2.2 * longest[0][0]:
            yield (
                f"turn {turn.id!r}: {longest[-1][1]!r} is more than twice as long as {longest[0][1]!r}",
                "even them out",
                True,
            )


def _plays(dialogue: Dialogue, variant: str | None) -> Iterator[tuple[str, str, bool]]:
    shown = f" in variant {variant!r}" if variant else ""
    ends = list(paths(dialogue, variant))
    if not any(p.passed for p in ends):
        yield f"nobody can pass it{shown}", "let one way meet the need, tell nothing beyond, and harm nobody", True
    for leans in SLOGANS:
        if slogan(dialogue, leans, variant).passed:
            yield f"always to {leans} passes it{shown}", "let it fail: tell too much, or leave the need unmet", True
    if not slogan(dialogue, "refuse", variant).harms:
        yield f"always to refuse harms nobody{shown}", "say what refusing does to the member", True
    if slogan(dialogue, "check", variant).passed and len(dialogue.variants) < 2:
        yield f"always to check passes it{shown}", "let a turn come at which one must act", False
