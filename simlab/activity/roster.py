"""Who works when: one entry for each person and day of work, and for each vendor's log-in.

All numbers of a day come from (seed, day, person): a day is the same whether it is made alone or as
one of a year, and a new member of staff changes nobody else's day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab import clock, draw
from simlab.activity.work import work
from simlab.draw import I64
from simlab.insurer import Insurer

# Shift hours are local. All sites lie in one zone, but for Colorado's.
ZONE, ZONES = "America/Chicago", {"CO": "America/Denver"}
MILLI = 1000
ILL = 45_000  # in a million: away on a working day
LATE = 15_000  # in a million: works on in the evening

Names = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Workers:
    """Those who work, staff first and then vendors' log-ins: one entry each in every array."""

    actor: Names
    role: Names
    device: Names
    site: Names
    src_ip: Names
    zone: Names
    number: I64
    start_hour: I64
    hours: I64
    has_mfa: npt.NDArray[np.bool_]
    is_on_site: npt.NDArray[np.bool_]
    is_active: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Shifts:
    """Shifts worked: `who` (index into Workers), a `key` for draws, begin and length in microseconds.

    `covers` is whose list they help with: somebody of the same role who is away, -1 for nobody.
    """

    workers: Workers
    who: I64
    key: I64
    begin: I64
    length: I64
    session: Names
    covers: I64

    def only(self, keep: npt.NDArray[np.bool_]) -> Shifts:
        """The shifts for which `keep` holds."""
        cut = (self.who[keep], self.key[keep], self.begin[keep], self.length[keep], self.session[keep])
        return Shifts(self.workers, *cut, self.covers[keep])


def workers(insurer: Insurer) -> Workers:
    """Everybody on the insurer's books who may log in for work."""
    staff, sites, devices = insurer.staff, insurer.sites.set_index("site_id"), insurer.devices
    vendors = insurer.vendors.query("portal_login != ''")
    laptops = devices[devices["kind"] == "laptop"].drop_duplicates("staff_id").set_index("staff_id")["device_id"]
    home = sites.loc[staff["site_id"].astype(str).tolist()]
    many = len(vendors)
    start = staff["shift_start_hour"].to_numpy()
    return Workers(
        actor=_objects(staff["staff_id"], vendors["portal_login"]),
        role=_objects(staff["role"].astype(str), ["vendor"] * many),
        device=_objects(laptops.reindex(staff["staff_id"]).fillna(""), [""] * many),
        site=_objects(staff["site_id"].astype(str), [""] * many),
        src_ip=_objects(home["egress_ip"], vendors["egress_ip"]),
        zone=_objects(home["state"].map(ZONES).fillna(ZONE), [ZONE] * many),
        # A vendor's number stays its own however many staff there are.
        number=np.concatenate([np.arange(len(staff)), 900_000 + _digits(vendors["vendor_id"])]).astype(np.int64),
        start_hour=np.concatenate([start, np.full(many, 8)]).astype(np.int64),
        hours=np.concatenate([(staff["shift_end_hour"].to_numpy() - start) % 24, np.full(many, 9)]).astype(np.int64),
        has_mfa=np.concatenate([np.ones(len(staff), bool), vendors["has_mfa"].to_numpy(bool)]),
        is_on_site=np.concatenate([(home["kind"] != "remote").to_numpy(bool), np.zeros(many, bool)]),
        is_active=np.concatenate([staff["is_active"].to_numpy(bool), np.ones(many, bool)]),
    )


def shifts(workers: Workers, day: dt.date, seed: int) -> Shifts:
    """The shifts that begin on a day."""
    key = day_key(day) + workers.number
    often = np.full(len(key), 1_000_000 - ILL)
    if day.weekday() >= 5:
        weekend = {role: work(role).weekend for role in set(workers.role)}
        often = np.array([weekend[role] for role in workers.role])
    here = workers.is_active & draw.chance(seed, "at work", key, often)
    who = np.flatnonzero(here)
    offset = {name: midnight(day, name) for name in set(workers.zone)}
    begin = (
        np.array([offset[name] for name in workers.zone], dtype=np.int64)[who] + workers.start_hour[who] * clock.HOUR
    )
    begin += draw.between(seed, "arrives", key[who], -8 * 60 * MILLI, 14 * 60 * MILLI) * MILLI
    begin += draw.below(seed, "arrives fine", key[who], MILLI)
    length = workers.hours[who] * clock.HOUR + draw.below(seed, "stays", key[who], 25 * 60 * MILLI) * MILLI
    return Shifts(workers, who, key[who], begin, length, sessions(seed, key[who]), _covers(workers, here, key, seed))


def _covers(workers: Workers, here: npt.NDArray[np.bool_], key: I64, seed: int) -> I64:
    """Of each who is here, somebody of their role who is not; on a weekend most are not, and nobody covers."""
    out = np.full(len(here), -1, dtype=np.int64)
    for role in set(workers.role) - {"vendor"}:
        mine = workers.role == role
        away, there = np.flatnonzero(mine & workers.is_active & ~here), np.flatnonzero(mine & here)
        if 0 < len(away) <= len(there):
            out[there] = away[draw.below(seed, "covers whom", key[there], len(away))]
    return out[here]


def at_home(workers: Workers, insurer: Insurer) -> Workers:
    """The same people, working from home."""
    home = insurer.sites.query("kind == 'remote'").iloc[0]
    site, address = (np.full(len(workers.actor), str(home[name]), dtype=object) for name in ("site_id", "egress_ip"))
    return dataclasses.replace(workers, site=site, src_ip=address, is_on_site=np.zeros(len(site), bool))


def late(day: Shifts, home: Workers, seed: int) -> Shifts:
    """Those of a day's staff who work on from home in the evening, in a session of its own."""
    some = day.only(draw.chance(seed, "works late", day.key, LATE) & (day.workers.role[day.who] != "vendor"))
    pause = draw.between(seed, "pause", some.key, 90, 200) * clock.MINUTE
    length = draw.between(seed, "late minutes", some.key, 30, 80) * clock.MINUTE
    key = -some.key  # the same person and day, and yet other draws
    return Shifts(home, some.who, key, some.begin + some.length + pause, length, sessions(seed, key), some.covers)


def joined(parts: list[Shifts]) -> Shifts:
    """The shifts of several days as one."""
    columns = [[p.who, p.key, p.begin, p.length, p.session, p.covers] for p in parts]
    return Shifts(parts[0].workers, *(np.concatenate(c) for c in zip(*columns, strict=True)))


def sessions(seed: int, key: npt.ArrayLike) -> Names:
    """Session ids: they say nothing about whose they are."""
    return np.array([f"{bits:016x}"[:12] for bits in draw.bits(seed, "session", key).tolist()], dtype=object)


def day_key(day: dt.date) -> int:
    """Where the draws of a day begin: a million keys for each."""
    return day.toordinal() * 1_000_000


def midnight(day: dt.date, zone: str) -> int:
    """A local day's beginning in microseconds UTC, by the offset that holds there at noon."""
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=clock.zone(zone))
    return clock.micros(noon) - 12 * clock.HOUR


def _objects(*parts: pd.Series | list[str]) -> Names:
    return np.concatenate([np.asarray(part, dtype=object) for part in parts])


def _digits(ids: pd.Series) -> I64:
    return np.array([int(text.lstrip("V")) for text in ids], dtype=np.int64)
