"""Every error that simlab raises on purpose, in one tree.

    SimlabError
    ├── ContentError        a data file is wrong: file, line, key, and what would be right
    ├── InputError          what a person or a command handed in is wrong
    │   └── UnknownName     a name that is not there, with the names that are
    ├── TamperedError       protected data was changed, moved, or opened with the wrong key
    ├── LogError            the tamper-evident log does not verify; names the first bad record
    ├── DeniedError         a control refused, with its reason
    ├── GradingError        grading could not start, or one submission has no outcome
    │   └── SandboxError    the box that runs learners' code is missing or leaks
    └── SessionError        a tabletop session's log does not fit its scenario

A message says what is wrong, where (`file: key`), and what would be right.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class SimlabError(Exception):
    """Base of all errors that simlab raises on purpose; its text is fit for a person to read."""


class ContentError(SimlabError):
    """A content file is wrong.

    `file` is its name below `simlab/content`, `line` counts from 1 (None: the file as a whole),
    `key` is the dotted path to the value.
    """

    def __init__(self, file: str, problem: str, *, line: int | None = None, key: str = "") -> None:
        self.file, self.problem, self.line, self.key = file, problem, line, key
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {self.told}")

    @property
    def told(self) -> str:
        """What is wrong without the file: the key and the problem."""
        return f"{self.key}: {self.problem}" if self.key else self.problem


class InputError(SimlabError):
    """What a person or a command handed in is wrong."""


class UnknownName(InputError):
    """A name that is not there; says which are, nearest first."""

    def __init__(self, kind: str, name: object, known: Iterable[object]) -> None:
        names = sorted(str(k) for k in known)
        near = get_close_matches(str(name), names, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
        super().__init__(f"no {kind} named {str(name)!r}: {hint}there are: {shown or 'none'}")


class TamperedError(SimlabError):
    """Protected data was changed, moved to another place, or opened with the wrong key."""


class LogError(SimlabError):
    """The tamper-evident log does not verify; `record` is the first bad record's position."""

    def __init__(self, problem: str, *, record: int | None = None) -> None:
        self.record, self.problem = record, problem
        super().__init__(problem if record is None else f"record {record}: {problem}")


class DeniedError(SimlabError):
    """A control refused; the text says why."""


class GradingError(SimlabError):
    """Grading could not start, or one submission could not be given an outcome."""


class SandboxError(GradingError):
    """The box that runs learners' code is missing, or does not hold."""


class SessionError(SimlabError):
    """A tabletop session's log does not fit its scenario, or an action is not possible now."""
