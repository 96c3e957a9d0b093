"""The company's own records as a register: who acts for whom, and who asked to be reached elsewhere."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from simlab.clock import zone
from simlab.controls.consent.records import HOME, Record, record
from simlab.controls.consent.registry import Registry, names_of
from simlab.errors import DeniedError
from simlab.events import Recorder, silent
from simlab.insurer import Insurer

_RELATION = {
    "parent": "parent",
    "guardian": "guardian",
    "executor": "executor",
    "power of attorney": "health care agent",
}
ADULT = 18


def registry_of(
    insurer: Insurer, *, more: Iterable[tuple[dt.datetime, Record]] = (), log: Recorder = silent
) -> Registry:
    """The register that an insurer's tables `representatives` and `confidential_requests` fill, oldest first.

    `more` are records that came in besides, each with its time; what the register does not take of them
    stands in it as refused. A minor's own care (table `own_care`) is care by care: a request says so by the fact `minors_own_care`.
    """
    members = insurer.members.set_index("member_id", drop=False)
    registry = Registry(names_of(members), log=log)
    found = [*_representatives(insurer, members), *_confidential(insurer, members)]
    opening = [(dt.datetime.combine(day, dt.time(), zone(HOME)), one, "opening balance") for day, one in found]
    came = [(at, one, "the desk") for at, one in more]
    for at, one, by in sorted([*opening, *came], key=lambda entry: (entry[0], entry[1].id)):
        with contextlib.suppress(*(() if by == "opening balance" else (DeniedError,))):
            registry.enter(one, at=at, by=by)
    return registry


def _representatives(insurer: Insurer, members: pd.DataFrame) -> Iterator[tuple[dt.date, Record]]:
    table = insurer.table("representatives")
    people = members.loc[table["member_id"]]
    # Two parents of the same name are one entry: nothing on file tells them apart.
    again = table.duplicated(["member_id", "name", "kind", "from", "is_honored"])
    for i, (row, born, minor, twin) in enumerate(
        zip(table.to_dict("records"), people["birth_date"], people["is_minor"], again, strict=True)
    ):
        if twin:
            continue
        kind, day = str(row["kind"]), _day(row["from"])
        values: dict[str, Any] = {
            "kind": "representative",
            "id": f"REP{i:07d}",
            "member": str(row["member_id"]),
            "name": str(row["name"]),
            "relation": _RELATION[kind],
            "scope": ("health care", "payment"),
            "starts": day,
            "member_is": "deceased" if kind == "executor" else "minor" if minor else "adult",
            "is_danger_believed": not row["is_honored"],
        }
        if kind == "parent":
            values["ends"] = _day(born + pd.DateOffset(years=ADULT)) - dt.timedelta(days=1)
        yield day, record(**values)


def _confidential(insurer: Insurer, members: pd.DataFrame) -> Iterator[tuple[dt.date, Record]]:
    table = insurer.table("confidential_requests")
    where = members.loc[table["member_id"], "confidential_address"]
    for i, (row, address) in enumerate(zip(table.to_dict("records"), where, strict=True)):
        day = _day(row["asked"])
        yield (
            day,
            record(
                kind="confidential",
                id=f"CONF{i:06d}",
                member=str(row["member_id"]),
                asked=day,
                address=str(address) or str(row["asks_for"]),
                is_danger_stated=bool(row["states_danger"]),
                is_granted=bool(row["is_granted"]),
            ),
        )


def _day(value: Any) -> dt.date:
    return pd.Timestamp(value).date()
