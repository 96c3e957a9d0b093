"""What can the thief read? Three choices, answered from Larkspur's own tables each time."""

from __future__ import annotations

from typing import Any

from simlab.controls import Controls
from simlab.notebook.lists import Follows, Lists
from simlab.tabletop.consequences import company, exposure

SEED, MEMBERS = 2, 10_000
MAY_OPEN = 214  # the files that a claims examiner's session may open
STOLEN = {"an open session": "session", "last night's backup": "backup", "a drive of the data warehouse": "drive"}
SEALED, APART = "sealed", "in the key store, apart"
WORDS = {
    "none": "", "demographic": "names and addresses", "claims": "claims", "sensitive": "sensitive diagnoses",
    "financial": "bank details", "credential": "passwords",
}  # fmt: skip


def theft() -> Lists:
    """Three lists to choose from, and below them who could be read, by State."""
    lists = [
        ("stolen", "Stolen:", list(STOLEN)),
        ("sealed", "Columns:", ["not sealed", SEALED]),
        ("keys", "Keys:", ["beside the data", APART]),
    ]
    return Lists(lists, _follow, ("Members by State", "State", "Members"))


def _follow(chosen: dict[str, str]) -> Follows:
    controls = Controls(sealed_fields=chosen["sealed"] == SEALED, keys_apart=chosen["keys"] == APART)
    path = STOLEN[chosen["stolen"]]
    # The session is the one on the café table: a claims screen, and what its account may open there.
    limits: dict[str, Any] = {"system": "claims-core", "read": MAY_OPEN} if path == "session" else {}
    found = exposure(company(SEED, MEMBERS), controls, path, **limits)
    why = f"{found.reason[:1].upper()}{found.reason[1:]}."
    if not found.count:
        return Follows("The thief reads nothing.", why)
    kinds = ", ".join(w for c in found.data_classes if (w := WORDS.get(c, c)))
    rows = sorted(found.by_state.items(), key=lambda x: (-x[1], x[0]))
    return Follows(f"The thief reads {found.count:,} members' data:", f"{kinds}. {why}", tuple(rows))
