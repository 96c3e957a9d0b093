"""From an alert to the scope of an incident, on the company's log: who, what, since when, which members and classes.

It follows what an investigator can see, and never the truth. Where a sitting of the alert is not the account owner's
(`sittings`), all such sittings count, and whoever else was at the same outside address, and the owner's own work is left
out. Where all is as ever, one of the company's own did it during a day's work: the alert's events count, what the
same session did to the same members, what nobody of that role does, and other alerts of the same rule about the account.

What it cannot see: whose records an export or a file held; which letters in the mail belong to a theft; of two people
under one account, what was done at the owner's own desk; an owner's report among others like it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from simlab import clock, content, events
from simlab.detection.alerts import found as alerts_of
from simlab.detection.rule import load_rule
from simlab.detection.source import Origin, Source, opened
from simlab.errors import InputError
from simlab.response.scope import REACHED, Scope
from simlab.response.sittings import PLACE, Books, listed, sittings

LOOK_BACK = 30 * clock.DAY
ROUNDS = 5  # from an account to its addresses, to other accounts, and so on
_KIND = ("role", "class_name", "activity_name", "system")
_ANYBODYS = ("Authentication", "Physical Access", "Email Activity")  # of these some kinds are rare, and nobody's work
_RANGE = 5  # so many suspect addresses of one network make all of it suspect


def investigate(
    log: Source, alert: Mapping[str, Any] | pd.Series, insurer: Books | None = None, *, back: int = LOOK_BACK
) -> Scope:
    """The scope that follows from an alert (a row of `detect`), from `back` microseconds before it to the log's end.

    `insurer`: its books of devices and vendors tell more surely than the log whose a place is. Raises InputError for
    what is no alert of this log.
    """
    with opened(log, events.COLUMNS) as origin:
        own = _alerted(origin, alert)
        begin = int(own["time"].min()) - back
        strange = _strange(origin, own, insurer)
        rows = _by_strangers(origin, own, strange, begin)
        if rows is None:
            strange, rows = strange.iloc[:0], _by_owners(origin, own, alert, begin)
        (start,) = origin.con.execute(f"SELECT min(time) FROM {origin.rows}").fetchall()[0]  # noqa: S608 - our own words
    told = int(alert["told"]) if "told" in alert else None
    return Scope(rows, _reasons(strange.merge(rows[list(PLACE)].drop_duplicates(), on=list(PLACE))), told, int(start))


def _reasons(strange: pd.DataFrame) -> tuple[str, ...]:
    """Each reason once, with the accounts that it is about."""
    out = []
    for why, of in strange.groupby("why", sort=False)["actor"]:
        who = sorted({a or "nobody named" for a in of})
        out.append(f"{', '.join(who) if len(who) < 4 else f'{len(who)} accounts'} {why}")
    return tuple(out)


def _alerted(origin: Origin, alert: Mapping[str, Any] | pd.Series) -> pd.DataFrame:
    """The log's rows that an alert is about."""
    try:
        positions = [int(event) for event in alert["events"]]
        since, until = int(alert["window_start"]), int(alert["window_end"])
    except (KeyError, TypeError, ValueError):
        raise InputError("an alert is one row of what detect gives, for example alerts.iloc[0]") from None
    own = _rows(origin, f"event IN ({', '.join(map(str, positions)) or 'NULL'})")
    if len(own) != len(set(positions)) or not own["time"].between(since, until).all() or own.empty:
        raise InputError("the alert's events are not in this log: it is another log's")
    return own


def _rows(origin: Origin, condition: str) -> pd.DataFrame:
    texts = ", ".join(f"{n}::VARCHAR AS {n}" if n not in events.NUMBERS else n for n in events.COLUMNS)
    return origin.con.execute(f"SELECT event, {texts} FROM {origin.rows} WHERE {condition} ORDER BY event").df()  # noqa: S608


def _strange(origin: Origin, own: pd.DataFrame, books: Books | None) -> pd.DataFrame:
    """The sittings that are not the account owner's, of the alert's accounts and of all whom their addresses lead to."""
    first, suspect = int(own["time"].min()), _suspect(origin, own)
    accounts = {a for a in own["actor"] if a}
    for _ in range(ROUNDS):
        judged = sittings(origin, accounts, frozenset(suspect), first, books)
        strange = judged[judged["why"] != ""]
        outside = {a for a in strange.loc[strange["site"] == "", "src_ip"] if a}
        met = set(judged.loc[judged["src_ip"].isin(outside), "actor"]) - {""}
        if outside <= suspect and met <= accounts:
            break
        suspect |= outside
        accounts |= met
    return strange


