"""Millions of events made cheaply, with something planted for each detection that is timed.

Who, when and what are drawn alone; then twenty times for each plant the events are put in that must be found.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from simlab import clock, draw, events

ROWS = int(os.environ.get("SIMLAB_BENCH_EVENTS", 10_000_000 if os.environ.get("BENCH_MANY") else 3_000_000))
# Accounts grow with the events: an account does as much in a day however many there are, and gives as few alerts.
STAFF = max(2_000, ROWS // 1_500)
MEMBERS, DAYS, START = 200_000, 30, 1_772_445_600 * clock.SECOND
ROLES = ("claims_examiner", "member_services", "nurse_reviewer", "enrolment", "analyst", "it_admin", "manager")
SITES = ("ST01", "ST02", "ST03", "ST04", "remote")
ADDRESSES = ("192.0.2.10", "192.0.2.20", "192.0.2.30", "192.0.2.40", "203.0.113.10", "198.51.100.120")
# What happens, in a thousand: class, activity, status, system, data class.
WHAT = (
    (780, "Datastore Activity", "Read", "Success", "claims-core", "claims"),
    (80, "Datastore Activity", "Update", "Success", "claims-core", "claims"),
    (4, "Datastore Activity", "Export", "Success", "data-warehouse", "claims"),
    (40, "Authentication", "Logon", "Success", "identity", "none"),
    (2, "Authentication", "Logon", "Failure", "identity", "none"),
    (30, "Authentication", "MFA Challenge", "Success", "identity", "none"),
    (1, "Authentication", "MFA Challenge", "Failure", "identity", "none"),
    (30, "Email Activity", "Send", "Success", "mail", "none"),
    (20, "Physical Access", "Swipe", "Success", "badge-system", "none"),
    (1, "Account Change", "Grant", "Success", "identity", "none"),
    (6, "File Activity", "Read", "Success", "backup-store", "none"),
    (1, "File Activity", "Delete", "Success", "backup-store", "none"),
    (5, "Network Activity", "Open", "Success", "mail", "none"),
)


# What is planted beside, in the same columns and a detail.
RARE = (
    ("Physical Access", "Refuse", "Failure", "badge-system", "none", ""),
    ("File Activity", "Create", "Success", "backup-store", "none", ""),
    ("File Activity", "Encrypt", "Success", "mail", "none", ""),
    *[("Network Activity", "Open", "Failure", name, "none", "") for name in ("mail", "identity", "claims-core", "vpn")],
    ("Authentication", "Logon", "Failure", "identity", "none", "account disabled"),
)
REFUSED, DUMPED, ENCRYPTED, PROBED, DISABLED = (len(WHAT) + n for n in (0, 1, 2, 3, 7))
READ, EXPORT, LOGON, WRONG, NO_FACTOR, DELETED, GRANTED = 0, 2, 3, 4, 6, 11, 9
TWENTY = 20  # times that each thing is planted, each time by another account


class Plant(NamedTuple):
    """What must be found: so many events of one account one after the other, `records` each."""

    rule: str
    what: tuple[int, ...]
    records: int = 0
    one_member: bool = False
    many_readers: bool = False
    one_address: bool = False
    apart: int = 3  # places in the log from one to the next: seconds
    hour: int = 16


PLANTS = (
    Plant("bulk-reading", (READ,) * 5, 60),
    Plant("after-hours", (READ,) * 15, 1, apart=1, hour=8),
    Plant("bulk-export", (EXPORT,) * 4, 300),
    Plant("outside-login", (LOGON,), one_address=True),
    Plant("mfa-fatigue", (NO_FACTOR,) * 8),
    Plant("backup-deletion", (DELETED,) * 4),
    Plant("privilege-grant", (GRANTED,)),
    Plant("one-member-read-often", (READ,) * 7, 1, one_member=True),
    Plant("one-member-many-readers", (READ,) * 14, 1, one_member=True, many_readers=True),
    Plant("badge-refused", (REFUSED,) * 8),
    Plant("database-dump", (DUMPED,) * 3, 500),
    Plant("ransomware", (ENCRYPTED,) * 20),
    Plant("network-probing", (PROBED, PROBED + 1, PROBED + 2, PROBED + 3), one_address=True),
    Plant("disabled-account-tried", (DISABLED,)),
    Plant("guessed-password", (*(WRONG,) * 6, LOGON)),
    Plant("export-after-bulk-reading", (*(READ,) * 4, EXPORT), 60),
    # Members one after the other whom nobody was given: far more than the fifth that is without work anyway.
    Plant("unrelated", (READ,) * max(200, ROWS // 20_000), 1, apart=60),
)


def places(at: np.ndarray, plant: Plant) -> np.ndarray:
    """Where in the log a thing is planted, a row for each time: at some hour of some day, each day by day."""
    number = PLANTS.index(plant)
    day = START + (np.arange(TWENTY) + 5) * clock.DAY + plant.hour * clock.HOUR + number * 4 * clock.MINUTE
    return np.searchsorted(at, day)[:, None] + np.arange(len(plant.what)) * plant.apart + number % 3


def log(rows: int = ROWS) -> pd.DataFrame:
    """So many events of a month, made cheaply: who, when and what are drawn alone, and then comes what must be found."""
    n = np.arange(rows)
    who = draw.below(1, "who", n, STAFF)
    local = draw.weighted(
        1, "hour", n, (1, 1, 1, 1, 1, 4, 20, 60, 90, 90, 90, 60, 90, 90, 90, 80, 40, 20, 8, 4, 2, 1, 1, 1)
    )
    hour = (local + 6) % 24  # the company's morning is the afternoon of UTC
    at = START + draw.below(1, "day", n, DAYS) * clock.DAY + hour * clock.HOUR
    at = np.sort(at + draw.below(1, "second", n, 3600) * clock.SECOND + draw.below(1, "fine", n, clock.SECOND))
    what = draw.weighted(1, "what", n, [row[0] for row in WHAT])
    strange = draw.chance(1, "strange", n, 15)
    address = np.where(draw.chance(1, "outside", n, 5), len(ADDRESSES) - 1, -1)
    member = np.where(what < 3, draw.below(1, "member", n, MEMBERS), -1)
    count = np.where(what == 2, draw.between(1, "many", n, 50, 400), (what < 2) * 1)
    count = np.where((what == 0) & draw.chance(1, "search", n, 20_000), draw.between(1, "found", n, 2, 60), count)
    for number, plant in enumerate(PLANTS):
        where = places(at, plant)
        account = (np.arange(TWENTY) * len(PLANTS) + number)[:, None]
        others = np.arange(len(plant.what)) * TWENTY * len(PLANTS) if plant.many_readers else 0
        who[where] = (account + others) % STAFF
        what[where], count[where] = plant.what, plant.records
        drawn = draw.below(1, "planted", where.ravel(), MEMBERS).reshape(where.shape)
        member[where] = np.where(np.isin(plant.what, (READ, EXPORT)), drawn[:, :1] if plant.one_member else drawn, -1)
        address[where] = len(ADDRESSES) - 1 if plant.one_address else -1
        strange[where] = False
    site = np.where(strange, draw.below(1, "other site", n, len(SITES)), who % len(SITES))
    every = [(*row[1:], "") for row in WHAT] + list(RARE)
    told = ("class_name", "activity_name", "status", "system", "data_class", "status_detail")
    columns: dict[str, Any] = {name: _texts(what, [row[i] for row in every]) for i, name in enumerate(told)}
    staff = [f"S{i:04d}" for i in range(STAFF)]
    columns |= {"time": at, "record_count": count, "actor": _texts(who, staff), "site": _texts(site, SITES)}
    columns |= {
        "role": _texts(who % len(ROLES), ROLES),
        "src_ip": _texts(np.where(address < 0, site, address), ADDRESSES),
    }
    columns |= {"device": _texts(np.where(strange, (who + 1) % STAFF, who), [f"D{i:04d}" for i in range(STAFF)])}
    columns |= {"member": _texts(member + 1, ["", *(f"M{i:07d}" for i in range(MEMBERS))])}
    return events.frame(columns, rows)


def _texts(codes: np.ndarray, words: Any) -> pd.Categorical:
    """A text column from positions in `words`, each word once."""
    found = list(dict.fromkeys(words))
    place = np.array([found.index(w) for w in words]) if len(found) < len(words) else None
    return pd.Categorical.from_codes(codes if place is None else place[codes], pd.Index(found, dtype="str"))


def queue(frame: pd.DataFrame) -> pd.DataFrame:
    """Work for four of five reads, given an hour before, and for none of those that are planted to have none."""
    without = np.zeros(len(frame), dtype=bool)
    without[places(frame["time"].to_numpy(), PLANTS[-1])] = True
    reads = frame[(frame["activity_name"] == "Read") & (frame["member"] != "") & ~without]
    some = reads[draw.chance(1, "work", np.arange(len(reads)), 800_000)]
    return pd.DataFrame({"time": some["time"] - clock.HOUR, "staff_id": some["actor"], "member_id": some["member"]})
