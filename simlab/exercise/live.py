"""The object `check` of the notebooks: each check at once, in the learner's own process.

It plays the same plays as the judge, with a practice seed and with what is stated openly; what is
marked later says so. Every result is a few lines of text that a screen reader reads.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simlab.errors import InputError, SimlabError, UnknownName
from simlab.exercise import items
from simlab.exercise.answers import Answers
from simlab.exercise.kinds import KINDS, drive
from simlab.exercise.kinds.common import title
from simlab.exercise.kinds.task import kept_as, material
from simlab.exercise.probe import respond
from simlab.exercise.protocol import PRACTICE_SEED, CheckSpec, Context, Expect, Expr, Lit, Verdict
from simlab.exercise.shown import Question, Result, Work
from simlab.exercise.variant import attempt_of, own_seed
from simlab.exercise.workspace import learner_of, role_of

FRESH = "This was practice. When it is marked, the world has a seed that you have not seen."
Renderer = Callable[[Question], Any]
Names = dict[str, Any]
# What draws a task on the page, by the task's name; the notebook room fills it.
TASKS: dict[str, Callable[[Work], Any]] = {}


class Check:
    """Checks for one notebook; `renderer`, if set, draws a question instead of printing it.

    `folder` holds the answers (None: the folder the notebook runs in), `lesson` names the file of
    questions to look in first ("": the folder's name).
    """

    def __init__(self, folder: Path | str | None = None, lesson: str = "", renderer: Renderer | None = None) -> None:
        self._folder, self.lesson, self.renderer = folder, lesson, renderer
        self._last: tuple[CheckSpec, Names] | None = None
        self._works: dict[str, Work] = {}

    @property
    def folder(self) -> Path:
        return Path.cwd() if self._folder is None else Path(self._folder)

    def question(self, name: str) -> Question:
        """The question of that name, its options in this learner's order. Raises UnknownName."""
        answers = Answers(self.folder)
        seed = own_seed(learner_of(self.folder), attempt_of(answers.values()))
        item = items.meet(name, self.lesson or self.folder.name, role_of(self.folder), seed)
        return Question(item, items.shuffled(item, seed), answers)

    def task(self, task: str, *, name: str = "", practice: bool = False, **options: Any) -> Any:
        """Show a task of simlab.exercise.tasks, made for this learner; `name` is what its answer is kept under."""
        args = _literals(options | ({"name": name} if name else {}))
        self._last = CheckSpec("task", (Lit(task),), args), {}
        return self._said(lambda: self._work(self._last[0], practice), show=True)  # type: ignore[index]

    def give(self, name: str, *value: Any) -> Result:
        """Answer a task from a terminal: one value, or a list of them."""
        result: Result = self._said(lambda: self._give(name, value))
        return result

    def choice(self, name: str, **options: Any) -> Any:
        """Show a question; what a renderer gives is handed back, else a `Result`."""
        self._last = CheckSpec("choice", (Lit(name),), _literals(options)), {}
        return self._said(lambda: self._show(name), show=self.renderer is None)

    def answer(self, name: str, *given: Any) -> Result:
        """Answer a question from a terminal: option numbers as shown, option ids, or text."""
        result: Result = self._said(lambda: self._answer(name, given))
        return result

    def value(self, *subject: Any, **options: Any) -> Result:
        """Check one value: `check.value("total", total)`."""
        return self._run("value", subject, options)

    def close(self, *subject: Any, **options: Any) -> Result:
        """Check a number within a tolerance."""
        return self._run("close", subject, options)

    def table(self, *subject: Any, **options: Any) -> Result:
        """Check a table: `check.table("alerts", alerts, columns=[...])`."""
        return self._run("table", subject, options)

    def function(self, *subject: Any, **options: Any) -> Result:
        """Check a function: `check.function(premium, examples=[[[21], 42]])`."""
        return self._run("function", subject, options)

    def raises(self, *subject: Any, **options: Any) -> Result:
        """Check that a function refuses: `check.raises(open_, error="ValueError", examples=[...])`."""
        return self._run("raises", subject, options)

    def text(self, name: str, *subject: Any, **options: Any) -> Any:
        """Show a question to be answered in own words, or take the text from the notebook."""
        if subject:
            return self._run("text", (name, *subject), options)
        self._last = CheckSpec("text", (Lit(name),), _literals(options)), {}
        return self._said(lambda: self._show(name), show=self.renderer is None)

    def simulate(self, world: str, *subject: Any, **options: Any) -> Result:
        """Put functions into a simulated world, with a practice seed."""
        return self._run("simulate", (world, *subject), options)

    def expect(self, *args: Any, **kwargs: Any) -> Result:
        """In a solution: play the check above again, with what is expected of it."""
        result: Result = self._said(lambda: self._expect(Expect(args, kwargs)))
        return result

    if not TYPE_CHECKING:  # a slip of the pen is answered in words; a type checker still sees it

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            return lambda *args, **options: self._said(lambda: _no_such(name))

    def _run(self, kind: str, args: tuple[Any, ...], options: dict[str, Any]) -> Result:
        spec, names = _spec(kind, args, options)
        self._last = spec, names
        result: Result = self._said(lambda: self._play(spec, names, [FRESH] if kind == "simulate" else []))
        return result

    def _play(self, spec: CheckSpec, names: Names, notes: list[str]) -> Result:
        answers = Answers(self.folder)
        context = Context(PRACTICE_SEED, answers.values(), practice=True, learner=learner_of(self.folder))
        verdict = drive(KINDS[spec.kind](spec, context), lambda ask: respond(ask, dict(names)))
        return Result(verdict, [*notes, *answers.notes])

    def _expect(self, expect: Expect) -> Result:
        if self._last is None:
            raise InputError("check.expect stands below the check that it belongs to")
        spec, names = self._last
        return self._play(CheckSpec(spec.kind, spec.args, spec.kwargs, expect), names, [])

    def _show(self, name: str) -> Any:
        question = self.question(name)
        if self.renderer is not None:
            return self.renderer(question)
        verdict = question.feedback()
        said = Verdict(verdict.share, f"{question.text()}\n{verdict.message}", cite=verdict.cite)
        return Result(said, question.answers.notes)

    def _work(self, spec: CheckSpec, practice: bool) -> Any:
        answers = Answers(self.folder)
        context = Context(PRACTICE_SEED, answers.values(), practice=True, learner=learner_of(self.folder))
        task, name = title(spec), kept_as(spec)
        work = Work(task, name, material(spec, context, practice), answers, practice)
        self._works[name] = work
        draw = TASKS.get(task) if self.renderer is not None else None
        if draw is not None:
            return draw(work)
        verdict = work.feedback()
        said = Verdict(verdict.share, f"{work.text()}\n{verdict.message}", verdict.details, verdict.cite)
        return Result(said, answers.notes)

    def _give(self, name: str, value: tuple[Any, ...]) -> Result:
        if name not in self._works:
            raise UnknownName("task on this page", name, self._works)
        if not value:
            raise InputError(f"{name}: no answer given. {self._works[name].text()}")
        return self._works[name].answer(value[0] if len(value) == 1 else list(value))

    def _answer(self, name: str, given: tuple[Any, ...]) -> Result:
        question = self.question(name)
        if not given:
            raise InputError(f"{name}: no answer given. {question.text()}")
        if question.item.kind == "short":
            return question.answer(str(given[0]))
        if question.item.kind == "match":
            return question.answer([str(g) for g in given])
        chosen = [_option(question, g) for g in given]
        return question.answer(chosen if question.item.kind != "one" or len(chosen) > 1 else chosen[0])

    def _said(self, make: Callable[[], Any], *, show: bool = True) -> Any:
        """Whatever `make` gives, printed if it is a result; an error becomes one in words."""
        try:
            out = make()
        except SimlabError as e:
            out, show = Result(Verdict(0.0, str(e))), True
        except Exception as e:  # a fault of ours is told in words: the learner can do nothing with a traceback
            said = f"This check could not run ({type(e).__name__}: {e}). It is not your work: tell your trainer."
            out, show = Result(Verdict(0.0, said)), True
        if show and isinstance(out, Result):
            print(out.message)
        return out


def _no_such(name: str) -> Any:
    raise UnknownName("check", name, [*KINDS, "answer"])


def _option(question: Question, given: Any) -> str:
    if isinstance(given, str):
        return question.item.option(given).id
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= len(question.options):
        raise InputError(f"{question.item.id}: choose an option by its number, from 1 to {len(question.options)}")
    return question.options[given - 1].id


def _spec(kind: str, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[CheckSpec, Names]:
    """A spec of objects at hand: each object gets a name, by which the play asks for it.

    A leading text is the check's name (a lone one is the value to check); keywords are literals
    unless they are functions.
    """
    names: Names = {}
    named = type(args[0]) is str and (len(args) > 1 or kind == "simulate") if args else False
    parts: list[Lit | Expr] = [Lit(args[0])] if named else []
    label = "your_function" if kind in ("function", "raises", "simulate") else "your_value"
    if named and kind != "simulate" and args[0].isidentifier():
        label = args[0]
    parts += [_name(value, label, names) for value in (args[1:] if named else args)]
    keywords = {k: _name(v, k, names) if callable(v) else Lit(v) for k, v in options.items()}
    return CheckSpec(kind, tuple(parts), keywords), names


def _name(value: Any, label: str, names: Names) -> Expr:
    own = getattr(value, "__name__", "") if callable(value) else ""
    wanted = own if type(own) is str and own.isidentifier() else label
    text = next(t for i in range(1, 1000) if (t := wanted if i == 1 else f"{wanted}_{i}") not in names)
    names[text] = value
    return Expr(text)


def _literals(options: dict[str, Any]) -> dict[str, Lit | Expr]:
    return {k: Lit(v) for k, v in options.items()}


check = Check()
