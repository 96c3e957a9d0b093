"""`simlab mark` and `simlab feedback`: the part of grading that a person does, without formgrader."""

from __future__ import annotations

import contextlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simlab.errors import GradingError, InputError
from simlab.grading.options import COURSE

if TYPE_CHECKING:
    from simlab.grading.course import Course
    from simlab.grading.markers_compared import Comparison
    from simlab.grading.marking import Answer, Mark

OK, LOOK = 0, 1  # 1: something needs a person's look
SKIP, STOP = "s", "q"
_FILE = click.Path(dir_okay=False, path_type=Path)
_MARKER = click.option("--marker", required=True, help="Who marks. What each marker says is kept apart.")
_SETTLE = click.option("--settle", is_flag=True, help="These marks are final, whatever markers said before.")


@click.group("mark")
def mark() -> None:
    """Mark written answers, by rubric or in points.

    What each marker says is kept in COURSE/results/marks/. Where enough markers agree (one, unless the rubric says
    two), or one settles it, the mark goes into gradebook.db as formgrader would enter it, and onto the learner's page.
    """


@mark.command("list")
@click.argument("assignment", required=False)
@COURSE
def list_command(assignment: str | None, home: Path) -> None:
    """What waits for a person, and how far it is."""
    from simlab.grading import marking, settling

    opened = _opened(home)
    made = [d for d in settling.decisions(opened, marking.answers(opened, assignment)) if d.answer.waits]
    rows = [(*d.answer.key, d.answer.title, d.word, ", ".join(d.markers)) for d in made]
    _table(("learner", "exercise", "cell", "what", "state", "markers"), rows)
    click.echo(f"{len(made)} answer{'s' * (len(made) != 1)} to be marked")
    sys.exit(LOOK if made else OK)


@mark.command("show")
@click.argument("learner")
@click.argument("assignment")
@COURSE
def show_command(learner: str, assignment: str, home: Path) -> None:
    """One learner's answers that a person marks, with what is looked for."""
    from simlab.grading import marking

    found = [a for a in marking.answers(_opened(home), assignment) if a.learner == learner]
    if not found:
        raise InputError(f"{learner} {assignment}: no graded submission here has an answer that a person marks")
    for answer in found:
        _show(answer)
        for criterion in answer.criteria:
            _ask(criterion, answer)


@mark.command("give")
@click.argument("assignment", required=False)
@_MARKER
@_SETTLE
@COURSE
def give_command(assignment: str | None, marker: str, settle: bool, home: Path) -> None:
    """Mark answers one by one, here in the terminal."""
    from simlab.grading import marking

    opened = _opened(home)
    marking.require_marker(marker)
    given: list[Answer] = []
    with contextlib.suppress(click.Abort):  # what was marked until then counts
        for answer in _left(opened, assignment, marker, settle):
            _show(answer)
            if settle:
                _said(opened, answer)
            marks = _marks(answer, marker, settle)
            if marks is None:
                break
            if marks:
                marking.add(opened, marks)
                given.append(answer)
    _settled(opened, given)


@mark.command("sheet")
@click.argument("assignment", required=False)
@click.option("--out", required=True, type=_FILE, help="The CSV file to write.")
@click.option("--marker", help="For this marker: every answer that they have not marked, also where others have.")
@COURSE
def sheet_command(assignment: str | None, out: Path, marker: str | None, home: Path) -> None:
    """Write what waits as a CSV file, to be filled in with a spreadsheet: a row is one criterion."""
    from simlab.grading import marking, marksheet
    from simlab.grading.records_shown import write

    opened = _opened(home)
    found = [a for a in marking.answers(opened, assignment) if a.waits]
    if marker:
        found = _left(opened, assignment, marking.require_marker(marker), False)
    write(out, marksheet.as_csv(found), "utf-8-sig")
    click.echo(f"{len(found)} answer{'s' * (len(found) != 1)} written to {out}: fill in `level` and `comment`")


