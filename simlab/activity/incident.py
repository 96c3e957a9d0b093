"""Steps of an incident, as they show in the log, and the truth about them, apart from it.

Each step gives its events and its truth rows (`events.TRUTH`); `place` puts steps among ordinary
days. Nothing in an event tells that it belongs to an incident: the same columns and the same kinds
of values as on an ordinary day, and ids of sessions that look like any other.
Source: MITRE ATT&CK (T1078 valid accounts, T1213 data from information repositories, T1567
exfiltration over web service, T1657 financial theft).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from simlab import clock, draw, events
from simlab.activity.roster import MILLI, sessions
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer

# An address that none of the company's sites, vendors or members has.
UNFAMILIAR = "203.0.113.240"
TRUTH_TYPES = {"event": "int64", "incident": "str", "step": "str", "technique": "str"}


@dataclass(frozen=True)
class Fact:
    """What really happened, also where no log shows it: who, whose records, with what, where."""

    says: str
    actors: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    records: int = 0
    device: str = ""
    site: str = ""
    vendor: str = ""
    src_ip: str = ""


class Step(NamedTuple):
    """Events, and their truth: `truth.event` is the row in `events` until the step is placed."""

    events: pd.DataFrame
    truth: pd.DataFrame
    fact: Fact | None = None


def stolen_vendor_login(
    insurer: Insurer, vendor: str, *, at: dt.datetime, seed: int, incident: str, src_ip: str = UNFAMILIAR
) -> Step:
    """A vendor's log-in used by somebody else (T1078): the right password, and nothing more asked.

    Raises UnknownName for a vendor without a log-in, InputError for one with a second factor: there
    the password alone opens nothing.
    """
    who = _vendor(insurer, vendor)
    if who["has_mfa"]:
        raise InputError(f"{vendor} has a second factor: a password alone does not log in")
    columns = _at_portal(who, src_ip, _session(who, at, seed)) | {"time": _moment(at, seed)}
    columns |= {"class_name": "Authentication", "activity_name": "Logon", "status_detail": "password accepted"}
    return _step(columns, 1, incident, "stolen-login", "T1078")


def bulk_read(
    insurer: Insurer,
    vendor: str,
    members: Sequence[str],
    *,
    at: dt.datetime,
    over: dt.timedelta,
    seed: int,
    incident: str,
    src_ip: str = UNFAMILIAR,
    data_class: str = "claims",
    session_from: dt.datetime | None = None,
) -> Step:
    """One account opens members' records, one after the other (T1213), from `at` on, `over` some time.

    `session_from` is when the log-in was whose session this is (`at` when not given).
    """
    who, many = _vendor(insurer, vendor), len(members)
    if not many or over <= dt.timedelta(0):
        raise InputError("nothing to read: give members and a time over which they are read")
    length = over // dt.timedelta(microseconds=1)
    place = np.arange(many, dtype=np.int64) * (length // many)
    # Each read somewhere in its own part of the time: they stay in order, and are not evenly spaced.
    place += draw.below(seed, "read at", np.arange(many), max(1, length // many // MILLI)) * MILLI
    place += draw.below(seed, "read fine", np.arange(many), MILLI)
    columns = _at_portal(who, src_ip, _session(who, session_from or at, seed))
    columns |= {"time": clock.micros(at) + place, "member": list(members), "record_count": 1}
    columns |= {"class_name": "Datastore Activity", "activity_name": "Read"}
    columns |= {"data_class": data_class, "purpose": "operations"}
    return _step(columns, many, incident, "bulk-read", "T1213")


def exfiltrate(
    insurer: Insurer,
    vendor: str,
    count: int,
    *,
    at: dt.datetime,
    seed: int,
    incident: str,
    src_ip: str = UNFAMILIAR,
    data_class: str = "claims",
    session_from: dt.datetime | None = None,
) -> Step:
    """What was read is taken along in one export of `count` records (T1567)."""
    if count < 1:
        raise InputError(f"an export of {count} records: give 1 or more")
    who = _vendor(insurer, vendor)
    columns = _at_portal(who, src_ip, _session(who, session_from or at, seed)) | {"time": _moment(at, seed)}
    columns |= {"class_name": "Datastore Activity", "activity_name": "Export", "record_count": count}
    columns |= {"data_class": data_class, "purpose": "operations"}
    return _step(columns, 1, incident, "exfiltration", "T1567")


def extortion_mail(
    insurer: Insurer, *, at: dt.datetime, seed: int, incident: str, role: str = "privacy_officer"
) -> Step:
    """A letter that asks for money (T1657): in the log, one more mail received by one of the staff."""
    staff = insurer.staff.query("is_active and role == @role")
    if not len(staff):
        raise UnknownName("role of the active staff", role, insurer.staff["role"].astype(str).unique())
    columns: dict[str, Any] = {"time": _moment(at, seed), "actor": str(staff["staff_id"].iloc[0]), "role": role}
    columns |= {"class_name": "Email Activity", "activity_name": "Receive", "system": "mail"}
    return _step(columns, 1, incident, "extortion", "T1657")


def place(ordinary: pd.DataFrame, steps: Sequence[Step]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The log with the steps in their place in time, and the truth: `event` is the row in that log.

    Raises InputError for steps whose truth does not fit their events.
    """
    frames = [ordinary, *(step.events for step in steps)]
    if not steps:
        return events.concat(frames), _truth([], "", "", "")
    times = np.concatenate([frame["time"].to_numpy() for frame in frames])
    row = np.empty(len(times), dtype=np.int64)
    row[np.argsort(times, kind="stable")] = np.arange(len(times))  # the order in which `concat` puts them
    begins = np.cumsum([len(frame) for frame in frames])
    found = [_placed(step, row[begin : begin + len(step.events)]) for begin, step in zip(begins, steps, strict=False)]
    truth = pd.concat(found, ignore_index=True).sort_values("event", kind="stable", ignore_index=True)
    return events.concat(frames), truth


