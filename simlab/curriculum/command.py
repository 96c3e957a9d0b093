"""`simlab lesson new | check | table`, for authors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from simlab.content.loader import CONTENT, PACKAGE
from simlab.errors import ContentError, InputError


def _root() -> Path:
    """The clone that this course is. Raises InputError where it is an installed package."""
    root = PACKAGE.parent
    if not (root / "solutions").is_dir():
        raise InputError("lessons are written in a clone of the course: go there, and run .venv/bin/simlab lesson")
    return root


@click.group()
def lesson() -> None:
    """Make a lesson, check its shape, and list its objectives (authors)."""


@lesson.command("new")
@click.argument("name", metavar="NN-NAME")
@click.option("--title", default="", help="What stands above the lesson. [from the story, or from NAME]")
def new_command(name: str, title: str) -> None:
    """Make lesson, questions, job aid, solution and exercise, with an example to replace."""
    from simlab.curriculum.new import new

    root = _root()
    made = new(root, CONTENT, name, title)
    # The exercise is generated from the solution, as for every lesson; that is the trainer's room.
    command = [sys.executable, "-m", "simlab", "release", name, "--course", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=root)
    if done.returncode:
        raise InputError(f"the exercise could not be made: {done.stderr.strip() or done.stdout.strip()}")
    for path in [*made, root / "exercises" / name / f"{name}.ipynb"]:
        click.echo(path.relative_to(root).as_posix())
    click.echo(f"Open lessons/{name}.ipynb in JupyterLab and replace the example. Then: simlab lesson check {name}")


@lesson.command("check")
@click.argument("name", metavar="[NN-NAME]", required=False)
def check_command(name: str | None) -> None:
    """Say what is not in the course's shape: one line a finding. Exit code 1 if there is any."""
    from simlab.curriculum import lesson as pages
    from simlab.curriculum.rules import RULES, check

    root = _root()
    known = [each.name for each in pages.lessons(root)]
    if name and name not in known:
        raise InputError(f"there is no lesson {name!r}: one of {', '.join(known)}")
    faults = 0
    for each in [name] if name else known:
        try:
            found = [str(f) for f in check(root, each)]
        except ContentError as e:
            found = [str(e)]
        faults += len(found)
        click.echo(f"{each}: {len(found) or 'no'} finding{'' if len(found) == 1 else 's'} of {len(RULES)} rules")
        for line in found:
            click.echo(f"  {line}")
    sys.exit(1 if faults else 0)


@lesson.command("table")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if the table is out of date.")
def table_command(check: bool) -> None:
    """Make lessons/OBJECTIVES.md: each objective, what practises it and what marks it."""
    from simlab.curriculum.objectives import TABLE, objectives_table

    root = _root()
    path, text = root / "lessons" / TABLE, objectives_table(root)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text == before:
        click.echo(f"lessons/{TABLE} is up to date.")
    elif check:
        click.echo(f"lessons/{TABLE} is out of date: run simlab lesson table")
        sys.exit(1)
    else:
        path.write_text(text, encoding="utf-8", newline="\n")
        click.echo(f"lessons/{TABLE} written.")
