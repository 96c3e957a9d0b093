"""Observer's sheets: what a third person saw and scored while two played a role-play aloud (observation of practice).

    FOLDER/<learner>/observations/<dialogue>-<n>.json

A sheet is a stranger's file: it is read as plain data, never followed as a link, and a bad one is
named while the others are taken in. The observer's note stays in the sheet and out of the register.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.errors import InputError, UnknownName

CAP = 50_000  # bytes of one sheet
MOST = 100_000  # sheets of one folder
KEYS = frozenset({"dialogue", "learner", "observer", "at", "scores", "note"})


@dataclass(frozen=True)
class Sheet:
    """One sheet; `digest` is the SHA-256 of the file, `at` UTC."""

    dialogue: str
    learner: str
    observer: str
    at: dt.datetime
    scores: dict[str, int]
    digest: str
    path: Path

    @property
    def points(self) -> int:
        return sum(self.scores.values())

    @property
    def maximum(self) -> int:
        return 2 * len(self.scores)


@dataclass(frozen=True)
class Bad:
    """A sheet that was set aside, and why."""

    path: str
    why: str


def collect(folder: Path, known: Mapping[str, tuple[str, ...]], now: dt.datetime) -> tuple[list[Sheet], list[Bad]]:
    """Every sheet below a folder, and what cannot be taken in. `known`: criteria by role-play.

    Raises InputError where the folder itself cannot be read.
    """
    good: list[Sheet] = []
    bad: list[Bad] = []
    for path in _files(folder):
        shown = "/".join(path.relative_to(folder).parts).encode("utf-8", "replace").decode()
        try:
            good.append(read(path, known, now))
        except InputError as e:
            bad.append(Bad(shown, str(e)))
    return good, bad


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder: it holds <learner>/observations/*.json")
    count = 0
    try:
        for learner in sorted(os.scandir(folder), key=lambda e: e.name):
            inner = Path(learner.path) / "observations"
            if not learner.is_dir(follow_symlinks=False) or inner.is_symlink() or not inner.is_dir():
                continue
            for path in sorted(inner.iterdir()):
                if path.name.startswith(".") or path.suffix.lower() != ".json":
                    continue
                count += 1
                if count > MOST:
                    raise InputError(f"{folder}: more than {MOST} sheets: take them in by smaller folders")
                yield path
    except OSError as e:
        raise InputError(f"{folder} cannot be read: {e.strerror or e}") from None


def read(path: Path, known: Mapping[str, tuple[str, ...]], now: dt.datetime) -> Sheet:
    """One sheet, checked against its role-play. Raises InputError, UnknownName."""
    raw = _bytes(path)
    try:
        data = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InputError("is no JSON text in UTF-8: keep the sheet again from its page") from None
    if type(data) is not dict or set(data) != KEYS:
        raise InputError(f"must hold exactly {', '.join(sorted(KEYS))}")
    learner, observer = _person(data, "learner"), _person(data, "observer")
    if learner != path.parent.parent.name:
        raise InputError(f"is about {learner!r} and lies in the folder of another")
    if learner.casefold() == observer.casefold():
        raise InputError("observer and learner are one person: somebody else must watch")
    if type(data["dialogue"]) is not str:
        raise InputError("dialogue: must be a role-play's id")
    if data["dialogue"] not in known:
        raise UnknownName("role-play", data["dialogue"], known)
    scores = _scores(data["scores"], known[data["dialogue"]])
    digest = hashlib.sha256(raw).hexdigest()
    return Sheet(data["dialogue"], learner, observer, _moment(data["at"], now), scores, digest, path)


def _bytes(path: Path) -> bytes:
    # Neither a link nor a pipe may stand in for the file, also not one put there between two looks.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if path.is_symlink():
            raise InputError("is a link: hand in the sheet itself")
        handle = os.open(path, flags)
        with os.fdopen(handle, "rb") as f:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise InputError("is not a plain file")
            raw = f.read(CAP + 1)
    except OSError as e:
        raise InputError(f"cannot be read: {e.strerror or e}") from None
    if len(raw) > CAP:
        raise InputError(f"is larger than {CAP // 1000} kB")
    return raw


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _person(data: dict[str, Any], key: str) -> str:
    value = data[key]
    if type(value) is not str or not value.strip() or len(value) > 64 or not value.isprintable():
        raise InputError(f"{key}: must be an id of 1 to 64 characters")
    return value


def _scores(raw: Any, criteria: tuple[str, ...]) -> dict[str, int]:
    if type(raw) is not dict or set(raw) != set(criteria):
        raise InputError(f"scores: one for each of {', '.join(criteria)}")
    for name, value in raw.items():
        if type(value) is not int or value not in (0, 1, 2):
            raise InputError(f"scores.{name}: must be 0, 1 or 2")
    return {name: raw[name] for name in criteria}


def _moment(text: Any, now: dt.datetime) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
        moment = found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
    except (ValueError, AttributeError, OverflowError):
        raise InputError("at: must be a time such as 2026-03-31T09:00:00Z") from None
    if moment > now + dt.timedelta(days=1):
        raise InputError(f"at: {text} is still to come: set the clock of that machine, and keep the sheet again")
    return moment
