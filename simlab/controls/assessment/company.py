"""A company as an assessment sees it: its settings as tables, from the insurer's books and the controls in force."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simlab.content import Model, load
from simlab.controls import network
from simlab.controls.identity import FactorKind
from simlab.controls.inforce import Controls
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer

# Every table of settings and its columns; `id` says which thing. `holds` are data classes joined by `|`.
TABLES: dict[str, tuple[str, ...]] = {
    "systems": (
        "id", "holds", "is_internet_facing", "mfa", "session_minutes", "log_days", "is_sealed", "has_default_password",
        "is_test", "holds_real",
    ),
    "accounts": ("id", "kind", "system", "owner", "is_open", "people", "secret_days", "holder_left", "holds"),
    "logins": ("id", "name", "is_open", "has_mfa", "contract_days", "holds"),
    "vendors": ("id", "name", "has_contract", "holds"),
    "roles": ("id", "systems", "extra"),
    "devices": ("id", "kind", "holder", "is_encrypted", "lock_minutes"),
    "assets": ("id", "kind", "site", "place", "holds", "lock", "is_propped"),
    "flows": ("id", "source", "target", "holds", "channel", "is_encrypted"),
    "backups": ("id", "of", "holds", "lies_on", "keys_on", "is_sealed", "is_offline", "tested_days"),
    "firewall": (
        "id", "gateway", "source", "target", "service", "address", "owner", "is_from_vendor", "is_on", "overdue_days",
    ),
}  # fmt: skip
ON = dt.date(2026, 11, 2)
_AT_A_DESK = 4  # people who share a log-in that is one for several


class _System(Model):
    id: str
    mfa: FactorKind
    session_minutes: int
    log_days: int


class _Copy(Model):
    id: str
    copies: str


class _Backup(Model):
    id: str
    of: str
    lies_on: str
    keys_on: str
    is_offline: bool
    tested: dt.date


class _Need(Model):
    id: str
    systems: tuple[str, ...]


class _Settings(Model):
    systems: tuple[_System, ...]
    tests: tuple[_Copy, ...]
    backups: tuple[_Backup, ...]
    lock_minutes: int
    needs: tuple[_Need, ...]


@functools.cache
def _settings() -> _Settings:
    return load("configuration", "larkspur", _Settings)


@dataclass(frozen=True, eq=False)
class Company:
    """A company's settings on a day: one table each for systems, accounts, vendors' log-ins and so on (TABLES)."""

    tables: Mapping[str, pd.DataFrame]
    on: dt.date = ON

    @classmethod
    def of(cls, insurer: Insurer, controls: Controls | None = None, *, on: dt.date = ON) -> Company:
        """The settings of an insurer; with `controls`, those are in force instead of what its settings file says."""
        tables = {
            "systems": _systems(insurer), "accounts": _accounts(insurer, on), "logins": _logins(insurer, on),
            "vendors": _vendors(insurer), "roles": _roles(insurer), "devices": _devices(insurer),
            "assets": _assets(insurer), "flows": _flows(insurer), "backups": _backups(insurer, on),
            "firewall": _firewall(on, network.gateways()),
        }  # fmt: skip
        company = cls({name: tables[name][list(columns)] for name, columns in TABLES.items()}, on)
        return company if controls is None else _under(company, controls)

    def table(self, name: str) -> pd.DataFrame:
        """A table of settings, your own copy. Raises UnknownName."""
        if name not in self.tables:
            raise UnknownName("table of settings", name, self.tables)
        return self.tables[name].copy()

    def with_(self, table: str, ident: str, **settings: Any) -> Company:
        """This company with one thing set otherwise. Raises UnknownName; InputError for a value of another kind."""
        changed = self.table(table)
        rows = changed.index[changed["id"] == ident]
        if not len(rows):
            raise UnknownName(f"id in {table}", ident, changed["id"])
        for column, value in settings.items():
            if column not in changed.columns:
                raise UnknownName(f"setting of {table}", column, changed.columns)
            before = changed.at[rows[0], column]
            if isinstance(before, str) != isinstance(value, str):
                raise InputError(f"{table}: {ident}: {column} is {before!r}: {value!r} is of another kind")
            changed.at[rows[0], column] = value
        return Company({**self.tables, table: changed}, self.on)


def _under(company: Company, controls: Controls) -> Company:
    """The company with these controls in force."""
    systems, logins, backups = (company.table(name) for name in ("systems", "logins", "backups"))
    systems["mfa"], logins["has_mfa"] = controls.mfa, controls.mfa != "none"
    systems["session_minutes"], systems["is_sealed"] = controls.session_minutes, controls.sealed_fields
    backups["is_offline"] = controls.offline_backup
    if not controls.keys_apart:
        backups["keys_on"] = backups["lies_on"]
    firewall = _firewall(company.on, network.under(controls).values())
    changed = {"systems": systems, "logins": logins, "backups": backups, "firewall": firewall}
    return Company({**company.tables, **changed}, company.on)


def _text(column: pd.Series) -> list[str]:
    return [str(value) for value in column]


def _holds(insurer: Insurer) -> dict[str, str]:
    return dict(zip(_text(insurer.systems["system_id"]), _text(insurer.systems["holds"]), strict=True))


def _systems(insurer: Insurer) -> pd.DataFrame:
    known, settings = insurer.systems.set_index("system_id"), _settings()
    rows = [
        {**s.model_dump(), "holds": str(known.loc[s.id, "holds"]), "is_test": False} | {
            "is_internet_facing": bool(known.loc[s.id, "is_internet_facing"]), "holds_real": True
        }
        for s in settings.systems if s.id in known.index
    ]  # fmt: skip
    # A test system stands inside, and holds invented people.
    copy = {"holds": "none", "is_internet_facing": False, "mfa": "none", "session_minutes": 30, "log_days": 400}
    rows += [{"id": t.id, **copy, "is_test": True, "holds_real": False} for t in settings.tests]
    return pd.DataFrame(rows).assign(is_sealed=True, has_default_password=False)


def _accounts(insurer: Insurer, on: dt.date) -> pd.DataFrame:
    """Accounts that are nobody's own, and those of the staff who are here on the day."""
    own, staff, holds = insurer.service_accounts, insurer.staff, _holds(insurer)
    left = dict(zip(_text(staff["staff_id"]), (staff["left"] < pd.Timestamp(on)).tolist(), strict=True))
    rows = [
        {
            "id": str(a["account_id"]), "kind": str(a["kind"]), "system": str(a["system_id"]), "owner": str(a["owner_id"]),
            "is_open": bool(a["is_active"]), "people": _AT_A_DESK if a["kind"] == "shared" else 1,
            "secret_days": (pd.Timestamp(on) - a["rotated"]).days, "holder_left": bool(left.get(str(a["owner_id"]), False)),
            "holds": holds.get(str(a["system_id"]), "none"),
        }
        for a in own.to_dict("records")
    ]  # fmt: skip
    first = dict(zip(_text(insurer.roles["role"]), _text(insurer.roles["systems"].str.split("|").str[0]), strict=True))
    here = staff[(staff["hired"] <= pd.Timestamp(on)) & ~staff["staff_id"].map(left).astype(bool)]
    for who, role in zip(_text(here["staff_id"]), _text(here["role"]), strict=True):
        rows.append(
            {
                "id": who, "kind": "person", "system": first[role], "owner": who, "is_open": True, "people": 1,
                "secret_days": 0, "holder_left": False, "holds": holds.get(first[role], "none"),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _logins(insurer: Insurer, on: dt.date) -> pd.DataFrame:
    contracts = insurer.table("contracts")
    ends = dict(zip(_text(contracts["to"]), contracts["end"], strict=True))
    vendors = insurer.vendors[insurer.vendors["portal_login"].astype(str) != ""]
    rows = [
        {
            "id": str(v["portal_login"]), "name": str(v["name"]), "is_open": True, "has_mfa": bool(v["has_mfa"]),
            "contract_days": (ends[str(v["vendor_id"])] - pd.Timestamp(on)).days if str(v["vendor_id"]) in ends else -1,
            "holds": str(v["holds"]),
        }
        for v in vendors.to_dict("records")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _vendors(insurer: Insurer) -> pd.DataFrame:
    vendors = insurer.vendors
    named = pd.DataFrame({"id": _text(vendors["vendor_id"]), "name": _text(vendors["name"])})
    return named.assign(has_contract=vendors["has_contract"].tolist(), holds=_text(vendors["holds"]))


def _roles(insurer: Insurer) -> pd.DataFrame:
    needs = {need.id: set(need.systems) for need in _settings().needs}
    ids, systems = _text(insurer.roles["role"]), _text(insurer.roles["systems"])
    extra = [
        "|".join(s for s in held.split("|") if s not in needs.get(i, set()))
        for i, held in zip(ids, systems, strict=True)
    ]
    return pd.DataFrame({"id": ids, "systems": systems, "extra": extra})


def _devices(insurer: Insurer) -> pd.DataFrame:
    found = insurer.devices
    named = {"id": _text(found["device_id"]), "kind": _text(found["kind"]), "holder": _text(found["staff_id"])}
    return pd.DataFrame({**named, "is_encrypted": found["is_encrypted"].tolist()}).assign(
        lock_minutes=_settings().lock_minutes
    )


def _assets(insurer: Insurer) -> pd.DataFrame:
    found = insurer.table("assets")
    names = {"id": "asset_id", "kind": "kind", "site": "site_id", "place": "place", "holds": "holds", "lock": "lock"}
    return pd.DataFrame({new: _text(found[old]) for new, old in names.items()}).assign(is_propped=False)


def _flows(insurer: Insurer) -> pd.DataFrame:
    found = insurer.table("flows")
    names = {"id": "flow_id", "source": "from", "target": "to", "holds": "carries", "channel": "channel"}
    return pd.DataFrame({new: _text(found[old]) for new, old in names.items()}).assign(
        is_encrypted=found["is_encrypted"].tolist()
    )


def _backups(insurer: Insurer, on: dt.date) -> pd.DataFrame:
    holds = _holds(insurer)
    rows = [
        {**b.model_dump(exclude={"tested"}), "holds": holds.get(b.of, "none"), "tested_days": (on - b.tested).days}
        for b in _settings().backups
    ]
    return pd.DataFrame(rows).assign(is_sealed=True)


def _firewall(on: dt.date, found: Iterable[network.Gateway]) -> pd.DataFrame:
    """The rules that let something through; one without an end is overdue never."""
    rows = [
        {
            "id": r.id, "gateway": g.id, "source": r.source, "target": r.to, "service": r.service, "address": r.address,
            "owner": r.owner, "is_from_vendor": bool(r.vendor) and r.source == r.vendor, "is_on": r.is_on,
            "overdue_days": (on - r.until).days if r.until else 0,
        }
        for g in found for r in g.rules if r.action == "allow"
    ]  # fmt: skip
    return pd.DataFrame(rows)
