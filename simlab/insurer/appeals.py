"""Appeals of denied claims, each decided by somebody else than the examiner who denied it.

Filed within 180 days, decided within 60: 29 CFR 2560.503-1(h)(3)(i)-(ii), (i)(2)(iii)(A).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simlab import draw
from simlab.insurer import pools
from simlab.insurer.desk import Desk, workday
from simlab.insurer.eobs import Decided
from simlab.insurer.filed import DENIED, dates, is_reviewed, moments, reasons
from simlab.insurer.people import NEW_YEAR, People
from simlab.insurer.text import category

APPEAL_ID = 550_000_000_000_000
FILERS = ("member", "parent", "provider", "personal representative")
OUTCOMES = ("upheld", "overturned", "partly overturned", "pending")
_DAY, _APPEALED = 86_400, 140_000  # in a million
# What is not decided by the end of February is still pending: the tables were closed then.
CLOSED = NEW_YEAR + 365 + 59


def table(people: People, desk: Desk, done: Decided) -> pd.DataFrame:
    """One row an appeal; `closed` is NaT while it is pending. Where medical judgment is asked, a nurse decides."""
    seed = done.claims.seed
    denied = done.claims.status == DENIED
    at = np.flatnonzero(denied & draw.chance(seed, "appealed", done.claims.number, _APPEALED))
    filed = done.sent[at] + draw.weighted(seed, "appeal week", done.claims.number[at], _WEEKS) * 7
    filed += draw.between(seed, "appeal day", done.claims.number[at], 1, 7)
    at, filed = at[filed < CLOSED], filed[filed < CLOSED]
    claims, key = done.claims.only(at), done.claims.number[at]
    first = workday(filed + 1)
    last = np.maximum(workday(filed + draw.between(seed, "appeal takes", key, 5, 56)), first)
    nurse = desk.assign("appeal nurse", key, claims.member, (first, last), "nurse_reviewer")
    other = desk.another("appeal examiner", key, claims.member, (first, last), done.staff[at], "claims_examiner")
    staff = np.where(is_reviewed()[claims.reason], nurse, other)
    opened = desk.moment("appeal opened", key, staff, first)
    closed = opened + (last - first) * _DAY + 60 * draw.between(seed, "appeal minutes", key, 10, 29)
    outcome = draw.weighted(seed, "appeal outcome", key, (52, 34, 14))
    pending = closed >= CLOSED * _DAY
    return pd.DataFrame(
        {
            "APPEAL_ID": APPEAL_ID + key,
            "CLM_ID": claims.claim_id,
            "member_id": category(claims.member.astype(np.int32), people.member_index),
            "filed": dates(filed),
            "filed_by": category(_filer(people, seed, key, claims.member, filed), FILERS),
            "reason": category(claims.reason, reasons()),
            "sensitive": category(claims.sensitive, pools.SENSITIVE),
            "outcome": category(np.where(pending, 3, outcome), OUTCOMES),
            "staff_id": desk.column(staff),
            "opened": moments(opened),
            "closed": moments(closed, pending),
        },
        copy=False,
    )


# Weeks after the letter, in a hundred: most appeals come soon, the last within 180 days.
_WEEKS = (14, 16, 14, 10, 8, 6, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1)


def _filer(people: People, seed: int, key: np.ndarray, member: np.ndarray, filed: np.ndarray) -> np.ndarray:
    """Who filed it: for a child a parent, for one who has died the personal representative, or the provider."""
    own = np.where(people.relationship[member] == 2, 1, 0)
    who = np.where(draw.chance(seed, "appealed by provider", key, 280_000), 2, own)
    return np.where((people.died[member] <= filed) & (who != 2), 3, who)
