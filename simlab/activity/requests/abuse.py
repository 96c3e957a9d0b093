"""Requests that misuse makes: by somebody at work, or by whoever should not be at work at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from simlab import clock, draw
from simlab.activity.presence import terms
from simlab.activity.requests.asks import Misuse
from simlab.activity.requests.company import Books
from simlab.activity.requests.legitimate import Work
from simlab.activity.requests.rows import Columns, Part, code, drawn
from simlab.activity.roster import MILLI, ZONE, day_key, midnight
from simlab.draw import I64

# How long an account may still be open after somebody has left, and rights after they moved: days.
OPEN, KEPT = 90, 60


def parts(
    misuse: Misuse, done: list[Work], books: Books, dates: list[dt.date], seed: int, times: int
) -> Iterator[Part]:
    """The requests of one way of misuse; `times` as many as its file says."""
    often = min(misuse.per_million * times, 1_000_000)
    if misuse.who != "at work":
        yield from _absent(misuse, books, dates, seed, often)
        return
    for work in done:
        if not misuse.roles or work.case.role in misuse.roles:
            yield _at_work(misuse, work, books, seed, often)


def _at_work(misuse: Misuse, work: Work, books: Books, seed: int, often: int) -> Part:
    some = np.flatnonzero(draw.chance(seed, f"misuse {misuse.id}", work.case.key, often))
    key, actor = work.case.key[some], work.actor[some]
    member = books.whom(seed, misuse.id, misuse.whom, actor, key, work.case.member[some])
    shared = {name: values[some] for name, values in work.shared.items()}
    shared["relation"] = np.full(len(some), code("relation", _relation(work)))
    time = work.case.time[some] + draw.between(seed, f"{misuse.id} at", key, 40_000, 400_000) * MILLI
    return _made(misuse, books, seed, key, Part(misuse.id, "abuse", time, actor, member, shared))


def _relation(work: Work) -> str:
    """What joins an actor to the member of a case; a nurse's claims are her cases."""
    return "case" if work.case.role == "nurse_reviewer" else work.case.work.queue or "project"


def _made(misuse: Misuse, books: Books, seed: int, key: I64, part: Part) -> Part:
    """The part with the facts of the misuse, and with what the books say of actor and member."""
    there = part.member >= 0
    part, key = part.only(there), key[there]
    part.facts.update(drawn(seed, misuse.id, key, misuse.facts))
    part.facts["kin"] = books.kin(part.actor, part.member)
    part.facts["years_dead"] = books.years_dead(part.member, part.time)
    if misuse.records != (1, 1):
        part.facts["records"] = draw.between(seed, f"{misuse.id} records", key, *misuse.records)
    return part


def _absent(misuse: Misuse, books: Books, dates: list[dt.date], seed: int, often: int) -> Iterator[Part]:
    """Somebody who left, moved or is on leave, a day at a time."""
    workers, term = books.workers, terms(books.insurer)
    known = len(books.insurer.staff)
    old = {int(row): str(role) for row, role in zip(term.staff[known:], term.role[known:], strict=True)}
    for date in dates:
        who = _who(misuse, books, term.since, term.until, date, known, old)
        key = day_key(date) + workers.number[who]
        who, key = (found[draw.chance(seed, f"misuse {misuse.id}", key, often)] for found in (who, key))
        time = midnight(date, ZONE) + 7 * clock.HOUR + draw.below(seed, f"{misuse.id} at", key, 14 * 3_600_000) * MILLI
        member = books.whom(seed, misuse.id, misuse.whom, who, key, who)
        yield _made(
            misuse,
            books,
            seed,
            key,
            Part(misuse.id, "abuse", time, who, member, _seen(misuse, books, who, key, old, seed)),
        )


def _who(misuse: Misuse, books: Books, since: I64, until: I64, date: dt.date, known: int, old: dict[int, str]) -> I64:
    day = date.toordinal()
    if misuse.who == "on leave":
        away = books.workers.absences.away(date)[:known]
        return np.flatnonzero(away & (since[:known] <= day) & (day <= until[:known]))
    if misuse.who == "left":
        return np.flatnonzero((until[:known] < day) & (day <= until[:known] + OPEN))
    moved = np.isin(np.arange(known), list(old))
    return np.flatnonzero(moved & (since[:known] <= day) & (day <= since[:known] + KEPT) & (day <= until[:known]))


def _seen(misuse: Misuse, books: Books, who: I64, key: I64, old: dict[int, str], seed: int) -> Columns:
    """What a gate sees of them: the role that the accounts still have, and a machine as on any other day."""
    role = np.array([code("role", str(r)) for r in books.workers.role[who]], dtype=np.int8)
    if misuse.who == "moved":  # half of the old rights were never taken back
        before = np.array([code("role", old[int(row)]) for row in who], dtype=np.int8)
        role = np.where(draw.chance(seed, "rights kept", key, 500_000), before, role)
    facts: Columns = {"role": role, "place": np.full(len(who), code("place", "site"))}
    facts["device"] = np.full(len(who), code("device", "managed"))
    facts["mfa_minutes"] = draw.between(seed, f"{misuse.id} factor", key, 2, 300).astype(np.int32)
    return facts
