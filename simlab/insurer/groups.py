"""Employer groups, their plan sponsors and brokers: through whom a household came to Larkspur.

Every block of households brings the same mix of employers by State, as with providers: a household's
employer does not change when members are added.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from simlab import draw
from simlab.content import Model, load
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.members import days
from simlab.insurer.people import NEW_YEAR, People
from simlab.insurer.pools import Words
from simlab.insurer.text import Objects, blank_where, category, column, objects, stamp

BLOCK = 4_000  # households
ALONE = 220_000  # in a million: insured without an employer
NAME = "Larkspur Health Plan"
_STEP = 577  # shares no factor with the number of names, so that each comes once
GETS = ("enrollment", "summary", "plan administration")


class Broker(Model):
    id: Annotated[str, Field(pattern=r"^B\d\d$")]
    name: str
    state: str
    acts_for: Literal["employer", "Larkspur"]
    has_contract: bool
    contact: str


class Trade(Model):
    id: str
    word: str


class Named(Model):
    """An employer with a plan of its own: `id` is the plan's."""

    id: str
    trade: str
    state: str
    since: dt.date


class Employers(Model):
    """What employers do and are called, and who sells them Larkspur."""

    words: Words
    trades: tuple[Trade, ...]
    named: tuple[Named, ...]
    sold_alone: tuple[str, ...]
    brokers: tuple[Broker, ...]


@functools.cache
def employers() -> Employers:
    return load("insurer", "employers", Employers)


@functools.cache
def _self_funded() -> tuple[pools.Plan, ...]:
    return tuple(p for p in pools.plans() if p.funding == "self-funded")


@functools.cache
def _slots() -> tuple[I64, I64]:
    """For each State, its number of insured employers in a block, and its first one."""
    width = np.array([s.weight for s in pools.places().states], dtype=np.int64)
    return width, np.cumsum(width) - width


def of_households(people: People, plan: I64) -> I64:
    """The employer group of each household, as a number; -1 for those insured on their own."""
    homes, seed = people.homes, people.seed
    own = np.array([_self_funded().index(p) if p in _self_funded() else -1 for p in pools.plans()])[plan]
    single = np.array([p.id in employers().sold_alone for p in pools.plans()])[plan]
    width, first = _slots()
    # The lower of two draws: some employers are large and most are small.
    slots = [draw.below(seed, f"employer {n}", homes, width[people.h_state]) for n in (1, 2)]
    block = draw.below(seed, "employer block", homes, 1 + homes // BLOCK)
    insured = len(_self_funded()) + block * int(width.sum()) + first[people.h_state] + np.minimum(*slots)
    alone = single | draw.chance(seed, "insured alone", homes, ALONE)
    return np.where(own >= 0, own, np.where(alone, -1, insured))


def ids(group: I64) -> Objects:
    """Group ids by number, "" for none."""
    return blank_where(group < 0, stamp("G#####", np.maximum(group, 0) + 1))


def groups_table(people: People) -> pd.DataFrame:
    """One row an employer that has its people insured by Larkspur, or its own plan run by it.

    For a self-funded group `larkspur_is` is business associate, and `covered_entity` the employer's own plan
    (45 CFR 160.103): what Larkspur must tell, it tells that plan (164.410). An insured group's plan is a covered
    entity too, with few duties while it gets no more than enrollment and summary information (164.530(k)).
    `sponsor_gets` is what the employer as plan sponsor may receive (164.504(f)); plan administration needs
    amended plan documents and the sponsor's certificate, `is_certified`. `plan_id` is "" where the employer's
    people choose among Larkspur's insured plans, `broker_id` where there is no broker.
    """
    number = np.arange(_count(people), dtype=np.int64)
    plans, seed = _self_funded(), people.seed
    own, later = number < len(plans), number[len(plans) :] - len(plans)
    state, trade, name = _described(later)
    gets = np.where(own, 2, draw.weighted(seed, "sponsor gets", number, (80, 16, 4)))
    return pd.DataFrame(
        {
            "group_id": column(ids(number)),
            "name": column(name),
            "trade": category(trade, [t.id for t in employers().trades]),
            "state": category(state, [s.id for s in pools.places().states]),
            "funding": category((~own).astype(np.int64), ("self-funded", "insured")),
            "plan_id": column(_filled([p.id for p in plans], "", later)),
            "covered_entity": column(_filled([p.covered_entity for p in plans], NAME, later)),
            "larkspur_is": category((~own).astype(np.int64), ("business associate", "insurer")),
            "plan_sponsor": column(name),
            "sponsor_gets": category(gets, GETS),
            "is_certified": (gets == 2) & (own | draw.chance(seed, "certified", number, 900_000)),
            "broker_id": column(_brokers(seed, number, state)),
            "contact": column("benefits@" + stamp("employer-#####", number + 1) + ".example.com"),
            "since": days(_since(seed, number)),
        }
    )


def _count(people: People) -> int:
    return len(_self_funded()) + (1 + (len(people.homes) - 1) // BLOCK) * int(_slots()[0].sum())


def _filled(first: list[str], rest: str, later: I64) -> Objects:
    return objects([*first, *[rest] * len(later)])


def _described(later: I64) -> tuple[I64, I64, Objects]:
    """State, trade and name of each group: the named ones, then each pair of words before any comes again."""
    e, states = employers(), [s.id for s in pools.places().states]
    trades, words = [t.id for t in e.trades], objects(list(e.words))
    named = {n.id: n for n in e.named}
    first = [named[p.id] for p in _self_funded()]
    width = _slots()[0]
    turn, rest = np.divmod(later, len(words) * len(trades))
    word, trade = np.divmod(rest * _STEP % (len(words) * len(trades)), len(trades))
    name = words[word] + objects([f" {t.word}" for t in e.trades])[trade]
    again = blank_where(turn == 0, stamp(" ###", turn + 1))
    return (
        np.concatenate([[states.index(n.state) for n in first], _by_slot(width)[later % int(width.sum())]]),
        np.concatenate([[trades.index(n.trade) for n in first], trade]),
        np.concatenate([objects([p.name.removesuffix(" Employees") for p in _self_funded()]), name + again]),
    )


def _since(seed: int, number: I64) -> I64:
    named = {n.id: n for n in employers().named}
    first = np.array([named[p.id].since for p in _self_funded()], dtype="datetime64[D]").astype(np.int64)
    later = NEW_YEAR - 365 * draw.between(seed, "group since", number[len(first) :], 0, 9)
    return np.concatenate([first, later])


def _by_slot(width: I64) -> I64:
    """The State of each slot."""
    return np.repeat(np.arange(len(width)), width)


def _brokers(seed: int, number: I64, state: I64) -> Objects:
    """A broker of the group's State for most, "" for those who came directly."""
    states = [s.id for s in pools.places().states]
    ordered = sorted(employers().brokers, key=lambda b: states.index(b.state))
    size = np.bincount([states.index(b.state) for b in ordered], minlength=len(states))
    chosen = (np.cumsum(size) - size)[state] + draw.below(seed, "broker", number, size[state])
    direct = (size[state] == 0) | draw.chance(seed, "came directly", number, 350_000)
    return blank_where(direct, objects([b.id for b in ordered])[np.minimum(chosen, len(ordered) - 1)])


def brokers_table() -> pd.DataFrame:
    """One row a broker. One who acts for Larkspur is its business associate and needs a contract (45 CFR 160.103)."""
    rows = [{"broker_id": b.id, **b.model_dump(exclude={"id"})} for b in employers().brokers]
    return pd.DataFrame(rows)
