"""`simlab respond`: what an incident makes due, as text, JSON or a page."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from simlab.content import resource
from simlab.errors import InputError

FILE = click.Path(path_type=Path)


def _sample(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(resource("samples", "facts.yml").read_text(encoding="utf-8"), nl=False)
        ctx.exit()


@click.command("respond")
@click.argument("path", metavar="FACTS.yml", type=FILE)
@click.option(
    "--sample", is_flag=True, is_eager=True, expose_value=False, callback=_sample,
    help="Print a facts file to copy and change: it says what each key is for.",
)  # fmt: skip
@click.option(
    "--at", "on", metavar="DATE", help="The day on which you ask: shows what is past, and which law's text is old."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
@click.option("--html", metavar="FILE", type=FILE, help="Write it as a page to FILE, in place of text here.")
@click.option("--letters", metavar="FILE.csv", type=FILE, help="Write each recipient as a row too.")
def respond_command(path: Path, on: str | None, as_json: bool, html: Path | None, letters: Path | None) -> None:
    """Say whether the incident of FACTS.yml is a breach, who must be told by when, and why.

    Begin with `simlab respond --sample > facts.yml`. The file holds what is known; what is left out is not known,
    and the answer shows what each outcome would lead to. Training material, not legal advice.
    """
    from simlab.response.answer import answer
    from simlab.response.incident import load_incident
    from simlab.response.shown import as_html, as_plain, as_text
    from simlab.response.words import tame

    incident, at = load_incident(path), day("--at", on)
    try:
        found = answer(incident, at=at)
    except InputError as e:  # what is seen only when people and counts are put together
        raise InputError(f"{path.name}: {e}") from None
    if letters is not None:
        if found.recipients.empty:
            raise InputError(f"--letters: {path.name} names no insurer and member_ids, so there is nobody to write to")
        written(letters, found.recipients.map(_cell).to_csv(index=False))
    if html is not None:
        written(html, as_html(found))
        click.echo(f"Written: {html}")
    elif as_json:
        click.echo(json.dumps(as_plain(found), ensure_ascii=False, indent=1))
    else:
        click.echo(tame(as_text(found)), nl=False)


def day(option: str, text: str | None) -> dt.date | None:
    """The day that an option gives. Raises InputError."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{option} {text!r}: write a day as 2026-03-10") from None


def written(path: Path, text: str) -> None:
    """A file with that text. Raises InputError."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as e:
        raise InputError(f"{path}: cannot be written: {e.strerror or e}") from None


def _cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
