"""The requests of a month at the gateway: some of each way of asking, drawn for a learner from one labelled store.

What is right for each stands in the store and follows from the law (`simlab.activity.requests`), not from
the gateway. The store is made once, before learners are marked; a seed says which of it a learner meets.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from dataclasses import dataclass

from simlab import clock, draw
from simlab.activity.requests import Asked, registry, sharing_requests
from simlab.activity.requests.concerned import Concerned
from simlab.activity.requests.counter import counters
from simlab.controls.consent import Authorization, Registry
from simlab.controls.sharing import Gateway
from simlab.insurer import Insurer

COMPANY, MEMBERS, SEED = 2, 1_000, 7
START, DAYS = dt.date(clock.YEAR, 7, 1), 31
STORED, EACH = 8, 4  # of each way of asking: in the store, and in a learner's month
_MORE = 2  # as many as wanted are asked for: of some the tables say that it is another case
# What a learner's rows can be for.
ROUTES = (
    ("family", "involvement"), ("named insured", "notice"), ("personal representative", "access"), ("member", "access"),
    ("provider", "treatment"), ("provider", "payment"), ("third party", "authorized by the member"),
    ("marketer", "marketing"), ("vendor", "services"), ("staff", "operations"), ("law enforcement", "legal process"),
    ("law enforcement", "locate a person"), ("plan sponsor", "enrolment"), ("plan sponsor", "administration"),
    ("plan sponsor", "employment"),
)  # fmt: skip


@dataclass(frozen=True)
class Due:
    """One request with what may be told of it, and whether some form of the member is on file by then."""

    asked: Asked
    may: frozenset[str]
    has_form: bool

    @property
    def route(self) -> tuple[str, str]:
        return self.asked.request.recipient, self.asked.request.purpose


@dataclass(frozen=True)
class Month:
    """The requests of a month, in order of time, and the register that they are decided against."""

    dues: tuple[Due, ...]
    register: Registry


@functools.lru_cache(maxsize=1)
def store() -> Month:
    """Every request that a learner can meet, made once."""
    insurer = Insurer.build(COMPANY, MEMBERS)
    ways: dict[str, list[Asked]] = defaultdict(list)
    for one in sharing_requests(insurer, START, DAYS, SEED, times=_times(insurer)):
        if len(ways[one.why]) < STORED:
            ways[one.why].append(one)
    kept = [one for found in ways.values() for one in found]
    register = registry(insurer, kept)
    gateway = Gateway(register)
    return Month(tuple(_due(one, register, gateway) for one in kept), register)


def _times(insurer: Insurer) -> dict[str, int]:
    """How many times of each way of asking that a row can be for: a small insurer's month has few of the rare ones."""
    concerned = Concerned(insurer)
    asked = [c for c in counters() if (c.recipient, c.purpose) in ROUTES and c.whom != "unknown"]
    a_month = {c.id: max(1, concerned.pool(c).many) * DAYS * c.per_hundred_thousand for c in asked}
    return {ident: _MORE * STORED * 365 * 100_000 // many + 1 for ident, many in a_month.items()}


def _due(one: Asked, register: Registry, gateway: Gateway) -> Due:
    ask = one.request
    may = {"told": ask.data, "refused": ()}.get(one.expected)
    if may is None:  # of what is told in part, the shipped rules say which
        may = tuple(p.data for p in gateway.decide(ask).allowed)
    has_form = any(isinstance(r, Authorization) for r in register.held(ask.member, ask.at))
    return Due(one, frozenset(may), has_form)


@functools.lru_cache(maxsize=12)
def build(seed: int) -> Month:
    """The month of a seed: so many of each way of asking."""
    ways: dict[str, list[Due]] = defaultdict(list)
    for due in store().dues:
        ways[due.asked.why].append(due)
    chosen = [due for why, found in ways.items() for due in _some(seed, why, found)]
    return Month(tuple(sorted(chosen, key=lambda d: (d.asked.request.at, d.asked.why))), store().register)


def _some(seed: int, why: str, found: list[Due]) -> list[Due]:
    return sorted(found, key=lambda d: int(draw.bits(seed, f"month/{why}/{d.asked.request.at.isoformat()}", 0)))[:EACH]
