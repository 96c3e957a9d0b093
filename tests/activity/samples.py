"""A signing key and a small event table for the tests of the log."""

from __future__ import annotations

import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simlab import events

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def table(rows: int) -> pd.DataFrame:
    """Reads of different members by three people."""
    columns = {
        "time": [1_000_000 * i for i in range(rows)],
        "class_name": "Datastore Activity",
        "activity_name": "Read",
        "actor": [f"S000{i % 3}" for i in range(rows)],
        "member": [f"M{i:07d}" for i in range(rows)],
        "record_count": 1,
        "status_detail": ["" if i % 2 else "ünïcode, ‘quoted’" for i in range(rows)],
    }
    return events.frame(columns, rows)
