"""Rules of doors, desks, keys and media as data: one file each in `simlab/content/physical/`.

A permit says when something may be done and what must hold for it; a forbid outweighs every permit. Code
here names none of them.
"""

from __future__ import annotations

import functools
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from simlab.content import Model, load, names, resource
from simlab.content.loader import fault
from simlab.errors import InputError, UnknownName

Act = Literal[
    "enter", "sign in", "sign out", "open cabinet", "take key", "leave desk", "place screen", "carry out",
    "move equipment", "re-use media", "dispose of media", "repair",
]  # fmt: skip
Fact = bool | str
Cite = Annotated[str, Field(pattern=r"^45 CFR 164\.\d+(\([A-Za-z0-9]+\))*$")]


class Passing(Model):
    """Somebody who wants to do something at a site. What is not said is not so: what nobody knows does not hold."""

    act: Act
    person: Literal["staff", "visitor", "vendor", "responder", "former staff"] = "visitor"
    zone: Literal["lobby", "office", "records room", "server room"] = "office"
    badge: Literal["none", "own", "lent", "reported lost", "expired"] = "none"
    has_pin: bool = False
    is_listed: bool = Field(False, description="stands on the list of the room or the key")
    is_followed: bool = Field(False, description="somebody would come in behind without a badge")
    is_emergency: bool = False
    has_signed_in: bool = False
    has_id: bool = False
    has_host: bool = False
    has_purpose: bool = False
    has_escort: bool = False
    is_escort_listed: bool = False
    is_badge_returned: bool = False
    is_needed: bool = Field(False, description="the work that they were given needs it")
    is_logged: bool = Field(False, description="it is written down: what, who, when")
    is_screen_locked: bool = False
    are_papers_away: bool = False
    is_cabinet_locked: bool = False
    is_visible: bool = Field(True, description="visitors can read the screen")
    is_encrypted: bool = False
    is_backed_up: bool = False
    is_wiped: bool = False
    is_destroyed: bool = False

    @classmethod
    def of(cls, **facts: Any) -> Passing:
        """A passing from its facts. Raises UnknownName, or InputError for a wrong value."""
        for name in facts:
            if name not in cls.model_fields:
                raise UnknownName("fact", name, cls.model_fields)
        try:
            return cls.model_validate(facts)
        except ValidationError as e:
            first = e.errors(include_url=False)[0]
            raise InputError(f"{first['loc'][0]}: {first['msg']}, not {first.get('input')!r}") from None


class Need(Model):
    """What must hold, and what is said and done when it does not."""

    fact: str
    equals: Fact
    lacking: str
    next: str
    cite: Cite


class Rule(Model):
    """One rule. `when` says for which facts it is meant, `unless` when it is not; each fact takes one of its values."""

    title: str
    effect: Literal["permit", "forbid"]
    act: Act
    when: dict[str, tuple[Fact, ...]]
    unless: dict[str, tuple[Fact, ...]] = {}
    needs: tuple[Need, ...] = ()
    says: str
    next: str = ""
    cite: Cite
    basis: Literal["law", "policy"]

    @model_validator(mode="after")
    def _whole(self) -> Rule:
        if self.effect == "forbid" and (self.needs or not self.next):
            raise ValueError("a forbid has no needs, and says in next what to do instead")
        return self

    def is_meant(self, passing: Passing) -> bool:
        """Whether the rule is about this passing."""
        if self.act != passing.act or (self.unless and _all(self.unless, passing)):
            return False
        return _all(self.when, passing)

    def lacking(self, passing: Passing) -> tuple[Need, ...]:
        """What this rule needs and the passing does not have."""
        return tuple(need for need in self.needs if getattr(passing, need.fact) != need.equals)


def _all(facts: dict[str, tuple[Fact, ...]], passing: Passing) -> bool:
    return all(getattr(passing, name) in values for name, values in facts.items())


@functools.cache
def rules() -> dict[str, Rule]:
    """All rules by id, which is the file's name. Raises ContentError for one that names an unknown fact or value."""
    found = {name: load("physical", name, Rule) for name in names("physical")}
    for name, rule in found.items():
        given = [*rule.when.items(), *rule.unless.items(), *((n.fact, (n.equals,)) for n in rule.needs)]
        for fact, values in given:
            if fact not in Passing.model_fields:
                said = str(UnknownName("fact", fact, Passing.model_fields))
                raise fault(resource("physical", f"{name}.yml"), ["when"], said)
            allowed = get_args(Passing.model_fields[fact].annotation) or (True, False)
            for value in values:
                if value not in allowed:
                    raise fault(
                        resource("physical", f"{name}.yml"), ["when"], f"{fact}: {value!r} is none of {allowed}"
                    )
    return found
