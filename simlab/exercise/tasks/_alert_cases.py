"""The alerts themselves: `content/alerts/`, one file an alert; here, the facts that fill its words.

Each has four pieces of evidence, and for each choice what it led to. The surface is no guide: there
are night jobs that are innocent and looks by day that are not, large counts and small ones on either side.
Alerts of the same facts are about the same people; one fact tells them apart.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import field_validator

from simlab.content import Model, load, names, resource
from simlab.exercise.tasks._alert_facts import Cast, Office, pick
from simlab.exercise.tasks._story import fill

Pieces = tuple[tuple[str, tuple[str, ...]], ...]
Choice = Literal["dismiss", "ask", "escalate"]
CHOICES: tuple[Choice, ...] = ("dismiss", "ask", "escalate")
Facts = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One alert: its evidence, what is right, and what follows from each choice.

    `more` is how many records are read further by choice; `person`: a colleague's account is in it;
    `waits`: members who wait if it is passed on without cause.
    """

    kind: str
    title: str
    pieces: Pieces
    right: Choice
    follows: dict[str, str]
    more: dict[str, int]
    person: bool
    waits: int
    is_night: bool
    id: str = ""

    def numbered(self, n: int) -> Case:
        return dataclasses.replace(self, id=f"a{n}", title=f"Alert {n}. {self.title}")


def _stolen_login(room: Office, cast: Cast, seed: int) -> Facts:
    minutes, hours = pick(seed, "stolen", 35, 80), pick(seed, "stolen wait", 2, 4)
    read = 3 * minutes
    more = room.among(seed, read, 3 * 60 * pick(seed, "stolen back", 3, 5))
    return {
        "minutes": minutes, "read": read, "hours": hours, "waited": 180 * hours, "at": pick(seed, "stolen at", 12, 38),
        "day": room.day("brightwater-svc"), "back": len(more), "states": more["state"].nunique(),
        "children": int(more["is_minor"].sum()),
    }  # fmt: skip


def _snoop(room: Office, cast: Cast, seed: int) -> Facts:
    actor, member = cast.snoop.actor, cast.snoop.member
    times, others, whose = pick(seed, "snoop", 4, 8), room.household(member), room.member(member)
    again = f"{others} more in the same household, and {whose} again" if others else f"{whose} again, {times} times"
    return {
        "who": room.name(actor), "whose": whose, "tie": cast.snoop.tie, "site": room.site(actor), "day": room.day(actor),
        "at": pick(seed, "snoop at", 10, 55), "again_at": pick(seed, "snoop again", 10, 55),
        "times": times, "again": again, "later": others or times,
    }  # fmt: skip


def _night_job(room: Office, cast: Cast, seed: int) -> Facts:
    return {"many": room.insurer.size, "minutes": pick(seed, "job", 12, 40)}


def _examiners(room: Office, cast: Cast, seed: int) -> Facts:
    """Somebody who works for two, with how many files each reads on a usual day."""
    who, away = cast.by_role["claims_examiner"][:2]
    own, theirs = max(1, room.day(who)), max(1, room.day(away))
    return {
        "who": room.name(who), "away": room.name(away), "site": room.site(who),
        "own": own, "theirs": theirs, "read": own + theirs, "waiting": 2 * own + theirs,
    }  # fmt: skip


def _nurse(room: Office, cast: Cast, seed: int) -> Facts:
    who = cast.by_role["nurse_reviewer"][0]
    cases = max(2, room.day(who))
    return {"who": room.name(who), "cases": cases, "waiting": 2 * cases, "at": pick(seed, "abroad", 20, 50)}


def _order(room: Office, cast: Cast, seed: int) -> Facts:
    return {"many": 6 * pick(seed, "announced", 40, 70), "day": room.day("cedarline-svc")}


def _call(room: Office, cast: Cast, seed: int) -> Facts:
    who, at = cast.by_role["member_services"][0], pick(seed, "called at", 10, 50)
    known = room.members[room.members["is_vip"] & (room.members.index != cast.snoop.member)]
    whose = str(known.index[pick(seed, "called who", 0, len(known) - 1)])
    return {
        "who": room.name(who), "whose": room.member(whose), "site": room.site(who), "waiting": 2 * room.day(who),
        "at": at, "at_file": at + 1, "at_note": at + 8,
    }  # fmt: skip


def _report(room: Office, cast: Cast, seed: int) -> Facts:
    who, many = cast.by_role["analyst"][0], 10 * pick(seed, "by hand", 24, 48)
    return {"who": room.name(who), "site": room.site(who), "many": many, "usual": many // 4}


def _vendor_by_day(room: Office, cast: Cast, seed: int) -> Facts:
    return {"many": room.day("stonebridge-svc")}


FACTS: dict[str, Callable[[Office, Cast, int], Facts]] = {
    "stolen-login": _stolen_login,
    "snoop": _snoop,
    "night-job": _night_job,
    "examiners": _examiners,
    "nurse": _nurse,
    "order": _order,
    "call": _call,
    "report": _report,
    "vendor-by-day": _vendor_by_day,
}


class Alert(Model):
    """An alert as its file has it, each number of `more` and `waits` the name of a fact."""

    id: str
    facts: str
    right: Choice
    title: str
    why: str
    account: tuple[str, ...]
    queue: str
    roster: str
    follows: dict[str, str]
    more: dict[str, str] = {}
    waits: str = "0"
    person: bool = False
    is_night: bool = False

    @field_validator("facts")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in FACTS:
            raise ValueError(f"is none of {', '.join(FACTS)}")
        return value

    @field_validator("follows")
    @classmethod
    def _each(cls, value: dict[str, str]) -> dict[str, str]:
        if set(value) != set(CHOICES) or len(set(value.values())) < len(CHOICES):
            raise ValueError(f"say what follows from {', '.join(CHOICES)}, each in its own words")
        return value

    def case(self, room: Office, cast: Cast, seed: int) -> Case:
        """The alert of a seed. Raises ContentError."""
        told = fill(self, FACTS[self.facts](room, cast, seed), resource("alerts", f"{self.id}.yml"))
        more = {choice: int(many) for choice, many in told.more.items()}
        return Case(
            self.id, told.title, told.pieces(), self.right, told.follows, more, self.person, int(told.waits), self.is_night
        )  # fmt: skip

    def pieces(self) -> Pieces:
        return (
            ("Why it alerted", (self.why,)),
            ("The account", self.account),
            ("Queue", (self.queue,)),
            ("Roster", (self.roster,)),
        )


@functools.cache
def alerts() -> tuple[Alert, ...]:
    """Every alert that there is. Raises ContentError."""
    return tuple(load("alerts", name, Alert) for name in names("alerts"))
