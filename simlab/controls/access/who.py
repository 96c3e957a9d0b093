"""Who could do something with a member's record, and on what condition: the question of an access review."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from simlab.controls.access import twin
from simlab.controls.access.policies import Policies
from simlab.controls.access.request import FIELDS, OUTSIDE, WORDS, Request
from simlab.errors import InputError, UnknownName

# The most that somebody honest can bring along: whatever is refused now is refused to the person.
_BEST: dict[str, Any] = {
    "place": "site", "device": "managed", "mfa_minutes": 0, "asker": "member", "is_verified": True,
    "channel": "alternative",
}  # fmt: skip
COLUMNS = ("staff_id", "role", "data", "purpose", "relation", "policy")


def who_can(
    member: str,
    action: str,
    *,
    staff: pd.DataFrame,
    kin: pd.DataFrame | None = None,
    work: pd.DataFrame | None = None,
    policies: Policies | None = None,
    data: Iterable[str] = WORDS["data"],
    facts: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Everybody active who could do it: one row a person, data class, purpose and work relation (COLUMNS).

    `staff` is the insurer's table; `kin` (staff_id, member_id, relation: self, household, relative, neighbor)
    says whom the staff know; `work` (staff_id, member_id, relation: claim, call, case, project) what they work
    on. Without `work` each relation is tried, and the row names the one that it takes. `facts` are the
    member's and the moment's, such as `restriction` or `authorization`. Raises UnknownName, InputError.
    """
    if action not in WORDS["action"]:
        raise UnknownName("action", action, WORDS["action"])
    for name in {*(facts or {})} - set(FIELDS):
        raise UnknownName("fact of a request", name, FIELDS)
    people = _people(member, staff, kin)
    fits = _fits(member, action, people, tuple(data), {**_BEST, **(facts or {})}, policies)
    found = people.merge(fits, on=["role", "kin"])
    if work is not None:
        real = work.loc[work["member_id"] == member, ["staff_id", "relation"]].astype("str").drop_duplicates()
        found = found.merge(real, on=["staff_id", "relation"])
    return found[list(COLUMNS)].sort_values(list(COLUMNS), ignore_index=True)


def _people(member: str, staff: pd.DataFrame, kin: pd.DataFrame | None) -> pd.DataFrame:
    """Active staff, each with what the member is to them."""
    lacking = {"staff_id", "role", "member_id", "is_active"} - set(staff.columns)
    if lacking:
        raise InputError(f"the staff table lacks {', '.join(sorted(lacking))}")
    people = staff.loc[staff["is_active"], ["staff_id", "role", "member_id"]].astype("str")
    known = {} if kin is None else dict(_known(kin, member))
    works_here = member != "" and (staff["member_id"].astype("str") == member).any()
    people["kin"] = [
        "self" if own == member else known.get(one, "co-worker" if works_here else "none")
        for one, own in zip(people["staff_id"], people["member_id"], strict=True)
    ]
    return people.drop(columns="member_id")


def _known(kin: pd.DataFrame, member: str) -> Iterable[tuple[str, str]]:
    of = kin[kin["member_id"] == member].astype("str")
    return zip(of["staff_id"], of["relation"], strict=True)


def _fits(
    member: str,
    action: str,
    people: pd.DataFrame,
    data: tuple[str, ...],
    facts: dict[str, Any],
    policies: Policies | None,
) -> pd.DataFrame:
    """What is allowed to each role and kin among these people."""
    pairs = people[["role", "kin"]].drop_duplicates().itertuples(index=False)
    base = Request("", member, OUTSIDE[0], "read", "demographic").facts() | facts | {"action": action}
    rows = [
        base | {"role": role, "kin": kin, "data": of, "purpose": purpose, "relation": relation}
        for (role, kin), of, purpose, relation in itertools.product(pairs, data, WORDS["purpose"], WORDS["relation"])
    ]
    table = pd.DataFrame(rows, columns=list(FIELDS))
    decided = twin.decide(table, policies)
    table["policy"] = decided["policy"].astype("str")
    return table.loc[decided["is_allowed"], ["role", "kin", "data", "purpose", "relation", "policy"]]
