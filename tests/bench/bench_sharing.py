"""De-identifying and measuring a million members, beside pandas and pycanon; a year of the sharing gateway."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator

import pandas as pd

from simlab.activity.requests import registry, sharing_requests
from simlab.controls import consent, deidentify
from simlab.controls.sharing import Gateway, decide_all, request
from simlab.insurer import Insurer
from tests.bench import canon

ROWS, ASKS, MEMBERS = 1_000_000, 5_000, 100_000
ON = dt.date(2026, 6, 15)
QUASI, COARSE, SECRET = ["age", "gender", "zip3"], ["gender", "zip3"], "is_minor"


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
    harbor = _cpu(lambda: deidentify.safe_harbor(members, ON))
    yield "Safe Harbor, a million members", harbor, "CPU s"
    ours = _cpu(lambda: deidentify.k_anonymity(release, QUASI))
    yield "k of a million rows", ours, "CPU s"
    ours_l = _cpu(lambda: deidentify.l_diversity(release, QUASI, SECRET))
    yield "l of a million rows", ours_l, "CPU s"
    yield "Safe Harbor and k of a million rows", harbor + ours, "CPU s (under 2)"
    yield "pandas' groupby for k", _cpu(lambda: release.groupby(QUASI, observed=True).size().min()) / ours, "times ours"
    if canon.PYTHON:
        yield from _canon(release)
    yield "decisions of the gateway", ASKS / _cpu(_decide), "/ CPU s"
    yield from _year()


def _canon(release: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """pycanon's k and l of the same million rows: equal to ours, and how much longer it takes."""
    for quasi in (COARSE, QUASI):
        ours = [
            lambda q=quasi: deidentify.k_anonymity(release, q).k,
            lambda q=quasi: deidentify.l_diversity(release, q, SECRET),
        ]
        theirs = canon.measure(release, quasi, SECRET)
        if [act() for act in ours] != [theirs["k"], theirs["l"]]:
            raise AssertionError(f"pycanon finds {theirs} of {quasi}")
        for name, act, taken in zip("kl", ours, (theirs["k_seconds"], theirs["l_seconds"]), strict=True):
            yield f"pycanon's {name} by {', '.join(quasi)}", taken, "CPU s"
            yield f"pycanon's {name} by {', '.join(quasi)}", taken / _cpu(act), "times ours"


def _year() -> Iterator[tuple[str, float, str]]:
    """A year of requests at the gateway of a 100,000-member insurer."""
    insurer = Insurer.build(1, MEMBERS)
    start = time.process_time()
    asked = sharing_requests(insurer, dt.date(2026, 1, 1), 365, 1)
    made = time.process_time()
    register = registry(insurer, asked)
    entered = time.process_time()
    decide_all(Gateway(register), [one.request for one in asked])
    decided = time.process_time()
    yield "a year of requests at the gateway, 100,000 members", len(asked), "requests"
    yield "the year decided, each written to the accounting", decided - entered, "CPU s"
    yield "the year's register filled", entered - made, "CPU s"
    yield "the year made, the insurer's tables too", made - start, "CPU s"


def _decide() -> None:
    gateway = Gateway(consent.Registry({"M1": "Zoë Fontaine"}))
    ask = request(
        at=dt.datetime(2026, 6, 15, 15, tzinfo=dt.UTC), recipient="provider", purpose="payment", who="Maple Street Clinic",
        member="M1", data=["claims"], facts={"identity_verified": True, "for_member": True},
    )  # fmt: skip
    for _ in range(ASKS):
        gateway.decide(ask)
