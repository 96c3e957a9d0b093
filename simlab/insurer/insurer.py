"""Larkspur Health Plan: one invented insurer as tables."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

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
    pools,
    premiums,
    providers,
    standing,
)
from simlab.insurer.digest import digest
from simlab.insurer.eobs import Decided
from simlab.insurer.text import Objects

NAME = "Larkspur Health Plan"
SMALLEST, LARGEST = 100, 5_000_000


class _Table:
    """A table under the name that it is given in `Insurer`, built when it is first asked for."""

    def __init__(self, build: Callable[[Insurer], pd.DataFrame]) -> None:
        self.build, self.name = build, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, insurer: None, owner: type) -> _Table: ...

    @overload
    def __get__(self, insurer: Insurer, owner: type) -> pd.DataFrame: ...

    def __get__(self, insurer: Insurer | None, owner: type) -> pd.DataFrame | _Table:
        return self if insurer is None else insurer.table(self.name)


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

    @property
    def domicile(self) -> str:
        """The State in which it is at home as an insurer."""
        return pools.company().domicile

    @property
    def licensed(self) -> tuple[str, ...]:
        """The States in which it holds an insurer's license."""
        return pools.company().licensed

    def table(self, name: str) -> pd.DataFrame:
        """A table by name, one of TABLES. Raises UnknownName."""
        if name not in TABLES:
            raise UnknownName("table", name, TABLES)
        held: dict[str, pd.DataFrame] = self.__dict__.setdefault("_held", {})
        if name not in held:
            held[name] = self._made(name)
        # A shallow copy costs nothing: pandas copies a column only when someone writes to it.
        return held[name].copy(deep=False)

    def _made(self, name: str) -> pd.DataFrame:
        """A table, built or fetched."""
        table: _Table = vars(Insurer)[name]
        return table.build(self)

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

    # In this order they are written and digested; who and what exists stands before what happened.
    households = _Table(lambda i: people.households_table(i._people))
    members = _Table(lambda i: members.table(i._people))
    plans = _Table(lambda i: cover.plans_table())
    policies = _Table(lambda i: cover.policies_table(i._people, i._cover))
    providers = _Table(lambda i: providers.table(i.seed, i._provider_id))
    claims = _Table(lambda i: claims.table(i._people, i._cover, i._provider_id))
    staff = _Table(
        lambda i: company.staff_table(i._people, i._crew).assign(**careers.columns(i._people, i._crew, i._careers))
    )
    roles = _Table(lambda i: company.roles_table())
    vendors = _Table(lambda i: company.vendors_table())
    devices = _Table(lambda i: company.devices_table(i._people, i._crew))
    systems = _Table(lambda i: company.systems_table())
    sites = _Table(lambda i: company.sites_table())
    eligibility_checks = _Table(lambda i: eligibility.table(i._people, i._cover, i._filed, i._desk, i._provider_id))
    authorizations = _Table(lambda i: authorizations.table(i._people, i._filed, i._desk, i._provider_id))
    eobs = _Table(lambda i: eobs.table(i._people, i.members, i.households, i.table("own_care"), i._desk, i._decided))
    appeals = _Table(lambda i: appeals.table(i._people, i._desk, i._decided))
    call_notes = _Table(lambda i: notes.table(i._people, i._cover, i._filed, i._desk))
    premiums = _Table(lambda i: premiums.table(i._people, i._cover, i._desk))
    employer_groups = _Table(lambda i: groups.groups_table(i._people))
    brokers = _Table(lambda i: groups.brokers_table())
    contracts = _Table(lambda i: contracts.contracts_table())
    flows = _Table(lambda i: contracts.flows_table())
    assets = _Table(lambda i: assets.assets_table(i._crew))
    service_accounts = _Table(lambda i: assets.accounts_table(i._crew))
    staff_changes = _Table(lambda i: careers.changes_table(i._crew, i._careers))
    leave = _Table(lambda i: careers.leave_table(i._people, i._crew, i._careers))
    relations = _Table(lambda i: kin.table(i._people, i._crew))
    representatives = _Table(lambda i: standing.representatives(i._people))
    confidential_requests = _Table(lambda i: standing.confidential_requests(i._people))
    own_care = _Table(lambda i: standing.own_care(i._people, i.claims))

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
    def _desk(self) -> desk.Desk:
        return desk.desk(self.seed, self.staff, self.staff_changes, self.leave)

    @functools.cached_property
    def _filed(self) -> filed.Filed:
        return filed.filed(self._people, self._cover, self.claims)

    @functools.cached_property
    def _decided(self) -> Decided:
        return eobs.decided(self._filed, self._desk)


TABLES = tuple(name for name, value in vars(Insurer).items() if isinstance(value, _Table))


def _whole(name: str, value: object, low: int, high: int) -> int:
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and low <= value <= high:
        return int(value)
    raise InputError(f"{name} is {value!r}: give a whole number from {low:,} to {high:,}")
