"""A task worked on the page: `check.task("eobs", count=3)`.

The first argument names a module of simlab.exercise.tasks; keywords go to its `make`, but `name`,
under which the answer is kept (left out: the task's own). Hidden: `check.expect()`, so that the page
says nothing of the mark beforehand. The material is the learner's own, from `Context.own`.
"""

from __future__ import annotations

from typing import Any

from simlab.exercise import tasks
from simlab.exercise.kinds.common import fault, later, title
from simlab.exercise.protocol import UNANSWERED, CheckSpec, Context, Lit, Play, Verdict
from simlab.exercise.variant import attempt_of, in_practice, own_seed


def play(spec: CheckSpec, context: Context) -> Play:
    """Judges the kept answer; asks the learner's kernel nothing."""
    yield from ()
    if not title(spec):
        raise fault(spec, "names its task first, as text")
    given = context.answers.get(kept_as(spec))
    if given is None or given == "":
        return Verdict(0.0, UNANSWERED)
    if context.practice:
        return later()
    task = tasks.get(title(spec))
    return task.judge(material(spec, context), given)


def material(spec: CheckSpec, context: Context, lesson: bool = False) -> Any:
    """What this learner is shown; a lesson shows other things than the exercise. Raises ContentError for options that the task does not know."""
    label = in_practice(kept_as(spec)) if lesson else kept_as(spec)
    try:
        return tasks.get(title(spec)).make(seed(context, label), **options(spec))
    except TypeError as e:
        raise fault(spec, f"cannot be made so: {e}") from None


def seed(context: Context, label: str) -> int:
    """The learner's own seed for what is drawn under that label."""
    return own_seed(context.learner, attempt_of(context.answers), label)


def kept_as(spec: CheckSpec) -> str:
    """The name under which the answer is kept."""
    given = spec.kwargs.get("name")
    return given.value if isinstance(given, Lit) and isinstance(given.value, str) else title(spec)


def options(spec: CheckSpec) -> dict[str, Any]:
    return {k: v.value for k, v in spec.kwargs.items() if isinstance(v, Lit) and k != "name"}
