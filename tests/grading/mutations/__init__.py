"""What can happen to a submission on its way in, by class: each mutation changes a `Draft` and says what it deserves.

KEEPS: neither answers nor answer cells were touched, and it can be read, so that the mark must be the
base's own. CAPPED: no more than the base's. REFUSED: nothing that can be graded is left.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KEEPS, CAPPED, REFUSED = "keeps", "capped", "refused"
Cell = dict[str, Any]


@dataclass
class Draft:
    """A submission that is being made: its parts as data first, as bytes and folders later."""

    rng: random.Random
    seed: int
    assignment: str
    base: str
    learner: str
    top: str = ""  # the name of the learner's folder
    work: str = ""  # of the exercise's folder
    file: str = ""  # of the notebook
    nb: dict[str, Any] = field(default_factory=dict)
    answers: Any = None
    points: dict[str, float] = field(default_factory=dict)
    data: bytes = b""
    kept: bytes | None = None  # answers.json; None: there is none
    kept_as: str = "answers.json"
    files: dict[str, bytes] = field(default_factory=dict)
    after: list[Callable[[Path], None]] = field(default_factory=list)  # what is done to the exercise's folder
    submissions: int = 1
    done: list[str] = field(default_factory=list)
    deserves: str = KEEPS

    @property
    def cells(self) -> list[Any]:
        found: list[Any] = self.nb["cells"]
        return found

    def pick(self, *roles: str) -> Cell:
        """A cell of the notebook that is still whole, by its role: answer, check, locked, text."""
        return self.rng.choice([c for c in self.cells if isinstance(c, dict) and role(c) in roles])

    def encode(self) -> None:
        """From here on the notebook and the answers are bytes."""
        self.data = json.dumps(self.nb, ensure_ascii=self.rng.random() < 0.5, indent=self.rng.choice([None, 1])).encode(
            "utf-8", "surrogatepass"
        )
        if self.answers is not None:
            self.kept = json.dumps(self.answers, indent=1).encode()

    def write(self, inbox: Path) -> None:
        """Lay it below the folder of a class."""
        folder = inbox / self.top / self.work
        folder.mkdir(parents=True)
        held = self.files | {self.file: self.data} | ({} if self.kept is None else {self.kept_as: self.kept})
        for name, data in held.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for change in self.after:
            change(folder)


Mutation = Callable[[Draft], str]


def role(cell: Cell) -> str:
    """What a released cell is for."""
    meta = cell.get("metadata")
    marks = meta.get("nbgrader") if isinstance(meta, dict) else None
    if not isinstance(marks, dict):
        return "text"
    if marks.get("solution"):
        return "answer"
    return "check" if marks.get("grade") else "locked"


def junk(rng: random.Random, depth: int = 3) -> Any:
    """Any value that JSON can hold, and the constants that Python's writes beside it."""
    leaves: list[Any] = [None, True, False, 0, -1, 10**30, 1e308, float("nan"), float("inf"), "", "x", "\x00\x1b[2J"]
    leaves += [
        "\u202egpj",
        "\ud800",
        "<script>alert(1)</script>",
        "=cmd|'/c calc'!A1",
        "../../../etc/passwd",
        "é" * 300,
    ]
    made = rng.randrange(6) if depth else 0
    if made == 4:
        return [junk(rng, depth - 1) for _ in range(rng.randrange(4))]
    if made == 5:
        return {str(junk(rng, 0)): junk(rng, depth - 1) for _ in range(rng.randrange(4))}
    return rng.choice(leaves)
