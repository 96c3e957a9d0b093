"""Tasks on the page: statements to read, a paper to redact, an inbox to sort, a rule to set, a case to close.

One form draws them all from the plain parts of simlab.exercise.tasks; it knows nothing of what is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from simlab.exercise import tasks
from simlab.exercise.live import TASKS
from simlab.exercise.shown import Work
from simlab.exercise.tasks import _parts as parts
from simlab.notebook.drafts import Drafts
from simlab.notebook.form import css, esm
from simlab.notebook.questions import Asked
from simlab.notebook.quiz import check

DRAWN = (
    "eobs",
    "redact",
    "inbox",
    "policy",
    "casefile",
    "alerts",
    "requests",
    "counter",
    "form",
    "promises",
    "contracts",
    "offboarding",
    "firsthour",
    "incident",
    "letter",
)


class Task(Asked):
    """Parts to mark, sort and choose from. The answer is a list of ids and of "id:choice"."""

    _esm = esm("question", "task")
    _css = css("form", "question", "task")

    kind = traitlets.Unicode().tag(sync=True)  # for the style of its own
    shown = traitlets.List().tag(sync=True)
    heads = traitlets.List().tag(sync=True)  # caption, then two columns' names; [] without a table of what follows
    rows = traitlets.List().tag(sync=True)  # [name, number]
    picked = traitlets.List().tag(sync=True)
    answered = traitlets.List().tag(sync=True)

    def __init__(
        self,
        legend: str,
        shown: Sequence[parts.Part],
        on_press: Callable[[list[str]], tuple[str, str]],
        **traits: Any,
    ) -> None:
        super().__init__(legend, on_press, shown=list(shown), **traits)

    def fits(self, value: Any) -> bool:
        """Whether all of it is offered on this page; not so if it was given to another draw."""
        return isinstance(value, list) and set(map(str, value)) <= parts.offered(self.shown)

    def lines(self) -> list[str]:
        """The parts as text, what is marked with (x)."""
        return parts.as_text(self.shown, self.picked).splitlines()


def draw(work: Work) -> Task:
    """A task as a form, with the answer given before, and what was begun since."""
    module: Any = tasks.get(work.task)
    button = module.BUTTON if work.practice else "Keep this answer"
    form = Task(
        module.LEGEND, module.view(work.material), lambda picked: _press(work, picked), kind=work.task, button=button
    )
    form.observe(lambda change: _follow(work, form), names="answered")
    if work.given is not None and form.fits(work.given):
        form.answer(work.given, lambda: _say(work))
    Drafts(work.answers.folder).follow(form, work.name)
    return form


def _follow(work: Work, form: Task) -> None:
    """Where an answer has consequences in numbers, show them; those are of the learner's own draw, and no key."""
    module: Any = tasks.get(work.task)
    found = module.table(work.material, form.answered) if hasattr(module, "table") else None
    form.heads, form.rows = found or ([], [])


def _press(work: Work, picked: list[str]) -> tuple[str, str]:
    work.answer(picked)
    verdict, said = _say(work)
    return verdict, "\n".join([said, *work.answers.notes])


def _say(work: Work) -> tuple[str, str]:
    if not work.practice:
        return "Kept.", "It is marked when you hand in. You can change it until then."
    verdict = work.feedback()
    lead, _, rest = verdict.message.partition(". ")
    tells_all = getattr(tasks.get(work.task), "TELLS_ALL", False)
    slips = [d.text for d in verdict.details if tells_all or not d.ok]
    source = [f"Source: {verdict.cite}"] if verdict.cite else []
    return f"{lead.rstrip('.')}.", "\n".join([rest, *(f"{s[:1].upper()}{s[1:]}" for s in slips), *source])


def task(name: str, **options: Any) -> Any:
    """A task to practise on, answered at once; what is wrong with the name is said in words."""
    return check.task(name, practice=True, **options)


TASKS |= dict.fromkeys(DRAWN, draw)
