"""Who holds which account with which rights: what the company's own directory says on a day.

`rights()` are the rights there are, `needs` what a role's work needs of them, `directory` the list of all
accounts as the books have them: an access review compares that list with the log.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import duckdb
import numpy as np
import pandas as pd
from pydantic import Field

from simlab import events
from simlab.content import Model, load, resource
from simlab.content.loader import fault
from simlab.duck import connect
from simlab.errors import InputError
from simlab.insurer import Insurer

# What the list of accounts says of each: `kind` is one of KINDS;
# `holder_id` whose it is, or who answers for it; `rights` are joined by `|`.
ACCOUNTS = ("account_id", "kind", "holder_id", "role", "system_id", "is_open", "rights")
KINDS = ("person", "vendor", "service", "shared", "emergency")
Books = Insurer | Mapping[str, pd.DataFrame] | Path | str

# The records that a review looks at, and what it needs of each; one that is not there is empty.
_NEEDED = {
    "staff": ("staff_id", "role", "hired", "left", "shift_start_hour", "shift_end_hour"),
    "staff_changes": ("staff_id", "date", "kind", "from_role", "to_role"),
    "roles": ("role", "systems"),
    "leave": ("staff_id", "first", "last"),
    "devices": ("device_id", "staff_id"),
    "sites": ("site_id", "kind", "egress_ip"),
    "systems": ("system_id", "holds"),
    "vendors": ("vendor_id", "portal_login", "has_contract"),
    "contracts": ("from", "to", "start", "end"),
    "service_accounts": ("account_id", "kind", "system_id", "owner_id", "rotated", "is_active"),
}


class Right(Model):
    """Something an account can be given, and what using it leaves in the log."""

    id: str
    says: str
    system: str
    kind: Annotated[str, Field(alias="class")] = "Datastore Activity"
    activities: tuple[str, ...]
    data: tuple[str, ...]


class Needs(Model):
    """The rights that a role's work needs."""

    id: str
    needs: tuple[str, ...]


class Toxic(Model):
    """Two rights that should be apart, and what somebody with both can do alone."""

    id: str
    first: str
    second: str
    harm: str


class _Entitlements(Model):
    rights: tuple[Right, ...]
    roles: tuple[Needs, ...]
    toxic: tuple[Toxic, ...]


@functools.cache
def _entitlements() -> _Entitlements:
    found = load("entitlements", "rights", _Entitlements)
    known = {right.id for right in found.rights}
    for n, right in enumerate(found.rights):
        for activity in right.activities:
            if activity not in events.ACTIVITIES.get(right.kind, ()):
                raise _fault(["rights", n], f"{right.kind} knows no activity {activity!r}")
    for n, role in enumerate(found.roles):
        for name in set(role.needs) - known:
            raise _fault(["roles", n, "needs"], f"{name!r} is no right: add it to rights, or mend the name")
    for n, pair in enumerate(found.toxic):
        for name in {pair.first, pair.second} - known:
            raise _fault(["toxic", n], f"{name!r} is no right: add it to rights, or mend the name")
    return found


def _fault(at: list[str | int], problem: str) -> Exception:
    return fault(resource("entitlements", "rights.yml"), at, problem)


def rights() -> dict[str, Right]:
    """The rights there are, by id."""
    return {right.id: right for right in _entitlements().rights}


def toxic() -> tuple[Toxic, ...]:
    """The pairs of rights that should be apart."""
    return _entitlements().toxic


def needs(role: str) -> frozenset[str]:
    """The rights that a role's work needs; none for a role that is not listed."""
    return frozenset(next((r.needs for r in _entitlements().roles if r.id == role), ()))


def records(books: Books) -> dict[str, pd.DataFrame]:
    """The company's records that a review looks at: of an insurer, given as tables, or beside a log.

    Raises InputError for a table that lacks a column, and for a folder without a table of staff.
    """
    if isinstance(books, Path | str) and not (Path(books) / "staff.parquet").is_file():
        raise InputError(f"{Path(books).name}: no staff.parquet lies there: give a log's folder, or an insurer's")
    out = {}
    for name, wanted in _NEEDED.items():
        table = _table(books, name)
        if table is None:
            table = pd.DataFrame({column: np.array([], dtype=object) for column in wanted})
        missing = [column for column in wanted if column not in table.columns]
        if missing:
            raise InputError(f"the table {name} lacks {', '.join(missing)}: it needs {', '.join(wanted)}")
        out[name] = table[list(wanted)].reset_index(drop=True)
    return out


def _table(books: Books, name: str) -> pd.DataFrame | None:
    if isinstance(books, Insurer):
        return books.table(name)
    if isinstance(books, Mapping):
        return books.get(name)
    path = Path(books) / f"{name}.parquet"
    if not path.is_file():
        return None
    with connect() as con:
        try:
            return con.execute("SELECT * FROM read_parquet(?)", [str(path)]).df()
        except duckdb.Error as e:
            raise InputError(f"{path.name}: cannot be read: {str(e).splitlines()[0]}") from None


def directory(books: Books | dict[str, pd.DataFrame], on: dt.date) -> pd.DataFrame:
    """The accounts that the books know on a day; columns: ACCOUNTS.

    Somebody hired has an account with the rights that their role of that day needs, until their last day.
    Hand an edited copy to `access_review` to say what the directory really holds.
    """
    found = records(books)
    people, vendors, own = found["staff"], found["vendors"], found["service_accounts"]
    role = roles_on(found, on)
    day = pd.Timestamp(on)
    hired = people["hired"].isna() | (people["hired"] <= day)
    gone = people["left"].notna() & (people["left"] < day)
    persons = _rows(people["staff_id"], "person", people["staff_id"], role, "", ~gone)[hired.to_numpy()]
    logins = vendors[vendors["portal_login"].astype(str) != ""]
    vendor = pd.Series("vendor", logins.index)
    with_login = _rows(logins["portal_login"], "vendor", logins["vendor_id"], vendor, "vendor-portal", True)
    machine = pd.Series("service_account", own.index)
    alone = _rows(own["account_id"], own["kind"], own["owner_id"], machine, own["system_id"], own["is_active"])
    return pd.concat([persons, with_login, alone], ignore_index=True)


def roles_on(found: dict[str, pd.DataFrame], on: dt.date) -> pd.Series:
    """The role of each of the staff on a day, by the table of changes."""
    people, changes = found["staff"], found["staff_changes"]
    later = changes[(changes["kind"].astype(str) == "transferred") & (changes["date"] > pd.Timestamp(on))]
    first = later.sort_values("date").drop_duplicates("staff_id").set_index("staff_id")["from_role"].astype(str)
    role = people["staff_id"].astype(str).map(first)
    return role.where(role.notna(), people["role"].astype(str))


def _rows(
    account: pd.Series,
    kind: str | pd.Series,
    holder: pd.Series,
    role: pd.Series,
    system: str | pd.Series,
    is_open: bool | pd.Series,
) -> pd.DataFrame:
    held = {name: "|".join(sorted(needs(name))) for name in role.unique()}
    rows = pd.DataFrame({"account_id": account.astype(str).astype(object)}).assign(
        kind=kind, holder_id=holder.astype(str).astype(object), role=role.astype(object), system_id=system,
        is_open=is_open, rights=role.map(held).astype(object),
    )  # fmt: skip
    return rows.astype({"kind": "object", "system_id": "object", "is_open": bool})
