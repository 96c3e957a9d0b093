"""Members at the member portal: they look at their own records and nobody else's."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from simlab import clock, draw, events
from simlab.activity.roster import MILLI, ZONE, midnight, sessions
from simlab.activity.tasks import People, by

VISITS, WRONG_PASSWORD = 11_000, 60_000  # in a million: adults on a day, visits
WITH_FACTOR, CHANGES = 400_000, 50_000  # in a million: members, visits
_ADDRESSES = [f"203.0.113.{20 + n}" for n in range(180)]
# When members come, by the hour of the day.
_HOURS = (1, 1, 0, 0, 1, 2, 5, 9, 12, 14, 15, 14, 15, 13, 13, 13, 14, 15, 17, 20, 19, 14, 8, 3)
_WHAT = (
    ("Authentication", "Logon", "Failure", "none", "wrong password"),
    ("Authentication", "Logon", "Success", "none", "password accepted"),
    ("Authentication", "MFA Challenge", "Success", "none", "code accepted"),
    ("Datastore Activity", "Read", "Success", "demographic", ""),
    ("Datastore Activity", "Read", "Success", "claims", ""),
    ("Datastore Activity", "Update", "Success", "demographic", ""),
    ("Authentication", "Logoff", "Success", "none", ""),
)


def visits(people: People, days: list[dt.date], seed: int) -> pd.DataFrame:
    """The visits of some days, each in a session of its own."""
    found = [_comers(people, day, seed) for day in days]
    member, key, begin = (np.concatenate(parts) for parts in zip(*found, strict=True))
    # Of each row of _WHAT: whether it happens in a visit, and how long after its start, in thousandths of a second.
    factor = draw.chance(seed, "member factor", member, WITH_FACTOR)
    share = (
        (draw.chance(seed, "member mistypes", key, WRONG_PASSWORD), -25_000),
        (np.ones(len(key), bool), 0),
        (factor, 12_000),
        (draw.chance(seed, "own data", key, 350_000), 40_000),
        (draw.chance(seed, "own claims", key, 800_000), 75_000),
        (draw.chance(seed, "own change", key, CHANGES), 160_000),
        (draw.chance(seed, "leaves", key, 700_000), 420_000),
    )
    row = np.concatenate([np.flatnonzero(happens) for happens, _ in share])
    what = np.repeat(np.arange(len(share)), [int(happens.sum()) for happens, _ in share])
    after = np.array([ms for _, ms in share])[what] + draw.below(seed, "pace", key[row] * 8 + what, 9_000)
    names = dict(
        zip(
            ("class_name", "activity_name", "status", "data_class", "status_detail"),
            zip(*_WHAT, strict=True),
            strict=True,
        )
    )
    own = np.isin(what, (3, 4, 5))
    return events.frame(
        {
            **{name: by(what, values) for name, values in names.items()},
            "time": begin[row] + after * MILLI,
            "actor": people.column(member[row]),
            "role": "member",
            "src_ip": by(_home(seed, member[row]), _ADDRESSES),
            "system": "member-portal",
            "member": people.column(np.where(own, member[row], -1)),
            "record_count": own.astype(np.int64),
            "purpose": by(own.astype(np.int64), ["none stated", "member request"]),
            "session": by(np.where(what == 0, len(key), row), np.append(sessions(seed, key), "")),
        },
        len(row),
    )


def homes(seed: int, member: np.ndarray) -> list[str]:
    """The addresses that members, by number, come from."""
    return [_ADDRESSES[n] for n in _home(seed, member).tolist()]


def _home(seed: int, member: np.ndarray) -> np.ndarray:
    return draw.below(seed, "home", member, len(_ADDRESSES))


def _comers(people: People, day: dt.date, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who comes on a day: member numbers, keys for draws, and when."""
    key = -(day.toordinal() * 10_000_000 + people.adults)
    come = draw.chance(seed, "visits", key, VISITS)
    member, key = people.adults[come], key[come]
    hour = draw.weighted(seed, "visit hour", key, _HOURS) * clock.HOUR
    at = draw.below(seed, "visit at", key, 3_600 * MILLI) * MILLI + draw.below(seed, "visit fine", key, MILLI)
    return member, key, midnight(day, ZONE) + hour + at
