"""Submissions of the real exercises with something gone wrong in them, each drawn from one integer.

`python -m tests.grading.fuzz SEED` says what a seed is; `--to FOLDER` lays it there.
"""

from __future__ import annotations

import argparse
import copy
import functools
import random
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from simlab.errors import SimlabError
from simlab.exercise.kinds import KINDS, drive
from simlab.exercise.protocol import Context
from simlab.exercise.wire import tame
from simlab.grading import intake, trio
from simlab.grading.course import Course, open_course
from simlab.grading.outcome import GRADED, OUTCOMES, REPAIRED, TIMED_OUT, Outcome
from tests.grading import played, small
from tests.grading.mutations import (
    CAPPED,
    KEEPS,
    REFUSED,
    Draft,
    Mutation,
    answers,
    cells,
    marks,
    names,
    shapes,
    structure,
    text,
)

ROOT = Path(__file__).parents[2]
# By when they are done: to the notebook as data, to its bytes, to the folder.
CLASSES: tuple[tuple[tuple[Mutation, ...], ...], ...] = (
    (structure.ALL, marks.ALL, cells.ALL),
    (text.ALL, answers.ALL),
    (answers.TIMES, names.ALL, shapes.ALL),
)


@functools.cache
def course() -> Course:
    """The course as it stands."""
    return open_course(ROOT)


def drawn(seed: int) -> list[Mutation]:
    """The mutations of a seed, one or two of a kind."""
    return _drawn(random.Random(seed))[1]


def _drawn(rng: random.Random) -> tuple[list[Mutation], list[Mutation]]:
    """What happens to the learner's name, and to the rest."""
    kinds = [rng.choice([kind for phase in CLASSES for kind in phase])]
    # A notebook is bent in one way at a time: what two lost together is nobody's to find.
    more = [kind for phase in CLASSES[1:] for kind in phase if kind not in kinds]
    kinds += rng.sample(more, rng.choices([0, 1, 2], [8, 2, 1])[0])
    if names.ALL in kinds and shapes.ALL in kinds:  # which would undo each other
        kinds.remove(shapes.ALL)
    first = [rng.choice(names.BEFORE)] if rng.random() < 0.08 and names.ALL not in kinds else []
    return first, [rng.choice(kind) for kind in kinds]


def make(seed: int, home: Course | None = None) -> Draft:
    """The case of a seed, made from the exercises of this course or of another."""
    home, rng = home or course(), random.Random(seed)
    first, then = _drawn(rng)
    assignment = rng.choice(home.assignments())
    base = rng.choice(["untouched", "mistaken", "solved", "solved", "solved"])
    d = Draft(rng, seed, assignment, base, f"case-{seed}", f"case-{seed}", assignment, f"{assignment}.ipynb")
    for mutation in first:
        _apply(mutation, d)
    _base(d, home)
    for phase in CLASSES:
        for mutation in (m for kind in phase for m in then if m in kind):
            _apply(mutation, d)
        if phase is CLASSES[0]:
            d.encode()
    return d


def _apply(mutation: Mutation, d: Draft) -> None:
    d.done.append(f"{mutation.__module__.rsplit('.', 1)[-1]}.{mutation.__name__}")
    rank = [KEEPS, CAPPED, REFUSED]
    d.deserves = max(d.deserves, mutation(d), key=rank.index)


def _base(d: Draft, home: Course) -> None:
    """What the learner would have handed in."""
    if d.base == "mistaken":
        d.base = d.rng.choice(trio.names(home, d.assignment))
        made = trio.mistaken(home, d.assignment, d.base, d.learner)
        made.points.update(_of_tasks(d, made, home))
    else:
        made = {"untouched": _untouched, "solved": trio.worked}[d.base](home, d.assignment, d.learner)
    d.nb, d.points = copy.deepcopy(made.notebook), dict(made.points)
    if made.answers or d.rng.random() < 0.5:
        kept = {q: {"value": v, "at": answers.AT} for q, v in made.answers.items()}
        d.answers = {"version": 1, "answers": kept, "history": []}


def _of_tasks(d: Draft, made: trio.Specimen, home: Course) -> dict[str, float]:
    """A task is drawn for each learner, and a wrong way through it may be less wrong for one than for another."""
    checks = played.checks(home, d.assignment)
    context = Context(0, made.answers, learner=d.learner)
    tasks = {
        n: drive(KINDS["task"](c, context), played.nobody).share * c.points
        for n, c in checks.items()
        if c.kind == "task"
    }
    return {n: max(p, made.points[n]) for n, p in tasks.items()}


