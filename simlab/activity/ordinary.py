"""Ordinary days at the company as one event table: what a log holds when nothing is wrong.

With its small oddities, which are innocent: mistyped passwords, expired codes, a badge not read,
somebody who works late, the month-end job that reads everybody.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from simlab import events
from simlab.activity import machines, portal, roster, tasks
from simlab.errors import InputError
from simlab.insurer import Insurer

LONGEST = 400


def ordinary(insurer: Insurer, *, start: dt.date, days: int, seed: int) -> pd.DataFrame:
    """The events of the shifts that begin in so many days from `start`, in order of time.

    A day comes out the same alone or among others, so a year may be made and kept month by month.
    Raises InputError for no days or more than LONGEST.
    """
    if not 1 <= days <= LONGEST:
        raise InputError(f"{days} days: give 1 to {LONGEST}, and more in several parts")
    workers, people = roster.workers(insurer), tasks.People(insurer)
    dates = [start + dt.timedelta(days=n) for n in range(days)]
    by_day = [roster.shifts(workers, date, seed) for date in dates]
    home = roster.at_home(workers, insurer)
    at_work, evening = roster.joined(by_day), roster.joined([roster.late(day, home, seed) for day in by_day])
    frames = [tasks.logons(at_work, seed), tasks.badges(at_work, seed)]
    frames += [tasks.cases(at_work, people, seed), tasks.mail(at_work, seed)]
    frames += [tasks.logons(evening, seed), tasks.cases(evening, people, seed)]
    frames += [portal.visits(people, dates, seed), machines.jobs(insurer, dates, seed)]
    return events.concat(frames)
