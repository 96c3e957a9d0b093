"""The trainer's commands: `simlab release`, `simlab grade`, `simlab results`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simlab.errors import GradingError, SimlabError
from simlab.grading.options import COURSE
from simlab.progress import progress

if TYPE_CHECKING:
    from simlab.grading.course import Course
    from simlab.grading.outcome import Outcome

OK, PERSON, NOT_STARTED, STOPPED = 0, 1, 2, 130


@click.command("release")
@click.argument("name", required=False)
@click.option(
    "--check", is_flag=True, help="Write nothing: say which exercise is out of date, and check every notebook."
)
@click.option("--tidy", is_flag=True, help="First take outputs and editors' leftovers out of lessons and solutions.")
@COURSE
def release_command(name: str | None, check: bool, tidy: bool, home: Path) -> None:
    """Make exercises/NAME from solutions/NAME (all of them without NAME), and refuse what would leak."""
    from simlab.grading import course, release

    try:
        opened = course.open_course(home)
        if tidy:
            for file in release.tidy(opened):
                click.echo(f"tidied {file}")
        faults = [str(f) for f in release.check_notebooks(opened) if f.is_error and _is_ours(f.file)] if check else []
        try:
            done = release.release(opened, name, check)
        except SimlabError as e:
            faults += str(e).splitlines()
            done = []
    except SimlabError as e:
        _stop(str(e))
    for each in done:
        for finding in each.findings:
            click.echo(f"warning: {finding}", err=True)
        click.echo(f"{each.name}: {each.state}")
        _tell_regrades(opened, each.name)
    for line in dict.fromkeys(faults):
        click.echo(f"error: {line}", err=True)
    late = [d.name for d in done if d.state in (release.OUT_OF_DATE, release.MISSING)]
    if late:
        click.echo(f"error: run `simlab release` for {', '.join(late)}", err=True)
    sys.exit(PERSON if faults or late else OK)


def _tell_regrades(home: Course, name: str) -> None:
    from simlab.exercise.wire import tame
    from simlab.grading import telling, versions

    late = versions.need_regrading(home, name)
    if late:
        said = f"{len(late)} learner{'s need' if len(late) != 1 else ' needs'} regrading"
        click.echo(f"{name}: {said}: {tame(telling.people(late))}; `simlab grade FOLDER --regrade`")


def _is_ours(file: str) -> bool:
    """Whether a notebook is held to the house's style: not one of a course written for plain nbgrader."""
    parts = file.split("/")
    return parts[0] == "lessons" or parts[1][:2].isdigit()