def _untouched(home: Course, assignment: str, learner: str) -> trio.Specimen:
    return trio.untouched(home, assignment)


# What each must come to


@dataclass(frozen=True)
class Case:
    """A draft that was handed in, and the outcomes of all that lay in its learner's folder."""

    draft: Draft
    outcomes: tuple[Outcome, ...]

    @property
    def own(self) -> Outcome | None:
        """The outcome of the exercise itself: where several things lay there, the one that was graded."""
        graded = [o for o in self.outcomes if o.points is not None]
        return (graded or list(self.outcomes) or [None])[0]  # type: ignore[list-item]

    def __str__(self) -> str:
        d = self.draft
        return f"seed {d.seed}: {d.assignment}, {d.base}, {' + '.join(d.done)} ({d.deserves})"


def sorted_out(drafts: Iterable[Draft], folder: Path, home: Course, outcomes: list[Outcome]) -> list[Case]:
    """Each draft with its outcomes: `batch.grade` gives them in the order in which `find` finds."""
    found = intake.find(folder, home)
    assert len(found) == len(outcomes), "one outcome for each thing that was found"
    return [Case(d, tuple(o for f, o in zip(found, outcomes, strict=True) if f.parts[0] == d.top)) for d in drafts]


def complaints(case: Case) -> list[str]:
    """What is wrong with a case's outcomes, in words; empty when each is what it must be."""
    d, said = case.draft, []
    if len(case.outcomes) != d.submissions:
        said.append(f"{len(case.outcomes)} outcomes for {d.submissions} things")
    for o in case.outcomes:
        said += _sound(o)
    if case.own is not None:
        said += _deserved(d, case.own)
    return said


def _sound(o: Outcome) -> list[str]:
    """Whatever was handed in, this holds of an outcome."""
    said = []
    if o.outcome not in OUTCOMES:
        said.append(f"outcome {o.outcome!r}")
    if o.points is None and o.outcome in (GRADED, REPAIRED):
        said.append("graded without points")
    if o.points is not None and o.outcome not in (GRADED, REPAIRED, TIMED_OUT):
        said.append(f"{o.outcome} with {o.points} points")
    if o.points is None and not o.reason:
        said.append("refused without a reason")
    if "fault of the grader" in o.reason or "itself failed" in o.reason or "person" in "".join(o.needs_person):
        said.append(o.reason)
    if o.needs_person or not o.judged:
        said.append(f"left to a person: {o.needs_person}")
    texts = [o.learner, o.assignment, o.reason, *o.repairs, *(c.message for c in o.checks)]
    said += [f"steers a terminal: {t!r}" for t in texts if tame(t) != t]
    return said


def _deserved(d: Draft, o: Outcome) -> list[str]:
    if d.deserves == REFUSED:
        return [f"graded ({o.points}) and should not have been"] if o.points is not None else []
    if o.points is None:
        return [f"lost: {o.outcome}, {o.reason}"] if d.deserves == KEEPS else []
    got = {c.name: c.points for c in o.checks}
    over = [f"{n} got {p} for {d.points.get(n)}" for n, p in got.items() if p > d.points.get(n, 0.0) + 0.01]
    under = [f"{n} got {got.get(n)} for {p}" for n, p in d.points.items() if got.get(n, -1) < p - 0.01]
    return over + (under if d.deserves == KEEPS else []) + (["sum"] if abs(sum(got.values()) - o.points) > 0.01 else [])


def small_course(root: Path) -> Course:
    """A course whose one exercise runs in no time, with a misconception of its own."""
    home = small.course(root, (small.NAME, small.checks()))
    beside = home.solutions / small.NAME / "misconceptions"
    beside.mkdir()
    wrong = "reasoning: the larger number is taken for the total\ncells: {total: total = 9177}\npoints: {val: 0}\n"
    beside.joinpath("turned-round.yml").write_text(wrong, encoding="utf-8")
    return home


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.grading.fuzz", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--small", action="store_true", help="made from the small course, as the executed ones are")
    parser.add_argument("--to", type=Path, help="a folder to lay it in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        d = make(given.seed, small_course(Path(scratch)) if given.small else None)
    print(Case(d, ()))
    print(
        f"{d.top!r}/{d.work!r}/{d.file!r}: {len(d.data)} bytes; {d.kept_as}: {d.kept if d.kept is None else len(d.kept)}"
    )
    print(f"deserves {sum(d.points.values())} points: {d.deserves}; beside it: {sorted(d.files)[:9]}")
    if given.to:
        d.write(given.to)


if __name__ == "__main__":
    try:
        main()
    except SimlabError as e:
        raise SystemExit(str(e)) from None
