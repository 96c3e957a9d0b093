"""What staff and vendors' people do in a shift: log in, pass doors, work on cases, write mail.

Each function takes the shifts of many days at once and gives their events as one table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from simlab import clock, draw, events
from simlab.activity.roster import MILLI, Shifts
from simlab.activity.work import Work, work
from simlab.draw import I64
from simlab.insurer import Insurer

SHIFT = 9 * clock.HOUR  # what the numbers in work/*.yml count for
LUNCH = 40 * clock.MINUTE
MOST = 1000  # cases or letters in a shift, for the keys of draws

# What a log-in leaves: activity, status and detail, in the order in which they come.
_LOGON = (
    ("Logon", "Failure", "wrong password"),
    ("Logon", "Success", "password accepted"),
    ("MFA Challenge", "Failure", "code expired"),
    ("MFA Challenge", "Success", "code accepted"),
    ("Logoff", "Success", ""),
)
_DOOR = (("Refuse", "Failure", "badge not read"), ("Swipe", "Success", "in"), ("Swipe", "Success", "out"))
WRONG_PASSWORD, EXPIRED, NOT_READ, BROKEN = 30_000, 12_000, 10_000, 2_000  # in a million


class People:
    """Members as numbers: `names` has "" at 0 and the member of number n at n + 1."""

    def __init__(self, insurer: Insurer) -> None:
        members = insurer.members
        self.ids = members["member_id"].to_numpy(dtype=object)
        self.names = pd.Index(["", *self.ids], dtype="str")
        self.adults = np.flatnonzero(~(members["is_minor"] | members["is_deceased"]).to_numpy(bool))
        claimed = insurer.claims["member_id"].cat
        place = pd.Index(self.ids).get_indexer(claimed.categories)
        self.of_claim = place[claimed.codes.to_numpy()].astype(np.int64)
        self.claim_ids = insurer.claims["CLM_ID"].to_numpy()

    def column(self, numbers: I64) -> pd.Categorical:
        """The event table's `member` for members' numbers; only those named are among its categories."""
        seen = np.zeros(len(self.names), dtype=bool)
        seen[numbers + 1] = True
        place = np.cumsum(seen, dtype=np.int32) - 1
        return pd.Categorical.from_codes(place[numbers + 1], self.names[np.flatnonzero(seen)])


class Case(NamedTuple):
    """A role's cases: the `shift` (index), a key for draws, when, the claim or member (number) and the member."""

    role: str
    work: Work
    shift: I64
    key: I64
    time: I64
    about: I64
    member: I64


class _Did(NamedTuple):
    """Steps taken: the `shift` (index), time, member (number), and how many records."""

    shift: I64
    time: I64
    member: I64
    records: I64


def by(index: I64, values: Sequence[str] | np.ndarray) -> pd.Categorical:
    """An event column: `values[index]`."""
    codes, found = pd.factorize(np.asarray(values, dtype=object))
    return pd.Categorical.from_codes(codes[index], pd.Index(found, dtype="str"))


def by_worker(shifts: Shifts, shift: I64, *names: str) -> dict[str, pd.Categorical]:
    """The columns that follow from whose shift it is."""
    who = shifts.who[shift]
    return {name: pd.Categorical.from_codes(codes[who], found) for name, (codes, found) in shifts.workers.coded(names)}


def logons(shifts: Shifts, seed: int) -> pd.DataFrame:
    """Log-ins with a second factor where there is one, and log-offs."""
    key, begin, every = shifts.key, shifts.begin, np.arange(len(shifts.who))
    asked = shifts.workers.has_mfa[shifts.who]
    typed = begin - draw.between(seed, "types again", key, 9_000, 50_000) * MILLI
    code = begin + draw.between(seed, "code", key, 4_000, 25_000) * MILLI
    old = code - draw.between(seed, "old code", key, 1_000, 3_500) * MILLI
    done = [
        (draw.chance(seed, "wrong password", key, WRONG_PASSWORD), typed),
        (np.ones(len(key), bool), begin),
        (asked & draw.chance(seed, "expired", key, EXPIRED), old),
        (asked, code),
        (np.ones(len(key), bool), begin + shifts.length),
    ]
    shift = np.concatenate([every[happens] for happens, _ in done])
    what = np.repeat(np.arange(len(done)), [int(happens.sum()) for happens, _ in done])
    system = np.where(shifts.workers.role == "vendor", "vendor-portal", "identity")
    columns = by_worker(shifts, shift, "actor", "role", "device", "site", "src_ip") | _told(what, _LOGON)
    columns["session"] = by(np.where(what == 0, len(every), shift), np.append(shifts.session, ""))
    return events.frame(
        {
            **columns,
            "time": np.concatenate([time[happens] for happens, time in done]),
            "class_name": "Authentication",
            "system": by(shifts.who[shift], system),
        },
        len(shift),
    )


def badges(shifts: Shifts, seed: int) -> pd.DataFrame:
    """Doors: those who work at a site come in and go out; now and then a badge is not read at once.

    A badge that is broken is refused three times, and its owner is let in by somebody: no swipe tells.
    """
    here = shifts.only(shifts.workers.is_on_site[shifts.who])
    key, every = here.key, np.arange(len(here.who))
    walk = draw.between(seed, "walk", key, 120_000, 480_000) * MILLI
    broken = draw.chance(seed, "badge broken", key, BROKEN)
    again = draw.chance(seed, "badge not read", key, NOT_READ) | broken
    come, go = here.begin - walk, here.begin + here.length + walk
    done = [(again, 0, come - 6 * clock.SECOND), (~broken, 1, come), (~broken, 2, go)]
    done += [(broken, 0, come - n * clock.SECOND) for n in (15, 25)]
    shift = np.concatenate([every[happens] for happens, _, _ in done])
    what = np.repeat([w for _, w, _ in done], [int(happens.sum()) for happens, _, _ in done])
    time = [when[happens] for happens, _, when in done]
    columns = by_worker(here, shift, "actor", "role", "site") | _told(what, _DOOR)
    steady = {"class_name": "Physical Access", "system": "badge-system"}
    return events.frame({**columns, **steady, "time": np.concatenate(time)}, len(shift))


