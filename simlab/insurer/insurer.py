"""Larkspur Health Plan: one invented insurer as tables."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from simlab.clock import YEAR
from simlab.errors import InputError, UnknownName
from simlab.insurer import (
    appeals,
    assets,
    authorizations,
    careers,
    claims,
    company,
    contracts,
    cover,
    desk,
    eligibility,
    eobs,
    filed,
    groups,
    kin,
    members,
    notes,
    people,
    premiums,
    providers,
    standing,
)
from simlab.insurer.digest import digest
from simlab.insurer.text import Objects

NAME = "Larkspur Health Plan"
TABLES = (
    "households", "members", "plans", "policies", "providers", "claims",
    "staff", "roles", "vendors", "devices", "systems", "sites",
    "eligibility_checks", "authorizations", "eobs", "appeals", "call_notes", "premiums",
    "employer_groups", "brokers", "contracts", "flows", "assets", "service_accounts",
    "staff_changes", "leave", "relations", "representatives", "confidential_requests", "own_care",
)  # fmt: skip
SMALLEST, LARGEST = 100, 5_000_000


@dataclass(frozen=True)
class Insurer:
    """One insurer: everything follows from `seed` and `size` (members).

    Each table is built when it is first asked for. What you get is your own: changing it changes
    nothing here.
    """

    seed: int
    size: int
    year: int = field(default=YEAR, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", _whole("seed", self.seed, 0, 2**32 - 1))
        object.__setattr__(self, "size", _whole("members", self.size, SMALLEST, LARGEST))

    @classmethod
    def build(cls, seed: int, members: int = 10_000) -> Insurer:
        """The insurer of a seed, with so many members.

        Columns follow the CMS 2008-2010 DE-SynPUF user manual (claims) and the CARIN IG for Blue
        Button (members, cover, providers), with ICD-10-CM in place of ICD-9. All people are invented.
        Raises InputError for a seed or a size out of range.
        """
        return cls(seed, members)

    def table(self, name: str) -> pd.DataFrame:
        """A table by name, one of TABLES. Raises UnknownName."""
        if name not in TABLES:
            raise UnknownName("table", name, TABLES)
        # A shallow copy costs nothing: pandas copies a column only when someone writes to it.
        return getattr(self, f"_{name}").copy(deep=False)

    def digest(self) -> str:
        """SHA-256 (hex) over all tables: the same on every computer."""
        whole = hashlib.sha256()
        for name in TABLES:
            whole.update(f"{name} {digest(self.table(name))}\n".encode())
        return whole.hexdigest()

    def write(self, folder: Path | str) -> Path:
        """Write the tables as a folder of Parquet files, all or nothing. Raises InputError."""
        from simlab.insurer.storage import write

        return write(self, Path(folder))

    @staticmethod
    def read(folder: Path | str) -> Insurer:
        """The insurer that lies in a folder; a table is read when it is asked for. Raises InputError."""
        from simlab.insurer.storage import read

        return read(Path(folder))

    @property
    def households(self) -> pd.DataFrame:
        return self.table("households")

    @property
    def members(self) -> pd.DataFrame:
        return self.table("members")

    @property
    def plans(self) -> pd.DataFrame:
        return self.table("plans")

    @property
    def policies(self) -> pd.DataFrame:
        return self.table("policies")

    @property
    def providers(self) -> pd.DataFrame:
        return self.table("providers")

    @property
    def claims(self) -> pd.DataFrame:
        return self.table("claims")

    @property
    def staff(self) -> pd.DataFrame:
        return self.table("staff")

    @property
    def roles(self) -> pd.DataFrame:
        return self.table("roles")

    @property
    def vendors(self) -> pd.DataFrame:
        return self.table("vendors")

    @property
    def devices(self) -> pd.DataFrame:
        return self.table("devices")

    @property
    def systems(self) -> pd.DataFrame:
        return self.table("systems")

    @property
    def sites(self) -> pd.DataFrame:
        return self.table("sites")

    @property
    def employer_groups(self) -> pd.DataFrame:
        return self.table("employer_groups")

    @property
    def brokers(self) -> pd.DataFrame:
        return self.table("brokers")

    @property
    def contracts(self) -> pd.DataFrame:
        return self.table("contracts")

    @property
    def flows(self) -> pd.DataFrame:
        return self.table("flows")

    @property
    def assets(self) -> pd.DataFrame:
        return self.table("assets")

    @property
    def service_accounts(self) -> pd.DataFrame:
        return self.table("service_accounts")

    @property
    def staff_changes(self) -> pd.DataFrame:
        return self.table("staff_changes")

    @property
    def leave(self) -> pd.DataFrame:
        return self.table("leave")

    @property
    def relations(self) -> pd.DataFrame:
        return self.table("relations")

    @property
    def representatives(self) -> pd.DataFrame:
        return self.table("representatives")

    @property
    def confidential_requests(self) -> pd.DataFrame:
        return self.table("confidential_requests")

    @property
    def own_care(self) -> pd.DataFrame:
        return self.table("own_care")

    @functools.cached_property
    def _people(self) -> people.People:
        return people.build(self.seed, self.size)

    @functools.cached_property
    def _cover(self) -> cover.Cover:
        return cover.build(self._people)

    @functools.cached_property
    def _crew(self) -> company.Crew:
        return company.build(self._people)

    @functools.cached_property
    def _careers(self) -> careers.Careers:
        return careers.build(self._people, self._crew)

    @functools.cached_property
    def _provider_id(self) -> Objects:
        return providers.npi_like(self.seed, np.arange(providers.count(self.size), dtype=np.int64))

    @functools.cached_property
    def _households(self) -> pd.DataFrame:
        return people.households_table(self._people)

    @functools.cached_property
    def _members(self) -> pd.DataFrame:
        return members.table(self._people)

    @functools.cached_property
    def _plans(self) -> pd.DataFrame:
        return cover.plans_table()

    @functools.cached_property
    def _policies(self) -> pd.DataFrame:
        return cover.policies_table(self._people, self._cover)

    @functools.cached_property
    def _providers(self) -> pd.DataFrame:
        return providers.table(self.seed, self._provider_id)

    @functools.cached_property
    def _claims(self) -> pd.DataFrame:
        return claims.table(self._people, self._cover, self._provider_id)

    @functools.cached_property
    def _staff(self) -> pd.DataFrame:
        more = careers.columns(self._people, self._crew, self._careers)
        return company.staff_table(self._people, self._crew).assign(**more)

    @functools.cached_property
    def _roles(self) -> pd.DataFrame:
        return company.roles_table()

    @functools.cached_property
    def _vendors(self) -> pd.DataFrame:
        return company.vendors_table()

    @functools.cached_property
    def _devices(self) -> pd.DataFrame:
        return company.devices_table(self._people, self._crew)

    @functools.cached_property
    def _systems(self) -> pd.DataFrame:
        return company.systems_table()

    @functools.cached_property
    def _sites(self) -> pd.DataFrame:
        return company.sites_table()

    @functools.cached_property
    def _desk(self) -> desk.Desk:
        return desk.desk(self.seed, self._staff, self._staff_changes, self._leave)

    @functools.cached_property
    def _filed(self) -> filed.Filed:
        return filed.filed(self._people, self._cover, self._claims)

    @functools.cached_property
    def _decided(self) -> eobs.Decided:
        return eobs.decided(self._filed, self._desk)

    @functools.cached_property
    def _eligibility_checks(self) -> pd.DataFrame:
        return eligibility.table(self._people, self._cover, self._filed, self._desk, self._provider_id)

    @functools.cached_property
    def _authorizations(self) -> pd.DataFrame:
        return authorizations.table(self._people, self._filed, self._desk, self._provider_id)

    @functools.cached_property
    def _eobs(self) -> pd.DataFrame:
        return eobs.table(self._people, self._members, self._households, self._own_care, self._desk, self._decided)

    @functools.cached_property
    def _appeals(self) -> pd.DataFrame:
        return appeals.table(self._people, self._desk, self._decided)

    @functools.cached_property
    def _call_notes(self) -> pd.DataFrame:
        return notes.table(self._people, self._cover, self._filed, self._desk)

    @functools.cached_property
    def _premiums(self) -> pd.DataFrame:
        return premiums.table(self._people, self._cover, self._desk)

    @functools.cached_property
    def _employer_groups(self) -> pd.DataFrame:
        return groups.groups_table(self._people)

    @functools.cached_property
    def _brokers(self) -> pd.DataFrame:
        return groups.brokers_table()

    @functools.cached_property
    def _contracts(self) -> pd.DataFrame:
        return contracts.contracts_table()

    @functools.cached_property
    def _flows(self) -> pd.DataFrame:
        return contracts.flows_table()

    @functools.cached_property
    def _assets(self) -> pd.DataFrame:
        return assets.assets_table(self._crew)

    @functools.cached_property
    def _service_accounts(self) -> pd.DataFrame:
        return assets.accounts_table(self._crew)

    @functools.cached_property
    def _staff_changes(self) -> pd.DataFrame:
        return careers.changes_table(self._crew, self._careers)

    @functools.cached_property
    def _leave(self) -> pd.DataFrame:
        return careers.leave_table(self._people, self._crew, self._careers)

    @functools.cached_property
    def _relations(self) -> pd.DataFrame:
        return kin.table(self._people, self._crew)

    @functools.cached_property
    def _representatives(self) -> pd.DataFrame:
        return standing.representatives(self._people)

    @functools.cached_property
    def _confidential_requests(self) -> pd.DataFrame:
        return standing.confidential_requests(self._people)

    @functools.cached_property
    def _own_care(self) -> pd.DataFrame:
        return standing.own_care(self._people, self._claims)


def _whole(name: str, value: object, low: int, high: int) -> int:
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and low <= value <= high:
        return int(value)
    raise InputError(f"{name} is {value!r}: give a whole number from {low:,} to {high:,}")
