"""Questions: one file a lesson in `simlab/content/items/<lesson>.yml`.

A practice item carries feedback on every option and says which is right: it is answered at once. A
marked item carries neither; its key stands in the hidden block of the solution alone, and a file
that says more is a ContentError.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from simlab import draw
from simlab.content import Model, load_file, names, resource
from simlab.errors import ContentError, UnknownName
from simlab.exercise.kinds.choice import NEXT, UNANSWERED
from simlab.exercise.protocol import Verdict

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


class Option(Model):
    """One option: a stable id, its text, and in practice what choosing it would have led to."""

    id: Id
    text: Words
    feedback: str = ""
    right: bool | None = None


class Item(Model):
    """One question.

    `kind`: one (a single right option), several, order (options stand in the file in the right
    order when it is practice), short (own words; `sample` is shown after a practice answer).
    """

    id: Id
    stem: Words
    options: tuple[Option, ...] = ()
    kind: Literal["one", "several", "order", "short"] = "one"
    hint: str = ""
    cite: str = ""
    practice: bool = False
    sample: str = ""

    @model_validator(mode="after")
    def _shape(self) -> Self:
        size = len(self.options)
        if self.kind == "short" and size:
            raise ValueError(f"item {self.id!r}: a short item has no options")
        if self.kind == "one" and not 2 <= size <= 4:
            raise ValueError(f"item {self.id!r}: has {size} options: write 2 to 4")
        if self.kind in ("several", "order") and not 2 <= size <= 8:
            raise ValueError(f"item {self.id!r}: has {size} options: write 2 to 8")
        return self

    @model_validator(mode="after")
    def _key(self) -> Self:
        if self.practice:
            _practice(self)
        elif self.sample:
            raise ValueError(f"item {self.id!r} is marked: it must not show a sample answer")
        for option in () if self.practice else self.options:
            if option.feedback or option.right is not None:
                said = "feedback" if option.feedback else "`right`"
                raise ValueError(
                    f"item {self.id!r} is marked: option {option.id!r} must not carry {said}; "
                    "put it in the solution's hidden block, or write `practice: true`"
                )
        return self

    def option(self, ident: str) -> Option:
        """The option of that id. Raises UnknownName."""
        for option in self.options:
            if option.id == ident:
                return option
        raise UnknownName("option", ident, (o.id for o in self.options))


def _practice(item: Item) -> None:
    for option in item.options:
        if not option.feedback:
            raise ValueError(f"item {item.id!r} is practice: option {option.id!r} needs feedback")
    right = sum(bool(o.right) for o in item.options)
    if item.kind == "one" and right != 1:
        raise ValueError(f"item {item.id!r} is practice: exactly one option is `right: true`, not {right}")
    if item.kind == "several" and right == 0:
        raise ValueError(f"item {item.id!r} is practice: at least one option is `right: true`")
    if item.kind == "order" and right:
        raise ValueError(f"item {item.id!r}: in an order item the order of the file is right: leave `right` out")


class Items(Model):
    """The questions of one lesson."""

    items: tuple[Item, ...]


def load_items(path: Path) -> Items:
    """The questions of one file. Raises ContentError."""
    return load_file(path, Items)


def find(name: str, lesson: str = "") -> Item:
    """The question of that id, in the lesson's file first. Raises UnknownName, ContentError."""
    for stem in sorted(names("items"), key=lambda s: (s != lesson, s)):
        path = resource("items", f"{stem}.yml")
        # Reading YAML strictly is slow: a file that does not hold the name is not parsed.
        if name in path.read_text(encoding="utf-8", errors="replace"):
            for item in load_items(path).items:
                if item.id == name:
                    return item
    raise UnknownName("question", name, _all_ids())


def _all_ids() -> list[str]:
    """Every question there is; a file that cannot be read has none to offer."""
    known: list[str] = []
    for stem in names("items"):
        with contextlib.suppress(ContentError):
            known += [item.id for item in load_items(resource("items", f"{stem}.yml")).items]
    return known


def shuffled(item: Item, seed: int) -> tuple[Option, ...]:
    """The options in the order that this seed shows; adding an option leaves the others' order."""
    return tuple(sorted(item.options, key=lambda o: (_rank(item, o, seed), o.id)))


def _rank(item: Item, option: Option, seed: int) -> int:
    return int(draw.bits(seed, f"options/{item.id}/{option.id}", 0))


def judge(item: Item, value: Any) -> Verdict:
    """The verdict on a practice answer: this choice's own feedback. Raises UnknownName."""
    if value is None or value == "" or value == []:
        return Verdict(0.0, UNANSWERED)
    if item.kind == "short":
        return Verdict(1.0, f"One good answer: {item.sample}" if item.sample else "Your text is kept.", cite=item.cite)
    chosen = [item.option(v) for v in (value if isinstance(value, list) else [value])]
    share = _share(item, chosen)
    lead = {1.0: "Right.", 0.0: "Not yet."}.get(share, "Partly right.")
    said = [o.feedback for o in chosen] if item.kind != "order" or share == 1.0 else [_first_slip(item, chosen)]
    return Verdict(share, " ".join([lead, *said]), cite=item.cite)


def _share(item: Item, chosen: list[Option]) -> float:
    if item.kind == "order":
        hits = sum(a is b for a, b in zip(chosen, item.options, strict=False))
        return hits / len(item.options)
    right = [o for o in item.options if o.right]
    hits = sum(o in chosen for o in right)
    return max(0, hits - sum(not o.right for o in chosen)) / len(right)


def _first_slip(item: Item, chosen: list[Option]) -> str:
    for got, wanted in zip(chosen, item.options, strict=False):
        if got is not wanted:
            return f"{got.text!r} stands too early. {got.feedback}"
    return NEXT
