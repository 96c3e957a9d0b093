"""The members' table: identity, contact and the marks that ask for special care.

Nothing here can belong to anyone: see `_ssn`, `_phone` and `_bank` for why not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simlab import draw
from simlab.draw import I64
from simlab.insurer import pools
from simlab.insurer.people import GENDERS, NEW_YEAR, RELATIONSHIPS, Mask, People, streets
from simlab.insurer.text import Objects, blank_where, category, column, objects, stamp

_DOMAINS = ("@example.org", "@example.com", "@example.net")
# Steps that share no factor with the ranges they walk, so that no number comes twice.
_SSN_RANGE, _SSN_STEP = 100 * 49 * 9999, 27_182_819
_BANK_RANGE, _BANK_STEP = 10**12, 314_159_265_357


def table(people: People) -> pd.DataFrame:
    """One row a member, in order of member_id; dates are datetime64[s], `death_date` NaT for the living."""
    number, relationship = people.number, people.relationship
    minor, adult = relationship == 2, relationship != 2
    confidential = _confidential(people)
    returned = draw.chance(people.seed, "returned mail", people.household, 20_000) & (confidential == "")
    dead = people.died < NEW_YEAR + 365
    return pd.DataFrame(
        {
            "member_id": column(people.member_id),
            "household_id": column(people.household_id[people.household]),
            "subscriber_id": column(people.member_id[people.first[people.household]]),
            "relationship": category(relationship, RELATIONSHIPS),
            "name_given": category(*_words(people.given, pools.given_names().words)),
            "name_family": category(*_words(people.family, pools.family_names().words)),
            "birth_date": days(people.born),
            "gender": category(people.gender, GENDERS),
            "state": category(people.state, [s.id for s in pools.places().states]),
            "zip3": _zip3(people),
            "phone": column(blank_where(minor, _phone(people))),
            "email": column(blank_where(minor | draw.chance(people.seed, "no email", number, 140_000), _email(people))),
            "ssn": column(_ssn(people)),
            "bank_account": column(blank_where(relationship != 0, _bank(people))),
            "is_deceased": dead,
            "death_date": np.where(dead, days(people.died), np.datetime64("NaT", "s")),
            "is_minor": minor,
            "is_vip": adult & draw.chance(people.seed, "vip", number, 4_000),
            "confidential_address": column(confidential),
            "mail_returned": returned,
            "policy_id": column(people.policy_id[people.household]),
        }
    )


def days(since_1970: I64) -> np.ndarray:
    """Whole days as datetime64[s]."""
    return (since_1970 * 86_400).view("datetime64[s]")


def _words(codes: I64, words: Objects) -> tuple[I64, list[str]]:
    """Codes into a list without repeats: a name may stand in two pools."""
    unique = sorted(set(words))
    place = {w: i for i, w in enumerate(unique)}
    return np.array([place[w] for w in words])[codes], unique


def _zip3(people: People) -> pd.Categorical:
    spots = objects([p.zip3 for s in pools.places().states for p in s.places])
    codes, unique = _words(people.h_place, spots)
    return category(codes[people.household], unique)


def _phone(people: People) -> Objects:
    """A State's area code with 555-0100 to 555-0199, which are kept for fiction (ATIS-0300115)."""
    states = pools.places().states
    pairs = objects([f"{area}-555-01{n:02d}" for s in states for area in s.area_codes for n in range(100)])
    size = np.array([len(s.area_codes) * 100 for s in states])
    start = np.cumsum(size) - size
    state = people.state
    return pairs[start[state] + draw.below(people.seed, "phone", people.number, size[state])]


def _email(people: People) -> Objects:
    """given.family.number at a domain reserved by RFC 2606."""
    given = objects([pools.ascii_letters(w) + "." for w in pools.given_names().words])
    family = objects([pools.ascii_letters(w) for w in pools.family_names().words])
    at = objects(list(_DOMAINS))[draw.below(people.seed, "email", people.number, len(_DOMAINS))]
    return given[people.given] + family[people.family] + stamp(".#######", people.number + 1) + at


def _ssn(people: People) -> Objects:
    """Numbers that the Social Security Administration has never issued and the IRS does not use.

    Area 900 to 999 is never an SSN; groups 01 to 49 of it are not taxpayer numbers either (those
    have 50 to 65, 70 to 88, 90 to 92, 93, 94 to 99). Each member's is their own.
    """
    offset = draw.one(people.seed, "ssn", 0, _SSN_RANGE)
    at = (people.number * _SSN_STEP + offset) % _SSN_RANGE
    rest, serial = np.divmod(at, 9999)
    area, group = np.divmod(rest, 49)
    return stamp("9##-##-####", (area * 100 + group + 1) * 10_000 + serial + 1)


def _bank(people: People) -> Objects:
    """Routing and account number; no routing number begins with 99, so no bank has it."""
    offset = draw.one(people.seed, "bank", 0, 2**31)
    at = (people.number % _BANK_RANGE * _BANK_STEP + offset) % _BANK_RANGE
    return stamp("990000000-############", at)


def fears_mail_at_home(people: People) -> Mask:
    """Those who stated that mail at home could endanger them, so that it goes elsewhere."""
    return draw.chance(people.seed, "confidential", people.number, 7_500) & (people.band > 0)


def _confidential(people: People) -> Objects:
    """Where mail must go instead, for those who asked (45 CFR 164.522(b)); "" for all others."""
    who = np.flatnonzero(fears_mail_at_home(people))
    towns = [f", {p.city}, {s.id} {p.zip3}" for s in pools.places().states for p in s.places]
    out = objects([""] * len(people.household))
    there = people.h_place[people.household[who]]
    out[who] = streets(people.seed, "confidential street", who) + objects(towns)[there]
    return out
