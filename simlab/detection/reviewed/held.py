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


def use(look: Look) -> tuple[_Use, dict[str, list[set[str]]]]:
    """For each account, each right that it has used (first, last, how many times), and which in one role. One look at the log."""
    known = {name: right for name, right in rights().items() if right.activities}
    parts = [
        f"{what} FILTER (WHERE {using(r)})" for r in known.values() for what in ("min(time)", "max(time)", "count(*)")
    ]
    query = f"""
        SELECT actor::VARCHAR, {", ".join(parts)} FROM {{rows}}
        WHERE status = 'Success' AND role <> 'member' GROUP BY actor, role
    """  # noqa: S608 - made of our own words
    out: _Use = {}
    together: dict[str, list[set[str]]] = {}
    for who, *found in look.rows(query):
        triples = zip(known, found[::3], found[1::3], found[2::3], strict=True)
        mine = {name: (first, last, many) for name, first, last, many in triples if many}
        together.setdefault(who, []).append(set(mine))
        before = out.setdefault(who, {})
        for name, one in mine.items():
            before[name] = _added(one, before.get(name))
    return out, together


def _added(one: tuple[int, int, int], other: tuple[int, int, int] | None) -> tuple[int, int, int]:
    return one if other is None else (min(one[0], other[0]), max(one[1], other[1]), one[2] + other[2])


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
    traced: dict[str, set[str]] = {}
    for who, system in look.rows(_SYSTEMS):
        traced.setdefault(who, set()).add(system)
    persons = _persons(look)
    persons = persons[persons["account_id"].isin(worked) & (persons["kind"] == "person")]
    before, listed = _earlier(look), look.books["roles"].set_index("role")["systems"]
    for role, part in persons.groupby("role", sort=True):
        people = [str(who) for who in part["account_id"]]
        common = {right for who in people for right in used.get(who, {})} & needs(str(role))
        yield from _broad(str(role), str(listed.get(role, "")), [traced.get(who, set()) for who in people])
        for who, rights_ in zip(people, part["rights"], strict=True):
            # Whoever is new in a role has had no time to use it all.
            for right in (
                sorted(set(str(rights_).split("|")) & common - set(used.get(who, {}))) if who not in before else ()
            ):
                says = f"{who} ({role}) worked on {worked[who]} days and not once did: {named([right])}."
                yield Finding("never-used", who, says, records=(f"accounts: {who} holds {right}",))


_WORKED = f"""
    SELECT actor::VARCHAR, count(DISTINCT time // {clock.DAY}) FROM {{rows}}
    WHERE class_name = 'Datastore Activity' OR class_name = 'Account Change' GROUP BY ALL
"""  # noqa: S608
_SYSTEMS = "SELECT DISTINCT actor::VARCHAR, system::VARCHAR FROM {rows} WHERE status = 'Success' AND role <> 'member'"


def _broad(role: str, listed: str, traced: list[set[str]]) -> Iterator[Finding]:
    """Systems on a role's list in which nobody of the role has left a trace."""
    for system in sorted(set(listed.split("|")) - {""} - set().union(*traced)):
        says = f"{role}: the role's list has {system}, and none of its {len(traced)} people used it in this time."
        yield Finding("over-broad-role", role, says, records=(f"roles: {role} needs {system}",))


def pairs(look: Look, used: _Use, together: dict[str, list[set[str]]]) -> Iterator[Finding]:
    """Accounts that hold two rights which should be apart, or used both in one role."""
    for row in _persons(look).itertuples(index=False):
        who, mine = str(row.account_id), used.get(str(row.account_id), {})
        held = set(str(row.rights).split("|"))
        for pair in toxic():
            both = {pair.first, pair.second}
            did = any(both <= part for part in together.get(who, []))
            if both <= held or did:
                yield _pair(look, who, pair, sorted(both & held), mine if did else {})


def _pair(look: Look, who: str, pair: Toxic, held: list[str], mine: dict[str, tuple[int, int, int]]) -> Finding:
    used = sorted({pair.first, pair.second} & set(mine))
    found = [event for right in used for event in events_of(look, who, right)[: SHOWN // 2]] if len(used) == 2 else []
    many = sum(mine[right][2] for right in used) if found else 0
    did = "and has used both" if len(used) == 2 else "and has not used both"
    says = f"{who} may {named([pair.first])} and {named([pair.second])} {did}: {pair.harm}."
    records = tuple(f"accounts: {who} holds {right}" for right in held)
    return Finding("toxic-pair", who, says, seen(found), many, records, "high" if found else "medium")