def _placed(step: Step, row: np.ndarray) -> pd.DataFrame:
    inside = step.truth["event"].between(0, len(row) - 1)
    if not inside.all():
        raise InputError(f"truth of {int((~inside).sum())} events that the step does not have")
    return step.truth.assign(event=row[step.truth["event"].to_numpy()])


def _step(columns: dict[str, Any], rows: int, incident: str, step: str, technique: str) -> Step:
    return Step(events.frame(columns, rows), _truth(range(rows), incident, step, technique))


def _truth(rows: Sequence[int], incident: str, step: str, technique: str) -> pd.DataFrame:
    columns = {"event": list(rows), "incident": incident, "step": step, "technique": technique}
    return pd.DataFrame(columns, columns=list(events.TRUTH)).astype(TRUTH_TYPES)


def _vendor(insurer: Insurer, vendor: str) -> dict[str, Any]:
    vendors = insurer.vendors.query("portal_login != ''").set_index("vendor_id", drop=False)
    if vendor not in vendors.index:
        raise UnknownName("vendor with a log-in", vendor, vendors.index)
    return {str(k): v for k, v in vendors.loc[vendor].items()}


def _moment(at: dt.datetime, seed: int) -> int:
    """Within the second from `at` on: no event of an ordinary day falls on a whole second either."""
    when = clock.micros(at)
    return when + int(draw.below(seed, "moment of a step", [when], clock.SECOND)[0])


def _session(who: dict[str, Any], at: dt.datetime, seed: int) -> str:
    key = clock.micros(at) ^ int(str(who["vendor_id"]).lstrip("V"))
    return str(sessions(seed, np.array([key]))[0])


def _at_portal(who: dict[str, Any], src_ip: str, session: str) -> dict[str, Any]:
    columns = {"actor": who["portal_login"], "role": "vendor", "system": who["portal_system"]}
    return {**columns, "src_ip": src_ip, "session": session}
