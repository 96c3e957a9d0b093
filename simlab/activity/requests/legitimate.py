"""Requests that work makes: each case of the company's queue asks for what its role needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simlab import clock, draw
from simlab.activity import caseload
from simlab.activity.requests.asks import ACROSS, Ask, Asks, Facts, asks
from simlab.activity.requests.company import Books
from simlab.activity.requests.rows import Columns, Part, code, drawn
from simlab.activity.roster import Shifts
from simlab.activity.tasks import Case
from simlab.activity.workers import DESK, JOURNEY, KIOSK
from simlab.draw import I64

# In a million: the plan's connection is not used on a journey; a machine lacks its updates, in a week;
# the second factor is used again after the break, and before sensitive data; a letter goes to the usual
# address although another was accepted.
OWN_WAY, OUTDATED, AGAIN, BEFORE_SENSITIVE, FORGETS = 40_000, 6_000, 850_000, 800_000, 30_000
_SENSITIVE = ("part2", "psychotherapy", "genetic")


@dataclass(frozen=True, eq=False)
class Work:
    """The cases of one role with what every request of theirs shares."""

    case: Case
    actor: I64
    shared: Columns
    kind: I64  # in whose list the case stands: their own, a colleague's, nobody's

    def __len__(self) -> int:
        return len(self.actor)


OWN, COVERED, UNLISTED = range(3)


def works(shifts: Shifts, done: list[Case], books: Books, seed: int) -> list[Work]:
    """The cases of each role, with where, on what, and how long after the second factor they are worked on."""
    return [_work(shifts, case, books, seed) for case in done if len(case.key)]


def _work(shifts: Shifts, case: Case, books: Books, seed: int) -> Work:
    actor = shifts.who[case.shift]
    kind = np.where(draw.chance(seed, "across the desk", case.key, caseload.ACROSS_THE_DESK), UNLISTED, OWN)
    covers = (shifts.covers[case.shift] >= 0) & draw.chance(seed, "covers", case.key, caseload.COVERED)
    kind = np.where((kind == OWN) & covers, COVERED, kind)
    if not case.work.queue:  # vendors keep their own lists
        kind[:] = OWN
    shared: Columns = {"role": np.full(len(actor), code("role", case.role))}
    shared |= _where(actor, case.key, shifts, seed) | {"mfa_minutes": _minutes(shifts, case, actor, seed)}
    shared["kin"] = books.kin(actor, case.member)
    shared["years_dead"] = books.years_dead(case.member, case.time)
    return Work(case, actor, shared, kind)


def _where(actor: I64, key: I64, shifts: Shifts, seed: int) -> Columns:
    """Place and device, as the shift is worked."""
    workers, at = shifts.workers, actor // shifts.workers.many
    site = ((at == DESK) | (at == KIOSK)) & workers.is_on_site[actor]
    lost = (at == JOURNEY) & draw.chance(seed, "own way in", key, OWN_WAY)
    place = np.where(lost, code("place", "unknown"), np.where(site, code("place", "site"), code("place", "remote")))
    week = key // 1_000_000_000 // 7 * 1_000_000 + workers.number[actor]  # of a key that begins with the day
    old = draw.chance(seed, "outdated", week, OUTDATED) & (at != KIOSK)
    return {"place": place, "device": np.where(old, code("device", "outdated"), code("device", "managed"))}


def _minutes(shifts: Shifts, case: Case, actor: I64, seed: int) -> np.ndarray:
    """Minutes since the second factor: from the shift's begin, or from the break after which it was used again."""
    since = case.time - shifts.begin[case.shift]
    half = shifts.length[case.shift] // 2
    again = (since > half) & draw.chance(seed, "factor again", case.key, AGAIN)
    minutes = np.maximum(np.where(again, since - half, since), 0) // clock.MINUTE
    return np.where(shifts.workers.has_mfa[actor], minutes, 1_000_000).astype(np.int32)


def parts(work: Work, books: Books, seed: int) -> Iterator[Part]:
    """What the cases of one role ask for, ask by ask."""
    listed = asks(work.case.role)
    for nth, ask in enumerate(listed.asks):
        yield from _asked(work, books, listed, nth, ask, seed)


def _asked(work: Work, books: Books, listed: Asks, nth: int, ask: Ask, seed: int) -> Iterator[Part]:
    key = work.case.key * 16 + nth
    does = draw.chance(seed, "asks", key, ask.per_thousand * 1000)
    facts = {**listed.facts, **ask.facts}
    some = np.flatnonzero(does & _fits(work, books, ask, facts.get("asker")))
    own, member = key[some], work.case.member[some]
    columns = {name: values[some] for name, values in work.shared.items()} | drawn(seed, "ask", own, facts)
    time = work.case.time[some] + (nth * 30_000 + draw.between(seed, "asks after", own, 0, 25_000)) * 1000
    if ask.records != (1, 1):
        columns["records"] = draw.between(seed, "records asked", own, *ask.records)
    if facts["data"] in _SENSITIVE:
        fresh = draw.chance(seed, "factor before", own, BEFORE_SENSITIVE)
        asked = draw.between(seed, "factor minutes", own, 0, 25)
        columns["mfa_minutes"] = np.where(fresh, asked, columns["mfa_minutes"])
    if facts["action"] == "send":
        columns |= _letter(books, seed, own, member, time)
    yield from _by_list(
        ask, listed, facts, Part("", "legitimate", time, work.actor[some], member, columns), work.kind[some]
    )


def _fits(work: Work, books: Books, ask: Ask, asker: object) -> np.ndarray:
    """Where there is somebody to be told, and they are where this may be done."""
    fits = np.ones(len(work), bool)
    if ask.only_on_site:
        fits &= work.shared["place"] == code("place", "site")
    if asker in ("representative", "parent"):
        fits &= books.represented(work.case.member, work.case.time)
        fits &= books.is_minor[work.case.member] == (asker == "parent")
    if asker == "parent":  # what a minor consented to alone is not theirs to be told
        fits &= ~books.has_minor_care(work.case.member, work.case.time)
    if asker == "member":  # neither the dead nor small children call
        fits &= (work.shared["years_dead"] < 0) & ~books.is_minor[work.case.member]
    return fits


def _letter(books: Books, seed: int, key: I64, member: I64, time: I64) -> Columns:
    elsewhere = books.is_elsewhere(member, time)
    right = elsewhere & ~draw.chance(seed, "usual address", key, FORGETS)
    channel = np.where(right, code("channel", "alternative"), code("channel", "usual"))
    return {"is_confidential": elsewhere, "channel": channel}


def _by_list(ask: Ask, listed: Asks, facts: Facts, part: Part, kind: I64) -> Iterator[Part]:
    """The requests by whose list they stand in; what stands in none has nothing that joins the two."""
    relation = str(facts.get("relation", "none"))
    names = (f"given-{relation}", f"covered-{relation}", ACROSS)
    for which, name in enumerate(names):
        found = part.only(kind == which)
        why = name if which == UNLISTED or not ask.why else ask.why
        if which == UNLISTED and relation != "none":
            found.facts["relation"] = np.full(len(found.time), code("relation", "none"))
        if len(found.time):
            yield Part(why, found.label, found.time, found.actor, found.member, found.facts)
