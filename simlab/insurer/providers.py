"""Providers: a network that grows with the membership, block by block.

Every block of 10,000 members brings the same mix of States and specialties, so a provider's number
tells both, and a member's own doctors do not change when members are added.
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64, U64
from simlab.insurer import pools
from simlab.insurer.bits import pick
from simlab.insurer.text import Objects, category, column, stamp

BLOCK = 10_000


@functools.cache
def _slots() -> tuple[I64, I64]:
    """For each State, its number of slots in a block, and its first slot."""
    width = np.array([s.weight for s in pools.places().states], dtype=np.int64)
    return width, np.cumsum(width) - width


def blocks(number: I64) -> I64:
    """How many blocks of providers a member may choose from, by member number from 0."""
    return 1 + number // BLOCK


def per_block() -> int:
    """Providers in one block."""
    return int(_slots()[0].sum()) * len(pools.codes().specialties)


def choose(h: U64, number: I64, state: I64, specialty: I64) -> I64:
    """A provider number for each hash `h` (its upper 40 bits): in the member's State, of a specialty."""
    width, first = _slots()
    slot = first.take(state) + pick(h, 24, 16, width.take(state))
    block = pick(h, 40, 24, blocks(number))
    return block * per_block() + slot * len(pools.codes().specialties) + specialty


def npi_like(seed: int, number: I64) -> Objects:
    """Ten digits shaped like a National Provider Identifier that cannot be one.

    A real NPI ends in a Luhn check digit over 80840 and its first nine digits (45 CFR 162.406);
    here that digit is always five off, so every number fails the check and nobody holds it.
    """
    stem = 100_000_000 + (number * 61_803_399 + draw.one(seed, "npi", 0, 10**8)) % 10**8
    total = np.full(len(stem), 24, dtype=np.int64)  # what the prefix 80840 adds
    rest = stem
    for at in range(9):
        rest, digit = np.divmod(rest, 10)
        doubled = digit * 2 if at % 2 == 0 else digit
        total = total + doubled // 10 + doubled % 10
    wrong = (15 - total % 10) % 10
    return stamp("##########", stem * 10 + wrong)


def table(seed: int, provider_id: Objects) -> pd.DataFrame:
    """One row a provider."""
    number = np.arange(len(provider_id), dtype=np.int64)
    specialties = pools.codes().specialties
    slot, specialty = np.divmod(number % per_block(), len(specialties))
    states = pools.places().states
    given, family = pools.given_names(), pools.family_names()
    culture = draw.weighted(seed, "provider culture", number, [c.weight for c in pools.cultures()])
    which = culture * 2 + draw.below(seed, "provider list", number, 2)
    first = given.words[given.start[which] + draw.below(seed, "provider given", number, given.size[which])]
    last = family.words[family.start[culture] + draw.below(seed, "provider family", number, family.size[culture])]
    return pd.DataFrame(
        {
            "provider_id": column(provider_id),
            "name": column(first + " " + last),
            "specialty": category(specialty, specialties),
            "state": category(np.repeat(np.arange(len(states)), _slots()[0])[slot], [s.id for s in states]),
        }
    )


def count(members: int) -> int:
    """Providers in the network of an insurer of this size."""
    return int(blocks(np.array([members - 1]))[0]) * per_block()
