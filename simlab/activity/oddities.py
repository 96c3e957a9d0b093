"""What is odd and innocent: forgotten passwords, a record opened by mistake, the month's last reports."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from simlab import clock, draw, events
from simlab.activity.roster import MILLI, ZONE, Shifts, midnight
from simlab.activity.tasks import Case, People, by, by_worker
from simlab.draw import I64

FORGOTTEN, BY_MISTAKE = 1_500, 2_500  # in a million: shifts, cases
HELP_DESK = "svc-helpdesk"
# Whose work begins with a member's number, typed in.
_TYPES = ("claims_examiner", "enrolment", "member_services")
_REPORTS, _REPORT = 2, (120, 420)  # of each analyst on the month's last two working days, and their records


def oddities(shifts: Shifts, people: People, done: list[Case], days: list[dt.date], seed: int) -> list[pd.DataFrame]:
    """The odd events of some days."""
    cases = {case.role: case for case in done}
    found = [forgotten(shifts, seed), mistaken(shifts, people, [cases[r] for r in _TYPES if r in cases], seed)]
    return [*found, month_end(shifts, days, seed)]


def forgotten(shifts: Shifts, seed: int) -> pd.DataFrame:
    """Passwords forgotten: three wrong ones, and the help desk sets a new one before the shift's log-in."""
    staff = shifts.workers.role[shifts.who] != "vendor"
    some = np.flatnonzero(staff & draw.chance(seed, "forgotten", shifts.key, FORGOTTEN))
    wait = draw.between(seed, "help desk", shifts.key[some], 150_000, 400_000) * MILLI
    first = shifts.begin[some] - wait
    tries = [
        first + n * 20 * clock.SECOND + draw.below(seed, f"try {n}", shifts.key[some], 9_000_000) for n in range(3)
    ]
    wrong: dict[str, Any] = by_worker(shifts, np.tile(some, 3), "actor", "role", "device", "site", "src_ip")
    wrong |= {"class_name": "Authentication", "activity_name": "Logon", "status": "Failure", "system": "identity"}
    wrong |= {"status_detail": "wrong password", "time": np.concatenate(tries)}
    said = [f"password reset for {who}" for who in shifts.workers.actor[shifts.who[some]]]
    reset: dict[str, Any] = {
        "class_name": "Account Change",
        "activity_name": "Reset",
        "actor": HELP_DESK,
        "role": "service_account",
    }
    reset |= {"system": "identity", "data_class": "credential", "status_detail": by(np.arange(len(some)), said)}
    late = shifts.begin[some] - draw.between(seed, "reset", shifts.key[some], 45_000, 70_000) * MILLI
    return events.concat([events.frame(wrong, 3 * len(some)), events.frame({**reset, "time": late}, len(some))])


def mistaken(shifts: Shifts, people: People, cases: list[Case], seed: int) -> pd.DataFrame:
    """Another member's record, a digit off, opened and closed before the right one: in nobody's list."""
    found = [_mistaken(case, people, seed) for case in cases]
    shift, time, member, data = (np.concatenate(c) for c in zip(*found, strict=True))
    columns: dict[str, Any] = by_worker(shifts, shift, "actor", "role", "device", "site", "src_ip")
    columns |= {"class_name": "Datastore Activity", "activity_name": "Read", "system": "claims-core"}
    columns |= {"data_class": "demographic", "session": by(shift, shifts.session), "member": people.column(member)}
    purposes = [case.work.purpose for case in cases]
    return events.frame({**columns, "time": time, "record_count": 1, "purpose": by(data, purposes)}, len(shift))


def _mistaken(case: Case, people: People, seed: int) -> tuple[I64, I64, I64, I64]:
    some = np.flatnonzero(draw.chance(seed, "by mistake", case.key, BY_MISTAKE))
    step = np.array([1, 10, 100])[draw.below(seed, "digit", case.key[some], 3)]
    member = (case.member[some] + step) % len(people.ids)
    time = case.time[some] - draw.between(seed, "notices", case.key[some], 9_000, 40_000) * MILLI
    return case.shift[some], time, member, np.full(len(some), _TYPES.index(case.role), dtype=np.int64)


def month_end(shifts: Shifts, days: list[dt.date], seed: int) -> pd.DataFrame:
    """Larger reports by analysts on the month's last two working days."""
    last = [day for day in days if day in _last_working_days(day)]
    begins = np.array([midnight(day, ZONE) for day in last], dtype=np.int64)
    analysts = (shifts.workers.role[shifts.who] == "analyst") & (shifts.length > 5 * clock.HOUR)
    mine = np.flatnonzero(analysts & np.isin((shifts.begin - 4 * clock.HOUR) // clock.DAY, begins // clock.DAY))
    shift = np.repeat(mine, _REPORTS)
    key = shifts.key[shift] * _REPORTS + np.tile(np.arange(_REPORTS), len(mine))
    apart = np.tile(np.arange(_REPORTS), len(mine)) * 3 * clock.HOUR
    columns: dict[str, Any] = by_worker(shifts, shift, "actor", "role", "device", "site", "src_ip")
    columns |= {"class_name": "Datastore Activity", "activity_name": "Export", "system": "data-warehouse"}
    columns |= {"data_class": "claims", "purpose": "operations", "session": by(shift, shifts.session)}
    columns |= {"record_count": draw.between(seed, "month-end records", key, *_REPORT)}
    columns |= {"time": shifts.begin[shift] + clock.HOUR + apart + draw.below(seed, "report", key, 3_600_000) * MILLI}
    return events.frame({**columns, "status_detail": "month-end report"}, len(shift))


def _last_working_days(day: dt.date) -> list[dt.date]:
    after = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    back = [after - dt.timedelta(days=n) for n in range(1, 7)]
    return [d for d in back if d.weekday() < 5][:2]
