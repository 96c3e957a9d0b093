"""Where a step happens: the insurer, the time, the seed; who is chosen, and rows with their truth.

Each choice is a ranking of keyed draws, one for each person by their place in the table: somebody
new may be chosen, and changes nothing about the others.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from simlab import clock, draw, events
from simlab.activity import roster, workers
from simlab.activity.incident import TRUTH_TYPES, Fact, Step
from simlab.activity.roster import MILLI
from simlab.activity.work import work
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer

Row = dict[str, Any]


class Person(NamedTuple):
    """One of the staff, and where they work."""

    actor: str
    role: str
    device: str
    site: str
    src_ip: str
    zone: str
    number: int


@dataclass(frozen=True)
class Scene:
    """One step's setting: everything happens from `at` on, within `over` (microseconds, UTC)."""

    insurer: Insurer
    at: int
    over: int
    seed: int
    incident: str
    name: str
    technique: str = ""

    def label(self, what: str) -> str:
        """What the draws of this step are keyed by, beside the seed."""
        return f"{self.incident}\x1f{self.name}\x1f{what}"

    def below(self, what: str, many: int, n: int) -> list[int]:
        """So many integers in [0, n)."""
        return draw.below(self.seed, self.label(what), np.arange(many), n).tolist()

    def pick(self, what: str, table: pd.DataFrame, many: int = 1) -> pd.DataFrame:
        """So many rows of an insurer's table (or of a part of it), in drawn order. Raises InputError."""
        if not len(table):
            raise InputError(f"{self.name}: nobody and nothing fits ({what}): ask for another, or a larger insurer")
        if len(table) < many:
            raise InputError(f"{self.name}: {many} asked for ({what}), and there are {len(table)}: ask for fewer")
        order = np.argsort(draw.bits(self.seed, self.label(what), table.index.to_numpy()), kind="stable")
        return table.iloc[order[:many]]

    def moments(self, what: str, many: int, begin: int = 0, length: int | None = None) -> list[int]:
        """So many times in order, each somewhere in its own part of `length`, which begins `begin` after `at`."""
        part = max(1, (self.over - begin if length is None else length) // max(1, many))
        place = np.arange(many, dtype=np.int64) * part
        place += draw.below(self.seed, self.label(what), np.arange(many), max(1, part // MILLI)) * MILLI
        place += draw.below(self.seed, self.label(what + " fine"), np.arange(many), min(MILLI, part))
        return (self.at + begin + place).tolist()

    def session(self, what: str) -> str:
        """A log-in's session id, which looks like any other."""
        return str(roster.sessions(self.seed, [draw.one(self.seed, self.label("session"), what, 2**31)])[0])

    def outside(self, what: str = "", many: int = 1) -> list[str]:
        """Addresses that none of the company's sites, vendors or members has."""
        near = draw.below(self.seed, self.label("address" + what), np.arange(many), 150)
        return [f"198.51.100.{100 + n}" for n in near.tolist()]

    def at_most(self, records: int, parts: int = 1) -> None:
        """Raises InputError for more records than there are members, or fewer than parts."""
        if not parts <= records <= self.insurer.size:
            right = f"give {parts} to {self.insurer.size}"
            raise InputError(f"{self.name}: {records} records of {self.insurer.size} members in {parts} parts: {right}")

    @functools.cached_property
    def crew(self) -> workers.Workers:
        """Everybody who works here, staff first, in the order of the staff table."""
        return workers.workers(self.insurer)

    @functools.cached_property
    def day(self) -> dt.date:
        """The day on which the step begins, where the company works."""
        return clock.local_date(clock.instant(self.at), roster.ZONE)

    @functools.cached_property
    def roles(self) -> pd.Series:
        """The staff's roles on that day, "" for who does not work here (yet, or any more)."""
        crew, out = self.crew, np.full(len(self.insurer.staff), "", dtype=object)
        here = np.flatnonzero(crew.employed(self.day) & (crew.staff >= 0))
        out[crew.staff[here]] = crew.role[here]
        return pd.Series(out, self.insurer.staff.index)

    @property
    def gone(self) -> pd.DataFrame:
        """Those of the staff whose last day is over."""
        staff = self.insurer.staff
        return staff[staff["left"] < pd.Timestamp(self.day) - pd.Timedelta(days=1)]

    def person(self, number: int) -> Person:
        """Who stands at a place of the staff table."""
        crew = self.crew
        actor, role, device, site, src_ip, zone = (
            str(values[number]) for values in (crew.actor, crew.role, crew.device, crew.site, crew.src_ip, crew.zone)
        )
        return Person(actor, self.roles.iloc[number] or role, device, site, src_ip, zone, number)

    def staff(self, what: str, who: str = "", *, system: str = "", roles: Iterable[str] = ()) -> Person:
        """The one asked for, or one drawn of the active staff (whose work needs `system`, of some roles)."""
        if who:
            found = self.insurer.staff.query("staff_id == @who")
            if not len(found):
                raise UnknownName("member of staff", who, self.insurer.staff["staff_id"])
            return self.person(int(found.index[0]))
        return self.person(int(self.pick(what, self.able(system, roles)).index[0]))

    def able(self, system: str = "", roles: Iterable[str] = ()) -> pd.DataFrame:
        """Those of some roles (any, if none is named) whose work needs a system, who stay all year.

        Nobody who is on leave that day, unless all of them are.
        """
        fits = self.employed(system, roles)
        here = ~self.crew.absences.away(self.day)[fits.index.to_numpy()]
        return fits[here] if here.any() else fits

    def employed(self, system: str = "", roles: Iterable[str] = ()) -> pd.DataFrame:
        """Those of some roles whose work needs a system, who stay all year, whoever is on leave."""
        named, staff, needs = set(roles), self.insurer.staff, self.insurer.roles
        fits = {r for r, s in zip(needs["role"], needs["systems"], strict=True) if not system or system in s.split("|")}
        allowed = fits & named if named else fits
        return staff[staff["is_active"] & self.roles.isin(allowed)]

    def desk(self, person: Person, time: int) -> Row:
        """The columns of somebody where they work that day, in the session of that day's shift.

        With the seed of the ordinary days it is the very session that stands in them.
        """
        day = clock.local_date(clock.instant(time), person.zone)
        session = str(roster.sessions(self.seed, [roster.day_key(day) + person.number])[0])
        at = int(self._places(day)[person.number]) * self.crew.many + person.number
        place = {name: str(getattr(self.crew, name)[at]) for name in ("device", "site", "src_ip")}
        return {**_who(person), **place, "session": session, "time": time}

    @functools.cached_property
    def _known(self) -> dict[dt.date, np.ndarray]:
        return {}

    def _places(self, day: dt.date) -> np.ndarray:
        """Where everybody works on a day."""
        if day not in self._known:
            self._known[day] = roster.places(self.crew, day, self.seed)
        return self._known[day]

    def elsewhere(self, person: Person, time: int, src_ip: str, session: str) -> Row:
        """The columns of somebody's account used from an address of the outside."""
        return {**_who(person), "src_ip": src_ip, "session": session, "time": time}

    def letter(self, person: Person, time: int, activity: str = "Receive") -> Row:
        """A letter received, or sent from the desk."""
        place = self.desk(person, time) if activity == "Send" else {**_who(person), "time": time}
        return {**place, "class_name": "Email Activity", "activity_name": activity, "system": "mail"}

    def report(self, by: Person | None, what: str = "report") -> list[Row]:
        """What the privacy officer receives in the last third of the time; from one of the staff or from outside."""
        officer = self.staff("privacy officer", roles=["privacy_officer"])
        third = self.over // 3
        first, second = self.moments(what, 2, 2 * third, third)
        sent = [self.letter(by, first, "Send")] if by else []
        # The privacy officer's own report goes to somebody whom the log does not name.
        return sent if by and by.actor == officer.actor else [*sent, self.letter(officer, second)]

    def made(self, rows: list[Row], fact: Fact, reports: list[Row] | None = None) -> Step:
        """The step: its rows in order of time, and their truth. A row may carry a `technique` of its own."""
        told = [{**row, "step": f"{self.name}-report", "technique": ""} for row in reports or []]
        every = sorted([*rows, *told], key=lambda row: int(row["time"]))
        truth = {
            "event": range(len(every)),
            "incident": self.incident,
            "step": [row.get("step", self.name) for row in every],
            "technique": [row.get("technique", self.technique) for row in every],
        }
        table = pd.DataFrame(truth, columns=list(events.TRUTH)).astype(TRUTH_TYPES)
        return Step(_frame(every), table, fact)


def read(system: str, data: str, member: str = "", count: int = 1, activity: str = "Read") -> Row:
    """The columns of records read, changed or exported."""
    named = member if count == 1 else ""
    return {"class_name": "Datastore Activity", "activity_name": activity, "system": system} | {
        "data_class": data, "member": named, "record_count": count
    }  # fmt: skip


def shares(whole: int, parts: int) -> list[int]:
    """A whole number in so many parts, as equal as can be."""
    return [whole // parts + (n < whole % parts) for n in range(parts)]


def logon(system: str, detail: str = "password accepted", activity: str = "Logon", good: bool = True) -> Row:
    """The columns of a log-in, or of a second factor asked for."""
    return {"class_name": "Authentication", "activity_name": activity, "system": system} | {
        "status": "Success" if good else "Failure", "status_detail": detail
    }  # fmt: skip


def purpose(person: Person) -> str:
    """What this role's reads say that they are for."""
    return work(person.role).purpose


def _who(person: Person) -> Row:
    return {"actor": person.actor, "role": person.role}


def _frame(rows: list[Row]) -> pd.DataFrame:
    plain = {"status": "Success", "data_class": "none", "purpose": "none stated", "time": 0, "record_count": 0}
    return events.frame(
        {name: [row.get(name, plain.get(name, "")) for row in rows] for name in events.COLUMNS}, len(rows)
    )
