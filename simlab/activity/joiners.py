"""What becomes of accounts when staff join, change their role and leave, as the nightly job `svc-directory` does it.

An account is made in the night before the first day, and disabled in the night after the last one: now
and then some days late. And a telephone may go on asking for the mail of an account that is no more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from simlab import clock, draw, events
from simlab.activity.machines import ROLE
from simlab.activity.roster import MILLI, ZONE, midnight
from simlab.insurer import Insurer

JOB = "svc-directory"
LATE, MOST_LATE, STILL_ASKS = 120_000, 6, 300_000  # in a million of those who leave; days
_DAY = np.timedelta64(1, "D")


def accounts(insurer: Insurer, days: list[dt.date], seed: int) -> pd.DataFrame:
    """The changes of accounts on some days as an event table."""
    changes = insurer.table("staff_changes")
    center = insurer.sites.query("kind == 'data center'").iloc[0]
    place = {"actor": JOB, "role": ROLE, "site": str(center["site_id"]), "src_ip": str(center["egress_ip"])}
    lag = _lag(changes, seed)
    on = changes["date"].to_numpy().astype("datetime64[D]") + lag * _DAY
    held = insurer.devices.query("kind == 'phone'")
    phones = dict(zip(held["staff_id"].astype(str), held["device_id"].astype(str), strict=True))
    rows: list[dict[str, Any]] = []
    for day in days:
        night = midnight(day, ZONE) + 4 * clock.HOUR
        rows.append(_NIGHTLY | place | {"time": night})
        for found in changes[on == np.datetime64(day)].to_dict("records"):
            change = {str(name): value for name, value in found.items()}
            rows.append(_changed(change) | place | {"time": _at(seed, "account at", change, night, clock.HOUR)})
            rows += _asking(change, phones, seed, night)
    names = dict.fromkeys(name for row in rows for name in row)
    return events.frame({name: [row.get(name, _PLAIN.get(name, "")) for row in rows] for name in names}, len(rows))


_PLAIN = {"status": "Success", "data_class": "none", "purpose": "none stated"}
_NIGHTLY = {"class_name": "API Activity", "activity_name": "Update", "system": "identity", "purpose": "operations"} | {
    "status_detail": "directory copied to every system"
}
_DONE = {
    "hired": ("Create", "account made for {staff_id}"),
    "transferred": ("Grant", "rights of {to_role} given to {staff_id}"),
    "left": ("Disable", "account of {staff_id} disabled"),
}


def _lag(changes: pd.DataFrame, seed: int) -> np.ndarray:
    """How many days after its date each change is made to the account."""
    left = (changes["kind"] == "left").to_numpy()
    number = changes["staff_id"].astype(str).str[1:].astype("int64").to_numpy()
    late = draw.chance(seed, "disabled late", number, LATE)
    by = draw.between(seed, "disabled late by", number, 1, MOST_LATE)
    return np.where(left, 1 + np.where(late, by, 0), 0)


def _changed(change: dict[str, Any]) -> dict[str, Any]:
    activity, says = _DONE[change["kind"]]
    what = {"class_name": "Account Change", "activity_name": activity, "system": "identity", "purpose": "operations"}
    return what | {"data_class": "credential", "status_detail": says.format(**change)}


def _asking(change: dict[str, Any], phones: dict[str, str], seed: int, night: int) -> Iterator[dict[str, Any]]:
    """The telephone of one who has left, which asks by itself the day after."""
    who = str(change["staff_id"])
    if change["kind"] != "left" or who not in phones or draw.one(seed, "still asks", who, 1_000_000) >= STILL_ASKS:
        return
    said = {"class_name": "Authentication", "activity_name": "Logon", "status": "Failure", "system": "mail"}
    source = f"203.0.113.{20 + draw.one(seed, 'telephone from', who, 180)}"
    time = _at(seed, "asks at", change, night + 4 * clock.HOUR, 9 * clock.HOUR)
    owner = {"actor": who, "role": str(change["from_role"]), "device": phones[who], "src_ip": source}
    yield said | owner | {"status_detail": "account disabled", "time": time}


def _at(seed: int, what: str, change: dict[str, Any], begin: int, length: int) -> int:
    ident = f"{change['staff_id']} {change['kind']}"
    whole = draw.one(seed, what, ident, length // MILLI) * MILLI
    return begin + clock.MINUTE + whole + draw.one(seed, f"{what} fine", ident, MILLI)
