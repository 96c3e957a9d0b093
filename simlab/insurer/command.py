"""`simlab insurer`: write an insurer as Parquet, fingerprint one, and say what is in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from simlab.errors import InputError
from simlab.insurer.insurer import Insurer
from simlab.insurer.storage import Told

MEMBERS, SEED = 10_000, 1
_FOLDER = click.Path(file_okay=False, path_type=Path)


def _which(required: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The two options that say which insurer."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        members = click.option("--members", type=int, default=None, help=f"How many members; {MEMBERS:,} if not given.")
        seed = click.option("--seed", type=int, default=None, help=f"Which insurer; {SEED} if not given.")
        return members(seed(command))

    return add


@click.command("build")
@_which()
@click.option("--out", required=True, type=_FOLDER, help="The folder to write; nothing may be there yet.")
def build(members: int | None, seed: int | None, out: Path) -> None:
    """Write an insurer's tables into a folder, one Parquet file each.

    The same members and seed give the same tables on every computer: `simlab insurer digest` shows it.
    """
    from simlab.insurer.storage import write

    insurer = _made(members, seed)
    with progress() as told:
        write(insurer, out, told)
    rows = sum(len(insurer.table(name)) for name in ("members", "claims"))
    click.echo(f"{out}: {insurer.size:,} members, {rows - insurer.size:,} claims.")


@click.command("digest")
@click.argument("folder", type=_FOLDER, required=False)
@_which()
def digest_command(folder: Path | None, members: int | None, seed: int | None) -> None:
    """Print the fingerprint of the insurer in FOLDER, or of the one with --members and --seed.

    All rows are read, and a file that was changed is refused.
    """
    click.echo(chosen(folder, members, seed).digest())


def chosen(folder: Path | None, members: int | None, seed: int | None) -> Insurer:
    """The insurer in a folder, or else the one that is asked for. Raises InputError for both at once."""
    if folder is None:
        return _made(members, seed)
    if members is not None or seed is not None:
        raise InputError("give a folder, or --members and --seed: a folder holds its own")
    return Insurer.read(folder)


def _made(members: int | None, seed: int | None) -> Insurer:
    return Insurer.build(SEED if seed is None else seed, MEMBERS if members is None else members)


@contextmanager
def progress() -> Iterator[Told]:
    """A bar in a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda name, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("Building"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda name, done, total: bar.update(task, completed=done, total=total, description=name)
