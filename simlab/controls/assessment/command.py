"""`simlab assess`: what is weak in how an insurer is set up, the worst first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import TypeAdapter, ValidationError

from simlab.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from simlab.controls.inforce import Controls

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("assess")
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--members", type=int, default=None, help="How many members, where no FOLDER is given.")
@click.option("--seed", type=int, default=None, help="Which insurer, where no FOLDER is given.")
@click.option("--control", "pairs", multiple=True, metavar="NAME=VALUE", help="A control in force, as mfa=passkey.")
@click.option("--worst", type=click.IntRange(1), default=None, metavar="N", help="Only the N worst.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, and nothing else.")
def assess_command(
    folder: Path | None,
    members: int | None,
    seed: int | None,
    pairs: tuple[str, ...],
    worst: int | None,
    as_json: bool,
) -> None:
    """Look for weaknesses in how an insurer is set up: the one in FOLDER, or of --members and --seed.

    With --control the settings are those of simlab's controls in force, the others as they are if nothing is
    said. Points say what to mend first; no law gives weights.
    """
    from simlab.controls.assessment import Company, assess
    from simlab.insurer.command import chosen

    insurer, controls = chosen(folder, members, seed), _controls(pairs)
    found = assess(Company.of(insurer, controls))
    shown = found if worst is None else found.head(worst)
    if as_json:
        for row in shown.to_dict("records"):
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    _show(shown)
    click.echo(
        f"{len(found):,} weaknesses" + (f", the {len(shown)} worst are shown." if len(shown) < len(found) else ".")
    )


def _controls(pairs: tuple[str, ...]) -> Controls | None:
    """The controls in force; None where none is named. Raises InputError, UnknownName."""
    from simlab.controls.inforce import Controls

    if not pairs:
        return None
    given: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"--control {pair}: write NAME=VALUE, as mfa=passkey")
        given[name.strip()] = _value(value.strip())
    return Controls().with_(**given)


def _value(text: str) -> Any:
    """What a value is meant to be: yes and no, a whole number, or a word."""
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if text.lower() in words:
        return words[text.lower()]
    try:
        return TypeAdapter(int).validate_python(text)
    except ValidationError:
        return text


def _show(found: pd.DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("", "severity", "points", "what is weak", "what mends it", "source")
    for row in found.to_dict("records"):
        source = row["cite"] + ("" if row["basis"] == "law" else " (the plan's own choice)")
        cells = (row["rank"], row["severity"], row["score"], row["says"], row["remedy"], source)
        table.add_row(*(Text(str(cell)) for cell in cells))
    if len(found):
        Console(width=None if Console().is_terminal else 150).print(table)
