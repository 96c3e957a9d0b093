"""Small things that several tests of this room share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simlab.content.loader import CONTENT
from simlab.tabletop.actions import Action, action
from simlab.tabletop.scenario import Scenario, load
from simlab.tabletop.session import Session

FILE = CONTENT / "scenarios" / "vendor-portal.yml"
# A company that is larger than what anybody reads in half a day, and still quick to build.
MEMBERS = 3_000


def vendor_portal(**intrusion: Any) -> Scenario:
    """The shipped scenario, with parts of the intrusion changed."""
    s = load("vendor-portal")
    assert s.intrusion is not None
    return s.model_copy(update={"intrusion": s.intrusion.model_copy(update=intrusion)}) if intrusion else s


def broken(tmp_path: Path, old: str, new: str) -> tuple[Path, int]:
    """The shipped file with one text replaced (its first occurrence), and the line where it stands."""
    text = FILE.read_text(encoding="utf-8")
    assert old in text, old
    path = tmp_path / FILE.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path, text[: text.index(old)].count("\n") + 1


def started(*rest: Action) -> list[Action]:
    return [action("start", "facilitator"), *rest]


def decide(decision: str, option: str) -> Action:
    return action("decide", "team", decision=decision, option=option)


def advance(to: int) -> Action:
    return action("advance", "facilitator", to=to)


def played(store: Any = None, *, members: int = MEMBERS) -> Session:
    """A session played well to its end."""
    session = Session.start("vendor-portal", 7, store, members=members)
    wanted = {
        "d1": "call-and-check", "d2": "disable-account", "d4": "copy-first", "d5": "not-known-yet",
        "d6": "report", "d7": "refuse", "d9": "all-opened-soon",
    }  # fmt: skip
    while session.state.status != "ended":
        for name in session.state.open:
            session.decide(name, wanted[name], rationale="because")
            break
        else:
            session.advance()
    return session
