"""Entries of invented people, for the tests of this room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from simlab.records import Entry, keep_until
from simlab.records.entry import make, stamp

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
SALT = "0" * 32


def entry(person: str = "ana.lopez", **fields: Any) -> Entry:
    """A passed result, evidence its own by person and lesson, unless the fields say otherwise."""
    at = fields.pop("moment", AT)
    lesson = fields.get("lesson", "02-encryption")
    base: dict[str, Any] = {
        "kind": "result", "person": person, "lesson": lesson, "at": stamp(at), "entered": stamp(at), "passed": True,
        "score": 5.0, "maximum": 6.0, "retain_until": keep_until(at.date()), "salt": SALT,
    }  # fmt: skip
    return make(**base | fields)