@click.command("grade")
@click.argument("folder", type=click.Path(path_type=Path))
@COURSE
@click.option("--assignment", help="Grade this exercise only; what a download without names of exercises holds.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="How many at a time.")
@click.option("--regrade", is_flag=True, help="Grade again what was graded before, and show old and new points.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a submission on standard output.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page of outcomes.  [default: results/index.html in the course]",
)
@click.option("--unsafe-no-sandbox", is_flag=True, help="Run learners' code WITHOUT isolation; every report says so.")
def grade_command(
    folder: Path,
    home: Path,
    assignment: str | None,
    workers: int,
    regrade: bool,
    as_json: bool,
    unsafe_no_sandbox: bool,
    report_file: Path | None,
) -> None:
    """Grade FOLDER/<learner>/<assignment>/*.ipynb.

    FOLDER may also be a zip of such a folder; nbgrader's exchange (its inbound folder, or the course's
    folder around it) or submitted folder; or Moodle's download of all submissions, as a zip or unpacked.
    In a Moodle download, say which exercise it is with --assignment. A name that stands once in
    people.csv is that learner; the others are called participant-<number>.

    \b
    Exit code 0: every submission has an outcome and none needs a person.
              1: some need a person.    2: grading could not start.
    """
    from simlab.grading import batch, course, report, telling, versions

    if unsafe_no_sandbox:
        click.echo("WARNING: learners' code runs WITHOUT isolation, with all that you may read and write.", err=True)
    try:
        opened = course.open_course(home)
        place = report.place(opened, report_file)
        with _Shown(quiet=as_json) as shown:
            outcomes = batch.grade(
                folder,
                home,
                assignment=assignment,
                workers=workers,
                sandbox=not unsafe_no_sandbox,
                progress=shown,
                regrade=regrade,
            )
    except SimlabError as e:
        _stop(str(e))
    except KeyboardInterrupt:
        click.echo("Stopped. The same command goes on with what is missing.", err=True)
        sys.exit(STOPPED)
    if as_json:
        for o in outcomes:
            click.echo(json.dumps(asdict(o)))  # in ASCII: no text of a learner's steers a terminal
    else:
        _table(outcomes, home)
    try:
        report.write(opened, outcomes, place, versions.grader())
    except SimlabError as e:
        click.echo(f"error: {e}", err=True)
        sys.exit(PERSON)
    click.echo(f"Page of outcomes: {place}", err=as_json)
    sys.exit(PERSON if any(map(telling.needs_person, outcomes)) else OK)


@click.command("results")
@COURSE
@click.option("--csv", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write the rows to this file.")
@click.option("--items", is_flag=True, help="Item analysis: a row for each check instead of each submission.")
def results_command(home: Path, target: Path | None, items: bool) -> None:
    """Show every result of the course, or write them as CSV."""
    from simlab.grading import results

    try:
        if items:
            return _items(home, target)
        if target is None:
            _table([r.outcome.with_(points=r.points, needs_person=r.needs_person) for r in results.rows(home)], home)
        else:
            count = results.write(home, target)
            click.echo(f"{count} rows written to {target}")
    except SimlabError as e:
        _stop(str(e))


def _items(home: Path, target: Path | None) -> None:
    from simlab.grading import itemanalysis

    frame = itemanalysis.itemanalysis(home)
    if target is None:
        _frame(frame)
        return
    try:
        target.write_text(itemanalysis.as_csv(frame), encoding="utf-8-sig", newline="")
    except OSError as e:
        raise GradingError(f"{target}: cannot be written: {e.strerror or e}") from e
    click.echo(f"{len(frame)} rows written to {target}")


def _frame(frame: Any) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from simlab.exercise.wire import tame

    table = Table(*frame.columns, box=box.SIMPLE)
    for row in frame.itertuples(index=False):
        table.add_row(*(Text("-" if v != v else tame(f"{v:g}" if isinstance(v, float) else str(v))) for v in row))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    console.print(
        "difficulty: mean share of the points. discrimination: correlation with all other checks; '-' for few."
    )


def _stop(text: str) -> None:
    for line in text.splitlines():
        click.echo(f"error: {line}", err=True)
    sys.exit(NOT_STARTED)


class _Shown:
    """Progress: a bar with the time left in a terminal, one plain line for each submission elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self._quiet, self._shown = quiet, progress("Grading", counts_down=True)

    def __enter__(self) -> _Shown:
        self._bar = self._shown.__enter__()
        self._task = self._bar.add_task("", total=None)
        return self

    def __exit__(self, *exc: Any) -> None:
        self._shown.__exit__(*exc)

    def __call__(self, done: int, total: int, outcome: Outcome) -> None:
        self._bar.update(self._task, completed=done, total=total, description=outcome.learner)
        if self._bar.disable and not self._quiet:
            click.echo(f"[{done}/{total}] {outcome.learner} {outcome.assignment}: {_said(outcome)}", err=True)


def _said(outcome: Outcome) -> str:
    from simlab.grading.feedback import number

    points = f" {number(outcome.points)}/{number(outcome.maximum)}" if outcome.is_graded else ""
    return f"{outcome.outcome}{points}"


def _table(outcomes: list[Outcome], home: Path) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from simlab.exercise.wire import tame
    from simlab.grading import telling, versions

    now = versions.grader()
    table = Table("learner", "exercise", "outcome", "points", "for a person", "remarks", box=box.SIMPLE)
    for o in outcomes:
        cells = (
            o.learner,
            o.assignment,
            o.outcome,
            telling.points(o),
            ", ".join(o.needs_person),
            "; ".join(telling.remarks(o, now))[:300],
        )
        table.add_row(*(Text(tame(c)) for c in cells))  # rich lets what steers a terminal through
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    waiting = sum(map(telling.needs_person, outcomes))
    graded = sum(o.is_graded for o in outcomes)
    late = sum(bool(o.needs_regrade) for o in outcomes)
    if late:
        console.print(
            Text(
                f"{late} need{'s' * (late == 1)} a regrade, as the exercise has changed: the same command with --regrade"
            )
        )
    console.print(
        Text(
            f"{len(outcomes)} submission{'s' * (len(outcomes) != 1)}, {graded} graded, {waiting} for a person. Feedback pages: {home / 'feedback'}"
        )
    )
