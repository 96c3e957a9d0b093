"""Batches of attacks, each with an honest twin beside it: what was handed in, and what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.grading import batch, notebooks
from simlab.grading.course import Course
from simlab.grading.outcome import GRADED, REPAIRED, Limits, Outcome
from tests.grading import making, small
from tests.grading.making import cell, graded, hidden

NAME = small.NAME
SHORT = Limits(cell_seconds=4, notebook_seconds=25, memory_mb=700)
FULL = 7.0
Nb = dict[str, Any]


@dataclass(frozen=True)
class Attack:
    """A notebook (and files beside it), the points that it deserves, and the outcomes that it may have.

    No points at all are as good as 0: what matters is that none was made up.
    """

    notebook: Nb
    points: float
    outcomes: tuple[str, ...] = (GRADED, REPAIRED)
    files: Mapping[str, bytes] | None = None


def course(root: Path) -> Course:
    """The small course with a question beside its function (2 points) and its value (3), of 2 points."""
    nb = small.checks()
    asked = hidden('check.choice("stolen-backup")', 'check.expect("keys-apart")')
    nb["cells"].insert(1, cell("code", "pick", asked, graded("pick", 2)))
    return small.course(root, (NAME, nb))


def right(home: Course) -> Nb:
    return small.solved(home)


def blank(home: Course) -> Nb:
    return making.released(home, NAME)


ANSWERED = b'{"version": 1, "answers": {"stolen-backup": {"value": "keys-apart", "at": ""}}, "history": []}'


def answers_of(nb: Nb) -> dict[str, str]:
    return {notebooks.grade_id(c): c["source"] for c in nb["cells"]}


def grade(
    home: Course, inbox: Path, attacks: Mapping[str, Attack], *, twins: int = 1, **options: Any
) -> dict[str, Outcome]:
    """Outcomes by name; an honest twin is handed in beside each attack (or each of so many) and keeps its mark."""
    beside = []
    for n, (name, attack) in enumerate(attacks.items()):
        making.submit(inbox, f"{n:02} {name}", attack.notebook, NAME)
        for file, data in (attack.files or {}).items():
            making.submit(inbox, f"{n:02} {name}", data, NAME, file=file)
        if n % twins == 0:
            beside.append(f"{n:02} {name} twin")
            making.submit(inbox, beside[-1], right(home), NAME)
            making.submit(inbox, beside[-1], ANSWERED, NAME, file="answers.json")
    found = {o.learner: o for o in batch.grade(inbox, home.root, **{"limits": SHORT, "workers": 2} | options)}
    assert len(found) == len(attacks) + len(beside)
    harmed = {t: (found[t].outcome, found[t].points, found[t].reason) for t in beside if found[t].points != FULL}
    assert not harmed, "honest work beside an attack keeps its mark"
    return {name: found[f"{n:02} {name}"] for n, name in enumerate(attacks)}


def undeserved(attack: Attack, found: Outcome) -> list[str]:
    """What is wrong with what came of an attack, in words."""
    said = [] if found.outcome in attack.outcomes else [f"{found.outcome}: {found.reason}"]
    if found.points is None:
        said += [] if found.reason else ["no reason"]
    elif found.points != attack.points:
        said.append(
            f"{found.points} points for {attack.points}: {[(c.name, c.points, c.message) for c in found.checks]}"
        )
    with contextlib.suppress(ValueError):
        said.append(found.reason[found.reason.index("fault of the grader") :])
    return said
