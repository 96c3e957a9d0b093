"""What `scope` is asked about: the log of three days, an alert of a shipped rule, and what is true of it.

The truth is the incident's own (`activity.place`), never worked out from the log.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simlab import events
from simlab.activity import place
from simlab.exercise.worlds._scope_days import OPENED, PORTAL, REFUSED, SEALED, SESSION, Days

RULE = "vendor-address"
TOLD = (PORTAL, SESSION, OPENED)
ACCOUNT, ADDRESS, OTHERS = "same account", "same address", "others"
LEFT = (SEALED, REFUSED, ACCOUNT, ADDRESS, OTHERS)


@dataclass(frozen=True, eq=False)
class Case:
    """What the learner's function is given, and what is true: members by sort, and the other answers."""

    log: pd.DataFrame
    alert: dict[str, Any]
    members: dict[str, frozenset[str]]
    others: dict[str, Any]

    def arguments(self) -> tuple[pd.DataFrame, dict[str, Any]]:
        return self.log.copy(), dict(self.alert)

    @property
    def told(self) -> frozenset[str]:
        return frozenset(m for sort in TOLD for m in self.members[sort])

    @property
    def everybody(self) -> frozenset[str]:
        return frozenset(m for of in self.members.values() for m in of)


@functools.lru_cache(maxsize=12)
def build(seed: int) -> Case:
    """The case of a seed."""
    days = Days(seed)
    log, truth = place(days.log, days.steps)
    log = log.astype({name: "str" for name in events.COLUMNS if name not in events.NUMBERS})
    theirs = log.iloc[truth["event"]].assign(step=truth["step"].to_numpy())
    alert = _alert(log, set(theirs.index[theirs["step"] == PORTAL]))
    members = _members(theirs, log.drop(index=theirs.index), days.address)
    classes = theirs.loc[theirs["step"].isin(TOLD) & (theirs["member"] != ""), "data_class"]
    others = {"since": int(theirs["time"].min()), "accounts": frozenset(theirs["actor"])}
    return Case(log, alert, members, others | {"classes": frozenset(classes), "sealed": members[SEALED]})


def _members(theirs: pd.DataFrame, honest: pd.DataFrame, address: str) -> dict[str, frozenset[str]]:
    """Whom each step reached for, and who else is in the log, by what a hasty look would take them for."""
    by_step = theirs[theirs["member"] != ""].groupby("step")["member"]
    honest = honest[honest["member"] != ""]
    is_account, is_address = honest["actor"].isin(theirs["actor"]), honest["src_ip"] == address
    work = {ACCOUNT: is_account, ADDRESS: is_address, OTHERS: ~is_account & ~is_address}
    return {str(step): frozenset(of) for step, of in by_step} | {
        sort: frozenset(honest.loc[which, "member"]) for sort, which in work.items()
    }


def _alert(log: pd.DataFrame, about: set[int]) -> dict[str, Any]:
    """The alert that the shipped rule gives about these events, as plain data."""
    from simlab.detection import detect  # Sigma and DuckDB are slow to load

    (alert,) = (a for a in detect(log, [RULE]).to_dict("records") if about & set(a["events"]))
    return {str(name): list(value) if name == "events" else value for name, value in alert.items()}
