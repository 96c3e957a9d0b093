"""What is so at one moment of a session: a plain value, computed and never stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from simlab.controls.inforce import Controls
from simlab.tabletop.actions import canonical, sha256


@dataclasses.dataclass(frozen=True)
class Delivered:
    """An event of the MSEL, or an improvised one (`adjudicated`), as its receivers saw it."""

    control_number: str
    t: int
    type: str
    source_type: str
    sender: str
    to: tuple[str, ...]
    title: str
    text: str
    artefact: str = ""
    text_alternative: str = ""
    adjudicated: bool = False


@dataclasses.dataclass(frozen=True)
class Made:
    """A decision taken: by whom, when, why; `by_default` when its deadline took it."""

    decision: str
    option: str
    t: int
    by: str
    rationale: str = ""
    by_default: bool = False


@dataclasses.dataclass(frozen=True)
class Statement:
    """What was said, and how it stood to the truth at that moment.

    `affected` None means that no number was given. `truth` is the number of individuals whose
    information could be read when it was said. `faults` are among false, unsupported, late.
    """

    decision: str
    t: int
    role: str
    to: str
    text: str
    affected: int | None
    bound: str
    basis: str
    truth: int
    denied: tuple[str, ...]
    missing: tuple[str, ...]
    faults: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Down:
    """A service that members could not use, and how many needed it."""

    service: str
    t: int
    until: int
    members: int


@dataclasses.dataclass(frozen=True)
class Note:
    t: int
    by: str
    text: str


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    t: int
    kind: str
    what: str
    key: str = ""


@dataclasses.dataclass(frozen=True)
class Seen:
    """Exposure at one moment, in numbers; who they are is recomputed from the seed."""

    path: str
    readable: str
    taken: int
    count: int
    by_state: Mapping[str, int]
    data_classes: tuple[str, ...]
    reason: str


@dataclasses.dataclass(frozen=True)
class State:
    """Truth, belief and statements at scenario second `t`.

    `status` (ready, running, paused, ended) and `speed` belong to the real clock: the digest
    leaves them out, since no pause and no speed may change what happens.
    """

    scenario: str
    seed: int
    members: int
    t: int
    status: str
    speed: int
    move: int
    delivered: tuple[Delivered, ...]
    open: tuple[str, ...]
    made: tuple[Made, ...]
    milestones: Mapping[str, int]
    active: tuple[str, ...]
    in_force: tuple[tuple[int, Controls], ...]
    shut: tuple[tuple[int, str], ...]
    contained: int | None
    discovered: int | None
    belief: Mapping[str, Mapping[str, int]]
    statements: tuple[Statement, ...]
    notified: Mapping[str, int]
    outages: tuple[Down, ...]
    notes: tuple[Note, ...]
    timeline: tuple[Entry, ...]
    exposure: Seen | None
    adjudicated_from: int | None
    skipped: tuple[str, ...] = ()
    late: tuple[str, ...] = ()

    @property
    def controls(self) -> Controls:
        """The controls now in force."""
        return self.in_force[-1][1]

    def choice(self, decision: str) -> Made | None:
        """How a decision was taken; None while it is open or was never put."""
        return next((m for m in self.made if m.decision == decision), None)

    def plain(self) -> dict[str, Any]:
        """The state as JSON values, without the real clock."""
        data = dataclasses.asdict(self)
        for name in ("status", "speed", "skipped", "late"):
            del data[name]
        data["ended"] = self.status == "ended"
        data["in_force"] = [[t, controls.model_dump()] for t, controls in self.in_force]
        return data

    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the state."""
        return sha256(canonical(self.plain()))

    def view(self, role: str) -> dict[str, Any]:
        """What one role may read now: what was delivered to it, what it may decide, what it did.

        Nothing of the future, of the truth, or of another role's messages is in it.
        """
        return {
            "t": self.t,
            "move": self.move,
            "status": self.status,
            "delivered": [dataclasses.asdict(d) for d in self.delivered if role in d.to and d.type != "facilitation"],
            "knows": dict(self.belief.get(role, {})),
            "open": list(self.open),
            "made": [dataclasses.asdict(m) for m in self.made],
            "statements": [{"t": s.t, "to": s.to, "text": s.text} for s in self.statements],
        }
