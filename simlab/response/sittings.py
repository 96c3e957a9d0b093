"""Whose sitting it was: the account owner's own, or somebody else's, and by what one can tell.

A sitting is one account's work in one session at one place. The staff work at a site (or `remote`) on a device of
their own, a vendor from its own addresses, a job in the data center. Whoever took a password, a session or a desk
lacks one of these. A member's home tells nothing: what is new in a young log is not strange.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from simlab import clock
from simlab.detection.baselines.doors import INSIDE
from simlab.detection.source import Origin
from simlab.duck import quoted

PLACE = ("actor", "session", "device", "site", "src_ip")
_OF_PLACE = "class_name <> 'Physical Access' AND (device <> '' OR site <> '' OR src_ip <> '')"


class Books(Protocol):
    """The company's records that tell a device or an address from another's."""

    @property
    def devices(self) -> pd.DataFrame: ...
    @property
    def vendors(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Known:
    """What is known about the accounts before one of their sittings is judged.

    `owner`: whose a device is, if it is one's; `with_device`: the accounts that work on one; `own`: the addresses of
    each vendor's account, none where neither books nor log tell; `suspect`: addresses that the alert is about;
    `elsewhere`: for an account, session and site, which other site the badge was inside.
    """

    owner: dict[str, str]
    with_device: frozenset[str]
    own: dict[str, frozenset[str]]
    suspect: frozenset[str]
    elsewhere: dict[tuple[str, str, str], str]


def sittings(
    origin: Origin, accounts: Iterable[str], suspect: frozenset[str], first: int, books: Books | None
) -> pd.DataFrame:
    """The sittings of some accounts, and of nobody named at suspect addresses: PLACE, role, and `why` ("": the owner's own).

    `first`: the alert's first event; a vendor's address that was used a day before it is the vendor's, unless the books
    say otherwise.
    """
    among = f"actor::VARCHAR IN ({listed(accounts)}) OR src_ip::VARCHAR IN ({listed(suspect)})"
    names = ", ".join(f"{n}::VARCHAR AS {n}" for n in (*PLACE, "role"))
    query = f"""SELECT {names}, min(time) AS first FROM {origin.rows} WHERE {_OF_PLACE} AND ({among}) GROUP BY ALL
        ORDER BY first, actor"""  # noqa: S608 - quoted values, our own words
    found = origin.con.execute(query).df()
    known = _known(origin, found, suspect, first, books)
    return found.assign(why=[_why(row, known) for row in found.to_dict("records")])


def listed(values: Iterable[str]) -> str:
    """Values for SQL's IN; never empty, and "" is none of them."""
    return ", ".join(quoted(v) for v in sorted(values) if v) or "NULL"


def _why(row: dict[str, object], known: Known) -> str:
    """By what a sitting is not the account owner's, in words that follow the account; "" where it may be."""
    who, role, address, device, site = (str(row[n]) for n in ("actor", "role", "src_ip", "device", "site"))
    if role == "member":
        return "at addresses that the incident leads to" if address in known.suspect else ""
    if role == "vendor":
        own = known.own.get(who, frozenset())
        if not own and address in known.suspect:
            return f"at {address}: nothing tells whether that is the vendor's"
        return f"at {address}, which is not the vendor's" if own and address not in own else ""
    if not site and address:
        return f"at {address}, which is no site of the company's"
    if device and known.owner.get(device, who) != who:
        return f"on {device}, which is {known.owner[device]}'s"
    if not device and who in known.with_device:
        return f"at {site} on no device, as never else"
    door = known.elsewhere.get((who, str(row["session"]), site), "")
    return f"at {site} while the badge was inside {door}" if door else ""


def _known(origin: Origin, found: pd.DataFrame, suspect: frozenset[str], first: int, books: Books | None) -> Known:
    owner = _owners(origin, {d for d in found["device"] if d})
    early = found[(found["role"] == "vendor") & (found["first"] < first - clock.DAY)]
    own = {str(who): frozenset(of) for who, of in early.groupby("actor")["src_ip"]}
    if books is not None:
        owner |= dict(zip(books.devices["device_id"].astype(str), books.devices["staff_id"].astype(str), strict=True))
        logins = zip(books.vendors["portal_login"].astype(str), books.vendors["egress_ip"].astype(str), strict=True)
        own = {login: frozenset([address]) for login, address in logins if login}
    with_device = frozenset(found.loc[found["device"] != "", "actor"])
    return Known(owner, with_device, own, suspect, _elsewhere(origin, found))


def _owners(origin: Origin, devices: Iterable[str]) -> dict[str, str]:
    """Whose each device is by the log: the account's that is on it in most of its own sessions. Many share a kiosk."""
    query = f"""
        WITH used AS (SELECT DISTINCT device::VARCHAR AS device, actor::VARCHAR AS actor, session FROM {origin.rows}
            WHERE device <> '' AND session <> '' AND actor IN
                (SELECT actor FROM {origin.rows} WHERE device::VARCHAR IN ({listed(devices)}))),
        shares AS (SELECT device, actor, count(*) AS here, sum(count(*)) OVER (PARTITION BY actor) AS every
            FROM used GROUP BY device, actor)
        SELECT device, arg_max(actor, here) FROM shares WHERE 2 * here > every GROUP BY device"""  # noqa: S608 - quoted values
    return {str(device): str(actor) for device, actor in origin.con.execute(query).fetchall()}


def _elsewhere(origin: Origin, found: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """For an account, session and site that were used while the badge was inside another site: that site."""
    query = f"""
        WITH doors AS (SELECT time, actor, site AS door, status_detail AS way FROM {origin.rows}
            WHERE class_name = 'Physical Access' AND activity_name = 'Swipe' AND status = 'Success'),
        used AS (SELECT time, actor, session, site FROM {origin.rows} WHERE session <> '' AND site <> ''
            AND actor::VARCHAR IN ({listed(found["actor"])}))
        SELECT DISTINCT used.actor::VARCHAR, session::VARCHAR, site::VARCHAR, door::VARCHAR
        FROM used ASOF JOIN doors ON used.actor = doors.actor AND used.time >= doors.time
        WHERE way = 'in' AND door <> site AND used.time - doors.time < {INSIDE}"""  # noqa: S608 - quoted values
    return {(str(a), str(s), str(site)): str(door) for a, s, site, door in origin.con.execute(query).fetchall()}
