"""Notices: what each must hold, a draft checked against it, one written from the facts, and a batch of letters."""

from __future__ import annotations

from simlab.response.notices.check import Checked, Finding, check
from simlab.response.notices.kinds import Element, Kind, kind, kinds
from simlab.response.notices.merge import Batch, Held, Letter, merge, write_batch
from simlab.response.notices.write import Addressee, Contact, Story, fields, write

__all__ = [
    "Addressee",
    "Batch",
    "Checked",
    "Contact",
    "Element",
    "Finding",
    "Held",
    "Kind",
    "Letter",
    "Story",
    "check",
    "fields",
    "kind",
    "kinds",
    "merge",
    "write",
    "write_batch",
]
