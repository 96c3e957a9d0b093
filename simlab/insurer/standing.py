"""Who may speak for whom: personal representatives, care that a minor agreed to alone, mail that goes elsewhere."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.members import days, fears_mail_at_home
from simlab.insurer.people import NEVER, NEW_YEAR, Mask, People, streets
from simlab.insurer.text import Objects, blank_where, category, column, objects

KINDS = ("parent", "guardian", "executor", "power of attorney")
_PARENT, _GUARDIAN, _EXECUTOR, _ATTORNEY = range(4)
ASKS_FOR = ("another address", "another telephone number", "the portal only")
# Living adults with a power of attorney for health care, in a million by age band.
_HAS_ATTORNEY = np.array([0, 0, 2_000, 12_000, 80_000])
_TEEN = 1  # the age band of 12 to 17
# Care to which a minor may consent alone in our invented States; which it is, is State law.
OWN_CARE = ("mental_health", "substance_use", "hiv", "reproductive")


class _Part(NamedTuple):
    """Some representatives: whom, by which member (-1: by somebody from outside), what kind, from which day."""

    whom: I64
    by: I64
    kind: I64
    begin: I64


def representatives(people: People) -> pd.DataFrame:
    """One row for each member and a person who acts for them as if they were the member (45 CFR 164.502(g)).

    Parents or guardians of minors, executors of the deceased, powers of attorney. `represented_by` is a
    member, or "" where `name` is somebody who is not insured here; then `address` is where they live, ""
    where that is not known. `is_honored` is False where the member has stated danger and the representative
    lives in the same household: a plan may then refuse to treat them as one (164.502(g)(5)). For care in
    `own_care` a parent is not the representative (164.502(g)(3)).
    """
    parts = [*_of_minors(people), _of_the_dead(people), _by_attorney(people)]
    whom, by, kind, begin = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((kind, whom))
    whom, by, kind, begin = whom[order], by[order], kind[order], begin[order]
    outside = by < 0
    return pd.DataFrame(
        {
            "member_id": column(people.member_id[whom]),
            "represented_by": column(blank_where(outside, people.member_id[by])),
            "name": column(_names(people, whom, by)),
            "kind": category(kind, KINDS),
            "from": days(begin),
            "address": column(_addresses(people, whom, outside)),
            "is_honored": outside | ~fears_mail_at_home(people)[whom],
        }
    )


def _partner(people: People, whom: I64) -> I64:
    """The other adult of each one's household, living; -1 for none."""
    first = people.first[people.household[whom]]
    second = np.minimum(first + 1, len(people.household) - 1)
    has = (people.household[second] == people.household[whom]) & (people.relationship[second] == 1)
    other = np.where(whom == first, np.where(has, second, -1), first)
    return np.where(people.died[other] == NEVER, other, -1)


def _of_minors(people: People) -> list[_Part]:
    minors = np.flatnonzero(people.relationship == 2)
    first = people.first[people.household[minors]]
    second = _partner(people, first)
    both = (second >= 0) & draw.chance(people.seed, "second parent", minors, 850_000)
    lives = people.died[first] == NEVER
    appointed = draw.chance(people.seed, "guardian", people.household, 15_000)[minors]
    kind = np.where(appointed, _GUARDIAN, _PARENT)
    # Nobody of the household is left: somebody from outside is appointed in spring.
    alone = minors[~lives & ~both]
    spring = np.full(len(alone), NEW_YEAR + 120)
    return [
        _Part(minors[lives], first[lives], kind[lives], people.born[minors][lives]),
        _Part(minors[both], second[both], kind[both], people.born[minors][both]),
        _Part(alone, np.full(len(alone), -1), np.full(len(alone), _GUARDIAN), spring),
    ]


def _of_the_dead(people: People) -> _Part:
    """Executors of most adults who have died: whoever is left of the couple, or somebody from outside."""
    dead = (people.died < NEVER) & (people.relationship != 2)
    whom = np.flatnonzero(dead & draw.chance(people.seed, "executor", people.number, 850_000))
    begin = people.died[whom] + draw.between(people.seed, "executor from", whom, 10, 60)
    return _Part(whom, _partner(people, whom), np.full(len(whom), _EXECUTOR), begin)


