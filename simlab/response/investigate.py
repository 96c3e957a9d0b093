"""From an alert to the scope of an incident, on the company's log: who, what, since when, which members, which classes.

It follows what an investigator can see. Where an address or a device is new at the company, somebody else is in:
all that came from it counts, and every session in which it shows. Where all is as ever, one of the company's own
did it during a day's work: the alert's events count, and what else the same session did to the same members. It
never sees the truth, so what it finds may be too much or too little.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from simlab import clock, events
from simlab.controls.inforce import Controls
from simlab.detection import timeline
from simlab.detection.source import Origin, Source, opened
from simlab.draft import drafted
from simlab.duck import quoted
from simlab.errors import InputError
from simlab.response.facts import ZONE, Facts
from simlab.response.ledger import Evidence, Ledger, Line, digest
from simlab.response.recipients import Company, counts

# Acts that bring members' records before somebody: 45 CFR 164.402 speaks of acquisition, access, use, disclosure.
REACHED = ("Read", "Export", "Send", "Share", "Get", "Tell", "Encrypt", "Update", "Delete")
LOOK_BACK = 30 * clock.DAY
_PHI = ("demographic", "claims", "sensitive", "financial")


@dataclass(frozen=True, eq=False)
class Scope:
    """What was reached. `members` are those whom the log names; `unnamed`: the most records that one event took
    without naming anybody, `unnamed_sum` what all such took. `first`, `last`: microseconds UTC; `events`: the log's
    rows, with their position; `since_known` False: the log begins with it.
    """

    actors: tuple[str, ...]
    sessions: tuple[str, ...]
    addresses: tuple[str, ...]
    devices: tuple[str, ...]
    systems: tuple[str, ...]
    acts: tuple[str, ...]
    classes: tuple[str, ...]
    members: tuple[str, ...]
    unnamed: int
    unnamed_sum: int
    first: int
    last: int
    told: int | None
    since_known: bool
    events: pd.DataFrame

    @property
    def at_least(self) -> int:
        """Individuals: those who are named, or as many as the largest event took, since one may hold the other."""
        return max(len(self.members), self.unnamed)

    @property
    def at_most(self) -> int:
        """Individuals, were nobody in two events at once."""
        return len(self.members) + self.unnamed_sum

    def __str__(self) -> str:
        since, until = (f"{clock.instant(t):%Y-%m-%d %H:%M}" for t in (self.first, self.last))
        more = f", and up to {self.unnamed:,} records at once without names" if self.unnamed else ""
        begin = "" if self.since_known else " The log begins there, so it may have begun earlier."
        return (
            f"{', '.join(self.actors)} by {', '.join(self.addresses) or 'no address'} reached {len(self.members):,} members "
            f"by name{more} ({', '.join(self.classes) or 'no class of data'}) in {', '.join(self.systems)}, "
            f"{since} to {until} UTC: {', '.join(self.acts)}.{begin}"
        )


def investigate(log: Source, alert: Mapping[str, Any] | pd.Series, *, back: int = LOOK_BACK) -> Scope:
    """The scope that follows from an alert (a row of `detect`), looking `back` microseconds before it.

    Raises InputError for what is no alert of this log.
    """
    seen = timeline(log, alert=alert)
    mine = {int(e) for e in alert["events"]}
    own = seen.events[seen.events["event"].isin(mine)]
    if own.empty:
        raise InputError("the alert's events are not in this log: it is another log's")
    begin, end = int(own["time"].min()) - back, int(seen.events["time"].max())
    with opened(log, events.COLUMNS) as origin:
        found = _followed(origin, own, begin, end)
        (start,) = origin.con.execute(f"SELECT min(time) FROM {origin.rows}").fetchall()[0]  # noqa: S608 - our own words
    return _scope(found, int(alert["told"]) if "told" in alert else None, int(start))


def _followed(origin: Origin, own: pd.DataFrame, begin: int, end: int) -> pd.DataFrame:
    """The alert's events, and what belongs to them."""
    new = {name: values for name, values in _new(origin, own).items() if values}
    strange = " OR ".join(f"{name}::VARCHAR IN ({_listed(values)})" for name, values in new.items())
    tests = [f"event IN ({', '.join(str(int(e)) for e in own['event'])})"]
    sessions, members = sorted({s for s in own["session"] if s}), sorted({m for m in own["member"] if m})
    if strange:
        inside = f"SELECT session::VARCHAR FROM {origin.rows} WHERE ({strange}) AND session <> ''"  # noqa: S608
        tests += [strange, f"session::VARCHAR IN ({inside})"]
    elif sessions and members:
        tests.append(f"session::VARCHAR IN ({_listed(sessions)}) AND member::VARCHAR IN ({_listed(members)})")
    texts = ", ".join(f"{n}::VARCHAR AS {n}" if n not in events.NUMBERS else n for n in events.COLUMNS)
    where = f"time BETWEEN {begin} AND {end} AND ({' OR '.join(f'({t})' for t in tests)})"
    return origin.con.execute(f"SELECT event, {texts} FROM {origin.rows} WHERE {where} ORDER BY event").df()  # noqa: S608


