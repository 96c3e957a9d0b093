"""Prior authorizations: what providers asked for beforehand, and what a nurse reviewer decided.

Decided within seven days, or within 72 hours where it could not wait: what CMS-0057-F asks from 2026 on of
the payers that it names.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.desk import Desk, workday
from simlab.insurer.filed import Filed, dates, moments, reasons
from simlab.insurer.people import People
from simlab.insurer.text import Objects, category

AUTH_ID = 660_000_000_000_000
URGENCIES, DECISIONS = ("standard", "expedited"), ("approved", "denied", "withdrawn", "pending")
_DAY = 86_400
_REFUSED = (70, 25, 5)  # denied, withdrawn, still pending: of the requests that no claim followed


def table(people: People, filed: Filed, desk: Desk, provider_id: Objects) -> pd.DataFrame:
    """One row a request; `CLM_ID` is the claim that followed, 0 where none did; `closed` is NaT while pending.

    Every claim that needed authorization was asked for, unless it was denied for want of it. Some
    requests led nowhere: they were denied or withdrawn.
    """
    asked, is_idle = _requests(filed)
    # Both of a claim's requests draw for themselves.
    seed, key = filed.seed, asked.number * 2 + is_idle
    expedited = draw.chance(seed, "expedited", key, 120_000)
    requested = asked.start - _before(seed, key, expedited, is_idle)
    first, last = _days(seed, key, requested, expedited)
    staff = desk.assign("authorization", key, asked.member, (first, last), "nurse_reviewer")
    opened = desk.moment("authorization opened", key, staff, first)
    closed = opened + (last - first) * _DAY + draw.between(seed, "authorization minutes", key, 6, 29) * 60
    decision = np.where(is_idle, 1 + draw.weighted(seed, "authorization decision", key, _REFUSED), 0)
    words = pools.codes()
    return pd.DataFrame(
        {
            "AUTH_ID": AUTH_ID + key,
            "member_id": category(asked.member.astype(np.int32), people.member_index),
            "provider_id": category(asked.provider, provider_id),
            "HCPCS_CD_1": category(asked.procedure, [p.id for p in words.procedures]),
            "ICD10_DGNS_CD_1": category(asked.diagnosis, [d.id for d in words.diagnoses]),
            "sensitive": category(asked.sensitive, pools.SENSITIVE),
            "urgency": category(expedited.astype(np.int64), URGENCIES),
            "requested": dates(requested),
            "decision": category(decision, DECISIONS),
            "CLM_ID": np.where(is_idle, 0, asked.claim_id),
            "staff_id": desk.column(staff),
            "opened": moments(opened),
            "closed": moments(closed, decision == DECISIONS.index("pending")),
        },
        copy=False,
    )


def _requests(filed: Filed) -> tuple[Filed, Any]:
    """The claims behind each request, in their order, and which requests led nowhere."""
    seed, need = filed.seed, filed.needs_authorization
    missing = filed.reason == reasons().index("no prior authorization")
    idle = need & draw.chance(seed, "authorization idle", filed.number, np.where(missing, 500_000, 150_000))
    # A request that led nowhere came up to six weeks earlier, and within the member's cover.
    idle &= filed.start - filed.since >= 42
    at = np.concatenate([np.flatnonzero(need & ~missing), np.flatnonzero(idle)])
    is_idle = np.arange(len(at)) >= len(at) - int(idle.sum())
    order = np.argsort(at * 2 + is_idle, kind="stable")
    return filed.only(at[order]), is_idle[order]


def _before(seed: int, key: I64, expedited: Any, is_idle: Any) -> I64:
    """How many days before care it was asked for, so early that it is decided before."""
    soon, long = draw.between(seed, "asked soon", key, 4, 8), draw.between(seed, "asked before", key, 11, 25)
    return np.where(expedited, soon, long) + np.where(is_idle, draw.between(seed, "asked first", key, 6, 17), 0)


def _days(seed: int, key: I64, requested: I64, expedited: Any) -> tuple[I64, I64]:
    """The days on which a reviewer opened and closed each request."""
    first = workday(requested)
    wait = draw.below(seed, "authorization takes", key, np.where(expedited, 2, 5))
    last = workday(np.minimum(first + wait, requested + np.where(expedited, 3, 7)))
    return first, np.maximum(first, last)
