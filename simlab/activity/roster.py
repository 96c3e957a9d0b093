"""Who works when and where: one entry for each person and day of work, and for each vendor's log-in.

All numbers of a day come from (seed, day, person): a day is the same whether it is made alone or as
one of a year, and a new member of staff changes nobody else's day.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab import clock, draw
from simlab.activity.presence import Presence, presence
from simlab.activity.work import work
from simlab.draw import I64
from simlab.insurer import Insurer

# Shift hours are local. All sites lie in one zone, but for Colorado's.
ZONE, ZONES = "America/Chicago", {"CO": "America/Denver"}
MILLI = 1000
ILL = 45_000  # in a million: away on a working day
LATE = 15_000  # in a million: works on in the evening
# Where a shift is worked: at the desk, at home, on a journey, at the machine that a site's staff share.
PLACES = DESK, HOME, JOURNEY, KIOSK = range(4)
TRAVELS, NO_LAPTOP = 30_000, 3_000  # in a million: a nurse reviewer's week, a shift at a site

Names = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Workers:
    """Those who work, staff first and then vendors' log-ins: `many` entries for each of the PLACES.

    Entry n is somebody at their desk, HOME * many + n the same person at home.
    """

    many: int
    actor: Names
    role: Names
    device: Names
    site: Names
    src_ip: Names
    zone: Names
    number: I64
    start_hour: I64
    hours: I64
    has_mfa: Flags
    is_on_site: Flags
    is_active: Flags
    presence: Presence

    def employed(self, day: dt.date) -> Flags:
        """Of each of the `many`, whether they work for the company by a day: vendors' people always do."""
        return self._and_vendors(self.presence.employed(day))

    def expected(self, day: dt.date) -> Flags:
        """Of those, who is not on leave."""
        return self._and_vendors(self.presence.here(day))

    def _and_vendors(self, staff: Flags) -> Flags:
        vendors = np.ones(self.many - len(staff), bool)
        return self.is_active[: self.many] & np.concatenate([staff, vendors])

    @functools.cached_property
    def roles(self) -> tuple[str, ...]:
        """The roles there are, in order."""
        return tuple(sorted(set(self.role)))

    @functools.cached_property
    def role_code(self) -> I64:
        """Each one's role as a place in `roles`."""
        place = {role: n for n, role in enumerate(self.roles)}
        return np.array([place[role] for role in self.role], dtype=np.int64)

    def coded(self, names: Sequence[str]) -> Iterator[tuple[str, tuple[I64, pd.Index]]]:
        """Columns as codes and the values they stand for."""
        for name in names:
            if name not in self._coded:
                codes, found = pd.factorize(getattr(self, name))
                self._coded[name] = codes, pd.Index(found, dtype="str")
            yield name, self._coded[name]

    @functools.cached_property
    def _coded(self) -> dict[str, tuple[I64, pd.Index]]:
        return {}


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

    def only(self, keep: Flags) -> Shifts:
        """The shifts for which `keep` holds."""
        cut = (self.who[keep], self.key[keep], self.begin[keep], self.length[keep], self.session[keep])
        return Shifts(self.workers, *cut, self.covers[keep])


def workers(insurer: Insurer) -> Workers:
    """Everybody on the insurer's books who may log in for work."""
    staff, sites, devices = insurer.staff, insurer.sites.set_index("site_id"), insurer.devices
    vendors = insurer.vendors.query("portal_login != ''")
    laptops = devices[devices["kind"] == "laptop"].drop_duplicates("staff_id").set_index("staff_id")["device_id"]
    desk = sites.loc[staff["site_id"].astype(str).tolist()]
    none, places = [""] * len(vendors), len(PLACES)
    start = staff["shift_start_hour"].to_numpy()
    laptop, site = laptops.reindex(staff["staff_id"]).fillna(""), staff["site_id"].astype(str)
    # A vendor's number stays its own however many staff there are.
    number = np.concatenate([np.arange(len(staff)), 900_000 + _digits(vendors["vendor_id"])]).astype(np.int64)
    remote = _objects(["remote"] * len(number))
    home = str(sites.loc["remote", "egress_ip"])
    hotel = [f"203.0.113.{200 + n % 30}" for n in number.tolist()]  # neither the company's nor members' homes
    here = (desk["kind"] != "remote").to_numpy(bool)
    return Workers(
        presence=presence(insurer),
        many=len(number),
        actor=np.tile(_objects(staff["staff_id"], vendors["portal_login"]), places),
        role=np.tile(_objects(staff["role"].astype(str), ["vendor"] * len(vendors)), places),
        device=_objects(*(laptop, none) * 3, [f"kiosk-{name}" for name in site], none),
        site=np.concatenate([_objects(site, none), remote, remote, _objects(site, none)]),
        src_ip=_objects(
            *(desk["egress_ip"], vendors["egress_ip"], [home] * len(number), hotel),
            *(desk["egress_ip"], vendors["egress_ip"]),
        ),
        zone=np.tile(_objects(desk["state"].map(ZONES).fillna(ZONE), [ZONE] * len(vendors)), places),
        number=np.tile(number, places),
        start_hour=np.tile(np.concatenate([start, np.full(len(vendors), 8)]).astype(np.int64), places),
        hours=np.tile(
            np.concatenate([(staff["shift_end_hour"].to_numpy() - start) % 24, np.full(len(vendors), 9)]), places
        ).astype(np.int64),
        has_mfa=np.tile(np.concatenate([np.ones(len(staff), bool), vendors["has_mfa"].to_numpy(bool)]), places),
        is_on_site=np.concatenate([_flags(here, vendors), np.zeros(2 * len(number), bool), _flags(here, vendors)]),
        is_active=np.tile(np.concatenate([staff["is_active"].to_numpy(bool), np.ones(len(vendors), bool)]), places),
    )


