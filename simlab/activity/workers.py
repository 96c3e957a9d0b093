"""Who may log in for work: staff in the roles they have and had, and vendors' log-ins; and where from."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab.activity.presence import FOREVER, WEEKDAYS, Absences, Flags, absences, on_site, terms
from simlab.draw import I64
from simlab.insurer import Insurer

# Shift hours are local. All sites lie in one zone, but for Colorado's.
ZONE, ZONES = "America/Chicago", {"CO": "America/Denver"}
# Where a shift is worked: at the desk, at home, on a journey, at the machine that a site's staff share.
PLACES = DESK, HOME, JOURNEY, KIOSK = range(4)

Names = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Workers:
    """Those who work: `many` entries for each of the PLACES; staff, vendors' log-ins, staff in earlier roles.

    Entry n is somebody at their desk, HOME * many + n the same person at home. `staff` (-1 for vendors) is
    the row of the staff's table; `since` and `until` are days as `date.toordinal` gives them.
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
    on_site: Flags
    staff: I64
    since: I64
    until: I64
    absences: Absences

    def employed(self, day: dt.date) -> Flags:
        """Of each of the `many`, whether they work for the company on a day, in that role; vendors' people always do."""
        return (self.since <= day.toordinal()) & (day.toordinal() <= self.until)

    def expected(self, day: dt.date) -> Flags:
        """Of those, who is not on leave."""
        return self.employed(day) & ~self.absences.away(day)[self.staff]

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


def workers(insurer: Insurer) -> Workers:
    """Everybody on the insurer's books who may log in for work."""
    term, known = terms(insurer), len(insurer.staff)
    once = pd.concat([_staff(insurer), _vendors(insurer)], ignore_index=True)
    days = np.zeros((len(once), len(WEEKDAYS)), bool)
    days[:known] = on_site(insurer.staff)
    # Staff and vendors, and then staff again in the roles that they had before.
    place = np.concatenate([np.arange(len(once)), term.staff[known:]])
    crew, many, places = once.iloc[place], len(place), len(PLACES)
    theirs = np.arange(many) - np.where(np.arange(many) < known, 0, len(once) - known)
    is_staff = place < known
    since, until, role = (values[theirs] for values in (term.since, term.until, term.role))
    each: dict[str, Any] = {name: crew[name].to_numpy() for name in crew.columns}
    remote, none = _objects(["remote"] * many), np.zeros(2 * many, bool)
    home = str(insurer.sites.set_index("site_id").loc["remote", "egress_ip"])
    hotel = [f"203.0.113.{200 + n % 30}" for n in each["number"].tolist()]  # nobody's home, no company's
    tiled = ("actor", "zone", "number", "start_hour", "hours", "has_mfa")
    return Workers(
        many=many,
        role=np.tile(np.where(is_staff, role, "vendor").astype(object), places),
        device=np.concatenate([*[each["device"]] * 3, each["kiosk"]]),
        site=np.concatenate([each["site"], remote, remote, each["site"]]),
        src_ip=_objects(each["src_ip"], [home] * many, hotel, each["src_ip"]),
        is_on_site=np.concatenate([each["at_site"], none, each["at_site"]]),
        on_site=days[place],
        staff=np.where(is_staff, place, -1),
        since=np.where(is_staff, since, 0),
        until=np.where(is_staff, until, FOREVER),
        absences=absences(insurer),
        **{name: np.tile(each[name], places) for name in tiled},
    )


def _staff(insurer: Insurer) -> pd.DataFrame:
    """What their desk, their shift and their laptop are, one row each."""
    staff, devices = insurer.staff, insurer.devices
    laptops = devices[devices["kind"] == "laptop"].drop_duplicates("staff_id").set_index("staff_id")["device_id"]
    desk = insurer.sites.set_index("site_id").loc[staff["site_id"].astype(str).tolist()]
    start, end = (staff[name].to_numpy() for name in ("shift_start_hour", "shift_end_hour"))
    return pd.DataFrame(
        {
            "actor": _objects(staff["staff_id"]),
            "device": _objects(laptops.reindex(staff["staff_id"]).fillna("")),
            "kiosk": _objects([f"kiosk-{name}" for name in staff["site_id"]]),
            "site": _objects(staff["site_id"].astype(str)),
            "src_ip": _objects(desk["egress_ip"]),
            "zone": _objects(desk["state"].map(ZONES).fillna(ZONE)),
            "number": np.arange(len(staff)),
            "start_hour": start.astype(np.int64),
            "hours": ((end - start) % 24).astype(np.int64),
            "has_mfa": True,
            "at_site": (desk["kind"] != "remote").to_numpy(bool),
        }
    ).astype(_TEXTS)


def _vendors(insurer: Insurer) -> pd.DataFrame:
    """The log-ins of vendors; a vendor's number stays its own however many staff there are."""
    vendors = insurer.vendors.query("portal_login != ''")
    numbers = [900_000 + int(text.lstrip("V")) for text in vendors["vendor_id"]]
    return pd.DataFrame(
        {
            "actor": _objects(vendors["portal_login"]),
            "device": "",
            "kiosk": "",
            "site": "",
            "src_ip": _objects(vendors["egress_ip"]),
            "zone": ZONE,
            "number": np.array(numbers, dtype=np.int64),
            "start_hour": 8,
            "hours": 9,
            "has_mfa": vendors["has_mfa"].to_numpy(bool),
            "at_site": False,
        }
    ).astype(_TEXTS)


_TEXTS = dict.fromkeys(("actor", "device", "kiosk", "site", "src_ip", "zone"), "object")


def _objects(*parts: npt.ArrayLike) -> Names:
    return np.concatenate([np.asarray(part, dtype=object) for part in parts])
