"""Tasks worked on the page, such as finding the false line of a statement: one module a task.

A task is drawn from the simulated company by a seed, so each learner meets their own; its module has

    make(seed, **options) -> material     what is shown: frozen, the same for the same seed
    judge(material, answer) -> Verdict    `answer` as it is kept: None, text, a number, or a list of them
    text(material, answer) -> str         for a terminal, print and a page without widgets
    full(material) -> answer              what earns everything
    MISTAKES                              {name: material -> answer}: plausible wrong ways

Adding a module here is all that is needed. What is right follows from the material, so somebody who
reads this code can work it out; as can somebody who reads the statement.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from simlab.errors import UnknownName
from simlab.exercise.protocol import Verdict


class Task(Protocol):
    MISTAKES: Mapping[str, Callable[[Any], Any]]

    def make(self, seed: int, **options: Any) -> Any: ...

    def judge(self, material: Any, answer: Any) -> Verdict: ...

    def text(self, material: Any, answer: Any) -> str: ...

    def full(self, material: Any) -> Any: ...


def names() -> list[str]:
    """The ids of all tasks, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def get(name: str) -> Task:
    """The task of that name. Raises UnknownName."""
    if name not in names():
        raise UnknownName("task", name, names())
    return cast(Task, importlib.import_module(f"{__name__}.{name}"))


def mistaken(name: str, material: Any, way: str) -> Any:
    """The answer of somebody who goes wrong in that way. Raises UnknownName."""
    ways = get(name).MISTAKES
    if way not in ways:
        raise UnknownName("way to go wrong", way, ways)
    return ways[way](material)


__all__ = ["Task", "get", "mistaken", "names"]
