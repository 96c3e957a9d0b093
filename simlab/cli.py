"""The `simlab` command. Each room brings its own subcommand, imported only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from simlab import __version__
from simlab.errors import SimlabError
from simlab.lean import lean

# Subcommand: (where it lives, its one line in `simlab --help`, said here so that help stays quick).
Commands = dict[str, tuple[str, str]]
COMMANDS: Commands = {
    "lab": ("simlab.notebook.command:lab", "Open the course in JupyterLab."),
    "submit": ("simlab.exercise.command:submit", "Pack an exercise for your trainer."),
    "release": ("simlab.grading.command:release_command", "Make exercises from solutions (trainers)."),
    "grade": ("simlab.grading.command:grade_command", "Mark a folder of submissions (trainers)."),
    "variant": (
        "simlab.grading.variant_command:variant_command",
        "Show what one learner is asked, and what is right (trainers).",
    ),
    "results": ("simlab.grading.command:results_command", "Show or export results (trainers)."),
    "mark": ("simlab.grading.mark_command:mark", "Mark written answers by rubric, and compare markers (trainers)."),
    "feedback": ("simlab.grading.mark_command:feedback_command", "Write learners' pages again (trainers)."),
    "detect": ("simlab.detection.command:detect_command", "Look for what is wrong in a log: rules and baselines."),
    "access-review": (
        "simlab.detection.review_command:access_review_command",
        "Review who may do what and should not, from a log.",
    ),
    "assess": ("simlab.controls.assessment.command:assess_command", "Look for weaknesses in how an insurer is set up."),
    "respond": ("simlab.response.command:respond_command", "Say what an incident makes due: to whom, by when, why."),
    "notice": (
        "simlab.response.notice_command:notice",
        "Notices of a breach: check a draft, write one, letters to those affected.",
    ),
    "records": ("simlab.grading.records_command:records", "Keep, check and export training records (trainers)."),
    "organization": ("simlab.organization:command", "Your organization's own facts: a sample, a check."),
    "policy": ("simlab.controls.documents.command:policy_command", "What members are told, from the rules in force."),
    "insurer": ("simlab.cli:insurer", "Build, describe and fingerprint the simulated insurer."),
    "roleplay": ("simlab.dialogue.command:roleplay", "Play role-plays, and print the observer's sheet."),
    "tabletop": ("simlab.tabletop.command:tabletop", "Run, replay and report tabletop exercises."),
    "lesson": ("simlab.curriculum.command:lesson", "Make and check lessons (authors)."),
    "doctor": ("simlab.doctor:doctor", "Say what is missing on this machine, and how to mend it."),
    "demo": ("simlab.demo:demo", "The whole thread without a browser, in about a minute."),
}
# `simlab insurer ...`: several rooms give it a command, and a room knows only those before it.
INSURER: Commands = {
    "build": ("simlab.insurer.command:build", "Write an insurer's tables as Parquet."),
    "describe": ("simlab.insurer.command:describe", "Say in words and tables what is in one."),
    "digest": ("simlab.insurer.command:digest_command", "Print the fingerprint of one, the same on every computer."),
    "export-fhir": ("simlab.insurer.command:export_fhir", "Write a handful of members as FHIR R4B."),
    "run": ("simlab.activity.command:run", "Write what happens there, day by day, as a signed log."),
}


class Rooms(click.Group):
    """A group that imports a room when its command is called, so that `simlab --help` is quick."""

    def __init__(self, *args: Any, rooms: Commands | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rooms = rooms or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.rooms)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.rooms:
            return None
        module, name = self.rooms[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.rooms.items()])


@click.command(cls=Rooms, rooms=INSURER)
def insurer() -> None:
    """Larkspur Health Plan, the simulated insurer: its tables, and what happens in it."""


@click.command(cls=Rooms, rooms=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="simlab")
def simlab() -> None:
    """A simulated health insurer for learning to keep members' information confidential."""


def main(args: list[str] | None = None) -> Any:
    """Run a command; what went wrong is said in words, never as a traceback of ours.

    Exit codes: 0 done, 1 a command's own "not all is well", 2 it could not be done.
    """
    lean()
    # nbgrader starts `alembic` by name: an environment that is not activated has no PATH to it.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not be UTF-8
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return simlab.main(args=args, prog_name="simlab", standalone_mode=True)
    except SimlabError as e:
        click.echo(f"simlab: {e}", err=True)
        sys.exit(2)
