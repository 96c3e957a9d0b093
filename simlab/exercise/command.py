"""`simlab submit`: hand in an exercise."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("submit")
@click.argument("name", required=False)
@click.option(
    "--to", metavar="FOLDER", help="The trainer's folder (your workspace's own submissions folder if left out)."
)
@click.option("--workspace", metavar="DIR", help="Your workspace (the one you are in if left out).")
def submit(name: str | None, to: str | None, workspace: str | None) -> None:
    """Hand in an exercise: NAME is its name, number or a part of its name."""
    import datetime as dt

    from simlab.exercise.submit import submit as hand_in
    from simlab.exercise.workspace import find

    here = find(workspace or Path.cwd())
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    receipt = hand_in(here, name or _standing_in(here.folder), to, at)
    click.echo(receipt.text())


def _standing_in(workspace: Path) -> str | None:
    """The exercise whose folder is the current one, if any."""
    here, home = Path.cwd().resolve(), workspace / "exercises"
    return here.relative_to(home).parts[0] if here != home and here.is_relative_to(home) else None
