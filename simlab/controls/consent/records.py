"""What the registry holds: consents, authorizations, opt-outs, restrictions and the rest, each one record.

`record(kind="authorization", ...)` makes one from plain values; a wrong key or value is an InputError
that says which. Days are dates (they count in full, in `zone`) or times that name their zone.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError, field_validator, model_validator

from simlab.clock import zone as known_zone
from simlab.content import Model, names
from simlab.errors import InputError, SimlabError, UnknownName

# A time first: a date would take midnight of any zone for the day.
When = Annotated[AwareDatetime | dt.date, Field(union_mode="left_to_right")]
Relation = Literal["parent", "guardian", "health care agent", "court-appointed", "executor"]
MemberIs = Literal["adult", "minor", "emancipated minor", "deceased"]
Data = tuple[str, ...]

HOME = "America/Chicago"
LONGEST, MOST = 10_000, 200
# No form of paper or of FHIR can carry these.
_UNWRITTEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Base(Model):
    """What every record has. `zone`: where its days begin and end."""

    id: str = Field(min_length=1, max_length=200)
    member: str = Field(min_length=1, max_length=64)
    zone: str = HOME
    document_sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="of the paper or file that was signed")
    note: str = ""

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            return known_zone(value).key or value
        except SimlabError as e:
            raise ValueError(str(e)) from None

    @model_validator(mode="after")
    def _written(self) -> Base:
        for name, value in self:
            each = value if isinstance(value, tuple) else (value,)
            if len(set(each)) < len(each):
                raise ValueError(f"{name} names something twice: each once")
            texts = [one for one in each if isinstance(one, str)]
            if len(each) > MOST or any(len(one) > LONGEST for one in texts):
                raise ValueError(f"{name} is longer than a record takes ({LONGEST:,} characters, {MOST} entries)")
            if any(_UNWRITTEN.search(one) or (value != one and not one.strip()) for one in texts):
                raise ValueError(f"{name} holds a control character or an empty entry")
        return self

    @field_validator("data", check_fields=False)
    @classmethod
    def _data(cls, value: Data) -> Data:
        for one in value:
            if one not in names("data_classes"):
                raise ValueError(str(UnknownName("data class", one, names("data_classes"))))
        return value


class Consent(Base):
    """A consent: optional under HIPAA, and never in an authorization's place (45 CFR 164.506(b))."""

    kind: Literal["consent"] = "consent"
    signer: str
    signed: When
    starts: When | None = None
    expires: When | None = None
    recipients: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    data: Data = ()
    is_part_2: bool = False  # 42 CFR 2.31
    is_refusal: bool = False


class Authorization(Base):
    """An authorization as it was filled out: what lacks is empty. 45 CFR 164.508."""

    kind: Literal["authorization"] = "authorization"
    signer: str = ""
    signed: When | None = None
    is_signed_by_representative: bool = False
    authority: str = ""
    description: str = ""
    data: Data = ()
    discloser: str = ""
    recipients: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    expires: When | None = None
    expires_at: str = ""  # an event instead of a day
    event_happened: When | None = None
    states: tuple[Literal["revocation", "conditioning", "redisclosure", "remuneration"], ...] = ()
    in_plain_language: bool = False
    is_copy_given: bool = False
    is_asked_by_plan: bool = True
    combined_with: tuple[str, ...] = ()
    is_condition_of: Literal["", "enrolment", "eligibility", "payment", "treatment"] = ""
    is_before_enrolment: bool = False
    is_paid_for: bool = False
    is_known_false: bool = False


class OptOut(Base):
    """A wish not to have data used for some purposes. HIPAA owes it nowhere here; granted, it is a promise."""

    kind: Literal["opt_out"] = "opt_out"
    asked: When
    is_granted: bool
    purposes: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    ended: When | None = None


class Restriction(Base):
    """A restriction that the member asked for: 45 CFR 164.522(a). Empty `data`, `purposes`, `recipients`: all."""

    kind: Literal["restriction"] = "restriction"
    asked: When
    is_agreed: bool
    data: Data = ()
    purposes: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    ended: When | None = None


class Confidential(Base):
    """Where, or how, the plan must reach the member instead: 45 CFR 164.522(b)."""

    kind: Literal["confidential"] = "confidential"
    asked: When
    address: str = ""
    is_danger_stated: bool = False
    is_granted: bool = False  # without a duty to
    is_in_writing: bool = False
    ended: When | None = None


class Revocation(Base):
    """A consent, an authorization or an opt-out taken back from then on: 45 CFR 164.508(b)(5)."""

    kind: Literal["revocation"] = "revocation"
    of: str = Field(min_length=1)
    received: AwareDatetime
    is_in_writing: bool


class Representative(Base):
    """Somebody who stands in the member's place: 45 CFR 164.502(g)."""

    kind: Literal["representative"] = "representative"
    name: str = Field(min_length=1)
    relation: Relation
    scope: tuple[Literal["health care", "payment", "finances"], ...]
    starts: When
    ends: When | None = None
    member_is: MemberIs
    minor_consented: bool = False
    other_consented: bool = False
    parent_assented: bool = False
    state_law: Literal["silent", "permits", "prohibits"] = "silent"
    is_danger_believed: bool = False


Record = Consent | Authorization | OptOut | Restriction | Confidential | Revocation | Representative
BY_KIND: dict[str, type[Base]] = {
    m.model_fields["kind"].default: m
    for m in (Consent, Authorization, OptOut, Restriction, Confidential, Revocation, Representative)
}
_READ: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])


def record(**values: Any) -> Record:
    """A record of the `kind` that is named. Raises InputError, which says which value is wrong."""
    return read(json.dumps(values, default=_plain))


def read(text: str) -> Record:
    """A record from the JSON that `body` wrote. Raises InputError."""
    try:
        return _READ.validate_json(text)
    except ValidationError as e:
        fault = e.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or "record"
        raise InputError(f"{where}: {fault['msg'].removeprefix('Value error, ')}") from None


def body(of: Record) -> str:
    """A record as canonical JSON: what is hashed and signed."""
    return json.dumps(of.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def begins(of: Record) -> When | None:
    """The day or time from which a record counts, before it was entered or not; None where none is given."""
    named = ("signed", "asked", "received", "starts")
    return next((getattr(of, name) for name in named if getattr(of, name, None)), None)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise InputError(f"a {type(value).__name__} cannot be part of a record: text, numbers, dates and lists can")
