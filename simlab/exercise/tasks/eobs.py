"""Three explanations of benefits beside what the member remembers of the year: one line never happened.

All true lines are claims of one member of the simulated company. The others that look odd are
innocent: a billing name, a date of days, a high price that was announced. Reporting everything is as
wrong as reporting nothing: each line that is reported is looked into, and a member is asked about it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simlab.errors import InputError
from simlab.exercise.protocol import UNANSWERED, Detail, Verdict
from simlab.exercise.tasks import _parts as parts
from simlab.exercise.tasks._eobs_year import Line, Statements, said, year

LEGEND = "Which line never happened? Mark what you would report. Each line that you mark is looked into."
BUTTON = "Report it"
CITE = "45 CFR 164.530(c)"


def make(seed: int, *, count: int = 3) -> Statements:
    """Statements for a seed; `count` is how many there are, 2 to 4. Raises InputError."""
    if not 2 <= count <= 4:
        raise InputError(f"2 to 4 statements, not {count}")
    return year(seed, count)


def view(material: Statements) -> list[parts.Part]:
    """The page: what the member remembers, then each statement as a table to mark."""
    out = [parts.text(f"{material.member} reads you the notes that lie in the shoe box:")]
    out += [parts.text(note) for note in material.notes]
    for number in range(1, material.count + 1):
        rows = [
            (x.id, [said(x.day), x.provider, x.service, _money(x.billed), _money(x.paid), _money(x.billed - x.paid)])
            for x in material.lines
            if x.statement == number
        ]
        caption = f"Statement {number} of {material.count}. Explanation of benefits. This is not a bill."
        head = ("Date", "Provider", "Service", "Billed", "Plan paid", "Your share")
        out.append(parts.table(caption, head, rows, "Report"))
    return out


def judge(material: Statements, answer: Any) -> Verdict:
    """Full for the false line alone; half of it with one honest line beside it; nothing for a shower of reports."""
    reported = set(parts.given(answer)) & {line.id for line in material.lines}
    if not reported:
        return Verdict(0.0, UNANSWERED)
    # Billed twice: the two lines look the same, so either of them is the false one. Both are one too many.
    hit = bool(reported & _alike(material))
    extra = len(reported) - hit
    share = max(0.0, 1 - extra / 2) if hit else 0.0
    details = (Detail("the line that never happened was reported" if hit else "the line that never happened was not reported", hit),
               Detail(f"{extra} honest line{'s' if extra != 1 else ''} reported", not extra))  # fmt: skip
    return Verdict(share, _message(material, hit, extra), details, CITE)


def _alike(material: Statements) -> set[str]:
    """The false line, and every line that nobody can tell from it."""

    def seen(line: Line) -> tuple[str, str, str]:
        return line.day, line.provider, line.service

    false = next(line for line in material.lines if line.id == material.false)
    return {line.id for line in material.lines if seen(line) == seen(false)}


def _message(material: Statements, hit: bool, extra: int) -> str:
    if hit and not extra:
        return (
            f"Right. {_why(material)} The plan stops the claim and asks the provider. The member owes nothing for it."
        )
    if hit:
        return (
            f"Partly right. {_why(material)} But {extra} line{'s' if extra > 1 else ''} that you marked did happen: "
            "hold each one next to the notes. A billing name, a high price and a date alone are no sign."
        )
    return (
        "Not yet. What you marked did happen: the notes say so. Go through the lines one by one and ask of each: "
        "was I there, on that day, for that, and only once?"
    )


def _why(material: Statements) -> str:
    return {
        "far away": "Nobody drove to another State for it.",
        "while elsewhere": "On that day the member was somewhere else.",
        "twice": "It was done once and billed twice.",
        "not had": "The visit was real, and this part of it never was.",
    }[material.way]


def text(material: Statements, answer: Any) -> str:
    return parts.as_text([*view(material), parts.text(LEGEND)], answer)


def full(material: Statements) -> list[str]:
    return [material.false]


def _money(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"


MISTAKES: dict[str, Callable[[Statements], Any]] = {
    "largest": lambda m: [m.dearest],
    "strange-name": lambda m: [m.odd_name],
    "everything": lambda m: [line.id for line in m.lines],
    "newest": lambda m: [next(x.id for x in reversed(m.lines) if x.id not in _alike(m))],
}
