"""`simlab insurer run`: a year at the company, written as a log."""

from __future__ import annotations

import datetime as dt
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simlab import clock
from simlab.errors import InputError

if TYPE_CHECKING:
    from simlab.activity.incident import Step
    from simlab.insurer import Insurer

_INCIDENT = re.compile(r"^(?P<step>[a-z-]+)@(?P<time>[^,]+)(?P<parameters>(?:,[a-z_]+=[^,]*)*)$")
_FORM = "write STEP@TIME, as in bulk-export@2026-05-03T02:00Z,records=900"


@click.command("run")
@click.argument("built", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="LOG", type=click.Path(path_type=Path), help="The folder of the log.")
@click.option("--days", default=365, show_default=True, help="How many days.")
@click.option("--start", default=f"{clock.YEAR}-01-01", show_default=True, metavar="DATE", help="The first day.")
@click.option("--seed", type=int, help="Chance of what happens; without DIR, of who is there too.  [default: 1]")
@click.option("--members", type=int, help="Without DIR: how many members the insurer has.  [default: 10,000]")
@click.option("--incident", "incidents", multiple=True, metavar="STEP@TIME", help="A step of an incident; repeatable.")
@click.option("--key", "key_file", metavar="FILE", type=click.Path(path_type=Path), help="A signing key (PEM) to use.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def run(
    built: Path | None,
    out: Path,
    days: int,
    start: str,
    seed: int | None,
    members: int | None,
    incidents: tuple[str, ...],
    key_file: Path | None,
    quiet: bool,
) -> None:
    """Write what happens at an insurer (DIR, as `simlab insurer build` made it) as a log.

    The log is a folder of Parquet files by month, chained and signed. What is true of it, which events
    belong to an incident, lies in LOG-truth beside it, with the signing key: keep that folder to
    yourself. A step takes its own parameters after its time: bulk-export@2026-05-03T02:00Z,records=900.
    """
    from simlab.activity.year import truth_folder, write_year
    from simlab.draft import require_free
    from simlab.insurer.command import SEED, chosen
    from simlab.progress import progress

    require_free(out)
    first, key = _date(start), _key(key_file) if key_file else None
    insurer, chance = chosen(built, members, seed if built is None else None), SEED if seed is None else seed
    steps = [_step(insurer, text, f"I{n + 1:02d}", chance) for n, text in enumerate(incidents)]
    with progress("days", quiet=quiet, counts_down=True) as bar:
        task = bar.add_task("", total=days)
        done = functools.partial(bar.advance, task)
        write_year(insurer, out, start=first, days=days, seed=chance, steps=steps, key=key, on_days=done)
    click.echo(f"{out}: {days} days are written. The truth about them: {truth_folder(out)}.")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--start {text!r}: write a date as 2026-01-01") from None


def _step(insurer: Insurer, text: str, incident: str, seed: int) -> Step:
    """A step as it is asked for in one word. Raises InputError."""
    from simlab.activity import steps

    found = _INCIDENT.match(text)
    if not found:
        raise InputError(f"--incident {text!r}: {_FORM}")
    try:
        when = dt.datetime.fromisoformat(found["time"])
    except ValueError:
        raise InputError(f"--incident {text!r}: {found['time']!r} is no time: {_FORM}") from None
    given = dict(part.split("=", 1) for part in found["parameters"].split(",")[1:])
    maker = steps.get(found["step"])
    asked = {name: _value(name, value, maker.parameters.get(name, "")) for name, value in given.items()}
    return maker(insurer, at=clock.micros(when), seed=seed, incident=incident, **asked)


def _value(name: str, text: str, takes: str) -> Any:
    """A parameter's value, by what the step says that it takes; what does not fit is refused by the step."""
    if name == "over":
        return clock.seconds(text) * clock.SECOND
    if takes == "true or false":
        return {"true": True, "false": False}.get(text, text)
    return int(text) if takes.startswith("a whole number") and re.fullmatch(r"-?\d+", text) else text


def _key(path: Path) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise InputError(f"--key {path.name}: is missing, or is no private key without a password in PEM") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"--key {path.name}: is no Ed25519 key")
    return key
