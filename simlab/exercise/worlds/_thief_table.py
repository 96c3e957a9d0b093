"""The table that the thief steals: invented members' values, drawn from a seed.

Eight members with six values each. The thief is a member too and knows another one well, so two
members' values are known, and so is an old list of policy numbers. The other six's values, and four that
were changed later, are what the thief is after. Values repeat, have a guessable shape (numbers, dates), and run from nothing to 4 kB; the
scans are random bytes, which no one can store in less room than they take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from simlab import draw

MEMBERS, KNOWN_MEMBERS, CHANGED, LISTED = 8, 2, 4, 30
LONGEST = 4096

# known and victim: the stolen table. again: a victim's value sealed a second time, unchanged.
# other key: the same under another key. edge: the shortest values there are.
Role = Literal["known", "victim", "again", "other key", "edge"]

_DIAGNOSES = (b"E11.9 type 2 diabetes", b"F33.1 major depression", b"I10 essential hypertension", b"J45.909 asthma")
_NOTES = (
    b"Caller asked why the claim was denied. ",
    b"Wants letters sent to the second address only. ",
    b"Asked for the amount still open on the deductible. ",
    b"Says the pharmacy was told the plan had ended. ",
)
_REPEATED = b"no known allergy"  # 16 bytes, one block of AES


@dataclass(frozen=True)
class Row:
    """One value, its place, and the key that it is sealed under."""

    place: str
    value: bytes
    key: bytes
    role: Role

    @property
    def is_random(self) -> bool:
        """Whether the value is random bytes, which cannot be made shorter."""
        return self.place.startswith("cards/scan/") and self.role != "edge"


@dataclass(frozen=True)
class World:
    """The keys in play and every row, in the order in which they are sealed."""

    seed: int
    key: bytes
    other: bytes
    thief: bytes  # a key that the thief made up
    rows: tuple[Row, ...]

    @property
    def victims(self) -> tuple[int, ...]:
        """Positions of the rows that the thief is after."""
        return self.having("victim")

    def having(self, *roles: Role) -> tuple[int, ...]:
        """Positions of the rows in these roles."""
        return tuple(i for i, row in enumerate(self.rows) if row.role in roles)


def random_bytes(seed: int, label: str, count: int) -> bytes:
    """`count` bytes that look random and follow from seed and label."""
    words = draw.bits(seed, f"thief {label}", np.arange(count // 8 + 1))
    return words.astype("<u8").tobytes()[:count]


def shuffled(seed: int, label: str, count: int) -> list[int]:
    """The numbers below `count` in an order drawn from the seed."""
    return np.argsort(draw.bits(seed, f"thief {label}", np.arange(count)), kind="stable").tolist()


def build(seed: int) -> World:
    """The world of that seed."""
    key, other, thief = (random_bytes(seed, f"key {n}", 32) for n in range(3))
    table = [row for m in range(MEMBERS) for row in _member(seed, m, key)]
    victims = [row for row in table if row.role == "victim"]
    picked = [victims[i] for i in shuffled(seed, "picked", len(victims))]
    rows = [
        *table,
        *(_changed(seed, n, key) for n in range(CHANGED)),
        *(_listed(seed, n, key) for n in range(LISTED)),
        *(Row(r.place, r.value, key, "again") for r in picked[:4]),
        *(Row(r.place, r.value, other, "other key") for r in picked[4:8]),
        Row("calls/note/M0009998", b"", key, "edge"),
        Row("calls/note/M0009999", b"7", key, "edge"),
    ]
    return World(seed, key, other, thief, tuple(rows[i] for i in shuffled(seed, "order", len(rows))))


def _id(seed: int, member: int) -> str:
    first = draw.one(seed, "thief ids", 0, 9_000)
    return f"M{first + 7 * member + 1:07}"


def _digits(seed: int, label: str, count: int) -> bytes:
    return bytes(48 + b % 10 for b in random_bytes(seed, label, count))


def _ssn(seed: int, label: str) -> bytes:
    d = _digits(seed, f"ssn {label}", 8)  # 9xx was never issued as a Social Security number
    return b"9%b-%b-%b" % (d[:2], d[2:4], d[4:])


def _diagnosis(seed: int, member: int) -> bytes:
    # The first two victims share the known members' diagnoses: what is equal must not show.
    drawn = member % 2 if member < 2 * KNOWN_MEMBERS else draw.one(seed, "thief diagnosis", member, len(_DIAGNOSES))
    return _DIAGNOSES[(draw.one(seed, "thief diagnosis", -1, len(_DIAGNOSES)) + drawn) % len(_DIAGNOSES)]


def _note(seed: int, member: int) -> bytes:
    if member == MEMBERS - 1:
        return _REPEATED * 64
    count = 3 + draw.one(seed, "thief note length", member, 30)
    return b"".join(_NOTES[i] for i in draw.below(seed, f"thief note {member}", np.arange(count), len(_NOTES)))


def _scan(seed: int, member: int) -> bytes:
    # The first scan is the thief's own and the longest: its keystream would cover all the others.
    length = LONGEST if member == 0 else 700 + draw.one(seed, "thief scan length", member, LONGEST - 700)
    return random_bytes(seed, f"scan {member}", length)


def _member(seed: int, m: int, key: bytes) -> list[Row]:
    year, day = 1940 + draw.one(seed, "thief year", m, 70), draw.one(seed, "thief day", m, 28 * 12)
    values = {
        "members/ssn": _ssn(seed, f"{m}"),
        "members/birth_date": b"%d-%02d-%02d" % (year, day // 28 + 1, day % 28 + 1),
        "members/bank_account": _digits(seed, f"account {m}", 12),
        "claims/diagnosis": _diagnosis(seed, m),
        "calls/note": _note(seed, m),
        "cards/scan": _scan(seed, m),
    }
    role: Role = "known" if m < KNOWN_MEMBERS else "victim"
    return [Row(f"{column}/{_id(seed, m)}", value, key, role) for column, value in values.items()]


def _changed(seed: int, n: int, key: bytes) -> Row:
    """A member's new bank account: the same place and key as the old one, another value."""
    place = f"members/bank_account/{_id(seed, KNOWN_MEMBERS + n)}"
    return Row(place, _digits(seed, f"new account {n}", 12), key, "victim")


def _listed(seed: int, n: int, key: bytes) -> Row:
    """A line of the old list: many rows, so that a nonce drawn from few comes twice."""
    place = f"policies/policy_number/{_id(seed, MEMBERS + n)}"
    return Row(place, b"LHP-" + _digits(seed, f"policy {n}", 10), key, "known")
