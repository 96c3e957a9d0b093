"""What a person would look at first in an insurer: sizes, shares, and one household's year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from simlab.insurer import pools
from simlab.insurer.insurer import NAME, TABLES, Insurer
from simlab.insurer.people import NEW_YEAR

# What one row is, for tables whose name does not say it.
ROWS = {
    "policies": "a household's cover under a plan",
    "providers": "somebody who treats members",
    "claims": "a bill for care, with its codes",
    "devices": "a laptop, phone or drive of the staff",
    "eligibility_checks": "a provider asking whether somebody is covered",
    "authorizations": "a provider asking before care",
    "eobs": "the letter that says what a claim cost",
    "appeals": "somebody disagreeing with a denied claim",
    "call_notes": "what member services wrote down of a call",
    "premiums": "what a policy owed for a month",
    "contracts": "what a vendor may do, from when to when",
    "flows": "data that goes from one system to another",
    "assets": "a printer, cabinet, server room or badge reader",
    "staff_changes": "somebody hired, transferred or gone",
    "leave": "somebody of the staff away",
    "relations": "somebody of the staff who knows a member",
    "representatives": "who acts for a member",
    "confidential_requests": "a member asking to be reached elsewhere",
    "own_care": "care that a minor agreed to alone",
}


@dataclass(frozen=True)
class Share:
    """How many of what, in whole numbers, so that the same insurer says the same everywhere."""

    what: str
    kind: str
    count: int
    of: int

    @property
    def percent(self) -> float:
        return 100 * self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class Description:
    """Sizes by table, shares of what matters, and examples: titles with lines of words."""

    title: str
    sizes: dict[str, int]
    shares: tuple[Share, ...]
    examples: dict[str, tuple[str, ...]]


def describe(insurer: Insurer) -> Description:
    """What is in an insurer. Every table is built or read for it."""
    return Description(
        title=f"{NAME}, {insurer.size:,} members, seed {insurer.seed}, {insurer.year}",
        sizes={name: len(insurer.table(name)) for name in TABLES},
        shares=(*_people(insurer), *_care(insurer), *_paper(insurer)),
        examples={"Where it is an insurer": _home(insurer), "One claim and who learns of it": _claim(insurer), "Calls, as they were written down": _calls(insurer)},
    )  # fmt: skip


def _shares(what: str, values: pd.Series, keep: Iterable[str] | None = None, most: int = 12) -> list[Share]:
    """How often each value stands there; the most frequent, or those to keep, in their order."""
    counts = values.astype("str").value_counts()
    names = (
        [n for n in keep if n in counts.index]
        if keep is not None
        else sorted(counts.index, key=lambda n: (-counts[n], n))
    )
    return [Share(what, str(name), int(counts[name]), len(values)) for name in names[:most]]


def _flags(what: str, frame: pd.DataFrame, flags: dict[str, pd.Series]) -> list[Share]:
    return [Share(what, name, int(held.sum()), len(frame)) for name, held in flags.items()]


def _people(insurer: Insurer) -> list[Share]:
    m = insurer.members
    born = (m["birth_date"] - pd.Timestamp("1970-01-01")).dt.days
    band = pd.cut(
        (NEW_YEAR - born) * 4 // 1461,
        [-1, 11, 17, 44, 64, 200],
        labels=["0-11", "12-17", "18-44", "45-64", "65 and over"],
    )
    asked = {
        "minors": m["is_minor"],
        "confidential address": m["confidential_address"] != "",
        "mail comes back": m["mail_returned"],
        "died in the year": m["is_deceased"],
        "in the public eye": m["is_vip"],
    }
    return [
        *_shares("members by age", band, keep=band.cat.categories),
        *_shares("members by State", m["state"]),
        *_shares("households by language", insurer.households["language"]),
        *_flags("members who need care with", m, asked),
    ]


def _care(insurer: Insurer) -> list[Share]:
    claims = insurer.claims
    funding = insurer.plans.set_index("plan_id")["funding"]
    return [
        *_shares("policies by funding", insurer.policies["plan_id"].astype("str").map(funding)),
        *_shares("claims by sensitive class", claims["sensitive"], keep=pools.SENSITIVE),
        *_shares("claims by status", claims["status"]),
        *_shares("staff by role", insurer.staff["role"]),
    ]


def _paper(insurer: Insurer) -> list[Share]:
    eobs = insurer.table("eobs")
    flags = {
        "to a confidential address": eobs["is_confidential"],
        "came back": eobs["is_returned"],
        "about somebody else than the addressee": eobs["addressee_id"].astype("str") != eobs["member_id"].astype("str"),
    }
    return [
        *_shares("letters by channel", eobs["channel"]),
        *_flags("letters", eobs, flags),
        *_shares("authorizations", insurer.table("authorizations")["decision"]),
        *_shares("appeals", insurer.table("appeals")["outcome"]),
        *_shares("calls by topic", insurer.table("call_notes")["topic"]),
        *_shares("premiums", insurer.table("premiums")["status"]),
    ]


def _home(insurer: Insurer) -> tuple[str, ...]:
    return (f"at home in {insurer.domicile}, licensed in {', '.join(insurer.licensed)}",)


def _claim(insurer: Insurer) -> tuple[str, ...]:
    """A sensitive claim whose letter goes to somebody else: that is what confidentiality is about."""
    eobs = insurer.table("eobs")
    others = eobs["addressee_id"].astype("str") != eobs["member_id"].astype("str")
    found = eobs[(eobs["sensitive"] != "none") & others & (eobs["addressee"] == "subscriber")]
    if found.empty:
        return ("no such claim at this size",)
    letter = found.iloc[0]
    claim = insurer.claims.set_index("CLM_ID").loc[letter["CLM_ID"]]
    people = insurer.members.set_index("member_id")
    patient, reader = people.loc[letter["member_id"]], people.loc[letter["addressee_id"]]
    text = {d.id: d.text for d in pools.codes().diagnoses}[str(claim["ICD10_DGNS_CD_1"])]
    return (
        f"{letter['member_id']} {patient['name_given']} {patient['name_family']} ({patient['relationship']}): "
        f"{claim['ICD10_DGNS_CD_1']} {text}, {claim['CLM_FROM_DT']:%Y-%m-%d}",
        f"billed ${letter['billed_cents'] / 100:,.2f}, paid ${letter['paid_cents'] / 100:,.2f}, "
        f"owed ${letter['owed_cents'] / 100:,.2f}",
        f"letter of {letter['sent']:%Y-%m-%d} by {letter['channel']} to {letter['addressee_id']} "
        f"{reader['name_given']} {reader['name_family']}, {letter['address']}",
    )


def _calls(insurer: Insurer) -> tuple[str, ...]:
    notes = insurer.table("call_notes")
    some = pd.concat([notes[notes["sensitive"] == "none"].head(2), notes[notes["sensitive"] != "none"].head(2)])
    return tuple(
        f"{n.opened:%Y-%m-%d %H:%M} {n.staff_id} {n.member_id} [{n.caller}] {n.text}" for n in some.itertuples()
    )
