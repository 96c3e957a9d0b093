"""`simlab respond`: what an incident makes due, as text, JSON or a page."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from simlab.errors import InputError


@click.command("respond")
@click.argument("path", metavar="FACTS.yml", type=click.Path(path_type=Path))
@click.option(
    "--at", "on", metavar="DATE", help="The day on which you ask: shows what is past, and which law's text is old."
)
@click.option("--form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write it there, for the screen.")
@click.option(
    "--letters", metavar="FILE.csv", type=click.Path(path_type=Path), help="Write each recipient as a row too."
)
def respond_command(path: Path, on: str | None, form: str, out: Path | None, letters: Path | None) -> None:
    """Say whether the incident of FACTS.yml is a breach, who must be told by when, and why.

    The file holds what is known, in the words of `simlab.response.Facts`; what is left out is not known, and the
    answer shows what each outcome would lead to. Training material, not legal advice.
    """
    from simlab.response.answer import answer
    from simlab.response.incident import load_incident
    from simlab.response.shown import as_html, as_plain, as_text

    found = answer(load_incident(path), at=_day(on))
    if letters is not None and found.recipients.empty:
        raise InputError(f"--letters: {path.name} names no insurer and member_ids, so there is nobody to write to")
    forms = {
        "text": as_text,
        "html": as_html,
        "json": lambda a: json.dumps(as_plain(a), ensure_ascii=False, indent=1) + "\n",
    }
    text = forms[form](found)
    if letters is not None:
        _write(letters, found.recipients.map(_cell).to_csv(index=False))
    if out is not None:
        _write(out, text)
        click.echo(f"Written to {out}.")
    else:
        click.echo(_tame(text), nl=False)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"--at {text!r}: write a day as 2026-03-10") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as e:
        raise InputError(f"{path}: cannot be written: {e.strerror or e}") from None


def _cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _tame(text: str) -> str:
    """Text without what would steer a terminal: a facts file may hold anything."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
