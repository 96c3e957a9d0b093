"""Who is in the workforce: `people.csv` beside `solutions/`, as the organization's own list has it.

Columns: id, name, track, team, joined, left. Only id is needed. Saved by a spreadsheet with commas or
semicolons. Without the file, people are known by their ids alone and nothing can be overdue.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from simlab.errors import InputError, UnknownName

NAME = "people.csv"
COLUMNS = ("id", "name", "track", "team", "joined", "left")
CAP = 20_000_000


@dataclass(frozen=True)
class Person:
    """One member of the workforce; `joined` and `left` are days, None where they are not known."""

    id: str
    name: str = ""
    track: str = ""
    team: str = ""
    joined: dt.date | None = None
    left: dt.date | None = None


def read(path: Path, tracks: Iterable[str] = ()) -> dict[str, Person]:
    """The people by id; {} without a file. Raises InputError with the line and what would be right."""
    try:
        if path.stat().st_size > CAP:
            raise InputError(f"{path.name} is larger than {CAP // 1_000_000} MB")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text: save it as 'CSV UTF-8'") from None
    except OSError as e:
        raise InputError(f"{path.name} cannot be read: {e.strerror or e}") from None
    return _people(text, path.name, tuple(tracks))


def _people(text: str, shown: str, tracks: tuple[str, ...]) -> dict[str, Person]:
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first and "," not in first else ",")
    names = [(n or "").strip().lower() for n in reader.fieldnames or ()]
    unknown = [n for n in names if n not in COLUMNS]
    if "id" not in names or unknown:
        wrong = f"unknown column {unknown[0]!r}" if unknown else "no column `id`"
        raise InputError(f"{shown}:1: {wrong}: the columns are {', '.join(COLUMNS)}")
    reader.fieldnames = names
    found: dict[str, Person] = {}
    try:
        for raw in reader:
            person = _person(raw, f"{shown}:{reader.line_num}", tracks)
            if person.id in found:
                raise InputError(f"{shown}:{reader.line_num}: id {person.id!r} stands there twice")
            found[person.id] = person
    except csv.Error as e:
        raise InputError(f"{shown}:{reader.line_num}: is no CSV: {e}") from None
    return found


def _person(raw: dict[str, str | None], at: str, tracks: tuple[str, ...]) -> Person:
    if None in raw:
        raise InputError(f"{at}: more cells than columns: put a name that holds a comma in quotes")
    cells = {k: (v or "").strip() for k, v in raw.items()}
    if not cells["id"]:
        raise InputError(f"{at}: no id")
    if tracks and cells.get("track") and cells["track"] not in tracks:
        raise InputError(f"{at}: {UnknownName('track', cells['track'], tracks)}")
    days = {k: _day(cells.get(k, ""), at, k) for k in ("joined", "left")}
    return Person(cells["id"], cells.get("name", ""), cells.get("track", ""), cells.get("team", ""), **days)


def _day(text: str, at: str, column: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{at}: {column} {text!r}: write a day as 2026-03-31") from None
