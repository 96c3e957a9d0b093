"""Sealing a column beside a bare AESGCM loop on the same values."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pandas as pd
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simlab.controls import LocalKeyStore, Vault, crypto

VALUES = 100_000


def _cpu(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def bench() -> list[tuple[str, float, str]]:
    """Values sealed and opened per CPU second, and the ratio to the bare loop (medians of 5 alternated runs)."""
    key, gcm = crypto.new_key(), AESGCM(crypto.new_key())
    rows = [f"M{i:07}" for i in range(VALUES)]
    texts = pd.Series([f"900-55-{i % 10_000:04}" for i in range(VALUES)], dtype="str")
    values = [t.encode() for t in texts]
    places = [r.encode() for r in rows]
    store = LocalKeyStore()
    store.create("larkspur")
    vault = Vault(store, "larkspur")
    sealed = vault.seal_column("members", "ssn", rows, texts)
    at = {"table": "members", "column": "ssn"}
    runs: dict[str, Callable[[], object]] = {
        # The least that a loop in Python can do: a nonce for each value and one call.
        "bare": lambda: [gcm.encrypt(os.urandom(12), v, p) for v, p in zip(values, places, strict=True)],
        "one by one": lambda: [crypto.seal(key, v, row=r, **at) for v, r in zip(values, rows, strict=True)],
        "seal_many": lambda: crypto.seal_many(key, values, rows=rows, **at),
        "seal_column": lambda: vault.seal_column("members", "ssn", rows, texts),
        "open_column": lambda: vault.open_column("members", "ssn", rows, sealed),
    }
    took: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(5):
        for name, run in runs.items():
            took[name].append(_cpu(run))
    rate = {name: VALUES / sorted(times)[2] for name, times in took.items()}
    out = [("bare AESGCM loop, 11 bytes a value", rate["bare"], "values per CPU s")]
    for name in list(runs)[1:]:
        out += [
            (name, rate[name], "values per CPU s"),
            (f"{name} over the bare loop", rate[name] / rate["bare"], "ratio"),
        ]
    return out
