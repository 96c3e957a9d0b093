"""Claims of one year, about ten a member, in CMS's column names.

A member has four lasting reasons for care, each with a provider; every claim is for one of them. One
hash a claim, cut into bit fields, is all the chance there is: that makes it fast.

Shapes follow published figures, and tests/insurer/test_shapes.py says how nearly: costs the Medical
Expenditure Panel Survey (AHRQ, Statistical Briefs 533 and 560), in which 1 percent of people have 21.7
percent of all costs, 5 percent nearly half, and the lower half under 3; claims by age the visits in NCHS,
Health, United States, table 96, where those of 65 and over go twice as often as people do on average;
providers the Medicare Provider Utilization and Payment Data of 2012 (CMS), in which a quarter of them
received about three quarters.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools, providers
from simlab.insurer.bits import field, pick
from simlab.insurer.cover import Cover
from simlab.insurer.people import YEAR_END, People
from simlab.insurer.text import Objects, category

REASONS, DAY = 4, 86_400
CLM_ID = 880_000_000_000_000  # ids are numbers of fifteen digits, as in DE-SynPUF
# Members built at a time: their claims' columns fit a processor's cache, and memory stays small.
_PIECE = 2_000
_ROWS: dict[str, Any] = {
    "claim": np.int64, "member": np.int32, "provider": np.int32, "from": np.int64, "thru": np.int64,
    "diagnosis": np.int16, "procedure": np.int16, "cents": np.int64, "sensitive": np.int8, "status": np.int8,
}  # fmt: skip
STATUSES = ("paid", "denied", "pending", "adjusted")
# Claims a year, sixteen equally likely counts for each age band; the mean over members is near 10.
_COUNTS = np.array(
    [
        [0, 0, 1, 2, 3, 4, 5, 5, 6, 8, 9, 10, 12, 14, 18, 24],
        [0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 9, 10, 13, 15, 19, 25],
        [0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 19, 27],
        [0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 13, 15, 18, 21, 26, 35],
        [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 24, 28, 33, 42, 60],
    ]
)
# A few members' care is costly: how many times over what is billed for them, and how many in a thousand. What
# costs little, such as a blood test, costs them the same.
_BURDEN, _BURDENED, _COSTLY = np.array([1, 4, 10, 22]), (760, 140, 78, 22), 2_500
_REASON = np.array([0] * 8 + [1] * 4 + [2] * 2 + [3] * 2)
_STATUS = np.repeat(np.arange(4, dtype=np.int16), (222, 20, 8, 6))
_PAYS = np.array([1, 0, 0, 1])[_STATUS]  # denied and pending claims pay nothing
_STAY = np.array([0] * 58 + [1, 1, 2, 2, 3, 5])


@dataclass(frozen=True, eq=False)
class Tables:
    """Content as integer tables.

    `lot` holds, group by group, each diagnosis as many times as it weighs, so that a weighted draw
    is one look-up. A group is age band * 3 + gender. A `line` is one diagnosis with one procedure
    billed for it.
    """

    lot: I64
    lot_start: I64
    lot_size: I64
    specialty: I64
    line_start: I64
    line_count: I64
    line_procedure: I64
    line_sensitive: I64
    line_low: I64
    line_spread: I64


@functools.cache
def tables() -> Tables:
    """The code tables, made once from content."""
    codes = pools.codes()
    lots = [
        [
            i
            for i, d in enumerate(codes.diagnoses)
            if band in d.ages and d.sex in ("any", gender)
            for _ in range(d.weight)
        ]
        for band in pools.BANDS
        for gender in ("F", "M", "X")
    ]
    size = np.array([len(lot) for lot in lots])
    billed = np.array([len(d.billed) for d in codes.diagnoses])
    place = {p.id: i for i, p in enumerate(codes.procedures)}
    lines = [(i, place[b]) for i, d in enumerate(codes.diagnoses) for b in d.billed]
    procedures = [codes.procedures[p] for _, p in lines]
    return Tables(
        lot=np.array([i for lot in lots for i in lot]),
        lot_start=np.cumsum(size) - size,
        lot_size=size,
        specialty=np.array([codes.specialties.index(d.specialty) for d in codes.diagnoses]),
        line_start=np.cumsum(billed) - billed,
        line_count=billed,
        line_procedure=np.array([p for _, p in lines], dtype=np.int16),
        line_sensitive=np.array([_sensitive(codes, i, p) for i, p in lines], dtype=np.int16),
        line_low=np.array([p.low for p in procedures]),
        line_spread=np.array([p.high - p.low + 1 for p in procedures]),
    )


def _sensitive(codes: pools.Codes, diagnosis: int, procedure: int) -> int:
    """The diagnosis's category, or else the procedure's."""
    mine = pools.SENSITIVE.index(codes.diagnoses[diagnosis].sensitive)
    return mine or pools.SENSITIVE.index(codes.procedures[procedure].sensitive)


@functools.cache
def _words() -> dict[str, pd.Index]:
    """The categories of the text columns."""
    codes = pools.codes()
    lists = {
        "diagnosis": [d.id for d in codes.diagnoses],
        "procedure": [p.id for p in codes.procedures],
        "sensitive": list(pools.SENSITIVE),
        "status": list(STATUSES),
    }
    return {name: pd.Index(words, dtype="str") for name, words in lists.items()}


def table(people: People, cover: Cover, provider_id: Objects) -> pd.DataFrame:
    """One row a claim, ordered by CLM_ID (15 digits, int64); money in whole cents, dates datetime64[s].

    The member is named `member_id` where DE-SynPUF has DESYNPUF_ID; diagnoses are ICD-10-CM where
    it has ICD9_DGNS_CD_1.
    """
    first, span = _window(people, cover)
    counts = _counts(people, span)
    ends = np.cumsum(counts)
    rows = {name: np.empty(int(ends[-1]), dtype) for name, dtype in _ROWS.items()}
    for low in range(0, len(counts), _PIECE):
        some = people.number[low : low + _PIECE]
        here = slice(int(ends[low] - counts[low]), int(ends[some[-1]]))
        piece = _piece(people, some, first[some], span[some], counts[some])
        for name, values in piece.items():
            rows[name][here] = values
    return _frame(rows, people.member_index, provider_id)


def _piece(people: People, members: I64, first: I64, span: I64, counts: I64) -> dict[str, np.ndarray]:
    """The claims of some members, as whole numbers by column."""
    t = tables()
    diagnosis, provider = _reasons(people, members)
    who = np.repeat(members, counts)
    # A member's claims are numbered from their id, so that other members' claims move none.
    claim = np.arange(len(who)) + np.repeat((members + 1) * 100 - np.cumsum(counts) + counts, counts)
    h = draw.bits(people.seed, "claim", claim)
    reason = (who - members[0]) * REASONS + _REASON.take(field(h, 0, 4))
    dx = diagnosis.take(reason)
    line = t.line_start.take(dx) + pick(h, 4, 8, t.line_count.take(dx))
    start = np.repeat(first, counts) + pick(h, 12, 16, np.repeat(span, counts))
    fate = field(h, 34, 8)
    low = t.line_low.take(line)
    price = (low + pick(h, 42, 22, t.line_spread.take(line))) * _times(people, members, counts, low)
    return {
        "claim": CLM_ID + claim,
        "member": who,
        "provider": provider.take(reason),
        "from": start * DAY,
        "thru": np.minimum(start + _STAY.take(field(h, 28, 6)), YEAR_END) * DAY,
        "diagnosis": dx,
        "procedure": t.line_procedure.take(line),
        "cents": price * _PAYS.take(fate),
        "sensitive": t.line_sensitive.take(line),
        "status": _STATUS.take(fate),
    }


def _times(people: People, members: I64, counts: I64, low: I64) -> I64:
    """How many times over each claim is paid."""
    burden = _BURDEN[draw.weighted(people.seed, "burden", members, _BURDENED)]
    return np.where(low < _COSTLY, 1, np.repeat(burden, counts))


def _frame(rows: dict[str, Any], member_id: pd.Index, provider_id: Objects) -> pd.DataFrame:
    words = _words()
    columns = {
        "CLM_ID": rows["claim"],
        "member_id": category(rows["member"], member_id),
        "provider_id": category(rows["provider"], provider_id),
        "CLM_FROM_DT": rows["from"].view("datetime64[s]"),
        "CLM_THRU_DT": rows["thru"].view("datetime64[s]"),
        "ICD10_DGNS_CD_1": category(rows["diagnosis"], words["diagnosis"]),
        "HCPCS_CD_1": category(rows["procedure"], words["procedure"]),
        "CLM_PMT_AMT_CENTS": rows["cents"],
        "sensitive": category(rows["sensitive"], words["sensitive"]),
        "status": category(rows["status"], words["status"]),
    }
    return pd.DataFrame(columns, copy=False)


def _reasons(people: People, members: I64) -> tuple[I64, I64]:
    """Diagnosis and provider of each member's four reasons for care, laid end to end."""
    t, who = tables(), np.repeat(members, REASONS)
    # Members are consecutive, and so are their reasons.
    ids = np.arange(members[0] * REASONS, (members[-1] + 1) * REASONS)
    h = draw.bits(people.seed, "reason", ids)
    group = np.repeat(people.band[members] * 3 + people.gender[members], REASONS)
    dx = t.lot.take(t.lot_start.take(group) + pick(h, 0, 24, t.lot_size.take(group)))
    state = np.repeat(people.state[members], REASONS)
    return dx, providers.choose(h, who, state, t.specialty.take(dx))


def _window(people: People, cover: Cover) -> tuple[I64, I64]:
    """First day on which each member can have a claim, and for how many days (0: none)."""
    first = np.maximum(cover.start[people.household], people.born)
    last = np.minimum(cover.end[people.household], people.died)
    return first, np.maximum(last - first + 1, 0)


def _counts(people: People, span: I64) -> I64:
    drawn = _COUNTS[people.band, draw.below(people.seed, "claims", people.number, 16)]
    return drawn * span // 365
