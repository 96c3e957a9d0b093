"""What the company's own tables say about who asks: facts for a request. What they do not say stays unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from simlab.controls.sharing.rules import data_classes
from simlab.errors import UnknownName

Facts = dict[str, bool | int | str]


def contract_facts(contracts: pd.DataFrame, vendor: str, purpose: str, data: Iterable[str], on: dt.date) -> Facts:
    """Of a vendor (`to` or `to_name`): whether a contract is in force on a day, and allows this purpose and data.

    Whether the contract has all its terms is not in the table, so `contract_complete` is not among the facts.
    """
    mine = contracts[(contracts["to"] == vendor) | (contracts["to_name"] == vendor)]
    day = pd.Timestamp(on)
    open_ = mine[(mine["start"] <= day) & (day <= mine["end"])]
    wanted = {data_classes()[d].event for d in data} - {"none"}
    fits = [
        purpose in _listed(p) and wanted <= _listed(a) for p, a in zip(open_["purposes"], open_["allows"], strict=True)
    ]
    return {"contract_in_force": bool(len(open_)), "contract_allows_purpose": any(fits)}


def sponsor_facts(groups: pd.DataFrame, group_id: str) -> Facts:
    """Of an employer: whether it has certified that its plan documents are amended: 45 CFR 164.504(f)(2)(ii).

    Raises UnknownName. That a wall and terms on security are in those documents is for a person to read.
    """
    found = groups[groups["group_id"] == group_id]
    if found.empty:
        raise UnknownName("employer group", group_id, groups["group_id"].astype(str))
    certified = bool(found["is_certified"].iloc[0])
    return {"certified": certified, "documents_amended": certified}


def _listed(text: object) -> set[str]:
    return set(str(text).split("|"))


def states_of(members: pd.DataFrame) -> dict[str, str]:
    """In which State each member lives, by id: what a gateway asks State rules by."""
    return dict(zip(members["member_id"].astype(str), members["state"].astype(str), strict=True))
