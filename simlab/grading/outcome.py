"""What came of one submission, and the limits within which it ran: plain data, to and from JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simlab.errors import GradingError
from simlab.exercise.protocol import Detail

GRADED, REPAIRED = "graded", "repaired"
BY_PERSON = "by a person"  # the kind of a check that only a person has marked
TIMED_OUT, OUT_OF_MEMORY, KERNEL_DIED = "timed out", "out of memory", "kernel died"
UNREADABLE, QUARANTINED = "unreadable", "quarantined"
OUTCOMES = (
    GRADED,
    REPAIRED,
    TIMED_OUT,
    OUT_OF_MEMORY,
    KERNEL_DIED,
    UNREADABLE,
    QUARANTINED,
)


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds are wall clock unless the name says CPU; sizes are MB."""

    cell_seconds: int = 30
    notebook_seconds: int = 300
    cpu_seconds: int = 240
    memory_mb: int = 2048
    processes: int = 64
    file_mb: int = 128
    disk_mb: int = 256
    output_mb: int = 5
    reply_kb: int = 1024


@dataclass(frozen=True)
class CheckResult:
    """One graded cell: `name` is its grade_id; `points` of `maximum`; a message that teaches."""

    name: str
    kind: str
    points: float
    maximum: float
    message: str
    details: tuple[Detail, ...] = ()
    cite: str = ""


@dataclass(frozen=True)
class Before:
    """What the same work had before a regrade: `checks` gives the points by grade_id, `at` when (ISO 8601 UTC)."""

    outcome: str
    points: float | None
    maximum: float
    checks: Mapping[str, float] = field(default_factory=dict, hash=False)
    at: str = ""


@dataclass(frozen=True)
class Outcome:
    """One submission's result.

    `outcome` is one of OUTCOMES; `points` is None where the work could not be graded, which is not
    a 0. `isolated` is False when learners' code ran without the box, `judged` is False when any
    mark came from plain asserts inside the learner's own process. `needs_person` names the cells
    that a person must mark, and why stands in their message or in `reason`. `needs_regrade` says why
    the marks should be made anew ('' when they need not), `before` what they were before a regrade,
    `grader` which versions made them. `comments` are a person's own words, as (cell, text).
    """

    learner: str
    assignment: str
    outcome: str
    points: float | None
    maximum: float
    checks: tuple[CheckResult, ...] = ()
    repairs: tuple[str, ...] = ()
    reason: str = ""
    isolated: bool = True
    judged: bool = True
    needs_person: tuple[str, ...] = ()
    needs_regrade: str = ""
    before: Before | None = None
    grader: str = ""
    comments: tuple[tuple[str, str], ...] = ()

    @property
    def is_graded(self) -> bool:
        return self.points is not None

    def changed(self) -> dict[str, tuple[float | None, float | None]]:
        """Each check whose points a regrade changed: before and now, None where it was or is not marked."""
        if self.before is None:
            return {}
        old = self.before.checks
        # What a person has marked since is not the regrade's doing.
        new = {c.name: c.points for c in self.checks if c.name in old or c.kind != BY_PERSON}
        names = dict.fromkeys([*new, *old])
        return {n: (old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)}

    def with_(self, **changes: Any) -> Outcome:
        """The same outcome with some fields changed, such as `repairs` that intake made."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> str:
        """JSON text that `from_json` reads back."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1)

    def write(self, path: Path) -> None:
        """Write as UTF-8 JSON, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_text(self.to_json() + "\n", encoding="utf-8")
        part.replace(path)


def from_json(text: str) -> Outcome:
    """The Outcome in a text that `Outcome.to_json` made. Raises GradingError."""
    try:
        data = json.loads(text)
        data["checks"] = tuple(_check(c) for c in data.get("checks", ()))
        for name in ("repairs", "needs_person"):
            data[name] = tuple(data.get(name, ()))
        if data.get("before"):
            data["before"] = Before(**data["before"])
        data["comments"] = tuple((str(cell), str(text)) for cell, text in data.get("comments", ()))
        return Outcome(**data)
    except (ValueError, TypeError, KeyError) as e:
        raise GradingError(f"not an outcome file: {e}; grade the submission again") from e


def _check(data: dict[str, Any]) -> CheckResult:
    details = tuple(Detail(**d) for d in data.pop("details", ()))
    return CheckResult(**data, details=details)


def read(path: Path) -> Outcome:
    """The outcome kept in a file, `course/results/<assignment>/<learner>.json`. Raises GradingError."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as e:
        raise GradingError(f"{path.name}: cannot be read: {e}") from e
