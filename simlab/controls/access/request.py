"""A request for access: who wants what of whom, for which purpose, and the facts that decide it.

A request is flat: every fact is one field of one of three kinds (a word of a list, a whole number, yes or
no), so that a million requests are a table with these columns. `role`, `action` and `data` are what Cedar
calls principal, action and resource; the other facts are its context.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, get_args

from simlab.errors import InputError, UnknownName
from simlab.insurer.pools import roles

Action = Literal["read", "update", "export", "tell", "send"]
# The plan's own division of the record; the last three are `sensitive`.
Data = Literal[
    "demographic", "contact", "claims", "clinical", "financial", "credential", "part2", "psychotherapy", "genetic",
]  # fmt: skip
# Underwriting is one of the operations of 45 CFR 164.501, and named apart for 164.502(a)(5)(i).
# Proceedings: civil, criminal, administrative or legislative, against the patient (42 CFR Part 2).
Purpose = Literal[
    "none stated", "treatment", "payment", "operations", "underwriting", "marketing", "member request", "required by law",
    "proceedings",
]  # fmt: skip
Relation = Literal["none", "claim", "call", "case", "project"]
Kin = Literal["none", "self", "household", "relative", "neighbor", "co-worker"]
Place = Literal["site", "remote", "unknown"]
Device = Literal["managed", "outdated", "unmanaged"]
Asker = Literal["none", "member", "parent", "representative", "family", "provider", "hhs", "other"]
StateLaw = Literal["silent", "permits", "forbids"]
Wish = Literal["not asked", "agreed", "objected", "best interest"]
Authorization = Literal["none", "valid", "expired", "revoked", "incomplete"]
Restriction = Literal["none", "asked", "agreed"]
Channel = Literal["usual", "alternative"]

SENSITIVE = ("part2", "psychotherapy", "genetic")
OUTSIDE = ("vendor",)  # roles that are not the plan's workforce (45 CFR 160.103)

# What the event table calls them: it knows fewer purposes and data classes.
EVENT_PURPOSE = {
    "underwriting": "operations",
    **dict.fromkeys(("marketing", "required by law", "proceedings"), "none stated"),
}
EVENT_DATA = {"contact": "demographic", "clinical": "sensitive", **dict.fromkeys(SENSITIVE, "sensitive")}


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One request. What is not said takes the value that permits least."""

    actor: str
    member: str
    role: str
    action: Action
    data: Data
    purpose: Purpose = "none stated"
    relation: Relation = "none"  # the work that joins the actor to the member
    has_contract: bool = False  # of a vendor: a contract with it is in force
    kin: Kin = "none"  # what the member is to the actor, beside the work
    place: Place = "unknown"
    device: Device = "unmanaged"
    mfa_minutes: int = 1_000_000  # since the second factor was last used
    records: int = 1
    is_whole_record: bool = False
    is_justified: bool = False  # why the whole record is needed is written down
    asker: Asker = "none"  # who is to be told
    is_verified: bool = False  # the asker's identity and authority
    is_in_scope: bool = False  # it lies in what the representative may decide
    is_minor_private: bool = False  # a minor lawfully consented alone, or the parent assented to privacy
    state_law: StateLaw = "silent"  # on the parent's access
    is_endangered: bool = False  # reasonable belief that the asker abuses or endangers the member
    wish: Wish = "not asked"  # the member's, of telling family
    is_relevant: bool = False  # directly relevant to the family's part in care or payment
    authorization: Authorization = "none"
    has_part2_consent: bool = False
    restriction: Restriction = "none"
    is_confidential: bool = False  # a confidential communication was accepted
    channel: Channel = "usual"
    has_glass: bool = False  # the glass is broken for this actor and member
    is_emergency: bool = False
    is_long_term_care: bool = False  # the policy is one of long-term care
    is_unplaced: bool = False  # it was received for coverage that was never placed
    years_dead: int = -1  # -1 while alive

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Request:
        """A request of facts by name. Raises UnknownName, InputError for one that must be said."""
        for name in facts:
            if name not in FIELDS:
                raise UnknownName("fact of a request", name, FIELDS)
        for name in FIELDS[:5]:
            if name not in facts:
                raise InputError(f"a request must say its {name}")
        return cls(**facts)

    def facts(self) -> dict[str, Any]:
        """The facts by name: a row of a table of requests."""
        return {name: getattr(self, name) for name in FIELDS}

    def with_(self, **facts: Any) -> Request:
        """This request with other facts. Raises UnknownName."""
        return Request.of({**self.facts(), **facts})


FIELDS = tuple(f.name for f in dataclasses.fields(Request))
FACTS = FIELDS[2:]  # what decides: all but the two names
CONTEXT = FIELDS[5:]
WORDS: dict[str, tuple[str, ...]] = {
    "role": (*(r.id for r in roles()), *OUTSIDE),
    "action": get_args(Action),
    "data": get_args(Data),
    "purpose": get_args(Purpose),
    "relation": get_args(Relation),
    "kin": get_args(Kin),
    "place": get_args(Place),
    "device": get_args(Device),
    "asker": get_args(Asker),
    "state_law": get_args(StateLaw),
    "wish": get_args(Wish),
    "authorization": get_args(Authorization),
    "restriction": get_args(Restriction),
    "channel": get_args(Channel),
}
# Whole numbers and the least and most that they may be.
NUMBERS: dict[str, tuple[int, int]] = {
    "mfa_minutes": (0, 1_000_000), "records": (0, 1_000_000_000), "years_dead": (-1, 1_000),
}  # fmt: skip
SWITCHES = tuple(name for name in FACTS if name.startswith(("is_", "has_")))
_KNOWN = {name: frozenset(words) for name, words in WORDS.items()}


def strange(request: Request) -> str:
    """The first fact of a request whose value nobody knows, "" when all are known.

    A value of the wrong kind is as unknown as a word that is not in its list.
    """
    for name, known in _KNOWN.items():
        value = getattr(request, name)
        if type(value) is not str or value not in known:
            return name
    for name, (low, high) in NUMBERS.items():
        value = getattr(request, name)
        if type(value) is not int or not low <= value <= high:
            return name
    for name in SWITCHES:
        if type(getattr(request, name)) is not bool:
            return name
    return ""


def entities() -> list[dict[str, Any]]:
    """What Cedar must know beside a request: who belongs to which group, which data are sensitive."""

    def entity(kind: str, name: str, *parents: tuple[str, str]) -> dict[str, Any]:
        above = [{"type": k, "id": n} for k, n in parents]
        return {"uid": {"type": kind, "id": name}, "attrs": {}, "parents": above}

    return [
        *(entity("Role", r, ("Group", "outside" if r in OUTSIDE else "workforce")) for r in WORDS["role"]),
        *(entity("Data", d, ("Data", "sensitive" if d in SENSITIVE else "plain")) for d in WORDS["data"]),
    ]
