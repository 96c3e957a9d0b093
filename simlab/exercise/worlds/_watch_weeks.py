"""Four weeks at a small Larkspur for the watch: ordinary work with its innocent oddities, and three incidents.

One week is quiet. In each of the others somebody collects members' records in another way: a stolen
vendor log-in at night, a stolen session that is renewed all the time, and a leaver who reads all day and never
fast. What is odd and innocent stands beside it: a job that writes statements every night, a colleague who covers for
another, a nurse reviewer on a journey. Which day, who and how much follow from the seed.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab import clock, draw, events
from simlab.activity import Step, ordinary, place, steps
from simlab.activity.roster import ZONE, midnight
from simlab.insurer import Insurer

COMPANY, MEMBERS = 2, 1_000
START, WEEKS = dt.date(clock.YEAR, 6, 8), 4  # a Monday; the month ends in the fourth week
VENDOR = ("V01", "brightwater-svc")  # the one vendor whose password alone logs in
JOB = "svc-statements"
HOTEL = "198.51.100.230"
STATEMENTS = 170  # members whose statement is made in a night, one by one


@dataclass(frozen=True)
class Incident:
    """One of what a rule is to catch: what it is, whose account, when, how many records were read."""

    id: str
    says: str
    actor: str
    begin: int
    end: int
    records: int
    rows: frozenset[int]


@dataclass(frozen=True)
class Weeks:
    """The log, the incidents in it, and why some accounts look odd and are not."""

    log: pd.DataFrame
    incidents: tuple[Incident, ...]
    oddities: dict[str, str]


@functools.lru_cache(maxsize=1)
def company() -> Insurer:
    """The small company of the watch, the same for everybody."""
    return Insurer.build(COMPANY, MEMBERS)


def ordinary_day() -> pd.DataFrame:
    """The first day of the watch with nothing placed in it."""
    return ordinary(company(), start=START, days=1, seed=COMPANY)


@functools.lru_cache(maxsize=12)
def build(seed: int) -> Weeks:
    """The four weeks of a seed."""
    insurer = company()
    cast = _cast(insurer, seed)
    log = ordinary(insurer, start=START, days=7 * WEEKS, seed=seed)
    log = log[(log["actor"] != cast["leaver"]).to_numpy()]  # who has left has no work of their own any more
    log, oddities = _oddities(log, insurer, cast, seed)
    found = _incidents(insurer, cast, seed)
    log, truth = place(log, [step for _, step in found])
    return Weeks(log, tuple(_incident(says, step, log, truth) for says, step in found), oddities)


def _cast(insurer: Insurer, seed: int) -> dict[str, str]:
    """Who is who, each somebody else: the two whose accounts are misused, the one away, the one who covers, the nurse."""
    staff = insurer.staff.query("is_active")
    role = staff["role"].astype(str)
    examiners = _ranked(staff["staff_id"][role == "claims_examiner"], seed)
    reps = _ranked(staff["staff_id"][role == "member_services"], seed)
    nurses = _ranked(staff["staff_id"][role == "nurse_reviewer"], seed)
    return {
        "session": examiners[0],
        "away": examiners[1],
        "covers": examiners[2],
        "leaver": reps[0],
        "nurse": nurses[0],
    }


def _ranked(ids: Sequence[str] | pd.Series, seed: int) -> list[str]:
    return sorted(map(str, ids), key=lambda s: (draw.one(seed, "watch/who", s, 2**31), s))


# What is odd and innocent


def _oddities(
    log: pd.DataFrame, insurer: Insurer, cast: dict[str, str], seed: int
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The log in which a colleague covers for another and a nurse travels, with the nightly job added."""
    day = START + dt.timedelta(days=7 * draw.one(seed, "watch/cover week", 0, WEEKS) + 1)
    log = _taken_over(log, cast["away"], cast["covers"], day, 2)
    trip = START + dt.timedelta(days=7 * draw.one(seed, "watch/trip week", 0, WEEKS) + 2)
    away = (log["actor"] == cast["nurse"]) & _within(log, trip, 1) & (log["class_name"] != "Physical Access")
    log = _changed(log, away.to_numpy(), {"site": "", "src_ip": HOTEL})
    why = {
        JOB: "the nightly job, which reads each record for its statement, as it must",
        cast["covers"]: "covered for a colleague on leave for two days, as the roster says",
        cast["nurse"]: "a nurse reviewer on a journey, as the roster says",
    }
    return events.concat([log, _statements(insurer, seed)]), why


