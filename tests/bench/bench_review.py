"""The access review beside the rules that ship over the same log, and an assessment beside the tables it reads."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator

from simlab.activity import ordinary
from simlab.controls.assessment import Company, assess
from simlab.detection import access_review, detect
from simlab.insurer import Insurer

MEMBERS, DAYS, SEED = 9_000, 84, 7


def _best(act: Callable[[], object], rounds: int = 3) -> float:
    """CPU seconds, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        act()
        best = min(best, time.process_time() - start)
    return best


def bench() -> Iterator[tuple[str, float, str]]:
    insurer = Insurer.build(SEED, MEMBERS)
    log = ordinary(insurer, start=dt.date(2026, 4, 6), days=DAYS, seed=SEED)
    review, rules = _best(lambda: access_review(log, insurer)), _best(lambda: detect(log))
    yield f"access review of {len(log):,} events", review, "CPU s"
    yield "events reviewed", len(log) / review, "a CPU s"
    yield "beside every rule that ships, over the same log", review / rules, "of their CPU"
    made, found = _best(lambda: Company.of(insurer)), _best(lambda: assess(Company.of(insurer)))
    yield f"assessment of {MEMBERS:,} members' insurer", found, "CPU s"
    yield "beside making its tables of settings", found / made, "times"
