"""What runs by itself: the nightly backup, maintenance, transfers to vendors, and the month-end job.

Service accounts do it (role `service_account`), from the data center.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from simlab import clock, draw, events
from simlab.activity.roster import ZONE, midnight
from simlab.insurer import Insurer

ROLE = "service_account"
BATCH = 500
_BACKUP = ("File Activity", "Create", "svc-backup", "backup-store", "demographic", "nightly backup")
_DROPPED = ("File Activity", "Delete", "svc-backup", "backup-store", "demographic", "backup of five weeks ago dropped")
_MONTH_END = ("Datastore Activity", "Read", "svc-month-end", "claims-core", "claims", "month-end statement")
_TRANSFER = ("Datastore Activity", "Export", "svc-transfers", "file-exchange", "demographic")
_FIELDS = ("class_name", "activity_name", "actor", "system", "data_class", "status_detail")


def jobs(insurer: Insurer, days: list[dt.date], seed: int) -> pd.DataFrame:
    """The jobs of some days as an event table."""
    center = insurer.sites.query("kind == 'data center'").iloc[0]
    rows = [row for day in days for row in _of_day(insurer, day, seed)]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in ("time", "record_count", *_FIELDS)}
    steady = {"role": ROLE, "site": str(center["site_id"]), "src_ip": str(center["egress_ip"]), "purpose": "operations"}
    return events.frame({**columns, **steady}, len(rows))


def _of_day(insurer: Insurer, day: dt.date, seed: int) -> list[dict[str, Any]]:
    night = midnight(day, ZONE)
    out = [_row(night + 30 * clock.MINUTE, insurer.size, *_BACKUP)]
    out.append(_row(night + 50 * clock.MINUTE, insurer.size, *_DROPPED))
    if day.weekday() == 6:
        out += _maintenance(insurer, night + 3 * clock.HOUR)
    if (day + dt.timedelta(days=1)).day == 1:
        out += _month_end(night + 90 * clock.MINUTE, insurer.size)
    if day.weekday() < 5:
        vendors = insurer.vendors
        served = vendors[vendors["has_contract"] & (vendors["portal_login"] != "")]["vendor_id"]
        out += [_transfer(insurer, day, seed, night, str(vendor)) for vendor in served]
    return out


def _maintenance(insurer: Insurer, begin: int) -> list[dict[str, Any]]:
    """What is brought up to date, system after system, on Sunday night."""
    found = insurer.systems["system_id"].astype(str).tolist()
    what = ("API Activity", "Update", "svc-maintenance")
    return [
        _row(begin + n * 7 * clock.MINUTE, 0, *what, system, "none", "update installed")
        for n, system in enumerate(found)
    ]


def _month_end(begin: int, members: int) -> list[dict[str, Any]]:
    """Everybody's record, in batches, within three hours."""
    batches = -(-members // BATCH)
    step = min(30 * clock.SECOND, 3 * clock.HOUR // batches)
    sizes = [min(BATCH, members - n * BATCH) for n in range(batches)]
    return [_row(begin + n * step, size, *_MONTH_END) for n, size in enumerate(sizes)]


def _transfer(insurer: Insurer, day: dt.date, seed: int, night: int, vendor: str) -> dict[str, Any]:
    """The day's file for a vendor: those whose cover or address changed."""
    ident = f"{day.isoformat()} {vendor}"
    at = night + 2 * clock.HOUR + draw.one(seed, "transfer at", ident, 3_600) * clock.SECOND
    changed = 1 + draw.one(seed, "transfer size", ident, max(2, insurer.size // 50))
    return _row(at, changed, *_TRANSFER, f"daily file for {vendor}")


def _row(time: int, count: int, *values: str) -> dict[str, Any]:
    return {"time": time, "record_count": count, **dict(zip(_FIELDS, values, strict=True))}
