"""The object `check` of the notebooks: each check at once, in the learner's own process.

It plays the same plays as the judge, with a practice seed and with what is stated openly; what is
marked later says so. Every result is a few lines of text that a screen reader reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simlab.errors import InputError, SimlabError, UnknownName
from simlab.exercise import items, tasks
from simlab.exercise.answers import Answers
from simlab.exercise.items import Item, Option
from simlab.exercise.kinds import KINDS, drive
from simlab.exercise.kinds.common import LATER, title
from simlab.exercise.kinds.task import kept_as, material
from simlab.exercise.probe import respond
from simlab.exercise.protocol import CheckSpec, Context, Expect, Expr, Lit, Verdict
from simlab.exercise.variant import attempt_of, own_seed
from simlab.exercise.workspace import learner_of, role_of

PRACTICE_SEED = 20260302
SHOWN = 5
FRESH = "This was practice. When it is marked, the world has a seed that you have not seen."
Renderer = Callable[["Question"], Any]
Names = dict[str, Any]
# What draws a task on the page, by the task's name; the notebook room fills it.
TASKS: dict[str, Callable[[Work], Any]] = {}


class Result:
    """What a check says: `message` is the whole text, `share` from 0 to 1, `verdict` the parts."""

    def __init__(self, verdict: Verdict, notes: Iterable[str] = ()) -> None:
        self.verdict, self.share = verdict, verdict.share
        self.message = "\n".join([_text(verdict), *notes])

    def __repr__(self) -> str:
        return self.message

    def _ipython_display_(self) -> None:
        """Nothing: the text was printed already."""


def _text(verdict: Verdict) -> str:
    slips = [d.text for d in verdict.details if not d.ok]
    # One slip alone is told in the message already.
    lines = [f"- {text}" for text in slips[:SHOWN]] if len(slips) > 1 else []
    if len(slips) > SHOWN:
        lines.append(f"- and {len(slips) - SHOWN} more")
    source = [f"Source: {verdict.cite}"] if verdict.cite else []
    return "\n".join([verdict.message, *lines, *source])


@dataclass(frozen=True)
class Question:
    """One question as it is shown to this learner: what a renderer draws, and where it answers."""

    item: Item
    options: tuple[Option, ...]
    answers: Answers

    @property
    def given(self) -> Any:
        """The answer so far, or None."""
        return self.answers.get(self.item.id)

    def answer(self, value: Any) -> Result:
        """Keep an answer (an option's id, a list of ids, or text) and say what is known of it.

        Raises UnknownName for an option that is not there, InputError for a value of another shape.
        """
        self._check(value)
        self.answers.give(self.item.id, value)
        return Result(self.feedback(), self.answers.notes)

    def feedback(self) -> Verdict:
        """What is known of the answer given; in practice, this choice's own feedback."""
        if self.item.practice:
            return items.judge(self.item, self.given)
        if self.given is None:
            return Verdict(0.0, "Not answered yet.")
        return Verdict(0.0, LATER)

    def _check(self, value: Any) -> None:
        many = self.item.kind in ("several", "order", "match")
        if many != isinstance(value, list):
            raise InputError(f"{self.item.id}: give {'a list of options' if many else 'one answer'}")
        if many and len(set(value)) != len(value):
            raise InputError(f"{self.item.id}: each option once")
        for ident in () if self.item.kind == "short" else value if many else [value]:
            option, _, partner = ident.partition(":") if self.item.kind == "match" else (ident, "", "")
            self.item.option(option)
            if self.item.kind == "match" and partner not in (known := [p.id for p in self.item.partners]):
                raise UnknownName("partner", partner, known)

    def text(self) -> str:
        """The question in plain text, its options numbered."""
        lines = [self.item.stem]
        for number, option in enumerate(self.options, 1):
            chosen = self.given == option.id or (isinstance(self.given, list) and option.id in self.given)
            lines.append(f"  {number}. {option.text}{' (your answer)' if chosen else ''}")
        lines.append(f"Answer with {self._how()}")
        if self.item.kind == "short" and self.given:
            lines.append(f"Your answer: {self.given}")
        return "\n".join([*lines, *([f"Hint: {self.item.hint}"] if self.item.hint else [])])

    def _how(self) -> str:
        name = f"check.answer({self.item.id!r}, "
        return (
            name
            + {
                "one": "2)",
                "several": "1, 3)",
                "order": "2, 1, 3)",
                "match": "'option:partner', ...)",
                "short": "'your words')",
            }[self.item.kind]
        )


@dataclass(frozen=True)
class Work:
    """One task as it is shown to this learner: its material, and where the answer is kept.

    `practice` says at once what an answer is worth; otherwise it is kept and marked later.
    """

    task: str
    name: str
    material: Any
    answers: Answers
    practice: bool = False

    @property
    def given(self) -> Any:
        """The answer so far, or None."""
        return self.answers.get(self.name)

    def answer(self, value: Any) -> Result:
        """Keep an answer (text, a number, or a list of them) and say what is known of it."""
        self.answers.give(self.name, value)
        return Result(self.feedback(), self.answers.notes)

    def feedback(self) -> Verdict:
        """The verdict in practice; for marked work, that it is kept."""
        if self.given is None:
            return Verdict(0.0, "Not answered yet.")
        return tasks.get(self.task).judge(self.material, self.given) if self.practice else Verdict(0.0, LATER)

    def text(self) -> str:
        """The task in plain text, and how to answer it."""
        how = f"Answer with check.give({self.name!r}, ...)"
        return f"{tasks.get(self.task).text(self.material, self.given)}\n{how}"


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
