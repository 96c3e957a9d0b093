"""Access only within the contract: what flows to a vendor, and which log-ins are open, beside what is agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd

from simlab.controls.vendors.checking import Finding
from simlab.controls.vendors.contract import Contract
from simlab.insurer import Insurer

OURS = "larkspur"
NO_CONTRACT, BEYOND = "45 CFR 164.502(e)(2)", "45 CFR 164.504(e)(2)(i)"
IDLE = 1_095  # days without a new secret: Larkspur's own measure


def out_of_bounds(insurer: Insurer, at: dt.date) -> tuple[Finding, ...]:
    """What leaves the bounds on a day: flows, vendors' log-ins, and the company's own accounts that nobody answers for."""
    vendors = insurer.vendors.set_index("vendor_id", drop=False)
    found = [*_flows(insurer.flows, insurer.contracts, vendors, at), *_logins(vendors, insurer.contracts, at)]
    return (*found, *_accounts(insurer.service_accounts, at))


def in_force(contracts: pd.DataFrame, vendor: str, at: dt.date) -> pd.DataFrame:
    """The contracts between the plan and a vendor that hold on a day."""
    day, mine = pd.Timestamp(at), contracts[(contracts["from"] == OURS) & (contracts["to"] == vendor)]
    return mine[(mine["start"] <= day) & (day <= mine["end"])]


def differences(of: Contract, contracts: pd.DataFrame) -> tuple[str, ...]:
    """Where the company's table says something else than the contract's own paper, by column."""
    row = contracts[contracts["contract_id"] == of.id]
    if row.empty:
        return ("contract_id",)
    told = row.iloc[0].to_dict()
    paper: dict[str, Any] = {
        "to": of.vendor, "to_name": of.name, "is_agent": of.called == "agent", "tells_within": of.tells_within,
        "start": pd.Timestamp(of.start), "end": pd.Timestamp(of.end), "attestation": of.attestation,
        "purposes": "|".join(of.purposes), "allows": "|".join(of.allows),
    }  # fmt: skip
    return tuple(name for name, value in paper.items() if told[name] != value)


def _flows(flows: pd.DataFrame, contracts: pd.DataFrame, vendors: pd.DataFrame, at: dt.date) -> Iterator[Finding]:
    for row in flows[flows["to"].isin(vendors.index)].to_dict("records"):
        vendor, name = str(row["to"]), str(row["to_name"])
        held = in_force(contracts, vendor, at)
        allowed = {word for text in held["allows"] for word in str(text).split("|")}
        carried = set(str(row["carries"]).split("|")) - {"none"}
        about = f"{row['flow_id']} to {name}"
        if held.empty:
            yield Finding(
                about, "no contract", _why(contracts, vendor, at), "stop it until a contract is signed", NO_CONTRACT
            )
        elif beyond := sorted(carried - allowed):
            said = f"it carries {', '.join(beyond)}, which the contract does not allow"
            yield Finding(about, "beyond", said, "send only what the contract allows", BEYOND)
        if not row["is_encrypted"] and row["channel"] != "courier":
            said = f"it goes by {row['channel']} and is not encrypted"
            yield Finding(
                about,
                "unprotected",
                said,
                "encrypt it, or write down why not and do as much otherwise",
                "45 CFR 164.312(e)(2)(ii)",
            )


def _why(contracts: pd.DataFrame, vendor: str, at: dt.date) -> str:
    mine = contracts[(contracts["from"] == OURS) & (contracts["to"] == vendor)]
    if mine.empty:
        return "there is no contract"
    last = mine["end"].max()
    return f"its contract ended on {last.date()}" if last < pd.Timestamp(at) else "its contract has not begun"


def _logins(vendors: pd.DataFrame, contracts: pd.DataFrame, at: dt.date) -> Iterator[Finding]:
    for row in vendors[vendors["portal_login"] != ""].to_dict("records"):
        about = f"{row['portal_login']} of {row['name']}"
        if in_force(contracts, str(row["vendor_id"]), at).empty:
            why = _why(contracts, str(row["vendor_id"]), at)
            yield Finding(
                about,
                "log-in",
                f"it is open, and {why}",
                "close it, or renew the contract first",
                "45 CFR 164.312(a)(1)",
            )
        if not row["has_mfa"]:
            yield Finding(
                about, "log-in", "a password alone opens it", "a second factor", "45 CFR 164.312(d)", "practice"
            )


def _accounts(accounts: pd.DataFrame, at: dt.date) -> Iterator[Finding]:
    for row in accounts[accounts["is_active"]].to_dict("records"):
        if not row["owner_id"]:
            said = f"it is open and belongs to nobody ({row['purpose']})"
            yield Finding(
                str(row["account_id"]), "orphan", said, "close it, or name who answers for it", "45 CFR 164.312(a)(1)"
            )
        elif (pd.Timestamp(at) - row["rotated"]).days > IDLE:
            said = f"its secret is of {row['rotated'].date()}"
            yield Finding(str(row["account_id"]), "old secret", said, "change it", "45 CFR 164.312(d)", "practice")
