"""Who is exposed, computed from the company's tables and the controls in force.

path        what stops it                          what it yields
password    a second factor that can be neither    everything the log-in shows, for the application
            relayed nor pushed                     opens what it may see, sealed at rest or not
session     only its end: no factor is asked again the same
backup      nothing, once taken                    ciphertext when sealed and the keys lie apart;
drive       nothing, once taken                    everything when not sealed or the keys lie beside
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import TYPE_CHECKING, Literal

import numpy as np

from simlab import draw
from simlab.controls.inforce import Controls
from simlab.errors import InputError, UnknownName
from simlab.insurer import Insurer
from simlab.tabletop.reading import stops_password

if TYPE_CHECKING:
    import pandas as pd

Path = Literal["password", "session", "backup", "drive"]
Readable = Literal["nothing", "ciphertext", "plain"]
PATHS: tuple[Path, ...] = ("password", "session", "backup", "drive")


@dataclasses.dataclass(frozen=True)
class Exposure:
    """What a thief holds.

    `taken` are the ids of the members whose records were reached, in the order they were reached;
    `by_state` and `data_classes` count only what can be read. `count` is individuals, not records.
    """

    path: str
    taken: tuple[str, ...]
    readable: Readable
    by_state: dict[str, int]
    data_classes: tuple[str, ...]
    reason: str

    @property
    def members(self) -> tuple[str, ...]:
        """The ids of the individuals whose information can be read."""
        return self.taken if self.readable == "plain" else ()

    @property
    def count(self) -> int:
        return len(self.members)


@functools.lru_cache(maxsize=4)
def company(seed: int, members: int) -> Insurer:
    """The simulated insurer, built once for each seed and size."""
    return Insurer.build(seed, members)


def readable(controls: Controls, path: str) -> tuple[Readable, str]:
    """Whether what is taken by a path can be read, and the reason in words. Raises UnknownName."""
    if path not in PATHS:
        raise UnknownName("path of theft", path, PATHS)
    if path == "password":
        return _by_password(controls)
    if path == "session":
        sealed = " although the fields are sealed at rest" if controls.sealed_fields else ""
        return "plain", f"the session is already logged in, so the application opens the records for it{sealed}"
    if not controls.sealed_fields:
        return "plain", f"the {path} holds the fields unsealed"
    if not controls.keys_apart:
        return "plain", f"the fields on the {path} are sealed, but the keys lie beside them"
    return "ciphertext", f"the fields on the {path} are sealed and the keys lie elsewhere"


def _by_password(controls: Controls) -> tuple[Readable, str]:
    if stops_password(controls):
        return "nothing", "a passkey can be neither relayed nor pushed, so the password alone does not log in"
    if controls.mfa == "none":
        return "plain", "the password alone logs in, and the application opens the records for whoever is logged in"
    how = "pushed until it is approved" if controls.mfa == "push" else "relayed from a false log-in page"
    return "plain", f"the second factor ({controls.mfa}) can be {how}, and then the application opens the records"


def exposure(
    insurer: Insurer,
    controls: Controls,
    path: str,
    *,
    system: str | None = None,
    read: int | None = None,
    seed: int | None = None,
) -> Exposure:
    """What a theft by `path` yields with these controls.

    `read` is how many members' records were reached (None: all). They are reached in an order
    drawn from the seed, so that a shorter reading is always part of a longer one. `system` gives
    the classes of data (None: the portal, the backup store or the warehouse, by path).
    Raises UnknownName for a path or a system that is not there, InputError for a negative count.
    """
    state, reason = readable(controls, path)
    if read is not None and read < 0:
        raise InputError(f"read is {read}: a count of members cannot be negative")
    holds = _holds(insurer, system or _SYSTEM[path])
    order = _order(insurer, insurer.seed if seed is None else seed)[: 0 if state == "nothing" else read]
    members = insurer.members.iloc[order]
    taken = tuple(str(m) for m in members["member_id"])
    if not taken:
        return Exposure(path, (), "nothing", {}, (), reason if state == "nothing" else "no record was reached")
    if state == "ciphertext":
        return Exposure(path, taken, state, {}, (), reason)
    return Exposure(path, taken, state, _by_state(members), holds, reason)


_SYSTEM = {"password": "vendor-portal", "session": "vendor-portal", "backup": "backup-store", "drive": "data-warehouse"}


def _order(insurer: Insurer, seed: int) -> np.ndarray:
    keys = draw.bits(seed, "tabletop: order of reading", np.arange(len(insurer.members)))
    return np.argsort(keys, kind="stable")


def _holds(insurer: Insurer, system: str) -> tuple[str, ...]:
    systems = insurer.systems
    found = systems.loc[systems["system_id"].astype(str) == system, "holds"]
    if not len(found):
        raise UnknownName("system", system, systems["system_id"])
    return tuple(sorted(str(found.iloc[0]).split("|")))


def _by_state(members: pd.DataFrame) -> dict[str, int]:
    states, counts = np.unique(members["state"].astype(str).to_numpy(dtype=object), return_counts=True)
    return {str(s): int(n) for s, n in zip(states, counts, strict=True)}


def needing_care(insurer: Insurer, first: dt.date, last: dt.date) -> int:
    """Members whose care begins on a day from `first` to `last`, both included.

    They are the ones whom a provider cannot confirm while the eligibility service is off.
    """
    days = insurer.claims["CLM_FROM_DT"].to_numpy().astype("datetime64[D]")
    within = (days >= np.datetime64(first)) & (days <= np.datetime64(last))
    return int(insurer.claims.loc[within, "member_id"].nunique())
