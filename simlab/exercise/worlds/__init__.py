"""Worlds that a learner's work is put into: one module a world, its name is its id.

A world module has `promise` (what is scored, both sides, said to the learner beforehand) and
`play(spec, context)`, a check's play (see protocol); `ready()` does beforehand what is the same for all
learners, where many are marked in one go. Adding a module here is all that is needed.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from simlab.errors import UnknownName
from simlab.exercise.protocol import CheckSpec, Context, Play


class World(Protocol):
    promise: str

    def play(self, spec: CheckSpec, context: Context) -> Play: ...

    def ready(self) -> None: ...


def names() -> list[str]:
    """The ids of all worlds, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def get(name: str) -> World:
    """The world of that name. Raises UnknownName."""
    if name not in names():
        raise UnknownName("world", name, names())
    return cast(World, importlib.import_module(f"{__name__}.{name}"))


__all__ = ["World", "get", "names"]
