"""A learner's workspace: copies of the lessons and exercises, and what is the learner's own.

    WORKSPACE/home.ipynb  lessons/*.ipynb  exercises/NN-name/NN-name.ipynb (+ answers.json)
              submissions/  .simlab/learner.json  .simlab/manifest.json

`prepare` may be run again at any time: it brings what is new, and leaves what the learner changed.
"""

from __future__ import annotations

import getpass
import json
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import simlab
from simlab.errors import InputError, UnknownName
from simlab.exercise.files import write_whole
from simlab.exercise.shipped import digest, place, questions, shipped, written

STATE = ".simlab"
PRACTICE = "practice"
# What file managers leave behind: a folder with nothing else is empty.
CLUTTER = {".DS_Store", "desktop.ini", "Thumbs.db", ".ipynb_checkpoints"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9_-]|[A-Za-z0-9]")
# Names that no Windows folder may have.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """What `prepare` did, as paths below `folder`; `kept` are files of the learner's that differ."""

    folder: Path
    learner: str
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def text(self) -> str:
        """The report in a few lines."""
        lines = [f"Workspace {self.folder} of {self.learner}."]
        for words, paths in (("Added", self.added), ("Updated", self.updated)):
            lines += [f"{words}: {', '.join(self._named(p) for p in paths)}"] if paths else []
        if self.kept:
            tail = "To get the newer version, rename yours and run this again."
            lines.append(f"Kept as you changed them, though a newer version exists: {', '.join(self.kept)}. {tail}")
        if not (self.added or self.updated or self.kept):
            lines.append("Everything is up to date.")
        return "\n".join([*lines, *self.notes])

    def _named(self, path: str) -> str:
        """A lesson or an exercise by its title; other files by their path."""
        title = _read_json(self.folder / path).get("metadata", {}).get("title") if path.endswith(".ipynb") else ""
        return f"{title} ({path})" if isinstance(title, str) and title else path


@dataclass(frozen=True)
class Workspace:
    """A workspace that exists, and whose it is."""

    folder: Path
    learner: str

    def exercises(self) -> list[str]:
        """The names of the exercises that are there, sorted."""
        below = self.folder / "exercises"
        # A notebook under another name is still that exercise's: see simlab.exercise.copies.
        return sorted(p.name for p in below.glob("*") if next(p.glob("*.ipynb"), None))

    def exercise(self, name: str) -> Path:
        """The folder of an exercise, by its name, number or a part of its name. Raises UnknownName."""
        names = self.exercises()
        close = [n for n in names if name in (n, *n.split("-", 1))] or [n for n in names if name and name in n]
        if name in names or len(close) == 1:
            return self.folder / "exercises" / (name if name in names else close[0])
        raise UnknownName("exercise", name, names)


def prepare(folder: Path | str, learner: str | None = None) -> Report:
    """Make a workspace, or bring one up to date; nothing that the learner changed is overwritten.

    Raises InputError for the course's own folder, for a folder that holds other things, for an id
    that cannot be a folder's name, and where nothing can be written.
    """
    root = Path(folder).expanduser().resolve()
    _refuse(root)
    before = _learner_at(root)
    ident = check_id(learner) if learner else before or default_id()
    notes = [f"The learner's id was {before} and is now {ident}."] if before and before != ident else []
    try:
        for name in (STATE, "submissions"):
            (root / name).mkdir(parents=True, exist_ok=True)
        _write_json(root / STATE / "learner.json", {**_read_json(root / STATE / "learner.json"), "learner": ident})
        return _refresh(root, ident, tuple(notes))
    except OSError as e:
        where = e.filename or root
        said = f"cannot write {where}: {e.strerror or e}. Choose a folder of your own with --workspace"
        raise InputError(said) from None


def find(start: Path | str) -> Workspace:
    """The workspace that `start` lies in. Raises InputError."""
    here = Path(start).expanduser().resolve()
    for folder in (here, *here.parents):
        learner = _learner_at(folder)
        if learner:
            return Workspace(folder, learner)
        if (folder / STATE / "learner.json").is_file():
            raise InputError(f"{folder / STATE / 'learner.json'} is damaged: `simlab lab` on {folder} mends it")
    raise InputError(f"no workspace at {here} or above it: go to your workspace, or make one with `simlab lab`")


def learner_of(start: Path | str) -> str:
    """The learner whose workspace `start` lies in; a fixed id where there is none."""
    try:
        return find(start).learner
    except InputError:
        return PRACTICE


