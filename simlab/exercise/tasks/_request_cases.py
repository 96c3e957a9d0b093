"""The requests themselves: `content/requests/`, one file a request, made of who works here and whose record it is.

The surface is no guide. A well-known name, a neighbor, a kitchen table or a colleague's record stand on both sides,
and the same nurse at the same door is an emergency on one page and none on another.

`who` of a role asks, in drawn order: the first, or the last, of those who are in no other request. `last of all` is the last
of everybody, and then `{other}` is the first. `member` is whose record it is, and `number` what is drawn besides.
`words` fill what follows by kind (content/tasks/requests.yml), and `follows` stands in its place. `asked` and `then` are what
Larkspur's policies are asked, and what the right choice makes of it.
"""

from __future__ import annotations

import functools
from typing import Any, Literal

from pydantic import Field, field_validator

from simlab.content import Model, load, load_file, names, resource
from simlab.controls.access import Request
from simlab.controls.access.request import FIELDS
from simlab.errors import UnknownName
from simlab.exercise.tasks._request_facts import House, pick
from simlab.exercise.tasks._request_parts import CHOICES, Case, Kind, pieces
from simlab.exercise.tasks._story import fill, say

Facts = dict[str, Any]
Asked = dict[str, bool | str]
STRANGERS = ("stranger", "well-known")


class Whose(Model):
    is_: Literal["stranger", "well-known", "co-worker", "self", "household", "relative", "neighbor"] = Field(alias="is")
    draw: str = ""


class Number(Model):
    draw: str
    least: int
    most: int
    times: int = 1


class Login(Model):
    """Another log-in than one of 25 minutes ago: `number` times so many minutes."""

    place: Literal["site", "remote"]
    minutes_each: int


class Choices(Model):
    """Words for each choice."""

    open: str
    glass: str
    part: str
    colleague: str
    refuse: str


class Follows(Model):
    """What follows from each choice, by what is right."""

    open: Choices
    glass: Choices
    part: Choices
    colleague: Choices
    refuse: Choices


class Asking(Model):
    """A request as its file has it."""

    id: str
    right: Kind
    role: str
    who: Literal["first", "last", "last of all"] = "first"
    like: str = ""
    member: Whose
    number: Number | None = None
    login: Login | None = None
    is_many: bool = False
    asks: str
    why: str
    record: str = "{member}: {entries} claims on file"
    tables: tuple[str, ...]
    words: dict[str, str] = {}
    follows: dict[str, str] = {}
    asked: Asked
    then: Asked = {}

    @field_validator("asked", "then")
    @classmethod
    def _facts_of_a_request(cls, value: Asked) -> Asked:
        for name in value:
            if name not in FIELDS:
                raise ValueError(str(UnknownName("fact of a request", name, FIELDS)))
        return value

    @field_validator("follows")
    @classmethod
    def _choices(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if name not in CHOICES:
                raise ValueError(str(UnknownName("choice", name, CHOICES)))
        return value

    def case(self, room: House, seed: int, taken: set[str]) -> Case | None:
        """The request of a seed, None where the company has nobody for it. Raises ContentError."""
        found = self._people(room, seed, taken)
        if found is None:
            return None
        who, member = found
        path, facts = resource("requests", f"{self.id}.yml"), self._facts(room, seed, taken, who, member)
        told = fill(self, facts, path)
        usual = {c: w for c, w in texts()[self.right].items() if c not in self.follows}
        follows = told.follows | {c: say(w, facts | _both(told.words), path, ["words"]) for c, w in usual.items()}
        return Case(
            self.id, f"{room.name(who)}, {room.job(who)}", pieces(told.asks, f"“{told.why}”", told.record, told.tables),
            self.right, follows, self._request(room, who, member, facts["number"]), dict(self.then),
            room.entries(member), facts["number"] if self.is_many else 1,
        )  # fmt: skip

    def _people(self, room: House, seed: int, taken: set[str]) -> tuple[str, str] | None:
        """Who asks, and whose record it is."""
        if self.member.is_ not in (*STRANGERS, "co-worker"):
            return next(iter(room.tied(self.role, self.member.is_, seed, taken)), None)
        team = room.of_role(self.role, seed, () if self.who == "last of all" else taken, like=self.like)
        if not team or (who := team[0 if self.who == "first" else -1]) in taken:
            return None
        if self.member.is_ == "co-worker":
            return who, room.co_worker(who, seed, self.member.draw)
        return who, room.stranger(who, seed, self.member.draw, famous=self.member.is_ == "well-known")

    def _facts(self, room: House, seed: int, taken: set[str], who: str, member: str) -> Facts:
        n = self.number
        number = n.times * pick(seed, n.draw, n.least, n.most) if n else 0
        others = room.of_role(self.role, seed, () if self.who == "last of all" else (*taken, who))
        return {
            "who": room.name(who), "member": room.member(member), "entries": room.entries(member),
            "number": number, "others": number - 1, "other": room.name(others[0]) if others else "",
            "desk": f"Signed in 25 minutes ago, on a Larkspur laptop ({room.site(who)})",
        }  # fmt: skip

    def _request(self, room: House, who: str, member: str, number: int) -> Request:
        usual = {"place": room.place(who), "mfa_minutes": 25}
        login = {"place": self.login.place, "mfa_minutes": self.login.minutes_each * number} if self.login else usual
        kin = "none" if self.member.is_ in STRANGERS else self.member.is_
        many = {"records": number} if self.is_many else {}
        facts = {"actor": who, "member": member, "role": self.role, "kin": kin, "device": "managed"}
        return Request.of({**facts, **login, **many, **self.asked})


def _both(words: dict[str, str]) -> dict[str, str]:
    """The words, and under a name with a capital as they begin a sentence."""
    return words | {name[:1].upper() + name[1:]: said[:1].upper() + said[1:] for name, said in words.items()}


@functools.cache
def askings(right: Kind) -> tuple[Asking, ...]:
    """Every request of which this is right. Raises ContentError."""
    return tuple(one for one in (load("requests", name, Asking) for name in names("requests")) if one.right == right)


@functools.cache
def texts() -> dict[str, dict[str, str]]:
    """What follows, by what is right and by choice. Raises ContentError."""
    return load_file(resource("tasks", "requests.yml"), Follows).model_dump()
