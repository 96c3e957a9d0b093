"""De-identifying and measuring a million members, beside pandas' own grouping; decisions of the sharing gateway."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator

from simlab.controls import consent, deidentify
from simlab.controls.sharing import Gateway, request
from simlab.insurer import Insurer

ROWS, ASKS = 1_000_000, 5_000
ON = dt.date(2026, 6, 15)
QUASI = ["age", "gender", "zip3"]


def _cpu(act: Callable[[], object], rounds: int = 3) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        act()
        best = min(best, time.process_time() - start)
    return best


def bench() -> Iterator[tuple[str, float, str]]:
    """Rows of name, value, unit."""
    members = Insurer.build(1, ROWS).members
    release = deidentify.safe_harbor(members, ON).table
    yield "Safe Harbor, a million members", _cpu(lambda: deidentify.safe_harbor(members, ON)), "CPU s"
    ours = _cpu(lambda: deidentify.k_anonymity(release, QUASI))
    yield "k of a million rows", ours, "CPU s"
    yield "l of a million rows", _cpu(lambda: deidentify.l_diversity(release, QUASI, "is_minor")), "CPU s"
    yield "pandas' groupby for k", _cpu(lambda: release.groupby(QUASI, observed=True).size().min()) / ours, "times ours"
    yield "decisions of the gateway", ASKS / _cpu(_decide), "/ CPU s"


def _decide() -> None:
    gateway = Gateway(consent.Registry({"M1": "Zoë Fontaine"}))
    ask = request(
        at=dt.datetime(2026, 6, 15, 15, tzinfo=dt.UTC), recipient="provider", purpose="payment", who="Maple Street Clinic",
        member="M1", data=["claims"], facts={"identity_verified": True, "for_member": True},
    )  # fmt: skip
    for _ in range(ASKS):
        gateway.decide(ask)