@mark.command("import")
@click.argument("sheet", type=_FILE)
@_MARKER
@_SETTLE
@COURSE
def import_command(sheet: Path, marker: str, settle: bool, home: Path) -> None:
    """Take in a filled-in sheet. Rows with a fault are named; the rest is taken.

    Exit code 1: some rows were left, or markers differ.
    """
    from simlab.grading import marking, marksheet, settling

    opened = _opened(home)
    marking.require_marker(marker)
    known = marking.answers(opened)
    read = marksheet.read(sheet, known, marker, settle)
    marking.add(opened, read.marks)
    for fault in read.faults:
        click.echo(f"error: {_tame(fault)}", err=True)
    click.echo(f"{len(read.marks)} marks taken, {len(read.faults)} rows left, {read.empty} not filled in")
    touched = {m.key for m in read.marks}
    differ = _settled(opened, [a for a in known if a.key in touched])
    sys.exit(LOOK if read.faults or differ == settling.DIFFER else OK)


@mark.command("compare")
@click.argument("assignment")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output, for scripts.")
@click.option("--csv", "target", type=_FILE, help="Write the criteria as CSV.")
@COURSE
def compare_command(assignment: str, as_json: bool, target: Path | None, home: Path) -> None:
    """Compare people who marked the same answers: agreement, where they differ, who is stricter."""
    from simlab.grading import markers_compared
    from simlab.grading.records_shown import write

    found = markers_compared.compare(_opened(home), assignment)
    if target:
        write(target, _as_csv(found), "utf-8-sig")
    if as_json:
        click.echo(json.dumps([asdict(c) | {"chance": c.chance, "stricter": c.stricter} for c in found]))
        return
    for comparison in found:
        _compared(comparison)


@click.command("feedback")
@click.argument("assignment", required=False)
@COURSE
def feedback_command(assignment: str | None, home: Path) -> None:
    """Write learners' pages again where a person has marked since, in formgrader too.

    `simlab grade` and `simlab mark` do it by themselves. The pages lie where `nbgrader release_feedback` looks.
    """
    from simlab.grading import handback, recording, results

    desk = recording.desk(_opened(home))
    if assignment is not None:
        desk.home.require(assignment)
    count = 0
    for row in results.rows(desk.home):
        if assignment in (None, row.outcome.assignment) and row.outcome.assignment in desk.home.assignments():
            handback.refresh(desk, row.outcome, always=True)
            count += 1
    click.echo(f"{count} page{'s' * (count != 1)} in {desk.home.feedback}")


# Helpers


def _opened(home: Path) -> Course:
    from simlab.grading import course

    opened = course.open_course(home)
    if not opened.gradebook.exists():
        raise GradingError(f"{opened.root.name}: nothing is graded yet: run `simlab grade` first")
    return opened


def _left(home: Course, assignment: str | None, marker: str, settle: bool) -> list[Answer]:
    """What a marker has still to mark; for settling, what markers differ on or one of two has not marked."""
    from simlab.grading import marking, settling

    made = settling.decisions(home, marking.answers(home, assignment))
    if settle:
        return [d.answer for d in made if d.word in (settling.DIFFER, settling.ONE_OF_TWO)]
    return [d.answer for d in made if marker not in d.markers and (d.answer.waits or d.word != settling.SETTLED)]


def _settled(home: Course, answers: list[Answer]) -> str:
    """Enter what is final, and say how it stands; the state that needs a person, '' without one."""
    from simlab.grading import settling

    states = Counter(d.word for d in settling.settle(home, answers))
    click.echo("; ".join(f"{n} {word}" for word, n in sorted(states.items())) or "nothing was marked")
    return settling.DIFFER if settling.DIFFER in states else ""


def _show(answer: Answer) -> None:
    from simlab.grading import marking

    click.echo(f"\n{_tame(' '.join(answer.key))}: {answer.title}")
    for line in marking.shown(answer).splitlines() or ["(nothing was written)"]:
        click.echo(f"  | {line}")


