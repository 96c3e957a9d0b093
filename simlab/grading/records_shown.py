"""How the `records` commands say what they found: tables, JSON, files, and lines on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simlab.errors import InputError

if TYPE_CHECKING:
    from simlab.records import Kept, Register


def named(what: str, items: Iterable[str]) -> None:
    """Each item on a line of standard error, tamed."""
    from simlab.exercise.wire import tame

    for item in items:
        click.echo(f"{what}: {tame(item)}", err=True)


def as_json(value: Any) -> None:
    """A value as one line of JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False))


def write(path: Path, text: str, encoding: str) -> None:
    """A file with exactly this text. Raises InputError."""
    try:
        path.write_text(text, encoding=encoding, newline="")
    except OSError as e:
        raise InputError(f"{path}: cannot be written: {e.strerror or e}") from None


def table(lines: list[Kept]) -> None:
    """Entries as a table, as wide as the terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from simlab.exercise.wire import tame

    table = Table("no.", "at", "kind", "person", "lesson", "score", "passed", "keep until", box=box.SIMPLE)
    for kept in lines:
        e = kept.entry
        assert e is not None
        points = "" if e.score is None else f"{e.score:g} of {e.maximum or 0:g}"
        passed = "" if e.passed is None else "yes" if e.passed else "no"
        lesson = " ".join(filter(None, (e.lesson, e.item))) or e.track
        cells = (str(kept.n), e.at[:10], e.kind, e.name or e.person, lesson, points, passed, str(e.retain_until))
        table.add_row(*(Text(tame(c)) for c in cells))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    click.echo(f"{len(lines)} entries.")


def notes(register: Register) -> None:
    """What was found wrong in the file, and mended."""
    for note in register.notes:
        click.echo(f"note: {note}", err=True)


def verified(told: dict[str, Any], notes: list[str]) -> None:
    """What `verify` found, in sentences."""
    for note in notes:
        click.echo(f"note: {note}", err=True)
    if "last" in told:
        click.echo(f"The register is whole: {told['lines']} lines. Keep the last link somewhere else: {told['last']}")
    if "certificate" in told:
        c = told["certificate"]
        click.echo(f"The certificate is as it was issued: {c['name'] or c['person']}, {c['track']}, {c['at'][:10]}.")
    if "problem" in told:
        click.echo(f"error: {told['problem']}", err=True)
