"""What one learner meets in an exercise: their questions, their tasks, and what the judge draws for them.

It knows what is right, as it reads `solutions/`: this is the trainer's alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simlab.errors import GradingError, SimlabError
from simlab.exercise import items, tasks, worlds
from simlab.exercise.items import Item
from simlab.exercise.kinds import KINDS
from simlab.exercise.kinds.common import hidden, show, show_call, title
from simlab.exercise.kinds.task import kept_as, material
from simlab.exercise.protocol import Ask, CheckSpec, Context, Got, Reply
from simlab.exercise.variant import ATTEMPT, own_seed
from simlab.grading import course, reference, spec
from simlab.grading.course import Course
from simlab.grading.outcome import Limits
from simlab.grading.run import Notebook, Run, secret


@dataclass(frozen=True)
class Met:
    """One check as a learner meets it.

    `kept_as` names question or task, `shown` is what it says, line by line; `right` is the answer
    that earns everything (None: it has no single one, or only the solution knows), `seed` the
    judge's own, `draws` the calls of its first round, each with its right result where it is known.
    """

    check: str
    kind: str
    points: float
    kept_as: str
    shown: tuple[str, ...]
    right: Any
    seed: int
    draws: tuple[str, ...]


def of(home: Course, learner: str, assignment: str, attempt: int = 1, *, run_solution: bool = False) -> list[Met]:
    """Every check of an exercise as this learner meets it; with `run_solution` the solution gives results, in the box.

    Raises GradingError, SandboxError, ContentError, UnknownName.
    """
    learner = unicodedata.normalize("NFC", learner)  # as intake takes them in
    if not course.is_learner(learner):
        raise GradingError(f"{learner!r} is no name for a learner")
    run = Run(learner, home.require(assignment), secret(home.root), Limits(), answers={ATTEMPT: attempt})
    found = []
    for path in sorted((home.solutions / assignment).glob("*.ipynb")):
        known = reference.of(path, limits=run.limits) if run_solution else None
        for check in spec.read(path).values():
            found.append(_met(check, run.context(check.grade_id, Notebook(reference=known)), assignment))
    return found


def _met(check: CheckSpec, context: Context, lesson: str) -> Met:
    shown: tuple[str, ...] = ()
    name, right = title(check), check.expect.args[0] if check.expect and check.expect.args else None
    if check.kind == "task":
        name, right, shown = _task(check, context)
    elif check.kind in ("choice", "text") and name:
        name, right, shown = _question(check, context, lesson, right)
    elif check.kind == "simulate":
        shown = (worlds.get(name).promise,)
    draws = _draws(check, context) if check.kind not in ("choice", "task") else ()
    return Met(check.grade_id, check.kind, check.points, name, shown, right, context.seed, draws)


def _task(check: CheckSpec, context: Context) -> tuple[str, Any, tuple[str, ...]]:
    task, drawn = tasks.get(title(check)), material(check, context)
    return kept_as(check), task.full(drawn), tuple(task.text(drawn, None).splitlines())


def _question(check: CheckSpec, context: Context, lesson: str, right: Any) -> tuple[str, Any, tuple[str, ...]]:
    """The item that was drawn, its options in this learner's order, and the right answer to it."""
    seed = own_seed(context.learner, int(context.answers[ATTEMPT]))
    try:
        item = items.meet(title(check), lesson, "", seed)
    except SimlabError:  # a course written for plain questions has no file of them
        return title(check), right, ()
    own = right.get(item.id) if isinstance(right, Mapping) else right
    lines = [item.stem]
    for number, option in enumerate(items.shuffled(item, seed), 1):
        lines.append(f"  {number}. {option.text}{_said(item, option.id, own)}")
    lines += [f"  to match: {p.text} [{p.id}]" for p in item.partners]
    return item.id, own, tuple(lines)


def _said(item: Item, option: str, right: Any) -> str:
    """How an option stands to the right answer, in words."""
    if item.kind == "order" and isinstance(right, list | tuple) and option in right:
        return f" [{option}: place {right.index(option) + 1}]"
    listed = right if isinstance(right, list | tuple) else [right]
    pairs = [r.partition(":")[2] for r in listed if isinstance(r, str) and r.startswith(f"{option}:")]
    word = f", goes with {', '.join(pairs)}" if pairs else ", right" if option in listed else ""
    return f" [{option}{word}]"


def _draws(check: CheckSpec, context: Context) -> tuple[str, ...]:
    """The calls of the first round; none of the learner's code is asked."""
    known: list[str] = []
    try:
        play = KINDS[check.kind](check, replace(context, reference=_overheard(context, known)))
        first = next(play)
        play.close()
    except StopIteration:
        return ()
    except SimlabError as e:  # one check that its author got wrong hides nothing of the others
        return (f"this check is at fault: {e}",)
    known = known or [show(case[1]) for case in hidden(check, "cases") or ()]
    known = known if len(known) == len(first.calls) else [""] * len(first.calls)
    return tuple(show_call(c) + (f" is {k}" if k else "") for c, k in zip(first.calls, known, strict=True))


def _overheard(context: Context, known: list[str]) -> Callable[[Ask], Reply]:
    """The solution, with what it gives noted in `known`."""

    def ask(request: Ask) -> Reply:
        if context.reference is None:
            return tuple(Got() for _ in request.calls)
        reply = context.reference(request)
        known.extend(show(got.value) for got in reply)
        return reply

    return ask


def home_of(folder: Path) -> Course:
    """The trainer's course in a folder. Raises GradingError, which says whose this is."""
    if not (folder / "solutions").is_dir():
        raise GradingError(
            f"{folder.resolve().name}: holds no solutions/: this shows what is right, and is for trainers "
            "(name the course with --course)"
        )
    return course.open_course(folder)
