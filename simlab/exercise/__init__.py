"""What the learner's kernel holds: checks, answers, workspace, submitting.

`protocol`, `wire` and `probe` are what a check says to the learner's process; `kinds` and `worlds`
are the checks themselves; `check` (module live) is the object that notebooks use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simlab.exercise.answers import Answers
    from simlab.exercise.live import Check, check
    from simlab.exercise.shown import Question, Result
    from simlab.exercise.workspace import Report, Workspace, find, prepare

# Loaded when first used: a probe in a fresh kernel must not wait for all of them.
_HOMES = {
    "Answers": "answers",
    "Check": "live",
    "Question": "shown",
    "Report": "workspace",
    "Result": "shown",
    "Workspace": "workspace",
    "check": "live",
    "find": "workspace",
    "prepare": "workspace",
}


def __getattr__(name: str) -> Any:
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = ["Answers", "Check", "Question", "Report", "Result", "Workspace", "check", "find", "prepare"]
