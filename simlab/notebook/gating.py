"""Who may open a record? Four choices, and a quarter of Larkspur's own requests decided by them each time."""

from __future__ import annotations

from simlab.exercise.protocol import PRACTICE_SEED
from simlab.exercise.worlds._access_quarter import build
from simlab.exercise.worlds._access_score import Played
from simlab.exercise.worlds._access_text import read, written
from simlab.notebook.lists import Follows, Lists

WHO = {"everyone who works here": "everybody", "whoever has the role": "role", "the role, and work on it": "work"}
SHUT, AGAIN = "self, family, colleagues: shut", "second factor every eight hours"
A_WAY = "a way in, reviewed afterwards"


def gate() -> Lists:
    """Four lists to choose from, and below them what was stopped and who was served."""
    lists = [
        ("who", "Opens for:", list(WHO)),
        ("kin", "Own circle:", ["self, family, colleagues: open", SHUT]),
        ("factor", "Log-in:", ["second factor in the morning", AGAIN]),
        ("emergency", "Urgent:", ["nothing is different", A_WAY]),
    ]
    return Lists(lists, _follow, ("A quarter at Larkspur", "What came of it", "Number"))


def _follow(chosen: dict[str, str]) -> Follows:
    policies = read(
        written(
            who=WHO[chosen["who"]],
            kin=chosen["kin"] == SHUT,
            factor=chosen["factor"] == AGAIN,
            emergency=chosen["emergency"] == A_WAY,
        )
    )
    played = Played(policies, build(PRACTICE_SEED))
    misuse, late = played.total("abuse"), played.total("work", at_once=True)
    rows = (
        ("looks without need let in", misuse),
        ("emergencies held up", late),
        ("pieces of work refused", played.total("work")),
        ("pieces of work that waited a little", played.waited),
    )
    return Follows(f"{misuse:,} looks without need let in, {late:,} emergencies held up.", _said(played), rows)


def _said(played: Played) -> str:
    """What went wrong, in the words of its kinds."""
    let_in = [c.kind.says for c in played.counts if c.kind.side == "abuse" and not c.is_right]
    held_up = [c.kind.says for c in played.counts if c.kind.side == "work" and not c.is_right]
    said = f"Let in: {'; '.join(let_in)}." if let_in else "Nobody without a need got in."
    served = f"Held up: {'; '.join(held_up)}." if held_up else "Nobody waited for care."
    return f"{said} {served}"
