"""When a vendor goes: the steps in their order, and what is still open afterwards.

That a contract has ended closes nothing. `offboard` says what to do by when, `left_behind` what is open
at a moment: accounts (and which of them still log in, by the log), keys, ways in, badges, and data
without a certificate.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from simlab import clock
from simlab.controls.vendors import words
from simlab.controls.vendors.contract import Contract
from simlab.controls.vendors.words import Basis
from simlab.errors import InputError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

ZONE = "America/Chicago"


@dataclasses.dataclass(frozen=True)
class Step:
    """One step: what of (`kind:target`), what to do, by when, and the source."""

    id: str
    kind: str
    target: str
    text: str
    due: dt.date
    basis: Basis
    cite: str


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Proof that data are gone: which (`Held.id`), who says so, on which day, and how."""

    data: str
    by: str
    on: dt.date
    how: str


@dataclasses.dataclass(frozen=True)
class Left:
    """Something that is still open after the end."""

    id: str
    kind: str
    target: str
    why: str
    cite: str


def offboard(of: Contract, at: dt.date | None = None) -> tuple[Step, ...]:
    """The steps with which a vendor goes, in their order. `at`: its last day (None: the contract's own).

    Raises InputError for a day before the contract began.
    """
    last = at or of.last_day
    if last < of.start:
        raise InputError(f"{of.id}: {last} lies before its start, {of.start}: nothing has begun that could end")
    found = [
        Step(f"{k.kind}:{target}", k.kind, target, k.text.format(what=what), last + dt.timedelta(days=k.days), k.basis, k.cite)
        for k in words.step_kinds()
        for target, what in _targets(of, k.kind)
    ]  # fmt: skip
    return tuple(found)


def _targets(of: Contract, kind: str) -> list[tuple[str, str]]:
    """What a kind of step is done to: ids, and what they are called."""
    each: dict[str, list[tuple[str, str]]] = {
        "service": [(of.vendor, of.service.does)] if of.service.members_need_it else [],
        "flow": [(f, f) for f in of.flows],
        "account": [(a.id, f"{a.id} ({a.kind}, {a.system})") for a in of.accounts],
        "key": [(k.id, k.what) for k in of.keys],
        "rule": [(r, r) for r in of.rules],
        "badge": [(b.id, b.person) for b in of.badges],
        "data": [(d.id, f"{d.what}, {d.where}") for d in of.data],
        "proof": [(of.id, of.id)],
        "log": [(of.vendor, of.name)],
    }
    return each[kind]


def left_behind(
    of: Contract,
    done: Mapping[str, dt.date],
    at: dt.date,
    *,
    certificates: Iterable[Certificate] = (),
    log: pd.DataFrame | None = None,
) -> tuple[Left, ...]:
    """What is still open at the end of a day. `done`: the day on which each step was taken, by its id.

    Before the contract is over nothing is left behind. Raises UnknownName for a step or data that are not
    this vendor's.
    """
    steps = {s.id: s for s in offboard(of)}
    for name in done:
        if name not in steps:
            raise UnknownName(f"step of {of.id}", name, steps)
    proofs = list(certificates)
    for one in proofs:
        if one.data not in {d.id for d in of.data}:
            raise UnknownName(f"data of {of.id}", one.data, (d.id for d in of.data))
    if at <= of.last_day:
        return ()
    taken = {name for name, day in done.items() if day <= at}
    open_ = [s for s in steps.values() if s.id not in taken and s.kind in ("flow", "account", "key", "rule", "badge")]
    seen = _logons(log, of, at)
    ways = [Left(s.id, s.kind, s.target, _why(s, seen), s.cite) for s in open_]
    return (*ways, *_closed_and_used(of, taken, seen, steps), *_data(of, taken, proofs, at))


def _why(step: Step, seen: Mapping[str, int]) -> str:
    if count := seen.get(step.target):
        return f"still open, and it logged in {count} times after the last day"
    return "still open"


def _closed_and_used(
    of: Contract, taken: set[str], seen: Mapping[str, int], steps: Mapping[str, Step]
) -> Iterator[Left]:
    """An account that was marked as closed and logs in all the same."""
    for account in of.accounts:
        name = f"account:{account.id}"
        if name in taken and (count := seen.get(account.id)):
            yield Left(
                name, "account", account.id, f"marked as closed, and it logged in {count} times", steps[name].cite
            )


def _data(of: Contract, taken: set[str], proofs: list[Certificate], at: dt.date) -> Iterator[Left]:
    cite = "45 CFR 164.504(e)(2)(ii)(J)"
    proven = {p.data for p in proofs if p.on <= at and p.by.strip() and p.how.strip()}
    for held in of.data:
        if held.infeasible:
            yield Left(
                f"data:{held.id}",
                "kept",
                held.id,
                f"stays, as {held.infeasible}: the contract's protection goes on",
                cite,
            )
        elif held.id not in proven:
            said = (
                "said to be gone, and there is no certificate"
                if f"data:{held.id}" in taken
                else f"no certificate; it was last at: {held.where}"
            )
            yield Left(f"data:{held.id}", "data", held.id, said, cite)


def _logons(log: pd.DataFrame | None, of: Contract, at: dt.date) -> dict[str, int]:
    """Successful log-ins of the vendor's accounts after its last day, up to the end of `at`."""
    if log is None:
        return {}
    begin, end = (_midnight(day + dt.timedelta(days=1)) for day in (of.last_day, at))
    fits = (
        (log["activity_name"] == "Logon") & (log["status"] == "Success") & (log["time"] >= begin) & (log["time"] < end)
    )
    ours = log[fits & log["actor"].astype(str).isin([a.id for a in of.accounts])]
    return {str(k): int(v) for k, v in ours["actor"].astype(str).value_counts().items()}


def _midnight(day: dt.date) -> int:
    return clock.micros(dt.datetime.combine(day, dt.time(), clock.zone(ZONE)))
