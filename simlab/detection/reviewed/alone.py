"""Accounts that are nobody's own: jobs, kiosks, the sealed one for an emergency, and vendors' log-ins."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from simlab import clock
from simlab.detection.baselines.shape import moment
from simlab.detection.reviewed.shape import ACCOUNT_WORK, Finding, Look, micros, seen, span
from simlab.duck import quoted

STALE = 730 * clock.DAY


def owners(look: Look) -> Iterator[Finding]:
    """Open accounts that nobody answers for, or whose owner has left; and accounts that no register lists."""
    staff = look.books["staff"]
    last = dict(zip(staff["staff_id"].astype(str), micros(staff["left"]), strict=True))
    own = look.accounts[~look.accounts["kind"].isin(["person", "vendor"])]
    for row in own[own["is_open"]].itertuples(index=False):
        who, owner = str(row.account_id), str(row.holder_id)
        if not owner or owner not in last:
            says = f"{who} is open, and the register names nobody who answers for it."
        elif 0 <= last[owner] < look.until - clock.DAY:
            says = f"{who} is open, and its owner {owner} left on {clock.instant(last[owner]):%Y-%m-%d}."
        else:
            continue
        yield Finding("no-owner", who, says, records=(f"service_accounts: {who}, owner {owner or 'none'}",))
    listed = pd.DataFrame({"who": look.accounts["account_id"].astype(object)})
    for who, many, first, last_, found in look.beside(_UNLISTED, {"listed": listed}):
        says = f"{who} did {many:,} things, {span(first, last_)}, and stands in no list of accounts."
        yield Finding("unregistered", who, says, seen(found), many)


_UNLISTED = f"""
    SELECT actor::VARCHAR, count(*), min(time), max(time), min(event, 50) FROM {{rows}}
    ANTI JOIN listed ON actor::VARCHAR = who
    WHERE role <> 'member' AND actor <> '' AND status = 'Success' AND {ACCOUNT_WORK} GROUP BY actor
"""  # noqa: S608


def sleeping_jobs(look: Look) -> Iterator[Finding]:
    """Open jobs without a trace in the log whose secret nobody has changed for two years.

    Not every system writes what its jobs do; whose secret is changed has somebody who minds it.
    """
    books = look.books["service_accounts"]
    rotated = dict(zip(books["account_id"].astype(str), micros(books["rotated"]), strict=True))
    traced = {who for (who,) in look.rows("SELECT DISTINCT actor::VARCHAR FROM {rows} WHERE role <> 'member'")}
    jobs = look.accounts[(look.accounts["kind"] == "service") & look.accounts["is_open"]]
    for who in jobs["account_id"]:
        at = int(rotated.get(who, look.until))
        if who not in traced and look.until - at > STALE:
            says = f"{who} is open, leaves no trace in this log, and its secret is of {clock.instant(at):%Y-%m-%d}."
            yield Finding("dormant", who, says, records=(f"service_accounts: {who}",))


def by_hand(look: Look) -> Iterator[Finding]:
    """Jobs' accounts used as people use theirs: with a machine, a log-in, or from where no job runs."""
    sites = look.books["sites"]
    center = sites[sites["kind"].astype(str) == "data center"]
    homes = {"sites": ["", *center["site_id"].astype(str)], "ips": ["", *center["egress_ip"].astype(str)]}
    jobs = look.accounts.loc[look.accounts["kind"] == "service", "account_id"].astype(object)
    told = {name: ", ".join(quoted(value) for value in values) for name, values in homes.items()}
    query = """
        SELECT actor::VARCHAR, count(*), min(time), max(time), any_value(device)::VARCHAR, any_value(site)::VARCHAR,
            any_value(src_ip)::VARCHAR, min(event, 50)
        FROM {rows} WHERE (role = 'service_account' OR actor::VARCHAR IN (FROM jobs)) AND status = 'Success'
            AND (device <> '' OR class_name = 'Authentication' OR site NOT IN ({sites}) OR src_ip NOT IN ({ips}))
        GROUP BY actor
    """
    for who, many, first, last, device, site, src_ip, found in look.beside(
        query, {"jobs": pd.DataFrame({"who": jobs})}, **told
    ):
        where = " ".join(part for part in (device, site, src_ip) if part) or "a log-in"
        says = f"{who} is used {many:,} times as a person would, {span(first, last)}: {where}."
        yield Finding("person-behind", who, says, seen(found), many, (f"service_accounts: {who} is a job",))


def kiosks(look: Look) -> Iterator[Finding]:
    """Log-ins that several people share by design, where they open members' information; the emergency account, used."""
    holds = look.books["systems"].set_index("system_id")["holds"].astype(str)
    shared = look.accounts[(look.accounts["kind"] == "shared") & look.accounts["is_open"]]
    for row in shared.itertuples(index=False):
        held = str(holds.get(row.system_id, "none"))
        if held != "none":
            says = f"{row.account_id} is one log-in for several people and opens {row.system_id} ({held.replace('|', ', ')})."
            yield Finding(
                "shared-by-design", str(row.account_id), says, records=(f"service_accounts: {row.account_id}",)
            )
    sealed = pd.DataFrame({"who": look.accounts.loc[look.accounts["kind"] == "emergency", "account_id"].astype(object)})
    query = """
        SELECT who, count(*), min(time), min(event, 50) FROM {rows} JOIN sealed ON actor::VARCHAR = who
        WHERE status = 'Success' GROUP BY who
    """
    for who, many, first, found in look.beside(query, {"sealed": sealed}):
        yield Finding(
            "emergency-used", who, f"{who} was used {many:,} times from {moment(first)} on.", seen(found), many
        )


def vendors(look: Look) -> Iterator[Finding]:
    """Vendors' log-ins that were used while no contract was in force."""
    table, contracts = look.books["vendors"], look.books["contracts"]
    logins = dict(zip(table["portal_login"].astype(str), table["vendor_id"].astype(str), strict=True))
    signed = dict(zip(table["vendor_id"].astype(str), table["has_contract"], strict=True))
    ours = contracts[contracts["from"].astype(str) == "larkspur"]
    end = dict(zip(ours["to"].astype(str), micros(ours["end"]), strict=True))
    query = """
        SELECT count(*), min(time), max(time), min(event, 50) FROM {rows}
        WHERE actor::VARCHAR = {who} AND status = 'Success' AND time >= {after}
    """
    for who, vendor in sorted(logins.items()):
        if not who or (signed[vendor] and vendor not in end):
            continue  # without the table of contracts nothing is known of its end
        after = end[vendor] + clock.DAY * 3 // 2 if signed[vendor] else 0
        many, first, last, found = look.rows(query, after=str(after), who=quoted(who))[0]
        if many:
            until = f"its contract ended on {clock.instant(end[vendor]):%Y-%m-%d}" if after else "it has no contract"
            says = f"{who} ({vendor}) was used {many:,} times, {span(first, last)}, and {until}."
            yield Finding("vendor-ended", who, says, seen(found), many, (f"contracts: {vendor}",))
