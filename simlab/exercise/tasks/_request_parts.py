"""A request for a record as it is shown: its evidence, what is right, and what each choice led to."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from simlab.controls.access import Request

Kind = Literal["open", "glass", "part", "colleague", "refuse"]
CHOICES: tuple[Kind, ...] = ("open", "part", "colleague", "glass", "refuse")
Pieces = tuple[tuple[str, tuple[str, ...]], ...]
# Hours that the member waits, by what is right and what was chosen; 0 where nobody waits.
_HOURS: dict[str, dict[str, int]] = {
    "open": {"part": 4, "colleague": 24, "refuse": 48},
    "glass": {"part": 6, "colleague": 60, "refuse": 60},
    "part": {"colleague": 24, "refuse": 48},
    "colleague": {"refuse": 24},
    "refuse": {},
}
_EXPOSED: dict[str, tuple[str, ...]] = {
    "open": (),
    "glass": (),
    "part": ("open", "glass"),
    "colleague": ("open", "part", "glass"),
    "refuse": ("open", "part", "glass", "colleague"),
}


@dataclass(frozen=True)
class Case:
    """One request: its evidence, what is right, what follows from each choice.

    `asked` is what Larkspur's policies are asked; with the facts in `then` it is what the right choice makes of
    it, and is allowed. `entries` are the claims on file for the member, `people` how many members it is about.
    """

    kind: str
    title: str
    pieces: Pieces
    right: Kind
    follows: dict[str, str]
    asked: Request
    then: dict[str, Any] = field(default_factory=dict)
    entries: int = 0
    people: int = 1
    id: str = ""

    def numbered(self, n: int) -> Case:
        return dataclasses.replace(self, id=f"r{n}", title=f"Request {n}. {self.title}")

    def waits(self, choice: str) -> int:
        """Hours that the member waits after a choice."""
        return _HOURS[self.right].get(choice, 0)

    def is_exposed(self, choice: str) -> bool:
        """Whether a choice showed somebody more of the member than a need."""
        return choice in _EXPOSED[self.right]


def pieces(asks: str, why: str, record: str, tables: tuple[str, ...]) -> Pieces:
    return (
        ("Asked for", (asks,)),
        ("Why", (why,)),
        ("The record", (record,)),
        ("Our tables", tables),
    )  # fmt: skip