def _listed(values: list[str]) -> str:
    return ", ".join(map(quoted, values))


def _new(origin: Origin, own: pd.DataFrame) -> dict[str, list[str]]:
    """Addresses and devices of the alert's events that nobody used a day before them, and that are at no site."""
    first = int(own["time"].min())
    out = {}
    for name in ("src_ip", "device"):
        values = sorted({v for v in own[name] if v})
        if values:
            listed = _listed(values)
            query = (
                f"SELECT DISTINCT {name}::VARCHAR FROM {origin.rows} "  # noqa: S608 - quoted values, our own words
                f"WHERE {name}::VARCHAR IN ({listed}) AND time < {first - clock.DAY}"
            )
            known = {row[0] for row in origin.con.execute(query).fetchall()}
            others = (
                f"SELECT DISTINCT {name}::VARCHAR FROM {origin.rows} WHERE {name}::VARCHAR IN ({listed}) AND site <> ''"  # noqa: S608
            )
            known |= {row[0] for row in origin.con.execute(others).fetchall()}
            out[name] = [v for v in values if v not in known]
    return out


def _scope(found: pd.DataFrame, told: int | None, start: int) -> Scope:
    done = found[(found["status"] == "Success") & found["activity_name"].isin(REACHED)]
    reached = done[(done["member"] != "") | (done["record_count"] > 0)]
    if reached.empty:
        reached = found.iloc[:0]
    moments = reached if len(reached) else found
    nameless = reached[reached["member"] == ""]

    def some(name: str, rows: pd.DataFrame = found) -> tuple[str, ...]:
        return tuple(sorted({str(v) for v in rows[name] if v}))

    first = int(moments["time"].min())
    return Scope(
        actors=some("actor"),
        sessions=some("session"),
        addresses=some("src_ip"),
        devices=some("device"),
        systems=some("system"),
        acts=some("activity_name", reached),
        classes=tuple(c for c in some("data_class", reached) if c != "none"),
        members=some("member", reached),
        unnamed=int(nameless["record_count"].max()) if len(nameless) else 0,
        unnamed_sum=int(nameless["record_count"].sum()),
        first=first,
        last=int(moments["time"].max()),
        told=told,
        since_known=first - start > clock.DAY,
        events=found.reset_index(drop=True),
    )


def facts_of(
    scope: Scope, insurer: Company, *, controls: Controls | None = None, zone: str = ZONE, **known: Any
) -> Facts:
    """The scope as facts: dates of the place, people by State, sealed or not. Raises InputError.

    `controls`: what was in force. What an account read while logged in was open in clear, sealed or not;
    `known` is what the log cannot say, such as permitted_use or discovered, and comes before what it says.
    """
    discovered = clock.local_date(clock.instant(scope.told), zone) if scope.told is not None else None
    said: dict[str, Any] = {
        "zone": zone,
        "occurred": clock.local_date(clock.instant(scope.first), zone),
        "discovered": discovered,
        "discovered_by": "workforce",
        "is_phi": any(c in _PHI for c in scope.classes) or None,
        "counts": counts(insurer, scope.members) if scope.members else None,
    }
    if controls is not None:
        said |= {
            "secured": controls.sealed_fields,
            "key_compromised": controls.sealed_fields and not controls.keys_apart,
            "in_use": "Read" in scope.acts or "Export" in scope.acts,
        }
    return Facts.of(**{**said, **known})


def keep(
    scope: Scope, folder: Path, ledger: Ledger, *, breach: str, evidence: str, at: dt.datetime, by: str, source: str
) -> Line:
    """The log's rows of a scope as `events.csv` in a new folder, and the line of the ledger that holds their digest.

    Raises InputError where the folder is there already, UnknownName for a breach that the ledger does not hold.
    """
    with drafted(folder, rule="evidence is never written over") as draft:
        path = draft / "events.csv"
        path.write_text(scope.events.to_csv(index=False), encoding="utf-8", newline="\n")
        taken = Evidence(
            id=evidence,
            breach=breach,
            what=f"{len(scope.events)} events of the log",
            sha256=digest(path),
            source=source,
        )
        return ledger.add(taken, at=at, by=by)
