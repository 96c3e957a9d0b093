"""Premiums: what each policy owes for each month, and how and when it was paid, or that it was not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.cover import Cover
from simlab.insurer.desk import Desk, workday
from simlab.insurer.filed import dates, moments
from simlab.insurer.people import _SIZES, People
from simlab.insurer.text import category

PREMIUM_ID = 330_000_000_000_000
METHODS, STATUSES, PAYERS = ("autopay", "check", "payroll"), ("on time", "late", "missed"), ("subscriber", "estate")
# Cents a month for one person by kind of plan, and hundredths of it for households of one to six.
_BASE = {"PPO": 82_000, "HMO": 74_000, "EPO": 75_500, "HDHP": 69_000}
_FOR = np.array([100, 195, 250, 288, 310, 322])
_FIRSTS = (np.datetime64("2026-01") + np.arange(13)).astype("datetime64[D]").astype(np.int64)
# On time, late, missed, in a thousand, for each method.
_STATUS = ((985, 11, 4), (890, 85, 25), (1000, 0, 0))


def table(people: People, cover: Cover, desk: Desk) -> pd.DataFrame:
    """One row a policy and month of cover, in cents; `paid` is NaT and `paid_cents` 0 where it was missed.

    Checks are posted by hand, and a late or missed payment is followed up: those rows have `staff_id`,
    `opened` and `closed`. A policy of one person ends with the month of their death.
    """
    home, month = _months(people, cover)
    seed, key = people.seed, home * 16 + month
    method = _method(seed, cover, home)
    status = _status(seed, key, method)
    due = _FIRSTS[month]
    paid = _paid(seed, key, method, status, due)
    amount = _amounts(seed, people, cover)[home]
    missed = status == 2
    by_hand = (method == 1) | (status > 0)
    day = np.where(missed, workday(due + 15), paid)
    staff, opened, hand = np.full(len(key), -1), day * 86_400, np.flatnonzero(by_hand)
    on = day[hand]
    staff[hand] = desk.assign("premium", key[hand], people.first[home[hand]], (on, on), "enrolment")
    opened[hand] = desk.moment("premium opened", key[hand], staff[hand], on)
    closed = opened + 60 * draw.between(seed, "premium minutes", key, 2, 25)
    return pd.DataFrame(
        {
            "PREMIUM_ID": PREMIUM_ID + home * 100 + month + 1,
            "policy_id": category(home.astype(np.int32), pd.Index(people.policy_id, dtype="str")),
            "payer": category((people.died[people.first[home]] < due).astype(np.int64), PAYERS),
            "method": category(method, METHODS),
            "due": dates(due),
            "due_cents": amount,
            "status": category(status, STATUSES),
            "paid": dates(paid, missed),
            "paid_cents": np.where(missed, 0, amount),
            "staff_id": desk.column(staff),
            "opened": moments(opened, ~by_hand),
            "closed": moments(closed, ~by_hand),
        },
        copy=False,
    )


def _months(people: People, cover: Cover) -> tuple[I64, I64]:
    """Policy (its household's number) and month (0 is January) of each row."""
    first = np.searchsorted(_FIRSTS, cover.start)
    last = np.searchsorted(_FIRSTS, cover.end, side="right") - 1
    alone = _sizes(people) == 1
    death = np.searchsorted(_FIRSTS, people.died[people.first], side="right") - 1
    last = np.where(alone, np.minimum(last, death), last)
    counts = np.maximum(last - first + 1, 0)
    home = np.repeat(people.homes, counts)
    return home, np.arange(len(home)) - np.repeat(np.cumsum(counts) - counts, counts) + first[home]


def _sizes(people: People) -> I64:
    """How many live in each household, drawn as its people were: the last one's may lie beyond the table."""
    return 1 + draw.weighted(people.seed, "household size", people.homes, _SIZES)


def _amounts(seed: int, people: People, cover: Cover) -> I64:
    base = np.array([_BASE[p.kind] for p in pools.plans()])[cover.plan]
    age = draw.between(seed, "premium rate", people.homes, 80, 135)  # by age and place, in hundredths
    return base * _FOR[_sizes(people) - 1] * age // 10_000


def _method(seed: int, cover: Cover, home: I64) -> I64:
    """Who came through an employer has it taken from their pay."""
    check = draw.chance(seed, "pays by check", np.arange(len(cover.group)), 310_000).astype(np.int64)
    return np.where(cover.group >= 0, 2, check)[home]


def _status(seed: int, key: I64, method: I64) -> I64:
    drawn = draw.below(seed, "premium status", key, 1000)
    on_time, late = np.array([s[0] for s in _STATUS]), np.array([s[0] + s[1] for s in _STATUS])
    return (drawn >= on_time[method]).astype(np.int64) + (drawn >= late[method])


def _paid(seed: int, key: I64, method: I64, status: I64, due: I64) -> I64:
    """The day a payment came: by autopay and payroll on the day itself, by check around it."""
    early = np.where(method == 1, draw.between(seed, "check came", key, -6, 5), 0)
    return workday(due + np.where(status == 1, draw.between(seed, "paid late", key, 11, 44), early))
