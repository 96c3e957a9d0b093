"""Vendors of a small company on one day, for `doors`: contracts, accounts and rules of the firewall, drawn from a seed.

Four vendors are gone: one whose contract ended, one that ended early, one that ended years ago, and one that
never had a contract. Five work on, and each looks like one that is gone: a renewed contract, a name that begins the same,
a last day that is today, an early end that has not come, and one account that two vendors use. As many of each for everybody.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

from simlab import draw
from simlab.controls.network import Gateway, Rule

DAY = dt.date(2026, 10, 31)
NAMES = ("Alderpoint", "Birchwater", "Cottonmill", "Driftwood", "Elmgrove", "Fernhollow", "Goldfinch", "Hazelford")
WORK = ("Mailing", "Records", "Imaging", "Outreach", "Reviews", "Data Entry")
GONE = ("ended", "early", "long ago", "never")
GOES_ON = ("renewed", "look-alike", "last day", "not yet early", "shared")
SYSTEMS = ("vendor-portal", "file-exchange")


@dataclass(frozen=True)
class Vendor:
    id: str
    name: str
    sort: str

    @property
    def is_gone(self) -> bool:
        return self.sort in GONE


@dataclass(frozen=True)
class Case:
    """What the learner's function is given, and what is true of it."""

    vendors: tuple[Vendor, ...]
    contracts: tuple[dict[str, str], ...]
    accounts: tuple[dict[str, str], ...]
    rules: tuple[dict[str, str], ...]
    day: dt.date = DAY

    def arguments(self) -> tuple[list[dict[str, str]], list[dict[str, str]], list[dict[str, str]], str]:
        return (
            [dict(c) for c in self.contracts],
            [dict(a) for a in self.accounts],
            [dict(r) for r in self.rules],
            self.day.isoformat(),
        )

    def of(self, sort: str) -> Vendor:
        return next(v for v in self.vendors if v.sort == sort)


@functools.lru_cache(maxsize=12)
def build(seed: int) -> Case:
    """The vendors of a seed."""
    vendors = _vendors(seed)
    by_sort = {v.sort: v for v in vendors}
    contracts = [row for v in vendors for row in _contracts(seed, v)]
    accounts = [row for v in vendors for row in _accounts(v, by_sort)]
    rules = [_rule(v, "in", "allow", SYSTEMS[1]) for v in vendors if v.sort != "shared"]
    # A deny that belongs to a vendor who is gone: it holds back an old, wide rule behind it.
    guard = _rule(by_sort["ended"], "guard", "deny", "data-warehouse")
    wide = {"id": "old-warehouse", "vendor": "", "from": "any", "to": "data-warehouse", "action": "allow"}
    return Case(
        vendors,
        _mixed(seed, "contracts", contracts),
        _mixed(seed, "accounts", accounts),
        (*_mixed(seed, "rules", rules), guard, wide),
    )


def _vendors(seed: int) -> tuple[Vendor, ...]:
    names = sorted(NAMES, key=lambda n: int(draw.bits(seed, f"doors/name/{n}", 0)))
    work = sorted(WORK, key=lambda w: int(draw.bits(seed, f"doors/work/{w}", 0)))
    sorts = [s for s in (*GONE, *GOES_ON) if s != "look-alike"]
    named = {sort: f"{names[i]} {work[i % len(work)]}" for i, sort in enumerate(sorts)}
    named["look-alike"] = f"{names[0]} Claims Exchange"
    numbers = sorted(range(10, 99), key=lambda n: int(draw.bits(seed, "doors/number", n)))
    return tuple(Vendor(f"V{numbers[i]}", named[sort], sort) for i, sort in enumerate((*GONE, *GOES_ON)))


def _contracts(seed: int, of: Vendor) -> list[dict[str, str]]:
    """The rows of a vendor. `terminated` is the day on which it ended before `end`, "" where it did not."""
    back = 20 + draw.one(seed, "doors/back", of.id, 200)
    past = (DAY - dt.timedelta(days=back)).isoformat()
    rows = {
        "ended": [("2022-03-01", past, "")],
        "early": [("2023-01-01", "2027-12-31", past)],
        "long ago": [("2016-01-01", "2019-06-30", "")],
        "never": [],
        "renewed": [("2021-01-01", past, ""), ((DAY - dt.timedelta(days=back - 1)).isoformat(), "2028-12-31", "")],
        "look-alike": [("2024-01-01", "2028-06-30", "")],
        "last day": [("2020-11-01", DAY.isoformat(), "")],
        "not yet early": [("2023-05-01", "2028-04-30", "2026-12-31")],
        "shared": [("2025-02-01", "2029-01-31", "")],
    }
    return [{"vendor": of.id, "name": of.name, "start": a, "end": b, "terminated": c} for a, b, c in rows[of.sort]]


def _accounts(of: Vendor, by_sort: dict[str, Vendor]) -> list[dict[str, str]]:
    """A vendor's accounts. `vendors` are who uses it; `owner` who at Larkspur answers for it."""
    prefix = of.name.split()[0].lower()
    tail = {"look-alike": "-claims"}.get(of.sort, "")
    if of.sort == "shared":
        users = f"{by_sort['ended'].id}|{of.id}"
        return [_account(f"{prefix}-both", "service", users, "it_admin 3", SYSTEMS[1])]
    kinds = (
        ("named", "-lead", "", SYSTEMS[0]),
        ("shared", "-desk", "", SYSTEMS[0]),
        ("service", "-files", "it_admin 1", SYSTEMS[1]),
    )
    return [_account(f"{prefix}{tail}{end}", kind, of.id, owner, system) for kind, end, owner, system in kinds]


def _account(ident: str, kind: str, vendors: str, owner: str, system: str) -> dict[str, str]:
    return {"id": ident, "kind": kind, "vendors": vendors, "owner": owner, "system": system}


def _rule(of: Vendor, what: str, action: str, to: str) -> dict[str, str]:
    return {"id": f"{of.id.lower()}-{what}", "vendor": of.id, "from": of.id, "to": to, "action": action}


def _mixed(seed: int, label: str, rows: list[dict[str, str]]) -> tuple[dict[str, str], ...]:
    return tuple(row for _, row in sorted(enumerate(rows), key=lambda p: int(draw.bits(seed, f"doors/{label}", p[0]))))


def gateway_of(case: Case, closed: frozenset[str]) -> Gateway:
    """The firewall of the case, with rules closed."""
    made = [
        Rule.model_validate({
            "id": row["id"], "from": row["from"], "to": row["to"], "service": "sftp", "action": row["action"],
            "since": dt.date(2016, 1, 1), "because": "as drawn", "owner": "it_admin 3", "vendor": row["vendor"],
            "is_on": row["id"] not in closed,
        })
        for row in case.rules
    ]  # fmt: skip
    return Gateway(id="edge", name="edge", rules=tuple(made))


def old_accounts(case: Case) -> dict[str, Vendor]:
    by_id = {v.id: v for v in case.vendors}
    return {
        a["id"]: by_id[a["vendors"]] for a in case.accounts if a["vendors"] in by_id and by_id[a["vendors"]].is_gone
    }


def served_by(case: Case) -> dict[str, list[str]]:
    """Each service that goes on, by its vendor's sort: the accounts that it needs."""
    by_id = {v.id: v for v in case.vendors}
    found: dict[str, list[str]] = {s: [] for s in GOES_ON}
    for a in case.accounts:
        for ident in a["vendors"].split("|"):
            if not by_id[ident].is_gone:
                found[by_id[ident].sort].append(a["id"])
    return found
