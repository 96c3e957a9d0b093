"""Whom the staff know among the members: themselves, their household, relatives, neighbors.

Looking into such a record is rarely one's work. Each relation looks only at households with smaller numbers,
so that a larger insurer adds relations and changes none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.company import Crew, site
from simlab.insurer.people import People
from simlab.insurer.text import category, column

RELATIONS = ("self", "household", "relative", "neighbor")
_SELF, _HOUSEHOLD, _RELATIVE, _NEIGHBOR = range(4)


class _Pairs(NamedTuple):
    staff: I64
    member: I64
    relation: int


def table(people: People, crew: Crew) -> pd.DataFrame:
    """One row for each of the staff and a member whom they know, and how; the nearest relation of the two."""
    insured = np.flatnonzero(crew.member >= 0)
    home = people.household[crew.member[insured]]
    parts = [
        _Pairs(insured, crew.member[insured], _SELF),
        _household(people, insured, home),
        _relatives(people, insured, home),
        *_in_law(people, np.arange(len(crew.role))),
        *_neighbors(people, insured, home),
        *_near_the_office(people, crew),
    ]
    staff, member = (np.concatenate([p[i] for p in parts]) for i in (0, 1))
    relation = np.repeat([p.relation for p in parts], [len(p.staff) for p in parts])
    order = np.lexsort((member, relation, staff))
    staff, member, relation = staff[order], member[order], relation[order]
    pairs = pd.DataFrame({"staff": staff, "member": member})
    near = ~pairs.duplicated().to_numpy()
    return pd.DataFrame(
        {
            "staff_id": column(crew.staff_id[staff[near]]),
            "member_id": column(people.member_id[member[near]]),
            "relation": category(relation[near], RELATIONS),
        }
    )


def _household(people: People, staff: I64, home: I64) -> _Pairs:
    """Everybody else of their household. Its last member is known: no such household is the newest one."""
    start = people.first[home]
    end = np.append(people.first, len(people.household))[home + 1]
    many = end - start - 1  # the member of staff is the subscriber, who comes first
    who = np.repeat(staff, many)
    place = np.arange(len(who)) - np.repeat(np.cumsum(many) - many, many)
    return _Pairs(who, np.repeat(start, many) + 1 + place, _HOUSEHOLD)


def _before(key: I64) -> I64:
    """For each household, the nearest one before it with the same key; -1 for none."""
    order = np.argsort(key, kind="stable")
    out = np.full(len(key), -1)
    same = key[order[1:]] == key[order[:-1]]
    out[order[1:][same]] = order[:-1][same]
    return out


def _relatives(people: People, staff: I64, home: I64) -> _Pairs:
    """A brother or an aunt: a subscriber of the same family name."""
    there = _before(people.family[people.first])[home]
    known = (there >= 0) & draw.chance(people.seed, "relative", staff, 450_000)
    return _Pairs(staff[known], people.first[there[known]], _RELATIVE)


def _in_law(people: People, staff: I64) -> list[_Pairs]:
    """A relative of another name: no list of names would find them."""
    there = staff * 6 + draw.below(people.seed, "in-law", staff, 6)
    known = draw.chance(people.seed, "has in-law", staff, 200_000) & (there < len(people.first))
    return [_Pairs(staff[known], people.first[there[known]], _RELATIVE)]


def _adults(people: People, staff: I64, there: I64) -> list[_Pairs]:
    """The subscriber of a household, and the spouse."""
    first = people.first[there]
    second = np.minimum(first + 1, len(people.household) - 1)
    has = (people.household[second] == there) & (people.relationship[second] == 1)
    return [_Pairs(staff, first, _NEIGHBOR), _Pairs(staff[has], second[has], _NEIGHBOR)]


def _neighbors(people: People, staff: I64, home: I64) -> list[_Pairs]:
    there = _before(people.h_place)[home]
    known = (there >= 0) & draw.chance(people.seed, "neighbor", staff, 600_000)
    return _adults(people, staff[known], there[known])


def _near_the_office(people: People, crew: Crew) -> list[_Pairs]:
    """Neighbors of those who are not insured here, in the State of their office."""
    staff = np.flatnonzero(crew.member < 0)
    there = staff * 6 + draw.below(people.seed, "neighbor's household", staff, 6)
    exists = there < len(people.first)
    staff, there = staff[exists], there[exists]
    states = np.array([s.id for s in pools.places().states])[people.h_state[there]]
    sites = pools.company().sites
    office = np.array([s.state for s in sites])[site(people, crew)[staff]]
    near = (office == states) | (office == "")
    return _adults(people, staff[near], there[near])
