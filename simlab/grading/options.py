"""Options that several of the trainer's commands have."""

from __future__ import annotations

from pathlib import Path

import click

COURSE = click.option(
    "--course",
    "home",
    default=".",
    type=click.Path(file_okay=False, path_type=Path),
    help="The course's folder, which holds solutions/.",
    show_default=True,
)
