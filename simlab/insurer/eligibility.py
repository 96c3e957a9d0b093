"""Eligibility checks: providers asking, before care, whether somebody is covered.

The words are those of the 270/271 inquiry and response; no code list of it is here. What is asked about can
tell what somebody is treated for, so the claim's sensitive class is carried over.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.cover import Cover
from simlab.insurer.desk import Desk, workday
from simlab.insurer.filed import Filed, moments
from simlab.insurer.paperwork import paperwork
from simlab.insurer.people import YEAR_END, People
from simlab.insurer.text import Objects, category

CHECK_ID = 440_000_000_000_000
CHANNELS, ANSWERS = ("clearinghouse", "portal", "telephone"), ("active coverage", "inactive", "more details needed")
_AHEAD = np.array([0, 0, 0, 0, 1, 1, 2, 3])  # days before care
_DAY, _HOUR = 86_400, 3600
# A member's claims are numbered to 98 at most: this number of theirs is free for one more check.
_LAST = 99


def table(people: People, cover: Cover, filed: Filed, desk: Desk, provider_id: Objects) -> pd.DataFrame:
    """One row a check; a call is taken by member services (`staff_id`), the rest is answered by machine.

    `opened` is when it was asked and `closed` when it was answered.
    """
    claims, number, day = _asked(people, cover, filed)
    seed = people.seed
    channel = draw.weighted(seed, "check channel", number, (62, 30, 8))
    # Nobody answers the telephone at a weekend: then the machine is asked.
    by_phone = (channel == 2) & (workday(day) == day)
    channel = np.where(by_phone, 2, np.minimum(channel, 1))
    opened = day * _DAY + draw.between(seed, "check second", number, 7 * _HOUR, 19 * _HOUR)
    staff, call = np.full(len(number), -1), np.flatnonzero(by_phone)
    on = day[call]
    staff[call] = desk.assign("check", number[call], claims.member[call], (on, on), "member_services")
    opened[call] = desk.moment("check opened", number[call], staff[call], on)
    took = np.where(by_phone, draw.between(seed, "check minutes", number, 3, 14) * 60, 2)
    home = people.household[claims.member]
    covered = (day >= cover.start[home]) & (day <= cover.end[home])
    unclear = draw.chance(seed, "check unclear", number, 15_000)
    types = paperwork().service_types
    return pd.DataFrame(
        {
            "CHECK_ID": CHECK_ID + number,
            "member_id": category(claims.member.astype(np.int32), people.member_index),
            "provider_id": category(claims.provider, provider_id),
            "channel": category(channel, CHANNELS),
            "service_type": category(claims.sensitive, [types[s] for s in pools.SENSITIVE]),  # type: ignore[index]
            "answer": category(np.where(unclear, 2, np.where(covered, 0, 1)), ANSWERS),
            "sensitive": category(claims.sensitive, pools.SENSITIVE),
            "staff_id": desk.column(staff),
            "opened": moments(opened),
            "closed": moments(opened + took),
        },
        copy=False,
    )


def _asked(people: People, cover: Cover, filed: Filed) -> tuple[Filed, I64, I64]:
    """The claims behind the checks, the checks' numbers, and the day of each.

    Before some claims; and once more, after cover has ended, by whom a member saw last.
    """
    seed = people.seed
    before = np.flatnonzero(draw.chance(seed, "checked", filed.number, 400_000))
    day = filed.start[before] - _AHEAD[draw.below(seed, "check ahead", filed.number[before], len(_AHEAD))]
    last = np.flatnonzero(np.append(filed.member[1:] != filed.member[:-1], True)) if len(filed.member) else before
    member = filed.member[last]
    later = cover.end[people.household[member]] + draw.between(seed, "check after", member, 1, 60)
    again = (later <= YEAR_END) & (people.died[member] > later) & draw.chance(seed, "checked after", member, 350_000)
    at = np.concatenate([before, last[again]])
    number = np.concatenate([filed.number[before], (member[again] + 1) * 100 + _LAST])
    day = np.concatenate([day, later[again]])
    order = np.argsort(number, kind="stable")
    return filed.only(at[order]), number[order], day[order]
