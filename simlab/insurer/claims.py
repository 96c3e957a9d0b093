"""Claims of one year, about ten a member, in CMS's column names.

A member has four lasting reasons for care, each with a provider; every claim is one of them. Three
hashes a claim, cut into bit fields, are all the chance there is: that is what makes it fast.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64, U64
from simlab.insurer import pools, providers
from simlab.insurer.cover import Cover
from simlab.insurer.members import days
from simlab.insurer.people import YEAR_END, People
from simlab.insurer.text import Objects, category, column, stamp

REASONS = 4
STATUSES = ("paid", "denied", "pending", "adjusted")
# Claims a year, sixteen equally likely counts for each age band; the mean over members is near 10.
_COUNTS = np.array(
    [
        [0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 12, 15, 20],
        [0, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 22],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 21, 30],
        [1, 2, 4, 5, 6, 8, 9, 10, 11, 13, 14, 16, 18, 22, 28, 40],
        [2, 4, 6, 8, 10, 12, 13, 15, 17, 19, 21, 24, 28, 33, 40, 56],
    ]
)
_REASON = np.array([0] * 8 + [1] * 4 + [2] * 2 + [3] * 2)
_STATUS = np.repeat(np.arange(4, dtype=np.int8), (222, 20, 8, 6))
_STAY = np.array([0] * 58 + [1, 1, 2, 2, 3, 5])


@dataclass(frozen=True, eq=False)
class Tables:
    """Content as integer tables: diagnosis by group and weight, procedures by diagnosis."""

    group_total: I64
    group_base: I64
    ends: I64
    diagnosis: I64
    specialty: I64
    billed_start: I64
    billed_size: I64
    billed: I64
    low: I64
    spread: I64
    sensitive: I64


@functools.cache
def tables() -> Tables:
    """The code tables. A group is age band * 3 + gender."""
    codes = pools.codes()
    place = {p.id: i for i, p in enumerate(codes.procedures)}
    rows = [
        [i for i, d in enumerate(codes.diagnoses) if band in d.ages and d.sex in ("any", gender)]
        for band in pools.BANDS
        for gender in ("F", "M", "X")
    ]
    weights = np.array([codes.diagnoses[i].weight for row in rows for i in row])
    total = np.array([sum(codes.diagnoses[i].weight for i in row) for row in rows])
    size = np.array([len(d.billed) for d in codes.diagnoses])
    return Tables(
        group_total=total,
        group_base=np.cumsum(total) - total,
        ends=np.cumsum(weights),
        diagnosis=np.array([i for row in rows for i in row]),
        specialty=np.array([codes.specialties.index(d.specialty) for d in codes.diagnoses]),
        billed_start=np.cumsum(size) - size,
        billed_size=size,
        billed=np.array([place[b] for d in codes.diagnoses for b in d.billed]),
        low=np.array([p.low for p in codes.procedures]),
        spread=np.array([p.high - p.low + 1 for p in codes.procedures]),
        sensitive=_sensitive(codes),
    )


def _sensitive(codes: pools.Codes) -> I64:
    """Category by diagnosis (row) and procedure: the diagnosis's, or else the procedure's."""
    mine = np.array([pools.SENSITIVE.index(d.sensitive) for d in codes.diagnoses])[:, None]
    theirs = np.array([pools.SENSITIVE.index(p.sensitive) for p in codes.procedures])[None, :]
    return np.where(mine > 0, mine, theirs)


def table(people: People, cover: Cover, provider_id: Objects) -> pd.DataFrame:
    """One row a claim, ordered by CLM_ID; money in whole cents, dates datetime64[s].

    The member is named `member_id` where DE-SynPUF has DESYNPUF_ID; diagnoses are ICD-10-CM where
    it has ICD9_DGNS_CD_1.
    """
    t, seed = tables(), people.seed
    diagnosis, provider = _reasons(people)
    first, span = _window(people, cover)
    counts = _counts(people, span)
    who = np.repeat(people.number, counts)
    nth = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts)
    claim = (who + 1) * 100 + nth

    h = draw.bits(seed, "claim", claim)
    reason = who * REASONS + _REASON[_field(h, 0, 4)]
    dx = diagnosis[reason]
    hcpcs = t.billed[t.billed_start[dx] + _pick(h, 4, 16, t.billed_size[dx])]
    start = first[who] + _pick(h, 20, 24, span[who])
    status = _STATUS[_field(h, 44, 8)]
    until = np.minimum(start + _STAY[_field(h, 52, 6)], YEAR_END)
    price = t.low[hcpcs] + draw.below(seed, "price", claim, t.spread[hcpcs])
    return pd.DataFrame(
        {
            "CLM_ID": column(stamp("C#########", claim)),
            "member_id": category(who, people.member_id),
            "provider_id": category(provider[reason], provider_id),
            "CLM_FROM_DT": days(start),
            "CLM_THRU_DT": days(until),
            "ICD10_DGNS_CD_1": category(dx, [d.id for d in pools.codes().diagnoses]),
            "HCPCS_CD_1": category(hcpcs, [p.id for p in pools.codes().procedures]),
            "CLM_PMT_AMT_CENTS": np.where((status == 1) | (status == 2), 0, price),
            "sensitive": category(t.sensitive[dx, hcpcs], pools.SENSITIVE),
            "status": category(status, STATUSES),
        }
    )


def _field(h: U64, at: int, width: int) -> I64:
    return ((h >> np.uint64(at)) & np.uint64((1 << width) - 1)).view(np.int64)


def _pick(h: U64, at: int, width: int, n: I64) -> I64:
    """A whole number in [0, n) from `width` bits of a hash."""
    return (_field(h, at, width) * n) >> width


def _reasons(people: People) -> tuple[I64, I64]:
    """Diagnosis and provider of each member's four reasons for care, laid end to end."""
    t, seed = tables(), people.seed
    who = np.repeat(people.number, REASONS)
    ids = np.arange(len(who))
    group = (people.band * 3 + people.gender)[who]
    at = t.group_base[group] + draw.below(seed, "reason", ids, t.group_total[group])
    dx = t.diagnosis[np.searchsorted(t.ends, at, side="right")]
    return dx, providers.choose(seed, "provider", ids, who, people.state[who], t.specialty[dx])


def _window(people: People, cover: Cover) -> tuple[I64, I64]:
    """First day on which each member can have a claim, and for how many days (0: none)."""
    first = np.maximum(cover.start[people.household], people.born)
    last = np.minimum(cover.end[people.household], people.died)
    return first, np.maximum(last - first + 1, 0)


def _counts(people: People, span: I64) -> I64:
    drawn = _COUNTS[people.band, draw.below(people.seed, "claims", people.number, 16)]
    return drawn * span // 365