def _told(what: I64, table: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    activity, status, detail = zip(*table, strict=True)
    return {"activity_name": by(what, activity), "status": by(what, status), "status_detail": by(what, detail)}


def mail(shifts: Shifts, seed: int) -> pd.DataFrame:
    """Letters sent and received, without what stands in them."""
    span = np.array([work(role).mail for role in shifts.workers.roles])[shifts.workers.role_code[shifts.who]]
    shift, key = _several(shifts, seed, "letters", np.arange(len(shifts.who)), span)
    came = draw.chance(seed, "came", key, 600_000)
    # A letter comes in by itself, whoever is logged in where: only one that is sent has a place.
    columns = by_worker(shifts, shift, "actor", "role") | {
        "activity_name": by(came.astype(np.int64), ["Send", "Receive"])
    }
    for name in ("device", "site", "src_ip"):
        values = getattr(shifts.workers, name)
        columns[name] = by(np.where(came, len(values), shifts.who[shift]), np.append(values, ""))
    columns["session"] = by(np.where(came, len(shifts.session), shift), np.append(shifts.session, ""))
    steady = {"class_name": "Email Activity", "system": "mail"}
    return events.frame({**columns, **steady, "time": _moments(shifts, seed, shift, key)}, len(shift))


def worked(shifts: Shifts, people: People, seed: int) -> list[Case]:
    """The cases that the shifts work on, role by role."""
    return [_of_role(shifts, people, seed, role) for role in shifts.workers.roles]


def _of_role(shifts: Shifts, people: People, seed: int, role: str) -> Case:
    mine = work(role)
    some = np.flatnonzero(shifts.workers.role_code[shifts.who] == shifts.workers.roles.index(role))
    shift, key = _several(shifts, seed, "cases", some, np.broadcast_to(np.array(mine.cases), (len(some), 2)))
    about = draw.below(seed, "about", key, len(people.of_claim if mine.about == "claims" else people.ids))
    member = people.of_claim[about] if mine.about == "claims" else about
    return Case(role, mine, shift, key, _moments(shifts, seed, shift, key), about, member)


def cases(shifts: Shifts, people: People, done: list[Case], seed: int) -> pd.DataFrame:
    """Records read, changed and exported, as each role's work needs it (simlab/content/work)."""
    did = [_did(case, i, seed) for case in done for i in range(len(case.work.steps))]
    steps = [(step, case.work.purpose) for case in done for step in case.work.steps]
    what = np.repeat(np.arange(len(steps)), [len(d.time) for d in did])
    shift, time, member, count = (np.concatenate(parts) for parts in zip(*did, strict=True))
    columns: dict[str, Any] = by_worker(shifts, shift, "actor", "role", "device", "site", "src_ip")
    for name, of in (
        ("class_name", "kind"),
        ("activity_name", "activity"),
        ("system", "system"),
        ("data_class", "data"),
    ):
        columns[name] = by(what, [getattr(step, of) for step, _ in steps])
    columns |= {"purpose": by(what, [purpose for _, purpose in steps]), "session": by(shift, shifts.session)}
    columns |= {"time": time, "member": people.column(member), "record_count": count}
    return events.frame(columns, len(time))


def _did(case: Case, nth: int, seed: int) -> _Did:
    """Where the nth step of a role's work is taken."""
    step, own = case.work.steps[nth], case.key * 16 + nth
    does = np.flatnonzero(draw.chance(seed, "step", own, step.percent * 10_000))
    took = nth * 30_000 + draw.between(seed, "takes", own[does], 0, 25_000)
    count = draw.between(seed, "records", own[does], *step.records)
    # An event names its member where it is about one record.
    named = np.where(count == 1, case.member[does], -1)
    return _Did(case.shift[does], case.time[does] + took * MILLI, named, count)


def _several(shifts: Shifts, seed: int, label: str, some: I64, span: np.ndarray) -> tuple[I64, I64]:
    """So many things in each of some shifts, by its length: the shift of each (index), and a key for draws."""
    low, high = span[:, 0].astype(np.int64), span[:, 1].astype(np.int64)
    full = low + draw.below(seed, label, shifts.key[some], high - low + 1)
    many = np.minimum((full * (shifts.length[some] // clock.MINUTE) + 300) // (SHIFT // clock.MINUTE), MOST)
    shift = np.repeat(some, many)
    nth = np.arange(len(shift)) - np.repeat(np.cumsum(many) - many, many)
    return shift, shifts.key[shift] * MOST + nth


def _moments(shifts: Shifts, seed: int, shift: I64, key: I64) -> I64:
    """A moment in the shift for each key: not in the first minute, the last five, or the lunch hour."""
    length = shifts.length[shift]
    pause = np.where(length > 5 * clock.HOUR, LUNCH, 0)
    free = length - pause - 6 * clock.MINUTE
    at = draw.below(seed, "moment", key, free // MILLI) * MILLI + draw.below(seed, "moment fine", key, MILLI)
    return shifts.begin[shift] + clock.MINUTE + at + np.where(at > free // 2, pause, 0)
