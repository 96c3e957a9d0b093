"""Contracts with business associates, and where data flow: what is agreed beside what is done."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from simlab.content import Model, load
from simlab.errors import ContentError
from simlab.insurer import pools
from simlab.insurer.groups import NAME
from simlab.insurer.pools import DataClass

OUTSIDE = ("members", "providers", "employers", "brokers")
Channel = Literal[
    "internal network", "file transfer", "web portal", "e-mail", "telephone", "post", "fax", "courier",
]  # fmt: skip


class Contract(Model):
    id: Annotated[str, Field(pattern=r"^C\d\d$")]
    source: Annotated[str, Field(alias="from")]
    to: str
    is_agent: bool
    start: dt.date
    end: dt.date
    purposes: tuple[str, ...]
    allows: tuple[DataClass, ...]
    subcontractors: tuple[str, ...]
    attestation: Literal["SOC 2 Type 2", "ISO 27001", "HITRUST", "none"]
    attested: dt.date | None = None
    # No later than 60 days (45 CFR 164.410(b)).
    tells_within: Annotated[int, Field(ge=1, le=60)]


class Contracts(Model):
    contracts: tuple[Contract, ...]


class Flow(Model):
    id: Annotated[str, Field(pattern=r"^F\d\d$")]
    source: Annotated[str, Field(alias="from")]
    to: str
    carries: tuple[DataClass, ...]
    channel: Channel
    is_encrypted: bool
    often: Literal["at once", "daily", "weekly", "monthly", "as needed"]
    purpose: str


class Flows(Model):
    flows: tuple[Flow, ...]


@functools.cache
def contracts() -> tuple[Contract, ...]:
    found = load("insurer", "contracts", Contracts).contracts
    known = {"larkspur", *(v.id for v in pools.company().vendors), *(p.id for p in pools.plans())}
    refer("contracts", found, known)
    return found


@functools.cache
def flows() -> tuple[Flow, ...]:
    found = load("insurer", "flows", Flows).flows
    refer("flows", found, {*OUTSIDE, *_ours()})
    return found


def refer(name: str, rows: Iterable[Contract | Flow], known: set[str]) -> None:
    """Raises ContentError for a party that nothing else names."""
    for row in rows:
        for end in (row.source, row.to):
            if end not in known:
                raise ContentError(f"insurer/{name}.yml", f"{row.id}: {end!r} is none of {', '.join(sorted(known))}")


def contracts_table() -> pd.DataFrame:
    """One row a contract: `from` whose information it is, `to` the business associate (45 CFR 164.504(e)).

    Larkspur is `larkspur` (and stands at `to` where a self-funded plan is the covered entity). `attested` is
    NaT without an attestation; `tells_within` is days until a breach must be told. Lists are joined by `|`.
    """
    frame = _table("contract_id", [c.model_dump(by_alias=True) for c in contracts()])
    for name in ("start", "end", "attested"):
        frame[name] = pd.Series(np.array(frame[name].tolist(), dtype="datetime64[s]"))
    return frame


def flows_table() -> pd.DataFrame:
    """One row a flow of data `from` a system, vendor, site or outside party `to` another; data classes joined by `|`."""
    return _table("flow_id", [f.model_dump(by_alias=True) for f in flows()])


def _table(key: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows as a table, each party's name beside its id."""
    frame = pd.DataFrame([{k: "|".join(v) if isinstance(v, tuple) else v for k, v in r.items()} for r in rows])
    frame = frame.rename(columns={"id": key})
    for end in ("to", "from"):
        frame.insert(3, f"{end}_name", frame[end].map(_called))
    return frame


def _called(party: str) -> str:
    """A party's name, for one that has an id."""
    return _names().get(party, party)


@functools.cache
def _names() -> dict[str, str]:
    return _ours() | {p.id: p.covered_entity for p in pools.plans()} | {"larkspur": NAME}


def _ours() -> dict[str, str]:
    """The names of systems, vendors and sites by id."""
    company = pools.company()
    called = {s.id: s.name for s in company.systems} | {v.id: v.name for v in company.vendors}
    return called | {s.id: s.name for s in company.sites}
