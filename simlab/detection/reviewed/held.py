"""Rights: held beyond the role, used without a record, never used, two that should be apart."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from simlab import clock
from simlab.detection.directory import Toxic, needs, rights, toxic
from simlab.detection.reviewed.shape import SHOWN, Finding, Look, named, seen, span, using
from simlab.duck import quoted

ENOUGH = 15  # days with work of an account, before what it has not used says anything
_Use = dict[str, dict[str, tuple[int, int, int]]]


def use(look: Look) -> _Use:
    """For each account, each right that it has used: first, last, how many times. One look at the log."""
    known = {name: right for name, right in rights().items() if right.activities}
    parts = [
        f"{what} FILTER (WHERE {using(r)})" for r in known.values() for what in ("min(time)", "max(time)", "count(*)")
    ]
    query = f"""
        SELECT actor::VARCHAR, {", ".join(parts)} FROM {{rows}}
        WHERE status = 'Success' AND role <> 'member' GROUP BY actor
    """  # noqa: S608 - made of our own words
    out: _Use = {}
    for who, *found in look.rows(query):
        triples = zip(known, found[::3], found[1::3], found[2::3], strict=True)
        out[who] = {name: (first, last, many) for name, first, last, many in triples if many}
    return out


def events_of(look: Look, who: str, right: str) -> list[int]:
    """The first events in which an account used a right."""
    query = f"""
        SELECT min(event, 50) FROM {{rows}}
        WHERE actor::VARCHAR = {{who}} AND status = 'Success' AND {using(rights()[right])}
    """  # noqa: S608 - made of our own words
    (found,) = look.rows(query, who=quoted(who))[0]
    return [int(event) for event in found or []]


def beyond(look: Look, used: _Use) -> Iterator[Finding]:
    """Rights that are held and not needed, and rights that are used and not held."""
    before = _earlier(look)
    for row in _persons(look).itertuples(index=False):
        who, held = str(row.account_id), set(str(row.rights).split("|")) - {""}
        need = needs(str(row.role))
        extra = held - need - before.get(who, frozenset())
        for right in sorted(extra):
            yield _extra(look, who, str(row.role), right, used.get(who, {}).get(right))
        for right in sorted(set(used.get(who, {})) - held - need - before.get(who, frozenset())):
            yield _unrecorded(look, who, str(row.role), right, used[who][right])


def _persons(look: Look) -> pd.DataFrame:
    accounts = look.accounts
    return accounts[accounts["kind"].isin(["person", "vendor"]) & accounts["is_open"]]


def _earlier(look: Look) -> dict[str, frozenset[str]]:
    """What those who changed their role needed before: that is another finding, and no surprise in the log."""
    out: dict[str, frozenset[str]] = {}
    changes = look.books["staff_changes"]
    moved = changes[changes["kind"].astype(str) == "transferred"]
    for who, role in zip(moved["staff_id"].astype(str), moved["from_role"].astype(str), strict=True):
        out[who] = out.get(who, frozenset()) | needs(role)
    return out


def _extra(look: Look, who: str, role: str, right: str, used: tuple[int, int, int] | None) -> Finding:
    says = f"{who} ({role}) may {named([right])}, which the role's work does not need"
    record = (f"accounts: {who} holds {right}",)
    if used is None:
        return Finding("beyond-role", who, f"{says}; it was not used.", (), 0, record)
    first, last, many = used
    found = seen(events_of(look, who, right))
    return Finding(
        "beyond-role", who, f"{says}; it was used {many:,} times, {span(first, last)}.", found, many, record, "high"
    )


def _unrecorded(look: Look, who: str, role: str, right: str, used: tuple[int, int, int]) -> Finding:
    first, last, many = used
    says = f"{who} ({role}) did {many:,} times what no record lets them: {named([right])}, {span(first, last)}."
    return Finding("unrecorded-right", who, says, seen(events_of(look, who, right)), many, (f"accounts: {who}",))


def idle(look: Look, used: _Use, enough: int = ENOUGH) -> Iterator[Finding]:
    """Rights that somebody never used though they worked and colleagues did; systems that a whole role never uses."""
    worked = {who: days for who, days in look.rows(_WORKED) if days >= enough}
    persons = _persons(look)
    persons = persons[persons["account_id"].isin(worked) & (persons["kind"] == "person")]
    before = _earlier(look)
    for role, part in persons.groupby("role", sort=True):
        common = {right for who in part["account_id"] for right in used.get(who, {})}
        yield from _systems(look, str(role), list(part["account_id"]))
        for row in part.itertuples(index=False):
            who = str(row.account_id)
            # Whoever is new in a role has had no time to use it all.
            if who in before:
                continue
            held = set(str(row.rights).split("|")) & needs(str(role)) & common
            for right in sorted(held - set(used.get(who, {}))):
                says = f"{who} ({role}) worked on {worked[who]} days and not once did: {named([right])}."
                yield Finding("never-used", who, says, records=(f"accounts: {who} holds {right}",))


_WORKED = f"""
    SELECT actor::VARCHAR, count(DISTINCT time // {clock.DAY}) FROM {{rows}}
    WHERE class_name = 'Datastore Activity' OR class_name = 'Account Change' GROUP BY ALL
"""  # noqa: S608


def _systems(look: Look, role: str, people: list[str]) -> Iterator[Finding]:
    """Systems on a role's list in which nobody of the role has left a trace."""
    listed = look.books["roles"].set_index("role")["systems"]
    if role not in listed.index:
        return
    who = pd.DataFrame({"who": pd.Series(people, dtype="object")})
    query = (
        "SELECT DISTINCT system::VARCHAR FROM {rows} SEMI JOIN people ON actor::VARCHAR = who WHERE status = 'Success'"
    )
    traced = {system for (system,) in look.beside(query, {"people": who})}
    for system in sorted(set(str(listed[role]).split("|")) - traced):
        says = f"{role}: the role's list has {system}, and none of its {len(people)} people used it in this time."
        yield Finding("over-broad-role", role, says, records=(f"roles: {role} needs {system}",))


def pairs(look: Look, used: _Use) -> Iterator[Finding]:
    """Accounts that hold two rights which should be apart, or used both."""
    for row in _persons(look).itertuples(index=False):
        who, mine = str(row.account_id), used.get(str(row.account_id), {})
        held = set(str(row.rights).split("|"))
        for pair in toxic():
            both = {pair.first, pair.second}
            if both <= held or both <= set(mine):
                yield _pair(look, who, pair, sorted(both & held), mine)


def _pair(look: Look, who: str, pair: Toxic, held: list[str], mine: dict[str, tuple[int, int, int]]) -> Finding:
    used = sorted({pair.first, pair.second} & set(mine))
    found = [event for right in used for event in events_of(look, who, right)[: SHOWN // 2]] if len(used) == 2 else []
    many = sum(mine[right][2] for right in used) if found else 0
    did = "and has used both" if len(used) == 2 else "and has not used both"
    says = f"{who} may {named([pair.first])} and {named([pair.second])} {did}: {pair.harm}."
    records = tuple(f"accounts: {who} holds {right}" for right in held)
    return Finding("toxic-pair", who, says, seen(found), many, records, "high" if found else "medium")
