"""What follows from a scope: the facts of the incident for `assess` and `duties`, and the evidence that is kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from simlab import clock
from simlab.response.facts import ZONE, Facts
from simlab.response.incident import Licensed, licenses
from simlab.response.ledger import Evidence, Ledger, Line, digest
from simlab.response.recipients import Company, counts
from simlab.response.scope import Scope

if TYPE_CHECKING:
    from simlab.controls.inforce import Controls

_PHI = ("demographic", "claims", "sensitive", "financial")
# These hold files and letters that were made for others to read: sealed columns do not reach them.
_NO_COLUMNS = ("file-exchange", "mail")


class Licensee(Company, Licensed, Protocol):
    """An insurer's tables, and where it is licensed."""


def facts_of(
    scope: Scope, insurer: Licensee, *, controls: Controls | None = None, zone: str = ZONE, **known: Any
) -> Facts:
    """The scope as facts: dates of the place, people by State, sealed or not, where the insurer is licensed. Raises InputError.

    `controls`: what was in force. `known` is what the log cannot say, such as permitted_use, and comes before what
    it says. Members of whom only sealed copies were taken are not counted beside others whose records lie open.
    """
    shut = _shut(scope, controls)
    rows = scope.reached[~shut] if not shut.all() else scope.reached
    people = {m for m in rows["member"] if m}
    discovered = clock.local_date(clock.instant(scope.told), zone) if scope.told is not None else None
    said: dict[str, Any] = {
        "zone": zone,
        "occurred": clock.local_date(clock.instant(scope.first), zone),
        "discovered": discovered,
        "discovered_by": "workforce",
        "is_phi": bool(scope.reached["data_class"].isin(_PHI).any()) or None,
        "counts": counts(insurer, people) if people else None,
    }
    return Facts.of(**{**licenses(insurer), **said, **_secured(scope, rows, controls), **known})


def _at_rest(scope: Scope, controls: Controls | None) -> tuple[pd.Series, pd.Series]:
    """For each event of `scope.reached`: whether what it took is sealed where it lies, and whether it was taken as it lies.

    A file is taken as it lies. Through an application, whoever is logged in reads in clear what is sealed at rest.
    """
    told = scope.sealed_with != ""
    kept = bool(controls and controls.sealed_fields) & ~scope.reached["system"].isin(_NO_COLUMNS)
    return told | kept, told | (scope.reached["class_name"] == "File Activity")


def _with_key(scope: Scope, controls: Controls | None) -> pd.Series:
    """For each event of `scope.reached`: whether what opens it went too, by the log, or as it lay beside it."""
    by_log = (scope.sealed_with != "") & ~scope.shut
    beside = bool(controls and not controls.keys_apart) & (scope.sealed_with == "")
    return by_log | beside


def _shut(scope: Scope, controls: Controls | None) -> pd.Series:
    sealed, as_it_lies = _at_rest(scope, controls)
    return sealed & as_it_lies & ~_with_key(scope, controls)


def _secured(scope: Scope, rows: pd.DataFrame, controls: Controls | None) -> dict[str, bool]:
    """Was it sealed, did the key go too, was it open in clear: nothing where neither controls nor log tell."""
    sealed, as_it_lies = (part[rows.index] for part in _at_rest(scope, controls))
    if rows.empty or (controls is None and not sealed.any()):
        return {}
    lost = sealed & as_it_lies & _with_key(scope, controls)[rows.index]
    return {
        "secured": bool(sealed.all()),
        "key_compromised": bool(lost.any()),
        "in_use": bool((~as_it_lies).any()),
    }


def keep(
    scope: Scope, folder: Path, ledger: Ledger, *, breach: str, evidence: str, at: dt.datetime, by: str, source: str
) -> Line:
    """The log's rows of a scope as `events.csv` in a new folder, and the line of the ledger that holds their digest.

    Raises InputError where the folder is there already, UnknownName for a breach that the ledger does not hold.
    """
    from simlab.draft import drafted  # brings DuckDB, which those who only assess need not wait for

    with drafted(folder, rule="evidence is never written over") as draft:
        path = draft / "events.csv"
        path.write_text(scope.events.to_csv(index=False), encoding="utf-8", newline="\n")
        taken = Evidence(
            id=evidence,
            breach=breach,
            what=f"{len(scope.events)} events of the log",
            sha256=digest(path),
            source=source,
        )
        return ledger.add(taken, at=at, by=by)