def shifts(workers: Workers, day: dt.date, seed: int) -> Shifts:
    """The shifts that begin on a day."""
    many = workers.many
    key = day_key(day) + workers.number[:many]
    often = np.full(many, 1_000_000 - ILL)
    if day.weekday() >= 5:
        often = np.array([work(role).weekend for role in workers.roles])[workers.role_code[:many]]
    here = workers.expected(day) & draw.chance(seed, "at work", key, often)
    who = np.flatnonzero(here)
    offset = {name: midnight(day, name) for name in set(workers.zone)}
    begin = np.array([offset[name] for name in workers.zone[who]], dtype=np.int64)
    begin += workers.start_hour[who] * clock.HOUR
    begin += draw.between(seed, "arrives", key[who], -8 * 60 * MILLI, 14 * 60 * MILLI) * MILLI
    begin += draw.below(seed, "arrives fine", key[who], MILLI)
    length = workers.hours[who] * clock.HOUR + draw.below(seed, "stays", key[who], 25 * 60 * MILLI) * MILLI
    covers = _covers(workers, workers.employed(day) & ~here, here, key, seed)
    at = places(workers, day, seed)[who] * many + who
    return Shifts(workers, at, key[who], begin, length, sessions(seed, key[who]), covers)


def places(workers: Workers, day: dt.date, seed: int) -> I64:
    """Where each of the `many` works on a day, as one of PLACES."""
    many = workers.many
    number, on_site = workers.number[:many], workers.is_on_site[:many]
    at = np.full(many, DESK, dtype=np.int64)
    at[on_site & draw.chance(seed, "no laptop", day_key(day) + number, NO_LAPTOP)] = KIOSK
    # Nurse reviewers visit hospitals, a working week at a time.
    monday = day_key(day - dt.timedelta(days=day.weekday()))
    travels = (workers.role[:many] == "nurse_reviewer") & draw.chance(seed, "travels", monday + number, TRAVELS)
    at[travels & (day.weekday() < 5)] = JOURNEY
    return at


def _covers(workers: Workers, off: Flags, here: Flags, key: I64, seed: int) -> I64:
    """Of each who is here, somebody of their role who is not; on a weekend most are not, and nobody covers."""
    out = np.full(len(here), -1, dtype=np.int64)
    role = workers.role_code[: workers.many]
    for code, name in enumerate(workers.roles):
        away, there = np.flatnonzero((role == code) & off), np.flatnonzero((role == code) & here)
        if name != "vendor" and 0 < len(away) <= len(there):
            out[there] = away[draw.below(seed, "covers whom", key[there], len(away))]
    return out[here]


def late(day: Shifts, seed: int) -> Shifts:
    """Those of a day's staff who work on from home in the evening, in a session of its own."""
    some = day.only(draw.chance(seed, "works late", day.key, LATE) & (day.workers.role[day.who] != "vendor"))
    pause = draw.between(seed, "pause", some.key, 90, 200) * clock.MINUTE
    length = draw.between(seed, "late minutes", some.key, 30, 80) * clock.MINUTE
    key = -some.key  # the same person and day, and yet other draws
    # Who is on a journey works on there.
    many = day.workers.many
    at = np.where(some.who // many == JOURNEY, some.who, HOME * many + some.who % many)
    return Shifts(day.workers, at, key, some.begin + some.length + pause, length, sessions(seed, key), some.covers)


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


@functools.lru_cache(maxsize=4096)
def midnight(day: dt.date, zone: str) -> int:
    """A local day's beginning in microseconds UTC, by the offset that holds there at noon."""
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=clock.zone(zone))
    return clock.micros(noon) - 12 * clock.HOUR


def _objects(*parts: pd.Series | Sequence[str]) -> Names:
    return np.concatenate([np.asarray(part, dtype=object) for part in parts])


def _flags(here: Flags, vendors: pd.DataFrame) -> Flags:
    return np.concatenate([here, np.zeros(len(vendors), bool)])


def _digits(ids: pd.Series) -> I64:
    return np.array([int(text.lstrip("V")) for text in ids], dtype=np.int64)
