"""What exercises need beside nbgrader, got ready once a batch: the worlds that work is played in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from simlab.exercise import worlds
from simlab.grading.course import Course

# How the fork server is told: by its environment, the one thing that it has before it imports.
_TOLD = "SIMLAB_WORLDS"
# In a notebook's JSON the quotes are escaped.
_PLAYED = re.compile(r"check\.simulate\(\s*\\?[\"'](\w+)")


def played(home: Course, assignments: Iterable[str]) -> set[str]:
    """The worlds that solutions name in `check.simulate`; a name that is none is the check's own trouble."""
    found: set[str] = set()
    for path in (p for name in assignments for p in sorted(home.solutions.glob(f"{name}/*.ipynb"))):
        found |= set(_PLAYED.findall(path.read_text(encoding="utf-8", errors="replace")))
    return found & set(worlds.names())


def tell(names: Iterable[str]) -> None:
    """Say to the fork server, which is to be started, which worlds to make ready."""
    os.environ[_TOLD] = " ".join(sorted(names))


def make_ready() -> None:
    """Make ready what was told, in the fork server."""
    for name in os.environ.pop(_TOLD, "").split():
        worlds.get(name).ready()
