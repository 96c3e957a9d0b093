"""`simlab insurer`: write an insurer as Parquet, fingerprint one, and say what is in it."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simlab.errors import InputError
from simlab.insurer.insurer import Insurer
from simlab.progress import progress

if TYPE_CHECKING:
    import pandas as pd

    from simlab.insurer.describing import Description

MEMBERS, SEED = 10_000, 1
_FOLDER = click.Path(file_okay=False, path_type=Path)


def _which(command: Callable[..., None]) -> Callable[..., None]:
    """The two options that say which insurer."""
    members = click.option("--members", type=int, default=None, help=f"How many members; {MEMBERS:,} if not given.")
    seed = click.option("--seed", type=int, default=None, help=f"Which insurer; {SEED} if not given.")
    return members(seed(command))


@click.command("build")
@_which
@click.option("--out", required=True, type=_FOLDER, help="The folder to write; nothing may be there yet.")
def build(members: int | None, seed: int | None, out: Path) -> None:
    """Write an insurer's tables into a folder, one Parquet file each.

    The same members and seed give the same tables on every computer: `simlab insurer digest` shows it.
    """
    from simlab.insurer.storage import write

    insurer = _made(members, seed)
    with progress("Building") as bar:
        task = bar.add_task("", total=None)
        write(insurer, out, lambda name, done, total: bar.update(task, completed=done, total=total, description=name))
    rows = sum(len(insurer.table(name)) for name in ("members", "claims"))
    click.echo(f"{out}: {insurer.size:,} members, {rows - insurer.size:,} claims.")


@click.command("digest")
@click.argument("folder", type=_FOLDER, required=False)
@_which
def digest_command(folder: Path | None, members: int | None, seed: int | None) -> None:
    """Print the fingerprint of the insurer in FOLDER, or of the one with --members and --seed.

    All rows are read, and a file that was changed is refused.
    """
    click.echo(chosen(folder, members, seed).digest())


@click.command("describe")
@click.argument("folder", type=_FOLDER, required=False)
@_which
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output, for scripts.")
def describe(folder: Path | None, members: int | None, seed: int | None, as_json: bool) -> None:
    """Say in words and tables what is in the insurer in FOLDER, or in the one with --members and --seed."""
    from simlab.insurer.describing import describe as described

    found = described(chosen(folder, members, seed))
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), ensure_ascii=False, indent=1))
    else:
        _show(found)


@click.command("export-fhir")
@click.argument("folder", type=_FOLDER, required=False)
@_which
@click.option("--member", "ids", multiple=True, help="A member to export; may be given several times.")
@click.option("--count", type=click.IntRange(1, 100), default=5, show_default=True, help="How many, if none is named.")
@click.option(
    "--events", type=click.Path(path_type=Path), help="A log (Parquet file or folder): who did what with them."
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The JSON file to write.")
def export_fhir(
    folder: Path | None,
    members: int | None,
    seed: int | None,
    ids: tuple[str, ...],
    count: int,
    events: Path | None,
    out: Path,
) -> None:
    """Write a handful of members as a FHIR R4B Bundle.

    Patient, Coverage, ExplanationOfBenefit and Consent; with --events an AuditEvent for each event
    that names one of them. Every code is checked by its set, the form by fhir.resources where it is installed.
    """
    from simlab.insurer import fhir

    insurer = chosen(folder, members, seed)
    wanted = list(ids) or fhir.handful(insurer, count)
    log = _events(events, wanted) if events else None
    bundle = fhir.export(insurer, wanted, log)
    is_valid = fhir.validate(bundle)
    try:
        out.write_text(json.dumps(bundle, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    except OSError as e:
        raise InputError(f"{out}: cannot be written: {e.strerror or e}") from None
    form = "valid by fhir.resources" if is_valid else "codes checked; for the form, pip install 'simlab[fhir]'"
    click.echo(f"{out}: {len(bundle['entry'])} resources about {len(wanted)} members, {form}.")


def _events(path: Path, members: list[str]) -> pd.DataFrame:
    """The events of a log that name one of the members. Raises InputError where there is no log."""
    import duckdb

    from simlab import events
    from simlab.duck import connect

    parts = sorted(path.glob("month=*/*.parquet")) or [path / "records.parquet"]
    logs = [str(p) for p in (parts if path.is_dir() else [path])]
    columns = ", ".join(events.COLUMNS)
    query = f"SELECT {columns} FROM read_parquet(?) WHERE list_contains(?, member) ORDER BY time"  # noqa: S608
    try:
        with connect() as con:
            return con.execute(query, [logs, members]).df()
    except duckdb.Error as e:
        raise InputError(f"{path}: no log of events: {' '.join(str(e).splitlines()[0].split())}") from None


def chosen(folder: Path | None, members: int | None, seed: int | None) -> Insurer:
    """The insurer in a folder, or else the one that is asked for. Raises InputError for both at once."""
    if folder is None:
        return _made(members, seed)
    if members is not None or seed is not None:
        raise InputError("give a folder, or --members and --seed: a folder holds its own")
    return Insurer.read(folder)


def _made(members: int | None, seed: int | None) -> Insurer:
    return Insurer.build(SEED if seed is None else seed, MEMBERS if members is None else members)


def _show(found: Description) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from simlab.insurer.describing import ROWS

    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(found.title, highlight=False)
    sizes = Table("table", "rows", "one row is", box=box.SIMPLE)
    sizes.columns[1].justify = "right"
    for name, rows in found.sizes.items():
        sizes.add_row(name, f"{rows:,}", ROWS.get(name, ""))
    console.print(sizes)
    shares = Table("", "", "how many", "%", box=box.SIMPLE)
    shares.columns[2].justify = shares.columns[3].justify = "right"
    for at, share in enumerate(found.shares):
        is_new = not at or found.shares[at - 1].what != share.what
        shares.add_row(share.what if is_new else "", share.kind, f"{share.count:,}", f"{share.percent:.1f}")
    console.print(shares)
    for title, lines in found.examples.items():
        console.print(f"[bold]{title}[/bold]", *(f"  {escape(line)}" for line in lines), sep="\n", highlight=False)