def role_of(start: Path | str) -> str:
    """The track that the learner of this workspace has chosen; "" before, and outside a workspace."""
    try:
        folder = find(start).folder
    except InputError:
        return ""
    return str(_read_json(folder / STATE / "learner.json").get("role", ""))


def choose_role(folder: Path | str, role: str) -> None:
    """Keep the learner's track beside their id. Raises InputError outside a workspace or where it cannot be written."""
    root = find(folder).folder
    path = root / STATE / "learner.json"
    try:
        _write_json(path, {**_read_json(path), "role": check_id(role)})
    except OSError as e:
        raise InputError(f"cannot write {path}: {e.strerror or e}") from None


def check_id(learner: str) -> str:
    """The id itself, if a folder may bear it on every system. Raises InputError."""
    if not _ID.fullmatch(learner) or _RESERVED.fullmatch(learner) or ".." in learner:
        raise InputError(f"{learner!r} cannot be a learner's id: up to 64 letters, digits, . _ - such as ana.lopez")
    return learner


def default_id() -> str:
    """An id from the name by which this computer knows its user."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = ""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    cleaned = re.sub(r"\.{2,}", ".", re.sub(r"[^A-Za-z0-9._-]+", "-", plain)).strip("._-")[:60].strip("._-")
    return f"user-{cleaned}".rstrip("-") if not cleaned or _RESERVED.fullmatch(cleaned) else cleaned


def _refuse(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise InputError(f"{root} is a file: a workspace is a folder")
    if (root / "simlab" / "__init__.py").exists() or (root / "nbgrader_config.py").exists():
        raise InputError(f"{root} is the course itself: choose another folder, such as {root.parent / 'my-course'}")
    if any((root / STATE / name).is_file() for name in ("learner.json", "manifest.json")):
        return
    try:
        others = sorted(p.name for p in root.iterdir() if p.name not in CLUTTER) if root.exists() else []
    except OSError as e:
        raise InputError(f"{root} cannot be read: {e.strerror or e}") from None
    # A first preparation that was interrupted has left its own state and nothing else.
    if others and others != [STATE]:
        shown = ", ".join(others[:3]) + (" ..." if len(others) > 3 else "")
        raise InputError(f"{root} holds other things ({shown}): choose an empty folder, or one that is a workspace")


def _learner_at(folder: Path) -> str:
    try:
        known = _read_json(folder / STATE / "learner.json")
        return check_id(str(known.get("learner", "")))
    except InputError:
        return ""


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_json(path: Path, value: Any) -> None:
    write_whole(path, (json.dumps(value, indent=1, sort_keys=True) + "\n").encode())


def manifest(root: Path) -> dict[str, str]:
    """The digest of each file as it was handed out, by path below the workspace."""
    files = _read_json(root / STATE / "manifest.json").get("files", {})
    return {str(k): str(v) for k, v in files.items()} if isinstance(files, dict) else {}


def _refresh(root: Path, learner: str, notes: tuple[str, ...]) -> Report:
    before, told = manifest(root), _told(root)
    after = dict(before)
    done: dict[str, list[str]] = {"added": [], "updated": [], "kept": [], "unchanged": []}
    for path, raw in shipped():
        what = place(root / path, raw, before.get(path, ""), told.get(path, ""))
        done[what].append(path)
        if what != "kept":
            after[path], told[path] = digest(raw), written(raw)
    asked, now = _read_json(root / STATE / "manifest.json").get("questions", {}), questions()
    notes = (*notes, *_reworded(asked if isinstance(asked, dict) else {}, now))
    kept = {"version": 1, "content": simlab.__version__, "files": after, "written": told, "questions": now}
    _write_json(root / STATE / "manifest.json", kept)
    return Report(root, learner, **{k: tuple(v) for k, v in done.items()}, notes=notes)


def _reworded(before: dict[str, Any], now: dict[str, str]) -> list[str]:
    """What has become of the questions that were asked before, in words."""
    changed = [q for q, d in before.items() if q in now and now[q] != d]
    gone = [q for q in before if q not in now]
    said = [f"asked in other words now: {len(changed)}"] if changed else []
    said += [f"no longer asked: {len(gone)}"] if gone else []
    return [f"Questions {'; '.join(said)}. What you answered stays in the history of your answers."] if said else []


def _told(root: Path) -> dict[str, str]:
    """What was written in each file as it was handed out (see `written`), by path below the workspace."""
    found = _read_json(root / STATE / "manifest.json").get("written", {})
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
