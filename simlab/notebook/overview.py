"""One insurer at a glance: who is insured, where and how, who works there, and where their data go."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import pandas as pd

from simlab.insurer import NAME, Insurer
from simlab.notebook.drawing import Rows, arrows, bars
from simlab.notebook.timeline import Page, statemap

COUNTED = {
    "households": "Households", "members": "Members", "policies": "Policies", "claims": "Claims of the year",
    "providers": "Providers", "employer_groups": "Employer groups", "staff": "Staff", "vendors": "Vendors",
    "systems": "Systems",
}  # fmt: skip
VENDORS = {"name": "Vendor", "service": "Does", "end": "Contract until", "attestation": "Attested", "gets": "Gets"}
FLOWS = {"from_name": "From", "to_name": "To", "carries": "What", "channel": "How", "is_encrypted": "Encrypted"}


class Part(NamedTuple):
    """One thing to look at: HTML, and the same as text."""

    html: str
    text: str


def overview(insurer: Insurer) -> Page:
    """An insurer in tables and pictures. Each picture's numbers stand below it, and in its alternative text."""
    head = f"{NAME}, seed {insurer.seed}. Everybody in it is invented."
    states = insurer.members["state"].astype("str").value_counts().to_dict()
    where = statemap({str(s): int(n) for s, n in states.items()})
    parts = [
        _counted([(title, len(insurer.table(name))) for name, title in COUNTED.items()], "What there is", "Number"),
        _chart(_ages(insurer), "Members by age", "Members"),
        Part(f"<h4>Members by State</h4>{where.data}", where.text),
        _chart(_plans(insurer), "Members by plan, and who bears the risk", "Members"),
        _chart(_roles(insurer), "Staff at work by role", "People"),
        _listed(_vendors(insurer), VENDORS, "Vendors"),
        _flows(insurer),
    ]
    html = f"<p><strong>{escape(head)}</strong></p>" + "".join(part.html for part in parts)
    return Page(html, "\n\n".join([head, *(part.text for part in parts)]))


def _ages(insurer: Insurer) -> Rows:
    born = insurer.members["birth_date"]
    years = (pd.Timestamp(insurer.year, 1, 1) - born).dt.days * 4 // 1461
    tens = (years // 10).clip(upper=8).value_counts()
    return [(f"{n * 10} to {n * 10 + 9}" if n < 8 else "80 and over", int(tens.get(n, 0))) for n in range(9)]


def _plans(insurer: Insurer) -> Rows:
    plans = insurer.plans.set_index("plan_id")
    policies = insurer.policies.astype({"plan_id": "str"}).set_index("policy_id")["plan_id"]
    members = insurer.members["policy_id"].map(policies).value_counts()
    return [(f"{p['plan_name']} ({p['funding']})", int(members.get(i, 0))) for i, p in plans.iterrows()]


def _roles(insurer: Insurer) -> Rows:
    staff = insurer.staff[insurer.staff["is_active"]]["role"].astype("str").value_counts()
    names = insurer.roles.set_index("role")["name"]
    return [(names[str(role)], int(n)) for role, n in staff.items()]


def _vendors(insurer: Insurer) -> pd.DataFrame:
    contracts = insurer.contracts[insurer.contracts["from"] == "larkspur"].set_index("to")
    flows = insurer.flows.groupby("to")["carries"].agg(lambda lines: sorted({w for x in lines for w in x.split("|")}))
    table = insurer.vendors.set_index("vendor_id").join(contracts[["end", "attestation"]])
    gets = flows.reindex(table.index)
    return table.assign(
        end=table["end"].dt.strftime("%Y-%m-%d").fillna("no contract"),
        attestation=table["attestation"].fillna("none"),
        gets=[", ".join(words) if isinstance(words, list) else "nothing" for words in gets],
    )


def _flows(insurer: Insurer) -> Part:
    """Who sends what to whom, from left to right: parties outside, what takes data in, what is fed from it, vendors."""
    flows, vendors = insurer.flows, set(insurer.vendors["name"])
    outside = ["members", "providers", "employers", "brokers"]
    parties = list(dict.fromkeys([*flows["from_name"], *flows["to_name"]]))
    inside = [p for p in parties if p not in vendors and p not in outside]
    second = {to for source, to in zip(flows["from_name"], flows["to_name"], strict=True) if source in inside}
    first = [p for p in inside if p not in second]
    columns = [outside, first, [p for p in inside if p in second], [p for p in parties if p in vendors]]
    lines = list(zip(flows["from_name"], flows["to_name"], flows["is_encrypted"].tolist(), strict=True))
    said = f"{len(flows)} flows of data; a dashed arrow is not encrypted. The table below lists each."
    shown = flows.assign(
        carries=flows["carries"].str.replace("|", ", "),
        is_encrypted=flows["is_encrypted"].map({True: "yes", False: "no"}),
    )
    listed = _listed(shown, FLOWS, "Where data go")
    picture = arrows(columns, lines, said)
    return Part(f"<h4>Where data go</h4>{picture}<p>{escape(said)}</p>{listed.html}", f"{said}\n{listed.text}")


def _chart(rows: Rows, title: str, unit: str) -> Part:
    counted = _counted(rows, title, unit)
    folded = f"<details><summary>The numbers</summary>{counted.html}</details>"
    return Part(f"<h4>{escape(title)}</h4>{bars(rows, title, unit)}{folded}", counted.text)


def _counted(rows: Rows, title: str, unit: str) -> Part:
    return _table([(label, f"{number:,}") for label, number in rows], (title, unit), title)


def _listed(frame: pd.DataFrame, columns: dict[str, str], title: str) -> Part:
    return _table(frame[list(columns)].astype(str).to_numpy().tolist(), list(columns.values()), title)


def _table(rows: Sequence[Sequence[str]], heads: Sequence[str], title: str) -> Part:
    head = "".join(f"<th scope='col'>{escape(h)}</th>" for h in heads)
    body = "".join(
        f"<tr><th scope='row'>{escape(r[0])}</th>" + "".join(f"<td>{escape(c)}</td>" for c in r[1:]) + "</tr>"
        for r in rows
    )
    html = f"<div class='wide' tabindex='0' role='region' aria-label='{escape(title)}'><table><caption>{escape(title)}"
    html += f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    return Part(html, "\n".join([title, *("  " + "  ".join(r) for r in rows)]))
