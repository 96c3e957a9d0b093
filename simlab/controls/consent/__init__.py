"""What members have agreed to, refused and asked for, and whether it holds now.

`record` makes a record, `Registry` keeps them (history and all), `judge` says whether an authorization
is valid and why not, `stands_in` whether somebody acts for the member; `simlab.controls.consent.asking`
answers requests, `fhir` reads and writes FHIR Consents, `rights` holds the clocks of members' rights.
"""

from __future__ import annotations

from simlab.controls.consent.answering import copy_owed, may_deny_access
from simlab.controls.consent.asking import PROMISE, authorization, confidential, opt_out, representative, restriction
from simlab.controls.consent.company import registry_of
from simlab.controls.consent.findings import Finding
from simlab.controls.consent.records import (
    Authorization,
    Confidential,
    Consent,
    OptOut,
    Record,
    Representative,
    Restriction,
    Revocation,
    record,
)
from simlab.controls.consent.registry import Entry, Registry, names_of
from simlab.controls.consent.representatives import stands_in
from simlab.controls.consent.seals import sha256, sign
from simlab.controls.consent.validity import form, judge

__all__ = [
    "PROMISE",
    "Authorization",
    "Confidential",
    "Consent",
    "Entry",
    "Finding",
    "OptOut",
    "Record",
    "Registry",
    "Representative",
    "Restriction",
    "Revocation",
    "authorization",
    "confidential",
    "copy_owed",
    "form",
    "judge",
    "may_deny_access",
    "names_of",
    "opt_out",
    "record",
    "registry_of",
    "representative",
    "restriction",
    "sha256",
    "sign",
    "stands_in",
]
