"""Whatever a learner is drawn, it is as hard as what the next one is: the solution gets everything, no slip does.

Played in process, each check as the judge plays it, with answers made for that learner. The code is the
course's own, so that it needs no box.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simlab.exercise.kinds import KINDS, drive
from simlab.exercise.probe import respond
from simlab.exercise.protocol import Ask, CheckSpec, Reply
from simlab.grading import notebooks, spec, trio
from simlab.grading.course import open_course
from simlab.grading.judge import points_of
from simlab.grading.outcome import Limits
from simlab.grading.run import Notebook, Run

HOME = open_course(Path(__file__).parents[2])
SECRET = b"larkspur" * 4
CASES = [(name, slip) for name in HOME.assignments() for slip in ("", *trio.names(HOME, name))]
FEW, MANY = 2, 200


@functools.cache
def checks(name: str) -> dict[str, CheckSpec]:
    return spec.read(HOME.solutions / name / f"{name}.ipynb")


def kernel(code: str) -> Callable[[Ask], Reply]:
    """What answers for a notebook of this code: one process, and a second one whenever a fresh one is asked."""
    kept: dict[str, Any] = {}
    exec(code, kept)

    def answer(ask: Ask) -> Reply:
        if not ask.fresh:
            return respond(ask, kept)
        anew: dict[str, Any] = {}
        exec(code, anew)
        return respond(ask, anew)

    return answer


def code_of(specimen: trio.Specimen) -> str:
    """The answer cells: what functions a learner has written."""
    cells = [c for c in specimen.notebook["cells"] if c["cell_type"] == "code"]
    return "\n\n".join(c["source"] for c in cells if notebooks.graded_meta(c).get("solution"))


def marks(name: str, specimen: trio.Specimen, learner: str, reference: Callable[[Ask], Reply]) -> dict[str, float]:
    """The points of each check, judged as this learner's."""
    run = Run(learner, name, SECRET, Limits(), answers=specimen.answers)
    answer, got = kernel(code_of(specimen)), {}
    for ident, check in checks(name).items():
        context = run.context(ident, Notebook(reference=reference))
        got[ident] = points_of(drive(KINDS[check.kind](check, context), answer).share, check.points)
    return got


def play(name: str, slip: str, learners: range) -> None:
    reference = kernel(code_of(trio.worked(HOME, name)))
    for n in learners:
        who = f"learner-{n}"
        made = trio.mistaken(HOME, name, slip, who) if slip else trio.worked(HOME, name, who)
        got = marks(name, made, who, reference)
        over = {k: (p, made.points[k]) for k, p in got.items() if p > made.points[k] + 0.01}
        assert not over, f"{who}: more than what it states (got, stated)"
        if not slip:
            assert got == made.points, who
        else:
            assert sum(got.values()) < sum(c.points for c in checks(name).values()), who


@pytest.mark.parametrize(("name", "slip"), CASES)
def test_every_variant_is_as_hard_as_the_others(name: str, slip: str) -> None:
    play(name, slip, range(FEW))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("name", "slip"), CASES)
def test_two_hundred_variants_are_as_hard_as_each_other(name: str, slip: str) -> None:
    play(name, slip, range(FEW, MANY))
