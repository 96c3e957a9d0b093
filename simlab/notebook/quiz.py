"""Questions in a notebook: drawn as one native form, answered at once in practice, kept when marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simlab.exercise.live import Check
from simlab.exercise.shown import Question
from simlab.notebook.choice import Choice
from simlab.notebook.drafts import Drafts
from simlab.notebook.questions import Asked, Match, Order, Several, Short

Press = Callable[[Any], tuple[str, str]]


def draw(question: Question) -> Any:
    """The question as a form, with the answer given before, and what was begun since."""
    form = _form(question, lambda picked: _press(question, picked))
    if form.fits(question.given):
        form.answer(question.given, lambda: _say(question))
    Drafts(question.answers.folder).follow(form, question.item.id)
    return form


def _form(question: Question, press: Press) -> Asked:
    item = question.item
    options = [(o.id, o.text) for o in question.options]
    traits = {"button": "Check my answer" if item.practice else "Keep this answer", "hint": item.hint}
    if item.kind == "one":
        return Choice(item.stem, options, lambda picked, note: press(picked), **traits)
    if item.kind == "several":
        return Several(f"{item.stem}\nChoose all that fit.", options, press, **traits)
    if item.kind == "order":
        return Order(item.stem, options, press, **traits)
    if item.kind == "match":
        return Match(item.stem, options, [(p.id, p.text) for p in item.partners], press, **traits)
    return Short(item.stem, press, **traits)


def _press(question: Question, picked: Any) -> tuple[str, str]:
    question.answer(picked)
    verdict, said = _say(question)
    return verdict, "\n".join([said, *question.answers.notes])


def _say(question: Question) -> tuple[str, str]:
    """(one word that a screen reader reads first, the rest) for the answer that is kept."""
    if not question.item.practice:
        return "Kept.", f"{_in_words(question)}\nIt is marked when you hand in. You can change it until then."
    verdict = question.feedback()
    if question.item.kind == "short":
        return "Kept.", f"{verdict.message}\nCompare it with yours: no machine judges own words."
    lead, _, rest = verdict.message.partition(". ")
    source = f"\nSource: {verdict.cite}" if verdict.cite else ""
    return f"{lead.rstrip('.')}.", f"{_each(question) or rest}{source}"


def _each(question: Question) -> str:
    """Where several things were chosen: a line on each, so that it is seen what belongs to what."""
    item, given = question.item, question.given
    if item.kind == "several":
        chosen = [item.option(ident) for ident in given]
        missing = [o for o in item.options if o.right and o not in chosen]
        more = ["Something that fits is not chosen yet."] if missing else []
        return "\n".join([*(f"{o.text}: {o.feedback}" for o in chosen), *more])
    if item.kind == "match":
        pairs = dict(pair.split(":", 1) for pair in given)
        wrong = [o for o in item.options if pairs.get(o.id) != o.partner]
        return "\n".join(f"{o.text}: {o.feedback}" for o in wrong or item.options)
    return ""


def _in_words(question: Question) -> str:
    """The answer that is kept, as the learner put it."""
    item, given = question.item, question.given
    if item.kind == "short":
        return f"Your answer: {given}"
    if item.kind == "match":
        partners = {p.id: p.text for p in item.partners}
        pairs = [pair.split(":", 1) for pair in given]
        return "\n".join(["Your answer:", *(f"{item.option(a).text}: {partners[b]}" for a, b in pairs)])
    texts = [item.option(ident).text for ident in (given if isinstance(given, list) else [given])]
    numbered = [f"{n}. {text}" for n, text in enumerate(texts, 1)] if item.kind == "order" else texts
    return "\n".join(["Your answer:", *numbered]) if len(numbered) > 1 else f"Your answer: {numbered[0]}"


check = Check(renderer=draw)


def quiz(name: str) -> Any:
    """One practice question of a lesson, by its id or by its pool's; what is wrong with the name is said in words."""
    return check.choice(name)
