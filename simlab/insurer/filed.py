"""Whole numbers behind the claims' table, for tables that follow from claims."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import claims, pools
from simlab.insurer.claims import CLM_ID, STATUSES
from simlab.insurer.cover import Cover
from simlab.insurer.paperwork import paperwork
from simlab.insurer.people import People

PAID, DENIED, PENDING, ADJUSTED = (STATUSES.index(s) for s in ("paid", "denied", "pending", "adjusted"))
SETTLING = 28  # days


@dataclass(frozen=True, eq=False)
class Filed:
    """Claims as arrays, one entry each: `number` is the id without its fixed part, days count from 1970.

    `since` is the day on which the member's cover began.
    """

    seed: int
    number: I64
    member: I64
    start: I64
    end: I64
    status: I64
    cents: I64
    diagnosis: I64
    procedure: I64
    sensitive: I64
    provider: Any
    since: I64

    @property
    def claim_id(self) -> I64:
        return CLM_ID + self.number

    def only(self, keep: Any) -> Filed:
        """The claims for which `keep` holds, or at those positions."""
        cut = {name: getattr(self, name)[keep] for name in _ARRAYS}
        return Filed(seed=self.seed, **cut)

    @functools.cached_property
    def reason(self) -> I64:
        """Index into `reasons()`: why each denied claim is denied; 0 for all others."""
        weights = [d.weight for d in paperwork().denials]
        drawn = 2 + draw.weighted(self.seed, "denial", self.number, weights)
        unasked = self.needs_authorization & draw.chance(self.seed, "not authorized", self.number, 600_000)
        return np.where(self.status == DENIED, np.where(unasked, 1, drawn), 0)

    @functools.cached_property
    def needs_authorization(self) -> Any:
        """Whether the service had to be asked for beforehand; not in a member's first four weeks of cover."""
        return _needs()[self.procedure] & (self.start - self.since >= SETTLING)


_ARRAYS = (
    "number",
    "member",
    "start",
    "end",
    "status",
    "cents",
    "diagnosis",
    "procedure",
    "sensitive",
    "provider",
    "since",
)


def filed(people: People, cover: Cover, frame: pd.DataFrame) -> Filed:
    """The arrays behind a claims' table as it was built."""
    member = frame["member_id"].cat.codes.to_numpy().astype(np.int64)

    def codes(name: str) -> I64:
        return frame[name].cat.codes.to_numpy().astype(np.int64)

    def day(name: str) -> I64:
        return frame[name].to_numpy().view(np.int64) // claims.DAY

    return Filed(
        people.seed, frame["CLM_ID"].to_numpy() - CLM_ID, member, day("CLM_FROM_DT"), day("CLM_THRU_DT"),
        codes("status"), frame["CLM_PMT_AMT_CENTS"].to_numpy(), codes("ICD10_DGNS_CD_1"), codes("HCPCS_CD_1"),
        codes("sensitive"), frame["provider_id"].cat.codes.to_numpy(), cover.start[people.household[member]],
    )  # fmt: skip


@functools.cache
def reasons() -> tuple[str, ...]:
    """Why a claim is denied: "" (it is not), no prior authorization, and the others."""
    words = paperwork()
    return ("", words.no_authorization.id, *(d.id for d in words.denials))


@functools.cache
def is_reviewed() -> Any:
    """For each of `reasons()`, whether its appeal asks for a nurse's judgment."""
    return _of_reasons("is_reviewed", True)


@functools.cache
def falls_on_member() -> Any:
    """For each of `reasons()`, whether the charge falls on the member."""
    return _of_reasons("who_pays", "member")


def _of_reasons(name: str, value: object) -> Any:
    words = paperwork()
    return np.array([False, *(getattr(d, name) == value for d in (words.no_authorization, *words.denials))])


@functools.cache
def _needs() -> Any:
    asked = set(paperwork().needs_authorization)
    return np.array([p.id in asked for p in pools.codes().procedures])


def dates(days: I64, missing: Any = None) -> Any:
    """Whole days as datetime64[s], NaT where `missing` holds."""
    return moments(days * claims.DAY, missing)


def moments(seconds: I64, missing: Any = None) -> Any:
    """Seconds since 1970 as datetime64[s], NaT where `missing` holds."""
    out = np.ascontiguousarray(seconds, dtype=np.int64).view("datetime64[s]")
    return out if missing is None else np.where(missing, np.datetime64("NaT", "s"), out)
