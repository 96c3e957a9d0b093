"""What a workspace is given: every file that ships, what is asked in it, and how one file is put in its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from simlab.content import names, resource
from simlab.errors import ContentError, UnknownName
from simlab.exercise.files import write_whole
from simlab.exercise.items import load_items

AUTHORS = "OBJECTIVES.md"  # a table for authors, beside the lessons
_HOME = {
    "cells": [
        {"cell_type": "markdown", "id": "home-title", "metadata": {}, "source": "# Larkspur Health Plan: your course"},
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "home-page",
            "metadata": {},
            "outputs": [],
            "source": "# Run this cell to see your lessons and exercises\nfrom simlab.notebook import home\n\nhome()",
        },
    ],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def shipped() -> Iterator[tuple[str, bytes]]:
    """Every file that a workspace gets: its path below the workspace and its bytes."""
    home: bytes | None = None
    for part in ("lessons", "exercises"):
        for path, raw in _tree(part):
            if path == "lessons/home.ipynb":
                home = raw
            else:
                yield path, raw
    yield "home.ipynb", home or (json.dumps(_HOME, indent=1) + "\n").encode()


def _tree(part: str) -> Iterator[tuple[str, bytes]]:
    try:
        root = resource(part)
    except UnknownName:
        return
    for path in sorted(root.rglob("*")):
        below = path.relative_to(root)
        # Answers given while trying out an exercise in the clone are nobody's to be handed.
        hidden = any(p.startswith((".", "__pycache__", "answers.")) for p in below.parts) or below.name == AUTHORS
        if path.is_file() and not path.is_symlink() and not hidden:
            yield f"{part}/{below.as_posix()}", path.read_bytes()


def questions() -> dict[str, str]:
    """A digest of each question as it is asked now, by its id; a file that cannot be read has none."""
    found: dict[str, str] = {}
    for stem in names("items"):
        try:
            sheet = load_items(resource("items", f"{stem}.yml"))
        except (ContentError, UnknownName):
            continue
        found |= {
            i.id: digest(json.dumps([i.stem, [[o.id, o.text] for o in i.options]]).encode())[:12] for i in sheet.items
        }
    return found


def written(raw: bytes) -> str:
    """A digest of what a person wrote in a notebook: its cells, without what running and saving leave in it."""
    try:
        cells = json.loads(raw)["cells"]
        texts = [[c["cell_type"], c["source"] if isinstance(c["source"], str) else "".join(c["source"])] for c in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        return digest(raw)
    return digest(json.dumps(texts).encode())


def place(target: Path, raw: bytes, handed_out: str, told: str = "") -> str:
    """Put one file in its place unless the learner has changed what is there; says what was done."""
    if not target.exists() and not target.is_symlink():
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, raw)
        return "added"
    if target.is_symlink() or not target.is_file():
        return "kept"
    there = target.read_bytes()
    here = digest(there)
    if here == digest(raw):
        return "unchanged"
    if here != handed_out and told and told == written(there):  # run and saved, and otherwise as it was handed out
        if told == written(raw):
            return "unchanged"
    elif here != handed_out:
        return "kept" if digest(raw) != handed_out else "unchanged"
    write_whole(target, raw)
    return "updated"


def digest(raw: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(raw).hexdigest()
