"""A role-play as data: one file in content/dialogues, its name is its id."""

from __future__ import annotations

import functools
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simlab.content import Model, load_file, resource
from simlab.content import names as content_names
from simlab.errors import UnknownName
from simlab.events import DATA_CLASSES

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Words = Annotated[str, Field(min_length=1, max_length=1200)]
Leans = Literal["help", "refuse", "check"]
Setting = Literal["phone", "counter", "hallway", "desk", "home", "fax", "mail", "chat"]
Pick = Literal["adult", "married", "elder", "parent"]


class Person(Model):
    """Somebody in the scene; `says_is` is who they say they are, which may not be so."""

    name: Words
    job: str = ""
    says_is: str = ""


class Cast(Model):
    """The learner's part, and the other one's."""

    you: Person
    other: Person


class Member(Model):
    """Whose data it is: drawn from the company by `pick`; `name` calls them by a name of the story.

    `gender` and `spouse_gender` (M or F, "" any) are for texts that say he or she.
    """

    pick: Pick = "adult"
    gender: Literal["", "M", "F"] = ""
    spouse_gender: Literal["", "M", "F"] = ""
    name: str = ""


class Change(Model):
    """What differs of an option in one variant."""

    tells: tuple[str, ...] | None = None
    grants: tuple[str, ...] | None = None
    serves: bool | None = None
    harm: str | None = None
    follows: str | None = None
    why: str | None = None
    next: str | None = None


class Option(Model):
    """What you may say or do, and what comes of it.

    `leans` is the slogan that it follows; `tells` are the data classes told, `to` whom; `grants` are
    those that the same one may be told from here on (identity checked, the member agreed); `serves` meets the need;
    `harm` is what happens to the member because of this. `next` is a turn's id, "" the end.
    `variants` holds what differs in a variant.
    """

    id: Id
    text: Words
    leans: Leans
    tells: tuple[str, ...] = ()
    to: str = "other"
    grants: tuple[str, ...] = ()
    serves: bool = False
    harm: str = ""
    follows: Words
    why: Words
    cite: str = ""
    next: str = ""
    variants: dict[str, Change] = {}

    @model_validator(mode="after")
    def _classes(self) -> Self:
        for name in (*self.tells, *self.grants):
            if name not in DATA_CLASSES:
                raise ValueError(f"option {self.id!r}: {UnknownName('data class', name, DATA_CLASSES)}")
        return self

    def within(self, variant: str) -> Option:
        """The option as it is in a variant."""
        change = self.variants.get(variant)
        return self.model_copy(update=change.model_dump(exclude_none=True)) if change else self


class Turn(Model):
    """What the other one says, and what you may answer."""

    id: Id
    says: Words
    options: tuple[Option, ...] = Field(min_length=2, max_length=4)

    def option(self, ident: str) -> Option:
        """The option of that id. Raises UnknownName."""
        for option in self.options:
            if option.id == ident:
                return option
        raise UnknownName("option", ident, (o.id for o in self.options))


class Variant(Model):
    """One fact that differs; drawn by the seed. `set` gives texts for placeholders of that name."""

    id: Id
    set: dict[str, str] = {}
    may_be_told: tuple[str, ...] | None = None


class Debrief(Model):
    """What the rule says, and what is good practice beyond it."""

    law: Words
    practice: Words
    cite: tuple[Words, ...] = Field(min_length=1)


class Criterion(Model):
    """What an observer scores from 0 to 2, and what to look for."""

    id: Id
    text: Words
    look_for: Words


class Dialogue(Model):
    """One role-play. `may_be_told` are the data classes that the other one may be told from the start."""

    id: str = ""
    title: Words
    ground: tuple[str, ...] = Field(min_length=1)
    objective: Id
    roles: tuple[Id, ...] = ()
    setting: Setting
    cast: Cast
    member: Member = Member()
    moment: Words
    need: Words
    may_be_told: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    turns: tuple[Turn, ...] = Field(min_length=1)
    debrief: Debrief
    observer: tuple[Criterion, ...] = Field(min_length=3, max_length=6)

    @model_validator(mode="after")
    def _references(self) -> Self:
        turns, variants = [t.id for t in self.turns], [v.id for v in self.variants]
        for option in (o for t in self.turns for o in t.options):
            nexts = [option.next, *(c.next for c in option.variants.values() if c.next)]
            for name in filter(None, nexts):
                if name not in turns:
                    raise ValueError(f"option {option.id!r}: next: {UnknownName('turn', name, turns)}")
            for name in option.variants:
                if name not in variants:
                    raise ValueError(f"option {option.id!r}: {UnknownName('variant', name, variants)}")
        return self

    def turn(self, ident: str) -> Turn:
        """The turn of that id. Raises UnknownName."""
        for turn in self.turns:
            if turn.id == ident:
                return turn
        raise UnknownName("turn", ident, (t.id for t in self.turns))


def names() -> list[str]:
    """The ids of all role-plays, sorted."""
    return content_names("dialogues")


@functools.lru_cache(maxsize=64)
def load(name: str) -> Dialogue:
    """The role-play of that id. Raises UnknownName, ContentError."""
    if name not in names():
        raise UnknownName("role-play", name, names())
    return load_file(resource("dialogues", f"{name}.yml"), Dialogue).model_copy(update={"id": name})
