"""`simlab access-review`: who may do what and should not, from a log and the records beside it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from simlab.detection.command import moment_of, tamed


@click.command("access-review")
@click.argument("log", metavar="LOG", type=click.Path(path_type=Path))
@click.option("--insurer", "folder", metavar="DIR", type=click.Path(path_type=Path), help="The insurer's own tables.")
@click.option("--from", "since", metavar="DATE", help="From this day or moment on (UTC), as 2026-03-01.")
@click.option("--to", "until", metavar="DATE", help="Up to this day, or up to this moment (UTC).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, and nothing else.")
def access_review_command(log: Path, folder: Path | None, since: str | None, until: str | None, as_json: bool) -> None:
    """Review who holds which account and right, the worst first: LOG is a log's folder.

    The company's records are those beside the log; with --insurer those of a folder that `simlab insurer build`
    has written, where the contracts are too. Each finding says what would be right, and on what that rests.
    """
    from simlab.detection.access_review import access_review
    from simlab.insurer import Insurer

    begin, end = moment_of("--from", since, False), moment_of("--to", until, True)
    books = log if folder is None else Insurer.read(folder)
    found = access_review(log, books, since=begin, until=end)
    if as_json:
        for row in found.to_dict("records"):
            click.echo(json.dumps({str(k): list(v) if isinstance(v, tuple) else v for k, v in row.items()}))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("severity", "what was found", "what would be right", "source")
    for row in found.to_dict("records"):
        source = row["cite"] + ("" if row["basis"] == "law" else " (the plan's own choice)")
        table.add_row(*(Text(tamed(str(cell))) for cell in (row["severity"], row["says"], row["right"], source)))
    if len(found):
        Console(width=None if Console().is_terminal else 150).print(table)
    click.echo(f"{len(found):,} findings.")