def _taken_over(log: pd.DataFrame, away: str, covers: str, day: dt.date, days: int) -> pd.DataFrame:
    """The work of one of the staff on some days, done by another at their own desk; who is away passes no door."""
    within = _within(log, day, days)
    theirs = (within & (log["actor"] == away)).to_numpy()
    work = theirs & (log["class_name"] == "Datastore Activity").to_numpy()
    own = log[within & (log["actor"] == covers) & (log["class_name"] == "Datastore Activity")]
    if not len(own):  # who covers is ill that day: nothing is taken over
        return log
    desk = {name: str(own[name].iloc[0]) for name in ("device", "site", "src_ip", "session")}
    return _changed(log, work, {"actor": covers, **desk})[~(theirs & ~work)].reset_index(drop=True)


def _within(log: pd.DataFrame, day: dt.date, days: int) -> pd.Series:
    begin = midnight(day, ZONE)
    return log["time"].between(begin, begin + days * clock.DAY, inclusive="left")


def _changed(log: pd.DataFrame, rows: np.ndarray, columns: dict[str, str]) -> pd.DataFrame:
    """The log with these columns set in these rows."""
    out = log.copy(deep=False)
    for name, value in columns.items():
        column = out[name]
        if value not in column.cat.categories:
            column = column.cat.add_categories([value])
        out[name] = column.where(~rows, value)
    return out


def _statements(insurer: Insurer, seed: int) -> pd.DataFrame:
    """Every night one record after the other is read, for the statements of the next day."""
    ids, gap = insurer.members["member_id"].to_numpy(dtype=object), 40 * clock.SECOND
    nights = [midnight(START + dt.timedelta(days=n), ZONE) + 2 * clock.HOUR for n in range(7 * WEEKS)]
    nth = np.arange(STATEMENTS * len(nights))
    times = np.repeat(nights, STATEMENTS) + nth % STATEMENTS * gap + draw.below(seed, "watch/statement at", nth, gap)
    steady = {"class_name": "Datastore Activity", "activity_name": "Read", "actor": JOB, "role": "service_account"}
    steady |= {"system": "claims-core", "data_class": "claims", "purpose": "operations"}
    whose = ids[draw.below(seed, "watch/statement of", nth, len(ids))]
    return events.frame({**steady, "time": times, "member": whose, "record_count": 1}, len(nth))


# What is wrong


def _incidents(insurer: Insurer, cast: dict[str, str], seed: int) -> list[tuple[str, Step]]:
    """The three steps, each in a week of its own, in drawn order."""
    weeks = sorted(range(WEEKS), key=lambda n: draw.one(seed, "watch/week", n, 2**31))
    night, session, slow = (
        _moment(seed, week, name) for week, name in zip(weeks, ("night", "session", "slow"), strict=False)
    )
    many = {
        name: low + draw.one(seed, "watch/records", name, 16)
        for name, low in (("night", 165), ("session", 160), ("slow", 146))
    }
    taken = steps.get("adversary-in-the-middle")(
        insurer, at=session, over=2 * clock.HOUR, seed=seed, incident="session", who=cast["session"], reads=many["session"]
    )  # fmt: skip
    return [
        ("a stolen vendor log-in, at night", steps.get("vendor-account-abuse")(
            insurer, at=night, over=4 * clock.HOUR, seed=seed, incident="night", vendor=VENDOR[0], records=many["night"])),
        ("a stolen session, by day, renewed every few minutes", _renewed(taken, seed)),
        ("somebody who has left and still gets in, reading all day and never fast", steps.get("leavers-access")(
            insurer, at=slow, over=10 * clock.HOUR, seed=seed, incident="slow", who=cast["leaver"], reads=many["slow"])),
    ]  # fmt: skip


def _moment(seed: int, week: int, name: str) -> int:
    """When an incident begins: on a Tuesday, Wednesday or Thursday of its week."""
    day = START + dt.timedelta(days=7 * week + 1 + draw.one(seed, "watch/day", name, 3))
    hour = {"night": 23, "session": 10, "slow": 7}[name]
    return midnight(day, ZONE) + hour * clock.HOUR + draw.one(seed, "watch/minute", name, 50) * clock.MINUTE


def _renewed(step: Step, seed: int) -> Step:
    """The same step with a new session every dozen reads: who groups by session sees many small ones."""
    turn = np.arange(len(step.events)) // 12
    names = [f"{bits:016x}"[:12] for bits in draw.bits(seed, "watch/session", turn).tolist()]
    return step._replace(events=step.events.assign(session=pd.Categorical(names)))


def _incident(says: str, step: Step, log: pd.DataFrame, truth: pd.DataFrame) -> Incident:
    """What a rule's alerts are held against: the reads of the step, by their rows in the log."""
    name = str(step.truth["incident"].iloc[0])
    rows = truth["event"][truth["incident"] == name].to_numpy()
    read = log.iloc[rows]
    read = read[read["activity_name"] == "Read"]
    times = read["time"]
    return Incident(
        name, says, str(read["actor"].iloc[0]), int(times.min()), int(times.max()), int(read["record_count"].sum()),
        frozenset(rows.tolist()),
    )  # fmt: skip
