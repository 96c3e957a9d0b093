"""Answers beside the notebook, in `answers.json`: what widgets and the terminal record.

    {"version": 1, "answers": {"stolen-backup": {"value": "keys-apart", "at": "2026-03-02T09:00:00Z"}},
     "history": [{"question": ..., "value": ..., "at": ...}, ...]}

A file is written whole or not at all, a damaged one is kept aside, and two notebooks that write at
once lose nothing: the last answer to a question counts, the history holds both.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

from simlab import personal
from simlab.errors import InputError
from simlab.exercise.files import locked, move, write_whole

NAME = "answers.json"
VERSION = 1
CAP = 1_000_000  # bytes of a whole file
QUESTIONS, HISTORY = 500, 2_000
TEXT, LIST = 20_000, 100
_QUESTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

Table = dict[str, Any]


class Answers:
    """The answers of one folder. `notes` says in words what was found wrong and where it was kept."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.path = self.folder / NAME
        self.notes: list[str] = []

    def values(self) -> dict[str, Any]:
        """The value of each answered question."""
        return {q: entry["value"] for q, entry in self._read()["answers"].items()}

    def get(self, question: str, default: Any = None) -> Any:
        return self.values().get(question, default)

    def history(self) -> list[Table]:
        """Every answer ever given, oldest first: question, value, at."""
        return list(self._read()["history"])

    def give(self, question: str, value: Any, *, at: str | None = None) -> None:
        """Record an answer; `at` is a UTC time as text (None: now).

        Raises InputError for a value that is not text, a number or a list of texts, or is too
        large, and where the folder cannot be written.
        """
        self._change({question: value}, at, keep=True)

    def put_aside(self, instead: Table, *, at: str | None = None) -> None:
        """Take every answer away, at one stroke, and record these instead; the history keeps them all. Raises InputError."""
        self._change(instead, at, keep=False)

    def _change(self, values: Table, at: str | None, *, keep: bool) -> None:
        for question, value in values.items():
            if problem := _bad_entry(question, value):
                raise InputError(problem)
        values = {question: self._masked(value) for question, value in values.items()}
        when = at or dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        try:
            with locked(self.folder / ".answers.lock"):
                kept = self._read()
                kept["answers"] = (kept["answers"] if keep else {}) | {
                    q: {"value": v, "at": when} for q, v in values.items()
                }
                kept["history"] += [{"question": q, "value": v, "at": when} for q, v in values.items()]
                self._write(kept)
        except OSError as e:
            raise InputError(f"your answer could not be kept in {self.path}: {e.strerror or e}") from None

    def _masked(self, value: Any) -> Any:
        """The value without what looks like a real person's data; each kind of it is noted in words."""
        parts = value if isinstance(value, list) else [value]
        found = [each for part in parts if isinstance(part, str) for each in personal.find(part)]
        self.notes += [said for said in dict.fromkeys(map(str, found)) if said not in self.notes]
        return personal.clean(value)

    def _read(self) -> Table:
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return {"version": VERSION, "answers": {}, "history": []}
        except OSError as e:
            raise InputError(f"{self.path} cannot be read: {e.strerror or e}") from None
        try:
            found = _parse(raw, NAME)
        except InputError as e:
            return self._set_aside(str(e), {})
        if found["version"] > VERSION:
            raise InputError(f"{NAME} was written by a newer simlab (version {found['version']}): install that one")
        faults = _faults(found)
        return self._set_aside("; ".join(faults), found) if faults else found

    def _set_aside(self, problem: str, found: Table) -> Table:
        """Keep the damaged file under another name, and go on with the entries that are sound."""
        aside = next(p for i in range(1, 10_000) if not (p := self.folder / f"answers.damaged-{i}.json").exists())
        with contextlib.suppress(FileNotFoundError):  # another notebook met it first, and moved it
            move(self.path, aside)
        self.notes.append(f"{NAME} was damaged ({problem}). It is kept as {aside.name}; answers go into a new file.")
        whole = _sound(found)
        if whole["answers"] or whole["history"]:
            self._write(whole)
        return whole

    def _write(self, kept: Table) -> None:
        kept["history"] = kept["history"][-HISTORY:]
        text = json.dumps(kept, ensure_ascii=False, indent=1)
        while len(text.encode("utf-8", "surrogatepass")) > CAP and kept["history"]:
            kept["history"] = kept["history"][len(kept["history"]) // 2 + 1 :]
            text = json.dumps(kept, ensure_ascii=False, indent=1)
        if len(text.encode("utf-8", "surrogatepass")) > CAP or len(kept["answers"]) > QUESTIONS:
            raise InputError(f"{NAME} is full ({QUESTIONS} questions, {CAP} bytes): shorten your longest answers")
        write_whole(self.path, text.encode("utf-8"))


def read_untrusted(path: Path, cap: int = CAP) -> dict[str, Any]:
    """The value of each answered question, from a file that somebody else wrote; {} without a file.

    Follows no link, reads a plain file only and at most `cap` bytes, and takes the exact shape
    above or nothing. Raises InputError in words.
    """
    raw = _plain_bytes(Path(path), cap)
    if raw is None:
        return {}
    found = _parse(raw, Path(path).name)
    faults = _faults(found)
    if found["version"] != VERSION:
        faults.insert(0, f"version {found['version']} is not {VERSION}")
    if faults:
        raise InputError(f"{Path(path).name}: {faults[0]}")
    return {q: entry["value"] for q, entry in found["answers"].items()}


def _plain_bytes(path: Path, cap: int) -> bytes | None:
    # Neither a link nor a pipe may stand in for the file, also not one put there between two looks.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if stat.S_ISLNK(os.lstat(path).st_mode):
            raise InputError(f"{path.name} is a link: hand in the file itself")
        handle = os.open(path, flags)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise InputError(f"{path.name} is not a plain file")
            with os.fdopen(handle, "rb", closefd=False) as f:
                raw = f.read(cap + 1)
        finally:
            os.close(handle)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as e:
        raise InputError(f"{path.name} cannot be read: {getattr(e, 'strerror', None) or e}") from None
    if len(raw) > cap:
        raise InputError(f"{path.name} is larger than {cap} bytes")
    return raw


def _parse(raw: bytes, shown: str) -> Table:
    """A JSON table that has the three keys, each of its type. Raises InputError."""
    try:
        found = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise InputError(f"{shown} is not UTF-8 text") from None
    except (ValueError, RecursionError) as e:
        raise InputError(f"{shown} is not valid JSON: {str(e)[:100]}") from None
    shape = {"version": int, "answers": dict, "history": list}
    if type(found) is not dict or any(type(found.get(k)) is not t for k, t in shape.items()):
        raise InputError(f"{shown} must hold version, answers and history")
    return found


def _once(pairs: list[tuple[str, Any]]) -> Table:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key stands there twice")
    return table


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a value")


def _faults(found: Table) -> list[str]:
    faults = [f"unknown key {k[:40]!r}" for k in found if k not in ("version", "answers", "history")]
    if len(found["answers"]) > QUESTIONS:
        faults.append(f"more than {QUESTIONS} questions")
    faults += [p for q, entry in found["answers"].items() if (p := _bad_answer(q, entry))]
    return faults + ["a history entry is not of the known shape"] * (not all(map(_is_past, found["history"])))


def _sound(found: Table) -> Table:
    answers = {q: e for q, e in found.get("answers", {}).items() if not _bad_answer(q, e)}
    history = [e for e in found.get("history", []) if _is_past(e)]
    return {"version": VERSION, "answers": dict(list(answers.items())[:QUESTIONS]), "history": history}


def _bad_answer(question: str, entry: Any) -> str:
    if type(entry) is not dict or set(entry) != {"value", "at"} or type(entry["at"]) is not str:
        return f"the answer to {question[:40]!r} must hold value and at"
    return _bad_entry(question, entry["value"])


def _bad_entry(question: Any, value: Any) -> str:
    """What is wrong with a question's name or an answer's value, or ""."""
    if type(question) is not str or not _QUESTION.fullmatch(question):
        return f"{str(question)[:40]!r} is no question's name: letters, digits, . _ -"
    for part in value if type(value) is list else [value]:
        if type(part) is str and len(part) <= TEXT and not re.search("[\ud800-\udfff]", part):
            continue
        if type(part) not in (int, float, bool) or part != part or abs(part) > 1e15:
            return f"the answer to {question!r} must be text (up to {TEXT} characters), a number, or a list of them"
    return f"the answer to {question!r} has more than {LIST} parts" if type(value) is list and len(value) > LIST else ""


def _is_past(entry: Any) -> bool:
    return type(entry) is dict and set(entry) == {"question", "value", "at"} and not _bad_answer(
        entry["question"] if type(entry["question"]) is str else "", {"value": entry["value"], "at": entry["at"]}
    )  # fmt: skip
