"""Who asks at the counter: `content/desk/`, one file a person who asks, each in four cases that differ by a fact.

`about`: whom of the company it is about. Of each case, `asks`, `who` and `file` are what one hears and sees,
`follows` what each choice led to, `exposes` what a yes too many gives away. `proof` says the case once
more, for the gateway or for the rights of 45 CFR 164.522, so that a test holds the answer and the controls
together: what is `held` on file, and what would open it (`opens` more facts, `mended` other records, another
address) where something is missing first.
"""

from __future__ import annotations

import functools
from typing import Any, Literal

import pandas as pd
from pydantic import Field, field_validator, model_validator

from simlab import draw
from simlab.content import Model, load, names
from simlab.dialogue.facts import candidates, company
from simlab.dialogue.model import Member

Choice = Literal["tell", "part", "first", "refuse"]
CHOICES: tuple[Choice, ...] = ("tell", "part", "first", "refuse")
About = Literal["wife", "man", "woman", "anybody", "teen"]
# Two claims at least, so that one of them can be told and the others not.
FEWEST = 2
_WANTED = {
    "wife": Member(pick="married", gender="F", spouse_gender="M"), "man": Member(gender="M"),
    "woman": Member(gender="F"), "anybody": Member(),
}  # fmt: skip


class Proof(Model):
    """A case as the controls see it: requests to the gateway, or a wish of 45 CFR 164.522."""

    requests: tuple[dict[str, Any], ...] = ()
    held: tuple[dict[str, Any], ...] = ()
    opens: dict[str, bool | int | str] = {}
    mended: tuple[dict[str, Any], ...] = ()
    accommodate: dict[str, Any] = {}
    mended_address: str = ""
    restrict: dict[str, str] = {}

    @model_validator(mode="after")
    def _one(self) -> Proof:
        if bool(self.requests) == bool(self.accommodate):
            raise ValueError("give requests, or accommodate")
        return self


class Case(Model):
    """One request as it is shown, and what follows from each choice."""

    title: str
    asks: str
    who: str
    file: str
    exposes: Literal["all", "one", "fact"]
    cite: str
    proof: Proof
    follows: dict[Choice, str]

    @field_validator("follows")
    @classmethod
    def _each(cls, value: dict[Choice, str]) -> dict[Choice, str]:
        if list(value) != list(CHOICES) or len(set(value.values())) < len(CHOICES):
            raise ValueError(f"say what follows from {', '.join(CHOICES)}, each in its own words")
        return value


class Theme(Model):
    """Somebody who asks, in four cases: what is right names each."""

    id: str
    about: About
    cases: dict[Choice, Case] = Field(min_length=len(CHOICES))


@functools.cache
def theme(name: str) -> Theme:
    """A theme by its id. Raises UnknownName, ContentError."""
    return load("desk", name, Theme)


def themes() -> list[str]:
    """The ids of all themes."""
    return names("desk")


def texts(about: About, seed: int) -> dict[str, str]:
    """What fills the words of a case: somebody of the company with claims on file, and who lives with them."""
    found = _people(about)
    member = found.iloc[draw.one(seed, f"counter/{about}", 0, len(found))]
    claims = _claims()[_claims()["member_id"] == member["member_id"]]
    one = claims.iloc[draw.one(seed, "counter/claim", 0, len(claims))]
    providers, day = company().table("providers").set_index("provider_id"), one["CLM_FROM_DT"]
    cents = int(one["CLM_PMT_AMT_CENTS"])
    out = {
        "member": _name(member), "claims": str(len(claims)), "claim_date": f"{day:%B} {day.day}",
        "provider": str(providers.loc[one["provider_id"], "name"]), "amount": f"${cents // 100:,}.{cents % 100:02}",
    }  # fmt: skip
    if about == "teen":
        return out | {"child": str(member["name_given"]), "parent": _name(_mothers().loc[member["household_id"]])}
    if about == "wife":
        return out | {"spouse": _name(_husband(str(member["member_id"])))}
    return out


@functools.cache
def _people(about: About) -> pd.DataFrame:
    many = _claims()["member_id"].value_counts()
    enough = many.index[many >= FEWEST]
    if about != "teen":
        found = candidates(_WANTED[about])
        return found[found["member_id"].isin(enough)]
    members, year = company().table("members"), company().year
    born = members["birth_date"].between(pd.Timestamp(year - 17, 7, 15), pd.Timestamp(year - 16, 7, 14))
    found = members[born & members["household_id"].isin(_mothers().index)]
    return found[found["member_id"].isin(enough)]


@functools.cache
def _mothers() -> pd.DataFrame:
    """One grown woman of each household: holder of the policy, or the holder's wife."""
    members = company().table("members")
    grown = members[(members["gender"] == "F") & members["relationship"].isin(["self", "spouse"])]
    return grown.drop_duplicates("household_id").set_index("household_id")


def _husband(holder: str) -> pd.Series:
    members = company().table("members")
    return members[(members["subscriber_id"] == holder) & (members["relationship"] == "spouse")].iloc[0]


def _name(person: pd.Series) -> str:
    return f"{person['name_given']} {person['name_family']}"


@functools.cache
def _claims() -> pd.DataFrame:
    """The claims that are on file in the middle of July."""
    claims = company().table("claims")
    return claims[claims["CLM_FROM_DT"] < pd.Timestamp(company().year, 7, 1)]
