"""Requests at the sharing gateway: who asks from outside, about whom, and what the law says to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simlab import clock, draw
from simlab.activity.ordinary import LONGEST
from simlab.activity.requests.concerned import Concerned, Pool
from simlab.activity.requests.counter import Counter, Expected, counters, on_file
from simlab.activity.roster import MILLI, ZONE, midnight
from simlab.controls.consent import Record, Registry
from simlab.controls.consent.company import registry_of
from simlab.controls.sharing import Request, contract_facts, request
from simlab.draw import I64
from simlab.errors import InputError
from simlab.events import Recorder, silent
from simlab.insurer import Insurer

_EPOCH = dt.date(1970, 1, 1).toordinal()
_YEAR = 365 * 100_000
_A_DAY = 1_000_000  # keys for draws
# Of so many members one bears the records of one way of asking; the others bear none.
APART = 3


@dataclass(frozen=True)
class Asked:
    """A request with what is `expected` of it (told, refused, partly) and why: a short id, words and the source.

    `records` are what came in about the member before, each with its time; `registry` takes them.
    """

    request: Request
    expected: Expected
    why: str
    says: str
    cite: str
    records: tuple[tuple[dt.datetime, Record], ...] = ()


def sharing_requests(
    insurer: Insurer, start: dt.date, days: int, seed: int, *, times: int | Mapping[str, int] = 1
) -> list[Asked]:
    """Requests at the gateway in so many days from `start`, in order of time (`simlab/content/counter`).

    `times` as many as the files say: a small insurer's month has few of the rare ones. By the id of a way of
    asking, so many times of each that is named, and none of the others. What is expected
    follows from the law and the facts, and never from the gateway's rules. A day comes out the same alone or
    among others. Raises InputError for no days or more than LONGEST, or for fewer than once.
    """
    if not 1 <= days <= LONGEST:
        raise InputError(f"{days} days: give 1 to {LONGEST}, and more in several parts")
    many = times if isinstance(times, Mapping) else {counter.id: times for counter in counters()}
    if wrong := [each for each in many.values() if each < 1]:
        raise InputError(f"times is {wrong[0]}: give 1 for what is usual, 10 for ten times as many")
    concerned = Concerned(insurer)
    asking = [counter for counter in counters() if counter.id in many]
    out = [one for way in asking for one in _asked(insurer, concerned, way, start, days, seed, many[way.id])]
    return sorted(out, key=lambda one: (one.request.at, one.why, one.request.member))


def registry(insurer: Insurer, asked: Iterable[Asked], *, log: Recorder = silent) -> Registry:
    """The company's register with what came in about those who are asked about."""
    return registry_of(insurer, more=[pair for one in asked for pair in one.records], log=log)


def _asked(
    insurer: Insurer, concerned: Concerned, counter: Counter, start: dt.date, days: int, seed: int, times: int
) -> Iterator[Asked]:
    pool = _apart(concerned.pool(counter), counter, seed)
    if not len(pool.member):
        return
    date, key = _when(counter, pool, start, days, seed, times)
    at = draw.below(seed, f"asks {counter.id}", key, len(pool.member))
    moment = 8 * clock.HOUR + draw.below(seed, f"asks {counter.id} at", key, 10 * 3_600_000) * MILLI
    for day, own, row, after in zip(date.tolist(), key.tolist(), at.tolist(), moment.tolist(), strict=True):
        if pool.since[row] <= day:
            found = _one(insurer, concerned, counter, pool, row, dt.date.fromordinal(day + _EPOCH), own, after, seed)
            yield from (found,) if found else ()


def _apart(pool: Pool, counter: Counter, seed: int) -> Pool:
    """Members of whom this way of asking may be: what one has signed must not answer what another asks."""
    bearing = [c.id for c in counters() if c.records]
    mine = draw.below(seed, "bears records", pool.member, APART * len(bearing))
    keep = mine == bearing.index(counter.id) if counter.records else mine >= len(bearing)
    return pool.only(keep | (pool.member < 0))


def _when(counter: Counter, pool: Pool, start: dt.date, days: int, seed: int, times: int) -> tuple[I64, I64]:
    """The day since 1970 of each request, and a key for its draws."""
    whole, rest = divmod(pool.many * counter.per_hundred_thousand * times, _YEAR)
    ordinal = start.toordinal() + np.arange(days)
    more = draw.below(seed, f"how many {counter.id}", ordinal, _YEAR) < rest
    many = whole + more
    day = np.repeat(ordinal, many)
    nth = np.arange(len(day)) - np.repeat(np.cumsum(many) - many, many)
    return day - _EPOCH, day * _A_DAY + nth


def _one(
    insurer: Insurer,
    concerned: Concerned,
    counter: Counter,
    pool: Pool,
    row: int,
    date: dt.date,
    key: int,
    after: int,
    seed: int,
) -> Asked | None:
    number, who = int(pool.member[row]), str(pool.who[row])
    if counter.who == "named":
        who = counter.named[draw.one(seed, f"who {counter.id}", key, len(counter.named))]
        who = who.replace("{n}", str(10_000 + draw.one(seed, f"matter {counter.id}", key, 90_000)))
    facts = _facts(insurer, counter, who, date)
    if facts is None:
        return None
    member = str(concerned.ids[number]) if number >= 0 else ""
    name = str(concerned.names[number]) if number >= 0 else ""
    at = clock.instant(midnight(date, ZONE) + after)
    ask = request(
        at=at, recipient=counter.recipient, purpose=counter.purpose, who=who, member="M9999999" if counter.whom == "unknown" else member,
        data=list(counter.data), facts=facts,
    )  # fmt: skip
    held = tuple(on_file(counter, f"{counter.id}-{key}", member, name, who, date))
    return Asked(ask, counter.expected, counter.id, counter.says, counter.cite, held)


def _facts(insurer: Insurer, counter: Counter, who: str, date: dt.date) -> dict[str, Any] | None:
    """The facts of a request with what the company's tables know; None where the tables say that it is another case."""
    facts: dict[str, Any] = dict(counter.facts)
    if counter.contract_for:
        facts |= contract_facts(insurer.contracts, who, counter.contract_for, counter.data, date)
        serves = facts["contract_in_force"] and facts["contract_allows_purpose"] and not facts.get("known_violation")
        return facts if serves == (counter.expected == "told") else None
    if counter.recipient == "plan sponsor":
        certified = counter.whom == "in a certified group"
        facts |= {"certified": certified, "documents_amended": certified}
    return facts
