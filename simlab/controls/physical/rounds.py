"""A walk through a site: what stands open, what lies about, who is alone. Its findings are data (`content/rounds`).

`Floor.of` is what somebody sees who walks through at that moment: it follows from (seed, thing, moment), so
the same walk shows the same, and another desk changes nothing at this one.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from simlab import clock, draw
from simlab.content import load, names, resource
from simlab.content.loader import fault
from simlab.controls.assessment.weakness import Weakness
from simlab.errors import UnknownName
from simlab.insurer import Insurer

SEEN: dict[str, tuple[str, ...]] = {
    "desks": (
        "id", "is_here", "is_manned", "is_locked", "papers", "password_in_sight", "badge_left", "is_visible",
    ),
    "things": ("id", "kind", "place", "holds", "lock", "is_open", "key_in_lock", "papers"),
    "visitors": ("id", "host", "has_escort", "hours"),
}  # fmt: skip
FINDINGS = ("kind", "where", "severity", "says", "remedy", "cite", "basis")
_ORDER = ("critical", "high", "medium", "low")
_ZONE, _ZONES = "America/Chicago", {"CO": "America/Denver"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_AWAY, _VISITORS = 300_000, 4  # in a million: up from the desk; visitors at a time, at most
_OPENS, _CLOSES = 8, 18  # hours in which visitors come


class Sight(Weakness):
    """A kind of finding of a walk; `often` is how often a sound thing is so, in a million."""

    often: Annotated[int, Field(ge=0, le=1_000_000)]


@functools.cache
def sight(name: str) -> Sight:
    """A kind of finding by name. Raises UnknownName, ContentError."""
    found = load("rounds", name, Sight)
    path, columns = resource("rounds", f"{name}.yml"), SEEN.get(found.table, ())
    for column in (*(c.column for c in found.when), *found.plant):
        if column not in columns:
            raise fault(path, ["when"], f"{found.table} has no {column!r}: it has {', '.join(columns) or 'nothing'}")
    return found


@dataclass(frozen=True, eq=False)
class Floor:
    """What is to be seen at a site at a moment: its desks, its things and its visitors (SEEN)."""

    site: str
    at: int
    tables: Mapping[str, pd.DataFrame]

    @classmethod
    def of(cls, insurer: Insurer, site: str, at: int, seed: int = 0) -> Floor:
        """A site of an insurer at a moment (microseconds UTC). Raises UnknownName."""
        sites = insurer.sites.set_index("site_id")
        if site not in sites.index or site == "remote":
            raise UnknownName("site with a door", site, [s for s in sites.index if s != "remote"])
        local = clock.instant(at).astimezone(clock.zone(_ZONES.get(str(sites.loc[site, "state"]), _ZONE)))
        key = f"{site} {at}"
        sound = {
            "desks": _desks(insurer, site, local, seed, key), "things": _things(insurer, site),
            "visitors": _visitors(insurer, site, local, seed, key),
        }  # fmt: skip
        return cls(site, at, {name: _as_found(name, sound[name][list(SEEN[name])], seed, key) for name in SEEN})


def rounds(insurer: Insurer, site: str, at: int, seed: int = 0) -> pd.DataFrame:
    """What a walk through a site finds at a moment, the worst first; columns: FINDINGS. Raises UnknownName."""
    return look(Floor.of(insurer, site, at, seed))


def look(floor: Floor) -> pd.DataFrame:
    """The findings of what is seen; columns: FINDINGS."""
    rows: list[dict[str, Any]] = []
    for name in names("rounds"):
        of = sight(name)
        for row in of.found(floor.tables[of.table]).to_dict("records"):
            said = of.says.format(**{str(k): str(v).replace("|", ", ") for k, v in row.items()})
            about = {"severity": of.severity, "remedy": of.remedy, "cite": of.cite, "basis": of.basis}
            rows.append({"kind": name, "where": str(row["id"]), "says": said, **about})
    rows.sort(key=lambda row: (_ORDER.index(row["severity"]), row["kind"], row["where"]))
    return pd.DataFrame(rows, columns=list(FINDINGS))


def _as_found(table: str, sound: pd.DataFrame, seed: int, key: str) -> pd.DataFrame:
    """A table as it is found: each thing is as it should be, but for what is drawn otherwise."""
    out = sound.copy()
    for name in names("rounds"):
        of = sight(name)
        if of.table == table:
            for index, ident in zip(out.index, out["id"], strict=True):
                if draw.one(seed, f"rounds {name} {key}", str(ident), 1_000_000) < of.often:
                    for column, value in of.plant.items():
                        out.at[index, column] = value
    return out


def _desks(insurer: Insurer, site: str, local: dt.datetime, seed: int, key: str) -> pd.DataFrame:
    """Everybody's desk at a site, and whether they came and sit there."""
    staff, today, leave = insurer.staff, pd.Timestamp(local.date()), insurer.table("leave")
    mine = staff[(staff["site_id"].astype(str) == site) & (staff["hired"] <= today) & ~(staff["left"] < today)]
    rows = []
    for person in mine.to_dict("records"):
        who, begins, ends = str(person["staff_id"]), int(person["shift_start_hour"]), int(person["shift_end_hour"])
        # Who sits there after midnight came the day before.
        day = today - pd.Timedelta(days=int(ends < begins and local.hour < ends))
        comes = _DAYS[day.weekday()] in str(person["on_site_days"]).split("|") and _in_shift(local.hour, begins, ends)
        here = comes and not _is_away(leave, who, day)
        up = draw.one(seed, f"up from the desk {key}", who, 1_000_000) < _AWAY
        rows.append((who, here, here and not up, True, 0, False, False, False))
    return pd.DataFrame(rows, columns=list(SEEN["desks"]))


def _is_away(leave: pd.DataFrame, who: str, day: pd.Timestamp) -> bool:
    mine = leave[leave["staff_id"].astype(str) == who]
    return bool(((mine["first"] <= day) & (day <= mine["last"])).any())


def _in_shift(hour: int, begins: int, ends: int) -> bool:
    """Whether an hour lies in a shift, which may go past midnight."""
    return begins <= hour < ends if begins < ends else hour >= begins or hour < ends


def _things(insurer: Insurer, site: str) -> pd.DataFrame:
    found = insurer.table("assets")
    mine = found[found["site_id"].astype(str) == site]
    named = {"id": "asset_id", "kind": "kind", "place": "place", "holds": "holds", "lock": "lock"}
    out = pd.DataFrame({new: mine[old].astype(str).tolist() for new, old in named.items()})
    return out.assign(is_open=False, key_in_lock=False, papers=0)


def _visitors(insurer: Insurer, site: str, local: dt.datetime, seed: int, key: str) -> pd.DataFrame:
    """Those who visit in the hours in which somebody may."""
    staff = insurer.staff
    hosts = staff.loc[(staff["site_id"].astype(str) == site) & staff["is_active"], "staff_id"].astype(str).tolist()
    is_open = _OPENS <= local.hour < _CLOSES and local.weekday() < len(_DAYS) - 2
    many = draw.one(seed, f"visitors {key}", site, _VISITORS + 1) if hosts and is_open else 0
    rows = [
        (
            f"visitor-{n + 1:04d}",
            hosts[draw.one(seed, f"host {key}", n, len(hosts))],
            True,
            1 + draw.one(seed, f"hours {key}", n, 4),
        )
        for n in range(many)
    ]
    return pd.DataFrame(rows, columns=list(SEEN["visitors"])).astype({"has_escort": bool, "hours": "int64"})
