"""A sheet of answers to be marked, filled in with any spreadsheet, and taken in again: a row is one criterion.

Whoever fills it in writes into `level` and, where there is something to say, into `comment`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from simlab.errors import InputError
from simlab.grading import marking
from simlab.grading.feedback import number
from simlab.grading.marking import Answer, Mark
from simlab.grading.results import safe
from simlab.grading.rubric import Criterion
from simlab.grading.untrusted import decode

COLUMNS = ("learner", "exercise", "cell", "criterion", "asks", "levels", "level", "comment", "answer", "version")
NEEDED = ("learner", "exercise", "cell", "criterion", "level")
CAP = 50_000_000  # bytes


@dataclass(frozen=True)
class Row:
    """A row of a sheet; `line` counts from 1, the columns' names being the first."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """What a sheet held: marks, faults in words (line, what is wrong, what would be right), rows not filled in."""

    marks: list[Mark]
    faults: list[str]
    empty: int


def as_csv(answers: list[Answer]) -> str:
    """The sheet of some answers, every cell quoted, none a formula, each row on one line."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for a in answers:
        text = " / ".join(line for line in marking.shown(a).splitlines() if line.strip())
        for c in a.criteria:
            row = (*a.key, c.id, c.asks, levels(c, a.maximum), "", "", text, a.version)
            writer.writerow([safe(cell) for cell in row])
    return out.getvalue()


def levels(criterion: Criterion, maximum: float) -> str:
    """What may stand in `level`: "none = 0, part = 1, full = 2"."""
    if not criterion.levels:
        return f"a number from 0 to {number(maximum)}"
    return ", ".join(f"{level.id} = {number(level.points)}" for level in criterion.levels)


def read(path: Path, answers: list[Answer], marker: str, settles: bool = False) -> Sheet:
    """What a filled-in sheet says. One bad row never stops the others. Raises InputError for what is no sheet."""
    known = {tuple(map(safe, a.key)): a for a in answers}
    sheet = Sheet([], [], 0)
    seen: dict[tuple[str, ...], str] = {}
    empty = 0
    for row in _rows(path):
        if not row.cells["level"]:
            empty += 1
            continue
        try:
            mark = _mark(row, known, marker, settles)
            place = (*mark.key, mark.criterion)
            if seen.setdefault(place, mark.level) != mark.level:
                raise InputError("marked twice in this sheet, with different levels: leave one of the two")
        except InputError as e:
            sheet.faults.append(f"line {row.line}: {e}")
            continue
        sheet.marks.append(mark)
    return Sheet(sheet.marks, sheet.faults, empty)


def _mark(row: Row, known: dict[tuple[str, ...], Answer], marker: str, settles: bool) -> Mark:
    key = tuple(safe(row.cells[name]) for name in ("learner", "exercise", "cell"))
    answer = known.get(key)
    if answer is None:
        raise InputError(
            f"{' '.join(key)}: no such answer waits here: leave learner, exercise and cell as the sheet has them"
        )
    if row.cells.get("version", "") not in ("", answer.version):
        raise InputError(f"{' '.join(key)}: the answer has changed since this sheet was made: make a new one")
    criterion = answer.criterion(row.cells["criterion"])
    if criterion is None:
        raise InputError(
            f"criterion {row.cells['criterion']!r}: {_one_of([c.id for c in answer.criteria], row.cells['criterion'])}"
        )
    level = row.cells["level"].casefold() if criterion.levels else row.cells["level"]
    if marking.points(criterion, level, answer.maximum) is None:
        right = (
            _one_of([x.id for x in criterion.levels], level) if criterion.levels else levels(criterion, answer.maximum)
        )
        raise InputError(f"level {row.cells['level']!r} of {criterion.id}: {right}")
    return marking.mark_of(answer, marker, criterion.id, level, row.cells.get("comment", ""), settles)


def _one_of(names: list[str], given: str) -> str:
    near = get_close_matches(given, names, n=1)
    return f"it is one of {', '.join(names)}" + (f" (did you mean {near[0]}?)" if near else "")


def _rows(path: Path) -> Iterator[Row]:
    try:
        if path.stat().st_size > CAP:
            raise InputError(f"{path.name}: is over {CAP / 1e6:g} MB: no sheet of marks")
        text = decode(path.read_bytes())
    except OSError as e:
        raise InputError(f"{path}: cannot be read: {e.strerror or e}") from None
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    sign = max(",;\t", key=first.count)  # which of them a spreadsheet writes depends on its country
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        names = [name.strip().casefold() for name in next(lines, [])]
        missing = [name for name in NEEDED if name not in names]
        if missing:
            raise InputError(f"{path.name}: has no column {missing[0]!r}: make a sheet with `simlab mark sheet`")
        for line, cells in enumerate(lines, start=2):
            if any(cell.strip() for cell in cells):
                padded = [*cells, *[""] * len(names)]
                yield Row(line, {name: padded[i].strip() for i, name in enumerate(names)})
    except csv.Error as e:
        raise InputError(f"{path.name}: line {lines.line_num}: is no CSV ({e}): save the sheet as CSV again") from None
