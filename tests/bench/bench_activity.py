"""Ordinary days, the log's chain and its check, and the shipped rules, beside a bare loop of SHA-256."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simlab.activity import chain, ordinary, verify
from simlab.activity.canonical import records
from simlab.detection import detect
from simlab.insurer import Insurer


def _cpu(act: Callable[[], object]) -> float:
    """The best of three runs in seconds of CPU."""
    took = []
    for _ in range(3):
        start = time.process_time()
        act()
        took.append(time.process_time() - start)
    return min(took)


def bench() -> list[tuple[str, float, str]]:
    """Events and records per CPU second for a month of the default insurer, and the ratio to a bare loop."""
    insurer, key = Insurer.build(1), Ed25519PrivateKey.generate()
    start = dt.date(2026, 3, 2)
    log = ordinary(insurer, start=start, days=30, seed=1)
    made = chain(log, key)
    rows = [row for part in records(log) for row in part]

    def bare() -> None:
        head = b""
        for row in rows:
            head = hashlib.sha256(head + hashlib.sha256(row).digest()).digest()

    many = len(log)
    chained = many / _cpu(lambda: chain(log, key))
    loop = many / _cpu(bare)
    return [
        ("ordinary days", many / _cpu(lambda: ordinary(insurer, start=start, days=30, seed=1)), "events/s CPU"),
        ("chain and sign", chained, "records/s CPU"),
        ("chain beside a bare loop of two hashes", chained / loop, "ratio"),
        ("verify", many / _cpu(lambda: verify(made, key.public_key())), "records/s CPU"),
        ("all rules", many / _cpu(lambda: detect(log)), "events/s CPU"),
    ]
