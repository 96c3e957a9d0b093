"""The trainer's command `simlab variant`: what one learner meets, and what is right for them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simlab.errors import SimlabError
from simlab.exercise.variant import MOST
from simlab.grading.options import COURSE

if TYPE_CHECKING:
    from simlab.grading.variants import Met

SHOWN = 6  # calls of a round that the text shows


@click.command("variant")
@click.argument("learner")
@click.argument("exercise", required=False)
@click.option("--attempt", default=1, show_default=True, type=click.IntRange(1, MOST), help="Which try of theirs.")
@click.option("--run-solution", is_flag=True, help="Run the solution in the box for the results that are right.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, with every call.")
@COURSE
def variant_command(
    learner: str, exercise: str | None, attempt: int, run_solution: bool, as_json: bool, home: Path
) -> None:
    """Show what LEARNER meets in EXERCISE (in every one without it), and what is right for them."""
    from simlab.grading import variants

    try:
        opened = variants.home_of(home)
        names = [opened.require(exercise)] if exercise else opened.assignments()
        found = {n: variants.of(opened, learner, n, attempt, run_solution=run_solution) for n in names}
    except SimlabError as e:
        click.echo(f"error: {e}", err=True)
        sys.exit(2)
    if as_json:
        told = [{"name": name, "checks": [asdict(m) for m in checks]} for name, checks in found.items()]
        whole = {"learner": learner, "attempt": attempt, "exercises": told}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=1, default=repr))
        return
    for name, checks in found.items():
        click.echo(f"{name} as {learner} meets it, try {attempt}")
        for met in checks:
            click.echo("\n".join(["", *_lines(met)]))
        click.echo("")


def _lines(met: Met) -> list[str]:
    from simlab.exercise.wire import tame
    from simlab.grading.feedback import number

    named = f": {met.kept_as}" if met.kept_as not in ("", met.check) else ""
    out = [f"{met.check} ({met.kind}, {number(met.points)} points){named}"]
    out += [f"  {line}" for line in met.shown]
    if met.right is not None:
        out.append(f"  Right: {', '.join(map(str, met.right)) if isinstance(met.right, list | tuple) else met.right}")
    if met.draws:
        out.append(f"  The judge's seed is {met.seed}. Its first round of {len(met.draws)} calls:")
        out += [f"    {call}" for call in met.draws[:SHOWN]]
        left = len(met.draws) - SHOWN
        out += [f"    and {left} more (--json has all)"] if left > 0 else []
    return [tame(line) for line in out]
