"""Things and accounts that are nobody's own: printers, cabinets, server rooms, doors; accounts that run by themselves."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from simlab.content import Model, load
from simlab.errors import ContentError
from simlab.insurer import pools
from simlab.insurer.company import Crew
from simlab.insurer.pools import DataClass

FLOOR = 100  # staff


class Asset(Model):
    id: Annotated[str, Field(pattern=r"^\d\d$")]
    kind: Literal["printer", "filing cabinet", "server room", "badge reader"]
    site: str
    place: str
    holds: tuple[DataClass, ...]
    lock: Literal["none", "key", "badge", "badge and PIN"]
    every_floor: bool


class Assets(Model):
    assets: tuple[Asset, ...]


class Account(Model):
    id: str
    kind: Literal["service", "shared", "emergency"]
    system: str
    purpose: str
    owner: Annotated[str, Field(pattern=r"^([a-z_]+ [1-9])?$")]
    rotated: dt.date
    is_active: bool


class Accounts(Model):
    accounts: tuple[Account, ...]


@functools.cache
def assets() -> tuple[Asset, ...]:
    found, sites = load("insurer", "assets", Assets).assets, {s.id for s in pools.company().sites}
    for a in found:
        if a.site not in sites:
            raise ContentError("insurer/assets.yml", f"{a.id}: {a.site!r} is none of {', '.join(sorted(sites))}")
    return found


@functools.cache
def accounts() -> tuple[Account, ...]:
    found, systems = load("insurer", "accounts", Accounts).accounts, {s.id for s in pools.company().systems}
    for a in found:
        if a.system not in systems:
            raise ContentError("insurer/accounts.yml", f"{a.id}: {a.system!r} is none of {', '.join(sorted(systems))}")
    return found


def assets_table(crew: Crew) -> pd.DataFrame:
    """One row a thing: where it stands, which data classes lie in it (joined by `|`), how it is kept shut."""
    floors = 1 + (len(crew.role) - 1) // FLOOR
    rows = [(floor, a) for floor in range(1, floors + 1) for a in assets() if floor == 1 or a.every_floor]
    return pd.DataFrame(
        {
            "asset_id": [f"A{floor:03d}{a.id}" for floor, a in rows],
            "kind": [a.kind for _, a in rows],
            "site_id": [a.site for _, a in rows],
            "floor": np.array([floor for floor, _ in rows], dtype=np.int64),
            "place": [a.place for _, a in rows],
            "holds": ["|".join(a.holds) for _, a in rows],
            "lock": [a.lock for _, a in rows],
        }
    )


def accounts_table(crew: Crew) -> pd.DataFrame:
    """One row an account that is no person's; `owner_id` is who answers for it, "" where nobody does.

    `rotated` is when its secret was last changed. None of them has a second factor.
    """
    return pd.DataFrame(
        {
            "account_id": [a.id for a in accounts()],
            "kind": [a.kind for a in accounts()],
            "system_id": [a.system for a in accounts()],
            "purpose": [a.purpose for a in accounts()],
            "owner_id": [_owner(crew, a) for a in accounts()],
            "rotated": np.array([a.rotated for a in accounts()], dtype="datetime64[s]"),
            "is_active": [a.is_active for a in accounts()],
        }
    )


def _owner(crew: Crew, account: Account) -> str:
    """The staff id of `it_admin 2`, the second of that role: one of the first forty, who stay."""
    if not account.owner:
        return ""
    role, which = account.owner.split()
    theirs = np.flatnonzero(crew.role == [r.id for r in pools.roles()].index(role))
    return str(crew.staff_id[theirs[int(which) - 1]])
