"""Questions: one file a lesson in `simlab/content/items/<lesson>.yml`.

A practice item carries feedback on every option and says which is right: it is answered at once. A
marked item carries neither; its key stands in the hidden block of the solution alone, and a file
that says more is a ContentError. Items of one `pool` stand in for each other: a learner meets one of
them, by the track and by the draw.
"""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from simlab import draw
from simlab.content import Model, load_file, names, resource
from simlab.errors import ContentError, InputError, UnknownName
from simlab.exercise.protocol import NEXT, UNANSWERED, Verdict, lead

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


class Objective(Model):
    """What one can do after a lesson: a verb that can be observed, and the ground that it covers."""

    id: Id
    text: Words
    ground: tuple[Annotated[str, Field(pattern=r"^[A-Z][0-9]$")], ...] = Field(min_length=1)


class Partner(Model):
    """The other side of a matching question."""

    id: Id
    text: Words


class Option(Model):
    """One option: a stable id, its text, and in practice what choosing it would have led to.

    `partner` is what it goes with, in a practice question that matches.
    """

    id: Id
    text: Words
    feedback: str = ""
    right: bool | None = None
    partner: str = ""


class Item(Model):
    """One question.

    `kind`: one (a single right option), several, order (options stand in the file in the right
    order when it is practice), match (each option goes with one of `partners`; answered as a list of
    "option:partner"), short (own words; `sample` is shown after a practice answer). `objective` is
    what it practises, `roles` the tracks whose work it is (none: everybody's).
    """

    id: Id
    stem: Words
    objective: Id
    options: tuple[Option, ...] = ()
    partners: tuple[Partner, ...] = ()
    roles: tuple[Id, ...] = ()
    pool: Id | Literal[""] = ""
    kind: Literal["one", "several", "order", "match", "short"] = "one"
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
        if self.kind in ("several", "order", "match") and not 2 <= size <= 8:
            raise ValueError(f"item {self.id!r}: has {size} options: write 2 to 8")
        if (self.kind == "match") != bool(self.partners):
            raise ValueError(f"item {self.id!r}: `partners` belong to a match item, and only there")
        return self

    @model_validator(mode="after")
    def _key(self) -> Self:
        if self.practice:
            _practice(self)
        elif self.sample:
            raise ValueError(f"item {self.id!r} is marked: it must not show a sample answer")
        for option in () if self.practice else self.options:
            if option.feedback or option.right is not None or option.partner:
                said = "feedback" if option.feedback else "`partner`" if option.partner else "`right`"
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
    if item.kind in ("order", "match") and right:
        raise ValueError(f"item {item.id!r}: `right` is for items of kind one and several: leave it out")
    known = [p.id for p in item.partners]
    for option in item.options if item.kind == "match" else ():
        if option.partner not in known:
            raise ValueError(f"item {item.id!r}: option {option.id!r} goes with one of {', '.join(known)}")


class Items(Model):
    """The questions of one lesson, and the objectives that they practise.

    `checks` gives the objective of each marked check (by grade_id) that is no question, such as a
    function or a simulation.
    """

    objectives: tuple[Objective, ...] = Field(min_length=1)
    checks: dict[str, Id] = {}
    items: tuple[Item, ...]

    @model_validator(mode="after")
    def _objectives(self) -> Self:
        known = [o.id for o in self.objectives]
        for name, objective in [*((f"item {i.id!r}", i.objective) for i in self.items), *self.checks.items()]:
            if objective not in known:
                raise ValueError(f"{name}: {UnknownName('objective', objective, known)}")
        return self


def load_items(path: Path) -> Items:
    """The questions of one file, read once until it changes. Raises ContentError."""
    try:
        at = path.stat()
    except OSError:
        return load_file(path, Items)  # which says why
    return _read(path, at.st_mtime_ns, at.st_size)


@functools.lru_cache(maxsize=64)
def _read(path: Path, _mtime: int, _size: int) -> Items:
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


def pool(name: str, lesson: str = "") -> list[Item]:
    """The items of a pool, in the order of their file; empty where there is no such pool. Raises ContentError."""
    for stem in sorted(names("items"), key=lambda s: (s != lesson, s)):
        path = resource("items", f"{stem}.yml")
        if name in path.read_text(encoding="utf-8", errors="replace"):
            found = [item for item in load_items(path).items if item.pool == name]
            if found:
                return found
    return []


def drawn(members: list[Item], role: str, seed: int) -> Item:
    """The item of a pool that a learner of this track meets.

    Those of their own work first, then those that are everybody's, then any. Marked pools are drawn
    without a role: the judge must come to the same one. Raises InputError for an empty pool.
    """
    if not members:
        raise InputError("a pool of no items")
    own = [i for i in members if role and role in i.roles] or [i for i in members if not i.roles] or members
    return min(own, key=lambda i: (int(draw.bits(seed, f"pool/{i.pool}/{i.id}", 0)), i.id))


def meet(name: str, lesson: str, role: str, seed: int) -> Item:
    """The question of that id, or the one drawn from the pool of that name. Raises UnknownName, ContentError."""
    members = pool(name, lesson)
    if not members:
        return find(name, lesson)
    return drawn(members, role if members[0].practice else "", seed)


def _all_ids() -> list[str]:
    """Every question there is; a file that cannot be read has none to offer."""
    known: list[str] = []
    for stem in names("items"):
        with contextlib.suppress(ContentError):
            for item in load_items(resource("items", f"{stem}.yml")).items:
                known += [item.id, *([item.pool] if item.pool and item.pool not in known else [])]
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
    if item.kind == "match":
        return _matched(item, value)
    chosen = [item.option(v) for v in (value if isinstance(value, list) else [value])]
    share = _share(item, chosen)
    said = [o.feedback for o in chosen] if item.kind != "order" or share == 1.0 else [_first_slip(item, chosen)]
    return Verdict(share, " ".join([lead(share), *said]), cite=item.cite)


def _matched(item: Item, value: Any) -> Verdict:
    """Of the pairs that are not right, the feedback of each option; where all are, what they teach."""
    pairs = dict(pair.partition(":")[::2] for pair in value if isinstance(pair, str))
    wrong = [o for o in item.options if pairs.get(o.id) != o.partner]
    share = 1 - len(wrong) / len(item.options)
    if not wrong:
        return Verdict(1.0, "Right. " + " ".join(o.feedback for o in item.options), cite=item.cite)
    lead = "Not yet." if share == 0 else f"Partly right: {len(item.options) - len(wrong)} of {len(item.options)}."
    return Verdict(share, " ".join([lead, *(f"{o.text}: {o.feedback}" for o in wrong)]), cite=item.cite)


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
