"""What the trainer named, as files with safe paths: from a folder or a zip, none of them read before it is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from simlab.grading.intake import LITTER, is_notebook
from simlab.grading.untrusted import Folder, RefusedError, listing, read_below, shown

LONGEST = 200  # bytes of one name, which every file system takes
_DRIVE = re.compile(r"^[A-Za-z]:")


@dataclass(frozen=True)
class Member:
    """One file: the parts of its path, and how to get its bytes, at most so many. `load` raises RefusedError.

    `fault` says why it is not taken; where it is `hostile`, the whole submission is not.
    """

    parts: tuple[str, ...]
    load: Callable[[int], bytes]
    fault: str = ""
    is_hostile: bool = False
    is_folder: bool = False


@dataclass
class Work:
    """One submission on its way: whose, of which exercise ('' where nothing says it), what it holds."""

    learner: str
    assignment: str
    came_as: str
    members: list[Member] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: RefusedError | None = None


class Tree(Protocol):
    """The names at the top of what was named, and the files below each, their paths without that name."""

    def tops(self) -> list[str]: ...

    def below(self, top: str) -> list[Member]: ...


def parts_of(name: str) -> tuple[tuple[str, ...], str]:
    """(the parts of a path before the first that is no name, what is wrong with that one)."""
    path = name.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path):
        return (), "is an absolute path"
    good: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            return tuple(good), "leads out of its folder ('..')"
        if "\0" in part:
            return tuple(good), "holds a NUL in its name"
        if len(part.encode("utf-8", "surrogateescape")) > LONGEST:
            return tuple(good), f"has a name of more than {LONGEST} bytes"
        good.append(part)
    return tuple(good), "" if good else "has no name"


def is_litter(parts: tuple[str, ...]) -> bool:
    return any(LITTER.match(p) for p in parts)


def hides_work(parts: tuple[str, ...]) -> bool:
    """Whether this is a notebook where a learner's exercise would be, below a name that begins with a dot."""
    is_one = len(parts) >= 3 and parts[-3].startswith(".") and parts[-3] not in (".git", ".ipynb_checkpoints")
    return is_one and is_notebook(parts[-1]) and not is_litter(parts[-2:]) and "__MACOSX" not in parts


class FolderTree:
    """A folder that the trainer named; no link in it is followed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with Folder.open(path) as top:
            self._kinds = {n: top.kind(n) for n in top.names() if not LITTER.match(n)}

    def tops(self) -> list[str]:
        return list(self._kinds)

    def inner(self, name: str) -> FolderTree | None:
        """A folder in it, None where that is no plain folder."""
        return FolderTree(self._path / name) if self._kinds.get(name) == "folder" else None

    def below(self, top: str) -> list[Member]:
        if self._kinds[top] == "file":
            return [Member((), lambda cap: self._read(top, "", cap))]
        try:
            with Folder.open(self._path) as outer, outer.enter(top) as inner:
                names = listing(inner)
        except (RefusedError, OSError) as e:
            return [Member((), nothing, str(e), is_hostile=True)]
        return [Member((), nothing, is_folder=True), *self._members(top, names)]

    def _members(self, top: str, names: list[str]) -> Iterator[Member]:
        for name in names:
            if not is_litter(parts := tuple(name.split("/"))):
                yield Member(parts, lambda cap, name=name: self._read(top, name, cap))  # type: ignore[misc]

    def _read(self, top: str, name: str, cap: int) -> bytes:
        with Folder.open(self._path) as outer:
            return read_below(outer, f"{top}/{name}" if name else top, cap)


def nothing(cap: int) -> bytes:
    return b""


def said_of(parts: tuple[str, ...]) -> str:
    """A path that a stranger chose, fit to print."""
    return shown("/".join(parts))


def refusal(e: Exception) -> RefusedError:
    """Why one submission is not taken: a fault of ours over a stranger's file is its outcome, not the batch's end."""
    if isinstance(e, RefusedError):
        return e
    return RefusedError(f"a fault of the grader ({type(e).__name__}) while it was laid out")
