"""`simlab roleplay`: list, play in a terminal, lint, and print the observer's sheet."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from simlab.dialogue import lint as rules
from simlab.dialogue.engine import Played, play
from simlab.dialogue.model import Dialogue, load, names
from simlab.dialogue.sheet import sheet
from simlab.errors import ContentError


@click.group()
def roleplay() -> None:
    """Role-plays: list, play, check, and print the observer's sheet."""


@roleplay.command("list")
def list_() -> None:
    """Every role-play, with whose work it is; a file that is wrong is named."""
    for name in names():
        try:
            it = load(name)
            click.echo(f"{name:22} {it.title}  [{', '.join(it.roles) or 'everybody'}]")
        except ContentError as e:
            click.echo(f"{name:22} {e}", err=True)


@roleplay.command("play")
@click.argument("name")
@click.option("--seed", default=0, help="Draws the member and the variant. [0]")
def play_(name: str, seed: int) -> None:
    """Play one: type the number of what you say."""
    it, choices = load(name), list[str]()
    played = play(it, choices, seed)
    click.echo(f"{it.title}\n\n{played.scene.fill(it.moment)}")
    while played.turn is not None:
        click.echo(f"\n{played.scene.fill(it.cast.other.name)}: {played.scene.fill(played.turn.says)}\n")
        for number, option in enumerate(played.turn.options, 1):
            click.echo(f"  {number}. {played.scene.fill(option.text)}")
        most = len(played.turn.options)
        picked = click.prompt("You", type=click.IntRange(1, most))
        choices.append(played.turn.options[picked - 1].id)
        played = play(it, choices, seed)
        last = played.transcript[-1]
        click.echo(f"\n{last.follows}\n{last.why}")
    click.echo(f"\n{debrief(it, played)}")


def debrief(it: Dialogue, played: Played) -> str:
    """How it ended, and what the rule says, in plain text."""
    other = played.scene.fill(it.cast.other.name)
    each = [
        f"{c} to {other if to == 'other' else to}{'' if fine else ' (not theirs to hear)'}"
        for c, to, fine in played.told
    ]
    told = list(dict.fromkeys(each))
    lines = [
        "It went well." if played.passed else "Not yet: play it again.",
        f"Told: {', '.join(told) or 'nothing'}.",
        f"The need was {'met' if played.served else 'not met'}: {played.scene.fill(it.need)}",
        *(f"Harm: {harm}" for harm in played.harms),
        f"The law: {played.scene.fill(it.debrief.law)} ({'; '.join(it.debrief.cite)})",
        f"Good practice: {played.scene.fill(it.debrief.practice)}",
    ]
    return "\n".join(lines)


@roleplay.command("lint")
@click.argument("wanted", nargs=-1)
def lint_(wanted: tuple[str, ...]) -> None:
    """What is wrong with role-plays (all, or those named); exit code 1 if there is an error."""
    found = []
    for name in wanted or names():
        try:
            found += rules.lint(load(name))
        except ContentError as e:
            found.append(rules.Finding(name, str(e), "mend the file"))
    for finding in found:
        click.echo(f"{'error' if finding.is_error else 'warning'}: {finding}")
    errors = sum(f.is_error for f in found)
    click.echo(f"{len(wanted or names())} role-plays, {errors} errors, {len(found) - errors} warnings.")
    sys.exit(1 if errors else 0)


@roleplay.command("sheet")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write it. [observer-NAME.html]")
@click.option("--seed", default=0, help="Draws the member and the variant. [0]")
def sheet_(name: str, out: Path | None, seed: int) -> None:
    """The observer's sheet as a page to print."""
    path = out or Path(f"observer-{name}.html")
    path.write_text(sheet(load(name), seed), encoding="utf-8")
    click.echo(f"Wrote {path}.")
