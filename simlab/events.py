"""The one event table: every trace of work at the company is a row of it.

Columns carry OCSF's names where OCSF has one (leaf names: `class_name`, `activity_name`, `status`,
`status_detail`); the rest are the company's own words. No column says "malicious": what is true
stands in a separate table (`TRUTH`) that only grading and the after-action report receive.

    time           int64    microseconds since 1970-01-01 UTC (OCSF time, in finer units)
    class_name     str      OCSF class: Authentication, Datastore Activity, Email Activity, ...
    activity_name  str      Logon, Read, Export, Send, Swipe, ... (see ACTIVITIES)
    status         str      Success or Failure
    actor          str      staff, member, vendor or service account id
    role           str      the actor's role at that time
    device         str      device id, "" where there is none
    site           str      site id, "remote", or ""
    src_ip         str      source address (documentation ranges only), ""
    system         str      system id
    member         str      member id, "" where none or many
    record_count   int64    members' records touched
    data_class     str      demographic, claims, sensitive, financial, credential, none
    purpose        str      treatment, payment, operations, member request, none stated
    session        str      log-in session id
    status_detail  str      reason, in a few words
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from simlab.errors import InputError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = ("time", "record_count")
COLUMNS = (
    "time", "class_name", "activity_name", "status", "actor", "role", "device", "site", "src_ip", "system",
    "member", "record_count", "data_class", "purpose", "session", "status_detail",
)  # fmt: skip

# OCSF 1.x classes and the activities used of them. OCSF has no class for doors, nor for what is told by
# word, paper or fax: those are ours (disclosure: 45 CFR 160.103).
ACTIVITIES: dict[str, tuple[str, ...]] = {
    "Authentication": ("Logon", "Logoff", "MFA Challenge"),
    "Account Change": ("Create", "Disable", "Reset", "Grant"),
    "Datastore Activity": ("Read", "Update", "Export", "Delete"),
    "Email Activity": ("Send", "Receive"),
    "File Activity": ("Create", "Read", "Encrypt", "Delete"),
    "Network Activity": ("Open", "Close", "Refuse", "Traffic"),
    "HTTP Activity": ("Get", "Post", "Put"),
    "Web Resources Activity": ("Create", "Read", "Update", "Delete", "Share"),
    "API Activity": ("Create", "Read", "Update", "Delete"),
    "Physical Access": ("Swipe", "Refuse", "Hold"),  # Hold: the door stood open too long after this badge
    "Disclosure": ("Tell", "Refuse"),
}
STATUSES = ("Success", "Failure")
DATA_CLASSES = ("none", "demographic", "claims", "sensitive", "financial", "credential")
PURPOSES = ("none stated", "treatment", "payment", "operations", "member request")

# Truth, apart from the log: which events belong to which incident step. `event` is the row's
# position in the log, `technique` an ATT&CK id or "".
TRUTH = ("event", "incident", "step", "technique")

_DEFAULT = {"status": "Success", "data_class": "none", "purpose": "none stated"}
_ALLOWED = {"class_name": tuple(ACTIVITIES), "status": STATUSES, "data_class": DATA_CLASSES, "purpose": PURPOSES}


class Recorder(Protocol):
    """What a control is handed as `record=`: called with one event's columns for each decision."""

    def __call__(self, **event: Any) -> None: ...


def silent(**event: Any) -> None:
    """The recorder that keeps nothing."""


def frame(columns: Mapping[str, Any], rows: int) -> pd.DataFrame:
    """An event table of `rows` rows from arrays, Categoricals or single values.

    Columns left out are 0, "", or the plain value (Success, none, none stated); `class_name` must
    be given. Text becomes categorical, which keeps ten million rows small.
    Raises InputError for an unknown column or an unknown class, status, data class or purpose.
    """
    import pandas as pd

    for name in columns:
        if name not in COLUMNS:
            raise UnknownName("event column", name, COLUMNS)
    out: dict[str, Any] = {}
    for name in COLUMNS:
        value = columns.get(name, 0 if name in NUMBERS else _DEFAULT.get(name, ""))
        if name in NUMBERS:
            out[name] = np.broadcast_to(np.asarray(value, dtype=np.int64), (rows,)).copy()
        elif isinstance(value, str):
            out[name] = pd.Categorical.from_codes(np.zeros(rows, dtype=np.int8), pd.Index([value], dtype="str"))
        else:
            out[name] = value if isinstance(value, pd.Categorical) else pd.Categorical(np.asarray(value, dtype=object))
        _check(name, out[name])
    return pd.DataFrame(out)


def _check(name: str, values: Any) -> None:
    for found in values.categories if name in _ALLOWED and len(values) else ():
        if found not in _ALLOWED[name]:
            raise UnknownName(f"event {name}", found, _ALLOWED[name])


def concat(frames: list[pd.DataFrame], *, sort: bool = True) -> pd.DataFrame:
    """Several event tables as one, in order of time; ties (and all, unless `sort`) keep the order given."""
    import pandas as pd
    from pandas.api.types import union_categoricals

    kept = [f for f in frames if len(f)] or frames[:1]
    if not kept:
        raise InputError("no event tables to join")
    out: dict[str, Any] = {}
    for name in COLUMNS:
        parts = [f[name] for f in kept]
        out[name] = np.concatenate(parts) if name in NUMBERS else union_categoricals(parts, ignore_order=True)
    whole = pd.DataFrame(out)
    if not sort:
        return whole
    return whole.iloc[np.argsort(whole["time"].to_numpy(), kind="stable")].reset_index(drop=True)