def _said(home: Course, answer: Answer) -> None:
    """What markers said of an answer, for whoever settles it."""
    from simlab.grading import marking, settling

    said = [m for m in marking.read(home, answer.assignment) if m.key == answer.key]
    for who, marks in settling.whole(answer, said).items():
        for m in marks.values():
            click.echo(_tame(f"  {who}: {m.criterion} {m.level}" + (f" ({m.comment})" if m.comment else "")))


def _ask(criterion: Any, answer: Answer) -> None:
    from simlab.grading import marksheet

    click.echo(f"\n{criterion.asks}")
    for i, level in enumerate(criterion.levels, start=1):
        click.echo(f"  {i} {level.id} ({level.points:g}): {level.says}")
    if not criterion.levels:
        click.echo(f"  {marksheet.levels(criterion, answer.maximum)}")


def _marks(answer: Answer, marker: str, settle: bool) -> list[Mark] | None:
    """A mark of each criterion; [] where the answer is skipped, None where marking ends."""
    from simlab.grading import marking

    found = []
    for criterion in answer.criteria:
        _ask(criterion, answer)
        level = _level(criterion, answer)
        if level in (SKIP, STOP):
            return [] if level == SKIP else None
        comment = click.prompt("Comment (Enter for none)", default="", show_default=False)
        found.append(marking.mark_of(answer, marker, criterion.id, level, comment, settle))
    return found


def _level(criterion: Any, answer: Answer) -> str:
    from simlab.grading import marking

    while True:
        said = str(click.prompt("Level (s skips this answer, q stops)")).strip().casefold()
        by_number = {str(i): level.id for i, level in enumerate(criterion.levels, start=1)}
        level = by_number.get(said, said)
        if level in (SKIP, STOP) or marking.points(criterion, level, answer.maximum) is not None:
            return level
        right = " or ".join([*by_number, *by_number.values()]) or f"a number from 0 to {answer.maximum:g}"
        click.echo(f"{_tame(said)!r} is no level: {right}")


def _compared(c: Comparison) -> None:
    from simlab.grading.markers_compared import FEW

    click.echo(f"\n{c.first} and {c.second}: {c.answers} answers marked by both")
    rows = [(a.cell, a.criterion, str(a.count), f"{a.equal:.0%}", f"{a.difference:+.2f}", _kappa(a.kappa)) for a in c.criteria]  # fmt: skip
    _table(("cell", "criterion", "answers", "equal", "difference", "kappa"), rows)
    lean = f"{c.stricter} is stricter" if c.stricter else "no one is systematically stricter"
    click.echo(
        f"{lean}: {c.first} gave less on {c.first_stricter}, {c.second} on {c.second_stricter} "
        f"(mean {c.difference:+.2f} points; chance {c.chance:.2f})"
    )
    for a in c.apart:
        click.echo(_tame(f"more than a level apart: {a.learner} {a.cell} {a.criterion}: {a.first}, {a.second}"))
    if c.answers < FEW:
        click.echo(f"Fewer than {FEW} answers: take the figures as a hint.")


def _kappa(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _as_csv(found: list[Comparison]) -> str:
    import csv
    import io

    from simlab.grading.results import safe

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("first", "second", "cell", "criterion", "answers", "equal", "difference", "kappa"))
    for c in found:
        for a in c.criteria:
            names = [safe(x) for x in (c.first, c.second, a.cell, a.criterion)]
            writer.writerow([*names, a.count, round(a.equal, 4), round(a.difference, 4), _kappa(a.kappa)])
    return out.getvalue()


def _tame(text: str) -> str:
    from simlab.exercise.wire import tame

    return tame(text)


def _table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=box.SIMPLE)
    for row in rows:
        table.add_row(*(Text(_tame(c)) for c in row))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
