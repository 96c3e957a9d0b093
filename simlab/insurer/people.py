"""Households and members: who is insured, where they live, and how they may be reached.

Draws are keyed by household number and member number alone, and members are numbered household by
household, so the first 1,000 members of a larger build are the members of a build of 1,000.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.text import Objects, category, column, objects, stamp

Mask = npt.NDArray[np.bool_]

# Days since 1970-01-01 of 1 January 2026, on which every age is counted, and of the year's end.
NEW_YEAR, YEAR_END = 20_454, 20_818
NEVER = 10**6

RELATIONSHIPS, GENDERS = ("self", "spouse", "child", "adult child"), ("F", "M", "X")
_SIZES = (32, 28, 14, 14, 8, 4)  # households of 1 to 6, in a hundred
_HAS_SPOUSE = np.array([0, 720_000, 760_000, 880_000, 900_000, 900_000])
_AGES, _AGE_WEIGHTS = (19, 30, 40, 50, 60, 70, 80), (6, 8, 9, 22, 29, 17, 9)
# Subscribers with children: five years of age from each of these on, and how many in a hundred of their
# children are 18 to 25, who may stay on a parent's policy until they are 26 (45 CFR 147.120).
_PARENTS, _PARENT_WEIGHTS = (26, 31, 36, 41, 46, 51, 56), (11, 17, 20, 18, 16, 12, 6)
_GROWN = np.array([0, 0, 0, 360_000, 700_000, 880_000, 930_000])
_ADULT = 18 * 366
# Born on or after 2 January 2009: a child member is a minor through the whole of 2026.
_CHILD = 6208
_GROWN_FROM, _GROWN_TO = 18 * 365 + 10, 26 * 365 - 370
# Deaths in a million by age band, so that about one member in a hundred has died.
_DEATHS = np.array([400, 400, 4_000, 14_000, 50_000])


@dataclass(frozen=True, eq=False)
class People:
    """Whole numbers behind the tables: one entry a household (h_) or a member."""

    seed: int
    h_state: I64
    h_place: I64
    h_culture: I64
    household: I64
    first: I64
    relationship: I64
    gender: I64
    born: I64
    died: I64
    given: I64
    family: I64

    @property
    def number(self) -> I64:
        return np.arange(len(self.household), dtype=np.int64)

    @property
    def homes(self) -> I64:
        return np.arange(len(self.h_state), dtype=np.int64)

    @functools.cached_property
    def state(self) -> I64:
        return self.h_state[self.household]

    @functools.cached_property
    def band(self) -> I64:
        """Index into pools.BANDS by age on 1 January 2026."""
        years = (NEW_YEAR - self.born) * 4 // 1461
        return np.searchsorted(np.array([12, 18, 45, 65]), years, side="right").astype(np.int64)

    @functools.cached_property
    def member_id(self) -> Objects:
        return stamp("M#######", self.number + 1)

    @functools.cached_property
    def member_index(self) -> pd.Index:
        """The categories of a column of member ids."""
        return pd.Index(self.member_id, dtype="str")

    @functools.cached_property
    def household_id(self) -> Objects:
        return stamp("H#######", self.homes + 1)

    @functools.cached_property
    def policy_id(self) -> Objects:
        return stamp("P#######", self.homes + 1)


def build(seed: int, members: int) -> People:
    """The people of one insurer, as whole numbers."""
    sizes = 1 + draw.weighted(seed, "household size", np.arange(members), _SIZES)
    ends = np.cumsum(sizes)
    homes = np.arange(int(np.searchsorted(ends, members)) + 1)
    sizes, first = sizes[homes], (ends - sizes)[homes]
    h_state, h_place = _where(seed, homes)
    h_culture = draw.weighted(seed, "culture", homes, [c.weight for c in pools.cultures()])

    household = np.repeat(homes, sizes)[:members]
    number = np.arange(members)
    spouse = draw.chance(seed, "has spouse", homes, _HAS_SPOUSE[sizes - 1])
    relationship = _relationship(number - first[household], spouse[household])
    gender = _gender(seed, number, first[household], relationship)
    born, grown = _born(seed, number, first[household], relationship, (sizes - spouse > 1)[household])
    relationship = np.where(grown, 3, relationship)
    given, family = _names(seed, number, household, h_culture, gender, relationship)
    people = People(
        seed, h_state, h_place, h_culture, household, first, relationship, gender, born,
        np.full(members, NEVER), given, family,
    )  # fmt: skip
    people.died[:] = _died(seed, people)
    return people


def _where(seed: int, homes: I64) -> tuple[I64, I64]:
    """State of each household, and its place as an index into all places end to end."""
    states = pools.places().states
    state = draw.weighted(seed, "state", homes, [s.weight for s in states])
    weights = [np.array([p.weight for p in s.places]) for s in states]
    total = np.array([w.sum() for w in weights])
    base = np.cumsum(total) - total
    at = base[state] + draw.below(seed, "place", homes, total[state])
    return state, np.searchsorted(np.cumsum(np.concatenate(weights)), at, side="right")


def _relationship(position: I64, spouse: Mask) -> I64:
    return np.where(position == 0, 0, np.where((position == 1) & spouse, 1, 2))


def _gender(seed: int, number: I64, first: I64, relationship: I64) -> I64:
    own = draw.weighted(seed, "gender", number, (496, 496, 8))
    subscriber = own[first]
    opposite = (relationship == 1) & (subscriber < 2) & draw.chance(seed, "opposite", number, 930_000)
    return np.where(opposite, 1 - subscriber, own)


def _born(seed: int, number: I64, first: I64, relationship: I64, parent: Mask) -> tuple[I64, Mask]:
    """Birth days, and which children are grown. Ages follow the Census of 2010, within five points.

    Of all residents 24.0 percent were under 18, 36.5 were 18 to 44, 26.4 were 45 to 64, and 13.0 were 65 and
    over (Howden and Meyer, Age and Sex Composition: 2010, C2010BR-03).
    """
    decade = draw.weighted(seed, "age", number, _AGE_WEIGHTS)
    alone = np.array(_AGES)[decade] * 1461 // 4 + 5 + draw.below(seed, "age days", number, 3650)
    five = draw.weighted(seed, "parent's age", number, _PARENT_WEIGHTS)
    with_children = np.array(_PARENTS)[five] * 1461 // 4 + 5 + draw.below(seed, "parent's days", number, 1820)
    own = np.where(parent, with_children, alone)
    subscriber = own[first]
    spouse = np.maximum(subscriber + draw.between(seed, "spouse's age", number, -2200, 2200), _ADULT)
    grown = (relationship == 2) & draw.chance(seed, "grown", number, _GROWN[five[first]])
    low = np.where(grown, _GROWN_FROM, 1)
    oldest = np.minimum(np.where(grown, _GROWN_TO, _CHILD), subscriber - _ADULT)
    child = low + draw.below(seed, "child's age", number, np.maximum(oldest - low + 1, 1))
    return NEW_YEAR - np.where(relationship == 0, own, np.where(relationship == 1, spouse, child)), grown


def _names(seed: int, number: I64, household: I64, h_culture: I64, gender: I64, relationship: I64) -> tuple[I64, I64]:
    given, family = pools.given_names(), pools.family_names()
    # Some spouses come from another culture, and keep their own family name.
    weights = [c.weight for c in pools.cultures()]
    apart = (relationship == 1) & draw.chance(seed, "other culture", number, 150_000)
    own = np.where(apart, draw.weighted(seed, "own culture", number, weights), h_culture[household])
    binary = np.where(gender == 2, draw.below(seed, "given list", number, 2), gender)
    which = own * 2 + binary
    chosen = given.start[which] + draw.below(seed, "given", number, given.size[which])
    kept = apart | ((relationship == 1) & draw.chance(seed, "kept name", number, 200_000))
    home = family.start[h_culture] + draw.below(seed, "family", np.arange(len(h_culture)), family.size[h_culture])
    mine = family.start[own] + draw.below(seed, "own family", number, family.size[own])
    return chosen, np.where(kept, mine, home[household])


def _died(seed: int, people: People) -> I64:
    """Day of death for those who died in the first quarter of 2026, else NEVER."""
    dead = draw.chance(seed, "death", people.number, _DEATHS[people.band])
    return np.where(dead, draw.between(seed, "death day", people.number, NEW_YEAR, NEW_YEAR + 89), NEVER)


def households_table(people: People) -> pd.DataFrame:
    """One row a household: address (never a real street) and language."""
    homes, seed = people.homes, people.seed
    spots = [p for s in pools.places().states for p in s.places]
    states = [s.id for s in pools.places().states]
    tongues = sorted({c.language for c in pools.cultures()} | {"English"})
    theirs = np.array([tongues.index(c.language) for c in pools.cultures()])[people.h_culture]
    english = draw.chance(seed, "speaks English", homes, 550_000)
    return pd.DataFrame(
        {
            "household_id": column(people.household_id),
            "street_line": column(streets(seed, "street", homes)),
            "city": category(*_distinct(people.h_place, [p.city for p in spots])),
            "state": category(people.h_state, states),
            "zip3": category(*_distinct(people.h_place, [p.zip3 for p in spots])),
            "language": category(np.where(english, tongues.index("English"), theirs), tongues),
        }
    )


def streets(seed: int, label: str, ids: I64) -> Objects:
    """Street lines of words that no street bears, with a number before them."""
    places = pools.places()
    ways = objects([f" {word} {kind}" for word in places.street_words for kind in places.street_kinds])
    doors = objects([str(n) for n in range(1, 1000)])
    return doors[draw.below(seed, f"{label} door", ids, 999)] + ways[draw.below(seed, label, ids, len(ways))]


def _distinct(codes: I64, names: list[str]) -> tuple[I64, list[str]]:
    """Codes into a list without repeats: two States have a Springfield."""
    unique = sorted(set(names))
    return np.array([unique.index(n) for n in names])[codes], unique