def _suspect(origin: Origin, own: pd.DataFrame) -> set[str]:
    """The outside addresses that the alert itself is about: nobody's, a vendor's, or where members' log-ins failed."""
    failed = (own["role"] == "member") & (own["status"] == "Failure")
    nobody = (own["actor"] == "") & (own["site"] == "")
    out = {a for a in own.loc[failed | nobody | (own["role"] == "vendor"), "src_ip"] if a}
    network = own.loc[failed, "src_ip"].drop_duplicates().str.rsplit(".", n=1).str[0].value_counts()
    for name in network.index[network >= _RANGE]:
        near = f"src_ip::VARCHAR LIKE '{name}.%' AND role = 'member'"
        around = f"time BETWEEN {own['time'].min() - clock.DAY} AND {own['time'].max() + clock.DAY}"
        out |= set(_rows(origin, f"{near} AND {around}")["src_ip"])
    return out


def _by_strangers(origin: Origin, own: pd.DataFrame, strange: pd.DataFrame, begin: int) -> pd.DataFrame | None:
    """All that happened in strange sittings, None where the alert is about none of them."""
    named = strange[strange["session"] != ""]
    sessions = set(zip(named["actor"], named["session"], strict=True))
    places = set(strange[list(PLACE)].itertuples(index=False, name=None))

    def is_strange(rows: pd.DataFrame) -> pd.Series:
        theirs = [
            place in places or place[:2] in sessions for place in rows[list(PLACE)].itertuples(index=False, name=None)
        ]
        return pd.Series(theirs, rows.index, dtype=bool)

    if not is_strange(own).any():
        return None
    among = f"actor::VARCHAR IN ({listed(strange['actor'])}) OR src_ip::VARCHAR IN ({listed(strange['src_ip'])})"
    rows = _rows(origin, f"time >= {begin} AND ({among})")
    # A door and a letter have no place by which one could tell: those of the alert itself stay.
    unplaced = rows["event"].isin(own["event"]) & (rows["src_ip"] == "") & (rows["device"] == "")
    return rows[is_strange(rows) | unplaced].reset_index(drop=True)


def _by_owners(origin: Origin, own: pd.DataFrame, alert: Mapping[str, Any] | pd.Series, begin: int) -> pd.DataFrame:
    """What an account's owner did: the alert's events, and what in their other work goes with them."""
    rows = _rows(origin, f"time >= {begin} AND actor::VARCHAR IN ({listed(own['actor'])})")
    unlike = _unlike(origin, rows, int(own["time"].min()))
    mine = rows["event"].isin([*own["event"], *_again(origin, alert)])
    if (odd := mine & unlike).any():
        # A day's count takes in the work around: of one act, what is usual for the role is left out.
        mine = (mine & ~(rows["activity_name"].isin(rows.loc[odd, "activity_name"]) & ~unlike)) | unlike
    seen = rows[mine & (rows["session"] != "") & (rows["member"] != "")]
    pairs = set(zip(seen["session"], seen["member"], strict=True))
    same = [pair in pairs for pair in zip(rows["session"], rows["member"], strict=True)]
    rows = rows[mine | (pd.Series(same, rows.index, dtype=bool) & rows["activity_name"].isin(REACHED))]
    return rows.reset_index(drop=True) if len(rows) else own


def _unlike(origin: Origin, rows: pd.DataFrame, first: int) -> pd.Series:
    """Which events are of a kind that no other account of the role has in the log, nor this one a day before."""
    names = ", ".join(f"{n}::VARCHAR AS {n}" for n in (*_KIND, "actor"))
    query = f"""SELECT {names}, min(time) AS first FROM {origin.rows} WHERE role::VARCHAR IN ({listed(rows["role"])})
        GROUP BY ALL"""  # noqa: S608 - quoted values
    done = origin.con.execute(query).df()
    colleagues = done.groupby("role")["actor"].agg(set)
    usual: dict[str, set[Any]] = {}
    for actor in set(rows["actor"]):
        known = done[(done["actor"] != actor) | (done["first"] < first - clock.DAY)]
        usual[actor] = set(known[list(_KIND)].itertuples(index=False, name=None))
    kinds = rows[["actor", *_KIND]].itertuples(index=False, name=None)
    unlike = [k[1:] not in usual[k[0]] and len(colleagues.get(k[1], ())) > 1 for k in kinds]
    return pd.Series(unlike, rows.index, dtype=bool) & ~rows["class_name"].isin(_ANYBODYS)


def _again(origin: Origin, alert: Mapping[str, Any] | pd.Series) -> list[int]:
    """The events of the same rule's other alerts about the same account."""
    rule = str(alert["rule_id"]) if "rule_id" in alert else ""
    if rule not in content.names("rules"):
        return []
    every = alerts_of(load_rule(rule), origin)
    return [e for seen in every.loc[every["actor"] == str(alert["actor"]), "events"] for e in seen]
