"""A quarter of labelled requests at a small Larkspur: what is scored of it, kind by kind.

Work and misuse come from `simlab.activity.requests`. Emergencies are too rare there to be counted on: here
nurses' own reviews become some at night, when a phone is dead or the file is shut for another reason. A kind is
stopped or delivered as a whole, so that a quarter with more of one is no harder than another.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from simlab import clock, draw
from simlab.activity.requests import access_requests
from simlab.insurer import Insurer

COMPANY, MEMBERS = 2, 1_000
START, DAYS = dt.date(clock.YEAR, 4, 1), 91
OFTEN = 30  # times as much misuse as usual, so that a small company has some of each kind
QUARTERS = 12  # different ones: the emergencies are the learner's own
EACH = 24  # emergencies of a kind
ROLES = ("claims_examiner", "member_services", "nurse_reviewer", "analyst")
ACTIONS = ("read", "update", "export")
STALE = (600, 900)  # minutes since the second factor where a phone is dead

Side = Literal["abuse", "work"]
Which = Callable[[pd.DataFrame], "pd.Series[bool]"]


@dataclass(frozen=True)
class Kind:
    """One kind of request: `whys` of the generator; `at_once` where waiting is as bad as a refusal."""

    id: str
    side: Side
    says: str
    whys: tuple[str, ...]
    only: Which | None = None
    at_once: bool = False


def _of(role: str) -> Which:
    return lambda t: t["role"] == role


KINDS = (
    Kind("no-work", "abuse", "looks at members whom no work leads to", ("curious-colleague", "neighbor-record")),
    Kind("family", "abuse", "looks at one's own record, or one's family's", ("own-record", "relative-record")),
    Kind("co-worker", "abuse", "looks at colleagues", ("co-worker-record",), lambda t: t["kin"] == "co-worker"),
    Kind("stolen", "abuse", "open sessions that somebody else goes on in", ("stolen-session",)),
    Kind("whole", "abuse", "whole records without a reason", ("whole-record",)),
    Kind("glass", "abuse", "emergency access without an emergency", ("glass-for-no-emergency",), lambda t: ~t["is_emergency"]),
    Kind("restriction", "abuse", "what the plan had agreed to keep back", ("restriction-ignored",)),
    Kind("part2", "abuse", "substance use records without consent", ("part-2-without-consent",)),
    Kind("claims", "work", "claims decided", ("given-claim", "covered-claim"), _of("claims_examiner")),
    Kind("calls", "work", "calls answered", ("given-call", "covered-call"), _of("member_services")),
    Kind("reviews", "work", "nurses' reviews", ("given-case", "covered-case", "care-coordination"), _of("nurse_reviewer")),
    Kind("projects", "work", "analysts' projects", ("given-project", "covered-project", "extract"), _of("analyst")),
    Kind("consent", "work", "substance use records with consent", ("substance-use-with-consent",)),
    Kind("emergency", "work", "emergencies of members who are another nurse's", (), at_once=True),
    Kind("emergency-phone", "work", "emergencies in which the second factor fails", (), at_once=True),
    Kind("emergency-shut", "work", "emergencies of colleagues and of members with a limit", (), at_once=True),
)  # fmt: skip


@functools.lru_cache(maxsize=1)
def company() -> Insurer:
    """The small company of the quarter, the same for everybody."""
    return Insurer.build(COMPANY, MEMBERS)


def build(seed: int) -> pd.DataFrame:
    """The requests of a seed, each with its `kind`: columns as `access.score` takes them."""
    quarter = _quarter(seed % QUARTERS)
    urgent = _emergencies(quarter, seed)
    table = pd.concat([quarter, urgent], ignore_index=True)
    order = [k.id for k in KINDS]
    return table.assign(kind=pd.Categorical(table["kind"], order))


@functools.lru_cache(maxsize=QUARTERS)
def _quarter(which: int) -> pd.DataFrame:
    """What work and misuse asked for in a quarter, as far as it is scored."""
    table = access_requests(company(), START, DAYS, seed=1_000 + which, abuse=OFTEN)
    table = table[table["role"].isin(ROLES) & table["action"].isin(ACTIONS)].reset_index(drop=True)
    kind = pd.Series("", index=table.index)
    for one in KINDS:
        fits = table["why"].isin(one.whys)
        kind[fits & one.only(table) if one.only else fits] = one.id
    return table.assign(kind=kind)[kind != ""].reset_index(drop=True)


def _emergencies(quarter: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Emergencies of three kinds, by nurses at work, on members whose case is not theirs unless the phone is dead."""
    care = (quarter["kind"] == "reviews") & (quarter["kin"] == "none") & (quarter["mfa_minutes"] <= 480)
    sound = care & (quarter["action"] == "read") & (quarter["device"] == "managed") & (quarter["place"] != "unknown")
    rows = quarter[sound]
    rank = draw.bits(seed, "access/emergencies", range(len(rows))).argsort(kind="stable")[: 3 * EACH]
    urgent = rows.iloc[rank].assign(
        purpose="treatment", relation="none", has_glass=True, is_emergency=True, label="legitimate", why="emergency",
        data=np.where(np.arange(len(rank)) % 3 == 0, "claims", "clinical"),
    )  # fmt: skip
    which = np.arange(len(urgent)) // EACH
    stale = draw.between(seed, "access/stale", np.arange(len(urgent)), *STALE)
    turn = np.arange(len(urgent)) % 3
    shut = which == 2
    return urgent.assign(
        kind=np.array(["emergency", "emergency-phone", "emergency-shut"])[which],
        relation=np.where(which == 1, "case", "none"),
        mfa_minutes=np.where(which == 1, stale, urgent["mfa_minutes"]).astype("int32"),
        kin=np.where(shut & (turn == 0), "co-worker", np.where(shut & (turn == 1), "relative", "none")),
        restriction=np.where(shut & (turn == 2), "agreed", "none"),
        is_care=True,
    )
