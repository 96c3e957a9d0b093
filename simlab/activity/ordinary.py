"""Ordinary days at the company as one event table: what a log holds when nothing is wrong.

With its oddities, which are innocent: mistyped and forgotten passwords, expired codes, a badge that is
not read or broken, somebody who works late, on a journey or at the shared machine, a record opened by
mistake, an absent colleague's list, an account disabled late, month-end reports, and the job that reads everybody.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from simlab import clock, events
from simlab.activity import caseload, joiners, machines, oddities, portal, roster, tasks, workers
from simlab.activity.papers import Papers
from simlab.errors import InputError
from simlab.insurer import Insurer

LONGEST = 400
# A shift's first trace may come before it: who arrives early, passes a door, and is given the day's work.
BEFORE = clock.HOUR


class Company:
    """An insurer at work: what is the same on all days, made once for many calls."""

    def __init__(self, insurer: Insurer) -> None:
        self._insurer = insurer
        self._workers, self._people = workers.workers(insurer), tasks.People(insurer)
        self._papers = Papers(insurer, pd.Index(self._people.ids))

    @property
    def per_day(self) -> int:
        """About how many events a day has."""
        return 100 * self._workers.many

    def earliest(self, day: dt.date) -> int:
        """A moment (microseconds UTC) before which nothing of a day, or of a later one, happens."""
        return min(roster.midnight(day, zone) for zone in {roster.ZONE, *self._workers.zone}) - BEFORE

    def days(self, start: dt.date, days: int, seed: int) -> tuple[list[pd.DataFrame], pd.DataFrame]:
        """The events of the shifts that begin in so many days, and the work given out in them, as numbers."""
        at_work, every, dates = self._shifts(start, days, seed)
        people = self._people
        done = tasks.worked(every, people, seed)
        frames = [tasks.logons(every, seed), tasks.badges(at_work, seed), tasks.mail(at_work, seed)]
        frames += [tasks.cases(every, people, done, seed), *oddities.oddities(every, people, done, dates, seed)]
        frames += [portal.visits(people, dates, seed), machines.jobs(self._insurer, dates, seed)]
        frames.append(joiners.accounts(self._insurer, dates, seed))
        return frames, caseload.given(every, done, seed)

    def queue(self, start: dt.date, days: int, seed: int) -> pd.DataFrame:
        """The work given out in so many days, in order of time."""
        _, every, _ = self._shifts(start, days, seed)
        return self.named(caseload.given(every, tasks.worked(every, self._people, seed), seed))

    def cases(self, start: dt.date, days: int, seed: int) -> tuple[roster.Shifts, list[tasks.Case]]:
        """The shifts of so many days, and the cases that are worked on in them, role by role."""
        _, every, _ = self._shifts(start, days, seed)
        return every, tasks.worked(every, self._people, seed)

    def named(self, given: pd.DataFrame) -> pd.DataFrame:
        """Work given out, with ids in place of numbers."""
        return caseload.named(given, self._workers, self._people, self._papers)

    def _shifts(self, start: dt.date, days: int, seed: int) -> tuple[roster.Shifts, roster.Shifts, list[dt.date]]:
        """The shifts of the days, and those together with the evenings."""
        dates = [start + dt.timedelta(days=n) for n in range(days)]
        by_day = [roster.shifts(self._workers, date, seed) for date in dates]
        late = [roster.late(day, seed) for day in by_day]
        return roster.joined(by_day), roster.joined([*by_day, *late]), dates


def ordinary(insurer: Insurer, *, start: dt.date, days: int, seed: int) -> pd.DataFrame:
    """The events of the shifts that begin in so many days from `start`, in order of time.

    A day comes out the same alone or among others, so a year may be made and kept month by month.
    Raises InputError for no days or more than LONGEST.
    """
    _require(days)
    return events.concat(Company(insurer).days(start, days, seed)[0])


def queue(insurer: Insurer, start: dt.date, days: int, seed: int) -> pd.DataFrame:
    """The company's own record of who was given which work when, in order of time; columns: caseload.COLUMNS.

    It belongs to the ordinary days of the same seed: what staff read there follows from it, but for a
    few innocent cases. Raises InputError for no days or more than LONGEST.
    """
    _require(days)
    return Company(insurer).queue(start, days, seed)


def _require(days: int) -> None:
    if not 1 <= days <= LONGEST:
        raise InputError(f"{days} days: give 1 to {LONGEST}, and more in several parts")