def _by_attorney(people: People) -> _Part:
    lives = people.died == NEVER
    named = lives & draw.chance(people.seed, "attorney", people.number, _HAS_ATTORNEY[people.band])
    whom = np.flatnonzero(named)
    own = draw.chance(people.seed, "attorney is partner", whom, 600_000)
    begin = NEW_YEAR - draw.between(people.seed, "attorney from", whom, 20, 2_500)
    return _Part(whom, np.where(own, _partner(people, whom), -1), np.full(len(whom), _ATTORNEY), begin)


def _names(people: People, whom: I64, by: I64) -> Objects:
    """The representatives' names; somebody from outside often bears the member's family name."""
    given, family, seed = pools.given_names(), pools.family_names(), people.seed
    culture = people.h_culture[people.household[whom]]
    which = culture * 2 + draw.below(seed, "representative list", whom, 2)
    first = given.start[which] + draw.below(seed, "representative given", whom, given.size[which])
    other = family.start[culture] + draw.below(seed, "representative family", whom, family.size[culture])
    same = draw.chance(seed, "representative's name", whom, 600_000)
    last = np.where(same, people.family[whom], other)
    here = by >= 0
    chosen = np.where(here, people.given[by], first), np.where(here, people.family[by], last)
    return given.words[chosen[0]] + " " + family.words[chosen[1]]


def _addresses(people: People, whom: I64, outside: Mask) -> Objects:
    known = np.flatnonzero(outside & draw.chance(people.seed, "representative's address", whom, 750_000))
    towns = objects([f", {p.city}, {s.id} {p.zip3}" for s in pools.places().states for p in s.places])
    out = objects([""] * len(whom))
    there = people.h_place[people.household[whom[known]]]
    out[known] = streets(people.seed, "representative street", whom[known]) + towns[there]
    return out


def confidential_requests(people: People) -> pd.DataFrame:
    """One row a request to be reached elsewhere or otherwise (45 CFR 164.522(b)(1)(ii)).

    A health plan must grant a reasonable one where the member states that all or part of the information
    could endanger them, and may ask for that statement (164.522(b)(2)(iv)). Here every such request is
    granted, and its address stands in `members.confidential_address`; those without the statement are not.
    """
    danger = fears_mail_at_home(people)
    plain = ~danger & (people.relationship != 2) & draw.chance(people.seed, "asks elsewhere", people.number, 1_500)
    who = np.flatnonzero(danger | plain)
    asked = NEW_YEAR - draw.between(people.seed, "asked on", who, 30, 700)
    wish = draw.weighted(people.seed, "asks for", who, (5, 3, 2))
    return pd.DataFrame(
        {
            "member_id": column(people.member_id[who]),
            "asked": days(asked),
            "asks_for": category(np.where(danger[who], 0, wish), ASKS_FOR),
            "states_danger": danger[who],
            "is_granted": danger[who],
            "answered": days(asked + draw.between(people.seed, "answered after", who, 1, 12)),
        }
    )


def own_care(people: People, claims: pd.DataFrame) -> pd.DataFrame:
    """One row for each minor and class of care to which they consented alone (45 CFR 164.502(g)(3)(i)).

    `from` is the day of the first claim for it. For this care the minor is the individual, and a parent
    sees it only as far as State law lets them (164.502(g)(3)(ii)).
    """
    teen = people.band == _TEEN
    own = np.isin(pools.SENSITIVE, OWN_CARE)
    member, sensitive = claims["member_id"].cat.codes.to_numpy(), claims["sensitive"].cat.codes.to_numpy()
    here = np.flatnonzero(own[sensitive] & teen[member])
    key = member[here].astype(np.int64) * len(pools.SENSITIVE) + sensitive[here]
    begin = claims["CLM_FROM_DT"].to_numpy()[here]
    order = np.lexsort((begin, key))
    distinct, first = np.unique(key[order], return_index=True)
    chosen = draw.chance(people.seed, "own care", distinct, 450_000)
    who, what = np.divmod(distinct[chosen], len(pools.SENSITIVE))
    return pd.DataFrame(
        {
            "member_id": column(people.member_id[who]),
            "sensitive": category(what, pools.SENSITIVE),
            "from": begin[order][first[chosen]],
        }
    )
