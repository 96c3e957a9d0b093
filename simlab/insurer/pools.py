"""What the company is made of: content models of `simlab/content/insurer/*.yml`, read once."""

from __future__ import annotations

import functools
import unicodedata
from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from simlab.content import Model, load
from simlab.draw import I64
from simlab.insurer.text import Objects, objects

Sensitive = Literal["none", "mental_health", "substance_use", "hiv", "reproductive", "genetic"]
SENSITIVE = ("none", "mental_health", "substance_use", "hiv", "reproductive", "genetic")
BANDS = ("child", "teen", "adult", "older", "senior")
DataClass = Literal["none", "demographic", "claims", "sensitive", "financial", "credential"]
Weight = Annotated[int, Field(gt=0)]
Words = Annotated[tuple[str, ...], BeforeValidator(lambda s: tuple(s.split()) if isinstance(s, str) else s)]


class Culture(Model):
    id: str
    weight: Weight
    language: str
    female: Words
    male: Words
    family: Words


class NamePools(Model):
    cultures: tuple[Culture, ...]


class Place(Model):
    city: str
    zip3: Annotated[str, Field(pattern=r"^\d{3}$")]
    weight: Weight


class State(Model):
    id: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    name: str
    weight: Weight
    area_codes: tuple[Annotated[int, Field(ge=200, le=999)], ...]
    places: tuple[Place, ...]


class Places(Model):
    states: tuple[State, ...]
    street_words: Words
    street_kinds: Words


class Plan(Model):
    id: str
    name: str
    kind: Literal["PPO", "HMO", "EPO", "HDHP"]
    funding: Literal["insured", "self-funded"]
    covered_entity: str
    weight: Weight


class Plans(Model):
    plans: tuple[Plan, ...]


class Role(Model):
    id: str
    name: str
    department: str
    of_forty: Weight
    weight: Weight
    shifts: tuple[tuple[Annotated[int, Field(ge=0, le=23)], Annotated[int, Field(ge=0, le=23)]], ...]
    systems: tuple[str, ...]
    # Members' matters in hand at a time, from least to most; 0 for who has none.
    caseload: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]


class Roles(Model):
    roles: tuple[Role, ...]

    @model_validator(mode="after")
    def _forty(self) -> Roles:
        total = sum(r.of_forty for r in self.roles)
        if total != 40:
            raise ValueError(f"of_forty must add up to 40, not {total}")
        return self


class System(Model):
    id: str
    name: str
    holds: tuple[DataClass, ...]
    is_internet_facing: bool


class Site(Model):
    id: str
    name: str
    state: str
    kind: Literal["office", "data center", "mail room", "remote"]
    egress_ip: str


class Vendor(Model):
    id: str
    name: str
    service: str
    is_agent: bool
    has_mfa: bool
    portal_system: str
    portal_login: str
    has_contract: bool
    holds: tuple[DataClass, ...]
    egress_ip: str
    contact: str


class Company(Model):
    domicile: str
    licensed: tuple[str, ...]
    systems: tuple[System, ...]
    sites: tuple[Site, ...]
    vendors: tuple[Vendor, ...]

    @model_validator(mode="after")
    def _at_home(self) -> Company:
        if self.domicile not in self.licensed:
            raise ValueError(
                f"domicile: {self.domicile} is not among licensed: an insurer is licensed where it is at home"
            )
        return self


class Diagnosis(Model):
    id: Annotated[str, Field(pattern=r"^[A-Z]\d[0-9A-Z]{1,5}$")]
    text: str
    sensitive: Sensitive
    specialty: str
    weight: Weight
    sex: Literal["any", "F", "M"]
    ages: tuple[Literal["child", "teen", "adult", "older", "senior"], ...]
    billed: tuple[str, ...]


class Procedure(Model):
    # HCPCS Level II: a letter and four digits; D is dental (ADA's licence), digits alone are CPT.
    id: Annotated[str, Field(pattern=r"^[A-CE-V]\d{4}$")]
    text: str
    sensitive: Sensitive
    low: Weight
    high: Weight


class Codes(Model):
    specialties: tuple[str, ...]
    diagnoses: tuple[Diagnosis, ...]
    procedures: tuple[Procedure, ...]

    @model_validator(mode="after")
    def _refer(self) -> Codes:
        known = {p.id for p in self.procedures}
        for d in self.diagnoses:
            if d.specialty not in self.specialties:
                raise ValueError(f"diagnosis {d.id}: specialty {d.specialty!r} is not among specialties")
            for code in d.billed:
                if code not in known:
                    raise ValueError(f"diagnosis {d.id}: billed {code!r} is not among procedures")
        return self


@functools.cache
def plans() -> tuple[Plan, ...]:
    return load("insurer", "plans", Plans).plans


@functools.cache
def roles() -> tuple[Role, ...]:
    return load("insurer", "roles", Roles).roles


@functools.cache
def company() -> Company:
    return load("insurer", "company", Company)


@functools.cache
def codes() -> Codes:
    return load("insurer", "codes", Codes)


@functools.cache
def places() -> Places:
    return load("insurer", "places", Places)


@functools.cache
def cultures() -> tuple[Culture, ...]:
    return load("insurer", "names", NamePools).cultures


class Flat:
    """Lists of different lengths laid end to end: list i is `words[start[i] : start[i] + size[i]]`."""

    def __init__(self, lists: list[tuple[str, ...]]) -> None:
        self.size: I64 = np.array([len(one) for one in lists], dtype=np.int64)
        self.start: I64 = np.cumsum(self.size) - self.size
        self.words: Objects = objects([w.replace("_", " ") for one in lists for w in one])


@functools.cache
def given_names() -> Flat:
    """Given names; list 2 * culture is female, 2 * culture + 1 male."""
    return Flat([names for c in cultures() for names in (c.female, c.male)])


@functools.cache
def family_names() -> Flat:
    """Family names, one list a culture."""
    return Flat([c.family for c in cultures()])


def ascii_letters(name: str) -> str:
    """A name's plain letters, for an e-mail address: `Inés` gives `ines`."""
    plain = unicodedata.normalize("NFKD", name).replace("ł", "l").replace("Ł", "L").replace("Đ", "D")
    return "".join(c for c in plain.lower() if "a" <= c <= "z")
